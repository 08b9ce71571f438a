"""Integers, ordinals, clock times, dates and prices -> the words said for them in four languages."""

from .spec import LANGS

EN_UNITS = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
            "fifteen sixteen seventeen eighteen nineteen").split()
EN_TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()
ES_UNITS = ("cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince "
            "dieciséis diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro "
            "veinticinco veintiséis veintisiete veintiocho veintinueve").split()
ES_TENS = "- - - treinta cuarenta cincuenta sesenta setenta ochenta noventa".split()
ES_HUNDREDS = "- ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos".split()
DE_UNITS = "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn".split()
DE_TENS = "- - zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig".split()
FR_UNITS = "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf".split()
FR_TENS = "- - vingt trente quarante cinquante soixante".split()
EN_ORDINALS = ("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth "
               "seventeenth eighteenth nineteenth twentieth").split()
DE_ORDINALS = {1: "erst", 3: "dritt", 7: "siebt", 8: "acht"}
ES_ORDINALS = "primero segundo tercero cuarto quinto sexto séptimo octavo noveno décimo".split()
DAYS = [dict(zip(LANGS, d)) for d in zip("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(), "lunes martes miércoles jueves viernes sábado domingo".split(),
                                         "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag".split(), "lundi mardi mercredi jeudi vendredi samedi dimanche".split())]
MONTHS = [dict(zip(LANGS, m)) for m in zip(
    "January February March April May June July August September October November December".split(),
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split(),
    "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(),
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split())]


def english(n):
    if n < 20:
        return EN_UNITS[n]
    if n < 100:
        return EN_TENS[n // 10] + (" " + EN_UNITS[n % 10] if n % 10 else "")
    if n < 1000:
        return EN_UNITS[n // 100] + " hundred" + (" " + english(n % 100) if n % 100 else "")
    return english(n // 1000) + " thousand" + (" " + english(n % 1000) if n % 1000 else "")


def spanish(n, gender="", noun=False):
    """noun: the number stands before a noun (veintiún billetes, doscientas páginas)."""
    if n >= 1000:
        head = "mil" if n // 1000 == 1 else spanish(n // 1000, gender if n >= 200000 else "m", True) + " mil"
        return head + (" " + spanish(n % 1000, gender, noun) if n % 1000 else "")
    if n == 100:
        return "cien"
    if n > 100:
        h = ES_HUNDREDS[n // 100]
        if gender == "f" and n >= 200:
            h = h[:-2] + "as"
        return h + (" " + spanish(n % 100, gender, noun) if n % 100 else "")
    if n % 10 == 1 and n != 11:
        one = ("una" if gender == "f" else "un") if noun else "uno"
        if n == 1:
            return one
        if n == 21:
            return "veinti" + ("ún" if one == "un" else one)
        return ES_TENS[n // 10] + " y " + one
    if n < 30:
        return ES_UNITS[n]
    return ES_TENS[n // 10] + (" y " + ES_UNITS[n % 10] if n % 10 else "")


def german(n, last=True, head=True):
    """One word, as it is written. last: nothing follows (eins, not ein); head: nothing precedes (hundert, not einhundert)."""
    if n == 1 and not last:
        return "ein"
    if n < 20:
        return DE_UNITS[n]
    if n < 100:
        return (german(n % 10, False) + "und" if n % 10 else "") + DE_TENS[n // 10]
    for size, word in ((1000, "tausend"), (100, "hundert")):
        if n >= size:
            count = "" if n // size == 1 and head else german(n // size, False, head)
            return count + word + (german(n % size, last, False) if n % size else "")


def french(n, gender="", end=True):
    """end: nothing follows, so that cents and quatre-vingts take their s."""
    if n < 20:
        return "une" if n == 1 and gender == "f" else FR_UNITS[n]
    if n < 70:
        ten, unit = FR_TENS[n // 10], n % 10
        return ten if not unit else ten + (" et " if unit == 1 else "-") + french(unit, gender)
    if n < 80:
        return "soixante" + (" et " if n == 71 else "-") + FR_UNITS[n - 60]
    if n < 100:
        return "quatre-vingt" + ("s" if n == 80 and end else "" if n == 80 else "-" + ("une" if n == 81 and gender == "f" else FR_UNITS[n - 80]))
    if n < 1000:
        h, rest = n // 100, n % 100
        head = "cent" if h == 1 else FR_UNITS[h] + " cent" + ("s" if not rest and end else "")
        return head + (" " + french(rest, gender, end) if rest else "")
    head = "mille" if n // 1000 == 1 else french(n // 1000, "", False) + " mille"
    return head + (" " + french(n % 1000, gender, end) if n % 1000 else "")


def words(n, gender="m", noun=False):
    """-> the number in every language; before a noun of that gender in Spanish and French where noun."""
    return dict(en=english(n), es=spanish(n, gender, noun), de=german(n), fr=french(n, gender if noun else ""))


def ordinal(n):
    """-> 1 to 31: en `first`, de the stem `erst`, es `primero`, fr `premier`."""
    if n <= 20:
        en = EN_ORDINALS[n - 1]
    else:
        en = "thirtieth" if n == 30 else EN_TENS[n // 10] + " " + EN_ORDINALS[n % 10 - 1]
    de = DE_ORDINALS.get(n) or german(n) + ("t" if n < 20 else "st")
    es = ES_ORDINALS[n - 1] if n <= 10 else spanish(n)
    if n == 1:
        fr = "premier"
    else:
        base = french(n)
        fr = base[:-1] + "ième" if base.endswith("e") else base + "uième" if base.endswith("cinq") else base[:-1] + "vième" if base.endswith("neuf") else base + "ième"
    return dict(en=en, es=es, de=de, fr=fr)


def pick(rng, top=20000):
    r = rng.random()
    if r < .35:
        n = rng.randint(1, 20)
    elif r < .65:
        n = rng.randint(2, 99)
    elif r < .85:
        n = rng.choice([100, 200, 250, 300, 150, 500]) if rng.random() < .3 else rng.randint(101, 999)
    elif r < .97:
        n = rng.choice([1000, 2000, 5000, 10000, 20000]) if rng.random() < .3 else rng.randint(1001, 20000)
    else:
        n = rng.choice([50000, 100000, 200000, 250000, 500000]) if rng.random() < .4 else rng.randint(20001, 999999)
    return n if n <= top else rng.randint(2, top)


def clock(rng):
    """-> what is said after at, a, um, à: half past three, las tres y media, halb vier, trois heures et demie."""
    h = rng.randint(1, 12)
    nxt = h % 12 + 1
    es = lambda k: "la una" if k == 1 else "las " + ES_UNITS[k]
    fr = lambda k: "une heure" if k == 1 else FR_UNITS[k] + " heures"
    uhr = lambda k: ("ein" if k == 1 else german(k)) + " Uhr"
    r = rng.random()
    m = rng.choice([5, 10, 20, 25])
    if r < .3:
        t = dict(en=EN_UNITS[h] + rng.choice([" o'clock", ""]), es=es(h), de=uhr(h), fr=fr(h))
        if rng.random() < .4:
            if h <= 11:
                part = ("in the morning", "de la mañana", "morgens", "du matin") if h > 4 else None
                if h < 8 and rng.random() < .5:
                    part = ("in the afternoon", "de la tarde", "nachmittags", "de l'après-midi") if h < 6 else ("in the evening", "de la tarde", "abends", "du soir")
                elif h > 7 and rng.random() < .4:
                    part = ("in the evening", "de la noche", "abends", "du soir")
                if part:
                    t = {lang: "%s %s" % (t[lang].replace(" o'clock", ""), p) for lang, p in zip(LANGS, part)}
    elif r < .42:
        t = dict(en=rng.choice(["half past " + EN_UNITS[h], EN_UNITS[h] + " thirty"]), es=es(h) + " y media", de="halb " + german(nxt), fr=fr(h) + " et demie")
    elif r < .52:
        t = dict(en=rng.choice(["a quarter past ", "quarter past "]) + EN_UNITS[h], es=es(h) + " y cuarto", de="Viertel nach " + german(h), fr=fr(h) + " et quart")
    elif r < .61:
        t = dict(en=rng.choice(["a quarter to ", "quarter to "]) + EN_UNITS[nxt], es=es(nxt) + " menos cuarto", de="Viertel vor " + german(nxt), fr=fr(nxt) + " moins le quart")
    elif r < .69:
        t = dict(en=english(m) + " to " + EN_UNITS[nxt], es=es(nxt) + " menos " + spanish(m), de=german(m) + " vor " + german(nxt), fr=fr(nxt) + " moins " + french(m))
    elif r < .77:
        t = dict(en=english(m) + " past " + EN_UNITS[h], es=es(h) + " y " + spanish(m), de=german(m) + " nach " + german(h), fr=fr(h) + " " + french(m))
    elif r < .92:
        m = rng.choice([10, 12, 17, 18, 20, 25, 35, 40, 45, 50, 55, 42, rng.randint(10, 59)])
        t = dict(en=EN_UNITS[h] + " " + english(m), es=es(h) + " y " + spanish(m), de=uhr(h) + " " + german(m), fr=fr(h) + " " + french(m, "f"))
    else:
        # The 24-hour clock, as stations and offices say it.
        h, m = rng.randint(13, 23), rng.choice([0, 10, 15, 20, 30, 35, 45, 50])
        t = dict(en=english(h - 12) + (" " + english(m) if m else "") + (" in the afternoon" if h < 18 else " in the evening"), es="las " + spanish(h, "f", True) + (" y " + spanish(m) if m else " horas"),
                 de=german(h) + " Uhr" + (" " + german(m) if m else ""), fr=french(h, "f") + " heures" + (" " + french(m) if m else ""))
    return t


def date(rng):
    """-> the third of May, el tres de mayo, der dritte Mai (its case: see date_german), le trois mai; and the numbers."""
    d, k = rng.randint(1, 31), rng.randint(0, 11)
    d = min(d, 28 if k == 1 else 30 if k in (3, 5, 8, 10) else 31)
    m, o = MONTHS[k], ordinal(d)
    en = rng.choice(["the %s of %s" % (o["en"], m["en"]), "%s %s" % (m["en"], o["en"])])
    return dict(en=en, es="¤el %s de %s" % ("uno" if d == 1 else spanish(d), m["es"]), de="%sten %s" % (o["de"][:-1], m["de"]),
                fr="¤le %s %s" % ("premier" if d == 1 else french(d), m["fr"]))


CURRENCIES = [(("euro", "euros"), ("euro", "euros", "m"), ("Euro", "Euro"), ("euro", "euros"))] * 5 + [
    (("dollar", "dollars"), ("dólar", "dólares", "m"), ("Dollar", "Dollar"), ("dollar", "dollars"))] * 3 + [
    (("pound", "pounds"), ("libra", "libras", "f"), ("Pfund", "Pfund"), ("livre", "livres"))] + [
    (("franc", "francs"), ("franco", "francos", "m"), ("Franken", "Franken"), ("franc", "francs"))]


def price(rng):
    en, es, de, fr = rng.choice(CURRENCIES)
    r = rng.random()
    n = rng.randint(1, 99) if r < .75 else rng.choice([100, 120, 150, 200, 250, 300, 350, 400, 500, 1000, 2000, rng.randint(101, 3000)])
    one = n == 1
    t = dict(en="%s %s" % (english(n), en[not one]), es="%s %s" % (spanish(n, es[2], True), es[not one]),
             de="%s %s" % ("ein" if one else german(n), de[not one]), fr="%s %s" % (french(n, "f" if fr[0] == "livre" else ""), fr[not one]))
    if n < 60 and rng.random() < .2:
        c = rng.choice([10, 20, 25, 30, 40, 50, 60, 75, 80, 90])
        if es[2] == "f" or rng.random() < .5:
            t = dict(en=t["en"] + " " + english(c), es=t["es"] + " con " + spanish(c), de=t["de"] + " " + german(c), fr=t["fr"] + " " + french(c))
        else:
            t = dict(en=t["en"] + " and " + english(c) + " cents", es=t["es"] + " y " + spanish(c) + (" céntimos" if es[0] == "euro" else " centavos" if es[0] == "dólar" else " céntimos"),
                     de=t["de"] + " und " + german(c) + (" Rappen" if de[0] == "Franken" else " Cent"), fr=t["fr"] + " et " + french(c) + " centimes")
    return t
