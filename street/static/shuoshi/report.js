// 居民页面与手机办理页共用：防连点、复制链接、照片框；见到回执，草稿就清掉
import { all, id, on, say } from './dom.js';
import { pickers } from './pictures.js';
import { forget } from './keeping.js';

if (!id('report')) pickers();
if (/[?&]new\b/.test(location.search)) all('[data-receipt]', forget);
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
