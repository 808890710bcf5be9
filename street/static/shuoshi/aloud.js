// 朗读：手机自己念，没有中文语音就没有这个按钮
const voices = window.speechSynthesis;
const voice = lang => voices.getVoices().find(one => one.lang.slice(0, 2) === lang.slice(0, 2));
const button = () => document.getElementById('aloud');
let label;
const stop = () => {
  voices.cancel();
  if (label) button().replaceChildren(...label);
  label = null;
};
const seen = node => node.parentElement.getClientRects().length && !node.parentElement.closest('script, textarea, [aria-hidden]');
const pieces = () => {
  const texts = document.createTreeWalker(document.getElementById('main'), 4), found = [];
  while (texts.nextNode()) {
    const node = texts.currentNode, text = node.data.trim();
    if (!text || !seen(node)) continue;
    const lang = node.parentElement.closest('[lang]').lang, block = node.parentElement.closest('p, li, dt, dd, h1, h2, h3, label, legend, button, summary');
    const last = found[found.length - 1];
    if (last && last.block === block && last.lang === lang) last.text += text;
    else found.push({ text, lang, block });
  }
  return found;
};
const start = () => {
  label = [...button().childNodes];
  button().textContent = button().dataset.stop;
  // 一段一句：太长的一口气，有的手机念到一半就停
  const said = pieces().filter(({ lang }) => voice(lang)).map(({ text, lang }) =>
    Object.assign(new SpeechSynthesisUtterance(text), { lang, voice: voice(lang), rate: .9 }));
  if (!said.length) return stop();
  said[said.length - 1].onend = stop;
  said.forEach(one => voices.speak(one));
};
const offer = () => { if (button()) button().hidden = !voice('zh'); };
if (voices) {
  offer();
  voices.onvoiceschanged = offer;
  document.addEventListener('click', ({ target }) => { if (button() && button().contains(target)) label ? stop() : start(); });
  addEventListener('pagehide', () => voices.cancel());
}
