// 各页共用的几样小工具；界面上的话写在模板里（_words.html），这里只按名取用
export const id = name => document.getElementById(name);
export const on = (node, type, act) => node.addEventListener(type, act);
export const all = (selector, act) => document.querySelectorAll(selector).forEach(act);
export const say = (name, text = '') => { id(name).textContent = text; };
export const make = (tag, values, act) => {
  const node = Object.assign(document.createElement(tag), values);
  if (act) { node.type = 'button'; on(node, 'click', act); }
  return node;
};
export const word = (name, values = {}) => {
  const found = id('words').content.querySelector(`[data-word=${name}]`).textContent;
  return found.replace(/\{(\w+)\}/g, (all, key) => values[key]);
};
