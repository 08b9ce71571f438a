"""A random generator -> abstract noun phrases: which noun, article, adjectives, what comes after, and who does something."""

import itertools

from . import fr as fr_
from .lexicon import ATTRIBUTIVE, BY_EN, CITIES, GROUPS, NAME, NOUNS, SURNAMES
from .spec import LANGS, NP, Adj, number

RELATIONS = [dict(en=a, es=b, de=c, fr=d) for a, b, c, d in [
    ("near", "cerca de", "in der Nähe+gen", "près de"), ("in front of", "delante de", "vor+dat", "devant"), ("behind", "detrás de", "hinter+dat", "derrière"),
    ("next to", "al lado de", "neben+dat", "à côté de"), ("across from", "enfrente de", "gegenüber+dat", "en face de")]]
FOR = dict(en="for", es="para", de="für+acc", fr="pour")
ABOUT = dict(en="about", es="sobre", de="über+acc", fr="sur")
BEFORE_NOUN = [Adj(dict(en=en, es=es, es_before=before, de=de, fr=fr, before=True)) for en, es, before, de, fr in [
    ("good", "bueno", True, "gut", "bon"), ("bad", "malo", True, "schlecht", "mauvais"), ("next", "próximo", True, "nächst", "prochain"), ("last", "último", True, "letzt", "dernier"),
    ("first", "primero", True, "erst", "premier"), ("same", "mismo", True, "gleich", "même"), ("only", "único", True, "einzig", "seul"), ("second", "segundo", True, "zweit", "deuxième"), ("third", "tercero", True, "dritt", "troisième")]]
GOOD, BAD = BEFORE_NOUN[:2]
ANCHORS = [BY_EN[n] for n in "square,bridge,river,lake,tower,fountain,traffic light,statue,monument,house,garden".split(",")]
IDS = itertools.count()


def noun(rng, groups):
    """groups: a list of lists of nouns, or a group's name."""
    if isinstance(groups, str):
        groups = [NOUNS[c] for c in GROUPS[groups].split()]
    return rng.choice(rng.choice(groups))


def adjectives(rng, n, det, depth):
    r = rng.random()
    if " of " in n.words["en"].word:
        return []
    if r < .22 * depth and ATTRIBUTIVE.get(n.cat):
        a = rng.choice([a for a in ATTRIBUTIVE[n.cat] if not n.mass or a.words["en"] not in ("big", "small")])
        if any(a.words[lang][:5].lower() in n.words[lang].word.lower() for lang in LANGS):
            return []  # no "petite petite amie"
        return [(a, "most" if det == "the" and rng.random() < .2 and a.predicative and not a.words["en"][0].isupper() else "")]
    if r < .3 * depth and not n.mass and n.cat not in ("body", "stuff"):
        allowed = BEFORE_NOUN if det == "the" else [GOOD, BAD] if det in ("a", "this", "another") else []
        return [(rng.choice(allowed), "")] if allowed else []
    return []


def after(rng, n, det, depth):
    if rng.random() > .14 * depth or n.cat in ("body", "stuff", "time_unit"):
        return None
    if n.cat in ("place", "spot", "area", "public"):
        return rng.choice(RELATIONS), make(rng, "the", [NOUNS["place"], ANCHORS], 0)
    if n.cat in ("work", "idea", "event") and det == "the":
        return "of", make(rng, "the", [NOUNS["work"], NOUNS["org"], NOUNS["person"], NOUNS["public"]], 0)
    if n.cat in ("work", "show"):
        if n.cat == "show":
            return ABOUT, make(rng, "the", [NOUNS["org"], NOUNS["animal"]], 0)
        prep = rng.choice([FOR, ABOUT])
        return prep, make(rng, "the", [NOUNS["org"] if prep is FOR else NOUNS["idea"]], 0)
    if n.cat in ("item", "clothes", "device") and det == "the":
        return "of", make(rng, "my", [NOUNS["person"]], 0)
    if n.words["en"].word in ("ticket", "flight", "train", "bus", "trip", "plane", "night train"):
        c = rng.choice(CITIES)
        return dict(en="to " + c["en"], es="a " + c["es"], de="nach " + c["de"], fr="pour " + c["fr"])
    if n.cat in ("food", "room") and det == "a":
        if n.cat == "room":
            return rng.choice([dict(en="with a view", es="con vistas", de="mit Aussicht", fr="avec vue"), dict(en="with a bathroom", es="con baño", de="mit Bad", fr="avec salle de bain"),
                               dict(en="with breakfast", es="con desayuno", de="mit Frühstück", fr="avec petit déjeuner")])
        m = rng.choice(NOUNS["mass"])
        return dict(en="with " + m.words["en"].word, es="con " + m.words["es"].word, de="mit " + (m.words["de"].word if m.words["de"].word != "Meeresfrüchte" else "Meeresfrüchten"),
                    fr="avec " + fr_.np(NP(noun=m, det="a")))
    return None


# of whom one says my, hardly the
KIN = set("brother sister father mother son daughter husband wife uncle aunt cousin grandfather grandmother boyfriend girlfriend nephew niece partner".split())
SINGLE = ("wife", "husband", "mother", "father", "boss", "boyfriend", "girlfriend", "partner")
DETS = [("the", 38), ("a", 24), ("my", 15), ("this", 8), ("that", 3), ("num", 5), ("some", 3), ("many", 2), ("another", 2)]
POSS = ["1s"] * 5 + ["1p"] * 2 + ["3sm", "3sf", "3p"]


def make(rng, det, groups, depth=1, owner=None):
    """A noun phrase. owner: the person whose `my` it is, where the clause has one."""
    n = groups if not isinstance(groups, (list, str)) else noun(rng, groups)
    if det == "np":
        det = rng.choices([d for d, _ in DETS], [w for _, w in DETS])[0]
    only = any(w.only for w in n.words.values())
    if n.mass or only:
        det = {"num": "a", "many": "a", "another": "a", "some": "a", "every": "the"}.get(det, det)
    if n.cat in ("place", "spot", "area", "time_unit", "public") and det == "my":
        det = "the"
    if n.cat == "body" and det not in ("the", "my"):
        det = "the"
    if n.words["en"].word in KIN and det in ("the", "this", "that") and rng.random() < .9:
        det = "my"
    human = n.cat in ("person", "public", "job")
    pl = det in ("num", "some", "many", "all") or not n.mass and not only and n.cat not in ("body", "area") and det in ("the", "my", "this", "that") and rng.random() < .14
    if n.words["fr"].word.startswith("toilettes") or only:
        pl = False
    x = NP("noun", n, det, pl, human=human)
    if det == "that" and n.cat not in ("item", "clothes", "place", "vehicle", "device", "public", "spot", "animal", "doc", "area"):
        x.det = "this"
    if det == "my":
        x.poss = owner if owner and rng.random() < .6 else rng.choice(POSS)
        if n.words["en"].word in SINGLE:
            x.pl, x.poss = False, x.poss if x.poss[0] in "123" and x.poss not in ("1p", "3p") else "1s"
    if det == "num":
        x.num = rng.choice([2, 2, 2, 3, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 21, 25, 30, 31, 50, 100])
    x.adjs = adjectives(rng, n, det, depth)
    if x.adjs and x.adjs[0][0].words["en"] in ("next", "last", "first", "only", "second", "third", "same") and x.pl and x.adjs[0][0].words["en"] in ("next", "second", "third", "only"):
        x.pl = False
    if det not in ("my", "this", "that", "another", "many"):
        x.post = after(rng, n, det, depth)
    if x.post is not None and x.adjs and x.adjs[0][1] == "most":
        x.post = None
    return x


class Speaker:
    """Who says I and we in the sentence being drawn: Spanish and French show a woman, English and German don't.
    informal: it says tú, du, tu to whom it speaks to."""
    g, informal = "m", False


def pronoun(person, g="m", drop=True):
    person = "2s" if person == "2f" and Speaker.informal else person
    if person in ("1s", "1p") and Speaker.g == "f":
        g = "f"
    return NP("pronoun", person=person, g=g, human=True, drop=drop and person in ("1s", "1p", "2s") or drop and g == "n")


def name(rng):
    n, g = rng.choice(NAME)
    return NP("name", g=g, human=True, texts={lang: n for lang in LANGS})


def titled(rng):
    s, g = rng.choice(SURNAMES), rng.choice("mf")
    t = dict(en="Mister " if g == "m" else "Miss ", es="¤el señor " if g == "m" else "¤la señora ", de="Herr " if g == "m" else "Frau ", fr="monsieur " if g == "m" else "madame ")
    texts = {lang: t[lang] + s for lang in LANGS}
    texts["title"] = True
    return NP("name", g=g, human=True, texts=texts)


PERSONS = [("1s", 32), ("2f", 14), ("3sm", 10), ("3sf", 10), ("1p", 18), ("3p", 11)]
ANYONE = [dict(en="everyone", es="todo el mundo", de="jeder", fr="tout le monde"), dict(en="someone", es="alguien", de="jemand", fr="quelqu'un")]


def person_subject(rng, informal=False):
    r = rng.random()
    if r < .02:
        return NP("name", human=True, texts=dict(rng.choice(ANYONE)))
    if r < .04:
        a, b = rng.sample(NAME, 2)
        return NP("name", g="f" if a[1] == b[1] == "f" else "m", person="3p", human=True, texts={lang: "%s %s %s" % (a[0], word, b[0]) for lang, word in zip(LANGS, ("and", "y", "und", "et"))})
    if r < .1:
        return name(rng)
    if r < .13:
        return titled(rng)
    if r < .26:
        return make(rng, "my" if r < .2 else "the", [NOUNS["person"]] if r < .2 else [NOUNS["job"], NOUNS["public"], NOUNS["person"]], .5)
    p = rng.choices([p for p, _ in PERSONS], [w for _, w in PERSONS])[0]
    if p == "2f" and informal:
        p = "2s"
    x = pronoun(p[:2], p[2:] or "m")
    # Spaniards say ellos and usted only where it matters; él and ella stay, since nothing else would show them.
    x.drop = x.drop or rng.random() < {"3p": .6, "2f": .35}.get(x.person, 0)
    return x


def owner_of(x):
    if x.kind == "pronoun":
        return x.person + (x.g if x.person == "3s" else "")
    return "3p" if number(x, "en") else "3s" + x.g if x.kind == "name" else None
