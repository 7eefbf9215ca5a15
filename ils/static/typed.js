// What was typed into the forms of a page outlives the change of its language, and a refusal that
// is a page of its own: it is kept in the browser until the page is there again, and nowhere else.

const FORMS = "main form[method=post]";
/** The desk keeps what it sends by itself. */
const atDesk = document.getElementById("desk") !== null;
/** Names of fields that are another page's own. */
const OWN = new Set(["csrf_token", "request_id", "begun"]);
const key = `typed:${location.pathname}`;

/** Fields a person fills, in their order. */
function fields(form) {
  const kept = [...form.elements].filter((field) => field.name && !OWN.has(field.name));
  return kept.filter((field) => !["hidden", "file", "password", "submit"].includes(field.type));
}

/** What the forms of a page say, as text. */
export function typed(root) {
  const forms = [...root.querySelectorAll(FORMS)];
  return JSON.stringify(
    forms.map((form) => fields(form).map((f) => (/checkbox|radio/.test(f.type) ? f.checked : f.value))),
  );
}

/** Put back what forms of the same shape said; another shape keeps what it has. */
export function putBack(root, text) {
  const forms = [...root.querySelectorAll(FORMS)];
  JSON.parse(text).forEach((values, at) => {
    const into = forms[at] ? fields(forms[at]) : [];
    if (into.length !== values.length) return;
    into.forEach((field, n) => {
      if (typeof values[n] === "boolean") field.checked = values[n];
      else field.value = values[n];
      if (field.value !== field.defaultValue) field.closest("details")?.setAttribute("open", "");
    });
  });
}

// A page that only refuses: what was typed waits for whoever goes back to the form.
const back = document.querySelector("a[data-back]");
if (back) {
  sessionStorage.setItem("refused", `typed:${new URL(back.href).pathname}`);
} else {
  const kept = sessionStorage.getItem(key);
  for (const name of Object.keys(sessionStorage)) {
    if (name.startsWith("typed:")) sessionStorage.removeItem(name);
  }
  const again = !atDesk && [sessionStorage.getItem("refused"), sessionStorage.getItem("tongue")].includes(key);
  sessionStorage.removeItem("refused");
  sessionStorage.removeItem("tongue");
  if (kept !== null && again) putBack(document, kept);
}

document.querySelector("form.languages")?.addEventListener("submit", () => {
  sessionStorage.setItem(key, typed(document));
  sessionStorage.setItem("tongue", key);
});
if (!atDesk) {
  for (const form of document.querySelectorAll(FORMS)) {
    form.noValidate = true; // what is wrong is said by the program, in its words
    form.addEventListener("submit", () => sessionStorage.setItem(key, typed(document)));
  }
}
