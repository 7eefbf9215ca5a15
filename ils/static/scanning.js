// Scans are sent one file after another, in the order of their names; each says what became of it.

const form = document.getElementById("scan-files");
if (form) {
  const files = form.querySelector('input[type="file"]');
  const log = form.querySelector("#sent");
  const texts = form.dataset;

  form.addEventListener("dragover", (event) => event.preventDefault());
  form.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    files.files = event.dataTransfer.files;
  });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    form.querySelector("button").disabled = true;
    const byName = new Intl.Collator(undefined, { numeric: true });
    const chosen = [...files.files].sort((one, two) => byName.compare(one.name, two.name));
    const lines = chosen.map((file) => line(file.name, texts.waiting));
    const together = new FormData(form).get("together") === "1";
    let number = new FormData(form).get("document") ?? "";
    let refused = 0;
    for (const [index, file] of chosen.entries()) {
      say(lines[index], file.name, texts.sending);
      const answer = await send(file, together ? number : "");
      if (answer === null) {
        say(lines[index], file.name, texts.failed, "error");
        refused += 1;
        continue;
      }
      refused += answer.refused.length;
      if (answer.document) number = answer.document;
      const wrong = answer.refused.join(" ");
      say(lines[index], file.name, wrong || texts.saved, wrong ? "error" : "success");
    }
    form.querySelector("button").disabled = false;
    if (!refused && number) location.assign(texts.document.replace(/0$/, number));
  });

  async function send(file, number) {
    const data = new FormData(form);
    data.delete("file");
    data.set("file", file);
    data.set("document", number);
    data.set("request_id", crypto.randomUUID());
    const headers = { "X-Requested-With": "desk", "X-CSRFToken": data.get("csrf_token") };
    try {
      const answer = await fetch(form.action, { method: "POST", body: data, headers });
      const json = answer.headers.get("Content-Type")?.includes("json");
      if (json) return await answer.json();
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const why = page.querySelector('[role="alert"]')?.textContent.trim().replace(/\s+/g, " ");
      return { document: "", refused: [why || texts.failed] };
    } catch {
      return null;
    }
  }

  function line(name, text) {
    const item = document.createElement("li");
    item.className = "line";
    log.append(item);
    say(item, name, text);
    return item;
  }

  function say(item, name, text, level = "") {
    item.className = `line ${level}`;
    item.textContent = text.startsWith(name) ? text : `${name}: ${text}`;
  }
}
