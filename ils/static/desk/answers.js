// Answers: the list of what was done, newest first, and the panel of the open reader.

import { sound } from "./sound.js";

const LONGEST_LOG = 60;

export function parsed(html) {
  const parts = document.createElement("template");
  parts.innerHTML = html;
  return parts.content;
}

export class Answers {
  // opened(id) is told whose panel stands now; failed is the text for an answer without words.
  constructor(log, opened, failed) {
    this.log = log;
    this.opened = opened;
    this.failed = failed;
  }

  newest() {
    return this.log.querySelector("li:not(.waiting)");
  }

  // The form of the newest answer that a digit chooses, or of the last act that can be undone.
  chosen(number) {
    return this.newest()?.querySelector(`[data-choice="${number}"]`);
  }

  undoing() {
    return this.log.querySelector("li:not(.waiting) [data-undo]")?.form;
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
    for (const old of this.log.querySelectorAll("[data-choice]")) {
      if (!old.contains(document.activeElement)) old.remove();
    }
    const line = parts.querySelector("li.line")
      ?? this.#refusal(parts.querySelector('[role="alert"]')?.textContent, entry.request?.data.code);
    if (line.dataset.situation === "undo") {
      const act = CSS.escape(entry.request.data.act);
      this.log.querySelector(`input[name="act"][value="${act}"]`)?.form.remove();
    }
    this.#add(line);
    return line;
  }

  // A line of our own: never pass over something in silence.
  refuse(text) {
    this.#add(this.#refusal(text));
  }

  setPanel(panel) {
    document.getElementById("patron").replaceWith(panel);
    this.opened(panel.dataset.patron || "");
  }

  closePatron() {
    const empty = document.getElementById("no-patron").content.cloneNode(true);
    this.setPanel(empty.querySelector("section"));
    this.log.querySelector(".fast-add")?.remove();
  }

  #add(line) {
    this.log.prepend(line);
    while (this.log.children.length > LONGEST_LOG) this.log.lastElementChild.remove();
    sound(line.dataset.level, line.dataset.situation);
  }

  #refusal(text, about = "") {
    const line = document.createElement("li");
    line.className = "line error";
    line.dataset.level = "error";
    const said = document.createElement("p");
    said.className = "said";
    said.textContent = text ?? this.failed;
    const code = document.createElement("p");
    code.textContent = about;
    line.append(said, code);
    return line;
  }
}
