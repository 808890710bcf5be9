// 草稿只在这部手机上：文字在 localStorage，文件在 IndexedDB；见到回执就清掉。
// 不记姓名电话，免得别人用手机时看见。两样都不能用时照常写、照常发，只是关了页就没有了。
const NAME = 'shuoshi', LIFE = 2592e6;
const store = act => { try { return act(localStorage); } catch (e) { return undefined; } };
const open = () => new Promise((done, fail) => {
  const ask = indexedDB.open(NAME, 1);
  ask.onupgradeneeded = () => ask.result.createObjectStore('files', { keyPath: 'key' });
  ask.onsuccess = () => done(ask.result);
  ask.onerror = ask.onblocked = fail;
});
const files = async (mode, act) => {
  try {
    const base = await open();
    return await new Promise((done, fail) => {
      const deal = base.transaction('files', mode), ask = act(deal.objectStore('files'));
      deal.oncomplete = () => { base.close(); done(ask.result); };
      deal.onabort = deal.onerror = fail;
    });
  } catch (e) { return undefined; }
};

export const secret = () => [...crypto.getRandomValues(new Uint8Array(24))].map(part => part.toString(16).padStart(2, '0')).join('');
export const keepWords = words => store(box => { box[NAME] = JSON.stringify(words); });
export const keptWords = (path, at) => {
  const kept = store(box => JSON.parse(box[NAME]));
  return kept && kept.path === path && at - kept.at < LIFE ? kept : null;
};
export const keepFile = row => files('readwrite', box => box.put(row));
export const dropFile = key => files('readwrite', box => box.delete(key));
export const keptFiles = async draft => {
  const rows = await files('readonly', box => box.getAll()) || [];
  // 别处没写完的那一份，文字已被这一份替下，文件也不再留
  rows.filter(row => row.draft !== draft).forEach(row => dropFile(row.key));
  return rows.filter(row => row.draft === draft).sort((one, other) => one.at - other.at);
};
export const forget = () => {
  store(box => box.removeItem(NAME));
  return files('readwrite', box => box.clear());
};
