// 现场记录：录音留原声，位置只在点了按钮以后写进文字，人看得见、删得掉；两样都可以不用
import { all, id, make, on } from './dom.js';

const LONGEST = 18e4;
const word = (name, values = {}) => id('outbox-words').content.querySelector(`[data-word=${name}]`).textContent
  .replace(/\{(\w+)\}/g, (whole, key) => values[key]);

const hand = (input, file) => {
  const box = new DataTransfer();
  box.items.add(file);
  input.files = box.files;
};
const recorder = input => {
  if (input.dataset.ready || !window.MediaRecorder || !navigator.mediaDevices) return;
  input.dataset.ready = 1;
  const said = make('p', { className: 's-hint' }), heard = make('audio', { controls: true, hidden: true });
  let live;
  const begin = stream => {
    const mimeType = ['audio/webm', 'audio/mp4'].find(kind => MediaRecorder.isTypeSupported(kind)), parts = [];
    live = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: 32e3 });
    live.ondataavailable = ({ data }) => parts.push(data);
    live.onstop = () => {
      stream.getTracks().forEach(track => track.stop());
      const file = new File(parts, `voice.${mimeType.slice(6)}`, { type: mimeType });
      hand(input, file);
      Object.assign(heard, { src: URL.createObjectURL(file), hidden: false });
      button.textContent = word('record-again');
    };
    live.start();
    button.textContent = word('record-stop');
    setTimeout(() => { if (live.state === 'recording') live.stop(); }, LONGEST);
  };
  const button = make('button', { className: 's-button is-wide', textContent: word('record') }, () => {
    if (live && live.state === 'recording') live.stop();
    else navigator.mediaDevices.getUserMedia({ audio: true }).then(begin).catch(() => { said.textContent = word('no-microphone'); });
  });
  on(input.form, 'reset', () => { heard.hidden = true; button.textContent = word('record'); });
  input.before(button, heard, said);
};
const locator = text => {
  if (text.dataset.ready || !navigator.geolocation) return;
  text.dataset.ready = 1;
  const said = make('p', { className: 's-hint' });
  const found = ({ coords }) => {
    const where = word('located', { lat: coords.latitude.toFixed(5), lon: coords.longitude.toFixed(5), far: Math.round(coords.accuracy) });
    text.value = `${text.value}${where}`;
    said.textContent = '';
  };
  const lost = () => { said.textContent = word('not-located'); };
  text.after(make('button', { className: 's-button', textContent: word('locate') }, () => {
    navigator.geolocation.getCurrentPosition(found, lost, { timeout: 2e4, maximumAge: 6e4 });
  }), said);
};
const fit = () => all('main [data-voice]', input => {
  recorder(input);
  locator(input.form.elements.text);
});
fit();
on(document, 'moves', fit);
