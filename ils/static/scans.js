// A scanner at the shelves or at a box: codes wait here until the server has answered, one after
// another. What the form says besides is sent as it stood when the code was scanned; only a place
// holds from the answer to its own scan on.

import { parsed } from "./desk/answers.js";
import { Queue } from "./desk/queue.js";
import { sound } from "./desk/sound.js";
import { openStore } from "./desk/store.js";
import { post } from "./desk/wire.js";

const LONGEST_LOG = 40;
const page = document.getElementById("scans");
const texts = page.dataset;
const form = document.getElementById("scans-form");
const bar = document.getElementById("bar");
const log = document.getElementById("log");
const queue = new Queue(perform);
const early = []; // scanned before the queue is loaded

function tell(text) {
  bar.hidden = !text;
  bar.textContent = (text || "").replace("{n}", queue.entries.length);
}

function add(line) {
  log.prepend(line);
  while (log.children.length > LONGEST_LOG) log.lastElementChild.remove();
  sound(line.dataset.level ?? "error");
}

function refused(code, text) {
  const line = document.createElement("li");
  line.className = "line error";
  line.textContent = `${code}: ${text || texts.wrong}`;
  add(line);
}

function takePlace(line) {
  form.place.value = queue.state.place = line.dataset.place;
  document.getElementById("place-name").textContent = line.textContent;
}

async function perform(entry) {
  const data = { ...entry.fields, code: entry.code, request_id: entry.id };
  if ("place" in data) data.place = queue.state.place ?? "";
  const answer = await post(form.action, data, form.csrf_token.value);
  if (typeof answer === "string") {
    tell(answer === "signed_out" ? texts.signedOut : texts.offline);
    return answer === "signed_out" ? "stop" : "again";
  }
  if (answer.status >= 500) return "again";
  tell("");
  const parts = parsed(answer.text);
  const line = parts.querySelector("li.line");
  if (line) {
    if (line.dataset.place) takePlace(line);
    add(line);
  } else {
    refused(entry.code, parts.querySelector('[role="alert"]')?.textContent.trim());
  }
  return "done";
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const code = form.code.value.trim();
  form.code.value = "";
  form.code.focus();
  if (!code) return;
  const { csrf_token, request_id, ...fields } = Object.fromEntries(new FormData(form));
  scan({ code, fields });
});

function scan(entry) {
  if (!queue.loaded) {
    early.push(entry);
    return;
  }
  queue.add("scan", entry);
  queue.pump();
}

await queue.load(await openStore(), `sandyq-${texts.of}-${texts.staff}`);
if (form.place) queue.state.place = form.place.value || queue.state.place;
for (const entry of early) queue.add("scan", entry);
queue.start();
