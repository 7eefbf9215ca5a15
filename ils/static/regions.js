// An article's frame drawn on the picture of a page with the mouse, once its form is open.

const sight = document.getElementById("sight");
const article = document.getElementById("article");
const field = article?.querySelector('[name="region"]');
const picture = sight?.querySelector("img");
const frame = document.createElement("div");
let begun = null;

if (field && picture) {
  frame.className = "frame";
  frame.hidden = true;
  sight.append(frame);
  picture.draggable = false;
  picture.addEventListener("pointerdown", (event) => {
    if (!article.open || event.button) return;
    event.preventDefault();
    begun = place(event);
    picture.setPointerCapture(event.pointerId);
  });
  picture.addEventListener("pointermove", (event) => {
    if (begun) draw(begun, place(event));
  });
  picture.addEventListener("pointerup", () => {
    begun = null;
  });
  article.addEventListener("toggle", () => {
    sight.classList.toggle("drawing", article.open);
    frame.hidden = !(article.open && field.value);
  });
}

// Where the mouse is, in thousandths of the picture.
function place(event) {
  const box = picture.getBoundingClientRect();
  const part = (at, from, size) => Math.round(Math.min(1, Math.max(0, (at - from) / size)) * 1000);
  return [part(event.clientX, box.left, box.width), part(event.clientY, box.top, box.height)];
}

function draw(from, to) {
  const [left, right] = [from[0], to[0]].sort((a, b) => a - b);
  const [top, bottom] = [from[1], to[1]].sort((a, b) => a - b);
  if (right - left < 10 || bottom - top < 10) return;
  field.value = [left, top, right - left, bottom - top].join(", ");
  const { offsetLeft, offsetTop, offsetWidth, offsetHeight } = picture;
  Object.assign(frame.style, {
    left: `${offsetLeft + (left * offsetWidth) / 1000}px`,
    top: `${offsetTop + (top * offsetHeight) / 1000}px`,
    width: `${((right - left) * offsetWidth) / 1000}px`,
    height: `${((bottom - top) * offsetHeight) / 1000}px`,
  });
  frame.hidden = false;
}
