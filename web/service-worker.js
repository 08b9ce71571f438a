// Turns requests for pages and their files into fresh answers, or, without the network, into the last ones that came.
//
// What is said in a room (/v1/…) never passes through here, so it is never kept.

const CACHE = "pages-1";

/** Without the query: it may carry a token. */
const key = (request) => new URL(request.url).origin + new URL(request.url).pathname;

async function fresh(request) {
  const cache = await caches.open(CACHE);
  try {
    const answer = await fetch(request);
    // A full disk keeps nothing, and the page comes all the same.
    if (answer.ok) await cache.put(key(request), answer.clone()).catch(() => {});
    return answer;
  } catch (error) {
    const kept = await cache.match(key(request));
    const start = request.mode === "navigate" ? await cache.match(new URL("/", location.href).href) : null;
    if (kept ?? start) return kept ?? start;
    throw error;
  }
}

addEventListener("install", () => skipWaiting());

addEventListener("activate", (event) => {
  const outdated = caches.keys().then((names) => names.filter((name) => name !== CACHE));
  event.waitUntil(outdated.then((names) => Promise.all(names.map((name) => caches.delete(name)))));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  const isOurs = request.method === "GET" && url.origin === location.origin;
  const isPage = request.mode === "navigate" && !url.pathname.startsWith("/v1/");
  if (isOurs && (isPage || url.pathname.startsWith("/static/"))) event.respondWith(fresh(request));
});
