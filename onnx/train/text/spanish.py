"""Spanish infinitives -> conjugated forms, and words -> plural / gender forms.

Persons: 0 yo, 1 él/ella/usted, 2 nosotros, 3 ellos/ustedes, 4 tú."""

import functools
import re

ENDINGS = {
    "ar": dict(pres="o a amos an", pret="é ó amos aron", impf="aba aba ábamos aban",
               subj="e e emos en", ger="ando", part="ado"),
    "er": dict(pres="o e emos en", pret="í ió imos ieron", impf="ía ía íamos ían",
               subj="a a amos an", ger="iendo", part="ido"),
    "ir": dict(pres="o e imos en", pret="í ió imos ieron", impf="ía ía íamos ían",
               subj="a a amos an", ger="iendo", part="ido"),
}
# infinitive -> vowel change in stressed stems
CHANGE = {}
for _change, _verbs in {
    "e>ie": "querer pensar empezar comenzar cerrar preferir sentir entender perder despertar divertir regar "
            "recomendar calentar encender sugerir confirmar- atender sentar",
    "o>ue": "poder dormir encontrar volver recordar probar mostrar costar mover devolver acostar "
            "almorzar contar resolver soler demostrar aprobar volar morir doler llover colgar envolver",
    "e>i": "pedir servir repetir seguir elegir vestir conseguir despedir medir corregir",
    "u>ue": "jugar",
}.items():
    for _v in _verbs.split():
        if not _v.endswith("-"):
            CHANGE[_v] = _change
# explicit forms; pretS: irregular preterite stem, futS: future stem, yo: first person present
IRREGULAR = {
    "ser": dict(pres="soy es somos son", pret="fui fue fuimos fueron", impf="era era éramos eran", subj="sea sea seamos sean"),
    "estar": dict(pres="estoy está estamos están", pretS="estuv", subj="esté esté estemos estén"),
    "ir": dict(pres="voy va vamos van", pret="fui fue fuimos fueron", impf="iba iba íbamos iban", subj="vaya vaya vayamos vayan", ger="yendo"),
    "haber": dict(pres="he ha hemos han", pretS="hub", futS="habr", subj="haya haya hayamos hayan"),
    "tener": dict(pres="tengo tiene tenemos tienen", pretS="tuv", futS="tendr"),
    "venir": dict(pres="vengo viene venimos vienen", pretS="vin", futS="vendr", ger="viniendo"),
    "poder": dict(pretS="pud", futS="podr", ger="pudiendo"),
    "querer": dict(pretS="quis", futS="querr"),
    "hacer": dict(yo="hago", pret="hice hizo hicimos hicieron", futS="har", part="hecho"),
    "decir": dict(pres="digo dice decimos dicen", pret="dije dijo dijimos dijeron", futS="dir", ger="diciendo", part="dicho"),
    "poner": dict(yo="pongo", pretS="pus", futS="pondr", part="puesto"),
    "salir": dict(yo="salgo", futS="saldr"),
    "saber": dict(yo="sé", pretS="sup", futS="sabr", subj="sepa sepa sepamos sepan"),
    "ver": dict(yo="veo", pret="vi vio vimos vieron", impf="veía veía veíamos veían", part="visto"),
    "dar": dict(yo="doy", pret="di dio dimos dieron", subj="dé dé demos den"),
    "traer": dict(yo="traigo", pret="traje trajo trajimos trajeron", ger="trayendo", part="traído"),
    "caer": dict(yo="caigo", pret="caí cayó caímos cayeron", ger="cayendo", part="caído"),
    "leer": dict(pret="leí leyó leímos leyeron", ger="leyendo", part="leído"),
    "creer": dict(pret="creí creyó creímos creyeron", ger="creyendo", part="creído"),
    "oír": dict(pres="oigo oye oímos oyen", pret="oí oyó oímos oyeron", ger="oyendo", part="oído", futS="oir"),
    "incluir": dict(pres="incluyo incluye incluimos incluyen", pret="incluí incluyó incluimos incluyeron", ger="incluyendo"),
    "construir": dict(pres="construyo construye construimos construyen", pret="construí construyó construimos construyeron", subj="construya construya construyamos construyan", ger="construyendo"),
    "conducir": dict(pret="conduje condujo condujimos condujeron"),
    "traducir": dict(pret="traduje tradujo tradujimos tradujeron"),
    "reducir": dict(pret="reduje redujo redujimos redujeron"),
    "abrir": dict(part="abierto"), "cubrir": dict(part="cubierto"),
    "descubrir": dict(part="descubierto"),
    "escribir": dict(part="escrito"), "romper": dict(part="roto"),
    "volver": dict(part="vuelto"), "devolver": dict(part="devuelto"),
    "envolver": dict(part="envuelto"), "resolver": dict(part="resuelto"), "morir": dict(part="muerto"),
    "imprimir": dict(part="impreso"),
    "enviar": dict(pres="envío envía enviamos envían", subj="envíe envíe enviemos envíen"),
    "continuar": dict(pres="continúo continúa continuamos continúan", subj="continúe continúe continuemos continúen"),
    "resfriar": dict(pres="resfrío resfría resfriamos resfrían", subj="resfríe resfríe resfriemos resfríen"),
    "confiar": dict(pres="confío confía confiamos confían", subj="confíe confíe confiemos confíen"),
    "fotografiar": dict(pres="fotografío fotografía fotografiamos fotografían", subj="fotografíe fotografíe fotografiemos fotografíen"),
    "proponer": dict(yo="propongo", pretS="propus", futS="propondr", part="propuesto"),
    "describir": dict(part="descrito"),
    "reír": dict(pres="río ríe reímos ríen", pret="reí rió reímos rieron", subj="ría ría riamos rían", ger="riendo", part="reído", futS="reir"),
    "sonreír": dict(pres="sonrío sonríe sonreímos sonríen", pret="sonreí sonrió sonreímos sonrieron", subj="sonría sonría sonriamos sonrían", ger="sonriendo", part="sonreído", futS="sonreir"),
    "reunir": dict(pres="reúno reúne reunimos reúnen", subj="reúna reúna reunamos reúnan"),
    "evaluar": dict(pres="evalúo evalúa evaluamos evalúan", subj="evalúe evalúe evaluemos evalúen"),
    "oler": dict(pres="huelo huele olemos huelen", subj="huela huela olamos huelan"),
}


def _vary(stem, change, weak=False):
    if not change:
        return stem
    a, b = change.split(">")
    if weak:
        b = {"e": "i", "o": "u"}.get(a, b)
    i = stem.rfind(a)
    return stem if i < 0 else stem[:i] + b + stem[i + 1:]


def _spell(stem, ending, cls):
    """Keeps the stem's sound before the ending's first vowel."""
    front = ending[0] in "eéií"
    if cls == "ar" and front:
        for a, b in (("gu", "gü"), ("c", "qu"), ("g", "gu"), ("z", "c")):
            if stem.endswith(a):
                return stem[: -len(a)] + b + ending
    if cls != "ar" and not front:
        if stem.endswith("gu"):
            return stem[:-1] + ending
        if stem.endswith("g"):
            return stem[:-1] + "j" + ending
        if stem.endswith("c"):
            return stem[:-1] + ("zc" if stem[-2] in "aeou" else "z") + ending
    return stem + ending


@functools.lru_cache(None)
def conjugate(inf):
    """infinitive -> dict of pres pret impf fut cond subj subj2 (5 persons each), ger, part, inf."""
    cls = inf[-2:].replace("í", "i")
    stem, end, irr = inf[:-2], ENDINGS[cls], IRREGULAR.get(inf, {})
    change = CHANGE.get(inf, "")
    weak_ir = cls == "ir" and bool(change)
    out = {"inf": inf}
    boot = [True, True, False, True]

    def table(name):
        forms = []
        for i, e in enumerate(end[name].split()):
            s = stem
            if name in ("pres", "subj"):
                s = _vary(stem, change) if boot[i] else (
                    _vary(stem, change, True) if weak_ir and name == "subj" else stem)
            if name == "pret" and weak_ir and i in (1, 3):
                s = _vary(stem, change, True)
            forms.append(_spell(s, e, cls))
        return forms

    out["pres"] = irr["pres"].split() if "pres" in irr else table("pres")
    if "yo" in irr:
        out["pres"][0] = irr["yo"]
    if "pretS" in irr:
        out["pret"] = [irr["pretS"] + e for e in ("e", "o", "imos", "ieron")]
    else:
        out["pret"] = irr["pret"].split() if "pret" in irr else table("pret")
    out["impf"] = irr["impf"].split() if "impf" in irr else table("impf")
    yo = out["pres"][0]
    if "subj" in irr:
        out["subj"] = irr["subj"].split()
    elif cls != "ar" and yo.endswith("go") and not stem.endswith(("gu", "g")):
        out["subj"] = [yo[:-1] + e for e in ("a", "a", "amos", "an")]
    elif inf == "ver":
        out["subj"] = "vea vea veamos vean".split()
    elif inf == "incluir":
        out["subj"] = "incluya incluya incluyamos incluyan".split()
    else:
        out["subj"] = table("subj")
    fut = irr.get("futS", inf)
    out["fut"] = [fut + e for e in ("é", "á", "emos", "án")]
    out["cond"] = [fut + e for e in ("ía", "ía", "íamos", "ían")]
    gstem = _vary(stem, change, True) if weak_ir else stem
    out["ger"] = irr.get("ger", gstem + end["ger"])
    out["part"] = irr.get("part", stem + end["part"])
    for tense in ("pres", "impf", "subj", "fut", "cond"):
        out[tense].append({"es": "eres"}.get(out[tense][1], out[tense][1] + "s"))
    out["pret"].append(out["pret"][2][:-3] + "ste")
    # tuvieron -> tuviera, tuviéramos
    stem = out["pret"][3][:-3]
    out["subj2"] = [stem + "ra", stem + "ra", stem[:-1] + ACCENT[stem[-1]] + "ramos", stem + "ran", stem + "ras"]
    return out


TU = {"tener": "ten", "venir": "ven", "poner": "pon", "salir": "sal", "hacer": "haz", "decir": "di", "ir": "ve", "ser": "sé", "proponer": "propón"}


def imperative(inf, person, negative=False):
    """The command to usted (1), nosotros (2) or tú (4)."""
    c = conjugate(inf)
    if person == 2 and inf == "ir" and not negative:
        return "vamos"
    if person == 4 and not negative:
        return TU.get(inf, c["pres"][1])
    return c["subj"][person]


ACCENT = dict(zip("aeiou", "áéíóú"))


def attach(form, clitics):
    """A command or gerund and its pronouns in one word, with the accent that keeps the stress: traiga + me -> tráigame."""
    masked = re.sub("(?<=[gq])u(?=[eiéí])", "-", form)
    nuclei = [m.span() for m in re.finditer("[iu]?[aeoáéóíú][iu]?|[iu]+", masked)]
    if len(nuclei) == 1:
        form = form.translate(str.maketrans("áéó", "aeo"))
    if not clitics or re.search("[áéíóú]", form) or len(nuclei) + len(clitics) < 3:
        return form + "".join(clitics)
    # Stress lies on the last vowel group but one after a vowel, n or s; an infinitive's on its last.
    start, end = nuclei[-2] if form[-1] in "aeiouns" and len(nuclei) > 1 else nuclei[-1]
    group = form[start:end]
    i = start + next((i for i, c in enumerate(group) if c in "aeo"), len(group) - 1)
    return form[:i] + ACCENT[form[i]] + form[i + 1:] + "".join(clitics)


PLURALS = {"joven": "jóvenes", "examen": "exámenes", "imagen": "imágenes", "orden": "órdenes",
           "volumen": "volúmenes", "resumen": "resúmenes", "margen": "márgenes", "origen": "orígenes",
           "gris": "grises", "mes": "meses", "jersey": "jerséis", "camping": "campings", "país": "países",
           "menú": "menús", "champú": "champús"}
STOPS = ("de", "a", "con", "para", "sin", "del", "en", "por", "poco")


def plural_word(w):
    if w in PLURALS:
        return PLURALS[w]
    if w[-1] in "aeiouáéóú":
        return w + "s"
    if w[-1] == "z":
        return w[:-1] + "ces"
    for a, b in (("án", "anes"), ("én", "enes"), ("ín", "ines"), ("ón", "ones"), ("ún", "unes"),
                 ("és", "eses"), ("ús", "uses"), ("ás", "ases")):
        if w.endswith(a):
            return w[: -len(a)] + b
    return w if w[-1] in "sx" else w + "es"


def plural(phrase):
    """Pluralises the head noun and the adjectives right after it."""
    out, stop = [], False
    for w in phrase.split():
        stop = stop or w in STOPS
        out.append(w if stop else plural_word(w))
    return " ".join(out)


INVARIABLE = ("de ", "a la ", "poco ", "en ")


def adjective(a, gender, is_plural):
    """masculine singular adjective -> agreeing form; only the first word inflects."""
    if a.startswith(INVARIABLE):
        return a
    head, *rest = a.split()
    if gender == "f":
        if head.endswith("o"):
            head = head[:-1] + "a"
        elif head.endswith(("és", "án")):
            head = head[:-2] + {"é": "e", "á": "a"}[head[-2]] + head[-1] + "a"
        elif head.endswith("or") and head not in ("mejor", "peor", "mayor", "menor"):
            head += "a"
        elif head == "español":
            head = "española"
    if is_plural:
        head = plural_word(head)
    return " ".join([head] + rest)


FEMININE = ("ción", "sión", "dad", "nión", "a")


def gender(noun):
    """Of a noun whose ending tells it."""
    return "f" if noun.split()[0].endswith(FEMININE) else "m"
