import assert from "node:assert/strict";
import { test } from "node:test";
import { ScannerWatch, asked } from "../../ils/static/desk/keys.js";
import { tones } from "../../ils/static/desk/sound.js";

const field = { name: "what", value: "" };

// Types a text with a pause of so many milliseconds before each key; when the last came.
function type(watch, text, pauses) {
  let at = 1000;
  [...text].forEach((key, n) => {
    at += Array.isArray(pauses) ? pauses[n % pauses.length] : pauses;
    watch.typed(field, key, at);
  });
  return at;
}

test("a scanner is told from a typist", () => {
  for (const [pauses, scanned] of [[5, true], [20, true], [34, true], [36, false], [120, false]]) {
    const watch = new ScannerWatch();
    assert.equal(watch.scan(field, type(watch, "2021045", pauses) + 5)?.text === "2021045", scanned, `${pauses} ms`);
  }
});

test("a busy computer that holds some keys back does not hide a scanner", () => {
  for (const pauses of [[4, 4, 90], [90, 4, 4]]) {
    const watch = new ScannerWatch();
    assert.equal(watch.scan(field, type(watch, "2021045678", pauses) + 5).text, "2021045678");
  }
});

test("short words, other fields and long pauses are no scan", () => {
  const watch = new ScannerWatch();
  assert.equal(watch.scan(field, type(watch, "1984", 5)), null);
  const at = type(watch, "2021045", 5);
  assert.equal(watch.scan({ name: "other" }, at), null);
  assert.equal(watch.scan(field, at + 400), null);
});

test("what somebody typed before a scan is not a part of it", () => {
  const watch = new ScannerWatch();
  field.value = "Көшпен";
  const pauses = [...Array(7).fill(60), ...Array(6).fill(5)];
  const found = watch.scan(field, type(watch, "Көшпен2021045", pauses) + 5);
  assert.deepEqual(found, { text: "2021045", before: "Көшпен" });
  field.value = "";
});

test("after an Enter another code begins", () => {
  const watch = new ScannerWatch();
  type(watch, "R0000001", 5);
  watch.typed(field, "Enter", 1045);
  assert.equal(watch.scan(field, type(watch, "2021045", 5) + 5).text, "2021045");
});

test("keys that are not typed do not count", () => {
  const watch = new ScannerWatch();
  for (let at = 0; at < 50; at += 5) watch.typed(field, "Shift", at);
  assert.equal(watch.scan(field, 50), null);
});

const input = { value: "" };
function pressed(key, more = {}, typing = null) {
  const target = { closest: () => typing };
  return asked({ key, code: "", ctrlKey: false, altKey: false, metaKey: false, target, ...more }, input);
}

test("what each key asks for", () => {
  assert.equal(pressed("Escape"), "escape");
  assert.equal(pressed("я", { ctrlKey: true, code: "KeyZ" }), "undo"); // in any layout
  assert.equal(pressed("z", { ctrlKey: true, code: "KeyZ" }, { name: "title" }), null);
  assert.deepEqual(["F2", "F3", "F4", "F6", "F7", "F9"].map((key) => pressed(key)), ["F2", "F3", "F4", "F6", "F7", "F9"]);
  assert.equal(pressed("F5"), null);
  assert.equal(pressed("F4", { altKey: true }), null);
  assert.equal(pressed("Enter", {}, { name: "author" }), "title");
  assert.equal(pressed("а"), "type");
  assert.equal(pressed(" "), null);
  assert.equal(pressed("а", {}, { name: "title" }), null);
});

test("undo is not asked for while a code is being typed", () => {
  input.value = "2021";
  assert.equal(pressed("z", { ctrlKey: true, code: "KeyZ" }, input), null);
  input.value = "";
});

test("a situation has its own sound, else that of its level", () => {
  assert.equal(tones("warning", "to_hold_shelf").length, 3);
  assert.deepEqual(tones("success", "loan"), [[1320, 0, 0.09]]);
  assert.deepEqual(tones("unheard of", ""), []);
});

test("a command before a scan is no part of it", () => {
  const watch = new ScannerWatch();
  watch.typed(field, "z", 990);
  watch.interrupt();
  assert.equal(watch.scan(field, type(watch, "R0000005", 5) + 5).text, "R0000005");
});
