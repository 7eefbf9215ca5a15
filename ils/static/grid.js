// Arrow keys in a table of numbers; Enter sends it, as in any form.

document.querySelector("table.counts")?.addEventListener("keydown", (event) => {
  const cell = event.target.closest("td");
  if (!cell) return;
  const row = cell.parentElement;
  const at = cell.cellIndex;
  const { selectionStart: from, selectionEnd: until, value } = event.target;
  const all = from === 0 && until === value.length;
  const to = {
    ArrowUp: row.previousElementSibling?.cells[at]?.firstElementChild,
    ArrowDown: row.nextElementSibling?.cells[at]?.firstElementChild,
    ArrowRight: all || from === value.length ? row.cells[at + 1]?.firstElementChild : null,
    ArrowLeft: all || until === 0 ? row.cells[at - 1]?.querySelector("input") : null,
  }[event.key];
  if (!to) return;
  event.preventDefault();
  to.focus();
  to.select();
});
