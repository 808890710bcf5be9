// 手机上存的：待发送的办理、看过的页面。都用一把取不出来的钥匙加密，退出时连钥匙一起删。
// 页面脚本和离线脚本（worker.js）共用，所以不写 import、export。
(scope => {
  const NAME = 'shuoshi-phone', LIFE = 432e5;
  const open = () => new Promise((done, fail) => {
    const ask = indexedDB.open(NAME, 1);
    ask.onupgradeneeded = () => {
      ask.result.createObjectStore('keys', { keyPath: 'person' });
      ask.result.createObjectStore('pages', { keyPath: 'path' });
      ask.result.createObjectStore('acts', { keyPath: 'n', autoIncrement: true });
    };
    ask.onsuccess = () => done(ask.result);
    ask.onerror = ask.onblocked = fail;
  });
  const deal = async (store, mode, act) => {
    const base = await open();
    try {
      return await new Promise((done, fail) => {
        const work = base.transaction(store, mode), ask = act(work.objectStore(store));
        work.oncomplete = () => done(ask.result);
        work.onabort = work.onerror = () => fail(work.error);
      });
    } finally { base.close(); }
  };
  const all = store => deal(store, 'readonly', rows => rows.getAll());
  const get = (store, key) => deal(store, 'readonly', rows => rows.get(key));
  const put = (store, row) => deal(store, 'readwrite', rows => rows.put(row));
  const drop = (store, key) => deal(store, 'readwrite', rows => rows.delete(key));
  const dropAll = async (store, unwanted) => {
    const rows = (await all(store)).filter(unwanted);
    await Promise.all(rows.map(row => drop(store, row[{ keys: 'person', pages: 'path', acts: 'n' }[store]])));
  };

  const keyOf = async person => {
    const row = await get('keys', person);
    if (row) return row.key;
    const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
    await put('keys', { person, key });
    return key;
  };
  const seal = async (person, bytes) => {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    return { iv, data: await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await keyOf(person), bytes) };
  };
  const unseal = async row => crypto.subtle.decrypt({ name: 'AES-GCM', iv: row.iv }, await keyOf(row.person), row.data);

  scope.sealed = {
    able: !!(scope.crypto && crypto.subtle && scope.indexedDB),
    all, get, put, drop, unseal,
    keepPage: async (person, path, html) => {
      const box = await seal(person, new TextEncoder().encode(html));
      await put('pages', { path, person, at: Date.now(), ...box });
    },
    // 存得久的不再给看：人可能已经不在这个岗位上了
    page: async path => {
      const row = await get('pages', path);
      return row && Date.now() - row.at < LIFE ? { at: row.at, html: new TextDecoder().decode(await unseal(row)) } : null;
    },
    keepAct: async (row, bytes) => put('acts', { ...row, ...await seal(row.person, bytes) }),
    wipe: async person => {
      for (const store of ['pages', 'acts', 'keys']) await dropAll(store, row => row.person === person);
    },
    wipePages: keep => dropAll('pages', row => row.person !== keep || Date.now() - row.at > LIFE),
  };
})(self);
