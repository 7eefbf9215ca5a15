// The viewer: pages follow each other as they are scrolled to; arrows turn them, + and − make them
// larger and smaller. Without this each page is an address of its own.

const book = document.getElementById("book");
const asText = document.getElementById("as-text");
const here = document.getElementById("here");
const turns = { previous: document.getElementById("previous"), next: document.getElementById("next") };
let thumbnails = document.querySelector(".leaves");
const beside = new Map();
let last = document.getElementById("leaf");
let waiting = false;
let size = 1;

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select");
  if (typing || event.ctrlKey || event.altKey || event.metaKey) return;
  const acts = {
    ArrowRight: () => turns.next?.click(),
    ArrowLeft: () => turns.previous?.click(),
    "+": () => enlarge(1.25),
    "=": () => enlarge(1.25),
    "-": () => enlarge(0.8),
    0: () => enlarge(0),
  };
  if (!(event.key in acts)) return;
  event.preventDefault();
  acts[event.key]();
});

for (const button of document.querySelectorAll("[data-zoom]")) {
  button.hidden = false;
  button.addEventListener("click", () => enlarge(Number(button.dataset.zoom)));
}

// What stands in the middle of the window stays there; a sharper picture comes if there is one.
function enlarge(by) {
  const leaf = [...beside.keys()].find((one) => one.getBoundingClientRect().bottom > innerHeight / 2);
  const part = leaf ? (innerHeight / 2 - leaf.getBoundingClientRect().top) / leaf.offsetHeight : 0;
  size = by ? Math.min(4, Math.max(0.5, size * by)) : 1;
  book?.style.setProperty("--size", `${size * 100}%`);
  for (const one of beside.keys()) sharpen(one);
  if (leaf) {
    scrollBy(0, leaf.getBoundingClientRect().top + part * leaf.offsetHeight - innerHeight / 2);
  }
}

function sharpen(leaf) {
  const picture = leaf.querySelector("img");
  if (size !== 1) picture.sizes = `${Math.ceil(picture.getBoundingClientRect().width)}px`;
}

// The text is laid over the picture when both are there: it can be marked and copied.
async function overlay(leaf) {
  if (!leaf.dataset.lines) return;
  const answer = await fetch(leaf.dataset.lines).catch(() => null);
  if (!answer?.ok) return;
  const drawn = new DOMParser().parseFromString(await answer.text(), "image/svg+xml");
  leaf.firstElementChild.append(document.importNode(drawn.documentElement, true));
}

// The page in the middle of the window is the one the address and the turns are of.
const middle = new IntersectionObserver(
  (seen) => {
    const leaf = seen.find((one) => one.isIntersecting)?.target;
    if (!leaf || leaf.dataset.number === here.textContent) return;
    here.textContent = leaf.dataset.number;
    history.replaceState(null, "", leaf.dataset.address);
    if (asText) asText.href = `${leaf.dataset.address}${leaf.dataset.address.includes("?") ? "&" : "?"}as=text`;
    for (const link of document.querySelectorAll("a[hreflang]")) {
      const address = new URL(leaf.dataset.address, location.href);
      address.searchParams.set("lang", link.hreflang);
      link.href = address.href;
    }
    for (const [name, link] of Object.entries(turns)) {
      if (leaf.dataset[name]) link.href = leaf.dataset[name];
      else link.removeAttribute("href");
    }
    const own = beside.get(leaf);
    thumbnails.replaceWith(own);
    thumbnails = own;
  },
  { rootMargin: "-50% 0px -50% 0px" },
);
const end = new IntersectionObserver(
  (seen) => {
    if (seen.some((one) => one.isIntersecting)) follow();
  },
  { rootMargin: "0px 0px 50% 0px" },
);

function join(leaf, own) {
  beside.set(leaf, own);
  middle.observe(leaf);
  end.disconnect();
  end.observe(leaf.querySelector(".end"));
  sharpen(leaf);
  last = leaf;
}

async function follow() {
  if (waiting || !last.dataset.next) return;
  waiting = true;
  const answer = await fetch(last.dataset.next).catch(() => null);
  waiting = false;
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const leaf = document.importNode(page.getElementById("leaf"), true);
  leaf.removeAttribute("id");
  book.append(leaf);
  overlay(leaf);
  join(leaf, document.importNode(page.querySelector(".leaves"), true));
}

if (book) {
  addEventListener("load", () => {
    overlay(last);
    join(last, thumbnails);
  });
}
