// Turns captions into one half of a conversation: everything that is said, in the language of the person who sits there.

import { holdable } from "./hold.js";
import { Line } from "./line.js";
import { direction, languageName, primary } from "./words.js";

/** What the person opposite must understand without the other one's help: talk, listening, say again, large. */
const PHRASES = {
  en: ["Hold to talk", "Listening …", "Say again", "Large"],
  es: ["Mantén pulsado para hablar", "Escuchando …", "Repetir", "Grande"],
  de: ["Zum Sprechen halten", "Ich höre …", "Noch einmal", "Groß"],
  fr: ["Maintenir pour parler", "J’écoute …", "Répéter", "Grand"],
  it: ["Tieni premuto per parlare", "In ascolto …", "Ripeti", "Grande"],
  pt: ["Segure para falar", "Ouvindo …", "Repetir", "Grande"],
  zh: ["按住说话", "正在听…", "再说一遍", "放大"],
  ja: ["押しながら話す", "聞いています…", "もう一度", "大きく"],
  ar: ["اضغط مع الاستمرار للتحدث", "أستمع …", "كرر", "تكبير"],
};
/** A piece of voice that begins within this time after the one before belongs to the same turn, in seconds. */
const ONE_TURN = 4;
const KEPT_ROWS = 30;

/** `root` is a copy of the page's template. `on` has begin(side), end(side), again(pieces), large(side), lang(side). */
export class Side {
  #lines = new Map();
  #turn = [];
  #phrases = PHRASES.en;

  constructor(root, on) {
    const part = (name) => root.querySelector(`.${name}`);
    Object.assign(this, { root, on, said: part("said"), talk: part("talk"), choice: part("choice"), notice: part("notice") });
    Object.assign(this, { again: part("again"), large: part("show") });
    this.letGo = holdable(this.talk, { begin: () => on.begin(this), end: () => on.end(this) });
    this.again.addEventListener("click", () => on.again(this.#turn));
    this.large.addEventListener("click", () => on.large(this));
    this.choice.addEventListener("change", () => this.#choose());
  }

  get lang() {
    return this.choice.value;
  }

  offer(langs, lang) {
    // The same again, after the connection was lost: whoever is speaking goes on.
    if (this.lang === lang && this.choice.options.length === langs.length) return;
    this.choice.replaceChildren(...langs.map((tag) => new Option(languageName(tag), tag)));
    this.choice.value = lang;
    this.choice.disabled = false;
    this.#choose();
  }

  #choose() {
    const { lang } = this;
    this.#phrases = PHRASES[primary(lang)] ?? PHRASES.en;
    this.root.lang = PHRASES[primary(lang)] ? primary(lang) : "en";
    this.root.dir = direction(this.root.lang);
    this.again.textContent = this.#phrases[2];
    this.large.textContent = this.#phrases[3];
    this.hears(false);
    this.#turn = [];
    this.again.disabled = true;
    for (const line of this.#lines.values()) this.#hideOther(line);
    this.#markLatest();
    this.on.lang(this);
  }

  /** Whether this side is being listened to. */
  hears(isHeard) {
    this.root.dataset.hears = String(isHeard);
    this.talk.textContent = this.#phrases[isHeard ? 1 : 0];
  }

  say(text) {
    this.notice.textContent = text;
    this.notice.hidden = !text;
  }

  caption(event) {
    let line = this.#lines.get(event.id);
    if (!line) {
      line = new Line(event);
      this.#lines.set(event.id, line);
      this.#hideOther(line);
      this.said.append(line.node);
      this.#forget();
    }
    line.show(event);
    this.#markLatest();
    this.said.scrollTop = this.said.scrollHeight;
  }

  correct({ id, text }) {
    this.#lines.get(id)?.correct(text);
  }

  #hideOther({ node }) {
    node.hidden = primary(node.dataset.lang) !== primary(this.lang);
  }

  /** What was said last is shown large. */
  #markLatest() {
    this.said.querySelector(".latest")?.classList.remove("latest");
    this.last?.node.classList.add("latest");
  }

  #forget() {
    const [oldest] = this.#lines;
    if (this.#lines.size <= KEPT_ROWS * 2) return;
    oldest[1].node.remove();
    this.#lines.delete(oldest[0]);
  }

  /** The room begins anew: its captions are counted from one again. */
  renew() {
    this.#lines.clear();
    this.said.replaceChildren();
  }

  /** Keeps a voice that speaks this side's language, to be said again. Returns whether it is. */
  voice(speech, pcm) {
    if (primary(speech.lang) !== primary(this.lang)) return false;
    const last = this.#turn.at(-1)?.speech;
    const goesOn = last?.session === speech.session && speech.start - last.end < ONE_TURN;
    this.#turn = [...(goesOn ? this.#turn : []), { speech, pcm }];
    this.again.disabled = false;
    return true;
  }

  /** The last thing that was said in this language. */
  get last() {
    const shown = [...this.#lines.values()].filter((line) => !line.node.hidden && line.whole);
    return shown.at(-1) ?? null;
  }
}
