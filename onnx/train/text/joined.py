"""Clauses joined into sentences: and, because, if, when, that, whether, who, an opener -> token lists by language."""

from . import de as de_, en as en_, es as es_, fr as fr_
from .clauses import OBJECT, same, simple, weighted
from .copulas import copula
from .draw import noun, pronoun
from .lexicon import ADVERBIALS, NOUNS
from .questions import question, relative
from .spec import LANGS

SAY = {"en": en_.clause, "es": es_.clause, "de": de_.clause, "fr": fr_.clause}


def say(c):
    return {lang: SAY[lang](c) for lang in LANGS}


def glue(*parts):
    """Token lists and dicts of words, one after the other; a dict's words stand under a key of their own."""
    out = {lang: [] for lang in LANGS}
    for n, part in enumerate(parts):
        for lang in LANGS:
            p = part[lang]
            out[lang] += p if isinstance(p, list) else [("C%d" % n, p)] if p else []
    return out


def words(en, es, de, fr):
    return dict(en=en, es=es, de=de, fr=fr)


CONJ = [words("because", "porque", "weil", "parce que"), words("but", "pero", "aber", "mais"), words("and", "y", "und", "et"), words("so", "así que", "also", "donc"), words("although", "aunque", "obwohl", "même si"), words("while", "mientras", "während", "pendant que")]
# German puts the verb last after these.
SUBORDINATE = ("because", "although", "while")


def light(rng, informal, sub=False, subj=None):
    return simple(rng, subj, informal=informal, light=True, sub=sub) if rng.random() < .75 else copula(rng, subj, informal=informal, sub=sub)


def joined(rng, informal):
    """Two clauses with and, but, because, so, although."""
    w = rng.choice(CONJ)
    a = light(rng, informal)
    b = light(rng, informal, sub=w["en"] in SUBORDINATE)
    a.front = False
    b.front = False
    if a.subj.kind == "pronoun" and b.subj.kind == "pronoun" and rng.random() < .5 and b.verb is not None and not uses_person(b):
        b.subj = pronoun(a.subj.person, a.subj.g)
    if a.subj.kind == b.subj.kind == "pronoun" and a.subj.person == b.subj.person and a.subj.g == b.subj.g:
        b.subj.drop = True
    if w["en"] in SUBORDINATE:
        tail = dict(w, de=", " + w["de"], en=("," if w["en"] == "although" else "") + " " + w["en"])
    elif w["en"] == "and":
        tail = w
    else:
        tail = {lang: ", " + w[lang] for lang in LANGS}
        if w["en"] == "so":
            b.front = False
            # `also` takes the first place in German.
            return glue(say(a), dict(tail, de=", deshalb"), inverted(b)), False
    return glue(say(a), tail, say(b)), False


def uses_person(c):
    """Whether something in the clause agrees with who does it, or would be the same person."""
    return any(x is not None and (x.kind == "pronoun" or x.det == "my") for x in (c.obj, c.iobj))


def inverted(c):
    """German with something before the verb: deshalb kommt er."""
    out = say(c)
    k = lambda s: "%d%s" % (c.id, s)
    finite, tail, _, zu = de_.verb_group(c)
    subj = [(k("V" if c.subj.kind in ("pronoun",) else "S"), de_.np(c.subj))]
    tail = [(k("V"), t) for t in tail if t]
    if zu:
        head = [(k("V"), finite)] + subj + ([(k("V"), "nicht")] if c.neg else []) + tail
        head[-1] = (head[-1][0], head[-1][1] + ",")
        out["de"] = de_.clean(head + de_.middle_zu(c, k) + [(k("V"), zu)])
    else:
        out["de"] = de_.clean([(k("V"), finite)] + de_.middle(c, k, subj) + tail)
    return out


CONDITION = [words("if", "si", "wenn", "si"), words("when", "cuando", "wenn", "quand"), words("as soon as", "en cuanto", "sobald", "dès que"), words("before", "antes de que", "bevor", "avant que"), words("until", "hasta que", "bis", "jusqu'à ce que")]


def conditional(rng, informal):
    """If it ..., when he ..., with the moods and tenses each language wants."""
    w = weighted(rng, [(0, 45), (1, 25), (2, 12), (3, 10), (4, 8)])
    conj = CONDITION[w]
    main_modal = rng.choice([None, "can", "have_to", "should", "want"]) if w in (0, 1) else None
    main = simple(rng, informal=informal, tense=None if main_modal else "will" if rng.random() < .7 else "going", modal=main_modal, advs=False, light=True)
    sub = simple(rng, informal=informal, tense="pres", advs=False, neg=rng.random() < .15 and w == 0, sub=True, light=True)
    sub.freq = ""
    if sub.modal or sub.tense["en"] != "pres":
        sub.modal, sub.tense = "", same("pres")
    if not main.modal and main.tense["en"] != "going":
        main.tense = same("will")
    if w == 4 or w in (1, 2):
        main.neg = w == 4
    if main.subj.kind == sub.subj.kind == "pronoun" and main.subj.person == sub.subj.person and main.subj.g == sub.subj.g:
        sub.subj.drop = True
    sub.tense = {"en": "pres", "es": "pres" if w == 0 else "subj", "de": "pres", "fr": "pres" if w == 0 else "will" if w in (1, 2) else "subj"}
    main.front = False
    if rng.random() < .5 or w in (3, 4):
        tail = dict(conj, de=", " + conj["de"])
        return glue(say(main), tail, say(sub)), False
    s = say(sub)
    out = {lang: s[lang][:-1] + [(s[lang][-1][0], s[lang][-1][1] + ",")] for lang in LANGS}
    return glue(conj, out, inverted(main)), False


def unreal(rng, informal):
    """If I had time, I would travel: si tuviera ..., wenn ich ... hätte, si j'avais ..."""
    main = simple(rng, informal=informal, tense="cond", neg=rng.random() < .1, advs=False, light=True)
    sub = simple(rng, informal=informal, tense="past", neg=rng.random() < .15, advs=False, sub=True, light=True) if rng.random() < .7 else copula(rng, informal=informal, tense="past", sub=True)
    for c in (main, sub):
        c.freq, c.modal, c.front, c.advs = "", "", False, []
    main.tense, sub.tense = same("cond"), dict(en="past", es="subj2", de="cond", fr="impf")
    if main.subj.kind == sub.subj.kind == "pronoun" and main.subj.person == sub.subj.person and main.subj.g == sub.subj.g:
        sub.subj.drop = True
    if rng.random() < .5:
        return glue(say(main), dict(CONDITION[0], de=", wenn"), say(sub)), False
    s = say(sub)
    out = {lang: s[lang][:-1] + [(s[lang][-1][0], s[lang][-1][1] + ",")] for lang in LANGS}
    return glue(CONDITION[0], out, inverted(main)), False


THAT = [(words("I think", "creo", "ich glaube", "je crois"), "ind"), (words("I know", "sé", "ich weiß", "je sais"), "ind"), (words("he says", "él dice", "er sagt", "il dit"), "ind"), (words("she says", "ella dice", "sie sagt", "elle dit"), "ind"),
        (words("they say", "dicen", "man sagt", "on dit"), "ind"), (words("it is clear", "está claro", "es ist klar", "il est clair"), "ind"), (words("I am sure", "estoy seguro de", "ich bin sicher", "je suis sûr"), "ind"),
        (words("I hope", "espero", "ich hoffe", "j'espère"), "es"), (words("it is important", "es importante", "es ist wichtig", "il est important"), "subj"), (words("it is possible", "es posible", "es ist möglich", "il est possible"), "subj"),
        (words("I do not think", "no creo", "ich glaube nicht", "je ne crois pas"), "subj"), (words("I am glad", "me alegro de", "ich freue mich", "je suis content"), "subj"), (words("I am afraid", "me temo", "ich fürchte", "je crains"), "fr"),
        (words("we believe", "creemos", "wir glauben", "nous croyons"), "ind"), (words("did you know", "sabía", "wussten Sie", "saviez-vous"), "ask")]


def that(rng, informal):
    main, mood = rng.choice(THAT)
    if informal and mood == "ask":
        main = words("did you know", "sabías", "wusstest du", "savais-tu")
    if mood in ("ind", "ask"):
        c = light(rng, informal, sub=True)
    else:
        c = simple(rng, informal=informal, tense="pres", advs=False, sub=True, light=True) if rng.random() < .7 else copula(rng, informal=informal, tense="pres", sub=True)
        if c.modal or c.tense["en"] != "pres":
            c.modal, c.tense = "", same("pres")
        if main["en"] == "I do not think":
            c.neg = False
        c.tense = {"en": "pres", "es": "subj" if mood in ("es", "subj") else "pres", "de": "pres", "fr": "subj" if mood in ("subj", "fr") else "pres"}
    c.front = False
    conj = words("that" if rng.random() < .75 else "", "que", ", dass", "que")
    return glue(main, conj, say(c)), mood == "ask"


ASK = [words("do you know", "sabe", "wissen Sie", "savez-vous"), words("I do not know", "no sé", "ich weiß nicht", "je ne sais pas"), words("can you tell me", "me puede decir", "können Sie mir sagen", "pouvez-vous me dire"),
       words("I would like to know", "me gustaría saber", "ich möchte wissen", "je voudrais savoir"), words("he asks", "él pregunta", "er fragt", "il demande"), words("nobody knows", "nadie sabe", "niemand weiß", "personne ne sait")]
ASK_INFORMAL = {"do you know": words("do you know", "sabes", "weißt du", "tu sais"), "can you tell me": words("can you tell me", "me puedes decir", "kannst du mir sagen", "tu peux me dire")}
IF = words("if", "si", "ob", "si")


def indirect(rng, informal):
    main = rng.choice(ASK)
    if informal:
        main = ASK_INFORMAL.get(main["en"], main)
    c = question(rng, informal, sub=True)
    c.modal = "" if c.modal in ("could", "may") else c.modal
    if c.q == "yn":
        c.q = None
        body = glue({**IF, "de": ", ob"}, say(c))
    else:
        body = say(c)
        body["de"] = [(body["de"][0][0], ", " + body["de"][0][1])] + body["de"][1:]
    return glue(main, body), main["en"] in ("do you know", "can you tell me")


def relative_family(rng, informal):
    """A clause about the person who, the thing that."""
    r = rng.random()
    if r < .5:
        x = relative(rng, noun(rng, [NOUNS["public"], NOUNS["job"], NOUNS["person"]]) if rng.random() < .5 else noun(rng, [NOUNS[c] for c in ("item", "doc", "clothes", "work", "ticket", "device", "food")]))
        c = copula(rng, x)
        while isinstance(c.pred, dict) and x.human is False:
            c = copula(rng, x)
        c.front = False
        return say(c), False
    c = simple(rng, informal=informal, light=True, verbs=dict(verb_sets=(OBJECT,), weights=(1,)))
    if c.obj is None or c.obj.kind != "noun" or c.obj.noun.mass or any(w.only for w in c.obj.noun.words.values()):
        return relative_family(rng, informal)
    c.obj = relative(rng, c.obj.noun, rng.choice(["the", "the", "a"]) if c.obj.human is False else "the")
    c.advs, c.front = [], False
    return say(c), False


OPEN_INFORMAL = {"excuse me,": words("excuse me,", "perdona,", "entschuldige,", "excuse-moi,"), "as you know,": words("as you know,", "como sabes,", "wie du weißt,", "comme tu le sais,")}
# openers after which a German sentence goes on as it would alone; the others take the first place
APART = ("entschuldigen Sie,", "entschuldige,", "nun,", "ja,", "nein,", "es tut mir leid, aber")


def opened(rng, informal):
    w = rng.choice(ADVERBIALS["open"])
    if informal:
        w = OPEN_INFORMAL.get(w["en"], w)
    if w["en"] in ("excuse me,", "well,", "by the way,", "no,", "yes,") and rng.random() < .5:
        s = say(question(rng, informal))
        s["es"] = [(s["es"][0][0], "¿" + s["es"][0][1])] + s["es"][1:]
        return glue(dict(w, de=w["de"] if w["de"] in APART else w["de"] + ","), s), True
    if w["en"] in ("usually", "sometimes"):
        c = simple(rng, informal=informal, tense="pres", advs=False, neg=False)
        c.freq = ""
        if c.modal or c.tense["en"] != "pres":
            c.modal, c.tense = "", same("pres")
    else:
        c = light(rng, informal)
    if w["en"] == "maybe" and c.modal != "could_past":
        c.neg, c.freq = False, ""
    c.front = False
    return glue(w, say(c) if w["de"] in APART else inverted(c)), False
