"""A random generator -> abstract verbal clauses (spec.Clause): who does what, in which tense, when, how, where."""

from .adverbs import at_place, in_or_to, time_adverbial, to_place
from .draw import IDS, make, name, owner_of, person_subject, pronoun, titled
from .lexicon import ADVERBIALS, LANGUAGES, NOUNS, OBJECTS, VERBS
from .spec import LANGS, NP, Clause, number

KINDS = OBJECT, GIVE, PLAIN, GO, AT = [VERBS[k] for k in ("object", "give", "plain", "go", "at")]
MODALS = [("can", 12), ("must", 5), ("should", 8), ("have_to", 12), ("want", 14), ("would_like", 9), ("need_to", 7), ("would_prefer", 2), ("hope_to", 3), ("try_to", 3), ("plan_to", 4), ("had_to", 6),
          ("could_past", 5), ("wanted", 5)]
PAST_MODALS = ("had_to", "could_past", "wanted")
TENSES = [("pres", 17), ("past", 24), ("prog", 8), ("perf", 9), ("going", 12), ("will", 9), ("cond", 3), ("plup", 3)]
KIND = {"pres": "habit", "past": "past", "prog": "now", "perf": "perfect", "going": "future", "will": "future", "cond": "future", "plup": "past"}


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
    if p[0] == "1" == subj.person[0] or p[:2] == subj.person == "2f":
        p = "3sm" if x.human else "3sn"
    return pronoun(p[:2], p[2:] or "m", False)


def direct(v):
    """A pronoun may stand for the object in every language."""
    return not v.en.rest and not v.es.rest and not v.de.prep and not v.fr.prep and not v.es.le and not v.de.refl


def predicate(rng, c, verb_sets=KINDS, weights=(48, 6, 26, 8, 6), owner=None):
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
            c.obj = make(rng, det, OBJECTS[s], .7, owner)
            if s == "person" and rng.random() < .25:
                c.obj = name(rng) if rng.random() < .8 else titled(rng)
            elif direct(v) and rng.random() < .16 and v.fr.prep == "" or v.kind == "object" and s == "person" and rng.random() < .12 and not v.en.rest and v.fr.prep in ("", "à"):
                c.obj = obj_pronoun(rng, c.obj, c.subj)
            elif direct(v) and c.obj.human and v.de.case == "acc" and rng.random() < .15:
                c.obj = obj_pronoun(rng, c.obj, c.subj)
    elif v.kind == "give":
        c.obj = make(rng, rng.choice(["the", "a", "my", "this", "the", "num"]), OBJECTS[v.obj[0]], .4, owner)
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
