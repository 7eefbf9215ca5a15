// The entry form: keys, suggestions, the panel beside it, a warning before leaving. Without this
// script the form still saves.
(() => {
  const form = document.getElementById("entry");
  if (!form) return;
  document.documentElement.classList.add("scripted");
  const preview = document.getElementById("preview");
  let dirty = "dirty" in form.dataset, timer = 0, asked = 0;
  const said = document.getElementById("said");
  const empty = [...form.querySelectorAll("[aria-required]")].find((input) => !input.value);
  if (said) said.focus();
  else if (empty && !form.querySelector("[name=record]").value) empty.focus();

  const token = () => form.querySelector("[name=csrf_token]").value;
  const fields = () => [...form.querySelectorAll("input:not([type=hidden]), select, textarea")];

  async function show() {
    const mine = ++asked;
    try {
      const answer = await fetch(form.dataset.preview, {
        method: "POST", body: new FormData(form), headers: { "X-CSRFToken": token() },
      });
      if (answer.ok && mine === asked && answer.headers.get("X-Sandyq")) preview.innerHTML = await answer.text();
    } catch { /* the line is down: the panel waits for the next change */ }
  }

  function changed() {
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(show, 450);
  }

  form.addEventListener("input", (event) => {
    changed();
    const row = event.target.closest(".mfield");
    if (event.target.dataset.kind) {
      const link = row?.querySelector("[data-link]");
      if (link) link.value = ""; // the name was changed: it is no longer the heading's
      suggest(event.target);
    }
    if ("many" in event.target.dataset && event.target.value) grow(event.target);
    if (event.target.tagName === "TEXTAREA" && event.target.name !== "marc") fit(event.target);
  });
  form.addEventListener("change", changed);
  form.addEventListener("submit", () => { dirty = false; });
  addEventListener("beforeunload", (event) => {
    if (dirty) { event.preventDefault(); event.returnValue = form.dataset.leave; }
  });

  function fit(area) { area.rows = Math.min(8, Math.max(1, Math.ceil(area.value.length / 70))); }

  // A subfield that may repeat: one more empty input below the last filled one.
  function grow(input) {
    const same = [...input.closest(".msubs").querySelectorAll(`[name="${CSS.escape(input.name)}"]`)];
    if (same.at(-1) !== input) return;
    const copy = input.parentElement.cloneNode(true);
    const again = copy.querySelector("input");
    again.value = "";
    again.id = `${input.id}n`;
    copy.querySelector("label").htmlFor = again.id;
    input.parentElement.after(copy);
  }

  // A field that may repeat: an empty one below it.
  function repeat(row) {
    const numbers = [...form.querySelectorAll("[name=row]")].map((i) => parseInt(i.value, 10));
    const n = Math.max(...numbers) + 1;
    const copy = row.cloneNode(true);
    copy.querySelector("[name=row]").value = `${n}|${row.dataset.tag}|`;
    copy.querySelectorAll("[name]").forEach((input) => {
      if (input.name === "row") return;
      const old = input.id;
      input.name = input.name.replace(/^\d+/, n);
      input.value = "";
      if (old) {
        input.id = old.replace(/^m\d+/, `m${n}`);
        const label = copy.querySelector(`label[for="${CSS.escape(old)}"]`);
        if (label) label.htmlFor = input.id;
      }
    });
    row.after(copy);
    copy.querySelector("input:not([type=hidden]), select, textarea").focus();
  }
  form.addEventListener("click", (event) => {
    if ("repeat" in event.target.dataset) repeat(event.target.closest(".mfield"));
  });

  // Suggestions: a listbox under the input, moved through with the arrows.
  const list = document.createElement("ul");
  list.id = "suggestions";
  list.setAttribute("role", "listbox");
  list.className = "suggestions";
  let owner = null, items = [], at = -1, wait = 0, turn = 0;

  function suggest(input) {
    clearTimeout(wait);
    if (input.value.trim().length < 2) { shut(); return; }
    wait = setTimeout(async () => {
      const mine = ++turn;
      const to = `${form.dataset.suggest}?kind=${input.dataset.kind}&q=${encodeURIComponent(input.value)}`;
      try {
        const answer = await fetch(to);
        if (!answer.ok || mine !== turn || document.activeElement !== input) return;
        items = await answer.json();
      } catch { return; }
      open(input);
    }, 150);
  }
  function open(input) {
    shut();
    if (!items.length) return;
    owner = input;
    list.replaceChildren(...items.map((item, n) => {
      const option = document.createElement("li");
      option.id = `suggestion-${n}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.textContent = item.label;
      option.addEventListener("mousedown", (event) => { event.preventDefault(); at = n; take(); });
      return option;
    }));
    input.parentElement.append(list);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-expanded", "true");
    input.setAttribute("aria-controls", list.id);
    list.setAttribute("aria-label", input.parentElement.querySelector("label").textContent.trim());
  }
  function shut() {
    list.remove();
    owner?.setAttribute("aria-expanded", "false");
    owner?.removeAttribute("aria-activedescendant");
    owner?.removeAttribute("aria-controls");
    owner = null;
    at = -1;
  }
  function move(step) {
    at = (at + step + items.length) % items.length;
    for (const [n, option] of [...list.children].entries()) option.setAttribute("aria-selected", String(n === at));
    owner.setAttribute("aria-activedescendant", `suggestion-${at}`);
    list.children[at].scrollIntoView({ block: "nearest" });
  }
  function take() {
    const item = items[at], row = owner.closest(".mfield"), n = owner.name.split(".")[0];
    for (const [code, value] of Object.entries(item.values)) {
      const input = row.querySelector(`[name="${n}.${code}"]`);
      if (input) input.value = value;
    }
    const link = row.querySelector("[data-link]");
    if (link) link.value = item.link;
    shut();
    changed();
  }
  form.addEventListener("focusout", (event) => { if (event.target === owner) shut(); });

  function next(from) {
    const all = fields().filter((f) => f.offsetParent);
    all[all.indexOf(from) + 1]?.focus();
  }
  function save(then) {
    const button = then ? form.querySelector(`button[name=then][value=${then}]`) : form.querySelector("button.main");
    if (button) form.requestSubmit(button);
  }

  addEventListener("keydown", (event) => {
    const here = event.target;
    if ((event.ctrlKey || event.metaKey) && event.code === "KeyS") { event.preventDefault(); save(); return; }
    if (event.ctrlKey && event.key === "Enter") { event.preventDefault(); save("next"); return; }
    if (event.altKey && event.code === "KeyK") {
      event.preventDefault();
      const flag = form.querySelector('[data-tag="939"] select');
      if (!flag) return;
      flag.value = flag.value ? "" : "1";
      changed();
      if (flag.value) form.querySelector('[data-tag="939"] select:last-of-type, [data-tag="939"] .field:last-of-type select').focus();
      return;
    }
    if (event.altKey && event.code === "KeyN") {
      const row = here.closest?.(".mfield");
      if (row?.querySelector("[data-repeat]")) { event.preventDefault(); repeat(row); }
      return;
    }
    if (owner && here === owner) {
      if (event.key === "ArrowDown") { event.preventDefault(); move(1); return; }
      if (event.key === "ArrowUp") { event.preventDefault(); move(-1); return; }
      if (event.key === "Escape") { event.preventDefault(); shut(); return; }
      if (event.key === "Enter" && at >= 0) { event.preventDefault(); take(); return; }
    }
    if (event.key === "Enter" && here.form === form && here.name !== "marc" && (here.tagName !== "BUTTON")) {
      event.preventDefault(); // Enter goes on; only Ctrl+S and the button save
      next(here);
    }
  });
  show();
})();
