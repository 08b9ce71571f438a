"""Held-out sentences -> the demo and quality samples under onnx/starter/samples and asr/golden.wav (16 kHz mono).

`hello-en.wav` is made no more: fixtures of other models were recorded with it. A manifest for each language says what is in
the held-out recordings, as `sottovoce eval` reads it, with what it means in the other languages."""

import os
import random
import wave

import numpy as np

import paths
from mt.data import held_out_samples
from text.sentences import written
from text.spec import LANGS

from . import voices
from .features import RATE, read_wav

HERE = os.path.dirname(__file__)
OUT = os.path.join(HERE, "../../starter/samples")
ENGLISH, SPANISH = "flite:rms", "espeak:f5"
TRAVEL = ["Excuse me, where is the train station?", "How much does the ticket cost?", "I would like a room for two nights.",
          "I have lost my suitcase.", "Could you help me, please?", "Thank you very much."]
MEETING = ["Good morning, everyone.", "I think that the plan is good.", "We need to check the budget.",
           "I will send you the report tomorrow.", "Thank you for your time."]
EXCHANGE = [("en", "Good morning. I would like a room for two nights."), ("es", "Buenos días. Tenemos una habitación con baño."),
            ("en", "How much does the room cost?"), ("es", "Cuesta ochenta euros."),
            ("en", "That is fine. Where is the train station?"), ("es", "La estación está cerca del museo."),
            ("en", "Thank you very much."), ("es", "De nada. Buen viaje.")]
# The last is what `make run` plays where there is no microphone: a meeting begins, and a traveller meets a receptionist.
DEMOS = {"travel-en": [("en", line) for line in TRAVEL], "meeting-en": [("en", line) for line in MEETING],
         "demo-en-es": [("en", line) for line in MEETING[:3]] + EXCHANGE}
# Recordings of a group.
EACH = {"en": 8, "es": 4, "de": 4, "fr": 4}


def write(path, samples):
    with wave.open(path, "wb") as w:
        w.setnchannels(1)
        w.setsampwidth(2)
        w.setframerate(RATE)
        w.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


def speak(voice, text, rng, lang="en"):
    samples = read_wav(voices.say(voice, text, rng, lang))
    return samples * (0.5 / np.abs(samples).max())


def demos():
    for name, lines in DEMOS.items():
        parts = [np.zeros(RATE // 2, np.float32)]
        for lang, line in lines:
            voice = ENGLISH if lang == "en" else SPANISH
            parts += [speak(voice, line, random.Random(3), lang), np.zeros(int(RATE * 0.9), np.float32)]
        hiss = np.random.default_rng(1).normal(0, 0.0005, sum(map(len, parts))).astype(np.float32)
        write(os.path.join(OUT, name + ".wav"), np.concatenate(parts) + hiss)
        with open(os.path.join(OUT, name + ".txt"), "w", encoding="utf-8") as f:
            f.write("\n".join(line for _, line in lines) + "\n")


def held_out(lang, sentences, rng):
    """-> rows of a manifest"""
    formant, seen = voices.espeak_voices(True), voices.espeak_voices(False)
    groups = [("seen", lambda: rng.choice(voices.TRAIN_RECORDED[:3]) if lang == "en" else "espeak:" + rng.choice(seen)),
              ("formant", lambda: "espeak:" + rng.choice(formant))]
    if lang == "en":
        groups.append(("natural", lambda: voices.HELD_RECORDED))
    rows = []
    for group, choose in groups:
        for i in range(EACH[lang]):
            voice, sentence = choose(), sentences.pop()
            name = "heldout/%s-%s%d.wav" % (lang, group, i + 1)
            silence = np.zeros(4800)
            write(os.path.join(OUT, name), np.concatenate([silence, speak(voice, written(sentence.plain(lang)), rng, lang), silence]))
            means = [sentence.plain(other) for other in LANGS if other != lang]
            rows.append([name, group, voice, written(sentence.plain(lang))] + means)
    return rows


def main():
    rng = random.Random(11)
    voices.prepare()
    os.makedirs(os.path.join(OUT, "heldout"), exist_ok=True)
    demos()
    for lang in LANGS:
        # What the language shows, said to nobody in particular: every other language has one right answer.
        fits = lambda s: not s.unclear and not s.informal and 2 < len(s.plain(lang).split()) < 13
        sentences = [s for s in held_out_samples(400, seed=lang) if fits(s)]
        header = ["file", "group", "voice", "text"] + [other for other in LANGS if other != lang]
        with open(os.path.join(OUT, "manifest-%s.tsv" % lang), "w", encoding="utf-8") as f:
            f.writelines("\t".join(row) + "\n" for row in [header] + held_out(lang, sentences, rng))
    write(os.path.join(HERE, "golden.wav"), speak("flite:awb", "Where is the train station?", random.Random(4)))


if __name__ == "__main__":
    main()
