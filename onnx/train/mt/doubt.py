"""A model folder + dev.tsv + outside.tsv -> what would be withheld, and what shown, were translations below a probability
withheld: `python3 -m mt.doubt [DIR]`; with `--below P` that is written into the folder's config.json (`doubtful_below`).

Chosen on dev.tsv, which nothing is reported on, and on held-out fillings of another seed than the reported ones."""

import argparse
import json
import os
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import sacrebleu

from text.spec import LANGS

from .data import DIRECTIONS, held_out_samples
from .evaluate import HERE, MODEL, Translator, begin, direction, texts

SEED = 7


def translated(pool, rows):
    """-> [(p, chrF)] in all directions; of texts without translations only p"""
    owns = {(a, b): [row for row in rows if a in row and (b in row or len(row) == 1)] for a, b in DIRECTIONS}
    jobs = [(b, own, pool.submit(direction, a, b, own, False)) for (a, b), own in owns.items()]
    score = lambda made, row, b: sacrebleu.sentence_chrf(made, [row[b]]).score if b in row else 0.0
    return [(p, score(made, row, b)) for b, own, job in jobs for row, (made, p) in zip(own, job.result()[0])]


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("folder", nargs="?", default=MODEL)
    ap.add_argument("--below", type=float)
    ap.add_argument("--count", type=int, default=100)
    a = ap.parse_args()
    if a.below is not None:
        path = os.path.join(a.folder, "config.json")
        config = json.load(open(path)) | {"doubtful_below": a.below}
        json.dump(config, open(path, "w"), indent=2)
        return
    lines = lambda name: [line.rstrip("\n").split("\t") for line in open(os.path.join(HERE, name), encoding="utf-8")
                          if not line.startswith("#")]
    sets = {"fillings": [texts(s) for s in held_out_samples(a.count, SEED)],
            "dev": [dict(zip(LANGS, row)) for row in lines("dev.tsv")[:a.count]],
            "outside": [{lang: text} for lang, text in lines("outside.tsv")]}
    with ProcessPoolExecutor(initializer=begin, initargs=(partial(Translator, a.folder),)) as pool:
        made = {name: translated(pool, rows) for name, rows in sets.items()}
    mean = lambda values: sum(values) / max(1, len(values))
    print("below   withheld: " + "   ".join("%-22s" % name for name in sets))
    for below in [x / 20 for x in range(4, 18)]:
        row = []
        for name, all_ in made.items():
            kept = [chrf for p, chrf in all_ if p >= below]
            gone = [chrf for p, chrf in all_ if p < below]
            row.append("%3.0f %% (%2.0f; kept %2.0f)      " % (100 * len(gone) / len(all_), mean(gone), mean(kept)))
        print("%.2f              %s" % (below, "   ".join(row)), flush=True)


if __name__ == "__main__":
    main()
