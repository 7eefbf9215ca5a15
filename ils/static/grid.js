// Arrow keys in a table of numbers; Enter goes on to the next cell, Ctrl+Enter sends.
"use strict";

document.querySelector("table.counts")?.addEventListener("keydown", (event) => {
  const cell = event.target.closest("td");
  if (!cell) return;
  const row = cell.parentElement;
  const at = cell.cellIndex;
  const cells = [...cell.closest("tbody").querySelectorAll("input")];
  const step = cells.indexOf(event.target);
  const to = {
    ArrowUp: row.previousElementSibling?.cells[at]?.firstElementChild,
    ArrowDown: row.nextElementSibling?.cells[at]?.firstElementChild,
    ArrowRight: cells[step + 1],
    ArrowLeft: cells[step - 1],
    Enter: event.ctrlKey ? undefined : cells[step + 1],
  }[event.key];
  const within = event.target.selectionStart !== event.target.selectionEnd || event.target.value === "";
  if (!to || (event.key.match(/Left|Right/) && !within)) return;
  event.preventDefault();
  to.focus();
  to.select();
});
