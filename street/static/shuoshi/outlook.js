// 边写边看：大概谁来办、多久；说到危险，马上给出电话。只问不存，问不到就不显示
const id = name => document.getElementById(name);
const form = id('report'), box = id('outlook');
let timer, asked = '', turn = 0;
const links = (item, { text, phones }) => {
  item.textContent = text;
  phones.forEach(phone => item.append(Object.assign(document.createElement('a'), { href: 'tel:' + phone, textContent: `拨打 ${phone}` })));
};
const alarm = found => {
  const section = id('emergency'), list = document.createElement('ul');
  const key = JSON.stringify(found);
  if (section.dataset.key === key) return;
  section.dataset.key = key;
  section.hidden = !found.length;
  const head = Object.assign(document.createElement('h2'), { textContent: section.dataset.head });
  found.forEach(advice => { const item = document.createElement('li'); links(item, advice); list.append(item); });
  section.textContent = '';
  if (!found.length) return;
  section.append(head, list);
  section.scrollIntoView({ block: 'nearest' });
};
const show = ({ unit, limit, due, emergency }) => {
  alarm(emergency);
  const said = id(unit ? 'outlook-sure' : 'outlook-unsure').content.cloneNode(true);
  if (unit) [unit, limit, due].forEach((text, i) => { said.querySelectorAll('*')[i].textContent = text; });
  id('outlook-said').textContent = '';
  id('outlook-said').append(said);
  box.hidden = false;
};
const ask = () => {
  const body = new FormData();
  ['kind', 'description', 'address'].forEach(name => body.append(name, form[name].value));
  const text = JSON.stringify([...body]);
  if (text === asked) return;
  asked = text;
  const mine = ++turn;
  if (form.description.value.trim().length < 4) { box.hidden = true; alarm([]); return; }
  fetch(box.dataset.url, { method: 'POST', body, headers: { Accept: 'application/json' } })
    .then(answer => answer.ok ? answer.json() : Promise.reject())
    .then(found => { if (mine === turn) show(found); })
    .catch(() => { if (mine === turn) { box.hidden = true; asked = ''; } });
};
if (form && box) {
  // 在正写字的地方，不用往上翻
  form.description.before(id('emergency'));
  form.addEventListener('input', event => {
    if (!['kind', 'description', 'address'].includes(event.target.name)) return;
    clearTimeout(timer);
    timer = setTimeout(ask, 800);
  });
  // 上次没发出的草稿由 report.js 填回，没有输入事件
  setTimeout(() => { if (form.description.value) ask(); }, 500);
}
// 分享本页：没有分享就复制链接
const share = id('share');
if (share) {
  share.hidden = false;
  share.addEventListener('click', () => {
    const url = location.origin + share.dataset.url;
    const copy = () => navigator.clipboard.writeText(url).then(() => { id('shared').textContent = share.dataset.copied; });
    const done = navigator.share ? navigator.share({ title: document.title, url }) : navigator.clipboard ? copy() : Promise.reject();
    done.catch(error => { if (!error || error.name !== 'AbortError') id('shared').textContent = url; });
  });
}
