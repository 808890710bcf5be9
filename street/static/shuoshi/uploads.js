// 边写边传：一个一个传，断了会自己再传；服务器不收的说明为什么；暂存满了的随表单一起发
import { dropFile, keepFile } from './keeping.js';

const WAITING = 'waiting', SENDING = 'sending', DONE = 'done', STALLED = 'stalled', REFUSED = 'refused', ALONE = 'alone';
const SILENCE = 4e4, LONGEST = 3e4;

export const uploads = (address, draft, paint) => {
  let items = [], busy = null, waiters = [];

  const ask = (method, item) => {
    const request = new XMLHttpRequest();
    request.open(method, address);
    request.setRequestHeader('X-Draft', draft);
    request.setRequestHeader('X-Upload', item.key);
    return request;
  };
  const said = request => { try { return JSON.parse(request.responseText); } catch (e) { return {}; } };
  const turn = (item, state, why = '') => { Object.assign(item, { state, why }); paint(item); };

  const settle = () => {
    if (busy || items.some(item => item.state === WAITING)) return;
    waiters.splice(0).forEach(done => done(items));
  };
  const later = item => {
    turn(item, STALLED);
    item.tries = (item.tries || 0) + 1;
    item.timer = setTimeout(() => { if (item.state === STALLED) { turn(item, WAITING); pump(); } }, Math.min(LONGEST, 1e3 * 2 ** item.tries));
  };
  const answered = (item, request) => {
    const { code, message } = said(request);
    if (request.status === 201) {
      item.part = 100;
      turn(item, DONE);
      keepFile(row(item));
    } else if ([400, 413].includes(request.status) && message && code !== 'cut_off') turn(item, REFUSED, message);
    else if (request.status >= 400 && code !== 'cut_off' && (request.status !== 500 || item.tries > 1)) turn(item, ALONE);
    else later(item);
  };
  const row = item => ({ key: item.key, kind: item.kind, file: item.file, draft, at: item.at, done: item.state === DONE });

  const pump = () => {
    const item = items.find(one => one.state === WAITING);
    if (busy || !item) { settle(); return; }
    const request = ask('POST', item);
    let silence;
    const wait = () => { clearTimeout(silence); silence = setTimeout(() => request.abort(), SILENCE); };
    busy = { item, request };
    clearTimeout(item.timer);
    turn(item, SENDING);
    request.setRequestHeader('X-Kind', item.kind);
    request.setRequestHeader('X-Name', encodeURIComponent(item.file.name || ''));
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.upload.onprogress = e => { wait(); item.part = 100 * e.loaded / e.total | 0; paint(item); };
    request.onloadend = () => {
      clearTimeout(silence);
      busy = null;
      if (items.includes(item)) answered(item, request);
      pump();
    };
    wait();
    request.send(item.file);
  };

  const remove = item => {
    items = items.filter(one => one !== item);
    clearTimeout(item.timer);
    dropFile(item.key);
    if (busy && busy.item === item) busy.request.abort();
    if (item.state !== REFUSED) ask('DELETE', item).send();
    pump();
  };
  const add = item => {
    items.push(Object.assign(item, { at: item.at || Date.now(), part: item.done ? 100 : 0 }));
    turn(item, item.done ? DONE : WAITING);
    if (!item.done) keepFile(row(item));
    pump();
    return item;
  };
  const again = wanted => {
    items.filter(item => wanted.includes(item.state)).forEach(item => turn(item, WAITING));
    pump();
  };
  addEventListener('online', () => again([STALLED]));

  return {
    add, remove,
    of: kind => items.filter(item => item.kind === kind),
    any: state => items.some(item => item.state === state),
    retry: () => again([STALLED]),
    // 服务器说不在了：都再传一遍，传过的它认得
    afresh: () => again([DONE, STALLED]),
    settled: () => new Promise(done => { waiters.push(done); pump(); }),
    // 放进表单：传好的只写标识，没能先传的随表单一起走
    into: data => {
      data.append('draft', draft);
      items.forEach(item => {
        if (item.state === DONE) data.append('uploads', item.key);
        else data.append(item.kind === 'photo' ? 'photos' : item.kind, item.file, item.file.name || item.kind);
      });
    },
  };
};
