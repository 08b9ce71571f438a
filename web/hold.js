// Turns a button into one that is held while speaking. A short press holds it until the next one: not every hand can hold.

/** A press shorter than this, in milliseconds, is not let go by lifting the finger. */
const SHORT_MS = 350;

/** `begin()` is called when the button goes down, `end()` when it is let go. Gives a function that lets it go. */
export function holdable(button, { begin, end }) {
  let isDown = false;
  let since = 0;

  function turn(down) {
    if (down === isDown) return;
    isDown = down;
    since = performance.now();
    button.setAttribute("aria-pressed", String(down));
    if (down) begin();
    else end();
  }

  const press = () => !button.disabled && turn(!isDown);
  const lift = () => performance.now() - since >= SHORT_MS && turn(false);
  const isTalkKey = ({ key }) => key === " " || key === "Enter";

  button.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    button.setPointerCapture(event.pointerId);
    press();
  });
  button.addEventListener("pointerup", lift);
  button.addEventListener("pointercancel", () => turn(false));
  button.addEventListener("keydown", (event) => {
    if (!isTalkKey(event)) return;
    event.preventDefault();
    if (!event.repeat) press();
  });
  button.addEventListener("keyup", (event) => {
    if (!isTalkKey(event)) return;
    event.preventDefault();
    lift();
  });
  // A click that no pointer made comes from a screen reader or a switch, which can't hold.
  button.addEventListener("click", (event) => event.detail === 0 && press());
  // A long touch opens a menu on phones.
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  addEventListener("pagehide", () => turn(false));
  return () => turn(false);
}
