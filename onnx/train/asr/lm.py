"""Training sentences -> a back-off language model over pieces, `lm.arpa.gz` beside each language's model: `python -m asr.lm`.

Interpolated Kneser-Ney (Chen & Goodman 1999, with one discount per order), in the ARPA form that KenLM and SRILM write.
Over pieces, not words, so that a word it has never seen can still be spelled."""

import argparse
import gzip
import io
import os
import random
from collections import Counter, defaultdict
from math import log10

import paths
from text import everyday
from text.spec import LANGS

from .train import tokenizer

ORDER = 5
# One text in so many is an everyday phrase, alone or before a sentence.
EVERYDAY = 2
# How often an n-gram of each order must have been seen; more would make the file larger than its worth.
LEAST = [1, 1, 3, 5, 5]
OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../starter/asr")


def counts(sentences):
    """Piece sequences -> one Counter an order: how often the highest are seen, in how many contexts the lower ones."""
    top = [Counter() for _ in range(ORDER)]
    for pieces in sentences:
        row = ["<s>"] + pieces + ["</s>"]
        for n in range(1, ORDER + 1):
            for i in range(len(row) - n + 1):
                top[n - 1][tuple(row[i:i + n])] += 1
    kneser_ney = [Counter() for _ in range(ORDER - 1)] + [top[-1]]
    for n in range(1, ORDER):
        for gram in top[n]:
            kneser_ney[n - 1][gram[1:]] += 1
        for gram, count in top[n - 1].items():
            if gram[0] == "<s>":
                # Nothing stands before the start.
                kneser_ney[n - 1][gram] = count
    kneser_ney[0].pop(("<s>",), None)
    return top, kneser_ney


def estimate(top, kneser_ney, pieces):
    """-> [{n-gram: probability}] by order, and {context: back-off weight}."""
    uniform = 1.0 / (len(pieces) + 1)
    levels, backoff = [], {}
    for n in range(1, ORDER + 1):
        grams = kneser_ney[n - 1]
        once, twice = (sum(1 for c in grams.values() if c == k) for k in (1, 2))
        discount = once / max(1, once + 2 * twice)
        total, kinds = Counter(), Counter()
        for gram, count in grams.items():
            total[gram[:-1]] += count
            kinds[gram[:-1]] += 1

        def lower(gram):
            if len(gram) == 1:
                return uniform
            return probability(levels, backoff, gram[1:])

        level = {}
        for gram, count in grams.items():
            context = gram[:-1]
            if top[n - 1][gram] >= LEAST[n - 1]:
                level[gram] = (count - discount + discount * kinds[context] * lower(gram)) / total[context]
        if n == 1:
            for piece in pieces:
                level.setdefault((piece,), discount * kinds[()] * uniform / total[()])
        kept, below = defaultdict(float), defaultdict(float)
        for gram, p in level.items():
            kept[gram[:-1]] += p
            below[gram[:-1]] += lower(gram)
        for context in kept:
            if context:
                backoff[context] = max(1e-6, 1 - kept[context]) / max(1e-6, 1 - below[context])
        levels.append(level)
    return levels, backoff


def probability(levels, backoff, gram):
    """Of the last piece after the others."""
    found = levels[len(gram) - 1].get(gram) if len(gram) <= len(levels) else None
    if found is not None or len(gram) == 1:
        return found if found is not None else 1e-7
    return backoff.get(gram[:-1], 1.0) * probability(levels, backoff, gram[1:])


def write(levels, backoff, path):
    # An n-gram is only found by way of its context.
    levels[0].setdefault(("<s>",), 1e-9)
    for n in range(ORDER - 1, 0, -1):
        for gram in levels[n]:
            if gram[:-1] not in levels[n - 1]:
                levels[n - 1][gram[:-1]] = probability(levels, backoff, gram[:-1])
    # Without its time, so that the same text gives the same bytes.
    with open(path, "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as zipped, io.TextIOWrapper(zipped, "utf-8") as f:
        f.write("\\data\\\n" + "".join("ngram %d=%d\n" % (n + 1, len(level)) for n, level in enumerate(levels)))
        for n, level in enumerate(levels, 1):
            f.write("\n\\%d-grams:\n" % n)
            for gram, p in sorted(level.items()):
                line = "%.2f\t%s" % (log10(p), " ".join(gram))
                f.write(line + ("\t%.2f" % log10(backoff[gram]) if gram in backoff else "") + "\n")
        f.write("\n\\end\\\n")


def make(lang, out):
    sp = tokenizer(lang)
    sentences = open("%s/train.%s" % (paths.TEXT, lang), encoding="utf-8").read().split("\n")[:-1]
    rng = random.Random(3)
    sentences += [everyday.text(rng, sentences, lang) for _ in range(len(sentences) // EVERYDAY)]
    pieces = [sp.id_to_piece(i) for i in range(1, sp.get_piece_size())]
    levels, backoff = estimate(*counts([sp.encode(s, out_type=str) for s in sentences]), pieces)
    path = os.path.join(out, lang, "lm.arpa.gz")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    write(levels, backoff, path)
    print("%s: %s n-grams, %.1f MB" % (path, "+".join(str(len(level)) for level in levels), os.path.getsize(path) / 1e6))


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--lang", choices=LANGS)
    ap.add_argument("--out", default=OUT)
    a = ap.parse_args()
    for lang in [a.lang] if a.lang else LANGS:
        make(lang, a.out)


if __name__ == "__main__":
    main()
