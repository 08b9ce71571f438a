// Turns speakers into colours: the same name has the same one on every device, as long as there are enough.

const COLOURS = 6;

/** The place a name has by itself. */
const own = (name) => [...name].reduce((sum, c) => (sum * 31 + c.codePointAt(0)) % 9973, 7) % COLOURS;

export class Speakers {
  #colours = new Map();

  /** The number of a speaker's colour. Without a name the session is the speaker. */
  colour({ speaker, session }) {
    const name = speaker || session;
    if (!this.#colours.has(name)) {
      const taken = new Set(this.#colours.values());
      const wanted = speaker ? own(speaker) : this.#colours.size % COLOURS;
      const turns = Array.from({ length: COLOURS }, (_, i) => (wanted + i) % COLOURS);
      this.#colours.set(name, turns.find((colour) => !taken.has(colour)) ?? wanted);
    }
    return this.#colours.get(name);
  }
}
