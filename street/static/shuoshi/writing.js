// 我要说事：草稿、附件、发送。不离开本页，断网出错都不丢；没有脚本时普通表单照样能用
import { all, id, make, on, say, word } from './dom.js';
import { forget, keepWords, keptFiles, keptWords, secret } from './keeping.js';
import { smaller } from './pictures.js';
import { uploads } from './uploads.js';
import { recorder } from './voice.js';

const form = id('report');
const FIELDS = ['kind', 'description', 'address', 'key', 'challenge'];
const path = form.getAttribute('action');
const kept = form.description.value ? null : keptWords(path, Date.now());
const draft = kept && kept.draft || secret();

const save = () => {
  const words = { path, draft, at: Date.now() };
  FIELDS.forEach(field => { words[field] = form[field].value; });
  keepWords(words);
};

// --- 附件 ---
const LISTS = { photo: 'thumbs', voice: 'voices', video: 'videos' };
const INPUTS = { photo: id('id_photos'), voice: id('id_voice'), video: id('id_video') };
const SEEN = { photo: 'img', voice: 'audio', video: 'video' };
const named = item => `${word(item.kind)}${item.kind === 'photo' ? queue.of('photo').indexOf(item) + 1 : ''}`;

const build = item => {
  const seen = make(SEEN[item.kind], { src: URL.createObjectURL(item.file) });
  if (item.kind === 'photo') {
    seen.alt = '';
    // 这部手机打不开的格式（HEIC），服务器打得开
    seen.onerror = () => seen.replaceWith(make('b', { textContent: word('photo') }));
  } else Object.assign(seen, { controls: true, preload: 'metadata', playsInline: true });
  item.bar = make('progress', { max: 100 });
  item.said = make('span', { className: 'hint' });
  item.retry = make('button', { textContent: word('retry') }, () => queue.retry());
  item.remove = make('button', { textContent: word('remove') }, () => {
    const { kind } = item;
    URL.revokeObjectURL(seen.src);
    item.node.remove();
    queue.remove(item);
    queue.of(kind).forEach(paint);
    INPUTS[kind].focus();
  });
  item.node = make('li', { className: item.kind });
  item.node.append(seen, item.said, item.bar, item.retry, item.remove);
  id(LISTS[item.kind]).append(item.node);
};
const paint = item => {
  if (!item.node) build(item);
  const name = named(item), going = item.state === 'sending' || item.state === 'waiting';
  item.bar.value = item.part;
  item.bar.hidden = !going;
  item.retry.hidden = item.state !== 'stalled';
  item.bar.setAttribute('aria-label', `${name} ${word('sending')}`);
  item.remove.setAttribute('aria-label', `${word('remove')} ${name}`);
  item.retry.setAttribute('aria-label', `${word('retry')} ${name}`);
  const text = item.why || (item.state === 'sending' ? `${item.part}%` : word(item.state));
  if (item.said.textContent !== text) item.said.textContent = text;
  item.node.dataset.state = item.state;
};
const queue = uploads(`${path}uploads/`, draft, paint);

const add = (kind, file, key = secret()) => {
  if (kind !== 'photo') queue.of(kind).forEach(item => { item.node.remove(); queue.remove(item); });
  save();
  return queue.add({ kind, file, key });
};
const chosen = (kind, input) => {
  on(input, 'change', () => taken(kind, input));
  // 脚本还没到就选好了的
  if (input.files.length) taken(kind, input);
};
const taken = async (kind, input) => {
  const files = [...input.files], most = +input.dataset.max, room = most - (kind === 'photo' ? queue.of(kind).length : 0);
  const limit = +input.dataset.mb;
  input.value = '';
  say(`${kind}-said`, files.length > room ? word('too-many', { most, over: files.length - room }) : '');
  for (const file of files.slice(0, Math.max(0, room))) {
    if (limit && file.size > limit * 1048576) say(`${kind}-said`, word('too-large', { most: limit }));
    else add(kind, kind === 'photo' ? await smaller(file) : file);
  }
};
document.documentElement.classList.add('js');
Object.keys(INPUTS).forEach(kind => chosen(kind, INPUTS[kind]));
recorder(draft, save, (key, file) => add('voice', file, key));

// --- 草稿 ---
const restore = async () => {
  if (kept) {
    FIELDS.forEach(field => { form[field].value = kept[field]; });
    id('draft').hidden = false;
    form.description.dispatchEvent(new Event('input', { bubbles: true }));
  }
  (await keptFiles(draft)).forEach(row => queue.add(row));
};
on(form, 'input', save);
on(id('draft-clear'), 'click', async () => {
  Object.keys(LISTS).forEach(kind => queue.of(kind).forEach(item => queue.remove(item)));
  await forget();
  location.reload();
});

const count = text => {
  const most = +text.dataset.max || Infinity;
  const show = () => {
    const length = text.value.length, over = length > most;
    say('count', over ? word('too-long', { most, over: length - most }) : length ? word('written', { n: length }) : '');
    id('count').className = over ? 'error' : 'hint';
  };
  on(text, 'input', show);
  show();
};

// --- 发送：标识用过会换，同一件再发不会重复登记 ---
let stall, again = false;
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
  if (request.responseURL !== form.action) { location.replace(request.responseURL); return; }
  if (!page.getElementById('report')) { state(false, refused ? refused.textContent : word('not-taken')); return; }
  if (page.querySelector('[data-lost]') && !again) { again = true; queue.afresh(); go(); return; }
  state(false);
  if (form.key.value !== page.querySelector('#report [name=key]').value) {
    ['key', 'challenge', 'proof'].forEach(name => { form[name].value = page.querySelector(`#report [name=${name}]`).value; });
    save();
  }
  all('#errors, #emergency, .error', to => { to.replaceWith(page.getElementById(to.id)); });
  id('errors').focus();
};
const post = () => {
  const request = new XMLHttpRequest(), data = new FormData(form);
  const wait = () => { clearTimeout(stall); stall = setTimeout(() => request.abort(), 6e4); };
  ['photos', 'voice', 'video'].forEach(name => data.delete(name));
  queue.into(data);
  request.open('POST', form.action);
  request.upload.onprogress = e => {
    wait();
    const part = id('sending-bar').value = 100 * e.loaded / e.total | 0;
    say('sending-said', part < 100 ? word('sending-part', { n: part }) : word('registering'));
  };
  request.onloadend = () => {
    clearTimeout(stall);
    if (request.status) answered(request); else state(false, word('not-sent'));
  };
  wait();
  request.send(data);
};
const go = async () => {
  state(true);
  id('errors').hidden = true;
  all('.error', node => { node.textContent = ''; });
  say('sending-said', word('finishing'));
  queue.retry();
  await queue.settled();
  if (queue.any('stalled')) state(false, word('not-sent'));
  else if (queue.any('refused')) state(false, word('take-away'));
  else post();
};
on(form, 'submit', e => {
  e.preventDefault();
  if (id('send').disabled) return;
  again = false;
  save();
  go();
});

count(form.description);
restore();
