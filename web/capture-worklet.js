// Turns the microphone's float samples into frames of 16-bit PCM of about 40 ms, each with its loudness.
// Runs on the browser's audio thread: it fills one frame and hands it over, nothing else.

const FRAME_SECONDS = 0.04;

class Capture extends AudioWorkletProcessor {
  constructor() {
    super();
    this.#begin();
    // The rest of the last frame, when the page stops.
    this.port.onmessage = () => {
      this.#hand();
      this.port.postMessage({ isLast: true });
    };
  }

  #frame;
  #filled;
  #energy;

  #begin() {
    this.#frame = new Int16Array(Math.round(sampleRate * FRAME_SECONDS));
    this.#filled = 0;
    this.#energy = 0;
  }

  #hand() {
    if (this.#filled === 0) return;
    const pcm = this.#frame.slice(0, this.#filled).buffer;
    const level = Math.sqrt(this.#energy / this.#filled);
    this.port.postMessage({ pcm, level }, [pcm]);
    this.#begin();
  }

  process([input]) {
    for (const sample of input[0] ?? []) {
      const clipped = Math.max(-1, Math.min(1, sample));
      this.#frame[this.#filled++] = Math.round(clipped * 32767);
      this.#energy += clipped * clipped;
      if (this.#filled === this.#frame.length) this.#hand();
    }
    return true;
  }
}

registerProcessor("capture", Capture);
