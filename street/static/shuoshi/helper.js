// 脚本写出的中文，旁边也放上辅助文字
const said = JSON.parse(document.documentElement.dataset.helper || '{"words":{}}');
const escape = text => text.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
const forms = Object.keys(said.words).map(source => {
  const names = (source.match(/\{\w*\}/g) || []);
  return { names, text: said.words[source], form: new RegExp('^' + source.split(/\{\w*\}/).map(escape).join('(.+?)') + '$') };
});
const find = chinese => {
  for (const { names, text, form } of forms) {
    const found = form.exec(chinese.trim());
    if (found) return names.reduce((so, name, i) => so.replace(name, said.words[found[i + 1]] || found[i + 1]), text);
  }
};
const beside = node => {
  const at = node.parentElement;
  if (!at || at.closest('.helper, script, textarea') || at.querySelector(':scope > .helper')) return;
  const text = find(node.data);
  if (!text) return;
  at.append(Object.assign(document.createElement('span'), { className: 'helper', lang: said.lang, dir: said.dir, textContent: text }));
};
new MutationObserver(changes => changes.forEach(({ addedNodes }) => addedNodes.forEach(node => {
  if (node.nodeType === 3) beside(node);
  else if (node.nodeType === 1 && node !== document.body) {
    const texts = document.createTreeWalker(node, 4), found = [];
    while (texts.nextNode()) found.push(texts.currentNode);
    found.forEach(beside);
  }
}))).observe(document.documentElement, { childList: true, subtree: true });
