// The viewer by keys: arrows turn pages, + and − make the page larger and smaller.

const leaf = document.getElementById("leaf");
let size = 1;

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select");
  if (typing || event.ctrlKey || event.altKey || event.metaKey) return;
  const acts = {
    ArrowRight: () => document.getElementById("next")?.click(),
    ArrowLeft: () => document.getElementById("previous")?.click(),
    "+": () => enlarge(1.25),
    "=": () => enlarge(1.25),
    "-": () => enlarge(0.8),
    0: () => enlarge(0),
  };
  if (!(event.key in acts)) return;
  event.preventDefault();
  acts[event.key]();
});

// The text is laid over the picture when both are there: it can be marked and copied.
async function overlay() {
  const answer = await fetch(leaf.dataset.lines).catch(() => null);
  if (!answer?.ok) return;
  const drawn = new DOMParser().parseFromString(await answer.text(), "image/svg+xml");
  leaf.firstElementChild.append(document.importNode(drawn.documentElement, true));
}

if (leaf?.dataset.lines) addEventListener("load", overlay);

function enlarge(by) {
  if (!leaf) return;
  size = by ? Math.min(4, Math.max(0.5, size * by)) : 1;
  leaf.firstElementChild.style.width = `${size * 100}%`;
}
