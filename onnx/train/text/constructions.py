"""What no plain clause says: there is, would like, like, hurt, compare, where things are, what this is -> token lists by language."""

from . import de as de_, en as en_, es as es_, fr as fr_
from .adverbs import at_place
from .clauses import weighted
from .copulas import gradable
from .draw import ANCHORS, RELATIONS, make, owner_of, person_subject, pronoun
from .french import conjugate as french
from .lexicon import ADVERBIALS, NOUNS, PREDICATIVE
from .spanish import conjugate as spanish
from .spec import LANGS, NP, number, person


def texts(x, case="acc"):
    return dict(en=en_.np(x, "acc"), es=es_.np(x, "prep"), de=de_.np(x, case), fr=fr_.np(x, "prep"))


def tokens(**sides):
    """Each side: a list of (key, text) or plain text under key V."""
    return {lang: [(p if isinstance(p, tuple) else ("V", p)) for p in side if (p[1] if isinstance(p, tuple) else p)] for lang, side in sides.items()}


def related(rng):
    """A place phrase: near the station, at the hotel, here."""
    r = rng.random()
    if r < .4:
        rel, y = rng.choice(RELATIONS), make(rng, "the", [NOUNS["place"], ANCHORS], 0)
        word, case = rel["de"].split("+")
        return dict(en="%s %s" % (rel["en"], en_.np(y)), es="%s %s" % (rel["es"], es_.np(y)), de="%s %s" % (word, de_.np(y, case)), fr="%s %s" % (rel["fr"], fr_.np(y)))
    if r < .7:
        return at_place(rng)
    return rng.choice([dict(en="here", es="aquí", de="hier", fr="ici"), dict(en="near here", es="cerca de aquí", de="hier in der Nähe", fr="près d'ici"), dict(en="in the area", es="en la zona", de="in der Gegend", fr="dans le coin")])


def exists(rng):
    """There is a bank near the station. Is there any bread?"""
    cat = rng.choice(["place", "place", "area", "public", "item", "idea", "mass", "drink", "vehicle", "event", "device"])
    x = make(rng, rng.choice(["a", "a", "a", "num", "many"]), [NOUNS[cat]], .5)
    where = related(rng) if rng.random() < .7 else rng.choice([None, dict(en="today", es="hoy", de="heute", fr="aujourd'hui"), dict(en="tomorrow", es="mañana", de="morgen", fr="demain")])
    t = weighted(rng, [("pres", 78), ("past", 14), ("will", 8)]) if not where or where["en"] != "tomorrow" else "will"
    neg, ask = rng.random() < .2 and x.det == "a", rng.random() < .4
    pl = number(x, "en") and not (x.noun.words["en"].only and x.det == "a" and not x.noun.mass) or x.noun.words["en"].only and x.noun.mass
    is_ = {"pres": "are" if pl else "is", "past": "were" if pl else "was", "will": "will"}[t]
    be = "be" if t == "will" else ""
    L = lambda lang: ("L", where[lang]) if where else ""
    if neg:
        en_x = "no " + (x.noun.words["en"].word if not pl else x.noun.words["en"].pl)
        y = NP("noun", x.noun, "a", x.pl)
        y.adjs = []
        x = y
    else:
        en_x = en_.np(x, "acc", ask and x.noun.mass)
    if not neg:
        es_x = es_.np(x)
    elif x.noun.mass or number(x, "es"):
        es_x = x.noun.words["es"].pl if number(x, "es") else x.noun.words["es"].word
    else:
        es_x = es_.np(NP("noun", x.noun, "no"))
    hay = {"pres": "hay", "past": "hubo" if cat == "event" else "había", "will": "habrá"}[t]
    gibt = {"pres": "gibt", "past": "gab", "will": "wird"}[t]
    fr_verb = {"pres": "a", "past": "avait", "will": "aura"}[t]
    fr_x = fr_.np(x, "acc", neg)
    key = "V" if neg else "O"
    X = lambda text: (key, text)
    geben = "geben" if t == "will" else ""
    il_y = "il ne y " + fr_verb + " pas" if neg else "il y " + fr_verb
    place_early = where and where["de"] in ("heute", "morgen", "hier", "hier in der Nähe", "in der Gegend")
    mid = [L("de"), X(de_.np(x, "acc", neg))] if place_early else [X(de_.np(x, "acc", neg)), L("de")]
    out = tokens(en=([is_, "there"] if ask else ["there", is_]) + [be, X(en_x), L("en")], es=[("no " if neg else "") + hay, X(es_x), L("es")],
                 de=([gibt, "es"] if ask else ["es", gibt]) + mid + [geben], fr=["est-ce qu'" + il_y if ask else il_y, X(fr_x), L("fr")])
    return out, ask


def wishes(rng, informal=False):
    """I would like a coffee -> quisiera, ich hätte gern, je voudrais."""
    s = person_subject(rng, informal)
    x = make(rng, rng.choice(["a", "a", "num", "the", "another", "this"]), [NOUNS[c] for c in ("food", "drink", "mass", "ticket", "room", "item", "clothes", "drink")], .6)
    i, j, f = es_.INDEX[person(s, "es")], de_.INDEX[person(s, "de")], fr_.INDEX[person(s, "fr")]
    ask = s.kind == "pronoun" and s.person[0] == "2"
    key = "V" if s.kind == "pronoun" else "S"
    please = (", please", ", por favor", ", bitte", ", s'il vous plaît") if s.person in ("1s", "1p") and rng.random() < .4 else ("",) * 4
    O = lambda text: ("O", text)
    haette = "hätte hättest hätte hätten hätten".split()[j]
    if ask:
        # one offers rather than asks
        mag = "möchte möchtest möchte möchten möchten".split()[j]
        return tokens(en=["would", en_.np(s), "like", O(en_.np(x, "acc"))], es=["quiere" if s.person == "2f" else "quieres", O(es_.np(x))], de=[mag, de_.np(s), O(de_.np(x, "acc"))],
                      fr=[french("vouloir")["cond"][f] + "-" + fr_.np(s), O(fr_.np(x))]), True
    return tokens(en=[(key, en_.np(s)), "would like", O(en_.np(x, "acc")), please[0]], es=[(key, es_.np(s)), spanish("querer")["subj2"][i], O(es_.np(x)), please[1]],
                  de=[(key, de_.np(s)), haette, "gern", O(de_.np(x, "acc")), please[2]], fr=[(key, fr_.np(s)), french("vouloir")["cond"][f], O(fr_.np(x)), please[3]]), False


def likes(rng, informal=False):
    """I like, he does not like -> me gusta, ich mag, j'aime."""
    s = person_subject(rng, informal)
    cat = rng.choice(["place", "food", "mass", "drink", "clothes", "item", "idea", "work", "show", "animal", "event", "vehicle"])
    generic = cat in ("food", "animal", "drink", "mass") and rng.random() < .6
    x = make(rng, "bare" if generic else rng.choice(["the", "this", "the", "my"]), [NOUNS[cat]], 0 if generic else .6, owner_of(s))
    if generic and not x.noun.mass:
        x.pl = True
    y = NP(**{**x.__dict__, "det": "the"}) if generic else x
    past, neg, ask = rng.random() < .18 and not generic, rng.random() < .22, rng.random() < .25
    p = person(s, "en")
    do = "did" if past else "does" if p == "3s" else "do"
    if ask:
        en = [do, en_.np(s), "not" if neg else "", "like"]
    else:
        en = [("V" if s.kind == "pronoun" else "S", en_.np(s))] + ([do + " not like"] if neg else ["liked" if past else "likes" if p == "3s" else "like"])
    to = es_.experiencer(s)
    cl = es_.DATIVE[person(s, "es")]
    verb = ("gustaron" if past else "gustan") if number(y, "es") else "gustó" if past else "gusta"
    es = [("V" if s.kind == "pronoun" or ask else "S", to), "no" if neg else "", cl, verb]
    i = de_.INDEX[person(s, "de")]
    mag = ("mochte mochtest mochte mochten mochten" if past else "mag magst mag mögen mögen").split()[i]
    de_obj = ("V" if neg and generic else "O", de_.np(x, "acc", neg and generic))
    de = ([mag, de_.np(s)] if ask else [("V" if s.kind == "pronoun" else "S", de_.np(s)), mag]) + [de_obj] + (["nicht"] if neg and not generic else [])
    f = french("aimer")
    j = fr_.INDEX[person(s, "fr")]
    verb = "ai as a avons avez ont".split()[j] if past else f["pres"][j]
    fr = (["est-ce que"] if ask else []) + [("V" if s.kind == "pronoun" or ask else "S", fr_.np(s)), "ne" if neg else "", verb, "pas" if neg else "", "aimé" if past else ""]
    key = "V" if neg and generic else "O"
    return tokens(en=en + [(key, en_.np(x, "acc"))], es=es + [(key, es_.np(y))], de=de, fr=fr + [(key, fr_.np(y))]), ask


def hurts(rng, informal=False):
    """My head hurts -> me duele la cabeza, mein Kopf tut weh, j'ai mal à la tête."""
    n = rng.choice(NOUNS["body"])
    pl = rng.random() < .25 and n.words["en"].word in ("arm", "leg", "foot", "hand", "knee", "tooth", "ear", "finger", "shoulder", "toe")
    s = pronoun(*rng.choice([("1s", "m")] * 4 + [("3s", "m"), ("3s", "f")] + [("2s", "m") if informal else ("2f", "m")]), drop=True)
    x, the = NP("noun", n, "my", pl, poss=s.person + (s.g if s.person == "3s" else "")), NP("noun", n, "the", pl)
    past = rng.random() < .2
    ask, neg = s.person[0] == "2" or rng.random() < .1, rng.random() < .08
    very = rng.random() < .2 and not neg
    i = fr_.INDEX[s.person]
    avoir = french("avoir")["impf" if past else "pres"][i]
    en_verb = "hurt" if past or pl or ask or neg else "hurts"
    en = [("did" if past else "do" if pl else "does") if ask else "", en_.np(x), ("did" if past else "do" if pl else "does") + " not" if neg and not ask else "", en_verb, "a lot" if very else ""]
    if neg and ask:
        neg = False
    duele = spanish("doler")["impf" if past else "pres"][3 if pl else 1]
    es = [es_.experiencer(s) if s.person == "3s" else "", "no" if neg else "", es_.DATIVE[s.person], duele, "mucho" if very else "", es_.np(the)]
    tut = ("taten" if pl else "tat") if past else "tun" if pl else "tut"
    de = [tut, de_.np(x)] if ask else [de_.np(x), tut]
    de += ["sehr" if very else "nicht" if neg else "", "weh"]
    fr = ["est-ce que" if ask else "", fr_.np(s), "ne" if neg else "", avoir, "pas" if neg else "", "très" if very else "", "mal à", fr_.np(the)]
    when = None if neg or rng.random() < .5 else rng.choice(SINCE if not past else ADVERBIALS["past"])
    if when:
        # In German the time stands before what hurts is said: tut seit gestern weh.
        at = len(de) - 2
        en, es, fr, de = en + [("A", when["en"])], es + [("A", when["es"])], fr + [("A", when["fr"])], de[:at] + [("A", when["de"])] + de[at:]
        if when in SINCE[:4]:
            # What began then and lasts is a perfect in English.
            is3 = not pl
            en = [("has" if is3 else "have") if ask else "", en_.np(x), "" if ask else "has" if is3 else "have", "been hurting", "a lot" if very else "", ("A", when["en"])]
    return tokens(en=en, es=es, de=de, fr=fr), ask


SINCE = [dict(en=a, es=b, de=c, fr=d) for a, b, c, d in [("since yesterday", "desde ayer", "seit gestern", "depuis hier"), ("for two days", "desde hace dos días", "seit zwei Tagen", "depuis deux jours"), ("since this morning", "desde esta mañana", "seit heute Morgen", "depuis ce matin"),
         ("for a week", "desde hace una semana", "seit einer Woche", "depuis une semaine"), ("today", "hoy", "heute", "aujourd'hui"), ("again", "otra vez", "wieder", "de nouveau"), ("at night", "por la noche", "nachts", "la nuit"), ("every morning", "todas las mañanas", "jeden Morgen", "tous les matins")]]


def compare(rng):
    """The train is faster than the bus; as, less, the most."""
    cat = rng.choice(["place", "vehicle", "item", "clothes", "food", "idea", "work", "device", "person", "public", "show"])
    a = rng.choice([a for a in PREDICATIVE.get(cat) or PREDICATIVE["work"] if gradable(a) and not a.estar and a.words["de"] != "anders" and a.words["fr"] != "bon marché" and a.words["en"] not in ("tall", "Spanish", "polite", "professional", "unusual", "popular")])
    x = make(rng, rng.choice(["the", "this", "my"]), [NOUNS[cat]], .2)
    y = make(rng, rng.choice(["the", "that", "my"]), [NOUNS[cat]], .2)
    x.post = y.post = None
    kind = weighted(rng, [("more", 60), ("as", 22), ("less", 18)])
    neg = kind == "as" and rng.random() < .35
    past = rng.random() < .15
    p = person(x, "en")
    i = lambda lang: number(x, lang)
    en = [("S", en_.np(x)), en_.be(p, "past" if past else "pres"), "not" if neg else "", en_.degree(a, kind), "as" if kind == "as" else "than", ("O", en_.np(y))]
    es = [("S", es_.np(x)), "no" if neg else "", spanish("ser")["impf" if past else "pres"][3 if i("es") else 1], es_.degree(a, kind, x.noun.words["es"].g, i("es")), "como" if kind == "as" else "que", ("O", es_.np(y))]
    war = ("waren" if i("de") else "war") if past else "sind" if i("de") else "ist"
    de = [("S", de_.np(x)), war, "nicht" if neg else "", de_.degree(a, kind), "wie" if kind == "as" else "als", ("O", de_.np(y))]
    est = ("étaient" if i("fr") else "était") if past else "sont" if i("fr") else "est"
    fr = [("S", fr_.np(x)), "ne" if neg else "", est, "pas" if neg else "", fr_.degree(a, kind, x.noun.words["fr"].g, i("fr")), "que", ("O", fr_.np(y))]
    if x.det == "my" and y.det == "my" and x.noun is y.noun:
        return compare(rng)
    return tokens(en=en, es=es, de=de, fr=fr), False


def where(rng):
    """Where is the pharmacy? It is next to the bank."""
    x = make(rng, rng.choice(["the", "the", "my"]), [NOUNS[rng.choice(["place", "area", "item", "vehicle", "person", "doc", "device", "clothes", "spot"])]], .4)
    pl = {lang: number(x, lang) for lang in LANGS}
    r = rng.random()
    human = x.human
    est = "están" if pl["es"] else "está"
    if r < .35:
        return tokens(en=["where", "are" if pl["en"] else "is", ("O", en_.np(x))], es=["dónde", est, ("O", es_.np(x))], de=["wo", "sind" if pl["de"] else "ist", ("O", de_.np(x))],
                      fr=["où", "sont" if pl["fr"] else "est", ("O", fr_.np(x))]), True
    w = related(rng) if not human or rng.random() < .7 else rng.choice(ADVERBIALS["state"])
    if r < .5:
        return tokens(en=["are" if pl["en"] else "is", en_.np(x), ("L", w["en"])], es=[est, es_.np(x), ("L", w["es"])], de=["sind" if pl["de"] else "ist", de_.np(x), ("L", w["de"])],
                      fr=["est-ce que", fr_.np(x), "sont" if pl["fr"] else "est", ("L", w["fr"])]), True
    neg = rng.random() < .12
    return tokens(en=[("S", en_.np(x)), "are" if pl["en"] else "is", "not" if neg else "", ("L", w["en"])], es=[("S", es_.np(x)), "no" if neg else "", est, ("L", w["es"])],
                  de=[("S", de_.np(x)), "sind" if pl["de"] else "ist", "nicht" if neg else "", ("L", w["de"])],
                  fr=[("S", fr_.np(x)), "ne" if neg else "", "sont" if pl["fr"] else "est", "pas" if neg else "", ("L", w["fr"])]), False


def identity(rng, informal):
    """Identity: this is my brother, these are my keys, it is a problem."""
    x = make(rng, rng.choice(["my", "a", "the", "my"]), [NOUNS[c] for c in ("person", "item", "doc", "idea", "work", "room", "job", "clothes", "device")], .7)
    pl = {lang: number(x, lang) and not (lang != "es" and x.det == "a") for lang in LANGS}
    pl["en"] = pl["en"] or x.noun.words["en"].only and x.det != "a"
    neg, ask = rng.random() < .2, rng.random() < .2
    if x.det == "a" and x.human and x.noun.cat != "job":
        x.det, x.poss = "my", "1s"
    g = x.noun.words["es"].g
    this = ("estas" if g == "f" else "estos") if pl["es"] else "esta" if g == "f" else "este"
    if x.det == "a" and x.noun.cat in ("idea", "work"):
        this = "esto"
    is_ = "are" if pl["en"] else "is"
    t = "these" if pl["en"] else "this"
    son = "son" if pl["es"] else "es"
    O = lambda text: ("V" if neg and x.det == "a" else "O", text)
    de_x = de_.np(x, "nom", neg and x.det == "a")
    nicht = "nicht" if neg and x.det != "a" else ""
    sind = "sind" if pl["de"] or number(x, "de") else "ist"
    ce = "ce ne sont pas" if neg and pl["fr"] else "ce n'est pas" if neg else "ce sont" if pl["fr"] else "c'est"
    return tokens(en=([is_, t] if ask else [t, is_]) + ["not" if neg else "", O(en_.np(x))], es=(["no" if neg else "", son, this] if ask else [this, "no" if neg else "", son]) + [O(es_.np(x))],
             de=([sind, "das"] if ask else ["das", sind]) + [nicht, O(de_x)], fr=["est-ce que" if ask else "", ce, O(fr_.np(x))]), ask
