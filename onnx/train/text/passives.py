"""What was done to something, and what has lasted: passives and `for two years` -> token lists by language."""

from . import de as de_, en as en_, es as es_, fr as fr_, numbers
from .clauses import OBJECT, direct, same, simple
from .constructions import tokens
from .draw import make
from .french import conjugate as french, participle
from .german import conjugate as german
from .joined import say
from .lexicon import ADVERBIALS, NOUNS, OBJECTS
from .spanish import adjective, conjugate as spanish
from .spec import LANGS, NP, number

PASSIVE = [v for v in OBJECT if direct(v) and not v.stative and v.de.case == "acc" and not v.en.particle and v.obj[0] in OBJECTS and v.en.verb not in ("wear", "taste", "miss", "see", "hear", "love", "hate", "drink", "eat", "take", "visit", "try", "cross")]
# by tense: English, Spanish, German finite word and what follows the participle, French; each for one and for several
FORMS = {"past": (("was", "were"), ("fue", "fueron"), ("wurde", "wurden"), "", ("a été", "ont été")), "perf": (("has been", "have been"), ("ha sido", "han sido"), ("ist", "sind"), "worden", ("a été", "ont été")),
         "will": (("will be", "will be"), ("será", "serán"), ("wird", "werden"), "werden", ("sera", "seront")), "must": (("must be", "must be"), ("debe ser", "deben ser"), ("muss", "müssen"), "werden", ("doit être", "doivent être")),
         "can": (("can be", "can be"), ("puede ser", "pueden ser"), ("kann", "können"), "werden", ("peut être", "peuvent être"))}


def passive(rng, informal=False):
    """The meeting was postponed; must the contract be signed today?"""
    v = rng.choice(PASSIVE)
    x = make(rng, rng.choice(["the", "the", "this", "my", "num"]), OBJECTS[v.obj[0]], .5)
    if x.human or any(w.only for w in x.noun.words.values()):
        return passive(rng, informal)
    t = rng.choice(["past", "past", "past", "perf", "will", "must", "can"])
    neg, ask = rng.random() < .18 and x.det != "num", rng.random() < .2
    if neg and t == "must":
        t = "can"
    en, es, de, after, fr = FORMS[t]
    pl = {lang: number(x, lang) for lang in LANGS}
    when = None if rng.random() < .45 else rng.choice(ADVERBIALS["past" if t == "past" else "perfect" if t == "perf" else "future"])
    if when and (when["en"] in ("recently", "many times", "several times", "twice") and neg):
        when = None
    by = make(rng, "the", [NOUNS["job"], NOUNS["public"]], 0) if rng.random() < .2 and not neg else None
    W = lambda lang: ("A", when[lang]) if when else ""
    B = lambda text: ("B", text) if by else ""
    be, *rest = en[pl["en"]].split()
    part = dict(en=en_.past(v.en.verb)[1], es=adjective(spanish(v.es.inf)["part"], x.noun.words["es"].g, pl["es"]), de=german(v.de.verb)["part"], fr=participle(french(v.fr.verb)["part"], x.noun.words["fr"].g, pl["fr"]))
    S = lambda text: ("V" if ask else "S", text)
    ser, etre, first = es[pl["es"]], fr[pl["fr"]].split(), de[pl["de"]]
    not_ = "not" if neg else ""
    aux, etre_rest = etre[0], " ".join(etre[1:])
    sides = dict(
        en=([be, S(en_.np(x))] if ask else [S(en_.np(x)), be]) + [not_, " ".join(rest), part["en"], B("by " + en_.np(by) if by else ""), W("en")],
        es=(["no" if neg else "", ser, part["es"], S(es_.np(x))] if ask else [S(es_.np(x)), "no" if neg else "", ser, part["es"]]) + [B("por " + es_.np(by) if by else ""), W("es")],
        de=([first, S(de_.np(x))] if ask else [S(de_.np(x)), first]) + [W("de"), B("von " + de_.np(by, "dat") if by else ""), "nicht" if neg else "", part["de"], after],
        fr=["est-ce que" if ask else "", S(fr_.np(x)), "ne" if neg else "", aux, "pas" if neg else "", etre_rest, part["fr"], B("par " + fr_.np(by) if by else ""), W("fr")])
    return tokens(**sides), ask


LASTING = ("live", "work", "study", "wait", "learn", "sleep", "smoke", "play", "have", "know", "look", "talk", "rest", "stay", "sing", "cook", "read", "write", "drive", "organize", "develop", "use", "exercise", "run", "save")


def lasting(rng, informal=False):
    """I have lived here for two years: vivo, ich wohne, j'habite."""
    while True:
        c = simple(rng, tense="pres", neg=False, advs=False, light=True, informal=informal)
        if c.verb.en.verb in LASTING and not c.verb.en.particle:
            break
    c.freq, c.modal, c.front = "", "", False
    c.tense = dict(same("pres"), en="perf" if c.verb.stative else "perfprog")
    c.advs = [("time", length(rng))]
    if rng.random() < .15 and c.subj.kind == "pronoun" and c.subj.person[0] != "1":
        c.q = "yn"
    return say(c), bool(c.q)


def length(rng):
    if rng.random() < .6:
        u, n = rng.choice(NOUNS["time_unit"][:6]), max(2, numbers.pick(rng, 30))
        x = NP("noun", u, "num", True, num=n)
        return dict(en="for " + en_.np(x), es="desde hace " + es_.np(x), de="seit " + de_.np(x, "dat"), fr="depuis " + fr_.np(x))
    r = rng.random()
    if r < .3:
        d = rng.choice(numbers.DAYS)
        return dict(en="since " + d["en"], es="desde el " + d["es"], de="seit " + d["de"], fr="depuis " + d["fr"])
    if r < .6:
        m = rng.choice(numbers.MONTHS)
        return dict(en="since " + m["en"], es="desde " + m["es"], de="seit " + m["de"], fr="depuis " + m["fr"])
    if r < .8:
        t = numbers.clock(rng)
        return dict(en="since " + t["en"], es="desde " + t["es"], de="seit " + t["de"], fr="depuis " + t["fr"])
    return rng.choice([dict(en="since yesterday", es="desde ayer", de="seit gestern", fr="depuis hier"), dict(en="for a long time", es="desde hace mucho tiempo", de="seit langer Zeit", fr="depuis longtemps"),
                       dict(en="since this morning", es="desde esta mañana", de="seit heute Morgen", fr="depuis ce matin"), dict(en="since last year", es="desde el año pasado", de="seit letztem Jahr", fr="depuis l'année dernière")])
