/* 代为上报：边打字边查地点、查提示。没有它，按“查一查”照样办事。 */
const form = document.getElementById('behalf');
const print = document.querySelector('[data-print]');
if (print) {
  print.hidden = false;
  print.addEventListener('click', () => window.print());
}

/* 要先打的电话移到最上面，手机上也一眼看见 */
const put = (part, html) => {
  const box = document.getElementById(part), top = document.getElementById('alarm');
  box.innerHTML = html;
  if (part !== 'hints') return;
  const alarm = box.querySelector('.b-alarm');
  if (top.textContent !== (alarm ? alarm.textContent : '')) top.replaceChildren(...(alarm ? [alarm] : []));
  else if (alarm) alarm.remove();
};

const asked = {};
const load = part => {
  const turn = asked[part] = (asked[part] || 0) + 1;
  const body = new FormData(form);
  body.append('do', 'look');
  body.append('part', part);
  return fetch(form.action, { method: 'POST', body, credentials: 'same-origin' })
    .then(answer => answer.ok ? answer.text() : Promise.reject(answer.status))
    .then(html => { if (turn === asked[part]) put(part, html); })
    .catch(() => { });
};

const waiting = {};
const soon = (part, wait) => {
  clearTimeout(waiting[part]);
  waiting[part] = setTimeout(() => load(part).then(() => part === 'found' && load('hints')), wait);
};

const choices = () => Array.from(document.querySelectorAll('#found input'));
const choose = one => {
  if (!one) return;
  one.checked = true;
  one.focus();
  soon('hints', 100);
};

const keys = event => {
  const first = choices()[0];
  if (event.key === 'ArrowDown' && first) choose(first);
  else if (event.key === 'Enter' && choices().length) choose(choices().find(one => one.checked) || first);
  else return;
  event.preventDefault();
};

if (form) {
  const q = document.getElementById('b-q');
  q.addEventListener('input', () => { if (q.value.trim().length > 1) soon('found', 250); });
  q.addEventListener('keydown', keys);
  document.getElementById('b-description').addEventListener('input', () => soon('hints', 700));
  document.getElementById('b-phone').addEventListener('change', () => soon('hints', 0));
  form.addEventListener('change', event => { if (event.target.name === 'place' || event.target.name === 'kind') soon('hints', 100); });
}
