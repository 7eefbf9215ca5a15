// A message opened in a program that gives no receipt is noted; the page asks whether it was sent
// when the librarian is back.

import { newId } from "./desk/queue.js";
import { post } from "./desk/wire.js";

const ways = document.getElementById("ways");
let noted = null;

ways.addEventListener("click", (event) => {
  const channel = event.target.closest("a[data-channel]")?.dataset.channel;
  if (!channel) return;
  noted = post(ways.dataset.opened, { channel, request_id: newId() }, ways.dataset.token);
});

document.addEventListener("visibilitychange", () => {
  if (noted && document.visibilityState === "visible") noted.finally(() => location.reload());
});
