// Scans wait here until the server has answered: a lost line, a closed window or a restarted
// server loses nothing. Each entry has an id of its own, so that sending it twice counts once.
//
// An entry is {id, at, kind, shown, …}: when it was asked for, by the server's clock; "send" with
// url and data; "choice" with a number, "undo", and "of_reader" with what, which are looked up when
// their turn comes; "open" with a patron; "close".

import { serverNow } from "./clock.js";

export const RETRY_MS = [500, 1000, 2000, 5000];

export function newId() { // randomUUID needs https; a library's desk may have none
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6] & 0x0f) | 0x40;
  b[8] = (b[8] & 0x3f) | 0x80;
  const hex = [...b].map((x) => x.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

// What was kept, if it can be used: the open patron, of which sitting, what is let pass, of which
// database, the entries that wait.
function usable(state) {
  return state && Array.isArray(state.queue) ? state : { patron: "", queue: [] };
}

export class Queue {
  #store;
  #key;
  #perform;
  #busy = true; // until `start`

  // perform(entry, tries) does one entry: "done", "again" after a while, or "stop" until `resume`.
  constructor(perform) {
    this.#perform = perform;
    this.owner = newId();
    this.state = usable(null);
    this.loaded = false;
    this.saved = Promise.resolve(true);
    this.stopped = false; // nobody is signed in: entries wait
    this.superseded = false; // another window works with this account's queue
    this.lost = () => {}; // called when it is
    this.pause = (ms) => new Promise((go) => setTimeout(go, ms));
  }

  async load(store, key) {
    this.#store = store;
    this.#key = key;
    this.state = usable(await store.load(key));
    this.state.owner = this.owner;
    this.loaded = true;
    this.save({ take: true });
  }

  get entries() {
    return this.state.queue;
  }

  // Resolves when the state is on disk.
  save(details = {}) {
    if (this.loaded && !this.superseded) {
      this.saved = this.#store.save(this.#key, this.state, details);
      this.saved.then((ours) => { if (!ours) this.give(); });
    }
    return this.saved;
  }

  // Another window has the queue now.
  give() {
    if (this.superseded) return;
    this.superseded = true;
    this.lost();
  }

  // What the server acknowledged since, to be asked for again of a database that lacks it.
  acknowledged(since) {
    return this.#store.acknowledged(this.#key, since);
  }

  add(kind, details = {}) {
    const entry = { id: newId(), at: serverNow(), kind, ...details };
    this.entries.push(entry);
    this.save();
    return entry;
  }

  // An entry that was done once, to be done again as the same.
  repeat(entry) {
    this.entries.push(entry);
    this.save();
    return entry;
  }

  // Before whatever waits already.
  first(kind, details = {}) {
    this.entries.unshift({ id: newId(), kind, ...details });
  }

  // Right after the entry that is being done, as a part of it.
  next(kind, details = {}) {
    this.entries.splice(1, 0, { id: newId(), at: this.entries[0].at, kind, ...details });
    this.save();
  }

  start() {
    this.#busy = false;
    return this.pump();
  }

  // One entry after another, each until it is done.
  async pump() {
    if (this.#busy || this.stopped || this.superseded) return;
    this.#busy = true;
    for (let tries = 0; this.entries.length && !this.stopped;) {
      await this.saved; // nothing is sent that could be forgotten
      if (this.superseded) break;
      const outcome = await this.#perform(this.entries[0], tries);
      if (this.superseded) break;
      if (outcome === "done") {
        const done = this.entries.shift();
        this.save({ done: done.acknowledged ? done : null });
        tries = 0;
      } else if (outcome === "stop") {
        this.stopped = true;
      } else {
        await this.pause(RETRY_MS[Math.min(tries++, RETRY_MS.length - 1)]);
      }
    }
    this.#busy = false;
  }
}
