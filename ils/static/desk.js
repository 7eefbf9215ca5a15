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

  document.documentElement.classList.add("scripted");
  let state = load();
  let busy = false;
  let stopped = false;

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
    state.owner = me;
    localStorage.setItem(key, JSON.stringify(state));
  }

  function tell(text) {
    bar.hidden = !text;
    bar.textContent = (text || "").replace("{n}", state.queue.length);
  }

  // --- the queue -----------------------------------------------------------------

  function add(entry, shown) {
    if (stopped) return;
    entry.id = newId();
    state.queue.push(entry);
    save();
    if (shown) {
      const line = document.createElement("li");
      line.className = "line waiting";
      line.dataset.waits = entry.id;
      line.textContent = `… ${shown}`;
      log.prepend(line);
    }
    pump();
  }

  async function pump() {
    if (busy || stopped) return;
    busy = true;
    for (let tries = 0; state.queue.length && !stopped;) {
      const entry = state.queue[0];
      if (await done(entry, tries)) {
        state.queue.shift();
        save();
        tries = 0;
        tell("");
      } else {
        await new Promise((go) => setTimeout(go, RETRY_MS[Math.min(tries++, RETRY_MS.length - 1)]));
      }
    }
    busy = false;
  }

  // True when the entry needs no more; false to try it again.
  async function done(entry) {
    if (entry.close) { closePatron(); return true; }
    if (entry.choice) {
      const chosen = log.querySelector(`li:not(.waiting) [data-choice="${entry.choice}"]`);
      const newest = log.querySelector("li:not(.waiting)");
      if (chosen && newest.contains(chosen)) {
        Object.assign(entry, sending(chosen));
      } else {
        Object.assign(entry, { url: "/desk/scan", data: { code: entry.choice } });
      }
      delete entry.choice;
      save();
    }
    return send(entry);
  }

  async function send(entry) {
    const data = new URLSearchParams({ patron: state.patron, ...entry.data, request_id: entry.id });
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
    let answer, text;
    try {
      answer = await fetch(entry.url, {
        method: "POST",
        body: data,
        headers: { "X-Requested-With": "desk", "X-CSRFToken": form.csrf_token.value },
        signal: patience.signal,
      });
      text = await answer.text();
    } catch {
      tell(desk.dataset.offline);
      return false;
    } finally {
      clearTimeout(timer);
    }
    if (answer.status === 401 || text.includes('data-code="page_expired"')) {
      stopped = true;
      tell(desk.dataset.signedOut);
      const link = document.createElement("a");
      link.href = "/sign-in?next=/desk";
      link.textContent = " →";
      bar.append(link);
      return false;
    }
    if (answer.status >= 500 || answer.status === 429) {
      tell(desk.dataset.failed);
      return false;
    }
    show(entry, text);
    return true;
  }

  // --- answers -------------------------------------------------------------------

  function show(entry, html) {
    const parts = document.createElement("template");
    parts.innerHTML = html;
    log.querySelector(`[data-waits="${entry.id}"]`)?.remove();
    const line = parts.content.querySelector("li.line");
    const panel = parts.content.querySelector("#patron");
    const held = parts.content.querySelector(":scope > #held");
    if (panel) setPanel(panel);
    else if (held) document.getElementById("held")?.replaceWith(held);
    if (!line) return;
    for (const old of log.querySelectorAll("[data-choice], .fast-add")) {
      if (!old.contains(document.activeElement)) old.remove();
    }
    if (line.dataset.situation === "undo") removeUndone(entry);
    log.prepend(line);
    while (log.children.length > LONGEST_LOG) log.lastElementChild.remove();
    sound(line.dataset.level);
    line.querySelector("[data-first]")?.focus();
  }

  function removeUndone(entry) {
    log.querySelector(`input[name="act"][value="${CSS.escape(entry.data.act)}"]`)?.form.remove();
  }

  function setPanel(panel) {
    document.getElementById("patron").replaceWith(panel);
    state.patron = panel.dataset.patron || "";
    form.patron.value = state.patron;
    desk.className = state.patron ? "lending" : "returning";
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

  document.addEventListener("submit", (event) => {
    const sent = event.target;
    if (!desk.contains(sent)) return;
    event.preventDefault();
    if (sent !== form) {
      add(sending(sent), sent.querySelector("button").textContent);
      if (sent.classList.contains("fast-add")) sent.remove();
      input.focus();
      return;
    }
    const code = input.value;
    input.value = "";
    if (/^[1-9]$/.test(code.trim())) add({ choice: code.trim() }, code);
    else if (code.trim()) add({ url: "/desk/scan", data: { code } }, code);
  });

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea");
    if (event.key === "Escape") {
      event.preventDefault();
      const describing = log.querySelector(".fast-add");
      if (describing) describing.remove();
      else if (input.value) input.value = "";
      else add({ close: true });
      input.focus();
    } else if (event.ctrlKey && event.code === "KeyZ" && !input.value && !(typing && typing !== input)) {
      event.preventDefault();
      log.querySelector("[data-undo]")?.form.requestSubmit();
    } else if (!typing && event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.altKey && !event.metaKey) {
      input.focus(); // the key itself arrives there
    }
  });

  window.addEventListener("storage", (event) => {
    if (event.key === key && event.newValue && JSON.parse(event.newValue).owner !== me) {
      stopped = true;
      tell(desk.dataset.elsewhere);
    }
  });

  window.addEventListener("beforeunload", (event) => {
    if (state.queue.length && !stopped) event.preventDefault();
  });

  // --- sounds: made here, short, one for each level --------------------------------

  const TONES = { // [frequency in Hz, start and length in seconds]
    success: [[1320, 0, 0.09]],
    info: [[880, 0, 0.09], [880, 0.13, 0.09]],
    warning: [[660, 0, 0.12], [880, 0.14, 0.14]],
    error: [[196, 0, 0.28]],
  };
  let speaker = null;

  function sound(level) {
    if (localStorage.getItem("sandyq-mute") || !TONES[level]) return;
    speaker ??= new AudioContext();
    for (const [frequency, start, length] of TONES[level]) {
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

  // --- start: take up what was left ------------------------------------------------

  async function start() {
    const asked = document.getElementById("patron").dataset.patron;
    if (asked) {
      state.patron = asked;
    } else if (state.patron) {
      try {
        const answer = await fetch(`/desk/patron/${state.patron}`);
        const parts = document.createElement("template");
        parts.innerHTML = await answer.text();
        const panel = parts.content.querySelector("#patron");
        if (answer.ok && panel) setPanel(panel);
        else state.patron = "";
      } catch { tell(desk.dataset.offline); }
    }
    save();
    input.focus();
    busy = false;
    pump();
  }
  busy = true;
  start();
})();
