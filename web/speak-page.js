// Turns the speak page's controls into a session: microphone, level, what the server hears, own captions.

import { Captions } from "./captions.js";
import { microphoneProblem, microphones, openMicrophone } from "./microphone.js";
import { pushing } from "./pushing.js";
import { bind, keepAwake, recallLooks } from "./settings.js";
import { Speaking } from "./speaking.js";
import { address, roomAddress, roomOf } from "./words.js";

const byId = (id) => document.getElementById(id);
const { device, speaker, pushToTalk, echoCancellation, noiseSuppression, autoGainControl } = document.forms.controls.elements;
const button = byId("start");
const room = roomOf(location.pathname);
const captions = new Captions({ live: byId("live"), transcript: byId("transcript"), log: byId("log") });

/** Louder than this is sound, not the hiss of a room. */
const SOUND = 0.01;
/** A word that came within this time counts as being heard. */
const HEARD_MS = 4000;

const isShut = pushing(byId("push"), () => pushToTalk.checked && document.body.dataset.speaking === "speaking");

let microphone = null;
let speaking = null;
let heardAt = -Infinity;
let soundAt = -Infinity;
let lostFrames = 0;
let isBusy = false;

document.title = `${room} – speak`;
byId("room").textContent = room;
byId("listen").href = roomAddress(room);
byId("home").href = address("/").href;
recallLooks();
bind(speaker, "speaker");
bind(pushToTalk, "pushToTalk");
for (const control of [echoCancellation, noiseSuppression, autoGainControl]) bind(control, control.name);

function say(text) {
  byId("notice").textContent = text;
  byId("notice").hidden = !text;
}

/** idle, opening, speaking, ending: what the button does and says. */
function become(state) {
  document.body.dataset.speaking = state;
  button.textContent = { idle: "Start", opening: "Opening …", speaking: "Stop", ending: "Finishing …" }[state];
  button.disabled = state === "opening" || state === "ending";
  for (const control of document.forms.controls.elements) control.disabled = state !== "idle";
  if (state === "idle") byId("level").value = 0;
  byId("push").hidden = state !== "speaking" || !pushToTalk.checked;
  // Otherwise the space bar would press what was pressed last: stop.
  if (!byId("push").hidden) byId("push").focus();
  hearing();
}

/** What the microphone and the server hear, in words. */
function hearing() {
  const now = performance.now();
  const isOn = document.body.dataset.speaking === "speaking";
  const [name, text] = !isOn ? ["off", "The microphone is off."]
    : isShut() ? ["off", "The microphone is shut until you hold the button."]
    : now - heardAt < HEARD_MS ? ["heard", "It hears you."]
    : now - soundAt < HEARD_MS ? ["sound", "There is sound; no words yet."]
    : ["silent", "The microphone is silent."];
  byId("hearing").dataset.hears = name;
  // Set only when new, so that it is read out once.
  if (byId("hearing").textContent !== text) byId("hearing").textContent = text;
}

function frame(pcm, level) {
  // Ears and meters are logarithmic: -60 dB is nothing, 0 dB is full.
  byId("level").value = Math.max(0, 1 + Math.log10(Math.max(level, 1e-4)) / 3);
  if (level > SOUND) soundAt = performance.now();
  speaking?.send(isShut() ? new ArrayBuffer(pcm.byteLength) : pcm);
}

/** Says what is spared while the server is busy, and takes it back; what else is said stays. */
function status(event) {
  if (event.state !== "ready") say(event.detail);
  else if (isBusy) say("");
  isBusy = event.state !== "ready";
}

function event(event) {
  if (event.type === "hello") captions.choose(event.langs[1] ?? event.langs[0]);
  if (event.type === "error") say(event.message);
  if (event.type === "status") status(event);
  if (event.type !== "caption") return;
  if (event.kind === "source") heardAt = performance.now();
  captions.caption(event, false);
}

function state(name, text) {
  if (name === "live") say("");
  if (name === "lost" || name === "failed") say(text);
  if (name === "failed" && document.body.dataset.speaking === "speaking") stop();
}

function lost() {
  lostFrames += 1;
  byId("lost").textContent = `${(lostFrames * 0.04).toFixed(1)} s of sound were lost: the connection is too slow.`;
}

async function start() {
  become("opening");
  say("");
  try {
    const processing = Object.fromEntries(
      [echoCancellation, noiseSuppression, autoGainControl].map((control) => [control.name, control.checked]));
    microphone = await openMicrophone(device.value, processing, { frame, lost: () => {
      say("The microphone was unplugged.");
      stop();
    } });
  } catch (error) {
    say(microphoneProblem(error));
    return become("idle");
  }
  const asked = new URLSearchParams(location.search);
  const query = { room, speaker: speaker.value.trim(), from: asked.get("from"), lang: asked.get("lang") };
  speaking = new Speaking(query, microphone.rate, { event, state, lost });
  become("speaking");
  keepAwake();
  listDevices();
}

async function stop() {
  become("ending");
  await microphone.stop();
  await speaking.end();
  microphone = speaking = null;
  become("idle");
}

async function listDevices() {
  const options = (await microphones()).map((d, i) => new Option(d.label || `Microphone ${i + 1}`, d.deviceId));
  const chosen = device.value;
  device.replaceChildren(new Option("The usual one", ""), ...options.filter((o) => o.value !== "default"));
  device.value = options.some((o) => o.value === chosen) ? chosen : "";
}

button.addEventListener("click", () => (microphone ? stop() : start()));
navigator.mediaDevices?.addEventListener("devicechange", listDevices);
setInterval(hearing, 500);
become("idle");
listDevices();
if (!window.isSecureContext) say(microphoneProblem({ name: "InsecureContext" }));
