// Turns pieces of the speakers' own sound into sound without gaps, softer while a synthetic voice speaks over it.

import { Output, rateOf } from "./output.js";

/** What waits before the first piece is heard, in seconds: networks are uneven. */
const LEAD = 0.25;
/** What waits at the most: who fell behind hears what is said now, not what was said. */
const MOST = 1.5;
/** How loud it is under a voice: 15 dB softer, as voice-overs have it. */
const UNDER = 0.18;
/** Time constants of becoming softer and loud again, and how long it stays soft between two pieces of voice, in seconds. */
const ATTACK = 0.04;
const RELEASE = 0.25;
const HOLD = 0.3;

export class Original extends Output {
  #gain = null;
  #until = new Map();

  begin() {
    this.#gain = new GainNode(this.context);
    this.#gain.connect(this.context.destination);
    this.#until.clear();
  }

  /** In `wait` seconds a voice speaks, for so many seconds. */
  duck(wait, seconds) {
    if (!this.context) return;
    const { gain } = this.#gain;
    const start = this.context.currentTime + wait;
    // Where the piece before would have let it become loud again.
    gain.cancelScheduledValues(start);
    gain.setTargetAtTime(UNDER, start, ATTACK);
    gain.setTargetAtTime(1, start + seconds + HOLD, RELEASE);
  }

  /** A piece of a session's sound. */
  play({ session, format }, pcm) {
    if (!this.context || pcm.length === 0) return;
    const now = this.context.currentTime;
    const until = this.#until.get(session) ?? 0;
    if (until - now > MOST) return;
    const start = until > now ? until : now + LEAD;
    const buffer = this.sound(pcm, rateOf(format));
    const source = new AudioBufferSourceNode(this.context, { buffer });
    source.connect(this.#gain);
    source.start(start);
    this.#until.set(session, start + buffer.duration);
  }
}
