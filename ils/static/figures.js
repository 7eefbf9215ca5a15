// The entries behind a figure open over its table; without this script they are a page of their own.

const behind = document.getElementById("behind");
const inside = behind?.querySelector("div");
let address = null;

// Shows the page of an address in the dialog; the page itself, if it cannot be had.
async function show(url) {
  let page = null;
  try {
    const answer = await fetch(url);
    const there = answer.ok && new URL(answer.url).pathname === url.pathname;
    if (there) page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch { /* the line is down: the browser says so better */ }
  const main = page?.getElementById("main");
  if (!main) {
    location.href = url.href;
    return;
  }
  address = url;
  const heading = document.createElement("h2");
  const whole = document.createElement("a");
  whole.href = url.href;
  whole.textContent = main.querySelector("h1").textContent;
  heading.append(whole);
  main.querySelector(".head")?.replaceWith(heading);
  main.querySelector(".trail")?.remove();
  inside.replaceChildren(...main.childNodes);
  if (!behind.open) behind.showModal();
  behind.scrollTop = 0;
}

function plain(event) {
  return !(event.ctrlKey || event.metaKey || event.shiftKey || event.button);
}

if (behind?.showModal) {
  document.addEventListener("click", (event) => {
    const figure = event.target.closest?.("table.report td a");
    if (!figure || !plain(event)) return;
    event.preventDefault();
    show(new URL(figure.href));
  });
  // What leads to another page or order of the same entries stays here.
  inside.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || !plain(event) || link.closest("h2")) return;
    const to = new URL(link.getAttribute("href"), address);
    if (to.searchParams.has("export") || to.pathname !== address.pathname) {
      link.href = to.href;
      return;
    }
    event.preventDefault();
    show(to);
  });
  behind.querySelector("button").addEventListener("click", () => behind.close());
  behind.addEventListener("click", (event) => {
    if (event.target === behind) behind.close();
  });
}
