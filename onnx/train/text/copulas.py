"""A random generator -> someone or something is an adjective, a job, somewhere or from somewhere."""

from . import en as en_
from .adverbs import city, country
from .clauses import same, weighted
from .draw import IDS, make, person_subject
from .lexicon import ADVERBIALS, CITIES, COUNTRIES, LETTER, NOUNS, PREDICATIVE
from .spec import NP, Clause, number

DEGREES = ["", "", "", "", "very", "very", "too", "really", "quite", "little", "so"]


def copula(rng, subj=None, informal=False, tense=None, q=False, sub=False, neg=None):
    """Someone or something is an adjective, or somewhere."""
    thing = subj is None and rng.random() < .52
    if thing:
        cat = rng.choice(["place", "area", "vehicle", "item", "doc", "clothes", "food", "drink", "work", "idea", "event", "device", "show", "spot"])
        subj = make(rng, rng.choice(["the", "the", "the", "my", "this"]), [NOUNS[cat]], .5)
        if cat in ("food", "drink"):
            subj.pl = subj.pl and cat == "food"
    subj = subj or person_subject(rng, informal)
    c = Clause(next(IDS), subj, style=rng.random(), sub=sub)
    cat = subj.noun.cat if subj.kind == "noun" else "person"
    if LETTER.get(cat) == "h" or subj.kind in ("pronoun", "name"):
        r = rng.random()
        if r < .2:
            c.pred, c.estar = rng.choice(ADVERBIALS["state"]), True
        elif r < .27 and not number(subj, "en") and subj.g == "m" and subj.kind in ("pronoun", "name") and subj.person != "2f":
            n = rng.choice([n for n in NOUNS["job"] if n.words["es"].g == "m"])
            c.pred = NP("noun", n, "job")
            c.pred = dict(en=en_.np(NP("noun", n, "a")), es=n.words["es"].word, de=n.words["de"].word, fr=n.words["fr"].word)
        elif r < .32:
            w = country(rng.choice(COUNTRIES), "from") if rng.random() < .6 else city(rng.choice(CITIES), "from")
            c.pred = w
        else:
            a = rng.choice(PREDICATIVE["person"])
            c.pred, c.estar = (a, degree_of(rng, a)), a.estar
    else:
        r = rng.random()
        if r < .2 and cat in ("item", "doc", "device", "clothes", "area", "place", "remedy"):
            c.pred, c.estar = rng.choice([p for p in ADVERBIALS["where"] if cat not in ("place", "area") or not any(w in p["en"] for w in ("suitcase", "table", "bed", "car"))]), True
            if cat == "area":
                c.pred = rng.choice([p for p in ADVERBIALS["where"] if p["en"] in ("on the left", "on the right", "upstairs", "downstairs", "on the second floor", "here")])
        else:
            a = rng.choice(PREDICATIVE.get(cat) or PREDICATIVE["item"])
            used = {b.words["en"] for b, _ in subj.adjs}
            while a.words["en"] in used:
                a = rng.choice(PREDICATIVE[cat])
            c.pred, c.estar = (a, degree_of(rng, a)), a.estar
    c.neg = rng.random() < .17 if neg is None else neg
    if c.neg and isinstance(c.pred, tuple) and c.pred[1] in ("quite", "little", "so", "really", "too"):
        c.pred = (c.pred[0], "very" if rng.random() < .5 and gradable(c.pred[0]) else "")
    t = tense or weighted(rng, [("pres", 70), ("past", 20), ("will", 8), ("cond", 2)])
    if isinstance(c.pred, dict) and (t == "cond" or t == "will" and not c.estar):
        t = "pres"
    c.tense = same(t)
    if t == "past" and rng.random() < .2:
        c.advs = [("time", rng.choice([a for a in ADVERBIALS["past"] if "ago" not in a["en"]]))]
    elif t == "pres" and c.estar and rng.random() < .12:
        c.advs = [("now", rng.choice(ADVERBIALS["now"]))]
    return c


ABSOLUTE = {"Spanish", "wooden", "closed", "open", "married", "vegetarian", "ready", "finished", "occupied", "free", "broken", "raw", "burnt", "perfect", "ideal", "fantastic", "terrible", "red", "blue", "green", "black",
            "white", "yellow", "gray", "brown", "correct", "wrong", "complete", "private", "public", "possible", "necessary", "available", "alone", "empty", "full", "injured", "convinced", "prepared", "delicious", "similar",
            "different", "organic", "optimistic", "responsible", "reliable", "surprised", "obvious", "young"}
LITTLE = {"tired", "nervous", "worried", "strange", "dark", "expensive", "noisy", "dirty", "cold", "complicated", "boring", "salty", "spicy", "sad", "slow", "long", "short", "old", "heavy", "lazy", "busy", "confused",
          "disappointed", "angry", "sweet", "difficult", "ugly", "wet", "big", "small", "serious", "curious", "funny", "sick", "dangerous", "unusual", "surprised", "quiet"}


def degree_of(rng, a):
    d = rng.choice(DEGREES) if gradable(a) else ""
    return "" if d == "little" and a.words["en"] not in LITTLE else d


def gradable(a):
    return a.words["en"] not in ABSOLUTE
