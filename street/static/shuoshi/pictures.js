// 照片先缩小再发；缩不了、缩了不更小的，就用原图
import { all, id, make, on, say } from './dom.js';

export const smaller = file => new Promise(done => {
  const heic = /hei[cf]/.test(file.type);
  if (!heic && file.size < 1e6) { done(file); return; }
  const image = new Image();
  image.onerror = () => done(file);
  image.onload = () => {
    const scale = Math.min(1, 2400 / Math.max(image.width, image.height));
    const canvas = make('canvas', { width: image.width * scale, height: image.height * scale });
    canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
    URL.revokeObjectURL(image.src);
    canvas.toBlob(blob => {
      done(blob && (heic || blob.size < file.size) ? new File([blob], file.name + '.jpg', { type: blob.type }) : file);
    }, 'image/jpeg', .85);
  };
  image.src = URL.createObjectURL(file);
});

// 随表单一起提交的照片框（补充情况、办理反馈）：能一张张加、一张张删
const fill = (input, files) => {
  const box = new DataTransfer();
  files.forEach(file => box.items.add(file));
  input.files = box.files;
};

const picker = input => {
  const most = +input.dataset.max;
  let chosen = [], over;
  const show = () => {
    fill(input, chosen);
    say('photos-said', over > 0 ? `最多 ${most} 张，多出的 ${over} 张没有加上。` : '');
    say('thumbs');
    chosen.forEach((file, i) => {
      const item = make('li'), name = '照片' + (i + 1);
      const image = make('img', { alt: name, src: URL.createObjectURL(file) });
      image.onload = () => URL.revokeObjectURL(image.src);
      const remove = make('button', { textContent: '删除' }, () => { chosen.splice(i, 1); over = 0; show(); input.focus(); });
      remove.setAttribute('aria-label', '删除' + name);
      item.append(image, remove);
      id('thumbs').append(item);
    });
  };
  on(input, 'change', () => {
    const wanted = chosen.concat(...input.files), added = wanted.slice(chosen.length, most);
    chosen = wanted.slice(0, most);
    over = wanted.length - most;
    show();
    added.forEach(file => smaller(file).then(small => {
      if (small === file) return;
      chosen = chosen.map(one => one === file ? small : one);
      show();
    }));
  });
};

export const pickers = () => {
  try { new DataTransfer(); } catch (e) { return; /* 旧浏览器用原样的文件框 */ }
  document.documentElement.classList.add('js');
  all('#id_photos[data-max]', picker);
};
