"""Phrase lines with slots, `en | es | de | fr` in phrases/*.txt -> Samples.

A mark in front: `*` holds the template out of training, `~` addresses informally. A slot is `{article.group}` with the, a, my,
np, n (bare) or all; German adds a case. A digit tells two of a kind apart. What a slot is goes by group and digit, so that
`{the.place}` in one language may be `{a.place}` in another. `{slot:x/y}` prints x or y by number, `{slot:x|y}` by gender
(`m|f|n` in German). In `{to.city} {in.country}` the preposition is part of the slot."""

import glob
import math
import os
import re

from . import de as de_, draw, en as en_, es as es_, fr as fr_, numbers
from .join import FINISH, capital, tidy
from .lexicon import CITIES, COUNTRIES, GROUPS, LANGUAGES, NAME, NOUNS, SURNAMES
from .spec import LANGS, NP, gender, number

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(HERE, "phrases")
SLOT = re.compile(r"\{([a-z_]+(?:\.[a-z_]+)?)(\d?)(?:\.(nom|acc|dat|gen))?(\d?)(?::([^}]*))?\}")
ARTICLES = ("the", "a", "my", "np", "n", "this", "all")
VALUES = ("num", "bignum", "ord", "time", "price", "day", "month", "date", "name", "surname", "city", "country", "lang", "code", "phone", "year")
WAYS = ("in", "to", "from")
NP_OF = {"en": en_.np, "es": es_.np, "de": de_.np, "fr": fr_.np}


class Line:
    """A parsed template. error: why it can't be expanded, or nothing."""

    def __init__(self, text, where=""):
        self.where, text = where, text.strip()
        self.held, self.informal = "*" in text[:2], "~" in text[:2]
        self.sides = dict(zip(LANGS, (s.strip() for s in text.lstrip("*~ ").split(" | "))))
        self.count = len(text.lstrip("*~ ").split(" | "))
        self.slots = {lang: [slot(m) for m in SLOT.finditer(t)] for lang, t in self.sides.items()}

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
        return draw.city(v, head)[lang]
    if kind == "country":
        if head in WAYS:
            return draw.country(v, head)[lang]
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


def render(lang, line, values):
    text, out, at = line.sides[lang], [], 0
    dets = {s[0]: s[1] for s in line.slots[lang] if s[3] is None}
    last = None
    for m in SLOT.finditer(text):
        s = slot(m)
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


PREPOSITION = {"en": r"(?:to|in|at|for|with|of|from|on|about|by|near)", "es": r"(?:a|en|para|con|de|por|sobre)", "de": r"(?:zu|in|an|auf|für|mit|von|über|um|nach|bei|am|im|zum)", "fr": r"(?:à|en|dans|pour|avec|de|sur|chez|par)"}


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
