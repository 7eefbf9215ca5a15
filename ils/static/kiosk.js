// A kiosk begins anew when nobody touches it; before that it asks, and any touch or key stays.

const ASK_BEFORE = 30_000;
const { pause, anew } = document.body.dataset;
const question = document.getElementById("still-here");
let asking = 0;
let leaving = 0;

function begin() {
  clearTimeout(asking);
  clearTimeout(leaving);
  question.close();
  asking = setTimeout(() => question.showModal(), Number(pause) * 1000 - ASK_BEFORE);
  leaving = setTimeout(() => location.assign(anew), Number(pause) * 1000);
}

for (const kind of ["pointerdown", "keydown", "scroll"]) {
  document.addEventListener(kind, begin, { passive: true });
}
begin();
