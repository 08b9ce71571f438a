"""All sentence makers with their weights -> one random pair, capitalised and punctuated."""

import re

from . import clauses, copulas, numbers, np, templates
from . import phrases_meeting, phrases_travel
from .clauses import declarative, join

ALL = [x.strip() for m in (phrases_travel, phrases_meeting) for x in m.LINES.strip().splitlines() if x.strip()]
HELD = [x[1:].strip() for x in ALL if x.startswith("*")]
TRAIN = [x for x in ALL if not x.startswith("*")]
WEIGHTS = [templates.weight(x) for x in TRAIN]
CONTRACT = [("I am ", "I'm "), ("you are ", "you're "), ("he is ", "he's "), ("she is ", "she's "), ("it is ", "it's "), ("we are ", "we're "), ("they are ", "they're "), ("I will ", "I'll "), ("we will ", "we'll "), ("I would ", "I'd "), ("I have lost", "I've lost"),
            ("do not ", "don't "), ("does not ", "doesn't "), ("did not ", "didn't "), ("can not ", "can't "), ("will not ", "won't "), ("is not ", "isn't "), ("are not ", "aren't "), ("could not ", "couldn't "), ("should not ", "shouldn't "), ("was not ", "wasn't "), ("were not ", "weren't "), ("there is ", "there's "), ("where is ", "where's "), ("what is ", "what's "), ("let us ", "let's ")]
CONJ = [("because", "porque"), ("but", "pero"), ("and", "y"), ("so", "así que"), ("because", "porque")]
SAY = [("I think that", "creo que", 0), ("I know that", "sé que", 0), ("I believe that", "creo que", 0), ("he says that", "él dice que", 0), ("she says that", "ella dice que", 0), ("they say that", "ellos dicen que", 0), ("it is clear that", "está claro que", 0), ("I am sure that", "estoy seguro de que", 0), ("in my opinion,", "en mi opinión,", 0), ("I hope that", "espero que", 1), ("it is important that", "es importante que", 1), ("it is possible that", "es posible que", 1)]
OPEN = [("excuse me,", "disculpe,"), ("sorry,", "perdone,"), ("well,", "bueno,"), ("of course,", "por supuesto,"), ("yes,", "sí,"), ("no,", "no,"), ("unfortunately,", "lamentablemente,"), ("today,", "hoy,"), ("first of all,", "antes que nada,"), ("also,", "además,"), ("however,", "sin embargo,"), ("for example,", "por ejemplo,"), ("then,", "entonces,"), ("thank you,", "gracias,")]


def clause(rng, light=True):
    return declarative(rng, light=light) if rng.random() < .75 else statement(copulas.copula, rng)


def statement(f, rng):
    while True:
        en, es = f(rng)
        if not en.endswith("?"):
            return en, es


def joined(rng):
    r = rng.random()
    if r < .45:
        a, b = clause(rng), clause(rng)
        en, es = rng.choice(CONJ)
        comma = "," if en in ("but", "so") and rng.random() < .5 else ""
        return join(a[0] + comma, "¦", en, "¦", b[0]), join(a[1] + comma, "¦", es, "¦", b[1])
    if r < .65:
        en, es, subj = rng.choice(SAY)
        b = declarative(rng, tense="subj", light=True) if subj else clause(rng)
        return join(en, "¦", b[0]), join(es, "¦", b[1])
    main = declarative(rng, tense=rng.choice(["going", "will", clauses.MODALS[0], clauses.MODALS[4]]), light=True, adv=False)
    if r < .82:
        sub = declarative(rng, tense="pres", light=True, adv=False)
        w = ("if", "si")
    else:
        sub = declarative(rng, tense="subj", neg=False, light=True, adv=False)
        w = rng.choice([("when", "cuando"), ("when", "cuando"), ("before", "antes de que"), ("as soon as", "en cuanto"), ("until", "hasta que")])
    if rng.random() < .5:
        return join(main[0], "¦", w[0], "¦", sub[0]), join(main[1], "¦", w[1], "¦", sub[1])
    return join(w[0], "¦", sub[0] + ",", "¦", main[0]), join(w[1], "¦", sub[1] + ",", "¦", main[1])


def fragment(rng):
    x = np.make(rng, "np", rng.choice(["any", "buy", "place", "meal", "idea", "work", "person"]), 1)
    r = rng.random()
    if r < .4:
        return x.en, x.es
    if r < .6:
        return "with ¦" + x.en, "con ¦" + x.es
    if r < .75:
        return "for ¦" + x.en, "para ¦" + x.es
    if r < .88:
        return x.en + ", please", x.es + ", por favor"
    y = np.make(rng, "np", "any", .7)
    return join(x.en, "¦ and ¦", y.en), join(x.es, "¦ y ¦", y.es)


def opened(rng):
    en, es = rng.choice(OPEN)
    a = clause(rng, False) if rng.random() < .6 else clauses.question(rng)
    return join(en, "¦", a[0]), join(es, "¦", a[1])


def template(rng):
    return templates.expand(rng, rng.choices(TRAIN, WEIGHTS)[0])


FAMILIES = [(22, "clause", lambda r: declarative(r)), (11, "question", clauses.question), (4, "object", clauses.object_question), (9, "copula", copulas.copula),
            (5, "copula?", lambda r: copulas.copula(r, True)), (5, "where", copulas.where), (4, "exists", copulas.exists), (4, "likes", copulas.likes),
            (6, "numbers", copulas.numbers_sentence), (11, "joined", joined), (5, "fragment", fragment), (3, "opened", opened), (22, "template", template)]


def spanish_finish(t):
    t = re.sub(r"\by (?=¦?(?:i|hi(?!e)))", "e ", t, flags=re.I)
    t = re.sub(r"\bo (?=¦?h?o)", "u ", t, flags=re.I)
    t = re.sub(r"\b([Aa]|[Dd]e)( ¦? ?)el (?!Salvador)", lambda m: m.group(2).replace(" ", "", 0) and ("%s" % m.group(1)) + "l ", t)
    return t


def tidy(t):
    t = re.sub(r"\s*¦\s*", " ¦", t)
    t = re.sub(r" ¦(?=[,.?!])", "", t)
    t = re.sub(r"(¦)+$", "", t.strip())
    t = re.sub(r"( ?¦)+", " ¦", t).strip(" ¦")
    return re.sub(r"\s+", " ", t)


def capital(t):
    i = next((i for i, c in enumerate(t) if c.isalpha()), 0)
    return t[:i] + t[i].upper() + t[i + 1:]


def sample(rng):
    """-> (english, spanish, family, english with marks, spanish with marks)."""
    f = rng.choices(FAMILIES, [w for w, _, _ in FAMILIES])[0]
    en, es = f[2](rng)
    if rng.random() < .5:
        pad = en + " "
        for a, b in CONTRACT:
            if rng.random() < .9:
                pad = re.sub(r"(?<![\w'])" + a, b, pad)
        if not re.search(r"'(s|m|re|ll|d) ?[.?!]*$", pad.strip()):
            en = pad.strip()
    en = en.replace("can not", "cannot")
    en, es = tidy(en), spanish_finish(tidy(es))
    if en[-1] not in "?!.":
        en, es = en + ".", es + "."
    en, es = capital(en), capital(es)
    return en.replace("¦", ""), es.replace("¦", ""), f[1], en, es
