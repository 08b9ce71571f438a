// Turns a control on the page into a setting that is remembered on this device and applied at once.

const key = (name) => `sottovoce.${name}`;

/** What was chosen the last time. A browser that keeps nothing (private, blocked) always gives the fallback. */
export function remembered(name, fallback) {
  try {
    return localStorage.getItem(key(name)) ?? fallback;
  } catch {
    return fallback;
  }
}

/** Keeps a choice for the next time. */
export function remember(name, value) {
  try {
    localStorage.setItem(key(name), value);
  } catch {
    // Then it holds until the page is closed.
  }
}

/** Sets a control to what was chosen the last time, applies that, and does both whenever it changes. */
export function bind(control, name, apply = () => {}) {
  const property = control.type === "checkbox" ? "checked" : "value";
  const before = control[property];
  const last = remembered(name, String(before));
  control[property] = property === "checked" ? last === "true" : last;
  // A select that doesn't have the option any more is empty now.
  if (control[property] === "" && before !== "") control[property] = before;
  control.addEventListener(control.type === "range" ? "input" : "change", () => {
    remember(name, String(control[property]));
    apply(control[property]);
  });
  apply(control[property]);
}

const look = (theme) => document.documentElement.dataset.theme = theme;

/** Gives a page the colours that were chosen on the captions page. */
export function recallLooks() {
  look(remembered("theme", "auto"));
}

/** Lets a form choose colours and the size of captions. By CSSOM, because the pages allow no inline style. */
export function bindLooks({ theme, size }) {
  bind(theme, "theme", look);
  bind(size, "size", (rem) => document.documentElement.style.setProperty("--caption-size", `${rem}rem`));
}

/** Keeps the screen on while the page is looked at: a phone that shows captions is rarely touched. */
export function keepAwake() {
  const ask = () => {
    // Refused (low battery, unsupported): the screen goes dark as it always does.
    if (document.visibilityState === "visible") navigator.wakeLock?.request("screen").catch(() => {});
  };
  document.addEventListener("visibilitychange", ask);
  ask();
}
