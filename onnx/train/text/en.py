"""An abstract phrase or clause -> English: do-support, irregular verbs, articles, contractions.

A clause becomes [(key, text)]: the keys name its parts (see join.py)."""

import re

from . import numbers
from .spec import number, obj_key, person

PAST = {w.split()[0]: (w.split()[1], w.split()[-1]) for w in """go went gone|catch caught|buy bought|have had|make made|take took taken|get got gotten|find found|lose lost|leave left|eat ate eaten|drink drank drunk|see saw seen
give gave given|send sent|write wrote written|read read|speak spoke spoken|say said|tell told|know knew known|think thought|understand understood|forget forgot forgotten|pay paid|sell sold|bring brought
wear wore worn|sleep slept|wake woke woken|meet met|hear heard|feel felt|put put|begin began begun|come came come|drive drove driven|fly flew flown|run ran run|swim swam swum|sit sat|stand stood|choose chose chosen|break broke broken
cut cut|show showed shown|teach taught|keep kept|spend spent|win won|cost cost|build built|do did done|hold held|sing sang sung|quit quit|hurt hurt|draw drew drawn|lend lent|fall fell fallen|grow grew grown|ring rang rung|set set|let let|lead led|lie lay lain|feed fed|hide hid hidden|throw threw thrown|hang hung|forgive forgave forgiven|take took taken|be was been""".replace("\n", "|").split("|")}
DOUBLE = {"prefer", "stop", "plan", "shop", "put", "run", "swim", "get", "sit", "begin", "forget", "win", "set", "quit", "chat", "wrap", "cut", "log"}
BE = {"1s": "am", "3s": "is"}
DO = {"1s": "I", "2f": "you", "2s": "you", "1p": "we", "3p": "they"}
MY = {"1s": "my", "2f": "your", "2s": "your", "3sm": "his", "3sf": "her", "1p": "our", "3p": "their"}
ME = {"1s": "me", "2f": "you", "2s": "you", "1p": "us", "3p": "them", "3sm": "him", "3sf": "her", "3sn": "it"}
FREQ = {"always": "always", "often": "often", "usually": "usually", "never": "never", "sometimes": "sometimes", "rarely": "rarely"}


def third(v):
    if v in ("have", "do", "go"):
        return {"have": "has", "do": "does", "go": "goes"}[v]
    if v.endswith(("s", "x", "ch", "sh")):
        return v + "es"
    return v[:-1] + "ies" if v[-1] == "y" and v[-2] not in "aeiou" else v + "s"


def past(v):
    """-> simple past, participle."""
    if v in PAST:
        return PAST[v]
    p = v + "d" if v.endswith("e") else v[:-1] + "ied" if v[-1] == "y" and v[-2] not in "aeiou" else v + (v[-1] if v in DOUBLE else "") + "ed"
    return p, p


def gerund(v):
    if v == "lie":
        return "lying"
    if v.endswith("e") and not v.endswith("ee") and v != "be":
        return v[:-1] + "ing"
    return v + (v[-1] if v in DOUBLE else "") + "ing"


def article(word):
    w = word.lower()
    if w.startswith(("hour", "honest", "honor", "heir")):
        return "an"
    if w.startswith(("uni", "use", "euro", "one", "usu")):
        return "a"
    return "an" if w[0] in "aeiou" else "a"


ONE_SYLLABLE = re.compile(r"^[^aeiouy]*[aeiouy]+[^aeiouy]*e?$")


def compare(a, end="er"):
    """big -> bigger, expensive -> more expensive; end may be est."""
    more = {"er": "more ", "est": "most "}[end]
    if a in ("good", "bad"):
        return {"good": {"er": "better", "est": "best"}, "bad": {"er": "worse", "est": "worst"}}[a][end]
    if a[-1] == "y" and a[-2] not in "aeiou":
        return a[:-1] + "i" + end
    if a in ("quiet", "simple", "clever"):
        return a + (end[1:] if a.endswith("e") else end)
    if ONE_SYLLABLE.match(a) and a not in ("French", "wrong", "burnt", "tired", "bored", "closed", "raw"):
        if a.endswith("e"):
            return a + end[1:]
        return a + (a[-1] if re.search("[^aeiou][aeiou][bdgmnpt]$", a) else "") + end
    return more + a


def degree(adj, deg):
    word = adj.words["en"]
    if deg in ("", "very", "too", "really", "quite", "so"):
        return (deg + " " + word).strip()
    return {"little": "a little " + word, "more": compare(word), "most": compare(word, "est"), "less": "less " + word, "as": "as " + word}[deg]


def np(x, case="", neg=False):
    if x.kind == "pronoun":
        if case:
            return ME[x.person + (x.g if x.person == "3s" else "")]
        return DO.get(x.person) or {"m": "he", "f": "she", "n": "it"}[x.g]
    if x.kind != "noun":
        return x.texts["en"]
    w = x.noun.words["en"]
    pl = number(x, "en") or w.only
    head = " ".join([degree(a, d) for a, d in x.adjs] + [w.pl if pl else w.word])
    det = x.det
    if det == "my":
        head = MY[x.poss] + " " + head
    elif det == "a":
        head = "a pair of " + head if w.only and not x.noun.mass else ("any " if neg else "some ") + head if x.noun.mass or pl else article(head) + " " + head
    elif det == "num":
        head = numbers.english(x.num) + " " + head
    elif det == "some":
        head = ("any " if neg else "some ") + head
    elif det == "this":
        head = ("these " if pl else "this ") + head
    elif det == "that":
        head = ("those " if pl else "that ") + head
    elif det == "all":
        head = "all the " + head
    elif det != "bare":
        head = {"the": "the ", "many": "many ", "another": "another ", "no": "no ", "every": "every ", "which": "which "}[det] + head
    return (head + " " + post(x)).strip()


def post(x):
    if x.post is None:
        return ""
    if isinstance(x.post, dict):
        return x.post["en"]
    if isinstance(x.post, tuple):
        prep, y = x.post
        return (prep if isinstance(prep, str) else prep["en"]) + " " + np(y, "acc")
    c = x.post.clause
    who = "who" if x.human and x.post.role == "subj" else "that"
    return who + " " + " ".join(t for _, t in clause(c) if t)


MODAL = {"can": "can", "could": "could", "may": "may", "must": "must", "should": "should", "would_like": "would like to", "would_prefer": "would prefer to", "could_past": "could"}
DO_MODAL = {"have_to": "have to", "want": "want to", "need_to": "need to", "hope_to": "hope to", "try_to": "try to", "plan_to": "plan to", "had_to": "had to", "wanted": "wanted to"}


def be(p, tense="pres"):
    if tense == "past":
        return "was" if p in ("1s", "3s") else "were"
    return BE.get(p, "are")


def group(c, v, p):
    """-> (auxiliary or "", the rest of the verb group); v is the bare verb."""
    no, t, is3 = "not" if c.neg else "", c.tense["en"], p == "3s"
    freq = FREQ.get(c.freq, "")
    j = lambda *w: " ".join(x for x in w if x)
    do = "does" if is3 else "do"
    asked = c.neg or (c.q and not c.gap)
    if c.modal in MODAL:
        head, *tail = MODAL[c.modal].split()
        return head, j(no, freq, *tail, v)
    if c.modal:
        m = DO_MODAL[c.modal]
        if m in ("had to", "wanted to"):
            return ("did", j(no, {"had to": "have to", "wanted to": "want to"}[m], v)) if asked else ("", j(m, v))
        head, *tail = m.split()
        return (do, j(no, m, v)) if asked else ("", j(third(head) if is3 else head, *tail, v))
    if v == "be" and t in ("pres", "past"):
        return be(p, t), j(no, freq)
    if t == "pres":
        return (do, j(no, freq, v)) if asked else ("", j(freq, third(v) if is3 else v))
    if t == "past":
        return ("did", j(no, freq, v)) if asked else ("", j(freq, past(v)[0]))
    if t == "perfprog":
        return "ħas" if is3 else "ħave", j(no, "been", gerund(v))
    if t == "prog":
        return be(p), j(no, gerund(v))
    if t in ("perf", "plup"):
        return "had" if t == "plup" else "ħas" if is3 else "ħave", j(no, freq, past(v)[1])
    if t == "going":
        return be(p), j(no, "going to", v)
    return {"will": "will", "cond": "would"}[t], j(no, freq, v)


def clause(c):
    p = person(c.subj, "en")
    k = lambda s: "%d%s" % (c.id, s)
    v = c.verb.en if c.verb else None
    subject_asked = c.subj.kind in ("who", "what")
    inverted = bool(c.q) and not c.sub and not subject_asked
    if c.command:
        aux, rest = ("", ("do not " if c.neg else "") + (v.verb if v else "be"))
        if p == "1p":
            aux, rest = "", "let's " + ("not " if c.neg else "") + (v.verb if v else "be")
        if c.please and c.style < .5:
            rest = "please " + rest
    else:
        ask, c.q = c.q, c.q if inverted else None
        aux, rest = group(c, v.verb if v else "be", p)
        c.q = ask
    out = []
    subj = [] if c.command or c.gap == "subj" else [(k("V" if c.subj.kind in ("pronoun", "who", "what") or inverted else "S"), np(c.subj))]
    if c.advs and c.front:
        out.append((k("A0"), c.advs[0][1]["en"] + ("," if not c.q else "")))
    if c.q and not isinstance(c.q, str):
        out.append((k("Q"), c.q["en"] if isinstance(c.q, dict) else np(c.q[1])))
    elif c.q == "what":
        out.append((k("V"), "what"))
    out += [(k("V"), aux)] + subj if inverted else subj + [(k("V"), aux)]
    out.append((k("V"), rest))
    out += objects(c, v, k)
    for i, (_, text) in enumerate(c.advs):
        if not (i == 0 and c.front):
            out.append((k("A%d" % i), text["en"]))
    if c.please and c.style >= .5:
        out.append((k("P"), ", please"))
    return [(key, t) for key, t in out if t]


def objects(c, v, k):
    if c.pred is not None:
        key = k("O")
        if isinstance(c.pred, tuple):
            return [(key, degree(*c.pred))]
        return [(key, c.pred["en"] if isinstance(c.pred, dict) else np(c.pred))]
    asked = c.q == "what" or isinstance(c.q, tuple)
    obj = [] if c.obj is None or c.gap == "obj" or asked else [(k(obj_key(c.obj, c.neg)), np(c.obj, "acc", c.neg))]
    out = [(k("V"), v.rest)] if v.rest else []
    if v.particle:
        out += obj + [(k("V"), v.particle)] if c.obj is not None and c.obj.kind == "pronoun" else [(k("V"), v.particle)] + obj
    else:
        out += obj
    if c.iobj is not None:
        i = np(c.iobj, "acc")
        if c.iobj.kind == "pronoun" and obj and v.verb in ("give", "send", "show", "bring", "sell", "lend", "write", "offer", "tell"):
            out = [(k("V"), i)] + out
        else:
            out.append((k("V" if c.iobj.kind == "pronoun" else "I"), "to " + i))
    if c.place:
        out.append((k("L"), c.place["en"]))
    return out


# have as an auxiliary is written ħave until here: only it contracts.
CONTRACT = [(r"\bwill not\b", "won't"), (r"\b(do|does|did|was|were|could|should|would|ħas|ħave) not\b", r"\1n't"), (r"\b(I) am\b", r"\1'm"), (r"\b(you|we|they) are\b", r"\1're"), (r"\b(he|she|it|that|what|where|there|who) is\b", r"\1's"),
            (r"\b(I|you|he|she|it|we|they) will\b", r"\1'll"), (r"\b(I|you|he|she|we|they) would\b", r"\1'd"), (r"\b(I|you|we|they) ħave\b", r"\1've"),
            (r"\b(is|are) not\b", r"\1n't"), (r"\bcan not\b", "can't")]


CONTRACT = [(re.compile(a + r"(?=,? \w)", re.I if "(you|" in a or "(he|" in a else 0), b) for a, b in CONTRACT]


def finish(text, contracted=True):
    """Contractions where something follows: "Yes, I am." stays."""
    if contracted:
        for pattern, short in CONTRACT:
            text = pattern.sub(short, text)
    return text.replace("ħ", "h").replace("can not", "cannot")
