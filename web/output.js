// Turns 16-bit samples into what a browser can play, once somebody has asked to hear it.

/** Hz, of a format such as `s16le;rate=22050`. */
export const rateOf = (format) => Number(/rate=(\d+)/.exec(format)?.[1] ?? 16000);

/** A way to the ears; `begin` is told when there is a new one. */
export class Output {
  context = null;

  constructor() {
    // A phone that was asleep or rang keeps its sound back until it is asked again.
    document.addEventListener("visibilitychange", () => document.hidden || this.isHeld || this.context?.resume());
  }

  /** Must be called from a click: browsers allow sound only then. */
  async on() {
    if (!this.context) {
      this.context = new AudioContext();
      this.begin();
    }
    if (!this.isHeld) await this.context.resume();
  }

  /** Whether nothing shall be heard just now. */
  get isHeld() {
    return false;
  }

  begin() {}

  async off() {
    const { context } = this;
    this.context = null;
    await context?.close();
  }

  get isOn() {
    return this.context !== null;
  }

  /** One channel; `pcm` must not be empty. */
  sound(pcm, rate) {
    const sound = this.context.createBuffer(1, pcm.length, rate);
    const samples = sound.getChannelData(0);
    for (let i = 0; i < pcm.length; i++) samples[i] = pcm[i] / 32768;
    return sound;
  }
}
