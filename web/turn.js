// Turns a microphone that stays open for a while into turns: each is a session of its own on the server.

import { openMicrophone } from "./microphone.js";
import { Speaking } from "./speaking.js";

/** The microphone is kept open this long after a turn, so that the next one begins with its first word. */
const KEPT_MS = 20_000;
/** The phone's own loudspeaker must not be heard as somebody who speaks. */
const PROCESSING = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/** Takes turns in a room. `on` has `failed(error, turn)`, `event(event, turn)` and `state(name, text, turn)`. */
export class Turns {
  #microphone = null;
  #current = null;
  #timer = 0;

  constructor(on) {
    this.on = on;
    /** Whether silence is sent instead of what the microphone hears. */
    this.isDeaf = () => false;
  }

  /** Begins a turn: `query` is that of /v1/speak, `side` whose turn it is, if anybody knows. */
  async begin(query, side = null) {
    this.end();
    clearTimeout(this.#timer);
    const turn = { side, speaking: null };
    this.#current = turn;
    try {
      this.#microphone ??= openMicrophone("", PROCESSING, { frame: (pcm) => this.#frame(pcm), lost: () => this.#lost() });
      const { rate } = await this.#microphone;
      // Let go before the microphone was open.
      if (this.#current !== turn) return;
      turn.speaking = new Speaking(query, rate, {
        event: (event) => this.on.event(event, turn),
        state: (name, text) => this.on.state(name, text, turn),
        lost: () => {},
      });
    } catch (error) {
      this.#microphone = null;
      if (this.#current === turn) this.#current = null;
      this.on.failed(error, turn);
    }
  }

  #frame(pcm) {
    const speaking = this.#current?.speaking;
    if (speaking) speaking.send(this.isDeaf() ? new ArrayBuffer(pcm.byteLength) : pcm);
  }

  #lost() {
    const turn = this.#current;
    this.close();
    if (turn) this.on.failed({ name: "OverconstrainedError" }, turn);
  }

  /** Ends the turn; its last captions still come. */
  end() {
    const turn = this.#current;
    this.#current = null;
    turn?.speaking?.end();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.close(), KEPT_MS);
  }

  async close() {
    const microphone = this.#microphone;
    this.#microphone = null;
    this.#current?.speaking?.end();
    this.#current = null;
    (await microphone?.catch(() => null))?.stop();
  }
}
