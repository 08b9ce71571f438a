// Turns the controls of the captions page into what is asked of the room and how it looks.

import { follow } from "./follow.js";
import { invite, offerFiles } from "./share.js";
import { bind, bindLooks, keepAwake, remember, remembered } from "./settings.js";
import { address, roomAddress, roomOf } from "./words.js";
import { Original } from "./original.js";
import { Voice } from "./voice.js";

const { dial, language, theme, size, original, sound } = document.forms.controls.elements;
const voiceButton = document.getElementById("voice");
const asked = new URLSearchParams(location.search);
const room = roomOf(location.pathname);
const own = new Original();
const voice = new Voice((wait, seconds) => own.duck(wait, seconds));

document.title = `${room} – captions`;
document.getElementById("room").textContent = room;
document.getElementById("speak").href = roomAddress(room, "/speak");
document.getElementById("home").href = address("/").href;
keepAwake();
bindLooks({ theme, size });
bind(dial, "dial");
bind(original, "original", (where) => document.body.dataset.original = where);
document.getElementById("talk").href = address(`/c/${encodeURIComponent(room)}`).href;
invite(room);
// What the address asks for comes before what was chosen the last time.
if (asked.has("dial")) dial.value = asked.get("dial");

const here = follow(room, { lang: asked.get("lang") ?? remembered("lang", null), dial: dial.value }, {
  hello(event) {
    voiceButton.disabled = here.isOriginal || event.voice_formats.length === 0;
    sound.disabled = !event.sound_formats?.length;
  },
  voice(speech, pcm) {
    voice.play(speech.format, pcm);
  },
  sound(piece, pcm) {
    own.play(piece, pcm);
  },
});

offerFiles(room, { lang: () => language.value, failed: here.say });

dial.addEventListener("change", () => here.ask({ dial: dial.value }));

language.addEventListener("change", () => {
  remember("lang", language.value);
  here.choose(language.value);
});

voiceButton.addEventListener("click", async () => {
  await (voice.isOn ? voice.off() : voice.on());
  voiceButton.setAttribute("aria-pressed", String(voice.isOn));
  here.ask({ voice: voice.isOn ? "on" : "" });
});

sound.addEventListener("change", async () => {
  await (sound.value ? own.on() : own.off());
  here.ask({ sound: sound.value });
});
