// Turns a room's WebSocket into events and voice, and comes back by itself where it was when the connection breaks.

import { connect, refusal } from "./server.js";
import { backoff, closed } from "./words.js";

/** A binary frame: one byte with the id's length, the id, then PCM. */
function soundFrame(buffer) {
  const length = new DataView(buffer).getUint8(0);
  const id = new TextDecoder().decode(new Uint8Array(buffer, 1, length));
  // Sliced, because the samples may lie at an odd address.
  return { id, pcm: new Int16Array(buffer.slice(1 + length)) };
}

/**
 * Follows a room. `on` has `event(event, isPast)` and `state(name, text)`; and `voice(speech, pcm)`, `sound(sound, pcm)`, where
 * these are asked for.
 */
export class Listening {
  #on;
  #query;
  #socket = null;
  #timer = 0;
  #attempt = 0;
  #isGreeted = false;
  #seen = null;
  #seqAtHello = null;
  /** Events whose audio is on its way, by id. */
  #audible = new Map();

  constructor(query, on) {
    this.#query = query;
    this.#on = on;
    // A phone that wakes up should not wait for a timer that was set before it slept.
    addEventListener("online", () => this.#hurry());
    document.addEventListener("visibilitychange", () => document.hidden || this.#hurry());
    this.#open();
  }

  /** Asks for something else from now on. `afresh`: what was said before is wanted again (in another language). */
  ask(query, afresh = false) {
    this.#query = { ...this.#query, ...query };
    if (afresh) this.#seen = null;
    this.#attempt = 0;
    this.#open();
  }

  #open() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#drop();
    this.#isGreeted = false;
    this.#on.state("connecting", "Connecting …");
    const socket = connect("/v1/listen", { ...this.#query, after: this.#seen });
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => (typeof data === "string" ? this.#event(JSON.parse(data)) : this.#audio(data));
    socket.onclose = ({ code, reason }) => this.#lost(closed(code, reason));
  }

  #drop() {
    if (!this.#socket) return;
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    this.#audible.clear();
  }

  async #lost({ text, again }) {
    const socket = this.#socket;
    this.#drop();
    const refused = this.#isGreeted ? null : await refusal(this.#query.room);
    if (this.#socket !== socket) return;
    this.#socket = null;
    if (refused || again === "never") return this.#on.state("refused", refused ?? text);
    const wait = backoff(this.#attempt++, again);
    this.#on.state("lost", `${text} Trying again in ${Math.ceil(wait / 1000)} s.`);
    this.#timer = setTimeout(() => this.#open(), wait);
  }

  #hurry() {
    if (this.#timer) this.#open();
  }

  #event(event) {
    if (event.type === "hello") {
      this.#attempt = 0;
      this.#isGreeted = true;
      // What was numbered before a first hello is history; what a returning client missed is news.
      this.#seqAtHello = this.#seen === null ? event.seq : null;
      this.#on.state("live", "Live");
    } else if (["caption", "correction", "speech", "marker", "gap", "nothing"].includes(event.type)) {
      // Only these: hello and its like carry the room's newest number, before what is replayed.
      this.#seen = `${event.epoch}.${event.seq}`;
    }
    if (["speech", "sound"].includes(event.type)) this.#audible.set(event.id, event);
    this.#on.event(event, this.#seqAtHello !== null && event.seq <= this.#seqAtHello);
  }

  #audio(buffer) {
    const { id, pcm } = soundFrame(buffer);
    const event = this.#audible.get(id);
    this.#audible.delete(id);
    if (event?.type === "speech") this.#on.voice?.(event, pcm);
    if (event?.type === "sound") this.#on.sound?.(event, pcm);
  }
}
