// Shows the page of investigators that needs no network when no other can be had. It keeps nothing by itself: the script of the
// page puts one page without a word about anybody into the cache, and the files that this page is made of.
"use strict";
const KEPT = "huzhu-field-1";
const TASKS = "/staff/investigations";
self.addEventListener("install", () => { self.skipWaiting(); });
self.addEventListener("activate", (event) => {
  const older = (name) => name.startsWith("huzhu-field-") && name !== KEPT;
  event.waitUntil((async () => {
    for (const name of (await caches.keys()).filter(older)) { await caches.delete(name); }
    await self.clients.claim();
  })());
});
async function kept(address) {
  const cache = await caches.open(KEPT);
  return (await cache.match(address, { ignoreVary: true })) || Response.error();
}
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) { return; }
  if (request.mode === "navigate" && address.pathname.startsWith(TASKS)) {
    event.respondWith(fetch(request).catch(() => kept(`${TASKS}/offline`)));
  } else if (address.pathname.startsWith("/assets/")) {
    event.respondWith(fetch(request).catch(() => kept(request)));
  }
});
