"""An abstract phrase or clause -> French: clitics, ne ... pas, avoir and être with their agreements, partitives, est-ce que.

A clause becomes [(key, text)]: the keys name its parts (see join.py). Definite articles carry ¤ and partitives ˚, so that
finish() contracts `de ¤le` to `du` and never touches a pronoun."""

import re

from . import numbers
from .french import BEFORE_VOWEL, adjective, conjugate, elide, imperative, participle, vowel
from .spec import definite, gender, number, obj_key, person

INDEX = {"1s": 0, "2s": 1, "3s": 2, "1p": 3, "2f": 4, "3p": 5}
PRONOUN = {"1s": "je", "2f": "vous", "2s": "tu", "3sm": "il", "3sf": "elle", "3sn": "il", "1p": "nous", "3p": "ils"}
STRESSED = {"1s": "moi", "2f": "vous", "2s": "toi", "3sm": "lui", "3sf": "elle", "3sn": "cela", "1p": "nous", "3p": "eux"}
REFL = ["me", "te", "se", "nous", "vous", "se"]
ACCUSATIVE = {"1s": "me", "2f": "vous", "2s": "te", "3sm": "le", "3sf": "la", "3sn": "le", "1p": "nous", "3p": "les"}
DATIVE = {"1s": "me", "2f": "vous", "2s": "te", "3s": "lui", "1p": "nous", "3p": "leur"}
MY = {"1s": ("mon", "ma", "mes"), "2s": ("ton", "ta", "tes"), "3sm": ("son", "sa", "ses"), "3sf": ("son", "sa", "ses"), "1p": ("notre", "notre", "nos"),
      "2f": ("votre", "votre", "vos"), "3p": ("leur", "leur", "leurs")}
FREQ = {"always": "toujours", "often": "souvent", "usually": "d'habitude", "never": "jamais", "sometimes": "parfois", "rarely": "rarement"}
DEGREE = {"very": "très", "too": "trop", "really": "vraiment", "quite": "assez", "little": "un peu", "so": "si", "more": "plus", "most": "plus", "less": "moins", "as": "aussi"}


def degree(adj, deg, g="m", pl=False):
    word = adj.words["fr"]
    if word == "bon" and deg in ("more", "most"):
        return adjective("meilleur", g, pl)
    return (DEGREE[deg] + " " if deg else "") + adjective(word, g, pl)


def np(x, case="", neg=False):
    """neg: an indefinite object of a negated verb, or after de: pas de pain, besoin de pain."""
    if x.kind == "pronoun":
        return STRESSED[x.person + (x.g if x.person == "3s" else "")] if case == "prep" else PRONOUN[x.person + (x.g if x.person == "3s" else "")]
    if x.kind != "noun":
        return x.texts["fr"]
    w, pl, g = x.noun.words["fr"], number(x, "fr"), gender(x, "fr")
    pair = w.only and x.det == "a" and not x.pl and not x.noun.mass
    if pair:
        g = w.g
    plural = pl or w.only
    head = w.pl if plural else w.word
    for a, d in x.adjs:
        if d == "most" and not a.words["before"]:
            the = "les" if plural else "la" if g == "f" else "le"
            head += " %s %s" % (the, degree(a, d, g, plural))
        elif a.words["before"]:
            form = degree(a, d, g, plural)
            if g == "m" and not plural and d in ("", "most") and vowel(head):
                form = form.replace(a.words["fr"], BEFORE_VOWEL.get(a.words["fr"], a.words["fr"]))
            head = form + " " + head
        else:
            head += " " + degree(a, d, g, plural)
    v = vowel(head)
    det = x.det
    before = any(a.words["before"] for a, _ in x.adjs)
    if det == "the":
        head = "¤" + ("les" if plural else "la" if g == "f" else "le") + " " + head
    elif det == "all":
        head = ("toutes " if g == "f" else "tous ") + "¤les " + head
    elif det == "my":
        m, f, p = MY[x.poss]
        head = (p if plural else m if g == "m" or v else f) + " " + head
    elif det == "a":
        if neg:
            head = ("" if neg == "bare" else "de ") + ("paire de " if pair else "") + head
        elif pair:
            head = "une paire de " + head
        elif x.noun.mass or plural:
            head = "˚" + ("de " if plural and before else "des " if plural else "du " if g == "m" and not v else "de l'" if v else "de la ") + head
        else:
            head = ("une " if g == "f" else "un ") + head
    elif det == "bare" and neg:
        head = head if neg == "bare" else "de " + head
    elif det == "num":
        head = numbers.french(x.num, g) + " " + head
    elif det == "some":
        head = head if neg == "bare" else "de " + head if neg else "quelques " + head
    elif det in ("this", "that"):
        head = ("ces " if plural else "cette " if g == "f" else "cet " if v else "ce ") + head
        if det == "that" and not x.adjs and not x.post:
            head += "-là"
    elif det == "many":
        head = "beaucoup de " + head
    elif det == "another":
        head = ("une autre " if g == "f" else "un autre ") + head
    elif det == "no":
        head = ("aucune " if g == "f" else "aucun ") + head
    elif det == "every":
        head = "chaque " + head
    elif det == "which":
        head = "quel" + ("les " if plural and g == "f" else "s " if plural else "le " if g == "f" else " ") + head
    return (head + " " + post(x)).strip()


def post(x):
    if x.post is None:
        return ""
    if isinstance(x.post, dict):
        return x.post["fr"]
    if isinstance(x.post, tuple):
        prep, y = x.post
        return ("de" if isinstance(prep, str) else prep["fr"]) + " " + np(y, "prep")
    return ("qui " if x.post.role == "subj" else "que ") + " ".join(t for _, t in clause(x.post.clause) if t)


# verb, tense, link
MODAL = {"can": ("pouvoir", "pres", ""), "could": ("pouvoir", "cond", ""), "may": ("pouvoir", "pres", ""), "must": ("devoir", "pres", ""), "should": ("devoir", "cond", ""),
         "have_to": ("devoir", "pres", ""), "want": ("vouloir", "pres", ""), "need_to": ("avoir", "pres", "besoin de"), "would_like": ("aimer", "cond", ""),
         "would_prefer": ("préférer", "cond", ""), "hope_to": ("espérer", "pres", ""), "try_to": ("essayer", "pres", "de"), "plan_to": ("avoir", "pres", "l'intention de"),
         "had_to": ("devoir", "past", ""), "could_past": ("pouvoir", "past", ""), "wanted": ("vouloir", "impf", "")}


def clitics(c):
    """-> in their order: me te se nous vous, le la les, lui leur."""
    v, first, second, third = c.verb.fr if c.verb else None, [], [], []
    i = INDEX[person(c.subj, "fr")]
    if v and v.refl:
        first.append(REFL[i])
    if c.iobj is not None and c.iobj.kind == "pronoun":
        (third if c.iobj.person in ("3s", "3p") else first).append(DATIVE[c.iobj.person])
    o = c.obj
    if o is not None and o.kind == "pronoun" and not (c.gap == "obj"):
        if v.prep == "à":
            (third if o.person in ("3s", "3p") else first).append(DATIVE[o.person])
        elif not v.prep:
            (second if o.person in ("3s", "3p") else first).append(ACCUSATIVE[o.person + (o.g if o.person == "3s" else "")])
    return first + second + third


def agreement(c):
    """-> gender and number the participle takes, or None: from the subject with être, from an object before avoir."""
    v = c.verb.fr if c.verb else None
    if v and (v.refl or conjugate(v.verb)["aux"] == "être"):
        return gender(c.subj, "fr"), number(c.subj, "fr")
    o = c.obj
    if o is not None and v and not v.prep and (o.kind == "pronoun" or c.gap == "obj" or isinstance(c.q, tuple)):
        n = o if not isinstance(c.q, tuple) else c.q[1]
        return gender(n, "fr"), number(n, "fr")
    return None


def verb_group(c):
    """-> the finite verb with its negation and clitics, the words after it."""
    p = person(c.subj, "fr")
    i, t = INDEX[p], c.tense["fr"]
    v = c.verb.fr if c.verb else None
    name = v.verb if v else "être"
    f, cl = conjugate(name), clitics(c)
    pro = " ".join(cl)
    ne, pas = ("ne", "pas") if c.neg else ("ne", "jamais") if c.freq == "never" else ("", "")
    freq = FREQ.get(c.freq, "") if c.freq != "never" else ""
    j = lambda *w: " ".join(x for x in w if x)
    if c.modal:
        m, mt, link = MODAL[c.modal]
        g = conjugate(m)
        if c.modal == "have_to" and c.neg:
            ob = participle("obligé", gender(c.subj, "fr"), number(c.subj, "fr"))
            return j("ne", conjugate("être")["pres"][i]), j("pas", ob, "de", pro, name)
        if mt == "past":
            return j(ne, conjugate("avoir")["pres"][i]), j(pas, g["part"], pro, name)
        return j(ne, g[mt][i]), j(pas, freq, link, pro, name)
    if t == "prog" and c.style < .45 and not c.verb.stative:
        return j(ne, conjugate("être")["pres"][i]), j(pas, "en train de", pro, name)
    if t == "going":
        return j(ne, conjugate("aller")["pres"][i]), j(pas, freq, pro, name)
    if t in ("perf", "plup") or t == "past" and not (c.verb is None or c.verb.stative):
        aux = "être" if v and (v.refl or f["aux"] == "être") else "avoir"
        agree = agreement(c)
        part = participle(f["part"], *agree) if agree else f["part"]
        return j(ne, pro, conjugate(aux)["impf" if t == "plup" else "pres"][i]), j(pas, freq, part)
    return j(ne, pro, f[{"past": "impf", "prog": "pres", "will": "fut"}.get(t, t)][i]), j(pas, freq)


def rest_words(c, v):
    """An idiom's own article gives way to de under a negation: ne prend pas de photo."""
    if (c.neg or c.freq == "never") and v.verb not in ("jouer", "arrêter"):
        m = re.match(r"(une|un|du|de la|des|de l') ?(?=(\w+))", v.rest)
        if m:
            return "de " + v.rest[m.end():]
    return v.rest


def command(c, k, v):
    i = {"2f": 4, "2s": 1, "1p": 3}[c.subj.person]
    verb, cl = imperative(v.verb if v else "être", i), clitics(c)
    if c.neg:
        return [(k("V"), " ".join(["ne"] + cl + [verb, "pas"]))]
    strong = {"me": "moi", "te": "toi"}
    # direct before indirect: donnez-le-moi
    cl = [x for x in cl if x in ("le", "la", "les")] + [x for x in cl if x not in ("le", "la", "les")]
    return [(k("V"), "-".join([verb] + [strong.get(x, x) for x in cl]))]


def clause(c):
    k = lambda s: "%d%s" % (c.id, s)
    v = c.verb.fr if c.verb else None
    if c.command:
        out = command(c, k, v) + objects(c, v, k)
    else:
        finite, rest = verb_group(c)
        asked = bool(c.q) and not c.sub and c.subj.kind not in ("who", "what")
        subj = [] if c.gap == "subj" else [(k("V" if c.subj.kind in ("pronoun", "who", "what") or asked else "S"), np(c.subj))]
        front = []
        if c.q and not isinstance(c.q, str):
            front = [(k("Q"), c.q["fr"] if isinstance(c.q, dict) else np(c.q[1]))]
        verb = [(k("V"), finite), (k("V"), rest)]
        if asked and inversion(c) and c.q != "what":
            verb = [(k("V"), invert(finite, np(c.subj))), (k("V"), rest)]
            out = front + verb
        elif asked and c.q == "what":
            out = [(k("V"), "qu'est-ce que")] + subj + verb
        elif asked and c.q == "yn" and c.style < .4:
            out = subj + verb
        elif asked:
            out = front + [(k("V"), "est-ce que")] + subj + verb
        else:
            out = front + subj + verb
        out += objects(c, v, k)
    advs = [(n, t) for n, t in enumerate(c.advs)]
    for n, (_, t) in advs:
        if not (n == 0 and c.front):
            out.append((k("A%d" % n), t["fr"]))
    if c.advs and c.front:
        out = [(k("A0"), c.advs[0][1]["fr"] + ("," if not c.q else ""))] + out
    if c.please:
        out.append((k("P"), ", s'il te plaît" if c.subj.person == "2s" else ", s'il vous plaît"))
    return [(key, t) for key, t in out if t]


def inversion(c):
    """Only with a pronoun, and where no euphonic t nor `je` is in play."""
    return c.subj.kind == "pronoun" and c.subj.person in ("2f", "2s", "1p") and c.style > .65


def invert(finite, subject):
    """`ne l'avez` + vous -> `ne l'avez-vous`."""
    return finite + "-" + subject


def objects(c, v, k):
    if c.pred is not None:
        key = k("O")
        if isinstance(c.pred, tuple):
            return [(key, degree(*c.pred, gender(c.subj, "fr"), number(c.subj, "fr")))]
        return [(key, c.pred["fr"] if isinstance(c.pred, dict) else np(c.pred))]
    rest = rest_words(c, v)
    out = [(k("V"), rest)] if rest else []
    asked = c.q == "what" or isinstance(c.q, tuple)
    o = c.obj
    if o is not None and c.gap != "obj" and not asked and (o.kind != "pronoun" or v.prep not in ("", "à")):
        neg = c.neg or c.freq == "never"
        if v.prep:
            text = v.prep + " " + np(o, "prep", "bare" if v.prep == "de" and (o.noun is not None and o.noun.mass or o.pl) else False)
        else:
            text = np(o, "acc", neg and not definite(o) and o.det in ("a", "bare", "some"))
        out.append((k(obj_key(o, c.neg)), text))
    if c.iobj is not None and c.iobj.kind != "pronoun":
        out.append((k("I"), "à " + np(c.iobj)))
    if c.place:
        out.append((k("L"), c.place["fr"]))
    return out


def finish(text):
    return re.sub(r"-(le|la|les|moi|toi|vous)-", r"-\1-", elide(text))
