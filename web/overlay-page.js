// Turns a room into the last lines of its captions over a transparent page, for OBS and its like.
//
// All settings are in the address: lang, dial, size (rem), lines, align (left, centre, right, top), linger (seconds).

import { choice } from "./follow.js";
import { Line } from "./line.js";
import { Listening } from "./listening.js";
import { primary, roomOf } from "./words.js";

const asked = new URLSearchParams(location.search);
const captions = document.getElementById("captions");
const lines = new Map();
let lang = asked.get("lang");
let epoch = null;
let timer = 0;

/** A number from the address within bounds. */
function number(name, least, usual, most) {
  const value = Number(asked.get(name) || NaN);
  return Number.isNaN(value) ? usual : Math.min(most, Math.max(least, value));
}

const rows = Math.round(number("lines", 1, 2, 6));
const linger = number("linger", 1, 6, 600) * 1000;
document.title = `${roomOf(location.pathname)} – overlay`;
document.documentElement.style.setProperty("--caption-size", `${number("size", 0.5, 2.4, 12)}rem`);
captions.style.setProperty("--rows", rows);
document.body.dataset.align = asked.get("align") ?? "centre";

function clear() {
  lines.clear();
  captions.replaceChildren();
  captions.hidden = true;
}

function caption(event) {
  if (epoch !== event.epoch) clear();
  epoch = event.epoch;
  if (primary(event.lang) !== primary(lang)) return;
  if (!lines.has(event.id)) {
    const line = new Line(event);
    lines.set(event.id, line);
    captions.append(line.node);
  }
  lines.get(event.id).show(event);
  // An utterance fills a line at least, so older ones can't be seen.
  for (const [id, line] of [...lines].slice(0, -rows)) {
    line.node.remove();
    lines.delete(id);
  }
  captions.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(clear, linger);
}

function hello({ langs }) {
  lang = choice(langs, lang === "original" ? langs[0] : lang);
}

new Listening({ room: roomOf(location.pathname), lang: lang === "original" ? null : lang, dial: asked.get("dial") }, {
  event(event, isPast) {
    if (event.type === "hello") hello(event);
    // What was said before the scene was switched on is not news to its audience.
    if (event.type === "caption" && !isPast) caption(event);
    if (event.type === "correction") lines.get(event.id)?.correct(event.text);
  },
  // On the air nobody wants to read about connections; it comes back by itself.
  state() {},
});
