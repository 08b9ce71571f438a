"""Phrase lines, `phrases/*.txt` -> Samples: drawn by how many fillings they have, filled (slots.py), marked where they may be cut."""

import glob
import math
import os
import re

from . import en as en_, numbers
from .join import FINISH, capital, tidy
from .lexicon import GROUPS, NOUNS
from .lines import SLOT, Line, problems, slot
from .slots import DEFINITE, agree, kind_of, put, value
from .spec import LANGS, NP

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(HERE, "phrases")


def load(folder=FOLDER):
    out = []
    for path in sorted(glob.glob(os.path.join(folder, "*.txt"))):
        for n, line in enumerate(open(path, encoding="utf-8"), 1):
            if line.strip() and not line.startswith("#"):
                out.append(Line(line, "%s:%d" % (os.path.basename(path), n)))
    return out


def render(lang, line, values):
    text, out, at = line.sides[lang], [], 0
    dets = {s[0]: s[1] for s in line.slots[lang] if s[3] is None}
    last = None
    for m in SLOT.finditer(text):
        s = line.named(slot(m))
        v = values[s[0]]
        out.append(text[at:m.start()])
        if s[3] is None:
            last = sum(map(len, out))
            out.append(put(lang, v, s, text[m.end():]))
        else:
            x = v
            if isinstance(v, NP) and v.kind == "noun":
                x = NP(**v.__dict__)
                x.det = {"n": "bare", "np": v.det}.get(dets.get(s[0], v.det), dets.get(s[0], v.det))
            word = agree(lang, v, s, x)
            # an article written as an agreement contracts like one from a slot
            out.append(("¤" if word in DEFINITE[lang] else "") + word)
        at = m.end()
    out.append(text[at:])
    tail = text[at:]
    return "".join(out), last, tail


# what goes with the last slot to the far side of a cut
PREPOSITION = {"en": r"(?:to|in|at|for|with|of|from|on|about|by|near|until|since)", "es": r"(?:(?:a|en|para|con|de|por|sobre|hasta|desde)(?: el| la)?|al|del|el)",
               "de": r"(?:zu|in|an|auf|für|mit|von|über|um|nach|bei|am|im|zum|bis|seit|gegen|ab)", "fr": r"(?:à|en|dans|pour|avec|de|sur|chez|par|au|depuis|jusqu'à)"}


def expand(rng, line):
    """-> {lang: text with marks}. Marked before the last slot where nothing but please follows it in any language."""
    values = {}
    for lang in LANGS:
        for s in line.slots[lang]:
            if s[0] not in values:
                values[s[0]] = value(rng, s[0], line)
    distinct(rng, line, values)
    out, marks = {}, {}
    for lang in LANGS:
        text, last, tail = render(lang, line, values)
        whole = finish(lang, text)
        out[lang] = whole
        if last is not None and re.fullmatch(r"[.?!]*|,? (?:please|por favor|bitte|s'il vous plaît|s'il te plaît)[.?!]*", tail):
            a = re.sub(r" %s ?$" % PREPOSITION[lang], " ", text[:last])
            left = finish(lang, a.rstrip(" ,"))
            if len(left.split()) > 1 and whole.startswith(left + " "):
                marks[lang] = len(left)
    if len(marks) == len(LANGS) and len({tuple(s[0] for s in line.slots[lang] if s[3] is None)[-1:] for lang in LANGS}) == 1:
        out = {lang: t[:marks[lang]] + " ¦" + t[marks[lang] + 1:] for lang, t in out.items()}
    return {lang: capital(t if t[-1] in ".?!" else t + ".") for lang, t in out.items()}


def distinct(rng, line, values):
    """Two slots of a kind never say the same."""
    seen = []
    for k in list(values):
        tries = 0
        while tries < 20 and any(same(values[k], v) for v in seen):
            values[k] = value(rng, k, line)
            tries += 1
        seen.append(values[k])


def same(a, b):
    if isinstance(a, NP) and isinstance(b, NP):
        return a.noun is b.noun and a.texts == b.texts
    return type(a) is type(b) and a == b


ARTICLE = re.compile(r"\ban? (?=([a-z]\w+))|^An? (?=([a-z]\w+))")


def an(m):
    """a before a slot may have become an; a capital inside is a letter of a code, not an article."""
    word = m.group(1) or m.group(2)
    if word in DIGITS:
        return m.group(0)
    return m.group(0)[0] + ("n " if en_.article(word) == "an" else " ")


DIGITS = {numbers.english(n) for n in range(10)}


def finish(lang, text):
    return tidy(ARTICLE.sub(an, text)) if lang == "en" else FINISH[lang](tidy(text))


SIZES = {"time": 300, "date": 300, "day": 7, "month": 12, "price": 200, "num": 60, "bignum": 3000, "name": 400, "city": 60, "country": 40, "lang": 13, "surname": 45, "code": 5000, "phone": 9000, "ord": 10, "year": 90}


def weight(line):
    """log of the combinations: templates with many fillings come oftener."""
    total = 1.0
    for ident in {s[0] for s in line.slots["en"] if s[3] is None}:
        k = kind_of(ident)
        total *= SIZES.get(k) or 3 * sum(len(NOUNS[c]) for c in GROUPS[k].split()) if k in SIZES or k in GROUPS else 1
    return .12 + math.log(total)


ALL = load()
GOOD = [line for line in ALL if not problems(line)] if ALL else []
TRAIN, HELD = [x for x in GOOD if not x.held], [x for x in GOOD if x.held]
WEIGHTS = [weight(x) for x in TRAIN]


def sample(rng, lines=None):
    from .families import Sample
    line = rng.choice(lines) if lines else rng.choices(TRAIN, WEIGHTS)[0]
    texts = expand(rng, line)
    return Sample(texts, "template", line.informal, line.held, ("en",) if line.informal else (), texts["en"].replace("¦", ""))
