"""French words -> forms: verbs in person and tense, plurals, feminines, elision.

Persons: 0 je, 1 tu, 2 il/elle, 3 nous, 4 vous, 5 ils/elles."""

import functools
import re

# infinitive: present (6), imperfect stem, future stem, participle, subjunctive (6, or 2 stems: je, nous)
IRREGULAR = {
    "être": ("suis es est sommes êtes sont", "ét", "ser", "été", "sois sois soit soyons soyez soient"),
    "avoir": ("ai as a avons avez ont", "av", "aur", "eu", "aie aies ait ayons ayez aient"),
    "aller": ("vais vas va allons allez vont", "all", "ir", "allé", "aill all"),
    "faire": ("fais fais fait faisons faites font", "fais", "fer", "fait", "fass fass"),
    "pouvoir": ("peux peux peut pouvons pouvez peuvent", "pouv", "pourr", "pu", "puiss puiss"),
    "vouloir": ("veux veux veut voulons voulez veulent", "voul", "voudr", "voulu", "veuill voul"),
    "devoir": ("dois dois doit devons devez doivent", "dev", "devr", "dû", "doiv dev"),
    "savoir": ("sais sais sait savons savez savent", "sav", "saur", "su", "sach sach"),
    "voir": ("vois vois voit voyons voyez voient", "voy", "verr", "vu", "voi voy"),
    "asseoir": ("assieds assieds assied asseyons asseyez asseyent", "assey", "assiér", "assis", "assey assey"),
    "recevoir": ("reçois reçois reçoit recevons recevez reçoivent", "recev", "recevr", "reçu", "reçoiv recev"),
    "sourire": ("souris souris sourit sourions souriez sourient", "souri", "sourir", "souri", "souri souri"),
    "rire": ("ris ris rit rions riez rient", "ri", "rir", "ri", "ri ri"),
    "convaincre": ("convaincs convaincs convainc convainquons convainquez convainquent", "convainqu", "convaincr", "convaincu", "convainqu convainqu"),
    "courir": ("cours cours court courons courez courent", "cour", "courr", "couru", "cour cour"),
    "envoyer": ("envoie envoies envoie envoyons envoyez envoient", "envoy", "enverr", "envoyé", "envoi envoy"),
    "résoudre": ("résous résous résout résolvons résolvez résolvent", "résolv", "résoudr", "résolu", "résolv résolv"),
    "concevoir": ("conçois conçois conçoit concevons concevez conçoivent", "concev", "concevr", "conçu", "conçoiv concev"),
}
# like one of these: stem + ending of the present; (present, plural stem, participle, future)
PATTERNS = {
    "venir": ("iens iens ient enons enez iennent", "en", "iendr", "enu", "ienn en"),
    "prendre": ("ends ends end enons enez ennent", "en", "endr", "is", "enn en"),
    "mettre": ("ets ets et ettons ettez ettent", "ett", "ettr", "is", "ett ett"),
    "partir": ("s s t tons tez tent", "t", "tir", "ti", "t t"),
    "dormir": ("s s t mons mez ment", "m", "mir", "mi", "m m"),
    "servir": ("s s t vons vez vent", "v", "vir", "vi", "v v"),
    "ouvrir": ("re res re rons rez rent", "r", "rir", "ert", "r r"),
    "écrire": ("s s t vons vez vent", "v", "re", "t", "v v"),
    "lire": ("s s t sons sez sent", "s", "re", "u", "s s"),
    "dire": ("s s t sons tes sent", "s", "re", "t", "s s"),
    "conduire": ("s s t sons sez sent", "s", "re", "t", "s s"),
    "boire": ("ois ois oit uvons uvez oivent", "uv", "oir", "u", "oiv uv"),
    "croire": ("ois ois oit oyons oyez oient", "oy", "oir", "u", "oi oy"),
    "connaître": ("ais ais aît aissons aissez aissent", "aiss", "aîtr", "u", "aiss aiss"),
    "suivre": ("s s t vons vez vent", "v", "vr", "vi", "v v"),
    "vivre": ("s s t vons vez vent", "v", "vr", "X", "v v"),
    "peindre": ("ns ns nt gnons gnez gnent", "gn", "ndr", "nt", "gn gn"),
}
LIKE = {}
for _pattern, _cut, _verbs in [("venir", "enir", "venir revenir devenir soutenir tenir se souvenir appartenir obtenir"), ("prendre", "endre", "prendre apprendre comprendre"),
                               ("mettre", "ettre", "mettre permettre promettre"), ("partir", "tir", "partir sortir sentir"), ("dormir", "mir", "dormir endormir"),
                               ("servir", "vir", "servir"), ("ouvrir", "rir", "ouvrir offrir découvrir"), ("écrire", "re", "écrire décrire"), ("lire", "ire", "lire"), ("dire", "re", "dire"),
                               ("conduire", "re", "conduire traduire réduire construire produire"), ("boire", "oire", "boire"), ("croire", "oire", "croire"),
                               ("connaître", "aître", "connaître reconnaître disparaître"), ("suivre", "vre", "suivre"), ("vivre", "vre", "vivre"), ("peindre", "ndre", "éteindre peindre plaindre rejoindre")]:
    for _v in _verbs.split():
        if _v != "se":
            LIKE[_v] = (_pattern, _v[:-len(_cut)])
ETRE = {"aller", "venir", "revenir", "devenir", "partir", "sortir", "arriver", "rester", "rentrer", "retourner", "monter", "descendre", "tomber", "naître", "mourir", "entrer"}
# preferred over -ll-/-tt-
GRAVE = {"acheter", "lever", "promener", "peser", "mener", "amener", "geler", "enlever"}


def _er(inf):
    stem = inf[:-2]
    boot = stem
    m = re.search("(e|é)([bcdfghjklmnpqrstvxz]|ch|gn)$", stem)
    if inf in ("appeler", "rappeler", "jeter"):
        boot = stem + stem[-1]
    elif m and (m.group(1) == "é" or inf in GRAVE):
        boot = stem[:m.start()] + "è" + stem[m.start() + 1:]
    elif stem.endswith(("oy", "uy", "ay")):
        boot = stem[:-1] + "i"
    soft = stem[:-1] + "ç" if stem.endswith("c") else stem + "e" if stem.endswith("g") else stem
    present = [boot + "e", boot + "es", boot + "e", soft + "ons", stem + "ez", boot + "ent"]
    # préférer keeps its é in the future, as it was long written
    future = (stem if m and m.group(1) == "é" else boot) + "er"
    return present, soft, future, stem + "é", (boot, stem)


@functools.lru_cache(None)
def conjugate(inf):
    """-> dict of pres impf fut cond subj (6 forms each), part, aux, inf."""
    soft_stem = None
    if inf in IRREGULAR:
        pres, impf, fut, part, subj = IRREGULAR[inf]
        pres, subj = pres.split(), subj.split()
    elif inf in LIKE:
        pattern, stem = LIKE[inf]
        pres, impf, fut, part, subj = PATTERNS[pattern]
        if pattern in ("lire", "boire", "croire"):
            endings = {"lire": ("is is it isons isez isent", "is", "ir", "u", "is is")}.get(pattern, (pres, impf, fut, part, subj))
            pres, impf, fut, part, subj = endings
        if pattern in ("écrire", "dire", "conduire"):
            fut = "r"
        part = {"vivre": "vécu", "croire": stem + "u", "boire": "bu", "connaître": stem + "u"}.get(pattern, stem + part)
        pres, impf, fut = [stem + e for e in pres.split()], stem + impf, stem + fut
        subj = [stem + s for s in subj.split()]
    elif inf.endswith("er"):
        pres, impf, fut, part, subj = _er(inf)
        soft_stem = inf[:-2]
    elif inf.endswith("ir"):
        s = inf[:-2]
        pres, impf, fut, part = [s + e for e in "is is it issons issez issent".split()], s + "iss", inf, s + "i"
        subj = (s + "iss", s + "iss")
    else:
        s = inf[:-2]
        third = s if s.endswith("d") else s + "t"
        pres = [s + "s", s + "s", third, s + "ons", s + "ez", s + "ent"]
        impf, fut, part, subj = s, inf[:-1], s + "u", (s, s)
    out = {"inf": inf, "pres": list(pres), "part": part, "aux": "être" if inf in ETRE else "avoir"}
    i_stem = soft_stem or impf
    out["impf"] = [impf + "ais", impf + "ais", impf + "ait", i_stem + "ions", i_stem + "iez", impf + "aient"]
    out["fut"] = [fut + e for e in "ai as a ons ez ont".split()]
    out["cond"] = [fut + e for e in "ais ais ait ions iez aient".split()]
    if len(subj) == 6:
        out["subj"] = list(subj)
    else:
        a, b = subj
        out["subj"] = [a + "e", a + "es", a + "e", b + "ions", b + "iez", a + "ent"]
    return out


def imperative(inf, person):
    """The command to tu (1), nous (3) or vous (4)."""
    special = {"être": ("sois", "soyons", "soyez"), "avoir": ("aie", "ayons", "ayez"), "savoir": ("sache", "sachons", "sachez")}
    if inf in special:
        return special[inf][{1: 0, 3: 1, 4: 2}[person]]
    form = conjugate(inf)["pres"][person]
    return form[:-1] if person == 1 and (inf.endswith("er") or inf in ("ouvrir", "offrir", "découvrir")) else form


FEMININE = {"beau": "belle", "nouveau": "nouvelle", "vieux": "vieille", "blanc": "blanche", "sec": "sèche", "frais": "fraîche", "long": "longue", "public": "publique",
            "bas": "basse", "gros": "grosse", "doux": "douce", "faux": "fausse", "favori": "favorite", "gentil": "gentille", "fou": "folle", "complet": "complète",
            "inquiet": "inquiète", "discret": "discrète", "secret": "secrète", "étranger": "étrangère", "épais": "épaisse", "marron": "marron", "bon marché": "bon marché",
            "fait maison": "faite maison", "en colère": "en colère", "sûr": "sûre", "grec": "grecque", "turc": "turque", "confus": "confuse", "jaloux": "jalouse", "bon": "bonne"}
BEFORE_VOWEL = {"beau": "bel", "nouveau": "nouvel", "vieux": "vieil", "fou": "fol"}
INVARIABLE = {"marron", "bon marché", "en colère"}


def plural(word):
    if word in INVARIABLE or word[-1] in "sxz":
        return word
    if word.endswith(("eau", "eu")) and word not in ("bleu", "pneu"):
        return word + "x"
    if word.endswith("al") and word not in ("bal", "final", "festival"):
        return word[:-2] + "aux"
    if word == "fait maison":
        return "faits maison"
    return word + "s"


# words before which the head and its adjectives end
STOP = re.compile(r"^(de|du|à|au|d'|en|contre|côté|sur|pour)")


def plural_phrase(phrase):
    out, stop = [], False
    for w in phrase.split():
        stop = stop or bool(STOP.match(w)) and w in ("de", "du", "à", "au", "aux", "en", "contre", "côté", "sur", "pour") or w.startswith("d'")
        out.append(w if stop else plural(w))
    return " ".join(out)


def feminine(a):
    if a in FEMININE:
        return FEMININE[a]
    if a.endswith("e"):
        return a
    for end, new in (("eux", "euse"), ("if", "ive"), ("euf", "euve"), ("er", "ère"), ("el", "elle"), ("en", "enne"), ("on", "onne"), ("et", "ette"), ("eur", "euse")):
        if a.endswith(end):
            return a[:-len(end)] + new
    return a + "e"


def adjective(a, gender, is_plural):
    a = feminine(a) if gender == "f" else a
    return plural(a) if is_plural else a


def participle(part, gender, is_plural):
    part = {"dû": "du"}.get(part, part) if gender == "f" or is_plural else part
    part += "e" if gender == "f" else ""
    return part + ("s" if is_plural and part[-1] != "s" else "")


# h aspiré: words of the lexicon that don't elide
ASPIRATE = ("hall", "hamburger", "haut", "huit", "onze", "hors", "hanche", "hollandais", "homard", "haricot", "héros", "handicap", "hasard", "honte", "hongrie",
            "oui", "hot-dog", "yaourt", "hambourg", "huitième", "onzième", "ouistiti", "y", "hugo", "hannah")


def vowel(word):
    """Whether an article elides before the word."""
    w = word.lower().lstrip("˚¦")
    first = re.split(r"[ \-'’.,?!]", w)[0]
    if first == "y":
        return True
    return w[:1] in "aeiouâàéèêëîïôöûùœæh" and not w.startswith(tuple(a for a in ASPIRATE if a != "y"))


ELIDE = re.compile(r"(?<![\w'\-])(¤?(?:[Jj]e|[Mm]e|[Tt]e|[Ss]e|[Ll]e|[Ll]a|[Dd]e|[Nn]e|[Qq]ue|[Jj]usque|[Ll]orsque|[Pp]uisque|[Qq]uoique)) (?=([\w'’\-]+))")


def elide(text):
    """je ai -> j'ai, si il -> s'il; and where an article (marked ¤, unlike the pronoun) follows: de ¤le -> du, à ¤les -> aux."""
    text = re.sub(r"\b([Ss])i (ils?)\b", r"\1'\2", text)
    text = ELIDE.sub(lambda m: m.group(1)[:-1] + "'" if vowel(m.group(2)) else m.group(0), text)
    # After de nothing is left of a partitive: besoin de ˚du pain -> besoin de pain.
    text = re.sub(r"\b([Dd])e ˚(?:du |de la |de l'|des )(?=([\w\-]+))", lambda m: m.group(1) + ("'" if vowel(m.group(2)) else "e "), text)
    text = re.sub(r"\b([Dd])e ¤le ", r"\1u ", text)
    text = re.sub(r"\b([Dd])e ¤les ", r"\1es ", text)
    text = re.sub(r"\b([Àà]) ¤(les?) ", lambda m: {"À": "Au", "à": "au"}[m.group(1)] + ("x " if m.group(2) == "les" else " "), text)
    return text.replace("¤", "").replace("˚", "")
