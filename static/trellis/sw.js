// Lets pages of entry open with the line down. Online nothing changes: the network answers first, always; what it gives
// for pages of entry is kept for when it does not. Changes themselves never pass here: they wait in the page's outbox.
const CACHE = "trellis-entry-1";
const ENTRY = /^\/rounds\/[^/]+\/entry\/(data\/)?$/;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

async function answer(request, path) {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request);
    if (response.ok && !response.redirected && ENTRY.test(path)) await cache.put(path, response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match(ENTRY.test(path) ? path : request, { ignoreVary: true });
    if (kept) return kept;
    throw error;
  }
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (ENTRY.test(url.pathname) || url.pathname.startsWith("/static/")) event.respondWith(answer(event.request, url.pathname));
});
