"""Phrase lines with slots -> sentence pairs.

A line is `english | spanish`; `*` in front holds the line out of training. Slots:
{the.place} {a.food} {np.buy} {my.person} noun phrases, {n.place} a bare noun, {time} {date} {day}
{price} {num} {name} {city} {country} {lang} {inf}; a digit tells two slots of a kind apart.
{slot:x/y} prints x or y by number, {slot:x|y} by gender."""

import math
import re

from . import clauses, numbers, np
from .nouns import GROUPS, NOUNS

SLOT = re.compile(r"\{([a-z.]+\d?)(?::([^}]*))?\}")


class Value:
    def __init__(self, en, es, g="m", pl=False):
        self.en, self.es, self.g, self.pl = en, es, g, pl


def infinitive(rng):
    while True:
        vp = clauses.verb_phrase(rng, light=True)
        if not vp.clitic and "POSS" not in vp.en:
            return Value(clauses.join(vp.verb.en, vp.en), clauses.join(vp.verb.es, vp.es))


def fill(rng, kind):
    kind = kind.rstrip("0123456789")
    if kind == "time":
        return Value(*numbers.clock(rng))
    if kind == "date":
        return Value(*numbers.date(rng))
    if kind == "day":
        return Value(*rng.choice(numbers.DAYS))
    if kind == "month":
        return Value(*rng.choice(numbers.MONTHS))
    if kind == "price":
        return Value(*numbers.price(rng))
    if kind in ("num", "numm", "numf"):
        n = max(2, numbers.pick_number(rng, 60))
        g = "f" if kind == "numf" else "m"
        return Value(numbers.english(n), numbers.spanish(n, g, kind != "num"))
    if kind == "bignum":
        n = numbers.pick_number(rng)
        return Value(numbers.english(n), numbers.spanish(n))
    if kind == "name":
        n, g = rng.choice(np.NAMES)
        if rng.random() < .3:
            n += " " + rng.choice(np.SURNAMES)
        return Value(n, n, g)
    if kind == "surname":
        n = rng.choice(np.SURNAMES)
        return Value(n, n)
    if kind == "city":
        return Value(*rng.choice(np.CITIES))
    if kind == "country":
        return Value(*rng.choice(np.COUNTRIES))
    if kind == "lang":
        return Value(*rng.choice(np.LANGUAGES))
    if kind == "inf":
        return infinitive(rng)
    if kind in clauses.WHEN:
        return Value(*rng.choice([w for w in clauses.WHEN[kind] if w[0] not in ("always", "often", "already", "sometimes")]))
    det, cat = kind.split(".")
    if det == "n":
        n = np.noun(rng, cat)
        return Value(n.en, n.es, n.g)
    x = np.make(rng, det, cat, .6)
    return Value(x.en, x.es, x.g, x.pl)


def sides(line):
    en, es = line.split(" | ")
    return en.strip(), es.strip()


def render(text, values, mark):
    def put(m):
        v, opt = values[m.group(1)], m.group(2)
        if opt is None:
            return mark + v[0]
        if "/" in opt:
            return opt.split("/")[v[1].pl]
        return opt.split("|")[v[1].g == "f"]
    return SLOT.sub(put, text)


def expand(rng, line):
    en, es = sides(line)
    values = {m.group(1): fill(rng, m.group(1)) for m in SLOT.finditer(en + es)}
    order = [[m.group(1) for m in SLOT.finditer(t) if m.group(2) is None] for t in (en, es)]
    mark = "¦" if order[0] == order[1] else ""
    en = render(en, {k: (v.en, v) for k, v in values.items()}, mark)
    es = render(es, {k: (v.es, v) for k, v in values.items()}, mark)
    if en.endswith("?") and "¿" not in es:
        es = "¿" + es
    if en.endswith("!") and "¡" not in es:
        es = "¡" + es
    return en, es


SIZES = {"time": 200, "date": 300, "day": 7, "month": 12, "price": 150, "num": 60, "numm": 60, "numf": 60, "bignum": 2000, "name": 200, "city": 30, "country": 24, "lang": 10, "inf": 3000, "surname": 20}


def weight(line):
    """log of the combinations: templates with many fillings come oftener."""
    total = 1.0
    for m in SLOT.finditer(sides(line)[0]):
        k = m.group(1).rstrip("0123456789")
        if m.group(2) is None:
            total *= SIZES.get(k, 20) if "." not in k else 5 * sum(len(NOUNS[c]) for c in GROUPS[k.split(".")[1]].split())
    return 1 + math.log(total)
