// Turns frames of PCM into a session on the server, and the server's answers into events.

import { connect, refusal } from "./server.js";
import { backoff, closed } from "./words.js";

/** Sound that waits while there is no connection, in frames of 40 ms; older sound is lost, and that is said. */
const KEPT_FRAMES = 125;
/** A connection with this many bytes unsent is too slow. */
const MOST_UNSENT = 500_000;
/** The server has this long to finish its last captions. */
const PATIENCE_MS = 20_000;

/** Speaks into a room. `on` has `event(event)`, `state(name, text)` and `lost(frames)`. */
export class Speaking {
  #query;
  #rate;
  #on;
  #socket = null;
  #waiting = [];
  #attempt = 0;
  #timer = 0;
  #isGreeted = false;
  #isEnding = false;
  #ended;
  #tellEnd;

  constructor(query, rate, on) {
    this.#ended = new Promise((resolve) => this.#tellEnd = resolve);
    this.#query = query;
    this.#rate = rate;
    this.#on = on;
    this.#open();
  }

  #open() {
    this.#isGreeted = false;
    this.#on.state("connecting", "Connecting …");
    const socket = connect("/v1/speak", this.#query);
    this.#socket = socket;
    socket.onopen = () => {
      socket.send(JSON.stringify({ type: "config", rate: this.#rate, format: "s16le", channels: 1 }));
      this.#waiting.splice(0).forEach((pcm) => socket.send(pcm));
      if (this.#isEnding) this.#sayEnd();
    };
    socket.onmessage = ({ data }) => this.#event(data);
    socket.onclose = ({ code, reason }) => this.#closed(closed(code, reason));
  }

  /** Sends a frame; while there is no connection it waits. */
  send(pcm) {
    if (this.#socket?.readyState === WebSocket.OPEN) {
      if (this.#socket.bufferedAmount > MOST_UNSENT) this.#on.lost(1);
      else this.#socket.send(pcm);
      return;
    }
    this.#waiting.push(pcm);
    if (this.#waiting.length > KEPT_FRAMES) {
      this.#waiting.shift();
      this.#on.lost(1);
    }
  }

  /** Says that all was said, and waits for the last captions. */
  async end() {
    this.#isEnding = true;
    if (this.#socket?.readyState === WebSocket.OPEN) this.#sayEnd();
    else if (!this.#socket) this.#finish("idle", "");
    const patience = setTimeout(() => this.#finish("failed", "The server did not finish in time."), PATIENCE_MS);
    await this.#ended;
    clearTimeout(patience);
  }

  #sayEnd() {
    this.#socket.send(JSON.stringify({ end: true }));
  }

  #event(data) {
    // The voice that goes with a speech event is for listeners.
    if (typeof data !== "string") return;
    const event = JSON.parse(data);
    if (event.type === "hello") {
      this.#isGreeted = true;
      this.#attempt = 0;
      this.#on.state("live", "");
    }
    this.#on.event(event);
    if (event.type === "bye" && this.#isEnding) this.#finish("idle", "");
  }

  async #closed({ text, again }) {
    this.#socket = null;
    if (this.#isEnding) return this.#finish("failed", text);
    const refused = this.#isGreeted ? null : await refusal();
    if (refused || again === "never") return this.#finish("failed", refused ?? text);
    const wait = backoff(this.#attempt++, again);
    this.#on.state("lost", `${text} Trying again in ${Math.ceil(wait / 1000)} s.`);
    this.#timer = setTimeout(() => this.#open(), wait);
  }

  #finish(name, text) {
    clearTimeout(this.#timer);
    if (this.#socket) {
      this.#socket.onclose = null;
      this.#socket.close();
      this.#socket = null;
    }
    this.#on.state(name, text);
    this.#tellEnd();
  }
}
