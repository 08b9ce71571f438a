"""An abstract phrase or clause -> Spanish: agreement, clitics, ser and estar, personal a, the subjunctive.

A clause becomes [(key, text)]: the keys name its parts (see join.py). Articles from here carry ¤, so that finish() contracts
`a ¤el` to `al` and never touches a pronoun."""

import re

from . import numbers
from .spanish import adjective, attach, conjugate, imperative
from .spec import definite, gender, number, obj_key, person

INDEX = {"1s": 0, "3s": 1, "2f": 1, "1p": 2, "3p": 3, "2s": 4}
PRONOUN = {"1s": "yo", "2f": "usted", "2s": "tú", "3sm": "él", "3sf": "ella", "3sn": "", "1p": "nosotros", "3p": "ellos"}
REFL = ["me", "se", "nos", "se", "te"]
DATIVE = {"1s": "me", "2f": "le", "2s": "te", "3s": "le", "1p": "nos", "3p": "les"}
ACCUSATIVE = {"1s": "me", "2f": "lo", "2s": "te", "3sm": "lo", "3sf": "la", "3sn": "lo", "1p": "nos", "3p": "los"}
AFTER_PREP = {"1s": "mí", "2f": "usted", "2s": "ti", "3sm": "él", "3sf": "ella", "3sn": "ello", "1p": "nosotros", "3p": "ellos"}
THE = {"m": ("el", "los"), "f": ("la", "las")}
MY = {"1s": "mi", "2f": "su", "2s": "tu", "3sm": "su", "3sf": "su", "1p": "nuestro", "3p": "su"}
FREQ = {"always": "siempre", "often": "a menudo", "usually": "normalmente", "never": "nunca", "sometimes": "a veces", "rarely": "rara vez"}
DEGREE = {"very": "muy", "too": "demasiado", "really": "realmente", "quite": "bastante", "little": "un poco", "so": "tan", "more": "más", "less": "menos", "as": "tan"}
BEFORE = {"bueno": "buen", "malo": "mal", "primero": "primer", "tercero": "tercer", "grande": "gran"}
# feminine nouns that begin with a stressed a
STRESSED = ("agua", "aula", "área", "arma", "águila", "ala", "ama")


def degree(adj, deg, g="m", pl=False):
    word = adj.words["es"]
    comparative = {"bueno": "mejor", "malo": "peor"}.get(word)
    if deg in ("more", "most") and comparative:
        return comparative + ("es" if pl else "")
    word = adjective(word, g, pl)
    return ("más " if deg == "most" else DEGREE[deg] + " " if deg else "") + word


def np(x, case="", neg=False):
    if x.kind == "pronoun":
        if case == "prep":
            return AFTER_PREP[x.person + (x.g if x.person == "3s" else "")]
        return "" if x.drop else PRONOUN[x.person + (x.g if x.person == "3s" else "")]
    if x.kind != "noun":
        return x.texts["es"]
    w, pl, g = x.noun.words["es"], number(x, "es"), gender(x, "es")
    head = w.pl if pl else w.word
    for a, d in x.adjs:
        if a.words.get("es_before"):
            form = BEFORE.get(a.words["es"]) if not pl and (g == "m" or a.words["es"] == "grande") else None
            head = (form or adjective(a.words["es"], g, pl)) + " " + head
        else:
            head += " " + degree(a, d, g, pl)
    stressed = g == "f" and not pl and head.startswith(STRESSED)
    det = x.det
    if det in ("the", "all"):
        all_ = "" if det == "the" else "todas " if g == "f" else "todos "
        head = all_ + "¤" + THE["m" if stressed else g][pl] + " " + head
    elif det == "my":
        p = MY[x.poss]
        head = (adjective(p, g, pl) if p == "nuestro" else p + ("s" if pl else "")) + " " + head
    elif det == "a":
        if not x.noun.mass:
            head = (("unas " if g == "f" else "unos ") if pl else ("una " if g == "f" and not stressed else "un ")) + head
    elif det == "num":
        head = numbers.spanish(x.num, g, True) + " " + head
    elif det == "some" and neg:
        pass
    elif det == "some":
        head = ("algunas " if g == "f" else "algunos ") + head
    elif det in ("this", "that"):
        stem = {"this": "est", "that": "es"}[det]
        head = stem + (("as" if pl else "a") if g == "f" else "os" if pl else "e") + " " + head
        if stressed:
            head = stem + "a " + head.split(" ", 1)[1]
    elif det == "many":
        head = ("muchas " if g == "f" else "muchos ") + head
    elif det == "another":
        head = ("otra " if g == "f" else "otro ") + head
    elif det == "no":
        head = ("ninguna " if g == "f" and not stressed else "ningún ") + head
    elif det == "every":
        head = "cada " + head
    elif det == "which":
        head = "qué " + head
    return (head + " " + post(x)).strip()


def post(x):
    if x.post is None:
        return ""
    if isinstance(x.post, dict):
        return x.post["es"]
    if isinstance(x.post, tuple):
        prep, y = x.post
        return ("de" if isinstance(prep, str) else prep["es"]) + " " + np(y, "prep")
    return "que " + " ".join(t for _, t in clause(x.post.clause) if t)


MODAL = {"can": ("poder", "pres", ""), "could": ("poder", "cond", ""), "may": ("poder", "pres", ""), "must": ("deber", "pres", ""), "should": ("deber", "cond", ""),
         "have_to": ("tener", "pres", "que"), "want": ("querer", "pres", ""), "need_to": ("necesitar", "pres", ""), "would_like": ("gustar", "cond", ""), "would_prefer": ("preferir", "cond", ""),
         "hope_to": ("esperar", "pres", ""), "try_to": ("intentar", "pres", ""), "plan_to": ("pensar", "pres", ""), "had_to": ("tener", "pret", "que"),
         "could_past": ("poder", "pret", ""), "wanted": ("querer", "impf", "")}


def clitics(c):
    """-> the pronouns of the clause: reflexive, indirect, direct."""
    v, out = c.verb.es if c.verb else None, []
    if v and v.refl:
        out.append(REFL[INDEX[person(c.subj, "es")]])
    if c.iobj is not None:
        out.append(DATIVE[c.iobj.person if c.iobj.kind != "noun" else person(c.iobj, "es")])
    o = c.obj
    if o is not None and v and v.le and not c.gap == "obj":
        out.append(DATIVE[o.person if o.kind == "pronoun" else person(o, "es")])
    elif o is not None and o.kind == "pronoun" and not v.rest:
        out.append(ACCUSATIVE[o.person + (o.g if o.person == "3s" else "")])
    return out


def verb_group(c):
    """-> the finite verb with its clitics, and the words after which a questioned subject would not stand."""
    p = person(c.subj, "es")
    i, t = INDEX[p], c.tense["es"]
    no = "no " if c.neg else ""
    cl = clitics(c)
    pro = "".join(x + " " for x in cl)
    inf = c.verb.es.inf if c.verb else ("estar" if c.estar else "ser")
    forms = conjugate(inf)
    freq = FREQ.get(c.freq, "")
    freq = freq + " " if freq else ""
    if c.command:
        pers = {"2f": 1, "2s": 4, "1p": 2}[c.subj.person]
        if c.neg:
            return "no " + pro + forms["subj"][pers], ""
        return attach(imperative(inf, pers), cl), ""
    if c.modal == "would_like":
        to = {"3s": "le", "3p": "les"}.get(p) or DATIVE[p]
        return no + to + " gustaría", freq + attach_infinitive(inf, cl)
    if c.modal:
        m, mt, link = MODAL[c.modal]
        return no + freq + conjugate(m)[mt][i], (link + " " + attach_infinitive(inf, cl)).strip()
    if t == "prog":
        return no + pro + conjugate("estar")["pres"][i] + " " + forms["ger"], ""
    if t in ("perf", "plup"):
        return no + freq + pro + conjugate("haber")["pres" if t == "perf" else "impf"][i] + " " + forms["part"], ""
    if t == "going":
        return no + freq + conjugate("ir")["pres"][i], "a " + attach_infinitive(inf, cl)
    return no + freq + pro + forms[{"will": "fut", "past": "impf" if (c.verb is None or c.verb.stative) else "pret"}.get(t, t)][i], ""


def attach_infinitive(inf, cl):
    if len(cl) > 1:
        return attach(inf, cl)
    form = inf + "".join(cl)
    return form


def experiencer(x):
    """`me gustaría` names its subject with a: a Ana le gustaría."""
    if x.kind == "pronoun":
        return "" if x.drop or x.person in ("1s", "1p", "2s") else "a " + AFTER_PREP[x.person + (x.g if x.person == "3s" else "")]
    if x.kind == "who":
        return "a quién"
    return "a " + np(x)


def clause(c):
    k = lambda s: "%d%s" % (c.id, s)
    v = c.verb.es if c.verb else None
    subject_asked = c.subj.kind in ("who", "what")
    inverted, t = bool(c.q) and not subject_asked, c.tense["es"]
    gustar = c.modal == "would_like"
    text = "" if c.command or c.gap == "subj" else experiencer(c.subj) if gustar else np(c.subj)
    subj = [(k("V" if c.subj.kind in ("pronoun", "who", "what") or inverted else "S"), text)]
    out = []
    if c.advs and c.front:
        out.append((k("A0"), c.advs[0][1]["es"] + ("," if not c.q else "")))
    if c.q and not isinstance(c.q, str):
        out.append((k("Q"), c.q["es"] if isinstance(c.q, dict) else np(c.q[1])))
    elif c.q == "what":
        out.append((k("V"), "qué"))
    finite, rest = verb_group(c)
    verb = [(k("V"), finite), (k("V"), rest)]
    if inverted and not gustar:
        # usted is often left out of a question.
        subj = [] if c.subj.person == "2f" and c.style < .4 and not c.sub else subj
        # tenía is I, you and he.
        if c.subj.kind == "pronoun" and c.subj.person == "1s" and not c.modal and (t in ("cond", "plup") or t == "past" and (v is None or c.verb.stative)):
            subj = [(k("V"), "yo")]
        what = objects(c, v, k)
        if v and v.rest and c.obj is None and c.subj.kind != "pronoun" and not rest:
            out += verb + what[:1] + subj + what[1:]
        else:
            out += verb[:1] + subj + verb[1:] + what
    else:
        out += subj + verb + objects(c, v, k)
    for i, (_, adv) in enumerate(c.advs):
        if not (i == 0 and c.front):
            out.append((k("A%d" % i), adv["es"]))
    if c.please:
        out = [(k("P"), "por favor, ")] + out if c.style < .3 else out + [(k("P"), ", por favor")]
    return [(key, t) for key, t in out if t]


def objects(c, v, k):
    if c.pred is not None:
        key = k("O")
        if isinstance(c.pred, tuple):
            return [(key, degree(*c.pred, gender(c.subj, "es"), number(c.subj, "es")))]
        return [(key, c.pred["es"] if isinstance(c.pred, dict) else np(c.pred))]
    out = [(k("V"), v.rest)] if v.rest else []
    asked = c.q == "what" or isinstance(c.q, tuple)
    if c.obj is not None and c.gap != "obj" and not asked and (c.obj.kind != "pronoun" or v.rest and not v.le):
        o = np(c.obj, "prep" if v.rest else "acc", c.neg)
        direct = not v.rest
        if v.le or direct and c.obj.human and v.inf not in ("tener", "necesitar") and (definite(c.obj) or v.inf not in ("buscar", "contratar", "encontrar")):
            o = "a " + o
        out.append((k(obj_key(c.obj, c.neg)), o))
    if c.iobj is not None and c.iobj.kind != "pronoun":
        out.append((k("I"), "a " + np(c.iobj)))
    if c.place:
        out.append((k("L"), c.place["es"]))
    return out


def finish(text):
    text = re.sub(r"\b([Aa]|[Dd]e) ¤el ", r"\1l ", text).replace("¤", "")
    text = re.sub(r"\by (?=(?:i|hi(?!e))[\wáéíóú])", "e ", text, flags=re.I)
    text = re.sub(r"\bo (?=h?[oó])", "u ", text)
    return re.sub(r"\bcon (mí|ti)\b", lambda m: {"mí": "conmigo", "ti": "contigo"}[m.group(1)], text)
