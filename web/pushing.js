// Turns a button and the space bar into a microphone that is open only while one of them is held.

import { holdable } from "./hold.js";

const TYPED_INTO = "input, select, textarea, button, summary, a";

/** Gives whether the microphone is shut just now. `isWanted()` says whether it is to be held at all. */
export function pushing(button, isWanted) {
  let isHeld = false;
  const set = (held) => {
    isHeld = held;
    button.textContent = held ? "Speaking …" : "Hold to talk (or the space bar)";
    button.setAttribute("aria-pressed", String(held));
  };
  const letGo = holdable(button, { begin: () => set(true), end: () => set(false) });
  const isSpace = (event) => event.key === " " && isWanted() && !event.target.closest?.(TYPED_INTO);
  addEventListener("keydown", (event) => {
    if (!isSpace(event)) return;
    event.preventDefault();
    if (!event.repeat) set(true);
  });
  addEventListener("keyup", (event) => isSpace(event) && set(false));
  addEventListener("blur", () => {
    letGo();
    set(false);
  });
  set(false);
  return () => isWanted() && !isHeld;
}
