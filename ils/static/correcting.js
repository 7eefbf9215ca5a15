// Lines of a page put right: Enter or ↓ saves and goes on, F2 says it is right, Tab goes to the next
// doubtful word (after the last one it goes on as everywhere). A line that did not change is not
// sent by going over it.

import { newId } from "./desk/queue.js";
import { post } from "./desk/wire.js";

const list = document.getElementById("lines");
const fields = list ? [...list.querySelectorAll('input[name="text"]')] : [];

for (const field of fields) {
  field.form.addEventListener("submit", (event) => {
    event.preventDefault();
    save(field);
    next(field, 1);
  });
}

list?.addEventListener("keydown", (event) => {
  const field = event.target;
  if (field.name !== "text") return;
  if (event.key === "Tab" && !event.shiftKey && doubtful(field)) {
    event.preventDefault();
    return;
  }
  const acts = {
    ArrowDown: () => changed(field, 1),
    ArrowUp: () => changed(field, -1),
    F2: () => {
      save(field);
      next(field, 1);
    },
  };
  if (!(event.key in acts)) return;
  event.preventDefault();
  acts[event.key]();
});

function changed(field, step) {
  if (field.value !== field.form.seen.value) save(field);
  next(field, step);
}

function next(field, step) {
  const other = fields[fields.indexOf(field) + step];
  other?.focus();
  other?.scrollIntoView({ block: "center" });
}

// Marks the next doubtful word; whether there is one. What was changed on the way is saved.
function doubtful(field) {
  const from = fields.indexOf(field);
  for (const [index, other] of fields.entries()) {
    const numbers = other.dataset.doubtful.split(",").filter(Boolean).map(Number);
    const words = [...other.value.matchAll(/\S+/g)];
    for (const number of numbers) {
      const word = words[number];
      if (!word) continue;
      const later = index > from || (index === from && word.index > field.selectionStart);
      if (!later) continue;
      if (other !== field && field.value !== field.form.seen.value) save(field);
      other.focus();
      other.setSelectionRange(word.index, word.index + word[0].length);
      other.scrollIntoView({ block: "center" });
      return true;
    }
  }
  return false;
}

async function save(field) {
  const { form } = field;
  const said = form.querySelector("output");
  const data = { line: form.line.value, text: field.value, seen: form.seen.value };
  const answer = await post(list.dataset.to, { ...data, request_id: newId() }, list.dataset.token);
  if (typeof answer === "string" || answer.status !== 200) {
    const page = new DOMParser().parseFromString(answer.text ?? "", "text/html");
    const why = page.querySelector('[role="alert"]')?.textContent.trim();
    said.textContent = why || list.dataset.failed;
    form.closest("li").className = "failed";
    return;
  }
  form.seen.value = data.text.trim().split(/\s+/).join(" ");
  said.textContent = list.dataset.saved;
  form.closest("li").className = "right";
  field.dataset.doubtful = "";
  const told = document.getElementById("right");
  const right = list.querySelectorAll("li.right").length;
  told.textContent = told.dataset.of.replace("¤", right);
}
