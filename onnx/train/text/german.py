"""German words -> forms: verbs in person and tense, noun plurals and cases, adjective endings, articles.

Persons: 0 ich, 1 du, 2 er/sie/es, 3 wir, 4 sie/Sie."""

import functools
import re

# infinitive: present "du er" where the stem changes (or -), simple past "ich", participle; * takes sein
STRONG = {w.split()[0]: w.split()[1:] for w in """sein - war gewesen*|haben hast,hat hatte gehabt|werden wirst,wird wurde geworden*|gehen - ging gegangen*
kommen - kam gekommen*|fahren fährst,fährt fuhr gefahren*|fliegen - flog geflogen*|laufen läufst,läuft lief gelaufen*|essen isst,isst aß gegessen
trinken - trank getrunken|nehmen nimmst,nimmt nahm genommen|geben gibst,gibt gab gegeben|sehen siehst,sieht sah gesehen|lesen liest,liest las gelesen
sprechen sprichst,spricht sprach gesprochen|brechen brichst,bricht brach gebrochen|treffen triffst,trifft traf getroffen|helfen hilfst,hilft half geholfen
finden - fand gefunden|singen - sang gesungen|schwimmen - schwamm geschwommen*|bleiben - blieb geblieben*|schreiben - schrieb geschrieben
schließen schließt,schließt schloss geschlossen|verlieren - verlor verloren|bringen - brachte gebracht|denken - dachte gedacht|kennen - kannte gekannt
schlafen schläfst,schläft schlief geschlafen|tragen trägst,trägt trug getragen|waschen wäschst,wäscht wusch gewaschen|laden lädst,lädt lud geladen
schlagen schlägst,schlägt schlug geschlagen|vergessen vergisst,vergisst vergaß vergessen|verstehen - verstand verstanden|stehen - stand gestanden*
bitten bittest,bittet bat gebeten|behalten behältst,behält behielt behalten|empfehlen empfiehlst,empfiehlt empfahl empfohlen|bekommen - bekam bekommen
beginnen - begann begonnen|gewinnen - gewann gewonnen|verschieben - verschob verschoben|leihen - lieh geliehen|bieten bietest,bietet bot geboten
unterschreiben - unterschrieb unterschrieben|beschreiben - beschrieb beschrieben|besprechen besprichst,bespricht besprach besprochen
entwerfen entwirfst,entwirft entwarf entworfen|fangen fängst,fängt fing gefangen|steigen - stieg gestiegen*|ziehen - zog gezogen|rufen - rief gerufen
wissen - wusste gewusst|tun - tat getan|erkennen - erkannte erkannt|vergleichen - verglich verglichen|sitzen sitzt,sitzt saß gesessen|liegen - lag gelegen|treiben - trieb getrieben
unterstützen unterstützt,unterstützt unterstützte unterstützt|übersetzen übersetzt,übersetzt übersetzte übersetzt|überprüfen - überprüfte überprüft
überqueren - überquerte überquert|überzeugen - überzeugte überzeugt|frieren - fror gefroren|schneiden schneidest,schneidet schnitt geschnitten
entscheiden entscheidest,entscheidet entschied entschieden|verlaufen verläufst,verläuft verlief verlaufen|fallen fällst,fällt fiel gefallen*
heißen heißt,heißt hieß geheißen|mögen magst,mag mochte gemocht|treten trittst,tritt trat getreten|gefallen gefällst,gefällt gefiel gefallen
streichen - strich gestrichen|werfen wirfst,wirft warf geworfen|schieben - schob geschoben|halten hältst,hält hielt gehalten|vermeiden - vermied vermieden|springen - sprang gesprungen*|schreien - schrie geschrien
genießen - genoss genossen|messen misst,misst maß gemessen|gießen - goss gegossen|verzeihen - verzieh verziehen|verschwinden - verschwand verschwunden*|streiten - stritt gestritten
versprechen versprichst,verspricht versprach versprochen|wiederholen - wiederholte wiederholt""".replace("\n", "|").split("|")}
SEIN = {"reisen", "ziehen", "um|ziehen", "zurück|kehren", "auf|wachen", "ein|schlafen", "ab|biegen", "wandern"}
STRONG["biegen"] = ["-", "bog", "gebogen"]
NO_GE = ("be", "er", "ver", "ent", "ge", "emp", "zer", "miss")
MODAL = {"können": ("kann kannst kann können können", "konnte", "könnte"), "müssen": ("muss musst muss müssen müssen", "musste", "müsste"),
         "wollen": ("will willst will wollen wollen", "wollte", "wollte"), "sollen": ("soll sollst soll sollen sollen", "sollte", "sollte"),
         "dürfen": ("darf darfst darf dürfen dürfen", "durfte", "dürfte"), "möchten": ("möchte möchtest möchte möchten möchten", "wollte", "möchte")}
PRESENT = {"sein": "bin bist ist sind sind", "haben": "habe hast hat haben haben", "werden": "werde wirst wird werden werden",
           "wissen": "weiß weißt weiß wissen wissen", "tun": "tue tust tut tun tun", "mögen": "mag magst mag mögen mögen"}
KONJ2 = {"sein": "wäre", "haben": "hätte", "werden": "würde"}


def past_persons(ich):
    """The endings of a simple past or Konjunktiv: war warst war waren waren."""
    if ich.endswith("e"):
        return [ich, ich + "st", ich, ich + "n", ich + "n"]
    e = "e" if ich[-1] in "tdsßz" else ""
    return [ich, ich + e + "st", ich, ich + "en", ich + "en"]


@functools.lru_cache(None)
def conjugate(inf):
    """`ab|holen` -> prefix, inf, zu (abzuholen), pres, past (5 forms each), part (abgeholt), aux."""
    prefix, _, base = inf.rpartition("|")
    if base in MODAL:
        pres, ich, konj = MODAL[base]
        return dict(prefix="", inf=base, pres=pres.split(), past=past_persons(ich), konj=past_persons(konj), part=base, aux="haben", zu="zu " + base)
    stem = base[:-2] if base.endswith("en") else base[:-1]
    strong = STRONG.get(base)
    e = "e" if stem[-1] in "td" or stem.endswith(("ffn", "chn", "dn", "tm", "gn")) else ""
    s = "" if stem[-1] in "sßzx" else "s"
    plural = base
    first = stem[:-2] + "l" + "e" if stem.endswith("el") and base.endswith("eln") else stem + "e"
    pres = [first, stem + e + (s + "t"), stem + e + "t", plural, plural]
    if base in PRESENT:
        pres = PRESENT[base].split()
    elif strong and strong[0] != "-":
        pres[1], pres[2] = strong[0].split(",")
    if strong:
        ich, part = strong[1], strong[2]
    else:
        ge = "" if base.startswith(NO_GE) or base.endswith("ieren") else "ge"
        ich, part = stem + e + "te", ge + stem + e + "t"
    aux = "sein" if part.endswith("*") or inf in SEIN else "haben"
    part = part.rstrip("*")
    return dict(prefix=prefix, inf=prefix + base, pres=pres, past=past_persons(ich), part=prefix + part, aux=aux,
                zu=prefix + "zu" + base if prefix else "zu " + base, konj=past_persons(KONJ2.get(base, ich)))


def imperative(inf, person):
    """The finite word of a command to Sie (4) or du (1), without the prefix."""
    base = inf.rpartition("|")[2]
    if base == "sein":
        return "seien" if person == 4 else "sei"
    if person == 4:
        return base
    c = conjugate(base)
    du = c["pres"][1]
    stem = base[:-2] if base.endswith("en") else base[:-1]
    if base in STRONG and STRONG[base][0] != "-" and not set("äö") & set(du) and base not in ("haben", "werden"):
        word = c["pres"][2]  # er nimmt -> nimm
        return word[:-1] if word.endswith("t") else word
    if base == "werden":
        return "werde"
    if stem[-1] in "td" or stem.endswith(("ffn", "chn", "ldig", "tm", "rn")) or base.endswith("ern"):
        return stem + "e"
    if base.endswith("eln"):
        return stem[:-2] + "le"
    return stem


UMLAUT = {"a": "ä", "o": "ö", "u": "ü", "A": "Ä", "O": "Ö", "U": "Ü"}


def plural(noun, code):
    """`"e` puts the umlaut on the last a, o or u (au: on the a)."""
    if code.startswith("="):
        return code[1:]
    if code.startswith('"'):
        i = max(i for i, c in enumerate(noun) if c in UMLAUT)
        if noun[i] == "u" and i and noun[i - 1] in "aA":
            i -= 1
        noun, code = noun[:i] + UMLAUT[noun[i]] + noun[i + 1:], code[1:]
    return noun + (code if code not in ("-", "") else "")


def noun(n, case, pl):
    """n: a German entry (word, g, pl, weak) -> its form in the case."""
    if pl and case == "dat" and n.uninflected:
        # Gläser Wasser -> Gläsern Wasser
        first, _, rest = n.pl.partition(" ")
        return first + ("n" if first[-1] not in "ns" else "") + " " + rest
    if pl:
        return n.pl + ("n" if case == "dat" and n.pl[-1] not in "ns" and not n.uninflected else "")
    if n.weak and case != "nom":
        ending = "en" if n.pl.endswith("en") and not n.word.endswith("e") else "n"
        return n.word + ending + ("s" if n.weak == "+" and case == "gen" else "")
    if case == "gen" and n.g in "mn" and not n.weak:
        if n.word[-1] == "s" and n.pl == n.word + "se":
            return n.word + "ses"
        short = len(re.findall("[aeiouyäöü]+", n.word.lower())) == 1 and n.word[-1] not in "aeiouhrls" and not n.pl.endswith("s")
        return n.word + ("es" if short or n.word[-1] in "sßxz" or n.word.endswith(("tz", "sch", "st")) else "s")
    return n.word


CASES = ("nom", "acc", "dat", "gen")
THE = {"m": "der den dem des", "f": "die die der der", "n": "das das dem des", "p": "die die den der"}
# endings of ein, kein, mein; - is none
EIN = {"m": "- en em es", "f": "e e er er", "n": "- - em es", "p": "e e en er"}
DIES = {"m": "er en em es", "f": "e e er er", "n": "es es em es", "p": "e e en er"}
STRONG_ENDING = {"m": "er en em en", "f": "e e er er", "n": "es es em en", "p": "e e en er"}
WEAK = {"m": "e en en en", "f": "e e en en", "n": "e e en en", "p": "en en en en"}
MIXED = {"m": "er en en en", "f": "e e en en", "n": "es es en en", "p": "en en en en"}


def cell(table, gender, case):
    return table[gender].split()[CASES.index(case)].strip("-")


def adjective(stem, table, gender, case):
    """The stem with its ending: teuer -> teuren, hoch -> hohen."""
    if stem in ("dunkel", "teuer", "sauer", "edel"):
        stem = stem[:-2] + stem[-1]
    if stem == "hoch":
        stem = "hoh"
    ending = cell(table, gender, case)
    return stem + (ending[1:] if stem.endswith("e") else ending)


COMPARE = {"gut": ("besser", "best"), "groß": ("größer", "größt"), "alt": ("älter", "ältest"), "jung": ("jünger", "jüngst"), "kalt": ("kälter", "kältest"),
           "warm": ("wärmer", "wärmst"), "kurz": ("kürzer", "kürzest"), "lang": ("länger", "längst"), "stark": ("stärker", "stärkst"), "hoch": ("höher", "höchst"),
           "nah": ("näher", "nächst"), "teuer": ("teurer", "teuerst"), "dunkel": ("dunkler", "dunkelst"), "gesund": ("gesünder", "gesündest"), "arm": ("ärmer", "ärmst"),
           "klug": ("klüger", "klügst"), "schwach": ("schwächer", "schwächst"), "viel": ("mehr", "meist"), "scharf": ("schärfer", "schärfst"), "nass": ("nasser", "nassest"), "trocken": ("trockener", "trockenst"), "dumm": ("dümmer", "dümmst")}


def comparative(stem):
    return COMPARE[stem][0] if stem in COMPARE else stem + ("r" if stem.endswith("e") else "er")


def superlative(stem):
    if stem in COMPARE:
        return COMPARE[stem][1]
    return stem + ("est" if stem.endswith(("t", "d", "s", "ß", "z", "sch", "eu", "au")) and not stem.endswith(("isch", "end")) else "st")
