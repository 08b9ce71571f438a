"""What no plain clause says: there is, liking, hurting, comparing, counting, prices, lists, fragments -> token lists by language."""

from . import de as de_, en as en_, es as es_, fr as fr_, numbers
from .clauses import DEGREES, copula, gradable, weighted
from .draw import ANCHORS, IDS, RELATIONS, at_place, city, country, make, name, noun, owner_of, person_subject, pronoun, titled
from .french import conjugate as french
from .german import comparative
from .lexicon import ADVERBIALS, CITIES, COUNTRIES, NAME, NOUNS, PREDICATIVE, SURNAMES
from .spec import LANGS, NP, number, person
from .spanish import conjugate as spanish

NPS = {"en": en_.np, "es": es_.np, "de": de_.np, "fr": fr_.np}


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


COUNTED = [("people", "personas", "f", "Personen", "Personen", "personnes", "f"), ("employees", "empleados", "m", "Mitarbeiter", "Mitarbeitern", "employés", "m"), ("customers", "clientes", "m", "Kunden", "Kunden", "clients", "m"),
           ("units", "unidades", "f", "Einheiten", "Einheiten", "unités", "f"), ("pages", "páginas", "f", "Seiten", "Seiten", "pages", "f"), ("kilometers", "kilómetros", "m", "Kilometer", "Kilometern", "kilomètres", "m"),
           ("meters", "metros", "m", "Meter", "Metern", "mètres", "m"), ("visitors", "visitantes", "m", "Besucher", "Besuchern", "visiteurs", "m"), ("orders", "pedidos", "m", "Bestellungen", "Bestellungen", "commandes", "f"),
           ("rooms", "habitaciones", "f", "Zimmer", "Zimmern", "chambres", "f"), ("percent", "por ciento", "m", "Prozent", "Prozent", "pour cent", "m"), ("students", "estudiantes", "m", "Studenten", "Studenten", "étudiants", "m"),
           ("tickets", "billetes", "m", "Fahrkarten", "Fahrkarten", "billets", "m"), ("grams", "gramos", "m", "Gramm", "Gramm", "grammes", "m"), ("degrees", "grados", "m", "Grad", "Grad", "degrés", "m"), ("liters", "litros", "m", "Liter", "Litern", "litres", "m")]
COUNT_FRAMES = [("there are", "hay", "es gibt", "il y a"), ("we have", "tenemos", "wir haben", "nous avons"), ("we need", "necesitamos", "wir brauchen", "il nous faut"), ("more than", "más de", "mehr als", "plus de"),
                ("about", "más o menos", "ungefähr", "environ"), ("at least", "al menos", "mindestens", "au moins"), ("only", "solo", "nur", "seulement"), ("", "", "", ""), ("that is", "son", "das sind", "ça fait"), ("I see", "veo", "ich sehe", "je vois")]
LABELS = [("room", "habitación", "Zimmer", "chambre"), ("room number", "habitación número", "Zimmer Nummer", "chambre numéro"), ("the number is", "el número es el", "die Nummer ist", "le numéro est le"), ("page", "página", "Seite", "page"),
          ("flight", "vuelo", "Flug", "vol"), ("gate", "puerta", "Gate", "porte"), ("platform", "andén", "Gleis", "quai"), ("bus number", "autobús número", "Bus Nummer", "bus numéro"), ("line", "línea", "Linie", "ligne"), ("seat", "asiento", "Platz", "place"),
          ("version", "versión", "Version", "version"), ("slide", "diapositiva", "Folie", "diapositive"), ("chapter", "capítulo", "Kapitel", "chapitre"), ("we are in room", "estamos en la habitación", "wir sind in Zimmer", "nous sommes dans la chambre"), ("", "", "", ""),
          ("the code is", "el código es", "der Code ist", "le code est"), ("the total is", "el total es", "die Summe ist", "le total est de")]
OPENING = [n for n in NOUNS["place"] if n.words["en"].word in ("museum", "restaurant", "bank", "pharmacy", "park", "market", "supermarket", "library", "cafe", "bar", "bakery", "bookstore", "post office", "embassy", "swimming pool", "gym", "office", "store", "shopping mall", "tourist office", "town hall", "palace", "zoo", "hair salon", "castle", "butcher shop")]
EVENTS = [("leaves", "leave", "sale", "salen", "fährt", "fahren", "ab", "part", "partent"), ("arrives", "arrive", "llega", "llegan", "kommt", "kommen", "an", "arrive", "arrivent")]


def counting(rng, informal=False):
    """Prices, times, ages, amounts, labels with numbers."""
    r = rng.random()
    if r < .2:
        x = make(rng, rng.choice(["the", "this", "a", "num"]), [NOUNS[c] for c in ("item", "clothes", "ticket", "room", "food", "device", "drink")], .4)
        p = numbers.price(rng)
        pl = {lang: number(x, lang) and not (lang != "es" and x.noun.words[lang].only and x.det == "a") for lang in LANGS}
        pl["en"] = pl["en"] or x.noun.words["en"].only and x.det != "a"
        if rng.random() < .3:
            return tokens(en=["how much", "do" if pl["en"] else "does", en_.np(x), "cost"], es=["cuánto", "cuestan" if pl["es"] else "cuesta", es_.np(x)], de=["was", "kosten" if pl["de"] else "kostet", de_.np(x)],
                          fr=["combien", "coûtent" if pl["fr"] else "coûte", fr_.np(x)]), True
        return tokens(en=[("S", en_.np(x)), "cost" if pl["en"] else "costs", ("O", p["en"])], es=[("S", es_.np(x)), "cuestan" if pl["es"] else "cuesta", ("O", p["es"])],
                      de=[("S", de_.np(x)), "kosten" if pl["de"] else "kostet", ("O", p["de"])], fr=[("S", fr_.np(x)), "coûtent" if pl["fr"] else "coûte", ("O", p["fr"])]), False
    if r < .36:
        v = rng.choice([n for n in NOUNS["vehicle"] if n.words["en"].word in ("train", "bus", "ship", "ferry", "tram", "night train", "plane")])
        x = make(rng, "the", v, .3)
        x.pl = False
        t = numbers.clock(rng)
        e = rng.choice(EVENTS)
        dest = city(rng.choice(CITIES), "to") if rng.random() < .4 and not x.post else None
        if dest:
            dest["fr"] = dest["fr"].replace("à ", "pour ", 1) if e[0] == "leaves" else city(dict(en="", es="", de="", fr=dest["fr"][2:]), "from")["fr"]
            if e[0] == "arrives":
                dest = {k: v2.replace(*w, 1) for (k, v2), w in zip(dest.items(), [("to ", "from "), ("a ", "de "), ("nach ", "aus "), ("", "")])}
            x.post = dest
        fly = v.words["en"].word == "plane"
        fahrt = "fliegt" if fly and e[0] == "leaves" else e[4]
        day = rng.choice([None, None, dict(en="tomorrow", es="mañana", de="morgen", fr="demain"), dict(en="today", es="hoy", de="heute", fr="aujourd'hui")])
        D = lambda lang: ("A1", day[lang]) if day else ""
        return tokens(en=[("S", en_.np(x)), e[0], D("en"), ("A", "at " + t["en"])], es=[("S", es_.np(x)), e[2], D("es"), ("A", "a " + t["es"])],
                      de=[("S", de_.np(x)), fahrt, D("de"), ("A", "um " + t["de"]), e[6]], fr=[("S", fr_.np(x)), e[7], D("fr"), ("A", "à " + t["fr"])]), False
    if r < .43:
        x = make(rng, "the", [OPENING], .3)
        x.pl = False
        t = numbers.clock(rng)
        o = rng.random() < .5
        return tokens(en=[("S", en_.np(x)), "opens" if o else "closes", ("A", "at " + t["en"])], es=[("S", es_.np(x)), "abre" if o else "cierra", ("A", "a " + t["es"])],
                      de=[("S", de_.np(x)), "öffnet" if o else "schließt", ("A", "um " + t["de"])], fr=[("S", fr_.np(x)), "ouvre" if o else "ferme", ("A", "à " + t["fr"])]), False
    if r < .5:
        k = numbers.pick(rng, 90)
        s = person_subject(rng, informal)
        w = numbers.words(k, "m", True)
        years = dict(en="year old" if k == 1 else "years old", es="año" if k == 1 else "años", de="Jahr alt" if k == 1 else "Jahre alt", fr="an" if k == 1 else "ans")
        key = ("V" if s.kind == "pronoun" else "S")
        ein = "ein" if k == 1 else w["de"]
        return tokens(en=[(key, en_.np(s)), en_.be(person(s, "en")), ("O", w["en"] + " " + years["en"])], es=[(key, es_.np(s)), spanish("tener")["pres"][es_.INDEX[person(s, "es")]], ("O", w["es"] + " " + years["es"])],
                      de=[(key, de_.np(s)), "bin bist ist sind sind".split()[de_.INDEX[person(s, "de")]], ("O", ein + " " + years["de"])],
                      fr=[(key, fr_.np(s)), french("avoir")["pres"][fr_.INDEX[person(s, "fr")]], ("O", numbers.french(k) + " " + years["fr"])]), False
    if r < .66:
        k = max(numbers.pick(rng, 999999), 2)
        c, f = rng.choice(COUNTED), rng.choice(COUNT_FRAMES)
        if c[0] == "percent" and f[0] in ("there are", "we need", "we have", "I see"):
            f = COUNT_FRAMES[3]
        w = numbers.words(k, "m", True)
        return tokens(en=[f[0], ("O", w["en"] + " " + c[0])], es=[f[1], ("O", numbers.spanish(k, c[2], True) + " " + c[1])], de=[f[2], ("O", w["de"] + " " + c[3])],
                      fr=[f[3], ("O", numbers.french(k, c[6]) + " " + c[5])]), False
    if r < .74:
        t = numbers.clock(rng)
        o = rng.randint(0, 5)
        if o == 0:
            la = "es " if t["es"].startswith("la ") else "son "
            return tokens(en=["it is", ("O", t["en"])], es=[la + t["es"]], de=["es ist", ("O", t["de"])], fr=["il est", ("O", t["fr"])]), False
        n = rng.choice([n for n in NOUNS["event"] if n.words["en"].word != "training"])
        x = NP("noun", n, "the")
        if o < 3:
            d = rng.choice(numbers.DAYS)
            return tokens(en=[("S", en_.np(x)), "is", ("A", "on " + d["en"]), ("A1", "at " + t["en"])], es=[("S", es_.np(x)), "es", ("A", "el " + d["es"]), ("A1", "a " + t["es"])],
                          de=[("S", de_.np(x)), "ist", ("A", "am " + d["de"]), ("A1", "um " + t["de"])], fr=[("S", fr_.np(x)), "est", ("A", d["fr"]), ("A1", "à " + t["fr"])]), False
        if o < 5:
            b = rng.random() < .6
            return tokens(en=[("S", en_.np(x)), "starts" if b else "ends", ("A", "at " + t["en"])], es=[("S", es_.np(x)), "empieza" if b else "termina", ("A", "a " + t["es"])],
                          de=[("S", de_.np(x)), "beginnt" if b else "endet", ("A", "um " + t["de"])], fr=[("S", fr_.np(x)), "commence" if b else "se termine", ("A", "à " + t["fr"])]), False
        d = numbers.date(rng)
        return tokens(en=[("S", en_.np(x)), "is", ("A", "on " + d["en"])], es=[("S", es_.np(x)), "es", ("A", d["es"])], de=[("S", de_.np(x)), "ist", ("A", "am " + d["de"])],
                      fr=[("S", fr_.np(x)), "est", ("A", d["fr"])]), False
    if r < .84:
        p = numbers.price(rng)
        f = rng.choice([("it costs", "cuesta", "es kostet", "ça coûte"), ("that is", "son", "das macht", "ça fait"), ("we paid", "pagamos", "wir haben", "nous avons payé"), ("I have only", "solo tengo", "ich habe nur", "je n'ai que"), ("the price is", "el precio es de", "der Preis beträgt", "le prix est de"), ("", "", "", "")])
        es = "es " if f[1] == "son" and p["es"].startswith(("un ", "una ")) else f[1]
        return tokens(en=[f[0], ("O", p["en"])], es=[es, ("O", p["es"])], de=[f[2], ("O", p["de"]), "bezahlt" if f[0] == "we paid" else ""], fr=[f[3], ("O", p["fr"])]), False
    f = rng.choice(LABELS)
    k = numbers.pick(rng, 999999 if f[0] in ("", "the number is", "the code is", "the total is") else 20000 if f[0] in ("page", "flight", "room", "we are in room") else 300)
    w = numbers.words(k)
    fr = f[3]
    return tokens(en=[f[0], ("O", w["en"])], es=[f[1], ("O", w["es"])], de=[f[2], ("O", w["de"])], fr=[fr, ("O", w["fr"])]), False


def fragment(rng, informal=False):
    """A bare phrase, as answers and orders are."""
    x = make(rng, "np" if rng.random() < .7 else rng.choice(["num", "another", "many", "my"]), [NOUNS[c] for c in ("place", "item", "food", "drink", "idea", "work", "person", "ticket", "room", "clothes", "doc", "event", "device", "mass")], 1)
    r = rng.random()
    if not (x.adjs or x.post or x.num) and rng.random() < .7:
        r = .5 + r / 2
    X = lambda case="nom": dict(en=en_.np(x, "acc"), es=es_.np(x, "prep"), de=de_.np(x, case), fr=fr_.np(x, "prep"))
    if r < .3:
        t = X()
        return {lang: [("O", t[lang])] for lang in LANGS}, False
    if r < .48:
        t = X("dat")
        return tokens(en=["with", ("O", t["en"])], es=["con", ("O", t["es"])], de=["mit", ("O", t["de"])], fr=["avec", ("O", t["fr"])]), False
    if r < .6:
        t = X("acc")
        return tokens(en=["for", ("O", t["en"])], es=["para", ("O", t["es"])], de=["für", ("O", t["de"])], fr=["pour", ("O", t["fr"])]), False
    if r < .78:
        t = X("acc")
        return tokens(en=[("O", t["en"]), ("P", ", please")], es=[("O", t["es"]), ("P", ", por favor")], de=[("O", t["de"]), ("P", ", bitte")], fr=[("O", t["fr"]), ("P", ", s'il vous plaît")]), False
    y = make(rng, "np", [[x.noun], NOUNS[x.noun.cat]], .5)
    z = make(rng, "np", [NOUNS[x.noun.cat]], .3) if rng.random() < .3 else None
    if y.noun is x.noun or z is not None and z.noun in (x.noun, y.noun):
        return fragment(rng, informal)
    a, b = X(), texts(y, "nom")
    if z is not None:
        c = texts(z, "nom")
        return tokens(en=[("O", a["en"] + ","), ("I", b["en"]), "and", ("Z", c["en"])], es=[("O", a["es"] + ","), ("I", b["es"]), "y", ("Z", c["es"])], de=[("O", a["de"] + ","), ("I", b["de"]), "und", ("Z", c["de"])],
                      fr=[("O", a["fr"] + ","), ("I", b["fr"]), "et", ("Z", c["fr"])]), False
    w = rng.choice([("and", "y", "und", "et"), ("or", "o", "oder", "ou")])
    return tokens(en=[("O", a["en"]), w[0], ("I", b["en"])], es=[("O", a["es"]), w[1], ("I", b["es"])], de=[("O", a["de"]), w[2], ("I", b["de"])], fr=[("O", a["fr"]), w[3], ("I", b["fr"])]), False


SYLLABLES = "ka ro mi ta len dor vi na sel mar ton be lu pe ris han go ze fa wil schu bert dri ngo chi ya qua xa tte bru".split()


def spelled(rng, informal=False):
    """Names with their letters, codes and telephone numbers, digit by digit."""
    r = rng.random()
    if r < .5:
        # Half of the names are invented: what follows must be heard, not guessed.
        s = rng.choice(SURNAMES) if rng.random() < .4 else "".join(rng.choices(SYLLABLES, k=rng.randint(2, 3))).capitalize()
        if rng.random() < .5:
            s = rng.choice(NAME)[0] + " " + s
        letters = " ".join(s.split()[-1].upper())
        f = rng.choice([("my name is %s, that is spelled %s", "me llamo %s, se escribe %s", "ich heiße %s, das schreibt man %s", "je m'appelle %s, ça s'écrit %s"), ("%s, %s", "%s, %s", "%s, %s", "%s, %s"),
                        ("the last name is %s: %s", "el apellido es %s: %s", "der Nachname ist %s: %s", "le nom de famille est %s : %s".replace(" :", ":"))])
        return {lang: [("V", t % (s, letters))] for lang, t in zip(LANGS, f)}, False
    if r < .75:
        d = [rng.randint(0, 9) for _ in range(rng.randint(5, 9))]
        f = rng.choice([("my phone number is", "mi número de teléfono es el", "meine Telefonnummer ist", "mon numéro de téléphone est le"), ("the number is", "el número es el", "die Nummer lautet", "le numéro est le"), ("", "", "", ""), ("call me at", "llámeme al", "rufen Sie mich an unter", "appelez-moi au")])
        say = dict(en=" ".join(numbers.english(x) for x in d), es=" ".join(numbers.spanish(x) for x in d), de=" ".join(numbers.german(x) for x in d), fr=" ".join(numbers.french(x) for x in d))
        return {lang: [("V", t), ("O", say[lang])] if t else [("O", say[lang])] for lang, t in zip(LANGS, f)}, False
    code = [rng.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in range(rng.randint(2, 3))]
    n = [rng.randint(0, 9) for _ in range(rng.randint(2, 4))]
    f = rng.choice([("flight", "vuelo", "Flug", "vol"), ("the code is", "el código es", "der Code lautet", "le code est"), ("the booking number is", "el número de reserva es", "die Buchungsnummer ist", "le numéro de réservation est"), ("seat", "asiento", "Platz", "place")])
    say = [numbers.english, numbers.spanish, numbers.german, numbers.french]
    return {lang: [("V", t), ("O", " ".join(code + [s(x) for x in n]))] for lang, t, s in zip(LANGS, f, say)}, False
