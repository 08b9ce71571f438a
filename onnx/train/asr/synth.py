"""Sentences -> speech of many voices -> features on disk: `python3 -m asr.synth` (resumable, one process a core).

Writes asr/PART.npz files: `feats` (all utterances' frames, float16), `ends` (frame counts, summed), and
PART.txt (voice <tab> text)."""

import argparse
import os
import random
from concurrent.futures import ProcessPoolExecutor

import numpy as np

import paths
from text import everyday
from text.sentences import asr_form

from . import voices
from .features import fbank, read_wav

FRESH = os.path.join(os.path.dirname(__file__), "../mt/fresh.tsv")
# ked is synthesised seven times slower than the others.
RECORDED_WEIGHTS = [4, 3, 2, 1]


def plan(seed):
    """-> [(part, [(voice, text)])]"""
    rng = random.Random(seed)
    train = open(paths.TEXT + "/train.en").read().split("\n")[:-1]
    held = open(paths.TEXT + "/heldout.en").read().split("\n")[:-1]
    words = sorted({w for s in train for w in s.split()})
    rng.shuffle(train)
    formant = voices.espeak_voices(False)

    def text(i):
        # Strings of random words keep the vocabulary open.
        return " ".join(rng.choices(words, k=rng.randint(2, 7))) if i % 8 == 0 else train[i % len(train)]

    jobs = [("espeak:" + rng.choice(formant), text(i)) for i in range(9000)]
    jobs += [(rng.choices(voices.TRAIN_RECORDED, RECORDED_WEIGHTS)[0], text(9000 + i)) for i in range(9000)]
    rng.shuffle(jobs)
    parts = [("train%02d" % i, jobs[i * 500:(i + 1) * 500]) for i in range(36)]
    held_formant = voices.espeak_voices(True)
    parts.insert(0, ("test_seen", [(rng.choice(["espeak:" + rng.choice(formant)] + voices.TRAIN_RECORDED), t)
                                   for t in held[:200]]))
    parts.insert(1, ("test_formant", [("espeak:" + rng.choice(held_formant), t) for t in held[:200]]))
    parts.insert(2, ("test_natural", [(voices.HELD_RECORDED, t) for t in held[:200]]))
    voice = lambda: rng.choice(["espeak:" + rng.choice(formant), rng.choices(voices.TRAIN_RECORDED, RECORDED_WEIGHTS)[0]])
    parts += [("train%02d" % (36 + i), [(voice(), everyday.text(rng, train)) for _ in range(500)]) for i in range(4)]
    # For choosing the decoder's weights, so that the test sets choose nothing.
    parts.append(("dev", [(rng.choice(["espeak:" + rng.choice(formant)] + voices.TRAIN_RECORDED), t) for t in held[260:360]]))
    # Freely written sentences, outside the grammar, by a voice of each kind.
    fresh = [asr_form(line.split("\t")[0]) for line in open(FRESH, encoding="utf-8").read().split("\n") if "\t" in line]
    speakers = [voices.HELD_RECORDED, voices.TRAIN_RECORDED[0], "espeak:" + held_formant[0]]
    parts.append(("test_fresh", [(v, t) for v in speakers for t in fresh]))
    return parts


def level(samples, rng):
    peak = float(np.abs(samples).max() or 1)
    return samples * (10 ** (rng.uniform(-26, -3) / 20) / peak)


def make(part):
    name, jobs = part
    path = os.path.join(paths.ASR, name + ".npz")
    if os.path.exists(path):
        return name, 0
    rng = random.Random(name)
    feats, ends, lines = [], [], []
    for voice, text in jobs:
        samples = level(read_wav(voices.say(voice, text, rng)), rng)
        lead = np.zeros(rng.randint(800, 8000), np.float32)
        tail = np.zeros(rng.randint(1600, 9600), np.float32)
        frames = fbank(np.concatenate([lead, samples, tail]))
        feats.append(frames.astype(np.float16))
        ends.append(len(frames))
        lines.append(voice + "\t" + text)
    with open(path[:-4] + ".txt", "w") as f:
        f.write("\n".join(lines) + "\n")
    np.savez(path, feats=np.concatenate(feats), ends=np.cumsum(ends))
    return name, sum(ends) / 100


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--processes", type=int, default=2)
    a = ap.parse_args()
    voices.prepare()
    parts, total = plan(a.seed), 0.0
    with ProcessPoolExecutor(a.processes) as pool:
        for i, (name, seconds) in enumerate(pool.map(make, parts)):
            total += seconds
            print("%d/%d %s, %.2f h so far" % (i + 1, len(parts), name, total / 3600), flush=True)


if __name__ == "__main__":
    main()
