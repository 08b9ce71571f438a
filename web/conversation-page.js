// Turns one phone between two people into a conversation: whoever speaks is read and heard by the other in their language.

import { Listening } from "./listening.js";
import { microphoneProblem } from "./microphone.js";
import { bind, bindLooks, keepAwake, remember, remembered } from "./settings.js";
import { Side } from "./side.js";
import { Turns } from "./turn.js";
import { Voice } from "./voice.js";
import { address, primary, roomOf, stateName } from "./words.js";

const byId = (id) => document.getElementById(id);
const { theme, size, turned, aloud } = document.forms.controls.elements;
const asked = new URLSearchParams(location.search);
const room = roomOf(location.pathname);
const voice = new Voice();
const auto = byId("auto");
let epoch = null;

document.title = `${room} – conversation`;
byId("room").textContent = room;
byId("home").href = address("/").href;
keepAwake();
bindLooks({ theme, size });
bind(turned, "turned", (isTurned) => document.body.dataset.turned = String(isTurned));
bind(aloud, "aloud", (isAloud) => isAloud || voice.off());

const sides = ["near", "far"].map((name) => {
  const root = byId(name);
  root.append(byId("side").content.cloneNode(true));
  return new Side(root, { begin, end, again, large, lang: (side) => remember(name, side.lang) });
});
const [near, far] = sides;
const otherOf = (side) => (side === near ? far : near);
// While the voice speaks, the phone would hear itself.
const turns = new Turns({ failed: (error, turn) => failed(microphoneProblem(error), turn), event: answer, state: spoken });
turns.isDeaf = () => voice.waiting > 0 && !voice.isHeld;

function say(text) {
  byId("notice").textContent = text;
  byId("notice").hidden = !text;
}

/** Browsers allow sound only after a touch, so every touch that leads to a voice asks for it. */
function loud() {
  if (aloud.checked && !voice.isOn) voice.on();
}

async function begin(side) {
  loud();
  otherOf(side).letGo();
  stopAuto();
  sides.forEach((each) => each.say(""));
  side.hears(true);
  // What comes meanwhile is said when this turn is over.
  voice.hold();
  await turns.begin({ room, from: side.lang, lang: otherOf(side).lang }, side);
}

function end(side) {
  side.hears(false);
  turns.end();
  voice.go();
}

function stopAuto() {
  if (auto.getAttribute("aria-pressed") !== "true") return;
  auto.setAttribute("aria-pressed", "false");
  sides.forEach((side) => side.hears(false));
  turns.end();
}

auto.addEventListener("click", () => {
  if (auto.getAttribute("aria-pressed") === "true") return stopAuto();
  loud();
  auto.setAttribute("aria-pressed", "true");
  sides.forEach((side) => side.say(""));
  sides.forEach((side) => side.hears(true));
  turns.begin({ room, from: "auto" });
});

/** What the server says to a speaker: only complaints; the captions come to the room. */
function answer(event, turn) {
  if (event.type === "error") failed(event.message, turn);
}

function spoken(name, text, turn) {
  if (name === "lost" || name === "failed") failed(text, turn);
}

function failed(text, turn) {
  const { side } = turn;
  if (side) {
    side.say(text);
    side.letGo();
  } else {
    say(text);
    stopAuto();
  }
}

async function again(pieces) {
  if (!voice.isOn) await voice.on();
  for (const { speech, pcm } of pieces) voice.play(speech.format, pcm);
}

function large(side) {
  const { last } = side;
  if (!last) return;
  const text = byId("large-text");
  Object.assign(text, { textContent: last.whole, lang: last.node.lang, dir: last.node.dir });
  byId("large").dataset.turned = String(side === far && turned.checked);
  byId("large").showModal();
}

function hello({ langs }) {
  const mine = navigator.languages.map(primary);
  const known = (lang) => langs.find((tag) => lang && primary(tag) === primary(lang));
  const here = near.lang && langs.includes(near.lang) ? near.lang
    : known(asked.get("near") ?? remembered("near", "")) ?? langs.find((tag) => mine.includes(primary(tag))) ?? langs[0];
  const rest = langs.filter((tag) => tag !== here);
  const there = far.lang && rest.includes(far.lang) ? far.lang
    : known(asked.get("far") ?? remembered("far", "")) ?? rest[0] ?? here;
  near.offer(langs, here);
  far.offer(langs, there);
  sides.forEach((side) => side.talk.disabled = false);
  if (rest.length === 0) say("This server translates into no other language.");
}

function event(event) {
  if (event.type === "hello") return hello(event);
  if (event.type === "status") return say(event.state === "ready" ? "" : event.detail);
  if (event.type === "error") return say(event.message);
  if (event.type === "correction") return sides.forEach((side) => side.correct(event));
  if (event.type !== "caption") return;
  if (epoch !== null && epoch !== event.epoch) sides.forEach((side) => side.renew());
  epoch = event.epoch;
  sides.forEach((side) => side.caption(event));
}

function heard(speech, pcm) {
  const isOurs = sides.map((side) => side.voice(speech, pcm)).includes(true);
  if (isOurs && aloud.checked) voice.play(speech.format, pcm);
}

new Listening({ room, dial: "balanced", voice: "on" }, {
  event,
  voice: heard,
  state(name, text) {
    byId("state").dataset.state = name;
    byId("state").textContent = stateName(name);
    if (name !== "connecting") say(name === "live" ? "" : text);
  },
});
