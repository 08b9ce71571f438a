// Turns the pages into something that can be installed: a service worker, where the browser allows one.

// Refused (private window, certificate not trusted): the pages work as well without.
navigator.serviceWorker?.register("/service-worker.js").catch(() => {});
