// 录音：每三秒存一次，没电了也留得下；停了才上传
import { id, on, say, word } from './dom.js';
import { keepFile, secret } from './keeping.js';

const LONGEST = 179;

export const recorder = (draft, begun, done) => {
  const button = id('record');
  if (!window.MediaRecorder || !navigator.mediaDevices) return;
  button.hidden = false;
  let recording, ticking;
  const mode = (name, live) => {
    button.textContent = word(name);
    button.classList.toggle('recording', live);
    say('record-time');
  };
  const begin = stream => {
    const mimeType = ['audio/webm', 'audio/mp4'].find(kind => MediaRecorder.isTypeSupported(kind));
    const from = Date.now(), key = secret(), parts = [];
    const file = () => new File(parts, 'voice.' + mimeType.slice(6), { type: mimeType });
    recording = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: 32e3 });
    recording.ondataavailable = ({ data }) => {
      parts.push(data);
      keepFile({ key, kind: 'voice', file: file(), draft, at: from, done: false });
    };
    recording.onstop = () => {
      clearInterval(ticking);
      stream.getTracks().forEach(track => track.stop());
      mode('record-again', false);
      say('voice-said', word('recorded'));
      done(key, file());
    };
    begun();
    recording.start(3e3);
    mode('record-stop', true);
    ticking = setInterval(() => {
      const past = (Date.now() - from) / 1e3 | 0;
      say('record-time', word('recording', { n: past }));
      if (past > LONGEST) recording.stop();
    }, 500);
  };
  on(button, 'click', () => {
    if (recording && recording.state === 'recording') { recording.stop(); return; }
    navigator.mediaDevices.getUserMedia({ audio: true }).then(begin).catch(() => say('voice-said', word('no-microphone')));
  });
};
