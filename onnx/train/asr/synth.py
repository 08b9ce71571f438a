"""Sentences -> speech of many voices -> features on disk: `python3 -m asr.synth --lang all` (resumable, one process a core).

Writes asr/LANG/PART.npz files: `feats` (all utterances' frames, float16), `ends` (frame counts, summed), and
PART.txt (voice <tab> text as written)."""

import argparse
import os
import random
from concurrent.futures import ProcessPoolExecutor

import numpy as np

import paths
from text import everyday
from text.sentences import written
from text.spec import LANGS

from . import voices
from .features import fbank, read_wav

# ked is synthesised seven times slower than the others.
RECORDED_WEIGHTS = [4, 3, 2, 1]
# Utterances for each language: by formant voices, and by recorded ones.
COUNTS = {"en": (7500, 7500), "es": (9000, 0), "de": (9000, 0), "fr": (9000, 0)}
PART = 500
FRESH = os.path.join(os.path.dirname(__file__), "../mt/fresh.tsv")


def folder(lang):
    path = os.path.join(paths.ASR, lang)
    os.makedirs(path, exist_ok=True)
    return path


def plan(lang, seed):
    """-> [(part, [(voice, text)])]"""
    rng = random.Random("%s %d" % (lang, seed))
    read = lambda name: open("%s/%s.%s" % (paths.TEXT, name, lang), encoding="utf-8").read().split("\n")[:-1]
    train, held = read("train"), read("heldout")
    words = sorted({w.strip(".,?!;:") for s in train + everyday.PHRASES[lang] for w in s.split()})
    rng.shuffle(train)
    formant, held_formant = voices.espeak_voices(False), voices.espeak_voices(True)
    recorded = voices.TRAIN_RECORDED if lang == "en" else []

    def text(i):
        # Strings of random words keep the vocabulary open; what people say word for word has most of the words, and the
        # grammar draws each of these lines one time in thousands.
        if i % 9 == 0:
            return " ".join(rng.choices(words, k=rng.randint(2, 7)))
        return everyday.text(rng, train, lang) if i % 9 < 4 else train[i % len(train)]

    by_formant, by_recorded = COUNTS[lang]
    jobs = [("espeak:" + rng.choice(formant), text(i)) for i in range(by_formant)]
    jobs += [(rng.choices(recorded, RECORDED_WEIGHTS)[0], text(by_formant + i)) for i in range(by_recorded)]
    rng.shuffle(jobs)
    any_voice = lambda: rng.choice(["espeak:" + rng.choice(formant)] + recorded)
    parts = [("test_seen", [(any_voice(), t) for t in held[:200]]),
             ("test_formant", [("espeak:" + rng.choice(held_formant), t) for t in held[:200]]),
             # For choosing the decoder's weights, so that the test sets choose nothing.
             ("dev", [(any_voice(), t) for t in held[200:300]])]
    fresh = [line.rstrip("\n").split("\t")[LANGS.index(lang)] for line in open(FRESH, encoding="utf-8") if line[0] != "#"]
    parts.append(("test_fresh", [("espeak:" + rng.choice(held_formant), written(t)) for t in fresh]))
    if lang == "en":
        parts.append(("test_natural", [(voices.HELD_RECORDED, t) for t in held[:200]]))
    return parts + [("train%02d" % i, jobs[i * PART:(i + 1) * PART]) for i in range(len(jobs) // PART)]


def level(samples, rng):
    peak = float(np.abs(samples).max() or 1)
    return samples * (10 ** (rng.uniform(-26, -3) / 20) / peak)


def make(part):
    lang, name, jobs = part
    path = os.path.join(folder(lang), name + ".npz")
    if os.path.exists(path):
        return lang, name, 0
    rng = random.Random(lang + name)
    feats, ends, lines = [], [], []
    for voice, text in jobs:
        samples = level(read_wav(voices.say(voice, text, rng, lang)), rng)
        lead = np.zeros(rng.randint(800, 8000), np.float32)
        tail = np.zeros(rng.randint(1600, 9600), np.float32)
        frames = fbank(np.concatenate([lead, samples, tail]))
        feats.append(frames.astype(np.float16))
        ends.append(len(frames))
        lines.append(voice + "\t" + text)
    with open(path[:-4] + ".txt", "w", encoding="utf-8") as f:
        f.write("\n".join(lines) + "\n")
    np.savez(path + ".new.npz", feats=np.concatenate(feats), ends=np.cumsum(ends))
    os.replace(path + ".new.npz", path)
    return lang, name, sum(ends) / 100


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--lang", default="all", choices=LANGS + ("all",))
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--processes", type=int, default=2)
    ap.add_argument("--tests", action="store_true", help="only what is never trained on")
    a = ap.parse_args()
    voices.prepare()
    langs = LANGS if a.lang == "all" else (a.lang,)
    parts = [(lang, name, jobs) for lang in langs for name, jobs in plan(lang, a.seed)
             if not (a.tests and name.startswith("train"))]
    # A part of each language in turn, so that training can begin with all of them.
    parts.sort(key=lambda part: part[1])
    total = 0.0
    with ProcessPoolExecutor(a.processes) as pool:
        for i, (lang, name, seconds) in enumerate(pool.map(make, parts)):
            total += seconds
            print("%d/%d %s %s, %.2f h so far" % (i + 1, len(parts), lang, name, total / 3600), flush=True)


if __name__ == "__main__":
    main()
