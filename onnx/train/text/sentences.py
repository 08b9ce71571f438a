"""Seeded grammar and phrase templates -> distinct sentences of a language in files.

`python3 -m text.sentences --lang de` writes train.de for the recogniser, and beside it heldout.de: 400 sentences that no seed
ever yields for training. `--lang all` writes the four."""

import argparse
import hashlib
import os
import random
import re

from . import families
from .spec import LANGS


def asr_form(text):
    """Cased text -> lower case words and apostrophes, as the recogniser writes."""
    t = text.lower().replace("-", " ").replace("¦", "")
    return " ".join(re.sub(r"[^\w' ]+", " ", t).split())


def written(text):
    """As our recognisers write it: capitals and marks, but none before what they belong to (nobody hears that it will be a
    question)."""
    return " ".join(re.sub("[¿¡¦]", "", text).split())


def held_out(text):
    """Two sentences in a hundred are never trained on, by their English without contractions (Sample.key)."""
    return hashlib.sha1(asr_form(text).encode()).digest()[0] < 5


def write(lang, count, seed, folder, heldout):
    rng, seen, held, kept = random.Random(seed), set(), set(), []
    while len(kept) < count or len(held) < heldout:
        s = families.sample(rng)
        text = written(s.texts[lang])
        form = asr_form(text)
        if held_out(s.key) and not s.held:
            held.add(text)
        elif form not in seen and len(kept) < count and not s.held and not held_out(s.key):
            seen.add(form)
            kept.append(text)
    fixed = sorted(held, key=lambda s: hashlib.sha1(s.encode()).hexdigest())[:heldout]
    # Another English sentence may say the same in this language.
    without = {asr_form(t) for t in fixed}
    kept = [t for t in kept if asr_form(t) not in without]
    for name, lines in (("train." + lang, kept), ("heldout." + lang, fixed)):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
            f.write("\n".join(lines) + "\n")
    words = {w for s in kept for w in asr_form(s).split()}
    print("%s: %d training sentences, %d held out, %d distinct words" % (lang, len(kept), len(fixed), len(words)))


def main():
    import paths
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--lang", default="en", choices=LANGS + ("all",))
    ap.add_argument("--count", type=int, default=60000)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--out", default=paths.TEXT, help="the folder")
    ap.add_argument("--heldout", type=int, default=400)
    a = ap.parse_args()
    for lang in LANGS if a.lang == "all" else (a.lang,):
        write(lang, a.count, a.seed, a.out, a.heldout)


if __name__ == "__main__":
    main()
