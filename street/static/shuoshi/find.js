// 用位置找点位：点了才问，问到了只发给本站查一次，不存
const id = name => document.getElementById(name);
const button = id('near');
const said = text => { id('near-said').textContent = text || ''; id('near-said').hidden = !text; };
const list = places => {
  id('near-list').textContent = '';
  places.forEach(({ name, url, metres }) => {
    const item = document.createElement('li');
    item.append(Object.assign(document.createElement('a'), { href: url, textContent: `${name} ${metres} 米` }));
    id('near-list').append(item);
  });
  id('near-list').hidden = !places.length;
  said(places.length ? '' : id('near-said').dataset.none);
};
const failed = () => { button.disabled = false; said(id('near-said').dataset.denied); };
const ask = ({ coords }) => {
  const body = new FormData();
  body.append('latitude', coords.latitude);
  body.append('longitude', coords.longitude);
  fetch(button.dataset.url, { method: 'POST', body })
    .then(answer => answer.ok ? answer.json() : Promise.reject())
    .then(found => { button.disabled = false; list(found.places); })
    .catch(failed);
};
if (button && navigator.geolocation) {
  button.hidden = id('near-hint').hidden = false;
  button.addEventListener('click', () => {
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(ask, failed, { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 });
  });
}
