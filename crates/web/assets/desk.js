// Keys of the desk. Each key presses a link that stands on the page with its key beside it; without this file the links work by
// themselves. Keys are left alone while somebody types, and can be switched off.
"use strict";
const OFF = "huzhu-keys-off";
const keys = document.getElementById("keys");
const viewer = document.getElementById("viewer");
const remembered = () => { try { return localStorage.getItem(OFF) === "1"; } catch { return false; } };
let off = remembered();
const box = keys && keys.querySelector("input[type=checkbox]");
if (box) {
  box.closest("[hidden]").hidden = false;
  box.checked = !off;
  box.addEventListener("change", () => {
    off = !box.checked;
    try { if (off) { localStorage.setItem(OFF, "1"); } else { localStorage.removeItem(OFF); } } catch { /* for this page only */ }
  });
}
// A new size needs no new page, and so no new look at the file.
const SIZES = 4;
let size = viewer ? Number(viewer.dataset.size) || 1 : 1;
function resize(to) {
  size = Math.min(SIZES, Math.max(1, to));
  viewer.className = `viewer zoom-${size}`;
  const now = document.getElementById("viewer-size");
  if (now) { now.textContent = now.dataset.text.replace("%n", String(size)); }
}
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-size]");
  if (!link || !viewer || event.ctrlKey || event.metaKey || event.shiftKey) { return; }
  event.preventDefault();
  resize({ "+": size + 1, "-": size - 1 }[link.dataset.key] || 1);
});
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (off || typing || event.defaultPrevented || event.isComposing || event.repeat) { return; }
  if (event.ctrlKey || event.metaKey || event.altKey) { return; }
  if (event.key === "?" && keys) {
    event.preventDefault();
    keys.open = !keys.open;
    keys.querySelector("summary").focus();
    return;
  }
  if (event.key === "r") {
    const form = document.getElementById("form");
    const first = form && form.querySelector("form button, form select, form textarea, form input:not([type=hidden])");
    if (!first) { return; }
    event.preventDefault();
    first.focus();
    first.scrollIntoView({ block: "center" });
    return;
  }
  const link = [...document.querySelectorAll("a[data-key]")].find((one) => one.dataset.key === event.key);
  if (!link) { return; }
  event.preventDefault();
  link.click();
});
