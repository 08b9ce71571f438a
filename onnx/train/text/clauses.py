"""Random subjects, verbs, tenses and adverbials -> clause pairs (English, Spanish).

`¦` marks places where both sides may be cut at the same meaning (prefix pairs)."""

import collections

from . import numbers, np
from .adjectives import DEGREE, QUALITY, STATE, THING_QUALITY, THING_STATE
from .nouns import NOUNS
from .spanish import adjective, conjugate
from .verbs import DIRECT, GAMES, INTRANSITIVE, OBJECTS, TRANSITIVE, gerund, past, third

VP = collections.namedtuple("VP", "verb en es clitic obj")
BY_EN = {n.en: n for ns in NOUNS.values() for n in ns}
STATIVE = {"have", "want", "need", "know", "believe", "prefer", "live"}
REFL = ["me", "se", "nos", "se"]
WHEN = {
    "past": [("yesterday", "ayer"), ("last week", "la semana pasada"), ("last night", "anoche"), ("this morning", "esta mañana"), ("two days ago", "hace dos días"), ("last year", "el año pasado"),
             ("an hour ago", "hace una hora"), ("last month", "el mes pasado"), ("on Monday", "el lunes"), ("a long time ago", "hace mucho tiempo"), ("last summer", "el verano pasado"), ("ten minutes ago", "hace diez minutos"), ("the day before yesterday", "anteayer"), ("last weekend", "el fin de semana pasado")],
    "future": [("tomorrow", "mañana"), ("next week", "la semana que viene"), ("tonight", "esta noche"), ("later", "más tarde"), ("in an hour", "dentro de una hora"), ("soon", "pronto"), ("tomorrow morning", "mañana por la mañana"), ("this afternoon", "esta tarde"),
               ("in five minutes", "dentro de cinco minutos"), ("next month", "el mes que viene"), ("next year", "el año que viene"), ("the day after tomorrow", "pasado mañana"), ("this weekend", "este fin de semana"), ("today", "hoy"), ("after lunch", "después del almuerzo"), ("before dinner", "antes de la cena"), ("in two weeks", "dentro de dos semanas"), ("after the meeting", "después de la reunión"), ("at noon", "al mediodía"), ("at midnight", "a medianoche"), ("on the weekend", "el fin de semana")],
    "habit": [("every day", "todos los días"), ("always", "siempre"), ("often", "a menudo"), ("sometimes", "a veces"), ("every morning", "todas las mañanas"), ("on Sundays", "los domingos"), ("every week", "todas las semanas"), ("in the afternoon", "por la tarde"), ("in the morning", "por la mañana"), ("at night", "por la noche"), ("twice a week", "dos veces por semana"), ("once a year", "una vez al año"), ("every summer", "todos los veranos"), ("in winter", "en invierno")],
    "now": [("now", "ahora"), ("right now", "ahora mismo"), ("at the moment", "en este momento"), ("today", "hoy")],
    "perf": [("already", "ya"), ("today", "hoy"), ("this week", "esta semana"), ("many times", "muchas veces"), ("several times", "varias veces"), ("this year", "este año")],
}
HOW = [("with my family", "con mi familia"), ("with a friend", "con un amigo"), ("alone", ""), ("together", ""), ("at the hotel", "en el hotel"), ("at home", "en casa"), ("here", "aquí"), ("there", "allí"),
       ("with her", "con ella"), ("with them", "con ellos"), ("with you", "con usted"), ("with us", "con nosotros"), ("with me", "conmigo"), ("without problems", "sin problemas"), ("at the office", "en la oficina"), ("in the city center", "en el centro de la ciudad"), ("by phone", "por teléfono"), ("online", "por internet"), ("quickly", "rápidamente"), ("carefully", "con cuidado"), ("again", "otra vez"), ("first", "primero"), ("by mistake", "por error"), ("for free", "gratis"), ("in advance", "con antelación"), ("in person", "en persona")]
HOW = [h for h in HOW if h[1]]


def adverbial(rng, kind, place=.25):
    r = rng.random()
    if r < place:
        if rng.random() < .35:
            x = np.make(rng, "the", "place", .3)
            return "¦ %s %s" % (rng.choice(["in", "at"]), x.en), "¦ en " + x.es
        en, es = rng.choice(HOW)
    elif r < place + .35 or kind == "now":
        r = rng.random()
        if kind in ("past", "future") and r < .12:
            en, es = numbers.clock(rng)
            en, es = "at " + en, "a " + es
        elif kind in ("past", "future") and r < .22:
            d = rng.choice(numbers.DAYS)
            en, es = "on " + d[0], "el " + d[1]
        elif kind in ("past", "future") and r < .28:
            en, es = numbers.date(rng)
            en = "on " + en
        elif kind == "future" and r < .36:
            k = rng.randint(2, 30)
            u, g = rng.choice([(("minutes", "minutos"), "m"), (("days", "días"), "m"), (("hours", "horas"), "f"), (("weeks", "semanas"), "f"), (("months", "meses"), "m")])
            en, es = "in %s %s" % (numbers.english(k), u[0]), "dentro de %s %s" % (numbers.spanish(k, g, True), u[1])
        else:
            en, es = rng.choice(WHEN[kind])
        if en in ("always", "already", "often"):
            return "", ""
    else:
        return "", ""
    return "¦ " + en, "¦ " + es


def verb_phrase(rng, light=False):
    if rng.random() < .3:
        v = rng.choice(INTRANSITIVE)
        return VP(v, v.enrest, v.esrest, "refl" if v.refl else "", None)
    v = rng.choice(DIRECT) if rng.random() < .1 else rng.choice(TRANSITIVE)
    refl = "refl" if v.refl else ""
    if v in DIRECT and rng.random() < .2:
        people = v.obj == "person"
        en, es = rng.choice([("him", "lo"), ("her", "la"), ("them", "los"), ("you", "lo"), ("me", "me"), ("us", "nos")] if people else [("it", "lo"), ("it", "lo"), ("them", "los")])
        return VP(v, en, "", es, en)
    if v.obj == "lang":
        en, es = rng.choice(np.LANGUAGES)
        return VP(v, en, es, "", None)
    if v.obj == "game":
        en, es = rng.choice(GAMES)
        return VP(v, en, "al " + es, "", None)
    if v.obj == "bareveh":
        en, es = rng.choice([("train", "tren"), ("bus", "autobús"), ("plane", "avión"), ("car", "coche"), ("boat", "barco"), ("bicycle", "bicicleta")])
        return VP(v, "by " + en, "en " + es, "", None)
    if v.obj == "body":
        n = rng.choice(NOUNS["body"][3:9])
        return VP(v, "POSS " + n.en, {"m": "el ", "f": "la "}[n.g] + n.es, "refl", None)
    cls = v.obj if v.obj not in OBJECTS else BY_EN[rng.choice(OBJECTS[v.obj])]
    det = "np" if v.obj not in ("person",) else rng.choice(["my", "the", "the", "this"])
    depth = .35 if light else .8
    if v.obj == "person" and rng.random() < .2:
        nm, g = rng.choice(np.NAMES)
        return VP(v, (v.enrest + " " + nm).strip(), (v.esrest + " " + nm).strip(), "", None)
    if v.obj == "place" and v.en in ("go", "travel", "come", "return", "arrive", "stay", "work", "visit") and rng.random() < .25:
        c = rng.choice(np.CITIES + np.COUNTRIES)
        rest = "in" if v.enrest == "at" else v.enrest
        return VP(v, (rest + " " + c[0]).strip(), (v.esrest + " " + c[1]).strip(), refl, None)
    x = np.make(rng, det, cls, depth)
    return VP(v, (v.enrest + " " + x.en).strip(), (v.esrest + " " + x.es).strip(), refl, x)


MINE = {"I": "my", "you": "your", "he": "his", "she": "her", "we": "our", "they": "their"}


def poss(s, text):
    return text.replace("POSS", MINE.get(s.pron, "their" if s.pl else "his" if s.g == "m" else "her"))


def be(s, tense="pres"):
    if tense == "pres":
        return "am" if s.pron == "I" else "are" if s.pl or s.pron == "you" else "is"
    return "were" if s.pl or s.pron == "you" else "was"


def es_subject(s):
    return s.es


def pro(vp, p):
    return REFL[p] + " " if vp.clitic == "refl" else vp.clitic + " " if vp.clitic else ""


def enclitic(vp, p):
    inf = vp.verb.es
    c = REFL[p] if vp.clitic == "refl" else vp.clitic
    return inf + c


def join(*xs):
    return " ".join(x for x in xs if x)


# name -> (english before the bare verb, needs do-support, spanish finite verb, tense, link)
MODALS = [("can", 0, "poder", "pres", ""), ("could", 0, "poder", "cond", ""), ("must", 0, "deber", "pres", ""), ("should", 0, "deber", "cond", ""),
          ("have to", 1, "tener", "pres", "que"), ("need to", 1, "necesitar", "pres", ""), ("want to", 1, "querer", "pres", ""), ("would like to", 0, "gustar", "cond", ""),
          ("would prefer to", 0, "preferir", "cond", ""), ("hope to", 1, "esperar", "pres", ""), ("try to", 1, "intentar", "pres", ""), ("plan to", 1, "pensar", "pres", ""), ("want to", 1, "querer", "pres", "")]
DATIVE = ["me", "le", "nos", "les"]


def group(rng, s, vp, tense, neg):
    """-> (aux, subj-less english pieces, spanish finite group) : english is (first, rest)."""
    v, p = vp.verb, s.person
    c = conjugate(v.es)
    no = "no " if neg else ""
    en_not = "not" if neg else ""
    sing3 = p == 1 and s.pron != "you"
    third_do = "does" if sing3 else "do"
    if tense == "pres":
        first, rest = ((third_do, join(en_not, v.en)) if neg else ("", third(v.en) if sing3 else v.en))
        return first, rest, no + pro(vp, p) + c["pres"][p]
    if tense == "past":
        t = "impf" if v.en in STATIVE else "pret"
        first, rest = ("did", "not " + v.en) if neg else ("", past(v.en)[0])
        return first, rest, no + pro(vp, p) + c[t][p]
    if tense == "prog":
        return be(s), join(en_not, gerund(v.en)), no + pro(vp, p) + conjugate("estar")["pres"][p] + " " + c["ger"]
    if tense == "perf":
        return ("has" if sing3 else "have"), join(en_not, past(v.en)[1]), no + pro(vp, p) + conjugate("haber")["pres"][p] + " " + c["part"]
    if tense == "going":
        return be(s), join(en_not, "going to", v.en), no + conjugate("ir")["pres"][p] + " a " + enclitic(vp, p)
    if tense == "will":
        return "will", join(en_not, v.en), no + pro(vp, p) + c["fut"][p]
    if tense == "subj":  # english looks like the present
        first, rest = ((third_do, join(en_not, v.en)) if neg else ("", third(v.en) if sing3 else v.en))
        return first, rest, no + pro(vp, p) + c["subj"][p]
    men, do, mes, mt, link = tense
    if mes == "gustar":
        fin = no + DATIVE[p] + " gustaría"
    else:
        fin = no + conjugate(mes)[mt][p]
    es = join(fin, link, enclitic(vp, p))
    if do:
        if neg:
            return third_do, "not %s %s" % (men, v.en), es
        head, *tail = men.split()
        return "", join(third(head) if sing3 else head, *tail, v.en), es
    head, *tail = men.split()
    return head, join(en_not, *tail, v.en), es


def pick_tense(rng, kinds=None):
    t = rng.choices(["pres", "past", "prog", "perf", "going", "will", "modal"], [16, 20, 8, 8, 12, 8, 34])[0]
    return rng.choice(MODALS) if t == "modal" else t


KIND = {"pres": "habit", "past": "past", "prog": "now", "perf": "perf", "going": "future", "will": "future", "subj": "future"}


def fits(vp, tense):
    if tense == "prog" and (vp.verb.en in STATIVE or vp.verb.es == "ir" and False):
        return False
    return not (isinstance(tense, tuple) and tense[0] == "need to" and vp.verb.en == "need")


def own_reflexive(s, vp):
    """'I ... me' is reflexive in English: such pairs are dropped."""
    return (s.pron, vp.clitic) in {("I", "me"), ("we", "nos"), ("you", "lo"), ("we", "me"), ("I", "nos")}


def draw(rng, s=None, tense=None, light=False):
    while True:
        s1, vp, t = s or subject_of(rng), verb_phrase(rng, light), tense or pick_tense(rng)
        if fits(vp, t) and not own_reflexive(s1, vp):
            return s1, vp, t


def subject_of(rng):
    return np.subject(rng)


def experiencer(s, tense):
    """Spanish 'A Ana le gustaría ...' needs the subject as an indirect object."""
    if isinstance(tense, tuple) and tense[2] == "gustar":
        return {"usted": "a usted", "él": "a él", "ella": "a ella", "ellos": "a ellos"}.get(s.es, "a " + s.es if s.es else "")
    return s.es


def declarative(rng, s=None, tense=None, neg=None, light=False, adv=True):
    s, vp, tense = draw(rng, s, tense, light)
    neg = rng.random() < .18 if neg is None else neg
    first, rest, es = group(rng, s, vp, tense, neg)
    aen, aes = adverbial(rng, KIND.get(tense, "future") if isinstance(tense, str) else "future") if adv else ("", "")
    cut = "¦" if not vp.clitic or vp.clitic == "refl" else ""
    if tense == "pres" and rng.random() < .15 and not neg:
        fen, fes = rng.choice([("always", "siempre"), ("often", "a menudo"), ("usually", "normalmente"), ("never", "nunca"), ("sometimes", "a veces")])
        rest, es = fen + " " + rest, fes + " " + es
    en = join(s.en, first, rest, cut, vp.en, aen)
    return poss(s, en), join(experiencer(s, tense), es, cut if cut else "", vp.es, aes)


WH = [("when", "cuándo"), ("where", "dónde"), ("why", "por qué"), ("how", "cómo"), ("with whom", "con quién"), ("what time", "a qué hora"), ("what day", "qué día")]
WH[4:5] = []


def question(rng, tense=None):
    s, vp, tense = draw(rng, None, tense, light=True)
    neg = rng.random() < .05
    first, rest, es = group(rng, s, vp, tense, False)
    v, p = vp.verb, s.person
    sing3 = p == 1 and s.pron != "you"
    if not first:
        first = "did" if tense == "past" else "does" if sing3 else "do"
        rest = v.en if isinstance(tense, str) else tense[0] + " " + v.en
    cut = "¦" if not vp.clitic or vp.clitic == "refl" else ""
    shown = "" if s.pron in ("I", "we", "you") else s.es
    aen, aes = adverbial(rng, KIND.get(tense, "future") if isinstance(tense, str) else "future", .15)
    wen, wes = "", ""
    if rng.random() < .5:
        wen, wes = rng.choice(WH)
        if wen in ("when", "what time", "what day"):
            aen = aes = ""
        if wen == "where":
            aen = aes = ""
            if v.obj == "place" or (v.es in ("ir", "venir", "llegar", "volver")):
                wen, wes = "why", "por qué"
    if isinstance(tense, tuple) and tense[2] == "gustar":
        es = join(experiencer(s, tense) if shown else "", es)
        shown = ""
    en = poss(s, join(wen, first, s.en, rest, cut, vp.en, aen)) + "?"
    finite, *tail = es.split(" ")
    # the Spanish subject follows the whole verb group
    return en, "¿" + join(wes, es, shown, cut, vp.es, aes) + "?"


def object_question(rng):
    """What did you buy? - the object is asked for."""
    while True:
        s, vp, tense = draw(rng, None, rng.choice(["past", "pres", "going", "prog", rng.choice(MODALS)]))
        if vp.verb.obj and not vp.verb.enrest and not vp.verb.esrest and vp.obj is not None and not isinstance(vp.obj, str) and vp.clitic == "":
            break
    first, rest, es = group(rng, s, vp, tense, False)
    if not first:
        first = "did" if tense == "past" else "does" if s.person == 1 and s.pron != "you" else "do"
        rest = vp.verb.en if isinstance(tense, str) else tense[0] + " " + vp.verb.en
    aen, aes = adverbial(rng, KIND.get(tense, "future") if isinstance(tense, str) else "future", .15)
    shown = "" if s.pron in ("I", "we", "you") else s.es
    wen, wes = "what", "qué"
    if rng.random() < .4:
        n = vp.obj and np.noun(rng, vp.verb.obj if vp.verb.obj not in OBJECTS else "work")
        wen, wes = "which " + n.en, "qué " + n.es
    if isinstance(tense, tuple) and tense[2] == "gustar":
        es, shown = join(experiencer(s, tense) if shown else "", es), ""
    return join(wen, first, s.en, rest, aen) + "?", "¿" + join(wes, es, shown, aes) + "?"
