// Turns a room into captions on a page: connects, chooses a language, and says how things are.

import { Captions } from "./captions.js";
import { Listening } from "./listening.js";
import { languageName, primary, stateName } from "./words.js";

const byId = (id) => document.getElementById(id);

/** The language to begin with: what was asked for, else the first translation that the browser's user reads. */
export function choice(langs, wanted) {
  if (langs.includes(wanted)) return wanted;
  const translations = langs.slice(1);
  const mine = navigator.languages.map(primary);
  return translations.find((lang) => mine.includes(primary(lang))) ?? translations[0] ?? langs[0];
}

/** Fills a chooser with the translations and the speaker's language, which is the original if nothing else is spoken. */
function offer(select, langs, chosen, isOriginal) {
  const name = (lang) => (isOriginal(lang) ? `Original (${languageName(lang)})` : languageName(lang));
  const options = langs.map((lang) => new Option(name(lang), lang));
  select.replaceChildren(...options.slice(1), options[0]);
  select.value = chosen;
  select.disabled = false;
}

/** How late captions are, for people. */
function lagText(captions) {
  return captions.lag === null ? "" : `${captions.lag.toFixed(1)} s behind the voice`;
}

/**
 * Follows `room` in the page's elements `live`, `transcript`, `log`, `state`, `lag`, `notice` and, where there are,
 * `language` and `empty`. `wanted` has lang and dial; `on.hello`, `on.voice` and `on.sound` are told.
 */
export function follow(room, wanted, on = {}) {
  const captions = new Captions({ live: byId("live"), transcript: byId("transcript"), log: byId("log") });
  let langs = [];
  let chosen = wanted.lang;
  let spoken = [];

  const isOriginal = (lang) => spoken.length === 1 && spoken[0] === lang;

  const say = (text) => {
    byId("notice").textContent = text;
    byId("notice").hidden = !text;
  };

  function hello(event) {
    langs = event.langs;
    // Older servers don't say it.
    spoken = event.spoken ?? langs.slice(0, 1);
    const before = chosen;
    chosen = choice(langs, chosen);
    captions.choose(chosen, isOriginal(chosen));
    if (byId("language")) offer(byId("language"), langs, chosen, isOriginal);
    on.hello?.(event, chosen);
    // Without a language the server sends all of them; that matters only where there are several.
    if (chosen !== before && (before || langs.length > 2)) listening.ask({ lang: chosen }, true);
  }

  function status({ state, lag, detail }) {
    if (state === "ready") return say("");
    say(state === "behind" ? `${detail || "Captions come late just now."} (${lag.toFixed(1)} s late)` : detail);
  }

  function event(event, isPast) {
    switch (event.type) {
      case "hello": return hello(event);
      case "caption":
        if (byId("empty")) byId("empty").hidden = true;
        captions.caption(event, isPast);
        byId("lag").textContent = lagText(captions);
        return;
      case "correction": return captions.correct(event);
      case "gap":
        if (!isPast) captions.note(`${(event.end - event.start).toFixed(1)} s of sound were lost (${event.reason}).`);
        return;
      case "status": return status(event);
      case "error": return say(event.message);
    }
  }

  function state(name, text) {
    byId("state").dataset.state = name;
    byId("state").textContent = stateName(name);
    if (name !== "live") byId("lag").textContent = "";
    if (name !== "connecting") say(name === "live" ? "" : text);
  }

  const listening = new Listening({ room, ...wanted }, { event, state, voice: on.voice, sound: on.sound });
  return {
    /** Changes the language shown. */
    choose(lang) {
      chosen = lang;
      captions.choose(lang, isOriginal(lang));
      listening.ask({ lang }, true);
    },
    /** Changes the dial, the voice or the sound. */
    ask: (query) => listening.ask(query),
    say,
    /** Whether what was chosen is never a translation. */
    get isOriginal() {
      return isOriginal(chosen);
    },
  };
}
