// Turns caption events into rows of text: committed words are only ever appended to, tentative ones stand grey behind.
//
// The row that is being said stands in a live panel, two steady lines for each language; then it moves to the transcript.

import { Line, element } from "./line.js";
import { Speakers } from "./speakers.js";

const ANNOUNCED = 20;

/** What is shown of a room. `live` and `transcript` are elements; `log` is read out to those who don't see. */
export class Captions {
  #rows = new Map();
  #epoch = null;
  #liveRow = null;
  #isAtEnd = true;
  #lags = [];
  #speakers = new Speakers();

  constructor({ live, transcript, log }) {
    Object.assign(this, { live, transcript, log, lang: null });
    this.#followEnd();
  }

  /** Chooses the language to read: what is said in another is shown translated. `isOriginal`: nothing is said in another. */
  choose(lang, isOriginal = false) {
    this.lang = lang;
    this.live.dataset.translates = String(!isOriginal);
    for (const row of this.#rows.values()) {
      row.lines.forEach((line) => this.#hideOthers(line));
      this.#main(row);
    }
    this.#lags = [];
  }

  /** Says of a row whether its transcript or its translation is what is read. */
  #main({ node, spoken }) {
    node.dataset.shows = spoken === this.lang ? "source" : "translation";
  }

  #hideOthers({ node }) {
    node.hidden = node.dataset.kind === "translation" && this.lang !== null && node.dataset.lang !== this.lang;
  }

  /** Shows a caption. `isPast`: it was said before this page came. */
  caption(event, isPast) {
    this.#sameEpoch(event.epoch);
    const row = this.#row(event);
    const line = this.#line(row, event);
    const hasCommitted = line.show(event);
    this.#keepEnd();
    if (isPast || !hasCommitted || line.node.hidden) return;
    const isMain = event.kind === row.node.dataset.shows;
    if (isMain) this.#lags = [...this.#lags.slice(-4), Math.max(0, event.t - event.end)];
    if (isMain && event.final) this.#announce(line);
  }

  /** A person has corrected a caption. */
  correct({ id, text }) {
    for (const row of this.#rows.values()) row.lines.get(id)?.correct(text);
    this.#keepEnd();
  }

  /** Says between the rows that something is missing: behind the row that is being said. */
  note(text) {
    const node = element("p", "note");
    node.textContent = text;
    if (this.#liveRow) this.#liveRow.notes.push(node);
    else this.transcript.append(node);
    this.#keepEnd();
  }

  /** Seconds from the word to its caption: the middle one of the last few. */
  get lag() {
    if (this.#lags.length === 0) return null;
    return [...this.#lags].sort((a, b) => a - b)[this.#lags.length >> 1];
  }

  /** A new epoch counts its captions anew: what stands here is kept, and nothing is added to it any more. */
  #sameEpoch(epoch) {
    if (this.#epoch !== null && this.#epoch !== epoch) {
      for (const row of this.#rows.values()) row.lines.forEach((line) => line.abandon());
      this.#rows.clear();
      this.#file();
      this.note("The server was started anew.");
    }
    this.#epoch = epoch;
  }

  #row(event) {
    const { session, utterance, speaker, source_lang: spoken } = event;
    const name = `${session}/${utterance}`;
    let row = this.#rows.get(name);
    if (!row) {
      row = { node: element("article", "row", { session, utterance }), lines: new Map(), notes: [], spoken };
      this.#main(row);
      row.node.dataset.voice = this.#speakers.colour(event);
      if (speaker) {
        const who = element("p", "speaker");
        who.textContent = speaker;
        row.node.append(who);
      }
      this.#rows.set(name, row);
      this.#file();
      this.#liveRow = row;
      this.live.append(row.node);
    }
    return row;
  }

  #line(row, event) {
    let line = row.lines.get(event.id);
    if (!line) {
      line = new Line(event);
      this.#hideOthers(line);
      row.lines.set(event.id, line);
      const first = row.node.querySelector(".line");
      if (event.kind === "source" && first) first.before(line.node);
      else row.node.append(line.node);
    }
    return line;
  }

  /** The live row becomes part of the transcript. It may still grow there. */
  #file() {
    if (!this.#liveRow) return;
    this.#liveRow.lines.forEach((line) => line.settle());
    this.transcript.append(this.#liveRow.node, ...this.#liveRow.notes);
    this.#liveRow = null;
  }

  #announce(line) {
    const sentence = element("p", "");
    sentence.lang = line.node.lang;
    sentence.textContent = line.text;
    this.log.append(sentence);
    while (this.log.childElementCount > ANNOUNCED) this.log.firstElementChild.remove();
  }

  /** The transcript's end stays in sight, unless the reader has scrolled away from it; also when the page is turned. */
  #followEnd() {
    this.transcript.addEventListener("scroll", () => {
      const { scrollHeight, scrollTop, clientHeight } = this.transcript;
      this.#isAtEnd = scrollHeight - scrollTop - clientHeight < 40;
    });
    new ResizeObserver(() => {
      this.#liveRow?.lines.forEach((line) => line.settle());
      this.#keepEnd();
    }).observe(this.transcript);
  }

  #keepEnd() {
    if (this.#isAtEnd) this.transcript.scrollTop = this.transcript.scrollHeight;
  }
}
