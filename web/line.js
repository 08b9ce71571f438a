// Turns the revisions of one caption into a paragraph: committed words are only ever appended to, guesses stand behind.

import { between, direction } from "./words.js";

/** What a reader should know of a caption, by the server's flags. */
const REMARKS = {
  uncertain: "not sure",
  source: "not translated",
  omitted: "something is missing",
  added: "something was added",
  numbers: "check the numbers",
  units: "check the units",
  negation: "check: yes or no?",
  names: "check the names",
  terms: "a term is missing",
};
/** A word less likely than this is marked. */
const DOUBTFUL = 0.5;

export function element(name, className, data = {}) {
  const node = document.createElement(name);
  node.className = className;
  Object.assign(node.dataset, data);
  return node;
}

/** One caption: a line in one language. */
export class Line {
  #revision = 0;
  #text = "";
  #words = 0;

  constructor({ id, kind, lang }) {
    this.node = element("p", "line", { captionId: id, kind, lang, final: "false" });
    this.node.lang = lang;
    this.node.dir = direction(lang);
    this.committed = element("span", "committed");
    this.tentative = element("span", "tentative");
    this.flow = element("span", "flow");
    this.flow.append(this.committed, this.tentative);
    this.node.append(this.flow);
  }

  /** Shows a newer state of the caption. Returns whether anything was committed. */
  show(caption) {
    if (caption.revision <= this.#revision) return false;
    this.#revision = caption.revision;
    if (!caption.committed.startsWith(this.#text)) {
      // The server broke its promise. What was read stays.
      console.error(`caption ${caption.id}: committed text was changed`, this.#text, caption.committed);
      return false;
    }
    const grown = caption.committed.slice(this.#text.length);
    if (grown) this.#append(grown, caption.words ?? []);
    this.#text = caption.committed;
    this.tentative.textContent = between(this.#text, caption.tentative) + caption.tentative;
    this.node.dataset.final = String(caption.final);
    this.#remark(caption.flags ?? []);
    // What isn't translated stays in its own language.
    if (caption.flags?.includes("source")) Object.assign(this.node, { lang: caption.source_lang, dir: "auto" });
    this.#steady();
    return grown !== "" || caption.final;
  }

  /** Adds text; each word that the recogniser itself doubts is marked. `words` are those of the whole text. */
  #append(grown, words) {
    let at = 0;
    let done = 0;
    for (const { text, p } of words.slice(this.#words)) {
      const found = grown.indexOf(text, at);
      if (found < 0) continue;
      at = found + text.length;
      if (p >= DOUBTFUL) continue;
      const mark = element("span", "doubtful");
      mark.textContent = text;
      mark.title = `The server is ${Math.round(p * 100)} % sure of this word`;
      this.committed.append(grown.slice(done, found), mark);
      done = at;
    }
    if (done < grown.length) this.committed.append(grown.slice(done));
    this.#words = words.length;
  }

  #remark(flags) {
    this.node.classList.toggle("uncertain", flags.length > 0);
    const text = flags.map((flag) => REMARKS[flag] ?? flag).join(", ");
    if (!text && !this.remark) return;
    this.remark ??= this.flow.appendChild(element("small", "remark"));
    this.remark.lang = "en";
    this.remark.dir = "ltr";
    this.remark.textContent = text;
  }

  /** A person has found better words for it. */
  correct(text) {
    this.#text = text;
    this.committed.textContent = text;
    this.tentative.textContent = "";
    this.#remark([]);
  }

  /** Lines that were needed once are kept, so that a tentative word that goes again doesn't make the text jump back. */
  #steady() {
    if (!this.node.closest(".live")) return;
    this.flow.style.minHeight = `${this.flow.offsetHeight}px`;
  }

  settle() {
    this.flow.style.minHeight = "";
  }

  /** Nobody will confirm or change the guess any more. */
  abandon() {
    this.tentative.textContent = "";
  }

  get text() {
    return this.#text;
  }

  /** Committed and guessed, as it stands. */
  get whole() {
    return this.#text + this.tentative.textContent;
  }
}
