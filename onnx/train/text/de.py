"""An abstract phrase or clause -> German: cases, endings, verb second or last, separable prefixes, kein and nicht.

A clause becomes [(key, text)]: the keys name its parts (see join.py). Definite articles carry ¤, so that finish() contracts
`zu ¤dem` to `zum` and never touches a pronoun."""

import re

from . import numbers
from .german import DIES, MIXED, STRONG_ENDING, THE, WEAK, adjective, cell, comparative, conjugate, imperative, noun, superlative, EIN
from .spec import NP, definite, gender, language, number, obj_key, person

INDEX = {"1s": 0, "2s": 1, "3s": 2, "1p": 3, "3p": 4, "2f": 4}
PRONOUN = {"1s": ("ich", "mich", "mir"), "2s": ("du", "dich", "dir"), "2f": ("Sie", "Sie", "Ihnen"), "3sm": ("er", "ihn", "ihm"), "3sf": ("sie", "sie", "ihr"),
           "3sn": ("es", "es", "ihm"), "1p": ("wir", "uns", "uns"), "3p": ("sie", "sie", "ihnen")}
REFL = {"acc": ["mich", "dich", "sich", "uns", "sich"], "dat": ["mir", "dir", "sich", "uns", "sich"]}
MY = {"1s": "mein", "2f": "Ihr", "2s": "dein", "3sm": "sein", "3sf": "ihr", "1p": "unser", "3p": "ihr"}
FREQ = {"always": "immer", "often": "oft", "usually": "normalerweise", "never": "nie", "sometimes": "manchmal", "rarely": "selten"}
DEGREE = {"very": "sehr", "too": "zu", "really": "wirklich", "quite": "ziemlich", "little": "ein bisschen", "so": "so", "less": "weniger", "as": "so"}
CASES = ("nom", "acc", "dat", "gen")
NO_REST = {"Hunger": "keinen Hunger", "Durst": "keinen Durst", "Angst": "keine Angst", "Glück": "kein Glück", "Zeit": "keine Zeit", "Kopfschmerzen": "keine Kopfschmerzen",
           "Fieber": "kein Fieber", "Sport": "keinen Sport", "Geld": "kein Geld", "Musik": "keine Musik", "Notizen": "keine Notizen", "etwas": "nichts", "Sorgen": "keine Sorgen",
           "Spaß": "keinen Spaß", "Wäsche": "keine Wäsche", "Karten": "keine Karten"}


def degree(adj, deg):
    word = adj.words["de"]
    if deg == "more":
        return comparative(word)
    return (DEGREE[deg] + " " if deg else "") + word


def inflected(adj, deg, table, g, case):
    word = adj.words["de"]
    lead = DEGREE[deg] + " " if deg in DEGREE else ""
    stem = superlative(word) if deg == "most" else comparative(word) if deg == "more" else word
    return lead + adjective(stem, table, g, case)


def np(x, case="nom", neg=False):
    if x.kind == "pronoun":
        return PRONOUN[x.person + (x.g if x.person == "3s" else "")][CASES.index(case)]
    if x.kind == "who":
        return {"nom": "wer", "acc": "wen", "dat": "wem"}[case]
    if x.kind != "noun":
        if x.texts.get("title") and case != "nom":
            return x.texts["de"].replace("Herr ", "Herrn ")
        return x.texts["de"]
    w, pl = x.noun.words["de"], number(x, "de")
    pair = w.only and x.det == "a" and not x.pl and not x.noun.mass
    g = "p" if pl or w.only else w.g
    if pair:
        pl = True
    det = x.det
    lead, table, there = "", STRONG_ENDING, ""
    art = cell(THE, g, case)
    if det in ("the", "all"):
        lead, table = ("alle " if det == "all" else "¤" + art + " "), WEAK
        if det == "all" and case == "dat":
            lead = "allen "
    elif det == "my":
        lead, table = MY[x.poss] + cell(EIN, g, case) + " ", MIXED
    elif det in ("a", "no"):
        if neg or det == "no":
            lead, table = "kein" + cell(EIN, g, case) + " ", MIXED
        elif pair:
            lead, table = "ein Paar ", STRONG_ENDING
        elif not x.noun.mass and g != "p":
            lead, table = "ein" + cell(EIN, g, case) + " ", MIXED
    elif det == "bare" and neg:
        lead, table = "kein" + cell(EIN, g, case) + " ", MIXED
    elif det == "num":
        lead = numbers.german(x.num) + " "
    elif det == "some":
        lead = ("keine " if case != "dat" else "keinen ") if neg else "einige" + ("n " if case == "dat" else " ")
        table = MIXED if neg else STRONG_ENDING
    elif det == "many":
        lead = "viele" + ("n " if case == "dat" else " ")
    elif det in ("this", "that", "which", "every"):
        stem = {"this": "dies", "that": "dies", "which": "welch", "every": "jed"}[det]
        lead, table = stem + cell(DIES, g, case) + " ", WEAK
        if det == "that" and not x.post:
            # As it is spoken: die Hose da, hardly jene Hose.
            lead, there = art + " ", " da"
    elif det == "another":
        lead, table = "noch ein" + cell(EIN, g, case) + " ", MIXED
        if case == "dat":
            lead = "ein" + cell(EIN, g, case) + " anderen "
    adjs = "".join(inflected(a, d, table, g, case) + " " for a, d in reversed(x.adjs))
    return (lead + adjs + noun(w, case, pl or w.only) + there + (" " + post(x) if x.post else "")).strip()


RELATIVE = {"m": ("der", "den", "dem"), "f": ("die", "die", "der"), "n": ("das", "das", "dem"), "p": ("die", "die", "denen")}


def post(x):
    if isinstance(x.post, dict):
        return x.post["de"]
    if isinstance(x.post, tuple):
        prep, y = x.post
        if prep == "of":
            if y.kind == "noun":
                return genitive(y)
            return "von " + np(y, "dat")
        word, case = prep["de"].split("+")
        return word + " " + np(y, case)
    c, g = x.post.clause, "p" if number(x, "de") else gender(x, "de")
    case = "nom" if x.post.role == "subj" else c.verb.de.case
    pron = RELATIVE[g][CASES.index(case)]
    prep = c.verb.de.prep + " " if x.post.role == "obj" and c.verb.de.prep else ""
    return "‹, " + prep + pron + " " + " ".join(t for _, t in clause(c) if t) + ",›"


def genitive(y):
    w, pl = y.noun.words["de"], number(y, "de")
    if y.det in ("the", "my", "this") and not (w.g == "p"):
        return np(y, "gen")
    return "von " + np(y, "dat")


HABEN_PAST = ("haben", "sein")
MODALS = {"can": ("können", "pres"), "could": ("können", "konj"), "may": ("dürfen", "pres"), "must": ("müssen", "pres"), "should": ("sollen", "konj"), "have_to": ("müssen", "pres"),
          "want": ("wollen", "pres"), "need_to": ("müssen", "pres"), "would_like": ("möchten", "konj"), "had_to": ("müssen", "past"), "could_past": ("können", "past"), "wanted": ("wollen", "past")}
ZU = {"hope_to": "hoffen", "try_to": "versuchen", "plan_to": "vor|haben"}


def verb_group(c):
    """-> finite word, the words at the end of the clause, a particle for the middle, and a zu-infinitive or nothing."""
    i, t = INDEX[person(c.subj, "de")], c.tense["de"]
    name = c.verb.de.verb if c.verb else "sein"
    f = conjugate(name)
    future = any(kind in ("time", "clock") for kind, _ in c.advs)
    if c.command:
        return imperative(name, {"2f": 4, "2s": 1, "1p": 3}.get(c.subj.person, 4)), [f["prefix"]], "", ""
    if c.modal in ZU:
        m = conjugate(ZU[c.modal])
        return m["pres"][i], [m["prefix"]], "", f["zu"]
    if c.modal == "would_prefer":
        return conjugate("werden")["konj"][i], [f["inf"]], "lieber", ""
    if c.modal:
        m, mt = MODALS[c.modal]
        if c.modal in ("must",) and c.neg:
            m = "dürfen"
        return conjugate(m)[mt][i], [f["inf"]], "", ""
    if t == "will" or t == "going" and not future:
        return conjugate("werden")["pres"][i], [f["inf"]], "", ""
    if t == "cond":
        if name in ("sein", "haben"):
            return f["konj"][i], [], "", ""
        return conjugate("werden")["konj"][i], [f["inf"]], "", ""
    if t in ("perf", "plup") or t == "past" and name not in HABEN_PAST:
        # What has an object takes haben: den Bus gefahren.
        aux = "haben" if c.obj is not None and c.verb and not c.verb.de.prep else f["aux"]
        return conjugate(aux)["past" if t == "plup" else "pres"][i], [f["part"]], "", ""
    if t == "past":
        return f["past"][i], [f["prefix"]], "", ""
    return f["pres"][i], [f["prefix"]], "gerade" if t == "prog" and not any(kind == "now" for kind, _ in c.advs) else "", ""


FREQUENCY = ("habit", "perfect")


def middle(c, k, subj=None):
    """What stands between the finite verb and the end: pronouns, times, definite objects, nicht, manner, place, the rest."""
    v, out, neg = c.verb.de if c.verb else None, [], c.neg
    i = INDEX[person(c.subj, "de")]
    asked = c.q == "what" or isinstance(c.q, tuple)
    obj = None if c.gap == "obj" or asked else c.obj
    pronoun_obj = obj is not None and obj.kind == "pronoun" and not v.prep
    if subj and subj[0][1]:
        out += subj
    if v and v.refl:
        out.append((k("V"), REFL[v.refl][i]))
    if pronoun_obj:
        out.append((k("V"), np(obj, v.case)))
    if c.iobj is not None and c.iobj.kind == "pronoun":
        out.append((k("V"), np(c.iobj, "dat")))
    if c.command and c.please:
        out.append((k("P"), "bitte"))
    particle = verb_group(c)[2]
    if particle:
        out.append((k("V"), particle))
    advs = [(n, kind, t["de"]) for n, (kind, t) in enumerate(c.advs) if not (n == 0 and c.front)]
    times = [(k("A%d" % n), t) for n, kind, t in advs if kind in ("time", "clock", "now")]
    # "not every day", but at night not at all
    counted = lambda t: t.startswith(("jede", "einmal", "zweimal", "dreimal", "oft", "mehrmals"))
    freq_advs = [(k("A%d" % n), t) for n, kind, t in advs if kind in FREQUENCY and counted(t)]
    times += [(k("A%d" % n), t) for n, kind, t in advs if kind in FREQUENCY and not counted(t)]
    hows = [(k("A%d" % n), t) for n, kind, t in advs if kind in ("manner", "company")]
    places = [(k("A%d" % n), t) for n, kind, t in advs if kind == "place"]
    out += times
    if freq_advs and not neg:
        out += freq_advs
    if c.freq:
        out.append((k("V"), FREQ[c.freq]))
    if c.iobj is not None and c.iobj.kind != "pronoun":
        out.append((k("I"), np(c.iobj, "dat")))
    late = []
    rest = v.rest if v else ""
    if obj is not None and not pronoun_obj:
        key = k(obj_key(obj, neg))
        if v.prep:
            o = (key, v.prep + " " + np(obj, v.case))
            late.append(o)
        elif language(obj):
            # Ich spreche kein Deutsch.
            late.append((key, ("kein " if neg else "") + np(obj)))
            neg = False
        elif definite(obj):
            out.append((key, np(obj, v.case)))
        else:
            kein = neg and obj.det in ("a", "bare", "some")
            late.append((key, np(obj, v.case, kein)))
            neg = neg and not kein
    if neg and rest and rest in NO_REST or neg and rest.startswith(("ein ", "eine ", "einen ")):
        rest, neg = NO_REST.get(rest) or "k" + rest, False
    if neg and isinstance(c.pred, NP) and c.pred.det == "a":
        neg = False
    if neg:
        out.append((k("V"), "nicht"))
        out += freq_advs
    elif c.neg:
        out += freq_advs
    out += hows + places
    # The preposition's object stands nearest to the verb, an idiom's words nearer still.
    if rest in ("Angst", "Sorgen", "keine Sorgen"):
        out.append((k("V"), rest))
        rest = ""
    out += late
    if c.pred is not None:
        key = k("O")
        text = degree(*c.pred) if isinstance(c.pred, tuple) else c.pred["de"] if isinstance(c.pred, dict) else np(c.pred, "nom", c.neg and c.pred.det == "a")
        out.append((key, text))
    if rest:
        out.append((k("V"), rest))
    if c.place:
        out.append((k("L"), c.place["de"]))
    return out


def clause(c):
    k = lambda s: "%d%s" % (c.id, s)
    finite, tail, _, zu = verb_group(c)
    tail = [t for t in tail if t]
    text = "" if c.gap == "subj" else np(c.subj)
    subj = [(k("V" if c.subj.kind in ("pronoun", "who", "what") or c.q and not c.sub else "S"), text)]
    if c.sub:
        q = [(k("Q"), c.q["de"])] if isinstance(c.q, dict) else []
        lead = q + subj
        if zu:
            m = conjugate(ZU[c.modal])
            word = m["prefix"] + finite
            return clean(lead + [(k("V"), ("nicht " if c.neg else "") + word + ",")] + middle_zu(c, k) + [(k("V"), zu + ",")])
        word = tail[0] + finite if tail and c.verb and tail == [conjugate(c.verb.de.verb)["prefix"]] else finite
        end = tail if word == finite else []
        return clean(lead + middle(c, k) + [(k("V"), t) for t in end + [word]])
    if c.command:
        who = {"2f": "Sie", "2s": ""}.get(c.subj.person, "")
        if c.subj.person == "1p":
            f = conjugate(c.verb.de.verb)
            inner = middle(c, k)
            # lassen Sie es uns tun
            it = [inner.pop(0)] if c.obj is not None and c.obj.kind == "pronoun" and not c.verb.de.prep and not c.verb.de.refl else []
            return clean([(k("V"), "lassen Sie" if c.subj.texts is None else "lass")] + it + [(k("V"), "uns")] + inner + [(k("V"), f["inf"])])
        return clean([(k("V"), finite), (k("V"), who)] + middle(c, k) + [(k("V"), t) for t in tail])
    front = []
    if c.q and not isinstance(c.q, str):
        front = [(k("Q"), c.q["de"] if isinstance(c.q, dict) else ((c.verb.de.prep + " ") if c.verb.de.prep else "") + np(c.q[1], c.verb.de.case))]
    elif c.q == "what":
        front = [(k("V"), "was")]
    elif c.advs and c.front and not c.q:
        front = [(k("A0"), c.advs[0][1]["de"])]
    subject_asked = c.subj.kind in ("who", "what")
    if c.q == "yn" and not subject_asked:
        lead, inner = [(k("V"), finite)], subj
    elif front and not subject_asked:
        lead, inner = front + [(k("V"), finite)], subj
    else:
        lead, inner = subj + [(k("V"), finite)], None
    if zu:
        head = lead + (inner or []) + ([(k("V"), "nicht")] if c.neg else []) + [(k("V"), t) for t in tail]
        head[-1] = (head[-1][0], head[-1][1] + ",")
        return clean(head + middle_zu(c, k) + [(k("V"), zu)])
    return clean(lead + middle(c, k, inner) + [(k("V"), t) for t in tail])


def middle_zu(c, k):
    """The middle inside a zu-infinitive: the negation stays outside."""
    neg, c.neg = c.neg, False
    out = middle(c, k)
    c.neg = neg
    return out


def clean(tokens):
    """Drops what is empty, and puts an object's relative clause after the verb: die Mahlzeiten vor, die er gekocht hat."""
    tokens = [(key, t) for key, t in tokens if t]
    for n, (key, t) in enumerate(tokens):
        if "‹" in t and n > 1 and n < len(tokens) - 1:
            a = t.index("‹")
            rel = t[a:]
            tokens[n] = (key, t[:a].strip())
            tokens.append((key, rel))
    return tokens


CONTRACT = {"zu dem": "zum", "zu der": "zur", "in dem": "im", "an dem": "am", "bei dem": "beim", "von dem": "vom", "in das": "ins", "an das": "ans"}
JOINED = re.compile(r"\b(zu|in|an|bei|von) ¤(dem|der|das) ", re.I)
MARKS = {ord(c): None for c in "¤‹›"}


def contract(m):
    short = CONTRACT.get("%s %s" % (m.group(1).lower(), m.group(2)))
    if not short:
        return m.group(0)
    return (short.capitalize() if m.group(1)[0].isupper() else short) + " "


def finish(text):
    return JOINED.sub(contract, text).translate(MARKS)
