"""A random generator -> places and times as texts: at the station, in die Schweiz, hace dos días, on the third of May."""

from . import de as de_, es as es_, fr as fr_, numbers
from .lexicon import ADVERBIALS, CITIES, COUNTRIES, NOUNS
from .spec import LANGS, NP


def at_place(rng, n=None):
    """`at the station` as texts: each language has its own preposition there."""
    n = n or rng.choice(rng.choice([NOUNS["place"], NOUNS["place"], NOUNS["spot"], NOUNS["area"]]))
    x = NP("noun", n, "the")
    en, de, fr = n.loc
    return dict(en="%s the %s" % (en, n.words["en"].word), es="en " + es_.np(x), de=de + " " + de_.np(x, "dat"), fr=fr + " " + fr_.np(x))


def to_place(rng):
    n = rng.choice(NOUNS["place"])
    x = NP("noun", n, "the")
    return dict(en="to the " + n.words["en"].word, es="a " + es_.np(x), de="zu " + de_.np(x, "dat"), fr="à " + fr_.np(x))


def country(c, way):
    """in, to, from a country: en France, aux États-Unis, in die Schweiz."""
    en = c["en"]
    es, _, es_g = c["es"].partition("/")
    de, _, de_g = c["de"].partition("/")
    fr, _, g = c["fr"].partition("/")
    es = {"m": "¤el ", "f": "¤la ", "p": "¤los "}.get(es_g, "") + es
    if de_g:
        art = {"in": {"f": "der ", "p": "den "}, "to": {"f": "die ", "p": "die "}, "from": {"f": "der ", "p": "den "}}[way][de_g]
    else:
        art = ""
    if de_g == "p" and way != "to" and de.endswith("e"):
        de += "n"
    de = {"in": "in ", "to": "in " if de_g else "nach ", "from": "aus "}[way] + art + de
    if way == "from":
        fr = {"p": "de ¤les ", "m": "de " if fr_.vowel(fr) else "de ¤le ", "f": "de "}[g] + fr
    else:
        fr = "aux " + fr if g == "p" else ("en " if g == "f" or fr_.vowel(fr) else "au ") + fr
    return dict(en="%s %s" % ({"in": "in", "to": "to", "from": "from"}[way], en), es={"in": "en ", "to": "a ", "from": "de "}[way] + es, de=de, fr=fr)


def city(c, way):
    return dict(en=way + " " + c["en"], es={"in": "en ", "to": "a ", "from": "de "}[way] + c["es"], de={"in": "in ", "to": "nach ", "from": "aus "}[way] + c["de"],
                fr={"in": "à ", "to": "à ", "from": "de "}[way] + c["fr"])


def in_or_to(rng, way):
    return city(rng.choice(CITIES), way) if rng.random() < .6 else country(rng.choice(COUNTRIES), way)


def time_adverbial(rng, kind):
    r = rng.random()
    if kind in ("past", "future") and r < .15:
        t = numbers.clock(rng)
        return "clock", dict(en="at " + t["en"], es="a " + t["es"], de="um " + t["de"], fr="à " + t["fr"])
    if kind in ("past", "future") and r < .24:
        d = rng.choice(numbers.DAYS)
        return "time", dict(en="on " + d["en"], es="el " + d["es"], de="am " + d["de"], fr=d["fr"])
    if kind in ("past", "future") and r < .32:
        d = numbers.date(rng)
        return "time", dict(en="on " + d["en"], es=d["es"], de="am " + d["de"], fr=d["fr"])
    if kind == "future" and r < .4:
        n = numbers.pick(rng, 30)
        n = max(n, 2)
        u = rng.choice(NOUNS["time_unit"][:6])
        w = {lang: u.words[lang] for lang in LANGS}
        plural = NP("noun", u, "num", True, num=n)
        return "time", dict(en="in %s %s" % (numbers.english(n), w["en"].pl), es="dentro de " + es_.np(plural), de="in " + de_.np(plural, "dat"), fr="dans " + fr_.np(plural))
    if kind == "past" and r < .38:
        n = rng.randint(2, 12)
        u = rng.choice(NOUNS["time_unit"][:6])
        plural = NP("noun", u, "num", True, num=n)
        return "time", dict(en="%s %s ago" % (numbers.english(n), u.words["en"].pl), es="hace " + es_.np(plural), de="vor " + de_.np(plural, "dat"), fr="il y a " + fr_.np(plural))
    return {"past": "time", "future": "time", "order": "time", "now": "now", "habit": "habit", "perfect": "perfect"}[kind], rng.choice(ADVERBIALS[kind])
