// The desk: scans queue here and go to the server one after another.
//
// Each carries its own id, so that sending it twice counts once. The queue is kept in
// the browser's storage until the server has answered: a lost line, a closed window or
// a restarted server loses nothing.
"use strict";

(() => {
  const desk = document.getElementById("desk");
  const form = document.getElementById("scan-form");
  const input = document.getElementById("scan");
  const log = document.getElementById("log");
  const bar = document.getElementById("bar");
  const key = `sandyq-desk-${desk.dataset.staff}`;
  const me = newId();
  const RETRY_MS = [500, 1000, 2000, 5000];
  const PATIENCE_MS = 20000;
  const LONGEST_LOG = 60;
  const IDLE_MS = 10 * 60000; // then the open reader is closed: the next one may stand there
  const point = document.getElementById("point");
  const returnedOn = document.getElementById("returned-on");
  const MOST_FAILURES = 5; // of the server itself, before a scan is called failed

  document.documentElement.classList.add("scripted");
  let state = load();
  let busy = true; // until what was left is taken up
  let signedOut = false; // scans are kept and wait for the next sign-in
  let superseded = false; // another window works with this account's queue

  function newId() { // randomUUID needs https; a library's desk may have none
    const b = crypto.getRandomValues(new Uint8Array(16));
    b[6] = (b[6] & 0x0f) | 0x40;
    b[8] = (b[8] & 0x3f) | 0x80;
    const hex = [...b].map((x) => x.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  function load() {
    try {
      const kept = JSON.parse(localStorage.getItem(key));
      if (kept && Array.isArray(kept.queue)) return kept;
    } catch { /* nothing usable was kept */ }
    return { patron: "", queue: [] };
  }

  function save() {
    if (superseded) return; // the storage is the other window's now
    state.owner = me;
    localStorage.setItem(key, JSON.stringify(state));
  }

  function tell(text) {
    bar.hidden = !text;
    bar.textContent = (text || "").replace("{n}", state.queue.length);
    if (signedOut) {
      const link = document.createElement("a");
      link.href = "/sign-in?next=/desk";
      link.textContent = " →";
      bar.append(link);
    }
  }

  // --- the queue -----------------------------------------------------------------
  // An entry is one of: {url, data} to send; {close}, {open: patron}; {choice: n}, {undo},
  // which are looked up when their turn comes, on the answers that stand then.

  function wait(entry) {
    if (!entry.shown) return;
    const line = document.createElement("li");
    line.className = "line waiting";
    line.dataset.waits = entry.id;
    line.textContent = `… ${entry.shown}`;
    log.prepend(line);
  }

  function add(entry, shown = "") {
    entry.id = newId();
    entry.shown = shown;
    state.queue.push(entry);
    save();
    wait(entry);
    if (signedOut) {
      tell(desk.dataset.signedOut);
      sound("error");
    }
    pump();
  }

  async function pump() {
    if (busy || signedOut || superseded) return;
    busy = true;
    for (let tries = 0; state.queue.length && !signedOut && !superseded;) {
      const entry = state.queue[0];
      const finished = await done(entry, tries);
      if (superseded) break;
      if (finished) {
        state.queue.shift();
        save();
        tries = 0;
        tell("");
      } else if (!signedOut) {
        await new Promise((go) => setTimeout(go, RETRY_MS[Math.min(tries++, RETRY_MS.length - 1)]));
      }
    }
    busy = false;
  }

  // True when the entry needs no more; false to try it again.
  async function done(entry, tries) {
    if (entry.close) { closePatron(); return true; }
    if (entry.open) return open(entry.open);
    if (entry.choice || entry.undo) {
      const newest = log.querySelector("li:not(.waiting)");
      const chosen = entry.undo
        ? log.querySelector("li:not(.waiting) [data-undo]")?.form
        : newest?.querySelector(`[data-choice="${entry.choice}"]`);
      if (chosen?.matches(".fast-add, .counted")) {
        const first = chosen.querySelector("[data-first]");
        first.focus();
        first.select();
        return true;
      }
      if (!chosen && entry.undo) return true;
      const data = { code: entry.choice };
      Object.assign(entry, chosen ? sending(chosen) : { url: "/desk/scan", data });
      delete entry.choice;
      delete entry.undo;
    }
    // As the desk stands at the first try, whatever opens meanwhile.
    for (const [name, value] of Object.entries(standing())) entry.data[name] ??= value;
    save();
    return send(entry, tries);
  }

  function standing() {
    const now = { patron: state.patron, point: point.value };
    if (returnedOn.value) now.returned_on = returnedOn.value;
    if (state.allow) Object.assign(now, { allow: state.allow, reason: state.reason });
    return now;
  }

  // The answer and its text; nothing when the line is down or the answer is not ours.
  async function ask(url, options) {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
    try {
      const answer = await fetch(url, { ...options, signal: patience.signal });
      const text = await answer.text();
      if (answer.headers.get("X-Sandyq") && !answer.redirected) return { answer, text };
      if (answer.redirected && answer.url.includes("/sign-in")) signOut();
      else tell(desk.dataset.failed);
    } catch {
      tell(desk.dataset.offline);
    } finally {
      clearTimeout(timer);
    }
    return null;
  }

  function signOut() {
    signedOut = true;
    tell(desk.dataset.signedOut);
    sound("error");
  }

  async function open(patron) {
    const got = await ask(`/desk/patron/${patron}`);
    if (!got || got.answer.status >= 500) return false;
    const panel = parsed(got.text).querySelector("#patron");
    if (panel) setPanel(panel);
    else closePatron();
    return true;
  }

  async function send(entry, tries) {
    const got = await ask(entry.url, {
      method: "POST",
      body: new URLSearchParams({ ...entry.data, request_id: entry.id }),
      headers: { "X-Requested-With": "desk", "X-CSRFToken": form.csrf_token.value },
    });
    if (!got) return false;
    const { answer, text } = got;
    if (answer.status === 401 || text.includes('data-code="page_expired"')) {
      signOut();
      return false;
    }
    if (answer.status >= 500 && tries < MOST_FAILURES) {
      tell(desk.dataset.failed);
      return false;
    }
    show(entry, text);
    return true;
  }

  // --- answers -------------------------------------------------------------------

  function parsed(html) {
    const parts = document.createElement("template");
    parts.innerHTML = html;
    return parts.content;
  }

  function show(entry, html) {
    const parts = parsed(html);
    const panel = parts.querySelector("#patron");
    const held = [...parts.children].find((part) => part.id === "held");
    if (superseded) return;
    log.querySelector(`[data-waits="${entry.id}"]`)?.remove();
    if (panel) setPanel(panel);
    else if (held) document.getElementById("held")?.replaceWith(held);
    for (const old of log.querySelectorAll("[data-choice]")) {
      if (!old.contains(document.activeElement)) old.remove();
    }
    const line = parts.querySelector("li.line") ?? refusal(entry, parts);
    if (line.dataset.situation === "undo") {
      log.querySelector(`input[name="act"][value="${CSS.escape(entry.data.act)}"]`)?.form.remove();
    }
    log.prepend(line);
    if (entry.data.keep && line.dataset.level !== "error") {
      const all = new Set(`${state.allow ?? ""} ${entry.data.allow}`.trim().split(" "));
      Object.assign(state, { allow: [...all].join(" "), reason: entry.data.reason });
      save();
    }
    if (line.dataset.command) command(line.dataset.command);
    while (log.children.length > LONGEST_LOG) log.lastElementChild.remove();
    sound(line.dataset.level, line.dataset.situation);
  }

  // What a command barcode asks comes before the scans that follow it.
  function command(code) {
    const next = (entry) => { state.queue.splice(1, 0, { ...entry, id: newId() }); save(); };
    if (code === "SQ-NEXT") closePatron();
    else if (code === "SQ-UNDO") next({ undo: true });
    else if (code === "SQ-RENEW") next({ url: "/desk/renew-all", data: {} });
    else if (code === "SQ-HOME" || code === "SQ-ROOM") {
      const room = [...point.options].find((o) => o.value === "room" || o.dataset.place === "reading_room");
      point.value = code === "SQ-ROOM" ? room.value : "";
      setMode();
    } else if (code === "SQ-RECEIPT") receipt();
    else note(code === "SQ-REFUSAL" ? "refusal" : "reference");
  }

  function receipt() {
    if (state.patron) window.open(`/desk/receipt/${state.patron}`, "_blank");
    else needed();
  }

  // A key that means nothing without a reader says so.
  function needed() {
    log.prepend(refusal({ data: {} }, parsed(""), desk.dataset.noReader));
    sound("error");
  }

  // The short form of a refusal or a reference, above the answers.
  function note(kind) {
    document.querySelector(".quick")?.remove();
    const form = document.getElementById(`quick-${kind}`).content.cloneNode(true).firstElementChild;
    const last = log.querySelector("li:not(.waiting) cite");
    if (last && kind === "refusal") { // what the last answer was about, until another is typed
      form.elements.what.value = last.textContent;
      form.elements.record.value = last.dataset.record;
      form.elements.what.addEventListener("input", () => { form.elements.record.value = ""; });
    }
    log.before(form);
    const first = form.querySelector("[data-first]");
    first.focus();
    first.select();
  }

  function setMode() {
    const back = returnedOn.value !== "";
    document.getElementById("mode").hidden = !back;
    desk.classList.toggle("backdated", back);
    localStorage.setItem(`${key}-mode`, JSON.stringify({ point: point.value }));
    input.focus();
  }

  // A line for an answer that is a page of errors: never pass over it in silence.
  function refusal(entry, parts, text = desk.dataset.failed) {
    const line = document.createElement("li");
    line.className = "line error";
    line.dataset.level = "error";
    const said = document.createElement("p");
    said.className = "said";
    said.textContent = parts.querySelector('[role="alert"]')?.textContent ?? text;
    const code = document.createElement("p");
    code.textContent = entry.data.code ?? "";
    line.append(said, code);
    return line;
  }

  function setPanel(panel) {
    document.getElementById("patron").replaceWith(panel);
    if (state.patron !== (panel.dataset.patron || "")) state.allow = state.reason = undefined;
    state.patron = panel.dataset.patron || "";
    form.patron.value = state.patron;
    desk.classList.toggle("lending", Boolean(state.patron));
    desk.classList.toggle("returning", !state.patron);
    save();
  }

  function closePatron() {
    const empty = document.getElementById("no-patron").content.cloneNode(true);
    setPanel(empty.querySelector("section"));
    log.querySelector(".fast-add")?.remove();
  }

  // --- keys ----------------------------------------------------------------------

  function sending(sent) {
    const data = Object.fromEntries(new FormData(sent));
    delete data.csrf_token;
    delete data.request_id;
    return { url: new URL(sent.action).pathname, data };
  }

  // Whether a text was typed by a scanner: many keys, most of them at once after the one before.
  // Not by their average: a busy computer holds some of them back.
  const FASTEST_TYPIST_MS = 35;
  const SAME_CODE_MS = 350;
  let typed = { field: null, keys: 0, quick: 0, last: 0 };
  function scanned(field) {
    const just = typed.field === field && performance.now() - typed.last < SAME_CODE_MS;
    return just && typed.keys > 4 && typed.quick * 2 > typed.keys;
  }
  document.addEventListener("keydown", (event) => {
    if (event.key.length > 1) return;
    const pause = event.timeStamp - typed.last;
    if (typed.field !== event.target || pause > SAME_CODE_MS) {
      typed = { field: event.target, keys: 0, quick: 0 };
    }
    typed.keys += 1;
    if (pause < FASTEST_TYPIST_MS) typed.quick += 1;
    typed.last = event.timeStamp;
  }, true);

  document.addEventListener("submit", (event) => {
    const sent = event.target;
    if (!desk.contains(sent)) return;
    event.preventDefault();
    if (superseded) {
      sound("error"); // what was typed stays in the field
    } else if (sent.matches(".quick") && scanned(sent.elements.what)) {
      const code = sent.elements.what.value;
      sent.elements.what.value = "";
      add({ url: "/desk/scan", data: { code } }, code);
    } else if (sent !== form) {
      if (sent.querySelector("[data-undo]")) add(sending(sent), "");
      else add(sending(sent), sent.querySelector("button").textContent.trim());
      if (sent.matches(".fast-add, .quick")) sent.remove();
      input.focus();
    } else {
      const code = input.value;
      input.value = "";
      if (/^[1-9]$/.test(code.trim())) add({ choice: code.trim() }, "");
      else if (code.trim()) add({ url: "/desk/scan", data: { code } }, code);
    }
  });

  const KEYS = {
    F2: () => input.focus(),
    F3: () => { if (state.patron) location.href = `/staff/patrons/${state.patron}`; else needed(); },
    F4: () => { if (state.patron) add({ url: "/desk/renew-all", data: {} }, "F4"); else needed(); },
    F6: () => note("refusal"),
    F7: () => note("reference"),
    F9: receipt,
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea");
    if (event.key === "Escape") {
      event.preventDefault();
      const describing = document.querySelector(".quick") ?? log.querySelector("form.fast-add");
      if (describing) describing.remove();
      else if (input.value) input.value = "";
      else add({ close: true });
      input.focus();
    } else if (event.ctrlKey && event.code === "KeyZ" && !input.value && (!typing || typing === input)) {
      event.preventDefault();
      add({ undo: true });
    } else if (KEYS[event.key] && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      KEYS[event.key]();
    } else if (event.key === "Enter" && typing?.name === "author") {
      event.preventDefault();
      typing.form.elements.title.focus();
    } else if (!typing && event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.altKey && !event.metaKey) {
      input.focus(); // the key itself arrives there
    }
  });

  window.addEventListener("storage", (event) => {
    if (event.key === key && event.newValue && JSON.parse(event.newValue).owner !== me) {
      superseded = true;
      tell(desk.dataset.elsewhere);
    }
  });

  window.addEventListener("beforeunload", (event) => {
    if (state.queue.length && !superseded) event.preventDefault();
  });

  // --- sounds: made here, short, one for each level --------------------------------

  const TONES = { // [frequency in Hz, start and length in seconds]; a situation's own, or its level's
    to_hold_shelf: [[880, 0, 0.08], [1175, 0.1, 0.08], [1480, 0.2, 0.09]],
    into_transit: [[880, 0, 0.1], [587, 0.12, 0.16]],
    success: [[1320, 0, 0.09]],
    info: [[880, 0, 0.09], [880, 0.13, 0.09]],
    warning: [[660, 0, 0.12], [880, 0.14, 0.14]],
    error: [[196, 0, 0.28]],
  };
  let speaker = null;

  function sound(level, situation) {
    const tones = TONES[situation] ?? TONES[level];
    if (localStorage.getItem("sandyq-mute") || !tones) return;
    speaker ??= new AudioContext();
    for (const [frequency, start, length] of tones) {
      const tone = speaker.createOscillator();
      const volume = speaker.createGain();
      tone.type = level === "error" ? "square" : "sine";
      tone.frequency.value = frequency;
      volume.gain.value = 0.15;
      tone.connect(volume).connect(speaker.destination);
      tone.start(speaker.currentTime + start);
      tone.stop(speaker.currentTime + start + length);
    }
  }

  const mute = document.getElementById("sound");
  function labelMute() {
    const off = localStorage.getItem("sandyq-mute");
    mute.textContent = off ? desk.dataset.mute : desk.dataset.unmute;
  }
  mute.hidden = false;
  mute.addEventListener("click", () => {
    if (localStorage.getItem("sandyq-mute")) localStorage.removeItem("sandyq-mute");
    else localStorage.setItem("sandyq-mute", "1");
    labelMute();
    input.focus();
  });
  labelMute();

  // --- how the desk is set ---------------------------------------------------------

  try {
    const kept = JSON.parse(localStorage.getItem(`${key}-mode`));
    if (kept && [...point.options].some((o) => o.value === kept.point)) point.value = kept.point;
  } catch { /* nothing usable was kept */ }
  point.addEventListener("change", setMode);
  returnedOn.addEventListener("change", setMode);
  let idle = null;
  const stir = () => {
    clearTimeout(idle);
    idle = setTimeout(() => { if (state.patron && !state.queue.length) closePatron(); }, IDLE_MS);
  };
  for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, stir);
  stir();

  // --- start: take up what was left ------------------------------------------------

  const asked = document.getElementById("patron").dataset.patron;
  if (state.queue.length || !asked) {
    // The reader of the scans that wait comes first, the one asked for after them.
    if (state.patron) state.queue.unshift({ open: state.patron, id: newId() });
    if (asked) state.queue.push({ open: asked, id: newId() });
  } else {
    state.patron = asked;
  }
  state.queue.forEach(wait);
  save();
  input.focus();
  busy = false;
  pump();
})();
