// What a desk keeps on this computer: how its queue stands, and what the server has acknowledged,
// for as long as a restored backup may lack it. Written through to the disk (IndexedDB, durability
// "strict"): a power cut takes nothing back.

export const KEPT_MS = 14 * 86400000;
const NAME = "sandyq-desk";
const VERSION = 1;

// The store of this browser; one that allows none keeps what it has till the window closes.
export async function openStore() {
  try {
    return new DiskStore(await opened());
  } catch {
    return new MemoryStore();
  }
}

function opened() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, VERSION);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("queue");
      asked.result.createObjectStore("acknowledged", { keyPath: "id" }).createIndex("at", "at");
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
    asked.onblocked = () => reject(new Error("blocked"));
  });
}

function result(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

class DiskStore {
  #db;

  constructor(db) {
    this.#db = db;
    db.onversionchange = () => db.close();
  }

  load(key) {
    return result(this.#db.transaction("queue").objectStore("queue").get(key));
  }

  // Write the state unless another window has it now; resolves when it is on disk, to whether it is
  // ours. `done` is an entry that was acknowledged; `take`: it is ours from now on.
  save(key, state, { done = null, take = false } = {}) {
    const work = this.#db.transaction(["queue", "acknowledged"], "readwrite", { durability: "strict" });
    const queue = work.objectStore("queue");
    let ours = true;
    const asked = queue.get(key);
    asked.onsuccess = () => {
      ours = take || !asked.result || asked.result.owner === state.owner;
      if (!ours) return;
      queue.put(state, key);
      if (done) work.objectStore("acknowledged").put({ id: done.id, at: done.at, key, entry: done });
    };
    return new Promise((resolve, reject) => {
      work.oncomplete = () => resolve(ours);
      work.onabort = () => reject(work.error);
    });
  }

  // What was acknowledged since, in its order; what is too old goes.
  async acknowledged(key, since) {
    const work = this.#db.transaction("acknowledged", "readwrite");
    const kept = work.objectStore("acknowledged");
    const old = await result(kept.index("at").getAllKeys(IDBKeyRange.upperBound(Date.now() - KEPT_MS)));
    for (const id of old) kept.delete(id);
    const rows = await result(kept.index("at").getAll(IDBKeyRange.lowerBound(since)));
    return rows.filter((row) => row.key === key).map((row) => row.entry);
  }
}

export class MemoryStore {
  states = new Map();
  done = [];

  async load(key) {
    return this.states.get(key);
  }

  async save(key, state, { done = null, take = false } = {}) {
    const there = this.states.get(key);
    if (!take && there && there.owner !== state.owner) return false;
    this.states.set(key, structuredClone(state));
    if (done) this.done.push({ key, entry: structuredClone(done) });
    return true;
  }

  async acknowledged(key, since) {
    return this.done.filter((row) => row.key === key && row.entry.at >= since).map((row) => row.entry);
  }
}
