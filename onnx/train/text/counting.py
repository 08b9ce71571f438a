"""A random generator -> prices, times, ages, amounts, labels with numbers, bare phrases, spelled names: token lists by language."""

from . import de as de_, en as en_, es as es_, fr as fr_, numbers
from .adverbs import city
from .constructions import texts, tokens
from .draw import make, person_subject
from .french import conjugate as french
from .lexicon import CITIES, NAME, NOUNS, SURNAMES
from .spanish import conjugate as spanish
from .spec import LANGS, NP, number, person

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
