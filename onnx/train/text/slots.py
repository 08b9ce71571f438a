"""What fills a slot of a phrase line, and the words for it in one language."""

import re

from . import adverbs, de as de_, draw, en as en_, es as es_, fr as fr_, numbers
from .lexicon import CITIES, COUNTRIES, GROUPS, LANGUAGES, NAME, NOUNS, SURNAMES
from .spec import LANGS, NP, gender, number

WAYS = ("in", "to", "from")
NP_OF = {"en": en_.np, "es": es_.np, "de": de_.np, "fr": fr_.np}


def kind_of(ident):
    return ident.rstrip("0123456789")


# adjectives that make a phrase line sound odd
UNSUITED = set("next last first second third only same dirty broken wet ugly burnt raw terrible bad boring dangerous strange noisy dark injured sick heavy lazy".split())


def value(rng, ident, line):
    """What fills a slot: an NP, or texts by language."""
    kind = kind_of(ident)
    heads = {s[1] for side in line.slots.values() for s in side if s[0] == ident}
    if kind in GROUPS:
        options = [s[3] for side in line.slots.values() for s in side if s[0] == ident and s[3]]
        plural = any("/" in o for o in options) and not heads & {"a"}
        groups = [NOUNS[c] for c in GROUPS[kind].split()]
        while True:
            n = draw.noun(rng, groups)
            if "my" not in heads and n.words["en"].word in draw.KIN and rng.random() < .9:
                n = rng.choice(NOUNS["job"])
            only = [w.only for w in n.words.values()]
            # Verbs that don't agree with the slot want a singular in every language.
            if any(only) and not any("/" in o for o in options):
                continue
            if n.words["fr"].g == "p" or any(only) and any("|" in o for o in options):
                continue
            if heads & {"a", "n"} and n.mass and any("|" in o for o in options) and "a" in heads:
                continue
            break
        depth = .35 if "n" not in heads else 0
        det = "the" if "the" in heads else "a" if "a" in heads else "my" if "my" in heads else rng.choice(["the", "a", "a", "this", "another"]) if "np" in heads else "the"
        x = draw.make(rng, det, n, depth)
        if not plural:
            x.pl = False
        if x.pl is False and x.det in ("num", "many", "some"):
            x.det = "the" if det != "a" else "a"
        x.post = None
        if x.adjs and (x.adjs[0][0].words["en"] in UNSUITED or x.adjs[0][1]) or "n" in heads:
            x.adjs = []
        return x
    if kind == "time":
        return numbers.clock(rng)
    if kind == "date":
        return numbers.date(rng)
    if kind == "day":
        return rng.choice(numbers.DAYS)
    if kind == "month":
        return rng.choice(numbers.MONTHS)
    if kind == "price":
        return numbers.price(rng)
    if kind == "num":
        return max(2, numbers.pick(rng, 60))
    if kind == "bignum":
        return max(2, numbers.pick(rng, 999999))
    if kind == "year":
        return rng.choice([rng.randint(1950, 1999), rng.randint(2000, 2040)])
    if kind == "ord":
        return numbers.ordinal(rng.randint(1, 10))
    if kind == "name":
        n, g = rng.choice([x for x in NAME if not heads & {"m", "f"} or x[1] in heads])
        if rng.random() < .25 and "surname" not in line.key:
            n += " " + rng.choice(SURNAMES)
        return NP("name", g=g, human=True, texts={lang: n for lang in LANGS})
    if kind == "surname":
        return {lang: s for s in [rng.choice(SURNAMES)] for lang in LANGS}
    if kind == "city":
        return rng.choice(CITIES)
    if kind == "country":
        return rng.choice(COUNTRIES)
    if kind == "lang":
        return rng.choice(LANGUAGES)
    if kind == "code":
        letters, digits = rng.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ", k=rng.randint(1, 3)), [rng.randint(0, 9) for _ in range(rng.randint(2, 4))]
        return {lang: " ".join(letters + [say(d) for d in digits]) for lang, say in SAY}
    if kind == "phone":
        digits = [rng.randint(0, 9) for _ in range(rng.randint(6, 9))]
        return {lang: " ".join(say(d) for d in digits) for lang, say in SAY}
    raise KeyError(kind)


SAY = list(zip(LANGS, (numbers.english, numbers.spanish, numbers.german, numbers.french)))
YEAR = {"en": lambda n: numbers.english(n // 100) + " " + numbers.english(n % 100) if n % 1000 > 9 and n % 100 else numbers.english(n), "es": numbers.spanish,
        "de": lambda n: numbers.german(n // 100) + "hundert" + numbers.german(n % 100) if n < 2000 else numbers.german(n), "fr": numbers.french}


def put(lang, v, s, after):
    """The words of one slot in one language."""
    ident, head, case, option = s
    kind = kind_of(ident)
    if kind == "year":
        return YEAR[lang](v)
    if kind in ("num", "bignum"):
        # Before a noun the Spanish number loses its -o, the French one takes a gender.
        noun = bool(re.match(r" [a-záéíóúñ]", after)) and not re.match(r" (y|o|de|por|en|a|para|con|es|son|veces) ", after)
        g = "f" if head == "f" else "m"
        return {"en": numbers.english(v), "es": numbers.spanish(v, g, noun or head == "f"), "de": numbers.german(v), "fr": numbers.french(v, g)}[lang]
    if kind == "city" and head in WAYS:
        return adverbs.city(v, head)[lang]
    if kind == "country":
        if head in WAYS:
            return adverbs.country(v, head)[lang]
        return bare_country(v, lang)
    if kind == "date" and lang == "de":
        return v["de"]
    if kind == "ord":
        return ordinal(lang, v, head == "f", case, bool(re.match(r" [a-záéíóúñ]", after)))
    if not isinstance(v, NP):
        return v[lang]
    if v.kind == "name":
        return v.texts[lang]
    x = NP(**v.__dict__)
    det = {"n": "bare", "the": "the", "a": "a", "my": "my", "np": v.det, "this": "this", "all": "all"}[head]
    x.det = det
    if det == "my" and not x.poss:
        x.poss = "1s"
    if det == "my" and head == "my":
        x.poss = "1s"
    if lang == "de":
        return de_.np(x, case)
    return NP_OF[lang](x, {"es": "prep", "fr": "prep"}.get(lang, "acc"))


def ordinal(lang, v, f, case, noun):
    """Before its noun: el primer piso, la primera calle; im ersten Stock, die erste Straße."""
    if lang == "de":
        return v["de"] + ("e" if case == "nom" or case == "acc" and f else "en")
    if lang == "es":
        return v["es"][:-1] + "a" if f else v["es"][:-1] if noun and v["es"] in ("primero", "tercero") else v["es"]
    return "première" if f and v[lang] == "premier" else v[lang]


def bare_country(v, lang):
    word, _, g = v[lang].partition("/")
    if lang == "fr":
        return "¤" + ("les " if g == "p" else "la " if g == "f" else "le ") + word
    if lang == "de":
        return {"f": "die ", "p": "die "}.get(g, "") + word
    if lang == "es":
        return {"m": "¤el ", "f": "¤la ", "p": "¤los "}.get(g, "") + word
    return word


def plural(lang, v, x):
    """Whether what fills the slot is plural: son las dos, es la una; cuestan dos euros, cuesta un euro."""
    if isinstance(v, NP):
        return number(x, lang)
    if isinstance(v, int):
        return v != 1
    return not re.match(r"(la |un |una |ein |une |one )", v[lang])


def agree(lang, v, s, x):
    """`x/y` by number, `x|y|z` by gender."""
    ident, head, case, option = s
    if "/" in option:
        parts = option.split("/")
        return parts[plural(lang, v, x)]
    parts = option.split("|")
    g = gender(x, lang)
    if lang == "de" and len(parts) == 3:
        return parts["mfn".index(g if g in "mfn" else "f")]
    return parts[g == "f"]


DEFINITE = {"en": (), "es": ("el", "la", "los", "las"), "de": ("der", "die", "das", "dem", "den"), "fr": ("le", "la", "les")}
