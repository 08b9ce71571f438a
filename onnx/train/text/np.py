"""Random noun phrases -> NP values with agreeing English and Spanish text."""

import collections

from . import numbers
from .adjectives import BEFORE, BY_CAT, THING
from .nouns import GROUPS, NOUNS
from .spanish import adjective

# person: 0 yo 1 él/ella/usted 2 nosotros 3 ellos; es may be empty (dropped pronoun)
NP = collections.namedtuple("NP", "en es g pl human person pron")
NAMES = [("Ana", "f"), ("Maria", "f"), ("John", "m"), ("Peter", "m"), ("David", "m"), ("Laura", "f"), ("Robert", "m"), ("Sarah", "f"), ("Paul", "m"),
         ("Emma", "f"), ("Daniel", "m"), ("Carmen", "f"), ("Michael", "m"), ("Julia", "f"), ("Thomas", "m"), ("Helen", "f"), ("Mark", "m"), ("Susan", "f"),
         ("James", "m"), ("Elena", "f"), ("Victor", "m"), ("Alice", "f"), ("Oscar", "m"), ("Nora", "f"), ("Simon", "m"), ("Karen", "f"), ("Diego", "m"), ("Lisa", "f")]
SURNAMES = "Smith Garcia Brown Miller Lopez Taylor Wilson Martin Clark Lewis Walker Young King Hill Green Baker Carter Roberts Turner Parker Torres Castro".split()
CITIES = [("Madrid", "Madrid"), ("London", "Londres"), ("Paris", "París"), ("Barcelona", "Barcelona"), ("New York", "Nueva York"), ("Berlin", "Berlín"), ("Rome", "Roma"),
          ("Seville", "Sevilla"), ("Lisbon", "Lisboa"), ("Valencia", "Valencia"), ("Mexico City", "Ciudad de México"), ("Chicago", "Chicago"), ("Geneva", "Ginebra"), ("Vienna", "Viena"),
          ("Tokyo", "Tokio"), ("Brussels", "Bruselas"), ("Milan", "Milán"), ("Munich", "Múnich"), ("Amsterdam", "Ámsterdam"), ("Granada", "Granada"), ("Boston", "Boston"), ("Dublin", "Dublín"), ("Toledo", "Toledo"), ("Bilbao", "Bilbao"), ("Lima", "Lima"), ("Bogota", "Bogotá"), ("Malaga", "Málaga"), ("Edinburgh", "Edimburgo"), ("Athens", "Atenas"), ("Prague", "Praga")]
COUNTRIES = [("Spain", "España"), ("France", "Francia"), ("Germany", "Alemania"), ("Italy", "Italia"), ("England", "Inglaterra"), ("Portugal", "Portugal"), ("Mexico", "México"), ("Canada", "Canadá"),
             ("Japan", "Japón"), ("Argentina", "Argentina"), ("Brazil", "Brasil"), ("Ireland", "Irlanda"), ("Switzerland", "Suiza"), ("Greece", "Grecia"), ("Poland", "Polonia"), ("Sweden", "Suecia"), ("Chile", "Chile"), ("Peru", "Perú"), ("Morocco", "Marruecos"), ("Turkey", "Turquía"), ("Australia", "Australia"), ("Austria", "Austria"), ("Belgium", "Bélgica"), ("Norway", "Noruega")]
LANGUAGES = [("Spanish", "español"), ("English", "inglés"), ("French", "francés"), ("German", "alemán"), ("Italian", "italiano"), ("Portuguese", "portugués"), ("Chinese", "chino"), ("Japanese", "japonés"), ("Arabic", "árabe"), ("Russian", "ruso")]
POSS = [("my", "mi"), ("your", "su"), ("his", "su"), ("her", "su"), ("our", "nuestro"), ("their", "su")]
THE = {"m": ("el", "los"), "f": ("la", "las")}
A = {"m": "un", "f": "una"}
THIS = {"m": ("este", "estos"), "f": ("esta", "estas")}
THAT = {"m": ("ese", "esos"), "f": ("esa", "esas")}
SOME = {"m": "algunos", "f": "algunas"}
MANY = {"m": "muchos", "f": "muchas"}
RELATIONS = [("near", "cerca de"), ("in front of", "delante de"), ("behind", "detrás de"), ("next to", "al lado de"), ("opposite", "enfrente de"),
             ("in", "en"), ("at", "en"), ("outside", "fuera de"), ("between the bank and", "entre el banco y")]


def article(word):
    w = word.lower()
    if w.startswith(("hour", "honest")):
        return "an"
    if w.startswith(("uni", "use", "euro", "one", "usu")):
        return "a"
    return "an" if w[0] in "aeiou" else "a"


def noun(rng, group):
    cat = rng.choice(GROUPS[group].split())
    return rng.choice(NOUNS[cat])


def modify(rng, n, en, es, g, pl, depth):
    """Maybe adds an adjective, an 'of' phrase or a place phrase."""
    pre = ""
    r = rng.random()
    if r < .24 * depth:
        aen, aes = rng.choice(BY_CAT.get(n.cat, THING))
        if aen not in en:
            en, es = aen + " " + en, es + " " + adjective(aes, g, pl)
    elif r < .34 * depth and not n.mass and n.cat != "body":
        row = rng.choice(BEFORE)
        en, pre = row[0] + " " + en, row[1 + (g == "f") + 2 * pl] + " "
    return en, pre + es


def post(rng, n, depth):
    """A modifier after the noun -> (en, es) or empty."""
    if rng.random() > .16 * depth or n.cat == "body":
        return "", ""
    if n.cat in ("place", "inside", "person"):
        x = make(rng, "the", "place", 0)
        en, es = rng.choice(RELATIONS)
        return " %s %s" % (en, x.en), " %s %s" % (es, x.es)
    if n.cat in ("work", "idea"):
        x = make(rng, "the", rng.choice(["work", "person", "idea"]), 0)
        return rng.choice([" of " + x.en, " about " + x.en, " for " + x.en]), x
    if n.cat in ("item", "clothes"):
        if rng.random() < .5:
            x = make(rng, "the", "person", 0)
            return rng.choice([" of ", " for "]) + x.en, x
        return rng.choice([(" on the table", " de la mesa"), (" in the car", " del coche"), (" from the store", " de la tienda")])
    if n.cat in ("ticket", "vehicle") and n.en not in ("table", "seat", "single room", "double room", "map", "appointment", "room with a view"):
        c = rng.choice(CITIES)
        return rng.choice([(" to " + c[0], " a " + c[1]), (" from " + c[0], " de " + c[1])])
    if n.cat in ("food", "mass") and rng.random() < .6:
        x = rng.choice(NOUNS["mass"])
        return rng.choice([(" with " + x.en, " con " + x.es), (" without " + x.en, " sin " + x.es)])
    return "", ""


PREP = {" of ": "de", " about ": "sobre", " for ": "para"}


def make(rng, det, group, depth=1):
    n = group if not isinstance(group, str) else noun(rng, group)
    g = n.g
    if det == "np":
        r = rng.random()
        det = ("the" if r < .4 else "a" if r < .6 else "my" if r < .74 else "this" if r < .82 else "that" if r < .86
               else "num" if r < .92 else "some" if r < .95 else "pl" if r < .965 else "another" if r < .985 else "many")
    if det == "pl":
        det = "thepl"
    pl = det in ("thepl", "num", "some", "many", "barepl") or (det in ("the", "my", "this", "that") and not n.mass and n.cat != "body"
                                                    and rng.random() < .15 and n.cat not in ("inside",))
    if n.mass:
        pl = False
        if det in ("num", "another", "many"):
            det = "the"
        det = "the" if det == "thepl" else det
    if det == "a" and n.mass:
        det = "some"
    en, es = (n.enpl, n.espl) if pl else (n.en, n.es)
    if n.en.startswith("pair of") and det == "my":
        det = "the"
    bare = en
    en, es = modify(rng, n, en, es, g, pl, depth)
    if det in ("num", "a", "another", "some", "many", "barepl") and en != bare and en.split()[0] in ("next", "last", "first", "best", "same", "only", "other", "second", "third", "worst"):
        en, es = bare, (n.espl if pl else n.es)
    stressed = n.stressed and not pl and es == n.es
    key = "m" if stressed else g
    if det in ("the", "thepl"):
        en, es = "the " + en, THE[key][pl] + " " + es
    elif det == "a":
        en, es = article(en) + " " + en, A[key] + " " + es
    elif det == "my":
        pen, pes = rng.choice(POSS)
        if pes == "nuestro":
            pes = adjective(pes, g, pl)
        elif pl:
            pes += "s"
        en, es = pen + " " + en, pes + " " + es
    elif det == "this":
        en, es = ("these " if pl else "this ") + en, THIS["f" if g == "f" and not stressed else "m"][pl] + " " + es
    elif det == "that":
        en, es = ("those " if pl else "that ") + en, THAT["f" if g == "f" and not stressed else "m"][pl] + " " + es
    elif det == "num":
        k = rng.choice([2, 2, 2, 3, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 21, 30, 50, 100])
        en, es = numbers.english(k) + " " + en, numbers.spanish(k, g, True) + " " + es
    elif det == "some":
        en, es = "some " + en, (es if n.mass else SOME[g] + " " + es)
    elif det == "many":
        en, es = "many " + en, MANY[g] + " " + es
    elif det == "another":
        en, es = "another " + en, ("otra " if g == "f" else "otro ") + es
    pe, ps = post(rng, n, depth if det != "my" else depth * .3)
    if pe:
        if isinstance(ps, NP):
            ps = " %s %s" % (PREP[next(k for k in PREP if pe.startswith(k))], ps.es)
        en, es = en + pe, es + ps
    return NP(en, es, g, pl, n.human, 3 if pl else 1, "")


def human_subject(rng):
    r = rng.random()
    if r < .2:
        name, g = rng.choice(NAMES)
        return NP(name, name, g, False, True, 1, "")
    if r < .27:
        name, g = rng.choice(SURNAMES), rng.choice("mf")
        return NP(("Mister " if g == "m" else "Miss ") + name, ("el señor " if g == "m" else "la señora ") + name, g, False, True, 1, "")
    return make(rng, "my" if r < .6 else "the", "person", .6)


PRONOUNS = [("I", "", "m", False, 0), ("you", "usted", "m", False, 1), ("he", "él", "m", False, 1), ("she", "ella", "f", False, 1),
            ("we", "", "m", True, 2), ("they", "ellos", "m", True, 3)]


def subject(rng):
    if rng.random() < .24:
        return human_subject(rng)
    en, es, g, pl, p = rng.choices(PRONOUNS, [32, 14, 12, 12, 18, 12])[0]
    return NP(en, es, g, pl, True, p, en)
