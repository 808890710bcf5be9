// 回执存成图片：把页上的回执画到画布上，给人下载；微信里长按图片保存
import { id, make, on, say, word } from './dom.js';

const WIDE = 720, EDGE = 48, LINE = 46, CODE = 320;
const card = id('card'), font = (size, weight = 400) => `${weight} ${size}px ${getComputedStyle(card).fontFamily}`;

const wrapped = (pen, text, wide) => {
  const lines = [''];
  [...text.trim().replace(/\s+/g, ' ')].forEach(sign => {
    const line = lines[lines.length - 1] + sign;
    if (pen.measureText(line).width > wide) lines.push(sign); else lines[lines.length - 1] = line;
  });
  return lines;
};
const parts = pen => {
  const rows = [];
  const put = (node, size, weight, colour, after) => {
    pen.font = font(size, weight);
    wrapped(pen, node.textContent, WIDE - 2 * EDGE).forEach(text => rows.push({ text, size, weight, colour, high: LINE * size / 30 }));
    rows[rows.length - 1].high += after;
  };
  put(card.querySelector('h2'), 40, 700, '#0e3a6c', 14);
  card.querySelectorAll('dt').forEach(term => {
    put(term, 24, 400, '#4b555c', 0);
    put(term.nextElementSibling, 32, 700, '#1b2226', 10);
  });
  return rows;
};
const drawn = () => {
  const canvas = make('canvas', { width: WIDE, height: 1 }), code = card.querySelector('img');
  const rows = parts(canvas.getContext('2d')), foot = card.querySelector('figcaption');
  const words = rows.reduce((sum, row) => sum + row.high, EDGE);
  canvas.height = words + CODE + EDGE * 2.5;
  const pen = canvas.getContext('2d');
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, WIDE, canvas.height);
  pen.textBaseline = 'top';
  let y = EDGE;
  rows.forEach(row => {
    pen.font = font(row.size, row.weight);
    pen.fillStyle = row.colour;
    pen.fillText(row.text, EDGE, y);
    y += row.high;
  });
  pen.imageSmoothingEnabled = false;
  pen.drawImage(code, (WIDE - CODE) / 2, y, CODE, CODE);
  pen.font = font(24);
  pen.fillStyle = '#4b555c';
  pen.textAlign = 'center';
  pen.fillText(foot.textContent.trim(), WIDE / 2, y + CODE + 12, WIDE - EDGE);
  return canvas.toDataURL('image/png');
};

if (card) on(id('card-save'), 'click', async () => {
  const code = card.querySelector('img');
  try { if (!code.complete) await code.decode(); } catch (e) { /* 没有码也存得下文字 */ }
  const picture = drawn();
  say('card-shown');
  id('card-shown').append(make('img', { src: picture, alt: word('card-alt') }));
  say('card-said', word('card-said'));
  const link = make('a', { href: picture, download: `${card.dataset.number}.png` });
  document.body.append(link);
  link.click();
  link.remove();
});
