const id = name => document.getElementById(name);
const on = (node, type, act) => node.addEventListener(type, act);
const all = (selector, act) => document.querySelectorAll(selector).forEach(act);
const say = (name, text) => { id(name).textContent = text; };
const make = (tag, values, act) => {
  const node = Object.assign(document.createElement(tag), values);
  if (act) { node.type = 'button'; on(node, 'click', act); }
  return node;
};
let fill;
try {
  new DataTransfer();
  fill = (input, files) => {
    const box = new DataTransfer();
    files.forEach(file => box.items.add(file));
    input.files = box.files;
  };
} catch (e) { /* 旧浏览器 */ }

// 照片先缩小再发；缩不了就发原图
const shrink = (file, done) => {
  const heic = /hei[cf]/.test(file.type);
  if (!heic && file.size < 1e6) return;
  const image = new Image();
  image.onload = () => {
    const scale = Math.min(1, 2400 / Math.max(image.width, image.height));
    const canvas = make('canvas', { width: image.width * scale, height: image.height * scale });
    canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
    URL.revokeObjectURL(image.src);
    canvas.toBlob(blob => {
      if (heic || blob.size < file.size) done(new File([blob], file.name + '.jpg', { type: blob.type }));
    }, 'image/jpeg', .85);
  };
  image.src = URL.createObjectURL(file);
};

const photos = input => {
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
    added.forEach(file => shrink(file, smaller => {
      chosen = chosen.map(one => one === file ? smaller : one);
      show();
    }));
  });
};

// 录音也放进文件框
const voice = input => {
  const button = id('record');
  let recorder, ticking;
  const show = said => {
    say('voice-said', said);
    say('voice-note');
    if (input.files.length) id('voice-note').append(
      make('audio', { controls: true, src: URL.createObjectURL(input.files[0]) }),
      make('button', { textContent: '删除语音' }, () => { input.value = ''; show(); }));
  };
  on(input, 'change', () => show());
  if (!fill || !window.MediaRecorder || !navigator.mediaDevices) return;
  button.hidden = false;
  const mode = (textContent, recording) => {
    button.textContent = textContent;
    button.classList.toggle('recording', recording);
    say('record-time', '');
  };
  const begin = stream => {
    const mimeType = ['audio/webm', 'audio/mp4'].find(kind => MediaRecorder.isTypeSupported(kind));
    const from = Date.now();
    recorder = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: 32e3 });
    recorder.ondataavailable = ({ data }) => {
      clearInterval(ticking);
      stream.getTracks().forEach(track => track.stop());
      fill(input, [new File([data], 'voice.' + mimeType.slice(6), { type: mimeType })]);
      mode('重新录音', false);
      show('录好了，可以先听听。');
    };
    recorder.start();
    mode('说完了，停止', true);
    ticking = setInterval(() => {
      const past = (Date.now() - from) / 1e3 | 0;
      say('record-time', `正在录音 ${past} 秒`);
      if (past > 179) recorder.stop();
    }, 500);
  };
  on(button, 'click', () => {
    if (button.classList.contains('recording')) return recorder.stop();
    navigator.mediaDevices.getUserMedia({ audio: true }).then(begin)
      .catch(() => show('没有用上麦克风，请打字或选录好的语音。'));
  });
};

// 草稿不记姓名电话，免得别人用手机时看见；提交标识要记，再发才不重复
const store = act => { try { return act(localStorage); } catch (e) { } };
const forget = () => store(box => box.removeItem('shuoshi'));
const draft = form => {
  const fields = ['kind', 'description', 'address', 'key', 'challenge'], path = location.pathname;
  on(form, 'input', () => {
    const now = { path, at: Date.now() };
    fields.forEach(field => { now[field] = form[field].value; });
    store(box => { box.shuoshi = JSON.stringify(now); });
  });
  const kept = store(box => JSON.parse(box.shuoshi));
  if (kept && kept.path === path && Date.now() - kept.at < 2592e6 && !form.description.value) {
    fields.forEach(field => { form[field].value = kept[field]; });
    id('draft').hidden = false;
  }
  on(id('draft-clear'), 'click', () => { forget(); location.reload(); });
};

const count = text => {
  const most = +text.dataset.max || Infinity;
  const show = () => {
    const length = text.value.length, over = length > most;
    say('count', over ? `最多 ${most} 字，请减去 ${length - most} 字` : length ? `已写 ${length} 字` : '');
    id('count').className = over ? 'error' : 'hint';
  };
  on(text, 'input', show);
  show();
};

// 不离开本页，断网出错都不丢；标识用过会换
const send = form => {
  const here = location.href.split('#')[0];
  let stall;
  const state = (now, why) => {
    id('sending').hidden = !now;
    id('failed').hidden = !why;
    id('send').hidden = !!why;
    id('send').disabled = now;
    say('failed-why', why);
    if (why) id('failed').focus();
  };
  const answered = request => {
    const page = new DOMParser().parseFromString(request.responseText, 'text/html');
    const refused = page.querySelector('[data-refused] p');
    if (request.responseURL !== here) location.replace(request.responseURL);
    else if (page.querySelector('[data-receipt]')) {
      document.body.replaceWith(page.body);
      start();
    } else if (page.getElementById('report')) {
      state(false);
      form.key.value = page.querySelector('[name=key]').value;
      all('#errors, #emergency, .error', to => {
        to.replaceWith(page.getElementById(to.id));
      });
      id('errors').focus();
    } else state(false, refused ? refused.textContent : '系统暂时没有收下，请稍后再发。');
  };
  on(form, 'submit', e => {
    e.preventDefault();
    if (id('send').disabled) return;
    const request = new XMLHttpRequest();
    const wait = () => { clearTimeout(stall); stall = setTimeout(() => request.abort(), 6e4); };
    request.open('POST', here);
    request.upload.onprogress = e => {
      wait();
      const part = id('sending-bar').value = 100 * e.loaded / e.total | 0;
      say('sending-said', part < 100 ? `正在发送 ${part}%` : '已传完，正在登记');
    };
    request.onloadend = () => {
      clearTimeout(stall);
      if (request.status) answered(request); else state(false, '没有发出去，可能是网络不好。');
    };
    state(true);
    id('errors').hidden = true;
    all('.error', node => { node.textContent = ''; });
    wait();
    request.send(new FormData(form));
  });
};

const start = () => {
  if (fill) {
    document.documentElement.classList.add('js');
    all('#id_photos[data-max]', photos);
  }
  all('#id_voice[data-max]', voice);
  all('#report', form => { send(form); draft(form); count(form.description); });
  all('[data-receipt]', forget);
  all('[data-once]', form => {
    on(form, 'submit', e => {
      if (form.sent) e.preventDefault();
      form.sent = setTimeout(() => { form.sent = 0; }, 5e3);
    });
  });
  all('[data-copy]', button => on(button, 'click', () => {
    getSelection().selectAllChildren(id(button.dataset.copy));
    say('copied', document.execCommand('copy') ? '链接已复制' : '请长按链接复制');
  }));
};
start();
