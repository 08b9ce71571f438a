"""Seeded grammar -> distinct English sentences (or English/Spanish pairs) in files.

`python3 -m text.sentences` writes train.en for the recogniser, and beside it heldout.en: 400 sentences that no seed ever
yields for training."""

import argparse
import hashlib
import os
import random
import re

import paths

from . import families


def asr_form(text):
    """Cased text -> lower case words and apostrophes, as the recogniser writes."""
    t = text.lower().replace("-", " ")
    return " ".join(re.sub(r"[^\w' ]+", " ", t).split())


def held_out(text):
    """Two sentences in a hundred, by the sentence itself, are never trained on."""
    return hashlib.sha1(asr_form(text).encode()).digest()[0] < 5


def generate(seed, families_=None):
    """-> endless (english, spanish, family, marked english, marked spanish)."""
    rng = random.Random(seed)
    while True:
        yield families.sample(rng)


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--count", type=int, default=60000)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--out", default=os.path.join(paths.TEXT, "train.en"))
    ap.add_argument("--heldout", type=int, default=400)
    a = ap.parse_args()
    seen, held = set(), set()
    rng = random.Random(a.seed)
    with open(a.out, "w", encoding="utf-8") as f:
        while len(seen) < a.count or len(held) < a.heldout:
            en = asr_form(families.sample(rng)[0])
            if held_out(en):
                held.add(en)
            elif en not in seen and len(seen) < a.count:
                seen.add(en)
                f.write(en + "\n")
    fixed = sorted(held, key=lambda s: hashlib.sha1(s.encode()).hexdigest())[: a.heldout]
    with open(os.path.join(os.path.dirname(a.out) or ".", "heldout.en"), "w", encoding="utf-8") as f:
        f.write("\n".join(fixed) + "\n")
    words = {w for s in seen for w in s.split()}
    print("%d training sentences, %d held out, %d distinct words" % (len(seen), len(fixed), len(words)))


if __name__ == "__main__":
    main()
