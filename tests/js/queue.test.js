import assert from "node:assert/strict";
import { test } from "node:test";
import { Queue, newId } from "../../ils/static/desk/queue.js";

class Storage {
  items = new Map();
  getItem(key) { return this.items.get(key) ?? null; }
  setItem(key, value) { this.items.set(key, value); }
}

// A queue whose entries are done by `perform`, without waiting between tries.
function made(perform, storage = new Storage()) {
  const queue = new Queue(storage, "desk", perform);
  queue.pauses = [];
  queue.pause = async (ms) => { queue.pauses.push(ms); };
  return queue;
}

test("entries are done one after another, each once", async () => {
  const done = [];
  const queue = made(async (entry) => { done.push(entry.data.code); return "done"; });
  for (const code of ["R1", "B1", "B2"]) queue.add("send", { data: { code } });
  await queue.start();
  assert.deepEqual(done, ["R1", "B1", "B2"]);
  assert.equal(queue.entries.length, 0);
});

test("an entry is tried again under the same id, after longer and longer pauses", async () => {
  const ids = [];
  const queue = made(async (entry) => { ids.push(entry.id); return ids.length < 7 ? "again" : "done"; });
  queue.add("send", { data: { code: "B1" } });
  await queue.start();
  assert.equal(new Set(ids).size, 1);
  assert.deepEqual(queue.pauses, [500, 1000, 2000, 5000, 5000, 5000]);
});

test("what waits when the window closes is there when it opens", async () => {
  const storage = new Storage();
  const before = made(async () => "again", storage);
  before.state.patron = "17";
  const entry = before.add("send", { url: "/desk/scan", data: { code: "B1" } });

  const done = [];
  const after = made(async (one) => { done.push(one); return "done"; }, storage);
  assert.equal(after.state.patron, "17");
  await after.start();
  assert.deepEqual(done, [entry]);
  assert.deepEqual(JSON.parse(storage.getItem("desk")).queue, []);
});

test("after a stop nothing is sent, and nothing is lost", async () => {
  let tries = 0;
  const queue = made(async () => { tries += 1; return "stop"; });
  queue.add("send", { data: { code: "B1" } });
  await queue.start();
  queue.add("send", { data: { code: "B2" } });
  await queue.pump();
  assert.equal(tries, 1);
  assert.deepEqual(queue.entries.map((e) => e.data.code), ["B1", "B2"]);
});

test("what a command asks comes before the scans that follow it", async () => {
  const done = [];
  const queue = made(async (entry) => {
    done.push(entry.kind === "send" ? entry.data.code : entry.kind);
    if (entry.data?.code === "SQ-UNDO") queue.next("undo");
    return "done";
  });
  for (const code of ["B1", "SQ-UNDO", "B2"]) queue.add("send", { data: { code } });
  await queue.start();
  assert.deepEqual(done, ["B1", "SQ-UNDO", "undo", "B2"]);
});

test("a window whose queue another has taken writes no more", async () => {
  const storage = new Storage();
  const queue = made(async () => "done", storage);
  queue.save();
  assert.equal(queue.heard("desk", storage.getItem("desk")), false); // its own writing
  const other = JSON.stringify({ owner: newId(), queue: [] });
  assert.equal(queue.heard("another key", other), false);
  assert.equal(queue.heard("desk", other), true);
  storage.setItem("desk", other);
  queue.add("send", { data: { code: "B1" } });
  assert.equal(storage.getItem("desk"), other);
});

test("unusable storage begins an empty queue", () => {
  for (const text of ["", "no JSON", "null", '{"queue": 5}']) {
    const storage = new Storage();
    storage.setItem("desk", text);
    assert.deepEqual(made(async () => "done", storage).entries, []);
  }
});

test("ids are UUIDs of version 4, each another", () => {
  const ids = Array.from({ length: 200 }, newId);
  assert.equal(new Set(ids).size, 200);
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
