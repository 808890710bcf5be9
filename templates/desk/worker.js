{% load static %}// 手机办理页的离线脚本：有信号照常走网络；没有信号，给看存过的那一页
importScripts('{% static "shuoshi/sealed.js" %}');
const SHELL = 'shuoshi-phone-{{ version }}', OFFLINE = '{{ offline }}', PATIENCE = 7e3;
const FILES = [OFFLINE{% for name in files %}, '{% static name %}'{% endfor %}];
const HEADERS = { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'" };

self.addEventListener('install', e => {
  self.skipWaiting();
  e.waitUntil(caches.open(SHELL).then(shell => shell.addAll(FILES)));
});
self.addEventListener('activate', e => e.waitUntil((async () => {
  const old = (await caches.keys()).filter(name => name.startsWith('shuoshi-phone-') && name !== SHELL);
  await Promise.all(old.map(name => caches.delete(name)));
  await self.clients.claim();
})()));

const kept = async url => {
  const page = await self.sealed.page(url.pathname + url.search) || url.pathname === '/phone/' && await self.sealed.page('/phone/orders/');
  return page && new Response(page.html, { headers: HEADERS });
};
const shown = async (request, url) => {
  const network = fetch(request);
  const late = new Promise(done => setTimeout(done, PATIENCE));
  try {
    const first = await Promise.race([network, late]);
    if (first) return first;
  } catch (e) { return await kept(url) || caches.match(OFFLINE); }
  // 信号很弱：存过的先给看，没存过的接着等
  return await kept(url) || network.catch(() => caches.match(OFFLINE));
};
const file = async request => {
  const hashed = /\.[0-9a-f]{12}\./.test(request.url), have = hashed && await caches.match(request);
  return have || fetch(request).catch(async () => await caches.match(request) || Response.error());
};

self.addEventListener('fetch', e => {
  const { request } = e, url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (request.mode === 'navigate' && url.pathname.startsWith('/phone/')) e.respondWith(shown(request, url));
  else if (url.pathname.startsWith('{% get_static_prefix %}')) e.respondWith(file(request));
});
