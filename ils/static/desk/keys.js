// Keys: whether a scanner typed them, and what they ask for.

const FASTEST_TYPIST_MS = 35;
const SAME_CODE_MS = 350;
const SHORTEST_CODE = 5;

// Keys before a scan that somebody typed: so many slow ones in a row are no scanner's.
const TYPED_KEYS = 3;

// Whether a text was typed by a scanner: many keys, most of them at once after the one before.
// Not by their average: a busy computer holds some of them back.
export class ScannerWatch {
  #field = null;
  #keys = []; // {key, pause, before}: what stood in the field before each
  #last = Number.NEGATIVE_INFINITY;

  // What comes next is another code.
  interrupt() {
    this.#field = null;
  }

  typed(field, key, at) {
    if (key === "Enter") this.interrupt();
    if (key.length > 1) return;
    const pause = at - this.#last;
    if (this.#field !== field || pause > SAME_CODE_MS) {
      this.#field = field;
      this.#keys = [];
    }
    this.#keys.push({ key, pause, before: field.value ?? "" });
    this.#last = at;
  }

  // {text, before}: what a scanner has just typed into a field, and what stood there; or nothing.
  scan(field, at) {
    if (this.#field !== field || at - this.#last >= SAME_CODE_MS) return null;
    const keys = this.#scanned();
    const quick = keys.filter((k) => k.pause < FASTEST_TYPIST_MS).length;
    if (keys.length < SHORTEST_CODE || quick * 2 <= keys.length) return null;
    return { text: keys.map((k) => k.key).join(""), before: keys[0].before };
  }

  // The keys without those that somebody typed just before the scan.
  #scanned() {
    let slow = 1;
    while (slow < this.#keys.length && this.#keys[slow].pause >= FASTEST_TYPIST_MS) slow += 1;
    return slow > TYPED_KEYS ? this.#keys.slice(slow - 1) : this.#keys;
  }
}

// Calls took(code) for every scan on the page, whatever has the focus; what it typed into a
// field is taken out again, and its Enter does nothing. A field or what it stands in may say that
// scans belong there: data-scan="submit" is sent by them, after "keep" the next field is gone to.
export function watchScans(took) {
  const watch = new ScannerWatch();
  document.addEventListener("keydown", (event) => {
    const field = event.target;
    const scan = event.key === "Enter" ? watch.scan(field, event.timeStamp) : null;
    if (event.ctrlKey || event.altKey || event.metaKey) watch.interrupt(); // Ctrl+Z types no z
    else watch.typed(field, event.key, event.timeStamp);
    if (!scan) return;
    const meant = field.closest?.("[data-scan]")?.dataset.scan;
    if (meant === "submit") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (meant === "keep") {
      following(field)?.focus();
      return;
    }
    if ("value" in field) field.value = scan.before;
    took(scan.text);
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
