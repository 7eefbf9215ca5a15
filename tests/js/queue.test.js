import assert from "node:assert/strict";
import { test } from "node:test";
import { Queue, newId } from "../../ils/static/desk/queue.js";
import { MemoryStore } from "../../ils/static/desk/store.js";

// A queue whose entries are done by `perform`, without waiting between tries.
async function made(perform, store = new MemoryStore()) {
  const queue = new Queue(perform);
  await queue.load(store, "desk");
  queue.pauses = [];
  queue.pause = async (ms) => { queue.pauses.push(ms); };
  return queue;
}

test("entries are done one after another, each once", async () => {
  const done = [];
  const queue = await made(async (entry) => { done.push(entry.data.code); return "done"; });
  for (const code of ["R1", "B1", "B2"]) queue.add("send", { data: { code } });
  await queue.start();
  assert.deepEqual(done, ["R1", "B1", "B2"]);
  assert.equal(queue.entries.length, 0);
});

test("an entry is tried again under the same id, after longer and longer pauses", async () => {
  const ids = [];
  const queue = await made(async (entry) => { ids.push(entry.id); return ids.length < 7 ? "again" : "done"; });
  queue.add("send", { data: { code: "B1" } });
  await queue.start();
  assert.equal(new Set(ids).size, 1);
  assert.deepEqual(queue.pauses, [500, 1000, 2000, 5000, 5000, 5000]);
});

test("what waits when the window closes is there when it opens", async () => {
  const store = new MemoryStore();
  const before = await made(async () => "again", store);
  before.state.patron = "17";
  const entry = before.add("send", { url: "/desk/scan", data: { code: "B1" } });

  const done = [];
  const after = await made(async (one) => { done.push(one); return "done"; }, store);
  assert.equal(after.state.patron, "17");
  await after.start();
  assert.deepEqual(done, [entry]);
  assert.deepEqual((await store.load("desk")).queue, []);
});

test("nothing is sent before it is on disk", async () => {
  const store = new MemoryStore();
  const steps = [];
  const save = store.save.bind(store);
  store.save = async (...args) => {
    await new Promise((go) => setTimeout(go, 5));
    steps.push(`saved ${args[1].queue.length}`);
    return save(...args);
  };
  const queue = await made(async (entry) => { steps.push(entry.data.code); return "done"; }, store);
  queue.add("send", { data: { code: "B1" } });
  await queue.start();
  await queue.saved;
  assert.deepEqual(steps, ["saved 1", "saved 1", "B1", "saved 0"]);
});

test("what the server acknowledged is kept, to be sent again as the same", async () => {
  const store = new MemoryStore();
  const sent = [];
  const perform = async (entry) => {
    sent.push([entry.id, entry.data.code]);
    entry.acknowledged = entry.data.code !== "refused";
    return "done";
  };
  const queue = await made(perform, store);
  for (const code of ["B1", "refused", "B2"]) queue.add("send", { data: { code } });
  await queue.start();
  await queue.saved;
  const kept = await queue.acknowledged(0);
  assert.deepEqual(kept.map((entry) => entry.data.code), ["B1", "B2"]);
  assert.deepEqual(await queue.acknowledged(kept[1].at + 1), []);
  for (const entry of kept) queue.repeat(entry);
  await queue.pump();
  assert.deepEqual(sent.slice(3), [sent[0], sent[2]]);
});

test("after a stop nothing is sent, and nothing is lost", async () => {
  let tries = 0;
  const queue = await made(async () => { tries += 1; return "stop"; });
  queue.add("send", { data: { code: "B1" } });
  await queue.start();
  queue.add("send", { data: { code: "B2" } });
  await queue.pump();
  assert.equal(tries, 1);
  assert.deepEqual(queue.entries.map((e) => e.data.code), ["B1", "B2"]);
});

test("what a command asks comes before the scans that follow it", async () => {
  const done = [];
  const queue = await made(async (entry) => {
    done.push(entry.kind === "send" ? entry.data.code : entry.kind);
    if (entry.data?.code === "SQ-UNDO") queue.next("undo");
    return "done";
  });
  for (const code of ["B1", "SQ-UNDO", "B2"]) queue.add("send", { data: { code } });
  await queue.start();
  assert.deepEqual(done, ["B1", "SQ-UNDO", "undo", "B2"]);
});

test("a window whose queue another has taken writes and sends no more", async () => {
  const store = new MemoryStore();
  const sent = [];
  const first = await made(async () => { sent.push("first"); return "done"; }, store);
  await first.start();
  const told = [];
  first.lost = () => told.push("lost");
  const second = await made(async () => { sent.push("second"); return "done"; }, store);
  await second.start();
  await second.saved;
  first.add("send", { data: { code: "B1" } });
  await first.pump();
  assert.deepEqual([first.superseded, told, sent], [true, ["lost"], []]);
  assert.deepEqual((await store.load("desk")).queue, []);
});

test("an unusable state begins an empty queue", async () => {
  for (const state of [null, 5, { queue: 5 }]) {
    const store = new MemoryStore();
    store.states.set("desk", state);
    assert.deepEqual((await made(async () => "done", store)).entries, []);
  }
});

test("ids are UUIDs of version 4, each another", () => {
  const ids = Array.from({ length: 200 }, newId);
  assert.equal(new Set(ids).size, 200);
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
