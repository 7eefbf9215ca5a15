// Keys: whether a scanner typed them, and what they ask for.

const FASTEST_TYPIST_MS = 35;
const SAME_CODE_MS = 350;
const SHORTEST_CODE = 5;

// Whether a text was typed by a scanner: many keys, most of them at once after the one before.
// Not by their average: a busy computer holds some of them back.
export class ScannerWatch {
  #field = null;
  #keys = 0;
  #quick = 0;
  #last = Number.NEGATIVE_INFINITY;

  typed(field, key, at) {
    if (key.length > 1) return;
    const pause = at - this.#last;
    if (this.#field !== field || pause > SAME_CODE_MS) {
      this.#field = field;
      this.#keys = this.#quick = 0;
    }
    this.#keys += 1;
    if (pause < FASTEST_TYPIST_MS) this.#quick += 1;
    this.#last = at;
  }

  scanned(field, at) {
    const just = this.#field === field && at - this.#last < SAME_CODE_MS;
    return just && this.#keys >= SHORTEST_CODE && this.#quick * 2 > this.#keys;
  }
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
