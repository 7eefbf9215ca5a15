// The desk: what is scanned, typed or pressed becomes an entry of the queue; entries are done one
// after another, as the desk stands when their turn comes.

import { Answers, parsed } from "./answers.js";
import { dayAt, heard, serverNow } from "./clock.js";
import { asked, watchScans } from "./keys.js";
import { Queue } from "./queue.js";
import { muteButton, sound } from "./sound.js";
import { openStore } from "./store.js";
import { ask, post, sending } from "./wire.js";

const IDLE_MS = 10 * 60000; // then the open reader is closed: the next one may stand there
const MOST_FAILURES = 5; // of the server itself, before a scan is called failed

const desk = document.getElementById("desk");
const texts = desk.dataset;
const form = document.getElementById("scan-form");
const input = document.getElementById("scan");
const bar = document.getElementById("bar");
const point = document.getElementById("point");
const returnedOn = document.getElementById("returned-on");
const key = `sandyq-desk-${texts.staff}`;

document.documentElement.classList.add("scripted");
heard(texts.now);
const queue = new Queue(perform);
const early = []; // asked for before the queue is loaded
const answers = new Answers(document.getElementById("log"), opened, texts);
let redrawn = 0; // how often the panel was asked for

function tell(text) {
  bar.hidden = !text;
  bar.textContent = (text || "").replace("{n}", queue.entries.length);
  if (queue.stopped) {
    const link = document.createElement("a");
    link.href = "/sign-in?next=/desk";
    link.textContent = " →";
    bar.append(link);
  }
}

// Somebody is open, or nobody is: the frame, the form and the queue know.
function opened(patron) {
  const { state } = queue;
  if (state.patron !== patron) state.allow = state.reason = undefined;
  state.patron = patron;
  form.patron.value = patron;
  desk.classList.toggle("lending", Boolean(patron));
  desk.classList.toggle("returning", !patron);
  queue.save();
}

// A reader, and how the desk is set, are of one sign-in and one day.
function sitting() {
  return `${texts.sitting} ${dayAt(texts.timezone)}`;
}

// Whoever was open at another sign-in, on another day or long ago is not open any more; what was
// scanned then still goes where it went.
function endFormerSitting() {
  const { state } = queue;
  const former = state.sitting !== sitting() || serverNow() - (state.stirred ?? 0) > IDLE_MS;
  if (former) {
    if (queue.entries.length) queue.add("close");
    else if (state.patron) answers.closePatron();
  }
  Object.assign(state, { sitting: sitting(), stirred: serverNow() });
  return former;
}

function add(kind, details) {
  if (!queue.loaded) {
    early.push([kind, details]);
    return;
  }
  if (queue.state.sitting !== sitting()) endFormerSitting();
  queue.state.stirred = serverNow();
  answers.wait(queue.add(kind, details));
  if (queue.stopped) {
    tell(texts.signedOut);
    sound("error");
  }
  queue.pump();
}

// --- doing an entry ----------------------------------------------------------------

async function perform(entry, tries) {
  const outcome = await {
    close: () => { answers.closePatron(); return "done"; },
    open: () => open(entry.patron),
    send: () => send(entry, { url: entry.url, data: entry.data }, tries),
    choice: () => choose(entry, answers.chosen(entry.number), tries),
    undo: () => choose(entry, answers.undoing(), tries),
    of_reader: () => ofReader(entry, tries),
  }[entry.kind]();
  if (outcome === "done") tell("");
  return outcome;
}

function none(why) {
  if (why === "signed_out") return signOut();
  tell(why === "offline" ? texts.offline : texts.failed);
  return "again";
}

function signOut() {
  queue.stopped = true;
  tell(texts.signedOut);
  sound("error");
  return "stop";
}

async function open(patron) {
  const answer = await ask(`/desk/patron/${patron}`);
  if (typeof answer === "string") return none(answer);
  if (answer.status >= 500) return "again";
  const panel = parsed(answer.text).querySelector("#patron");
  if (panel) answers.setPanel(panel);
  else answers.closePatron();
  return "done";
}

// A digit answers the newest question; without one it is a code like any other.
function choose(entry, form, tries) {
  if (entry.request) return send(entry, entry.request, tries);
  if (form?.matches(".fast-add, .counted")) {
    const first = form.querySelector("[data-first]");
    first.focus();
    first.select();
    return "done";
  }
  if (form?.matches?.("a")) {
    location.href = form.href;
    return "done";
  }
  if (!form && entry.kind === "undo") {
    if (form === undefined) answers.refuse(texts.noAct);
    return "done";
  }
  return send(entry, form ? sending(form) : { url: "/desk/scan", data: { code: entry.number } }, tries);
}

// What is asked of the reader who is open when its turn comes; without one it says so.
function ofReader(entry, tries) {
  const { patron } = queue.state;
  if (entry.what === "renewals" && (patron || entry.request)) {
    return send(entry, { url: "/desk/renew-all", data: {} }, tries);
  }
  if (!patron) answers.refuse(texts.noReader, entry);
  else if (entry.what === "receipt") window.open(`/desk/receipt/${patron}`, "_blank");
  else setTimeout(() => { location.href = `/staff/patrons/${patron}`; }); // out of the queue first
  return "done";
}

function standing() {
  const now = { patron: queue.state.patron, point: point.value };
  if (returnedOn.value) now.returned_on = returnedOn.value;
  const { allow, reason } = queue.state;
  return allow ? { ...now, allow, reason } : now;
}

async function send(entry, { url, data }, tries) {
  if (!entry.request) { // as the desk stands at the first try, whatever opens meanwhile
    entry.request = { url, data: { ...standing(), ...data } };
    await queue.save();
  }
  const sent = { ...entry.request.data, request_id: entry.id, at: Math.round(entry.at ?? serverNow()) };
  const answer = await post(url, sent, form.csrf_token.value);
  if (typeof answer === "string") return none(answer);
  if (answer.status === 401 || answer.code === "page_expired") return signOut();
  if (answer.status >= 500 && tries < MOST_FAILURES) return none("failed");
  if (!queue.superseded) answered(entry, answers.show(entry, answer.text));
  return "done";
}

function answered(entry, line) {
  const { state } = queue;
  const { keep, allow, reason } = entry.request.data;
  entry.acknowledged = line.dataset.level !== "error";
  if (keep && line.dataset.level !== "error") { // let pass for the next copies of this reader too
    const all = new Set(`${state.allow ?? ""} ${allow}`.trim().split(" "));
    Object.assign(state, { allow: [...all].join(" "), reason });
    queue.save();
  }
  COMMANDS[line.dataset.command]?.();
  redraw();
}

// The panel is asked for after each answer, beside the queue: scans never wait for it.
async function redraw() {
  const mine = ++redrawn;
  const { patron } = queue.state;
  if (!patron || queue.entries.length > 1) return;
  const answer = await ask(`/desk/patron/${patron}`);
  if (mine !== redrawn || answer.status !== 200 || queue.state.patron !== patron) return;
  const panel = parsed(answer.text).querySelector("#patron");
  if (panel) document.getElementById("patron").replaceWith(panel);
}

// --- command barcodes, keys, forms ----------------------------------------------------

// What a command barcode asks comes before the scans that follow it.
const COMMANDS = {
  "SQ-NEXT": () => answers.closePatron(),
  "SQ-UNDO": () => queue.next("undo"),
  "SQ-RENEW": () => queue.next("of_reader", { what: "renewals" }),
  "SQ-HOME": () => setPoint(""),
  "SQ-ROOM": () => setPoint(
    [...point.options].find((o) => o.value === "room" || o.dataset.place === "reading_room").value),
  "SQ-RECEIPT": () => queue.next("of_reader", { what: "receipt" }),
  "SQ-REFUSAL": () => note("refusal"),
  "SQ-REFERENCE": () => note("reference"),
};

const KEYS = {
  F2: () => input.focus(),
  F3: () => add("of_reader", { what: "page" }),
  F4: () => add("of_reader", { what: "renewals", shown: "F4" }),
  F6: () => note("refusal"),
  F7: () => note("reference"),
  F9: () => add("of_reader", { what: "receipt" }),
  escape: leave,
  undo: () => add("undo"),
  title: (event) => event.target.form.elements.title.focus(),
};

// Esc always means the next reader: forms and what is being typed go too.
function leave() {
  document.querySelector(".quick")?.remove();
  for (const form of answers.log.querySelectorAll("form.fast-add, form.counted")) form.remove();
  input.value = "";
  add("close");
  input.focus();
}

// The short form of a refusal or a reference, above the answers.
function note(kind) {
  document.querySelector(".quick")?.remove();
  const quick = document.getElementById(`quick-${kind}`).content.cloneNode(true).firstElementChild;
  const last = answers.newest()?.querySelector("cite[data-record]");
  if (last && kind === "refusal") { // what the last answer was about, until another is typed
    quick.elements.what.value = last.textContent;
    quick.elements.record.value = last.dataset.record;
    quick.elements.what.addEventListener("input", () => { quick.elements.record.value = ""; });
  }
  answers.log.before(quick);
  const first = quick.querySelector("[data-first]");
  first.focus();
  first.select();
}

function setPoint(value) {
  point.value = value;
  setMode();
}

function setMode() {
  const back = returnedOn.value !== "";
  document.getElementById("mode").hidden = !back;
  desk.classList.toggle("backdated", back);
  desk.classList.toggle("elsewhere", point.value !== "");
  document.getElementById("where").textContent = point.value ? ` · ${point.selectedOptions[0].text}` : "";
  localStorage.setItem(`${key}-mode`, JSON.stringify({ point: point.value, sitting: sitting() }));
  input.focus();
}

function submitted(sent) {
  const code = input.value;
  if (sent !== form) {
    const shown = sent.querySelector("[data-undo]") ? "" : sent.querySelector("button").textContent.trim();
    add("send", { ...sending(sent), shown });
    if (sent.matches(".fast-add, .quick")) sent.remove();
    input.focus();
  } else {
    input.value = "";
    if (/^[1-9]$/.test(code.trim())) add("choice", { number: code.trim() });
    else if (code.trim()) add("send", { url: "/desk/scan", data: { code }, shown: code });
  }
}

document.addEventListener("submit", (event) => {
  if (!desk.contains(event.target)) return;
  event.preventDefault();
  if (queue.superseded) sound("error"); // what was typed stays in the field
  else submitted(event.target);
});

watchScans((code) => {
  if (queue.superseded) sound("error");
  else add("send", { url: "/desk/scan", data: { code }, shown: code });
});

document.addEventListener("keydown", (event) => {
  const name = asked(event, input);
  if (name === "type") input.focus(); // the key itself arrives there
  if (!KEYS[name]) return;
  event.preventDefault();
  KEYS[name](event);
});

// --- other windows, leaving, idleness -------------------------------------------------

queue.lost = () => tell(texts.elsewhere);
window.addEventListener("storage", (event) => { // at once, and not at the next scan
  if (event.key === `${key}-owner` && event.newValue !== queue.owner) queue.give();
});

window.addEventListener("beforeunload", (event) => {
  if (queue.entries.length && !queue.superseded) event.preventDefault();
});

let idle = null;
function stir() {
  clearTimeout(idle);
  idle = setTimeout(() => {
    if (queue.state.patron && !queue.entries.length) answers.closePatron();
  }, IDLE_MS);
}

// --- a library that was restored from a backup -----------------------------------------

const MARGIN_MS = 12 * 3600000; // what was sent just before the backup may have come after it

// What this desk did and the restored database may not have is offered to be sent again; what it
// has is answered as it was. Until somebody decides it is offered each time.
async function offerAgain() {
  const { state } = queue;
  const settle = () => {
    state.database = texts.database;
    queue.save();
  };
  const since = Date.parse(texts.restoredTo) - MARGIN_MS;
  const again = state.database && state.database !== texts.database && since
    ? await queue.acknowledged(since) : [];
  if (!again.length) return settle();
  const offer = document.getElementById("restored");
  offer.firstElementChild.textContent = offer.dataset.text.replace("{n}", again.length);
  offer.hidden = false;
  offer.addEventListener("click", ({ target }) => {
    if (!target.matches("button")) return;
    offer.hidden = true;
    settle();
    if (target.name !== "again") return;
    queue.add("close");
    for (const entry of again) answers.wait(queue.repeat(entry));
    queue.add("close");
    queue.pump();
    input.focus();
  });
}

// --- start: how the desk was set, and what was left -------------------------------------

try {
  const kept = JSON.parse(localStorage.getItem(`${key}-mode`));
  const same = kept?.sitting === sitting() && [...point.options].some((o) => o.value === kept.point);
  if (same) point.value = kept.point;
} catch { /* nothing usable was kept */ }
setMode();
point.addEventListener("change", setMode);
returnedOn.addEventListener("change", setMode);
for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, stir);
stir();
muteButton(document.getElementById("sound"), texts, () => input.focus());

async function start() {
  await queue.load(await openStore(), key);
  const wanted = document.getElementById("patron").dataset.patron;
  if (!queue.entries.length && wanted) queue.state.patron = "";
  endFormerSitting();
  if (queue.entries.length || !wanted) {
    // The reader of the scans that wait comes first, the one asked for after them.
    if (queue.state.patron) queue.first("open", { patron: queue.state.patron });
    if (wanted) queue.add("open", { patron: wanted });
  } else {
    queue.state.patron = wanted;
  }
  const brought = sessionStorage.getItem("sandyq-scan"); // scanned on another page
  sessionStorage.removeItem("sandyq-scan");
  if (brought) queue.add("send", { url: "/desk/scan", data: { code: brought }, shown: brought });
  for (const entry of queue.entries) answers.wait(entry);
  localStorage.setItem(`${key}-owner`, queue.owner);
  for (const [kind, details] of early) add(kind, details);
  queue.start();
  offerAgain();
}

input.focus();
start();
