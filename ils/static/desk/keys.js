// Keys: whether a scanner typed them, and what they ask for.

const FASTEST_TYPIST_MS = 35;
const SAME_CODE_MS = 350;
const SHORTEST_CODE = 5;

// Whether a text was typed by a scanner: many keys, most of them at once after the one before.
// Not by their average: a busy computer holds some of them back.
export class ScannerWatch {
  text = ""; // what was typed last, without a long pause
  before = ""; // what stood in the field then
  #field = null;
  #quick = 0;
  #last = Number.NEGATIVE_INFINITY;

  typed(field, key, at) {
    if (key.length > 1) return;
    const pause = at - this.#last;
    if (this.#field !== field || pause > SAME_CODE_MS) {
      this.#field = field;
      this.#quick = 0;
      this.text = "";
      this.before = field.value ?? "";
    }
    this.text += key;
    if (pause < FASTEST_TYPIST_MS) this.#quick += 1;
    this.#last = at;
  }

  scanned(field, at) {
    const just = this.#field === field && at - this.#last < SAME_CODE_MS;
    return just && this.text.length >= SHORTEST_CODE && this.#quick * 2 > this.text.length;
  }
}

// Calls took(code, field) for every scan on the page, whatever has the focus; what it typed into a
// field is taken out again, and its Enter does nothing. A field or what it stands in may say that
// scans belong there: data-scan="submit" is sent by them, after "keep" the next field is gone to.
export function watchScans(took) {
  const watch = new ScannerWatch();
  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key !== "Enter" || !watch.scanned(field, event.timeStamp)) {
      watch.typed(field, event.key, event.timeStamp);
      return;
    }
    const meant = field.closest?.("[data-scan]")?.dataset.scan;
    if (meant === "submit") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (meant === "keep") {
      following(field)?.focus();
      return;
    }
    if ("value" in field) field.value = watch.before;
    took(watch.text, field);
  }, true);
}

function following(field) {
  const fields = [...(field.form?.elements ?? [])].filter((f) => f.type !== "hidden" && !f.disabled);
  return fields[fields.indexOf(field) + 1];
}

// The name of what a key asks for at the desk; nothing for keys that are simply typed.
export function asked(event, input) {
  const typing = event.target.closest("input, select, textarea");
  const plain = !event.ctrlKey && !event.altKey && !event.metaKey;
  if (event.key === "Escape") return "escape";
  if (event.ctrlKey && event.code === "KeyZ" && !input.value && (!typing || typing === input)) return "undo";
  if (plain && /^F([2-46-79])$/.test(event.key)) return event.key;
  if (event.key === "Enter" && typing?.name === "author") return "title";
  if (plain && !typing && event.key.length === 1 && event.key !== " ") return "type";
  return null;
}
