// 手机办理：先记在手机里，再按先后一件一件发出。断线、关页都不丢；发两遍也只办一次（标识由手机定，服务器认得）
import './sealed.js';
import { all, id, make, on } from './dom.js';
import { secret } from './keeping.js';
import { smaller } from './pictures.js';

const store = self.sealed, facts = document.body.dataset;
const AGAIN = 2e4, STALL = 3e5, TRIES = 4, STALE = 6e5, MOST = 20;
const ONCE = ['accept', 'complete', 'ask_return', 'request_extension', 'ask_suspension'];
const place = location.pathname + location.search;
let person = facts.person, note = '', pressed = 0, wanted, going, timer;

const word = (name, values = {}) => id('outbox-words').content.querySelector(`[data-word=${name}]`).textContent
  .replace(/\{(\w+)\}/g, (whole, key) => values[key]);
const time = at => new Date(+at).toLocaleTimeString('zh-CN', { timeZone: 'Asia/Shanghai', hour: '2-digit', minute: '2-digit', hour12: false });
const mine = async () => (await store.all('acts')).filter(row => row.person === person);
const actOf = form => form.act ? form.act.value : form.dataset.act;
const moveOf = row => row.act.replace(/^\w+-\d+-/, '');

// --- 存一页：姓名电话、照片录音都不存 ---
const lean = page => {
  const body = page.querySelector('body');
  page.querySelectorAll('[data-private], [name=csrfmiddlewaretoken], .s-notes, #outbox li').forEach(node => node.remove());
  page.querySelectorAll('.s-photos, audio, video').forEach(node => {
    const said = page.ownerDocument.createElement('p');
    said.className = 's-soft';
    said.textContent = word('left-out');
    node.replaceWith(said);
  });
  body.dataset.keptAt = Date.now();
  delete body.dataset.keep;
  return `<!DOCTYPE html>${page.outerHTML}`;
};
const keep = (path, page) => store.keepPage(person, path, lean(page));
const keepLinked = async () => {
  const paths = [...document.querySelectorAll('[data-ahead]')].map(link => link.getAttribute('href')).slice(0, MOST);
  const have = await store.all('pages');
  for (const path of paths) {
    const copy = have.find(row => row.path === path && row.person === person);
    if (copy && Date.now() - copy.at < STALE) continue;
    const answer = await fetch(path, { redirect: 'manual' });
    if (!answer.ok) continue;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    if (page.body.dataset.keep === 'yes' && page.body.dataset.person === person) await keep(path, page.documentElement);
  }
  return paths.length;
};

// --- 发出 ---
const token = () => (/(?:^|; )csrftoken=([^;]+)/.exec(document.cookie) || [])[1] || '';
const verdict = async (answer, row) => {
  const told = /json/.test(answer.headers.get('Content-Type')) ? await answer.json() : {};
  if (answer.ok && told.state === 'done') return { state: 'done' };
  if (answer.type === 'opaqueredirect' || answer.status === 401) return { state: 'away', why: told.message };
  if (answer.ok || answer.status === 408 || answer.status === 429) return { state: 'waiting' };
  if (answer.status >= 500) {
    row.tries = (row.tries || 0) + 1;
    if (row.tries < TRIES) return { state: 'waiting' };
  }
  return { state: 'conflict', code: told.code, why: told.message || word(answer.status === 404 ? 'gone' : 'not-taken') };
};
const send = async row => {
  const hand = new AbortController(), stall = setTimeout(() => hand.abort(), STALL);
  try {
    const body = await store.unseal(row);
    return await verdict(await fetch(row.path, {
      method: 'POST', redirect: 'manual', credentials: 'same-origin', body, signal: hand.signal,
      headers: {
        'Content-Type': row.type, 'X-CSRFToken': token(), 'Idempotency-Key': row.key, 'X-Act-Person': row.person,
        'X-Act-Age': String(Math.max(0, Date.now() - row.at)),
      },
    }), row);
  } catch (e) { return { state: 'waiting' }; } finally { clearTimeout(stall); }
};
const turn = async () => {
  let done = 0;
  for (;;) {
    const rows = await mine(), stuck = rows.filter(row => row.state === 'conflict').map(row => row.path);
    // 同一张工单前一件没办成，后面的等着；别的工单照发
    const row = rows.find(one => !stuck.includes(one.path));
    if (!row) { note = ''; break; }
    await paint(row.n);
    const { state, why, code } = await send(row);
    if (state === 'done') { await store.drop('acts', row.n); done += 1; continue; }
    Object.assign(row, { state: state === 'conflict' ? state : 'waiting', why: why || '', code });
    await store.put('acts', row);
    if (state !== 'conflict') { note = state; break; }
  }
  return done;
};
const locked = act => navigator.locks ? navigator.locks.request('shuoshi-phone', act) : act();
const pump = () => {
  clearTimeout(timer);
  wanted = true;
  going = going || locked(() => { wanted = false; return turn(); }).then(async done => {
    const left = await paint();
    going = null;
    // 发的时候信号断了又来：马上接着发
    if (wanted) { pump(); return; }
    if (left.some(row => row.state === 'waiting')) timer = setTimeout(pump, AGAIN);
    if (done) arrived(left);
  });
  return going;
};
const arrived = left => {
  if (left.some(row => row.path === location.pathname)) return;
  const typing = [...document.querySelectorAll('main textarea, main input[type=text], main input[type=number]')].some(field => field.value && field.value !== field.defaultValue);
  if ((pressed || facts.keptAt) && !typing) location.replace(place);
  else id('outbox-fresh').hidden = false;
};

// --- 待发送 ---
const whole = async row => new Response(await store.unseal(row), { headers: { 'Content-Type': row.type } }).formData();
const typed = async row => {
  const data = await whole(row);
  const fields = [...data].filter(([name, value]) => name !== 'act' && value && (value.size === undefined || value.size));
  return { words: fields.filter(([, value]) => !value.size).map(([, value]) => value), files: fields.filter(([, value]) => value.size).length };
};
const again = async row => {
  await store.put('acts', { ...row, state: 'waiting', why: '', tries: 0 });
  pump();
};
const asProgress = async row => {
  const { words } = await typed(row), data = new FormData();
  const act = `workorder-${row.order}-add_progress`;
  data.append('act', act);
  data.append('text', word('meant', { name: row.name, words: words.join('；') }));
  await keepAct({ ...row, act, name: word('progress'), key: secret(), state: 'waiting', why: '', tries: 0 }, data);
  pump();
};
// 网格上报碰上正在办的：是同一件就记进去，不是就另报
const answer = async (row, into) => {
  const data = await whole(row);
  data.set('into', into);
  await keepAct({ ...row, key: secret(), state: 'waiting', why: '', tries: 0 }, data);
  pump();
};
const drop = async row => { await store.drop('acts', row.n); pump(); };
const choices = row => {
  const line = make('p', { className: 's-buttons' });
  const sure = make('button', { className: 's-button is-danger', textContent: word('drop') }, () => {
    if (sure.dataset.sure) drop(row);
    else { sure.dataset.sure = 1; sure.textContent = word('drop-sure'); }
  });
  const [, same] = /(A\d+-\w+)/.exec(row.why) || [];
  if (row.code === 'seen_before') {
    line.append(
      make('button', { className: 's-button', textContent: word('same', { number: same }) }, () => answer(row, same)),
      make('button', { className: 's-button is-primary', textContent: word('not-same') }, () => answer(row, 'none')),
    );
  } else line.append(make('button', { className: 's-button is-primary', textContent: word('again') }, () => again(row)));
  if (moveOf(row) !== 'add_progress' && moveOf(row) !== 'accept' && row.order) {
    line.append(make('button', { className: 's-button', textContent: word('as-progress') }, () => asProgress(row)));
  }
  line.append(sure);
  return line;
};
const line = async (row, sending) => {
  const item = make('li', { className: row.state === 'conflict' ? 's-note is-bad' : '' });
  const state = row.n === sending ? 'sending' : row.state === 'conflict' ? 'conflict' : note === 'away' ? 'away' : 'waiting';
  const link = make('a', { href: row.path, textContent: row.path.split('/')[3] || word('grid') });
  const head = make('p', {}), about = make('p', { className: 's-soft' });
  head.append(make('b', { textContent: row.name }), ` ${time(row.at)} · ${word(state)}`);
  about.append(link);
  item.append(head, about);
  if (row.state === 'conflict') {
    const { words, files } = await typed(row);
    item.append(make('p', { textContent: row.why }));
    if (words.length) item.append(make('p', { className: 's-quote', textContent: words.join('\n') }));
    if (files) item.append(make('p', { className: 's-soft', textContent: word('files', { n: files }) }));
    item.append(choices(row));
  }
  return item;
};
const paint = async sending => {
  const rows = await mine(), lines = [];
  for (const row of rows) lines.push(await line(row, sending));
  const others = (await store.all('acts')).length - rows.length, bad = rows.some(row => row.state === 'conflict');
  id('outbox').hidden = !rows.length && !others;
  id('outbox').classList.toggle('is-bad', bad);
  id('outbox-title').textContent = word(bad ? 'title-bad' : 'title', { n: rows.length });
  id('outbox-said').textContent = others ? word('others', { n: others }) : rows.length ? word(note === 'away' ? 'sign-in' : 'kept') : '';
  id('outbox-in').hidden = note !== 'away';
  id('outbox-in').querySelector('a').search = `next=${encodeURIComponent(place)}`;
  id('outbox-list').replaceChildren(...lines);
  shape(rows.filter(row => row.path === location.pathname && row.state !== 'conflict').map(moveOf));
  return rows;
};
// 已经记下的，不再让按第二次；记下了签收，接着能办的就摆出来
const shape = moves => {
  const later = id('after-accept'), now = document.querySelector('#moves');
  if (later && now && moves.includes('accept') && !now.dataset.later) {
    now.dataset.later = 1;
    now.replaceChildren(later.content.cloneNode(true));
    document.dispatchEvent(new Event('moves'));
  }
  all('main form', form => {
    const act = actOf(form);
    if (act) (form.closest('details') || form).hidden = moves.some(move => ONCE.includes(move) && act.endsWith(`-${move}`));
  });
};
const banner = () => {
  const off = facts.keptAt || !navigator.onLine;
  id('no-line').hidden = !off;
  id('no-line').textContent = facts.keptAt ? word('copy', { time: time(facts.keptAt) }) : word('no-line');
};

// --- 记下 ---
const keepAct = async (row, data) => {
  const body = new Response(data);
  await store.keepAct({ ...row, type: body.headers.get('Content-Type') }, await body.arrayBuffer());
};
const small = async data => {
  const less = new FormData();
  for (const [name, value] of data) {
    if (name === 'csrfmiddlewaretoken' || value.size === 0) continue;
    less.append(name, value.size && /^image\//.test(value.type) ? await smaller(value) : value);
  }
  return less;
};
const take = async form => {
  const name = (form.querySelector('[type=submit]') || form).textContent.trim();
  const data = await small(new FormData(form)), act = actOf(form);
  data.set('act', act);
  const row = { person, path: location.pathname, key: secret(), act, name, order: facts.order, at: Date.now(), state: 'waiting', why: '' };
  await keepAct(row, data);
  if (navigator.storage && navigator.storage.persist) navigator.storage.persist();
  pressed += 1;
  form.reset();
  // 记下了，同一张表单可以接着再写一件
  clearTimeout(form.sent);
  form.sent = 0;
  const opened = form.closest('details');
  if (opened) opened.open = false;
};
on(document, 'submit', async e => {
  const form = e.target;
  if (!store.able || !('order' in facts) || !actOf(form) || e.defaultPrevented) return;
  e.preventDefault();
  try { await take(form); } catch (problem) { form.submit(); return; }
  await paint();
  if (!navigator.onLine || facts.keptAt) id('outbox').focus();
  pump();
});

// --- 退出：没发完的先说清楚，手机上存的全部删掉 ---
const leave = async form => { await store.wipe(person); localStorage.removeItem('shuoshi-person'); form.submit(); };
all('[data-leave]', form => on(form, 'submit', async e => {
  if (!store.able) return;
  e.preventDefault();
  const { length } = await mine();
  if (!length) { leave(form); return; }
  id('leaving').hidden = false;
  id('leaving-said').textContent = word('leaving', { n: length });
  id('leaving').focus();
  id('leaving-stay').onclick = () => { id('leaving').hidden = true; };
  id('leaving-go').onclick = () => leave(form);
}));

const start = async () => {
  if (facts.worker && navigator.serviceWorker) navigator.serviceWorker.register(facts.worker).catch(() => 0);
  if (person) localStorage.setItem('shuoshi-person', person);
  else person = localStorage.getItem('shuoshi-person') || '';
  if (facts.person) await store.wipePages(person);
  banner();
  await paint();
  ['online', 'offline'].forEach(type => on(window, type, banner));
  on(window, 'online', pump);
  on(document, 'visibilitychange', () => { if (!document.hidden) pump(); });
  if (facts.person) pump();
};
// 这一页和它列的工单都存好了，才说没有信号也能办
const ready = async () => {
  const copy = facts.keep === 'yes' && facts.person && !facts.keptAt && document.documentElement.cloneNode(true);
  await start();
  if (!copy) return;
  await keep(place, copy);
  if (!navigator.serviceWorker) return;
  await navigator.serviceWorker.ready;
  const number = await keepLinked();
  if (id('kept-said')) id('kept-said').textContent = word('kept-pages', { n: number });
  document.documentElement.dataset.kept = number;
};
if (store.able) ready().catch(() => 0);
