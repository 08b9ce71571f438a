"""A phrase line with slots, `en | es | de | fr` -> its four sides and their slots, and what is wrong with it.

A mark in front: `*` holds the template out of training, `~` addresses informally. A slot is `{article.group}` with the, a, my,
np, n (bare) or all; German adds a case. A digit tells two of a kind apart. What a slot is goes by group and digit, so that
`{the.place}` in one language may be `{a.place}` in another. `{slot:x/y}` prints x or y by number, `{slot:x|y}` by gender
(`m|f|n` in German). In `{to.city} {in.country}` the preposition is part of the slot. `{num.f} {ord.f}` agree with a
feminine noun, `{name.m} {name.f}` are a man's and a woman's."""

import re
from collections import Counter

from .lexicon import GROUPS
from .slots import WAYS, kind_of
from .spec import LANGS

SLOT = re.compile(r"\{([a-z_]+(?:\.[a-z_]+)?)(\d?)(?:\.(nom|acc|dat|gen))?(\d?)(?::([^}]*))?\}")
ARTICLES = ("the", "a", "my", "np", "n", "this", "all")
VALUES = ("num", "bignum", "ord", "time", "price", "day", "month", "date", "name", "surname", "city", "country", "lang", "code", "phone", "year")


class Line:
    """A parsed template. error: why it can't be expanded, or nothing."""

    def __init__(self, text, where=""):
        self.where, text = where, text.strip()
        self.informal = "~" in text[:2]
        self.sides = dict(zip(LANGS, (s.strip() for s in text.lstrip("*~ ").split(" | "))))
        self.held = "*" in text[:2]
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


def problems(line):
    """-> messages about the template itself."""
    if line.count != len(LANGS):
        return ["%d columns" % line.count]
    out = []
    for lang in LANGS:
        rest = SLOT.sub("", line.sides[lang])
        if "{" in rest or "}" in rest:
            out.append("%s: a slot is misspelt: %s" % (lang, re.sub(r".*?(\{[^}]*\}?).*", r"\1", rest)))
        if not line.sides[lang]:
            out.append("%s: empty" % lang)
        for ident, head, case, option in line.slots[lang]:
            kind = kind_of(ident)
            if kind in GROUPS:
                if head not in ARTICLES:
                    out.append("%s: {%s.%s} needs one of %s" % (lang, head, ident, " ".join(ARTICLES)))
            elif kind not in VALUES:
                out.append("%s: unknown group %s" % (lang, kind))
            elif head and not (kind in ("city", "country") and head in WAYS or kind in ("num", "bignum", "ord") and head == "f" or kind == "name" and head in ("m", "f")):
                out.append("%s: {%s.%s}?" % (lang, head, kind))
            if option is not None and "/" not in option and "|" not in option:
                out.append("%s: {%s:%s} has one form" % (lang, ident, option))
            if option is not None and "|" in option and len(option.split("|")) != (3 if lang == "de" else 2):
                out.append("%s: {%s:%s}: %s genders" % (lang, ident, option, 3 if lang == "de" else 2))
    sets = {lang: Counter({s[0] for s in line.slots[lang] if s[3] is None}) for lang in LANGS}
    if len({frozenset(c) for c in sets.values()}) > 1:
        out.append("slots differ: " + "; ".join("%s %s" % (lang, " ".join(sorted(c)) or "-") for lang, c in sets.items()))
    for lang in LANGS:
        heads = {}
        for ident, head, case, option in line.slots[lang]:
            if option is None and kind_of(ident) in GROUPS and heads.setdefault(ident, head) != head:
                out.append("%s: %s with two articles: is it the same thing twice?" % (lang, ident))
            if option is not None and ident not in {s[0] for s in line.slots["en"] if s[3] is None}:
                out.append("%s: {%s:%s} agrees with nothing" % (lang, ident, option))
    q = [line.sides[lang].rstrip().endswith("?") for lang in LANGS]
    if len(set(q)) > 1:
        out.append("some ask, some don't: " + " ".join(lang for lang, x in zip(LANGS, q) if x))
    es = line.sides["es"]
    if es.count("¿") != es.count("?") or es.count("¡") != es.count("!"):
        out.append("es: ¿? or ¡! are not a pair")
    if re.search(r" [?!;]", line.sides["fr"]):
        out.append("fr: a space before ? or !")
    return out
