// Turns 16-bit samples into what a browser can play.

/** Hz, of a format such as `s16le;rate=22050`. */
export const rateOf = (format) => Number(/rate=(\d+)/.exec(format)?.[1] ?? 16000);

/** One channel; `pcm` must not be empty. */
export function soundOf(context, pcm, rate) {
  const sound = context.createBuffer(1, pcm.length, rate);
  const samples = sound.getChannelData(0);
  for (let i = 0; i < pcm.length; i++) samples[i] = pcm[i] / 32768;
  return sound;
}
