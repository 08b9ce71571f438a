"""Samples in four columns, or lines, for proofreading: `python3 -m text.show --count 40 --family clause --seed 1`."""

import argparse
import random

from . import families
from .spec import LANGS


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--count", type=int, default=40)
    ap.add_argument("--family")
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--marks", action="store_true", help="show where the four may be cut")
    a = ap.parse_args()
    rng = random.Random(a.seed)
    for _ in range(a.count):
        s = families.sample(rng, a.family)
        texts = [s.texts[lang] if a.marks else s.plain(lang) for lang in LANGS]
        print("%s%s | %s" % (s.family, "~" if s.informal else "", " | ".join(texts)))


if __name__ == "__main__":
    main()
