// Turns pieces of translated voice into sound without gaps: each begins where the one before it ends, and a voice that has
// fallen behind catches up, first by shorter pauses, then by speaking a little faster.

import { Output, rateOf } from "./output.js";

/** Time to have the next piece ready, in seconds. */
const LEAD = 0.08;
/** From so many seconds of waiting voice on, pauses are cut. */
const CUT_FROM = 1.5;
/** What is left of a pause that is cut, in seconds, and what counts as silent. */
const PAUSE = 0.12;
const SILENT = 300;
/** From so many waiting seconds on, so fast. A semitone is 1.06: faster would sound like somebody else. */
const SPEEDS = [[8, 1.12], [4, 1.06]];

/** The piece without what is silent at its ends, but for a short pause. */
function trimmed(pcm, rate) {
  const pause = Math.round(PAUSE * rate);
  let [from, to] = [0, pcm.length];
  while (from < to && Math.abs(pcm[from]) < SILENT) from += 1;
  while (to > from && Math.abs(pcm[to - 1]) < SILENT) to -= 1;
  return pcm.subarray(Math.max(0, from - pause), Math.min(pcm.length, to + pause));
}

export class Voice extends Output {
  #until = 0;
  #isHeld = false;
  #told;

  /** `told(wait, seconds)`: in so many seconds it speaks, for so many. */
  constructor(told = () => {}) {
    super();
    this.#told = told;
  }

  begin() {
    this.#until = 0;
  }

  /** Nothing is heard from now on, and nothing is lost: it goes on where it was. */
  hold() {
    this.#isHeld = true;
    this.context?.suspend();
  }

  go() {
    this.#isHeld = false;
    this.context?.resume();
  }

  get isHeld() {
    return this.#isHeld;
  }

  /** Seconds of voice that are waiting to be heard. */
  get waiting() {
    return this.context ? Math.max(0, this.#until - this.context.currentTime) : 0;
  }

  /** `format` is such as `s16le;rate=22050`. */
  play(format, pcm) {
    if (!this.context || pcm.length === 0) return;
    const rate = rateOf(format);
    const { waiting } = this;
    const said = waiting < CUT_FROM ? pcm : trimmed(pcm, rate);
    if (said.length === 0) return;
    const buffer = this.sound(said, rate);
    const playbackRate = SPEEDS.find(([from]) => waiting >= from)?.[1] ?? 1;
    const source = new AudioBufferSourceNode(this.context, { buffer, playbackRate });
    source.connect(this.context.destination);
    const start = Math.max(this.#until, this.context.currentTime + LEAD);
    source.start(start);
    const seconds = buffer.duration / playbackRate;
    this.#until = start + seconds;
    this.#told(start - this.context.currentTime, seconds);
  }
}
