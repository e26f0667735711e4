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
