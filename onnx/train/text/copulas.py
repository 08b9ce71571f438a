"""Random states, qualities, existence, places, likes -> clause pairs (ser, estar, hay, gustar, tener)."""

from . import numbers, np
from .adjectives import DEGREE, QUALITY, STATE, THING_QUALITY, THING_STATE
from .clauses import be, join, subject_of
from .spanish import adjective, conjugate

ESTAR, SER = conjugate("estar"), conjugate("ser")
FORMS = [("pres", "pres", .72), ("past", "impf", .18), ("fut", "fut", .1)]
TENER = [("hungry", "hambre"), ("thirsty", "sed"), ("cold", "frío"), ("hot", "calor"), ("sleepy", "sueño"), ("afraid", "miedo"), ("right", "razón"), ("in a hurry", "prisa"), ("careful", "cuidado")]
RELATION = np.RELATIONS[:7]


def degree(rng, en, es):
    if rng.random() < .3 and not en.startswith(("too", "very", "from", "on ", "in ", "at ", "here", "there", "up", "down", "out", "sold", "well", "free", "includ", "mine", "necess", "oblig", "Spani", "Engl", "Fren", "Germ", "Ital", "Amer", "Mex", "enough", "perfect", "fant", "terr", "far", "allerg", "single", "new here", "lucky", "alone", "lost", "broken", "finish", "occup", "open", "closed", "married", "vegetarian")) and es[-1] != "!":
        den, des = rng.choice(DEGREE[:5])
        return den + " " + en, des + "! " + es
    return en, es


def predicate(rng, s, person_like=True):
    """-> (en, es, which verb)."""
    if person_like:
        state = rng.random() < .6
        en, es = rng.choice(STATE if state else QUALITY)
        if state and en in ("well",):
            en, es = "fine", "bien!"
    else:
        state = rng.random() < .55
        en, es = rng.choice(THING_STATE if state else THING_QUALITY)
    if en == "mine" and (s.en.split()[0] in ("my", "your", "his", "her", "our", "their", "a")):
        en, es = "new", "nuevo"
    en, es = degree(rng, en, es)
    return en, adjective(es, s.g, s.pl), ESTAR if state else SER


def copula(rng, question=False):
    """I am tired / is the hotel far away?"""
    thing = rng.random() < .55
    s = np.make(rng, rng.choice(["the", "the", "the", "my", "this"]), rng.choice(["place", "inside", "vehicle", "item", "document", "clothes", "food", "work", "idea"]), .7) if thing else subject_of(rng)
    en, es, verb = predicate(rng, s, not thing)
    if rng.random() < .08 and not thing:
        en, es = rng.choice(TENER)
        verb = conjugate("tener")
    r, neg = rng.random(), rng.random() < .2
    t = "pres" if r < .72 else "past" if r < .9 else "fut"
    fin = verb[{"pres": "pres", "past": "impf", "fut": "fut"}[t]][s.person]
    if question:
        shown = "" if s.pron in ("I", "we", "you") else s.es
        verb_en = "will" if t == "fut" else be(s, t)
        tail = "be" if t == "fut" else ""
        wen, wes = rng.choice([("why", "por qué")]) if rng.random() < .15 else ("", "")
        return join(wen, verb_en, s.en, tail, en) + "?", "¿" + join(wes, fin, es if False else shown if thing else "", es, "" if thing else shown) + "?"
    verb_en = join("will", "not" if neg else "", "be") if t == "fut" else join(be(s, t), "not" if neg else "")
    return join(s.en, verb_en, "¦", en), join(s.es, "no" if neg else "", fin, "¦", es)


def where(rng):
    """The pharmacy is next to the bank / where is ...?"""
    x = np.make(rng, rng.choice(["the", "the", "my"]), "where", .5)
    r = rng.random()
    fin = ESTAR["pres"][x.person]
    if r < .3:
        return join("where", be(x), "¦", x.en) + "?", "¿" + join("dónde", fin, "¦", x.es) + "?"
    y = np.make(rng, "the", rng.choice(["place", "inside"]), .3)
    en, es = rng.choice(RELATION)
    if r < .45:
        return join(be(x), x.en, en, y.en) + "?", "¿" + join(fin, x.es, es, y.es) + "?"
    neg = rng.random() < .1
    return join(x.en, be(x), "not" if neg else "", "¦", en, "¦", y.en), join(x.es, "no" if neg else "", fin, "¦", es, "¦", y.es)


def exists(rng):
    """there is / is there a bank near the station"""
    x = np.make(rng, rng.choice(["a", "a", "num", "many", "a"]), rng.choice(["place", "inside", "person", "item", "idea", "mass", "drink", "vehicle"]), .6)
    y = np.make(rng, "the", rng.choice(["place", "inside"]), .3)
    en, es = rng.choice(RELATION)
    tail = ("¦ %s %s" % (en, y.en), "¦ %s %s" % (es, y.es)) if rng.random() < .6 else rng.choice([("", ""), ("¦ here", "¦ aquí"), ("¦ near here", "¦ cerca de aquí"), ("¦ today", "¦ hoy")])
    is_, past = ("are", "were") if x.pl else ("is", "was")
    r = rng.random()
    if r < .4:
        xen = x.en
        if x.en.startswith("some "):
            xen = "any " + x.en[5:]
        return join(is_, "there", "¦", xen, tail[0]) + "?", "¿" + join("hay", "¦", x.es, tail[1]) + "?"
    if r < .8:
        return join("there", is_, "¦", x.en, tail[0]), join("hay", "¦", x.es, tail[1])
    if r < .9:
        return join("there", past, "¦", x.en, tail[0]), join("había", "¦", x.es, tail[1])
    n = np.noun(rng, rng.choice(["place", "inside", "vehicle", "mass", "drink"]))
    return join("there is no ¦", n.en, tail[0]), join("no hay ¦", n.es, tail[1])


LIKE_AUX = {"I": ("do", "like"), "you": ("do", "like"), "we": ("do", "like"), "they": ("do", "like")}
DAT = {"I": ("", "me"), "you": ("a usted", "le"), "he": ("a él", "le"), "she": ("a ella", "le"), "we": ("", "nos"), "they": ("a ellos", "les")}


def likes(rng):
    """I like / don't like / do you like X -> me gusta(n)."""
    s = subject_of(rng)
    x = np.make(rng, rng.choice(["the", "this", "my", "that", "the"]), rng.choice(["place", "food", "mass", "drink", "clothes", "item", "idea", "work"]), .7)
    to, clitic = DAT.get(s.pron, ("a " + s.es, "les" if s.pl else "le"))
    sing3 = s.person == 1 and s.pron != "you"
    verb = "gustan" if x.pl else "gusta"
    r = rng.random()
    if r < .45:
        return join(s.en, "likes" if sing3 else "like", "¦", x.en), join(to, clitic, verb, "¦", x.es)
    if r < .65:
        return join(s.en, "does" if sing3 else "do", "not like ¦", x.en), join(to, "no", clitic, verb, "¦", x.es)
    if r < .85:
        to = to if sing3 or s.pron in ("", "they") else ""
        return join("does" if sing3 else "do", s.en, "like ¦", x.en) + "?", "¿" + join(to, clitic, verb, "¦", x.es) + "?"
    return join(s.en, "liked ¦", x.en), join(to, clitic, "gustaron ¦" if x.pl else "gustó ¦", x.es)


def numbers_sentence(rng):
    """Prices, times, ages, counts in short frames."""
    r = rng.random()
    x = np.make(rng, rng.choice(["the", "this", "a"]), rng.choice(["buy", "meal", "vehicle", "work"]), .5)
    if r < .2:
        en, es = numbers.price(rng)
        return join(x.en, "costs" if not x.pl else "cost", "¦", en), join(x.es, "cuestan" if x.pl else "cuesta", "¦", es)
    if r < .3:
        return join("how much", "do" if x.pl else "does", "¦", x.en, "cost") + "?", "¿" + join("cuánto", "cuestan" if x.pl else "cuesta", "¦", x.es) + "?"
    if r < .5:
        en, es = numbers.clock(rng)
        y = np.make(rng, "the", rng.choice(["vehicle", "event"]) if False else "vehicle", .6)
        ven, ves, vens = rng.choice([("leaves", "sale", "leave"), ("arrives", "llega", "arrive"), ("left", "salió", "left"), ("will arrive", "llegará", "will arrive")])
        if y.pl:
            ven, ves = vens, {"sale": "salen", "llega": "llegan", "salió": "salieron", "llegará": "llegarán"}[ves]
        return join(y.en, ven, "¦ at", en), join(y.es, ves, "¦ a", es)
    if r < .6:
        en, es = numbers.clock(rng)
        y = np.make(rng, "the", rng.choice(["place"]), .4)
        ven, ves = rng.choice([("open", "abre"), ("close", "cierra")])
        return join(y.en, ven + ("" if y.pl else "s"), "¦ at", en), join(y.es, ves + ("n" if y.pl else ""), "¦ a", es)
    if r < .7:
        k = numbers.pick_number(rng, 90)
        s = subject_of(rng)
        return join(s.en, be(s), "¦", numbers.english(k), "years old" if k > 1 else "year old"), join(s.es, conjugate("tener")["pres"][s.person], "¦", numbers.spanish(k, "m", True), "años" if k > 1 else "año")
    if r < .8:
        k = numbers.pick_number(rng)
        en, es, g = rng.choice([("people", "personas", "f"), ("employees", "empleados", "m"), ("customers", "clientes", "m"), ("units", "unidades", "f"), ("pages", "páginas", "f"), ("kilometers", "kilómetros", "m"), ("meters", "metros", "m"), ("visitors", "visitantes", "m"), ("orders", "pedidos", "m"), ("rooms", "habitaciones", "f")])
        k = max(k, 2)
        f, fs = rng.choice([("there are ¦", "hay ¦"), ("we have ¦", "tenemos ¦"), ("we need ¦", "necesitamos ¦"), ("about ¦", "unos ¦" if g == "m" else "unas ¦"), ("more than ¦", "más de ¦"), ("", "")])
        return join(f, numbers.english(k), en), join(fs, numbers.spanish(k, g, True), es)
    k = numbers.pick_number(rng)
    f, fs = rng.choice([("room", "habitación"), ("room number", "habitación número"), ("the number is ¦", "el número es el ¦"), ("page", "página"), ("flight", "vuelo"), ("gate", "puerta"), ("platform", "andén"), ("bus number", "autobús número"), ("", ""), ("", ""), ("line", "línea"), ("seat", "asiento"), ("version", "versión"), ("slide", "diapositiva"), ("chapter", "capítulo"), ("street number", "calle número"), ("we are in room", "estamos en la habitación")])
    return join(f, numbers.english(k)), join(fs, numbers.spanish(k))
