"""Integers, clock times, dates and prices -> the words said for them in English and Spanish."""

EN_UNITS = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
            "fifteen sixteen seventeen eighteen nineteen").split()
EN_TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()
ES_UNITS = ("cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince "
            "dieciséis diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro "
            "veinticinco veintiséis veintisiete veintiocho veintinueve").split()
ES_TENS = "- - - treinta cuarenta cincuenta sesenta setenta ochenta noventa".split()
ES_HUNDREDS = ("- ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos "
               "ochocientos novecientos").split()
DAYS = [("Monday", "lunes"), ("Tuesday", "martes"), ("Wednesday", "miércoles"), ("Thursday", "jueves"),
        ("Friday", "viernes"), ("Saturday", "sábado"), ("Sunday", "domingo")]
MONTHS = [("January", "enero"), ("February", "febrero"), ("March", "marzo"), ("April", "abril"),
          ("May", "mayo"), ("June", "junio"), ("July", "julio"), ("August", "agosto"),
          ("September", "septiembre"), ("October", "octubre"), ("November", "noviembre"),
          ("December", "diciembre")]
ORDINALS = ("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
            "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first "
            "twenty-second twenty-third twenty-fourth twenty-fifth twenty-sixth twenty-seventh "
            "twenty-eighth twenty-ninth thirtieth thirty-first").split()
ES_ORDINALS = "primero segundo tercero cuarto quinto sexto séptimo octavo noveno décimo".split()


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
        head = "mil" if n // 1000 == 1 else spanish(n // 1000, "m", True) + " mil"
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


def pick_number(rng, top=20000):
    r = rng.random()
    if r < .35:
        n = rng.randint(1, 20)
    elif r < .65:
        n = rng.randint(2, 99)
    elif r < .85:
        n = rng.choice([100, 200, 250, 300, 150, 500]) if rng.random() < .3 else rng.randint(101, 999)
    else:
        n = rng.choice([1000, 2000, 5000, 10000, 20000]) if rng.random() < .3 else rng.randint(1001, 20000)
    return n if n <= top else rng.randint(2, top)


def clock(rng):
    """-> (en, es) like ("half past three", "las tres y media")."""
    h = rng.randint(1, 12)
    la = "la una" if h == 1 else "las " + ES_UNITS[h]
    en = EN_UNITS[h]
    r = rng.random()
    if r < .3:
        en, es = rng.choice([en + " o'clock", en]), la
    elif r < .42:
        en, es = rng.choice(["half past " + en, en + " thirty"]), la + " y media"
    elif r < .52:
        en, es = rng.choice(["a quarter past " + en, en + " fifteen"]), la + " y cuarto"
    elif r < .6:
        en, es = "a quarter to " + en, la + " menos cuarto"
    elif r < .68:
        m = rng.choice([5, 10, 20, 25])
        en, es = EN_M(m) + " to " + en, la + " menos " + spanish(m)
    elif r < .76:
        m = rng.choice([5, 10, 20, 25])
        en, es = EN_M(m) + " past " + en, la + " y " + spanish(m)
    else:
        m = rng.choice([10, 12, 17, 18, 20, 25, 35, 40, 45, 50, 55, 42])
        en, es = en + " " + english(m), la + " y " + spanish(m)
    r = rng.random()
    if r < .12:
        en, es = en + " in the morning", es + " de la mañana"
    elif r < .22:
        en, es = en + " in the afternoon", es + " de la tarde"
    elif r < .27 and h >= 8:
        en, es = en + " at night", es + " de la noche"
    return en, es


def EN_M(m):
    return english(m)


def date(rng, article=True):
    """-> ("the third of May" / "May third", "el tres de mayo")."""
    d, (men, mes) = rng.randint(1, 31), rng.choice(MONTHS)
    if d == 31 and men in ("April", "June", "September", "November", "February"):
        d = 30
    if d > 28 and men == "February":
        d = 28
    en = rng.choice(["the %s of %s" % (ORDINALS[d - 1], men), "%s %s" % (men, ORDINALS[d - 1])])
    return en.replace("-", " "), ("el " if article else "") + ("uno" if d == 1 else spanish(d)) + " de " + mes


def price(rng):
    r = rng.random()
    cur, esc, g = rng.choice([("euro", "euro", "m")] * 5 + [("dollar", "dólar", "m")] * 3 + [("pound", "libra", "f"), ("peso", "peso", "m")])
    n = rng.randint(1, 99) if r < .75 else rng.choice([100, 120, 150, 200, 250, 300, 350, 400, 500, 1000, 2000, rng.randint(101, 3000)])
    es = spanish(n, g, True) + " " + (esc if n == 1 else {"dólar": "dólares"}.get(esc, esc + "s"))
    en = english(n) + " " + cur + ("" if n == 1 else "s")
    if n < 60 and rng.random() < .15:
        c = rng.choice([10, 20, 25, 30, 40, 50, 60, 75, 80, 90])
        return en + " and " + english(c) + " cents", es + " con " + spanish(c)
    return en, es
