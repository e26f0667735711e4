// Small comforts. Every page works without this file.
"use strict";
// A second click on a submit button does nothing: the first one is under way. The server is safe against it anyhow.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  // A form that answers with a file leaves the page standing, and may be sent again.
  setTimeout(() => { delete form.dataset.sent; }, 5000);
});
// Coming back with the back button gives a form that can be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.forms) { delete form.dataset.sent; }
});
// Links of the error summary put the focus into the field.
document.addEventListener("click", (event) => {
  const link = event.target.closest(".problems a");
  const field = link && document.getElementById(link.hash.slice(1));
  if (!field) { return; }
  event.preventDefault();
  const inside = field.matches("input, select, textarea") ? field : field.querySelector("input, select, textarea") || field;
  inside.focus();
  field.scrollIntoView({ block: "center" });
});
// Disclosures open before printing, so that the tables are on the paper.
window.addEventListener("beforeprint", () => {
  for (const more of document.querySelectorAll("details.more")) { more.open = true; }
});
// Files of evidence go up in parts, so that a broken line costs a part and not the file (tus 1.0.0). Without this the form sends
// them as forms do.
const PART_BYTES = 4 * 1024 * 1024;
const TRIES = 8;
const TUS = { "tus-resumable": "1.0.0" };
async function wordsOf(answer) {
  const problem = await answer.json().catch(() => ({}));
  return (problem.errors && problem.errors.length ? problem.errors[0].message : problem.detail) || String(answer.status);
}
async function sendFile(uploads, file, show) {
  const begun = await fetch(uploads, { method: "POST", headers: { ...TUS, "upload-length": file.size } });
  if (!begun.ok) { throw new Error(await wordsOf(begun)); }
  const place = begun.headers.get("location");
  let offset = 0;
  for (let tries = 0; offset < file.size;) {
    show(offset / file.size, tries > 0);
    const body = file.slice(offset, offset + PART_BYTES);
    const headers = { ...TUS, "upload-offset": offset, "content-type": "application/offset+octet-stream" };
    const answer = await fetch(place, { method: "PATCH", headers, body }).catch(() => null);
    if (answer && answer.ok) { offset = Number(answer.headers.get("upload-offset")); tries = 0; continue; }
    const again = !answer || answer.status >= 500 || answer.status === 460 || answer.status === 429
      || (answer.status === 409 && tries < 2);
    tries += 1;
    if (!again || tries > TRIES) { throw new Error(answer ? await wordsOf(answer) : ""); }
    show(offset / file.size, true);
    await new Promise((wake) => { setTimeout(wake, Math.min(30, 2 ** tries) * 1000); });
    const state = await fetch(place, { method: "HEAD", headers: TUS }).catch(() => null);
    if (state && state.ok) { offset = Number(state.headers.get("upload-offset")); }
  }
  show(1, false);
}
async function sendAll(form, files) {
  const bar = document.createElement("progress");
  const line = document.createElement("p");
  line.setAttribute("role", "status");
  form.append(bar, line);
  const button = form.querySelector("button");
  button.disabled = true;
  for (const file of files) {
    const show = (part, waiting) => {
      bar.value = part;
      line.textContent = `${file.name}: ${waiting ? form.dataset.waiting : form.dataset.sending}`;
    };
    try {
      await sendFile(form.dataset.uploads, file, show);
    } catch (error) {
      line.setAttribute("role", "alert");
      line.textContent = `${file.name}: ${error.message || form.dataset.broken}`;
      bar.remove();
      button.disabled = false;
      delete form.dataset.sent;
      return;
    }
  }
  location.assign(form.action);
}
document.addEventListener("submit", (event) => {
  const form = event.target;
  const input = form.dataset.uploads && form.querySelector("input[type=file]");
  if (event.defaultPrevented || !input || !input.files.length) { return; }
  event.preventDefault();
  sendAll(form, [...input.files]);
});
