"""Phrase lines with slots, `en | es | de | fr` in phrases/*.txt -> Samples.

A mark in front: `*` holds the template out of training, `~` addresses informally. A slot is `{article.group}` with the, a, my,
np, n (bare) or all; German adds a case. A digit tells two of a kind apart. What a slot is goes by group and digit, so that
`{the.place}` in one language may be `{a.place}` in another. `{slot:x/y}` prints x or y by number, `{slot:x|y}` by gender
(`m|f|n` in German). In `{to.city} {in.country}` the preposition is part of the slot. `{num.f} {ord.f}` agree with a
feminine noun, `{name.m} {name.f}` are a man's and a woman's."""

import glob
import math
import os
import re

from . import en as en_
from .join import FINISH, capital, tidy
from .lexicon import GROUPS, NOUNS
from .slots import DEFINITE, agree, kind_of, put, value
from .spec import LANGS, NP

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(HERE, "phrases")
SLOT = re.compile(r"\{([a-z_]+(?:\.[a-z_]+)?)(\d?)(?:\.(nom|acc|dat|gen))?(\d?)(?::([^}]*))?\}")
ARTICLES = ("the", "a", "my", "np", "n", "this", "all")
VALUES = ("num", "bignum", "ord", "time", "price", "day", "month", "date", "name", "surname", "city", "country", "lang", "code", "phone", "year")


class Line:
    """A parsed template. error: why it can't be expanded, or nothing."""

    def __init__(self, text, where=""):
        self.where, text = where, text.strip()
        self.held, self.informal = "*" in text[:2], "~" in text[:2]
        self.sides = dict(zip(LANGS, (s.strip() for s in text.lstrip("*~ ").split(" | "))))
        self.count = len(text.lstrip("*~ ").split(" | "))
        self.slots = {lang: [slot(m) for m in SLOT.finditer(t)] for lang, t in self.sides.items()}
        self.apart()

    def apart(self):
        """`{my.person} knows {the.person}`: two of a kind, told apart by their articles in English."""
        heads = {}
        for ident, head, _, option in self.slots["en"]:
            if option is None and head in ARTICLES:
                heads.setdefault(ident, []).append(head)
        self.names = {(ident, h): "%s%d" % (ident, 91 + n) for ident, hs in heads.items() if len(set(hs)) > 1 for n, h in enumerate(dict.fromkeys(hs))}
        self.slots = {lang: [self.named(s) for s in slots] for lang, slots in self.slots.items()}

    def named(self, s):
        return (self.names.get((s[0], s[1]), s[0]),) + s[1:]

    @property
    def key(self):
        return self.sides["en"]


def slot(m):
    """-> (what it is, article or way, case, option)."""
    name, d1, case, d2, option = m.groups()
    head, _, group = name.rpartition(".")
    digit = d1 or d2
    if group in ("nom", "acc", "dat", "gen"):  # {ord.dat}
        head, group, case = "", head, group
    # {num.f} says that the number agrees with a feminine noun.
    if head == "name" and group in ("m", "f"):
        return "name" + digit, group, "", option
    if group == "f" and head in ("num", "bignum", "ord"):
        return head + digit, "f", case or "nom", option
    return group + digit, head, case or "nom", option


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


def finish(lang, text):
    if lang == "en":
        text = re.sub(r"\b([Aa]n?) (?=(\w+))", lambda m: ("A" if m.group(1)[0] == "A" else "a") + ("n" if en_.article(m.group(2)) == "an" and len(m.group(2)) > 1 else "") + " ", text) if "{" not in text else text
        return tidy(text)
    return FINISH[lang](tidy(text))


SIZES = {"time": 300, "date": 300, "day": 7, "month": 12, "price": 200, "num": 60, "bignum": 3000, "name": 400, "city": 60, "country": 40, "lang": 13, "surname": 45, "code": 5000, "phone": 9000, "ord": 10, "year": 90}


def weight(line):
    """log of the combinations: templates with many fillings come oftener."""
    total = 1.0
    for ident in {s[0] for s in line.slots["en"] if s[3] is None}:
        k = kind_of(ident)
        total *= SIZES.get(k) or 3 * sum(len(NOUNS[c]) for c in GROUPS[k].split()) if k in SIZES or k in GROUPS else 1
    return .12 + math.log(total)


def usable(line):
    from .check import problems
    return not problems(line)


ALL = load()
GOOD = [line for line in ALL if usable(line)] if ALL else []
TRAIN, HELD = [x for x in GOOD if not x.held], [x for x in GOOD if x.held]
WEIGHTS = [weight(x) for x in TRAIN]


def sample(rng, lines=None):
    from .families import Sample
    line = rng.choice(lines) if lines else rng.choices(TRAIN, WEIGHTS)[0]
    texts = expand(rng, line)
    return Sample(texts, "template", line.informal, line.held, ("en",) if line.informal else (), texts["en"].replace("¦", ""))
