"""A random generator -> questions, commands and noun phrases with a relative clause."""

from .adverbs import time_adverbial
from .clauses import MOTION, OBJECT, predicate, same, simple
from .draw import IDS, make, person_subject, pronoun
from .lexicon import ADVERBIALS, OBJECTS
from .spec import NP, Clause, Rel

WH = [dict(en="when", es="cuándo", de="wann", fr="quand"), dict(en="why", es="por qué", de="warum", fr="pourquoi"), dict(en="where", es="dónde", de="wo", fr="où"), dict(en="how", es="cómo", de="wie", fr="comment"),
      dict(en="what time", es="a qué hora", de="um wie viel Uhr", fr="à quelle heure"), dict(en="how often", es="con qué frecuencia", de="wie oft", fr="à quelle fréquence"),
      dict(en="with whom", es="con quién", de="mit wem", fr="avec qui"), dict(en="what day", es="qué día", de="an welchem Tag", fr="quel jour"), dict(en="since when", es="desde cuándo", de="seit wann", fr="depuis quand")]
WHO = dict(en="who", es="quién", de="wer", fr="qui")


def question(rng, informal=False, sub=False, subj=None):
    """Yes or no, a question word, or who."""
    r = rng.random()
    if r < .1 and not sub:
        c = simple(rng, NP("who", texts=dict(WHO, title=False), person="3s", human=True), tense=rng.choice(["past", "pres", "will", "perf", None]), neg=False, light=True)
        c.q = "yn"
        c.front = False
        if c.modal == "would_like":
            c.modal = "want"
        return c
    asking = r < .5
    if subj is None:
        subj = pronoun("2s" if informal else "2f") if rng.random() < .4 else person_subject(rng, informal)
        if subj.person in ("1s", "1p") and rng.random() < .75:
            subj = pronoun("2s" if informal else "2f")
    modal = rng.choice(["could", "can", "may"]) if rng.random() < .12 and not sub else None
    if modal == "may" or modal == "could":
        subj = pronoun("1s" if modal == "may" else "2s" if informal else "2f")
    tense = None
    wh = None
    if asking:
        wh = rng.choice(WH[:5] * 3 + WH[5:])
        if wh["en"] == "how often":
            tense, modal = "pres", None
        elif wh["en"] == "since when":
            tense, modal = "pres", None
        elif wh["en"] in ("what time", "what day", "when"):
            tense, modal = (rng.choice(["past", "going", "will"]), None) if rng.random() < .7 or modal else (None, rng.choice(["can", "have_to", "want", "should"]))
    c = simple(rng, subj, tense=tense, modal=modal, neg=False if asking or rng.random() < .9 else True, informal=informal, light=True, sub=sub)
    if c.modal in ("could_past", "would_prefer"):
        c.modal, c.neg, c.tense = "can", False, same("pres")
        c.advs = []
    if asking:
        c.neg = False
        stative = c.verb.stative
        place = c.verb.kind in ("go", "at") or c.verb.en.verb in MOTION
        w = wh["en"]
        if w in ("where",) and place or w in ("how", "with whom") and (c.verb.kind == "at" or stative or any(k in ("manner", "company") for k, _ in c.advs)) or w in ("when", "what time", "what day", "where") and stative or w == "since when" and not stative or w == "how often" and stative or w == "with whom" and c.verb.en.rest.endswith("to"):
            wh = WH[1]
        if wh["en"] == "since when":
            c.tense, c.modal = dict(same("pres")), ""
            wh = WH[1]
        if wh["en"] in ("when", "what time", "what day", "how often"):
            c.advs = [a for a in c.advs if a[0] not in ("time", "clock", "habit", "now", "perfect")]
            c.freq = ""
        if wh["en"] == "where":
            c.advs = [a for a in c.advs if a[0] != "place"]
        if wh["en"] == "how":
            c.advs = [a for a in c.advs if a[0] != "manner"]
            c.freq = ""
        if c.freq == "never":
            c.freq = ""
        if wh["en"] == "how often" and c.tense["en"] != "pres":
            wh = WH[1]
        c.q = wh
        if wh["en"] == "why" and rng.random() < .2 and not c.modal and c.tense["en"] in ("pres", "past", "perf"):
            c.neg = True
    else:
        c.q = "yn"
    c.front = False
    return c


def object_question(rng, informal=False):
    """What did you buy? Which train will they take?"""
    while True:
        c = simple(rng, rng.choice([None, pronoun("2s" if informal else "2f")]), neg=False, informal=informal, light=True,
                   verbs=dict(verb_sets=(OBJECT,), weights=(1,)))
        v = c.verb
        if c.obj is None or c.obj.kind != "noun" or c.obj.human or v.es.rest or v.de.prep or v.fr.prep or v.es.le or v.en.rest or v.fr.rest or v.en.particle or c.obj.noun.cat == "animal" or c.modal in ("could_past", "hope_to", "try_to", "plan_to"):
            continue
        break
    c.front = False
    c.freq = ""
    if rng.random() < .5:
        c.q = "what"
    else:
        n = c.obj.noun
        if any(w.only for w in n.words.values()) or n.mass:
            c.q = "what"
        else:
            c.q = ("which", NP("noun", n, "which", rng.random() < .2))
            c.obj = NP("noun", n, "the", c.q[1].pl)
    return c


def command(rng, informal=False):
    r = rng.random()
    who = "1p" if r < .18 else "2s" if informal else "2f"
    subj = pronoun(who)
    if who == "1p" and informal:
        subj.texts = {"informal": True}
    while True:
        c = Clause(next(IDS), subj, style=rng.random(), command=True)
        predicate(rng, c, weights=(46, 22, 24, 8, 4))
        v = c.verb
        if v.stative or v.en.verb in ("find", "lose", "forget", "miss", "break", "receive", "win", "fall", "get", "be", "have", "love", "hate", "remember", "meet", "need", "live") or who == "1p" and (v.es.refl or v.fr.refl or v.de.refl or v.kind == "give"):
            continue
        break
    c.tense = same("pres")
    c.neg = rng.random() < .16 and who != "1p"
    if c.obj is not None and c.obj.kind == "pronoun" and c.obj.person in ("1p", "1s") and who == "1p":
        c.obj.person = "3p"
    if c.iobj is not None and c.iobj.kind == "pronoun" and c.iobj.person[0] == "2":
        c.iobj = pronoun("1s")
    for x in (c.obj, c.iobj):
        if x is not None and x.kind == "pronoun" and x.person[0] == "2":
            x.person, x.g = "3s", "f"
        if x is not None and x.kind == "noun" and x.det == "my" and x.poss == "1s" and who == "1p":
            x.poss = "1p"
    if not c.neg and rng.random() < .3:
        c.advs.append(("time", rng.choice(ADVERBIALS["order"])))
    elif rng.random() < .1 and v.kind == "object":
        c.advs.append(("manner", rng.choice([m for m in ADVERBIALS["manner"] if m["en"] not in ("by mistake", "for the first time")])))
    c.please = who != "1p" and rng.random() < .5 and not c.neg
    return c


def relative(rng, n, det="the"):
    """The man who works here; the book that I bought."""
    x = make(rng, det, n, 0)
    x.post, x.adjs = None, []
    head = NP("noun", x.noun, "the", x.pl, human=x.human)
    if x.human:
        r = simple(rng, head, neg=rng.random() < .1, light=True)
        r.gap, r.sub = "subj", True
        role = "subj"
        r.front = False
        if r.modal == "would_like":
            r.modal = "want"
    else:
        fits = [v for v in OBJECT if v.obj[0] in OBJECTS and not v.es.rest and not v.es.le and not v.de.prep and not v.fr.prep and not v.fr.rest and not v.en.particle and x.noun in [m for g in OBJECTS[v.obj[0]] for m in g]]
        if not fits:
            return x
        subj = person_subject(rng)
        r = Clause(next(IDS), subj, style=rng.random(), sub=True, verb=rng.choice(fits), obj=head, gap="obj")
        t = rng.choice(["past", "past", "past", "perf", "going"]) if not r.verb.stative else rng.choice(["pres", "past"])
        m = rng.choice(["want", "would_like", "have_to"]) if rng.random() < .2 and not r.verb.stative and r.verb.en.verb not in ("lose", "forget", "miss", "break", "find", "receive") else ""
        r.tense, r.modal = same("pres" if m else "past" if t == "going" and r.verb.en.verb in ("lose", "forget", "miss", "break", "find", "receive") else t), m
        if not m and t == "past" and rng.random() < .4 and not r.verb.stative:
            r.advs = [time_adverbial(rng, "past")]
        role = "obj"
    x.post = Rel(r, role)
    return x
