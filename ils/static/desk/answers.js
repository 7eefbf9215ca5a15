// Answers: the list of what was done, newest first, and the panel of the open reader.

import { serverNow } from "./clock.js";
import { sound } from "./sound.js";

const LONGEST_LOG = 60;

export function parsed(html) {
  const parts = document.createElement("template");
  parts.innerHTML = html;
  return parts.content;
}

export class Answers {
  // opened(id) is told whose panel stands now; texts has the words of the page, and its timezone.
  constructor(log, opened, texts) {
    this.log = log;
    this.opened = opened;
    this.texts = texts;
    this.clock = new Intl.DateTimeFormat("ru", { hour: "2-digit", minute: "2-digit", timeZone: texts.timezone });
    this.asked = ""; // the act that Ctrl+Z was asked about
  }

  newest() {
    return this.log.querySelector('li:not(.waiting, [data-situation="command"])');
  }

  // The form or link of the newest answer that a digit chooses.
  chosen(number) {
    return this.newest()?.querySelector(`[data-choice="${number}"]`);
  }

  // The form that takes the last act back. If something was answered since, it is asked about first.
  undoing() {
    const form = this.log.querySelector("li:not(.waiting) [data-undo]")?.form;
    if (!form) return undefined;
    const line = form.closest("li");
    const act = form.elements.act.value;
    if (line === this.newest() || this.asked === act) return form;
    this.asked = act;
    const what = [...line.querySelectorAll(".said, cite, .who")].map((part) => part.textContent.trim());
    this.#add(this.#line("warning", this.texts.undoAsked.replace("{what}", what.join(" · "))));
    return null;
  }

  wait(entry) {
    if (!entry.shown) return;
    const line = document.createElement("li");
    line.className = "line waiting";
    line.dataset.waits = entry.id;
    line.textContent = `… ${entry.shown}`;
    this.log.prepend(line);
  }

  // Shows the answer to an entry; returns its line.
  show(entry, html) {
    const parts = parsed(html);
    const panel = parts.querySelector("#patron");
    const held = [...parts.children].find((part) => part.id === "held");
    this.log.querySelector(`[data-waits="${entry.id}"]`)?.remove();
    if (panel) this.setPanel(panel);
    else if (held) document.getElementById("held")?.replaceWith(held);
    this.#endQuestions();
    const line = parts.querySelector("li.line")
      ?? this.#refusal(parts.querySelector('[role="alert"]')?.textContent, entry.request?.data.code);
    const { act } = entry.request?.data ?? {};
    if (act) this.#ended(act, line.dataset.situation === "undo");
    this.asked = "";
    this.#add(line, entry.at);
    return line;
  }

  // A line of our own: never pass over something in silence.
  refuse(text, entry) {
    this.log.querySelector(`[data-waits="${entry?.id}"]`)?.remove();
    this.#add(this.#refusal(text));
  }

  setPanel(panel) {
    document.getElementById("patron").replaceWith(panel);
    this.opened(panel.dataset.patron || "");
  }

  closePatron() {
    const empty = document.getElementById("no-patron").content.cloneNode(true);
    this.setPanel(empty.querySelector("section"));
    this.#endQuestions(true);
  }

  // A question that is not answered by now is no longer asked; one that is being typed in is.
  #endQuestions(all = false) {
    for (const old of this.log.querySelectorAll("[data-choice]")) {
      if (!all && old.contains(document.activeElement)) continue;
      old.closest("li").classList.add("answered");
      old.remove();
    }
  }

  // An act that was taken back, or cannot be any more: nobody is asked about it again.
  #ended(act, undone) {
    for (const named of this.log.querySelectorAll(`input[name="act"][value="${CSS.escape(act)}"]`)) {
      if (undone) named.closest("li").classList.add("undone");
      named.form.remove();
    }
  }

  #add(line, at = serverNow()) {
    const time = document.createElement("time");
    time.textContent = this.clock.format(at);
    line.prepend(time);
    this.log.prepend(line);
    while (this.log.children.length > LONGEST_LOG) this.log.lastElementChild.remove();
    sound(line.dataset.level, line.dataset.situation);
  }

  #line(level, text) {
    const line = document.createElement("li");
    line.className = `line ${level}`;
    line.dataset.level = level;
    const said = document.createElement("p");
    said.className = "said";
    said.textContent = text;
    line.append(said);
    return line;
  }

  #refusal(text, about = "") {
    const line = this.#line("error", text ?? this.texts.failed);
    const code = document.createElement("p");
    code.textContent = about;
    line.append(code);
    return line;
  }
}
