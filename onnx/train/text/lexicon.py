"""The tables in lexicon/ -> nouns by group, adjectives, verbs with their frames, adverbials, names."""

import collections
import os

from . import french, german, spanish
from .spec import LANGS, Adj, Noun, Word

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lexicon")
PLURAL_EN = set("shoes socks pants gloves boots sunglasses glasses vegetables".split())
IRREGULAR_EN = {"tomato": "tomatoes", "potato": "potatoes"}


def sections(name):
    """-> (header, fields) of every line of a table."""
    header = ""
    for line in open(os.path.join(HERE, name), encoding="utf-8"):
        line = line.rstrip("\n")
        if line.startswith("["):
            header = line[1:line.index("]")]
        elif line.strip() and not line.startswith("#"):
            yield header, [f.strip() for f in line.split("|")]




def english_plural(w):
    if " of " in w:
        head, rest = w.split(" of ", 1)
        return english_plural(head) + " of " + rest
    if w in IRREGULAR_EN:
        return IRREGULAR_EN[w]
    if w.endswith(("s", "x", "ch", "sh")):
        return w + "es"
    return w[:-1] + "ies" if w[-1] == "y" and w[-2] not in "aeiou" else w + "s"


def english_noun(text):
    word, _, pl = text.rstrip("~").partition("/")
    only = word in PLURAL_EN or pl == "p"
    return Word(word, word if only else pl or english_plural(word), "n", only)


def spanish_noun(text):
    word, *rest = text.split("/")
    g = rest[0] if rest else spanish.gender(word)
    full = next((r[1:] for r in rest if r.startswith("=")), None)
    only = len(g) == 2
    if word.split()[0] in ("paraguas", "análisis"):
        full = word
    return Word(word, word if only else full or spanish.plural(word), g[0], only)


def german_noun(text):
    word, *rest = text.split("/")
    g, code = rest[0], rest[1] if len(rest) > 1 else ""
    if g == "p":
        return Word(word, word, "p", True)
    weak = g[1:]
    return Word(word, german.plural(word, code), g[0], False, weak, code.startswith("=") and " " in code)


def french_noun(text):
    word, *rest = text.split("/")
    g = rest[0]
    full = next((r[1:] for r in rest if r.startswith("=")), None)
    only = len(g) == 2 or g == "p"
    return Word(word, word if only else full or french.plural_phrase(word), g[0], only)


READ = {"en": english_noun, "es": spanish_noun, "de": german_noun, "fr": french_noun}


def load_nouns():
    out = collections.OrderedDict()
    for name in ("places", "people", "things", "food", "work"):
        for header, fields in sections(name + ".txt"):
            head, *loc = header.split()
            mass = head.endswith("~") or fields[0].endswith("~")
            cat = head.rstrip("~")
            words = {lang: READ[lang](f) for lang, f in zip(LANGS, fields)}
            loc = tuple(fields[4].split()) if len(fields) > 4 else tuple(loc) or ("in", "in", "dans")
            out.setdefault(cat, []).append(Noun(words, cat, mass, loc))
    return out


NOUNS = load_nouns()
BY_EN = {}
for _ns in NOUNS.values():
    for _n in _ns:
        BY_EN.setdefault(_n.words["en"].word, _n)
# groups that templates and verbs ask for -> tables, or nouns by name
GROUPS = {c: c for c in NOUNS}
GROUPS.update({
    # what is bought, but not eaten by itself, is no food
    "place": "place", "food": "food mass", "meal": "food", "buy": "ticket item clothes food mass drink device remedy", "person": "person", "room": "room",
    "goto": "place", "idea": "idea", "drink": "drink", "thing": "item clothes doc device",
})


def group(name):
    return [n for c in GROUPS[name].split() for n in NOUNS[c]]


def load_adjectives():
    out = []
    for _, f in sections("adjectives.txt"):
        es, _, copula = f[1].rpartition(" ")
        out.append(Adj(dict(en=f[0], es=es, de=f[2], fr=f[3].rstrip("^"), before="^" in f[3]), copula == "e", f[4], f[5] if len(f) > 5 else ""))
    return out


ADJECTIVES = load_adjectives()
LETTER = {"item": "t", "doc": "t", "device": "t", "remedy": "t", "clothes": "c", "vehicle": "v", "place": "p", "spot": "p", "area": "a", "room": "a", "person": "h", "public": "h", "job": "h",
          "food": "f", "mass": "f", "drink": "d", "work": "w", "idea": "i", "event": "i", "show": "i"}
ATTRIBUTIVE = {c: [a for a in ADJECTIVES if letter in a.attributive] for c, letter in LETTER.items()}
PREDICATIVE = {c: [a for a in ADJECTIVES if letter in a.predicative] for c, letter in LETTER.items()}
# what adjectives of temperature and size would say oddly of these
ODD = {"big", "small", "old", "broken", "long", "short"}

def load_objects():
    """-> {set: lists of nouns}: a list is drawn first, so that a short one counts as much as a long one."""
    out = {}
    for _, (name, tables, named) in sections("objects.txt"):
        lists = [NOUNS[t] for t in tables.split()]
        some = [BY_EN[n.strip()] for n in named.split(",") if n.strip()]
        out[name] = lists + ([some] if some else [])
    return out


OBJECTS = load_objects()

Verb = collections.namedtuple("Verb", "en es de fr kind obj stative")
EN = collections.namedtuple("EN", "verb rest particle")
ES = collections.namedtuple("ES", "inf refl rest le")
DE = collections.namedtuple("DE", "rest verb refl prep case")
FR = collections.namedtuple("FR", "verb refl rest prep")


def english_frame(text):
    verb, *rest = text.split()
    particle = next((w[1:] for w in rest if w.startswith("^")), "")
    return EN(verb, " ".join(w for w in rest if not w.startswith("^")), particle)


def spanish_frame(text):
    inf, *rest = text.split()
    refl = inf.endswith("se")
    le = bool(rest) and rest[-1] == "le"
    return ES(inf[:-2] if refl else inf, refl, " ".join(rest[:-1] if le else rest), le)


def german_frame(text):
    words, refl, prep, case = text.split(), "", "", "acc"
    if words[0].startswith("sich"):
        refl = "dat" if words.pop(0) == "sich3" else "acc"
    if "+" in words[-1]:
        prep, case = words.pop().split("+")
    return DE(" ".join(words[:-1]), words[-1], refl, prep, case)


def french_frame(text):
    text = text.replace("s'", "se ") if text.startswith("s'") else text
    words, prep = text.split(), ""
    refl = words[0] == "se"
    words = words[1:] if refl else words
    if words[-1].endswith("+"):
        prep = words.pop()[:-1]
    return FR(words[0], refl, " ".join(words[1:]), prep)


def load_verbs():
    out = collections.OrderedDict()
    for line in open(os.path.join(HERE, "verbs.txt"), encoding="utf-8"):
        line = line.strip()
        if line.startswith("["):
            kind = line.strip("[]")
        elif line and not line.startswith("#"):
            f = [x.strip() for x in line.split(" | ")]
            tail = f[4:]
            stative = bool(tail) and tail[-1] == "s"
            obj = [] if not tail or tail[0] == "s" else tail[0].split()
            out.setdefault(kind, []).append(Verb(english_frame(f[0]), spanish_frame(f[1]), german_frame(f[2]), french_frame(f[3]), kind, obj, stative))
    return out


VERBS = load_verbs()


def load_adverbials():
    out = {}
    for kind, f in sections("adverbials.txt"):
        out.setdefault(kind, []).append(dict(zip(LANGS, f)))
    return out


ADVERBIALS = load_adverbials()


def load_names():
    out = collections.defaultdict(list)
    for kind, f in sections("names.txt"):
        if len(f) == 1:
            out[kind] += [n.strip() for n in f[0].split(",")]
        else:
            out[kind].append(dict(zip(LANGS, f)))
    return out


NAMES = load_names()
NAME = [(n, "m") for n in NAMES["name m"]] + [(n, "f") for n in NAMES["name f"]]
SURNAMES, CITIES, COUNTRIES, LANGUAGES = NAMES["surname"], NAMES["city"], NAMES["country"], NAMES["lang"]
