// The frame of all pages: the menu of a narrow screen, the palette, keys. Without this script the
// menu stands open and the palette is a page.

import { watchScans } from "./desk/keys.js";
import "./typed.js";

document.documentElement.classList.add("scripted");

const menu = document.getElementById("menu");
menu?.addEventListener("click", () => {
  const open = menu.getAttribute("aria-expanded") === "true";
  menu.setAttribute("aria-expanded", String(!open));
});

// What stands beside the page is open where there is a side.
for (const details of document.querySelectorAll("details[data-wide]")) {
  details.open = matchMedia("(min-width: 1100px)").matches;
}

// A menu closes when something else is clicked, or by Esc.
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.menu-of[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});

// --- the palette ---------------------------------------------------------------------

const palette = document.getElementById("palette");
const field = palette?.querySelector("input");
const list = document.getElementById("found");
let asked = 0;
let timer = 0;

async function look() {
  const mine = ++asked;
  try {
    const answer = await fetch(`/staff/find?q=${encodeURIComponent(field.value)}`, {
      headers: { "X-Requested-With": "palette" },
    });
    if (answer.ok && mine === asked) list.innerHTML = await answer.text();
  } catch { /* the line is down: what was found stays */ }
}

function open() {
  palette.showModal();
  field.value = "";
  field.focus();
  look();
}

function move(step) {
  const options = [...list.querySelectorAll("[role=option]")];
  if (!options.length) return;
  const at = options.findIndex((o) => o.getAttribute("aria-selected") === "true");
  const next = options[(at + step + options.length) % options.length];
  for (const option of options) option.setAttribute("aria-selected", String(option === next));
  field.setAttribute("aria-activedescendant", next.id);
  next.scrollIntoView({ block: "nearest" });
}

field?.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(look, 150);
});
field?.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown") move(1);
  else if (event.key === "ArrowUp") move(-1);
  else if (event.key === "Enter") list.querySelector("[aria-selected=true] a")?.click();
  else return;
  event.preventDefault();
});
palette?.addEventListener("click", (event) => {
  if (event.target === palette) palette.close();
});
document.getElementById("find")?.addEventListener("click", (event) => {
  event.preventDefault();
  open();
});

document.addEventListener("keydown", (event) => {
  if (!palette || palette.open) return;
  const typing = event.target.closest("input, select, textarea");
  const slash = event.key === "/" && !typing && !document.getElementById("desk");
  if (slash || (event.ctrlKey && event.code === "KeyK")) {
    event.preventDefault();
    open();
  }
  if (event.ctrlKey && event.code === "KeyS") { // saves the form one is in, where it says so
    const form = event.target.closest("form") ?? document.querySelector("form[data-saves]");
    if (form?.dataset.saves === undefined) return;
    event.preventDefault();
    form.requestSubmit();
  }
});

// --- scans on other pages than the desk: they change nothing here, and are not lost ------------

const scanned = document.getElementById("scanned");
if (scanned) {
  let code = "";
  const taken = scanned.querySelector("button");
  watchScans((text) => {
    code = text;
    scanned.querySelector("b").textContent = code;
    scanned.hidden = false;
  });
  taken.addEventListener("click", () => {
    sessionStorage.setItem("sandyq-scan", code);
    location.href = "/desk";
  });
}
