"""A random generator -> abstract clauses (spec.Clause), alone or joined, with their questions and commands."""

from . import en as en_, es as es_, de as de_, fr as fr_
from .draw import (GOOD, IDS, RELATIONS, SETS, adjectives, at_place, city, country, in_city, in_or_to, make, name, noun, owner_of, person_subject, pronoun, resolve,
                   time_adverbial, titled, to_place)
from .lexicon import ADVERBIALS, CITIES, COUNTRIES, LANGUAGES, LETTER, NOUNS, PREDICATIVE, VERBS
from .spec import LANGS, NP, Clause, Rel, number

OBJECT, GIVE, PLAIN, GO, AT = (VERBS[k] for k in ("object", "give", "plain", "go", "at"))
MODALS = [("can", 12), ("must", 5), ("should", 8), ("have_to", 12), ("want", 14), ("would_like", 9), ("need_to", 7), ("would_prefer", 2), ("hope_to", 3), ("try_to", 3), ("plan_to", 4), ("had_to", 6),
          ("could_past", 5), ("wanted", 5)]
PAST_MODALS = ("had_to", "could_past", "wanted")
TENSES = [("pres", 17), ("past", 24), ("prog", 8), ("perf", 9), ("going", 12), ("will", 9), ("cond", 3), ("plup", 3)]
KIND = {"pres": "habit", "past": "past", "prog": "now", "perf": "perfect", "going": "future", "will": "future", "cond": "future", "plup": "past"}
DEGREES = ["", "", "", "", "very", "very", "too", "really", "quite", "little", "so"]


def weighted(rng, pairs):
    return rng.choices([p for p, _ in pairs], [w for _, w in pairs])[0]


def same(tense):
    return {lang: tense for lang in LANGS}


def obj_pronoun(rng, x, subj):
    """A pronoun for the object, unless it would be the subject's own."""
    if x.human:
        options = [("3sm", 3), ("3sf", 3), ("3p", 2), ("1s", 3), ("1p", 1), ("2f", 2)]
        p = weighted(rng, options)
        if p == "2f" and subj.person in ("2s", "2f"):
            p = "3sf"
    else:
        p = rng.choice(["3sn", "3sn", "3p"])
    if p[:2] == subj.person and p[0] in "12" or {p[:2], subj.person} in ({"1s", "1p"},):
        p = "3sm" if x.human else "3sn"
    return pronoun(p[:2], p[2:] or "m", False)


def direct(v):
    """A pronoun may stand for the object in every language."""
    return not v.en.rest and not v.es.rest and not v.de.prep and not v.fr.prep and not v.es.le and not v.de.refl


def predicate(rng, c, verb_sets=(OBJECT, GIVE, PLAIN, GO, AT), weights=(48, 6, 26, 8, 6), owner=None):
    """Fills in the verb and what it takes."""
    kind = rng.choices(verb_sets, weights)[0]
    v = rng.choice(kind)
    c.verb = v
    owner = owner or owner_of(c.subj)
    if v.kind == "object":
        s = v.obj[0]
        if s == "lang":
            lang = rng.choice(LANGUAGES)
            texts = dict(lang)
            if v.fr.verb in ("apprendre", "étudier", "comprendre"):
                texts["fr"] = "¤le " + lang["fr"]
            c.obj = NP("name", texts=texts)
        elif s == "none":
            c.obj = make(rng, "my", [NOUNS["person"]], 0)
        else:
            det = "np"
            if s in ("person", "idea", "rule", "problem", "switch", "open", "event", "improve", "support", "know", "answer", "await", "offer", "hear"):
                det = rng.choice(["the", "the", "my" if s == "person" else "the", "this", "np" if s not in ("person", "switch", "know") else "the"])
            if s in ("care", "love", "remember", "worry", "interest", "complain", "hate"):
                det = rng.choice(["the", "my", "this", "the"])
            c.obj = make(rng, det, SETS[s], .7, owner)
            if s == "person" and rng.random() < .25:
                c.obj = name(rng) if rng.random() < .8 else titled(rng)
            elif direct(v) and rng.random() < .16 and v.fr.prep == "" or v.kind == "object" and s == "person" and rng.random() < .12 and not v.en.rest and v.fr.prep in ("", "à"):
                c.obj = obj_pronoun(rng, c.obj, c.subj)
            elif direct(v) and c.obj.human and v.de.case == "acc" and rng.random() < .15:
                c.obj = obj_pronoun(rng, c.obj, c.subj)
    elif v.kind == "give":
        c.obj = make(rng, rng.choice(["the", "a", "my", "this", "the", "num"]), SETS[v.obj[0]], .4, owner)
        if rng.random() < .55:
            c.iobj = obj_pronoun(rng, NP(human=True), c.subj)
        else:
            c.iobj = name(rng) if rng.random() < .35 else make(rng, rng.choice(["the", "my"]), [NOUNS["person"], NOUNS["job"]], .2, owner)
    elif v.kind == "go":
        c.place = in_or_to(rng, "to") if "city" in v.obj and (len(v.obj) == 1 or rng.random() < .4) else to_place(rng)
    elif v.kind == "at":
        c.place = in_or_to(rng, "in") if "city" in v.obj and (len(v.obj) == 1 or rng.random() < .4) else at_place(rng)
        if v.es.inf == "llegar":
            c.place = dict(c.place, es="a " + c.place["es"][3:])
    return c


# which verbs these go with; the others go with any
HOW = {k: tuple(v.split()) for k, v in {"in advance": "book pay buy order prepare cancel rent", "online": "buy book order pay cancel read watch look find sell publish", "for free": "repair translate visit park send install print",
                                       "in person": "talk meet sign accept thank explain discuss present", "on the phone": "talk order book discuss explain cancel confirm", "in peace": "read eat watch prepare think listen drink"}.items()}
MOTION = ("leave", "arrive", "travel", "come", "go", "get", "fall", "wake", "return", "walk", "fly", "drive", "move", "hurry", "turn")


def adverbials(rng, c, kind, most=2, place=True):
    """Times, then manner or company, then place; few sentences take more than one."""
    r = rng.random()
    v = c.verb
    static = v is not None and v.stative
    if kind == "now" and r < .6 or r < .42:
        c.advs.append(time_adverbial(rng, kind))
    if not static and rng.random() < .16 and v is not None and v.kind in ("plain", "object", "go"):
        how = "company" if v.kind == "plain" and rng.random() < .5 and not c.subj.person.startswith("2") else "manner"
        if how == "company" or v.kind == "object":
            c.advs.append((how, rng.choice([a for a in ADVERBIALS[how] if v.en.verb in HOW.get(a["en"], (v.en.verb,))])))
    if place and not static and v is not None and v.kind in ("plain", "object") and v.en.verb not in MOTION and not v.en.rest.startswith("home") and rng.random() < .14:
        c.advs.append(("place", rng.choice(ADVERBIALS["place"]) if rng.random() < .35 else at_place(rng)))
    c.advs = c.advs[:most]
    if v is not None and c.advs and c.advs[0][1]["en"].split()[0] in (v.en.rest.split()[-1:] + [v.en.particle]):
        c.advs = []  # not "check in in an hour"
    if c.neg or c.freq:
        c.advs = [a for a in c.advs if a[1]["en"] not in ("again", "for the first time", "by mistake", "many times", "several times", "twice", "recently")]
    if c.advs and c.advs[0][0] in ("time", "habit", "now", "clock") and rng.random() < .13 and not c.q and not c.sub and c.advs[0][0] != "clock" and (not c.modal or c.modal in ("can", "have_to", "had_to")):
        c.front = True
    return c


def simple(rng, subj=None, tense=None, modal=None, neg=None, advs=True, informal=False, sub=False, verbs=None, light=False):
    """A verbal clause: who does what, when, how, where."""
    subj = subj or person_subject(rng, informal)
    c = Clause(next(IDS), subj, style=rng.random(), sub=sub)
    predicate(rng, c, **(verbs or {}))
    while c.verb.kind == "at" and c.verb.en.verb == "meet" and not number(subj, "en"):
        c.obj = c.iobj = c.place = None
        predicate(rng, c, **(verbs or {}))
    v = c.verb
    c.neg = rng.random() < .17 if neg is None else neg
    if tense is None and modal is None:
        if rng.random() < .34:
            modal = weighted(rng, MODALS)
        else:
            tense = weighted(rng, TENSES)
    if modal == "could_past":
        c.neg = True
    if modal in ("would_prefer", "plan_to", "hope_to", "try_to"):
        c.neg = False
    if v.stative and (tense in ("prog", "perf", "plup") or modal in ("could_past", "try_to", "plan_to", "need_to", "would_like", "must", "want", "wanted", "hope_to", "would_prefer", "had_to", "have_to")):
        modal, tense = (None, "pres") if modal not in PAST_MODALS and tense not in ("perf", "plup") else (None, "past")
    if v.stative and (modal in ("can", "should") or tense in ("going", "will", "cond") and (v.en.verb == "belong" or rng.random() < .6)):
        modal, tense = None, rng.choice(["pres", "pres", "past"])
    if modal in ("need_to",) and v.en.verb == "need" or modal in ("try_to", "plan_to", "hope_to", "want", "would_like", "wanted", "must", "should", "had_to") and v.en.verb in ("lose", "forget", "break", "miss", "find", "receive", "have", "get", "fall", "meet") and v.kind != "at":
        modal, tense = None, "past"
    if modal in ("can", "have_to", "should", "need_to") and v.en.verb in ("lose", "forget", "break", "miss"):
        modal, tense = None, "past"
    if v.en.verb in ("find", "lose", "forget", "break", "miss", "receive") and tense in ("pres", "prog", "will", "going"):
        tense = rng.choice(["past", "perf"])
    if c.neg and modal in ("need_to",):
        modal = "have_to"
    c.modal = modal or ""
    c.tense = same(tense or "pres")
    if tense in ("pres", "past") and not c.neg and not v.stative and rng.random() < (.2 if tense == "pres" else .05) and v.kind != "give":
        c.freq = rng.choice(["always", "often", "usually", "never", "sometimes", "rarely"] if tense == "pres" else ["never", "often", "always"])
    if advs:
        kind = KIND.get(tense, "future") if not modal else "past" if modal in PAST_MODALS else "future"
        if v.stative and tense == "pres":
            kind = "now"
        if c.freq and kind == "habit":
            kind = None
        if c.freq and tense == "past":
            kind = None
        if tense == "pres" and v.stative or v.stative and tense == "past" and rng.random() < .7:
            kind = None
        if kind:
            adverbials(rng, c, kind, 1 if light else 2)
    return c


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
    if isinstance(c.pred, dict) and t == "cond":
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
        fits = [v for v in OBJECT if v.obj[0] in SETS and not v.es.rest and not v.es.le and not v.de.prep and not v.fr.prep and not v.fr.rest and not v.en.particle and x.noun in [m for g in SETS[v.obj[0]] for m in g]]
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
