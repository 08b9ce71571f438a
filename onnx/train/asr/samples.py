"""Held-out sentences -> the demo and quality samples under onnx/starter/samples and asr/golden.wav (16 kHz mono)."""

import os
import random
import wave

import numpy as np

import paths

from . import voices
from .features import RATE, read_wav

HERE = os.path.dirname(__file__)
OUT = os.path.join(HERE, "../../starter/samples")
DEMOS = {
    "hello-en": ["good morning", "where is the train station"],
    "travel-en": ["excuse me, where is the train station", "how much does the ticket cost", "i would like a room for two nights",
                  "i have lost my suitcase", "could you help me please", "thank you very much"],
    "meeting-en": ["good morning everyone", "i think that the plan is good", "we need to check the budget",
                   "i will send you the report tomorrow", "thank you for your time"],
}


def write(path, samples):
    with wave.open(path, "wb") as w:
        w.setnchannels(1)
        w.setsampwidth(2)
        w.setframerate(RATE)
        w.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


def speak(voice, text, rng):
    samples = read_wav(voices.say(voice, text, rng))
    return samples * (0.5 / np.abs(samples).max())


def main():
    rng = random.Random(11)
    os.makedirs(os.path.join(OUT, "heldout"), exist_ok=True)
    for name, lines in DEMOS.items():
        parts = [np.zeros(RATE // 2, np.float32)]
        for line in lines:
            parts += [speak("flite:rms", line, random.Random(3)), np.zeros(int(RATE * 0.9), np.float32)]
        hiss = np.random.default_rng(1).normal(0, 0.0005, sum(map(len, parts))).astype(np.float32)
        write(os.path.join(OUT, name + ".wav"), np.concatenate(parts) + hiss)
        with open(os.path.join(OUT, name + ".txt"), "w") as f:
            f.write("\n".join(lines).replace(",", "") + "\n")
    held = open(paths.TEXT + "/heldout.en").read().split("\n")[200:260]
    formant = voices.espeak_voices(True)
    rows = []
    for group, choose in [("seen", lambda: rng.choice(voices.TRAIN_RECORDED[:3])),
                          ("formant", lambda: "espeak:" + rng.choice(formant)),
                          ("natural", lambda: voices.HELD_RECORDED)]:
        for i in range(8):
            voice, text = choose(), held.pop()
            name = "heldout/%s%d.wav" % (group, i + 1)
            write(os.path.join(OUT, name), np.concatenate([np.zeros(4800), speak(voice, text, rng), np.zeros(4800)]))
            rows.append("\t".join([name, group, voice, text]))
    with open(os.path.join(OUT, "manifest.tsv"), "w") as f:
        f.write("\n".join(["file\tgroup\tvoice\ttext"] + rows) + "\n")
    write(os.path.join(HERE, "golden.wav"), speak("flite:awb", "where is the train station", random.Random(4)))


if __name__ == "__main__":
    main()
