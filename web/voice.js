// Turns pieces of translated voice into sound without gaps: each is set to begin where the one before it ends.

/** Time to have the next piece ready, in seconds. */
const LEAD = 0.08;

export class Voice {
  #context = null;
  #until = 0;

  /** Must be called from a click: browsers allow sound only then. */
  async on() {
    this.#context = new AudioContext();
    this.#until = 0;
    await this.#context.resume();
  }

  async off() {
    const context = this.#context;
    this.#context = null;
    await context?.close();
  }

  get isOn() {
    return this.#context !== null;
  }

  /** Seconds of voice that are waiting to be heard. */
  get waiting() {
    return this.#context ? Math.max(0, this.#until - this.#context.currentTime) : 0;
  }

  /** `format` is such as `s16le;rate=22050`. */
  play(format, pcm) {
    if (!this.#context || pcm.length === 0) return;
    const rate = Number(/rate=(\d+)/.exec(format)?.[1] ?? 16000);
    const buffer = this.#context.createBuffer(1, pcm.length, rate);
    const samples = buffer.getChannelData(0);
    for (let i = 0; i < pcm.length; i++) samples[i] = pcm[i] / 32768;
    const source = new AudioBufferSourceNode(this.#context, { buffer });
    source.connect(this.#context.destination);
    const start = Math.max(this.#until, this.#context.currentTime + LEAD);
    source.start(start);
    this.#until = start + buffer.duration;
  }
}
