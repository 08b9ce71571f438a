"""What must hold of the grammar, against tables known by heart and on sampled sentences: `python3 -m text.tests`."""

import random
import re
import sys
from collections import Counter

from . import de, en, es, families, fr, french, german, lexicon, numbers, spanish, templates
from .lines import Line, problems as line_problems
from .spec import LANGS, NP

FAILED = []


def same(what, got, wanted):
    if got != wanted:
        FAILED.append("%s: %r, not %r" % (what, got, wanted))


# yo, él, nosotros, ellos, tú
SPANISH = """tener pres tengo tiene tenemos tienen tienes|tener pret tuve tuvo tuvimos tuvieron tuviste|tener fut tendré tendrá tendremos tendrán tendrás|tener subj tenga tenga tengamos tengan tengas
ser pres soy es somos son eres|ser impf era era éramos eran eras|ser pret fui fue fuimos fueron fuiste|ser subj sea sea seamos sean seas|estar pres estoy está estamos están estás|estar subj esté esté estemos estén estés
ir pres voy va vamos van vas|ir impf iba iba íbamos iban ibas|ir subj vaya vaya vayamos vayan vayas|hacer pret hice hizo hicimos hicieron hiciste|hacer fut haré hará haremos harán harás|hacer subj haga haga hagamos hagan hagas
poder pres puedo puede podemos pueden puedes|poder cond podría podría podríamos podrían podrías|querer pres quiero quiere queremos quieren quieres|decir pres digo dice decimos dicen dices|decir pret dije dijo dijimos dijeron dijiste
dormir pret dormí durmió dormimos durmieron dormiste|dormir subj duerma duerma durmamos duerman duermas|pedir pres pido pide pedimos piden pides|pedir pret pedí pidió pedimos pidieron pediste|seguir pres sigo sigue seguimos siguen sigues
jugar pres juego juega jugamos juegan juegas|jugar subj juegue juegue juguemos jueguen juegues|jugar pret jugué jugó jugamos jugaron jugaste|conocer pres conozco conoce conocemos conocen conoces|leer pret leí leyó leímos leyeron leíste
traducir pres traduzco traduce traducimos traducen traduces|traducir pret traduje tradujo tradujimos tradujeron tradujiste|buscar pret busqué buscó buscamos buscaron buscaste|empezar subj empiece empiece empecemos empiecen empieces
hablar pres hablo habla hablamos hablan hablas|comer impf comía comía comíamos comían comías|vivir fut viviré vivirá viviremos vivirán vivirás|salir pres salgo sale salimos salen sales|ver impf veía veía veíamos veían veías
enviar pres envío envía enviamos envían envías|elegir pres elijo elige elegimos eligen eliges|oír pres oigo oye oímos oyen oyes|reír pres río ríe reímos ríen ríes|traer pret traje trajo trajimos trajeron trajiste|venir pret vine vino vinimos vinieron viniste
volver pres vuelvo vuelve volvemos vuelven vuelves|poner subj ponga ponga pongamos pongan pongas|dar pret di dio dimos dieron diste|pensar pres pienso piensa pensamos piensan piensas|recoger pres recojo recoge recogemos recogen recoges
tener subj2 tuviera tuviera tuviéramos tuvieran tuvieras|ir subj2 fuera fuera fuéramos fueran fueras|hablar subj2 hablara hablara habláramos hablaran hablaras|dormir subj2 durmiera durmiera durmiéramos durmieran durmieras|decir subj2 dijera dijera dijéramos dijeran dijeras"""
# je, tu, il, nous, vous, ils
FRENCH = """être pres suis es est sommes êtes sont|être impf étais étais était étions étiez étaient|être fut serai seras sera serons serez seront|être subj sois sois soit soyons soyez soient|avoir pres ai as a avons avez ont|avoir subj aie aies ait ayons ayez aient
aller pres vais vas va allons allez vont|aller fut irai iras ira irons irez iront|aller subj aille ailles aille allions alliez aillent|faire pres fais fais fait faisons faites font|faire fut ferai feras fera ferons ferez feront|faire subj fasse fasses fasse fassions fassiez fassent
pouvoir pres peux peux peut pouvons pouvez peuvent|pouvoir cond pourrais pourrais pourrait pourrions pourriez pourraient|vouloir pres veux veux veut voulons voulez veulent|devoir pres dois dois doit devons devez doivent|venir pres viens viens vient venons venez viennent
venir fut viendrai viendras viendra viendrons viendrez viendront|venir subj vienne viennes vienne venions veniez viennent|prendre pres prends prends prend prenons prenez prennent|prendre subj prenne prennes prenne prenions preniez prennent|mettre pres mets mets met mettons mettez mettent
dire pres dis dis dit disons dites disent|lire pres lis lis lit lisons lisez lisent|écrire pres écris écris écrit écrivons écrivez écrivent|boire pres bois bois boit buvons buvez boivent|boire subj boive boives boive buvions buviez boivent|voir pres vois vois voit voyons voyez voient
voir fut verrai verras verra verrons verrez verront|connaître pres connais connais connaît connaissons connaissez connaissent|recevoir pres reçois reçois reçoit recevons recevez reçoivent|ouvrir pres ouvre ouvres ouvre ouvrons ouvrez ouvrent|partir pres pars pars part partons partez partent
dormir pres dors dors dort dormons dormez dorment|finir pres finis finis finit finissons finissez finissent|vendre pres vends vends vend vendons vendez vendent|acheter pres achète achètes achète achetons achetez achètent|acheter fut achèterai achèteras achètera achèterons achèterez achèteront
appeler pres appelle appelles appelle appelons appelez appellent|préférer pres préfère préfères préfère préférons préférez préfèrent|manger pres mange manges mange mangeons mangez mangent|manger impf mangeais mangeais mangeait mangions mangiez mangeaient
commencer pres commence commences commence commençons commencez commencent|payer pres paie paies paie payons payez paient|conduire pres conduis conduis conduit conduisons conduisez conduisent|croire pres crois crois croit croyons croyez croient
courir fut courrai courras courra courrons courrez courront|envoyer fut enverrai enverras enverra enverrons enverrez enverront|éteindre pres éteins éteins éteint éteignons éteignez éteignent|parler impf parlais parlais parlait parlions parliez parlaient|suivre pres suis suis suit suivons suivez suivent"""
FRENCH_PART = "être été|avoir eu|faire fait|prendre pris|mettre mis|dire dit|lire lu|écrire écrit|boire bu|voir vu|connaître connu|recevoir reçu|ouvrir ouvert|partir parti|finir fini|vendre vendu|devoir dû|pouvoir pu|vouloir voulu|venir venu|croire cru|courir couru|suivre suivi|éteindre éteint|asseoir assis|conduire conduit"
# ich, du, er, wir, Sie; participle
GERMAN = """sein bin bist ist sind sind gewesen|haben habe hast hat haben haben gehabt|werden werde wirst wird werden werden geworden|gehen gehe gehst geht gehen gehen gegangen|fahren fahre fährst fährt fahren fahren gefahren|nehmen nehme nimmst nimmt nehmen nehmen genommen
geben gebe gibst gibt geben geben gegeben|sehen sehe siehst sieht sehen sehen gesehen|lesen lese liest liest lesen lesen gelesen|essen esse isst isst essen essen gegessen|sprechen spreche sprichst spricht sprechen sprechen gesprochen|helfen helfe hilfst hilft helfen helfen geholfen
schlafen schlafe schläfst schläft schlafen schlafen geschlafen|tragen trage trägst trägt tragen tragen getragen|arbeiten arbeite arbeitest arbeitet arbeiten arbeiten gearbeitet|finden finde findest findet finden finden gefunden|warten warte wartest wartet warten warten gewartet
öffnen öffne öffnest öffnet öffnen öffnen geöffnet|verbessern verbessere verbesserst verbessert verbessern verbessern verbessert|reservieren reserviere reservierst reserviert reservieren reservieren reserviert|tanzen tanze tanzt tanzt tanzen tanzen getanzt|heißen heiße heißt heißt heißen heißen geheißen
ab|holen hole holst holt holen holen abgeholt|an|rufen rufe rufst ruft rufen rufen angerufen|ein|laden lade lädst lädt laden laden eingeladen|vergessen vergesse vergisst vergisst vergessen vergessen vergessen|verstehen verstehe verstehst versteht verstehen verstehen verstanden
bringen bringe bringst bringt bringen bringen gebracht|denken denke denkst denkt denken denken gedacht|bleiben bleibe bleibst bleibt bleiben bleiben geblieben|schreiben schreibe schreibst schreibt schreiben schreiben geschrieben|übersetzen übersetze übersetzt übersetzt übersetzen übersetzen übersetzt
können kann kannst kann können können können|wollen will willst will wollen wollen wollen|lächeln lächle lächelst lächelt lächeln lächeln gelächelt|waschen wasche wäschst wäscht waschen waschen gewaschen|treffen treffe triffst trifft treffen treffen getroffen|bitten bitte bittest bittet bitten bitten gebeten|vergleichen vergleiche vergleichst vergleicht vergleichen vergleichen verglichen"""
GERMAN_SEIN = "schwimmen gehen kommen fahren fliegen laufen bleiben reisen auf|stehen zurück|kommen ein|steigen um|ziehen aus|gehen werden sein ein|schlafen auf|wachen ab|biegen".split()
GERMAN_COMMAND = "geben gib|nehmen nimm|lesen lies|sehen sieh|essen iss|fahren fahr|gehen geh|warten warte|öffnen öffne|kommen komm|zeigen zeig|helfen hilf|sprechen sprich|sein sei|lassen lass|vergessen vergiss|tragen trag|an|rufen ruf"


def rows(table):
    return [r.split() for r in table.replace("\n", "|").split("|")]


def split_german(table):
    """Separable verbs hold a | of their own."""
    return [r.split() for r in re.split(r"\|(?=\S+ \S)|\n", re.sub(r"(\w)\|(\w+) ", r"\1·\2 ", table))]


def verbs():
    for inf, tense, *forms in rows(SPANISH):
        same("es %s %s" % (inf, tense), list(spanish.conjugate(inf)[tense]), forms)
    for inf, tense, *forms in rows(FRENCH):
        same("fr %s %s" % (inf, tense), list(french.conjugate(inf)[tense]), forms)
    for inf, part in rows(FRENCH_PART):
        same("fr part " + inf, french.conjugate(inf)["part"], part)
    separable = {"ab·holen": "ab|holen", "an·rufen": "an|rufen", "ein·laden": "ein|laden"}
    for line in re.split(r"\n", GERMAN):
        for known, real in separable.items():
            line = line.replace(real, known)
        for row in line.split("|"):
            inf, *forms = row.split()
            c = german.conjugate(separable.get(inf, inf))
            same("de " + inf, list(c["pres"]) + [c["part"]], forms)
    for inf in GERMAN_SEIN:
        same("de aux " + inf, german.conjugate(inf)["aux"], "sein")
    for row in GERMAN_COMMAND.replace("an|rufen", "an·rufen").split("|"):
        inf, du = row.split()
        same("de command " + inf, german.imperative(inf.replace("·", "|"), 1), du)
    for form, clitics, wanted in [("traiga", ["me"], "tráigame"), ("trae", ["le"], "tráele"), ("da", ["me"], "dame"), ("compre", ["lo"], "cómprelo"), ("busque", ["lo"], "búsquelo"), ("dé", ["me"], "deme"),
                                  ("envíe", ["lo"], "envíelo"), ("siente", ["se"], "siéntese"), ("lea", ["lo"], "léalo"), ("cambie", ["lo"], "cámbielo"), ("di", ["me"], "dime"), ("explique", ["me", "lo"], "explíquemelo")]:
        same("es + clitic", spanish.attach(form, clitics), wanted)
    for frame in {v.fr.verb for vs in lexicon.VERBS.values() for v in vs}:
        french.conjugate(frame)
    for vs in lexicon.VERBS.values():
        for v in vs:
            spanish.conjugate(v.es.inf), german.conjugate(v.de.verb), en.past(v.en.verb)


def number_words():
    known = {"de": {1: "eins", 16: "sechzehn", 17: "siebzehn", 21: "einundzwanzig", 30: "dreißig", 70: "siebzig", 100: "hundert", 101: "hunderteins", 999: "neunhundertneunundneunzig", 1100: "tausendeinhundert", 2021: "zweitausendeinundzwanzig"},
             "fr": {21: "vingt et un", 70: "soixante-dix", 71: "soixante et onze", 77: "soixante-dix-sept", 80: "quatre-vingts", 81: "quatre-vingt-un", 90: "quatre-vingt-dix", 91: "quatre-vingt-onze", 100: "cent", 200: "deux cents", 201: "deux cent un", 1000: "mille", 80000: "quatre-vingt mille", 200000: "deux cent mille"},
             "es": {16: "dieciséis", 22: "veintidós", 31: "treinta y uno", 100: "cien", 101: "ciento uno", 500: "quinientos", 700: "setecientos", 1000: "mil", 21000: "veintiún mil", 100000: "cien mil"},
             "en": {13: "thirteen", 40: "forty", 100: "one hundred", 999999: "nine hundred ninety nine thousand nine hundred ninety nine"}}
    for lang, table in known.items():
        for n, w in table.items():
            same("number %d %s" % (n, lang), numbers.words(n)[lang], w)
    same("es f", numbers.spanish(221, "f", True), "doscientas veintiuna")
    # Each number has words of its own.
    rng = random.Random(2)
    some = sorted(set(range(3000)) | {rng.randrange(1000000) for _ in range(20000)})
    for lang in LANGS:
        said = Counter(numbers.words(n)[lang] for n in some)
        same("distinct numbers " + lang, [w for w, k in said.items() if k > 1][:3], [])
    for n, w in {1: "erst premier primero first", 3: "dritt troisième tercero third", 5: "fünft cinquième quinto fifth", 7: "siebt septième séptimo seventh", 9: "neunt neuvième noveno ninth"}.items():
        o = numbers.ordinal(n)
        same("ordinal", "%s %s %s %s" % (o["de"], o["fr"], o["es"], o["en"]), w)


def phrases():
    """Noun phrases in German cases, French and Spanish agreement."""
    def noun(name, det="the", adj=None, pl=False, **more):
        x = NP("noun", lexicon.BY_EN[name], det, pl, **more)
        if adj:
            x.adjs = [(next(a for a in lexicon.ADJECTIVES if a.words["en"] == adj), "")]
        return x
    for x, case, wanted in [(noun("train", adj="new"), "nom", "¤der neue Zug"), (noun("train", "a", "new"), "acc", "einen neuen Zug"), (noun("train", "a", "new"), "nom", "ein neuer Zug"), (noun("hotel", "a", "big"), "nom", "ein großes Hotel"),
                            (noun("child", pl=True), "dat", "¤den Kindern"), (noun("colleague", "my", poss="1s"), "acc", "meinen Kollegen"), (noun("client"), "dat", "¤dem Kunden"), (noun("name"), "gen", "¤des Namens"), (noun("wine", "a", "cold"), "nom", "kalter Wein"),
                            (noun("milk", "a", "cold"), "dat", "kalter Milch"), (noun("jacket", "a", "expensive"), "dat", "einer teuren Jacke"), (noun("room", "num", "dark", True, num=2), "nom", "zwei dunkle Zimmer"), (noun("bus"), "gen", "¤des Busses"),
                            (noun("house"), "gen", "¤des Hauses"), (noun("friend", "this", pl=True), "dat", "diesen Freunden"), (noun("shoes", "a"), "acc", "ein Paar Schuhe"), (noun("glass of water", "num", pl=True, num=2), "dat", "zwei Gläsern Wasser"),
                            (noun("car", "my", poss="1p"), "dat", "unserem Auto")]:
        same("de np", de.np(x, case), wanted)
    for x, wanted in [(noun("hotel", "a", "beautiful"), "un bel hôtel"), (noun("apartment", adj="new"), "le nouvel appartement"), (noun("hospital", adj="old"), "le vieil hôpital"), (noun("house", adj="white"), "la maison blanche"), (noun("idea", "my", poss="1s"), "mon idée"), (noun("water", "a"), "de l'eau"),
                      (noun("bread", "a"), "du pain"), (noun("hamburger"), "le hamburger"), (noun("car", "this", pl=True), "ces voitures"), (noun("airplane" if "airplane" in lexicon.BY_EN else "plane", "this"), "cet avion"), (noun("newspaper", pl=True), "les journaux"),
                      (noun("shoes", "a"), "une paire de chaussures"), (noun("credit card", "many", pl=True), "beaucoup de cartes de crédit")]:
        same("fr np", fr.finish(fr.np(x)), wanted)
    for x, wanted in [(noun("water", adj="cold"), "el agua fría"), (noun("problem", "a", "serious" if False else "easy"), "un problema fácil"), (noun("hand", pl=True), "las manos"), (noun("exam", pl=True), "los exámenes"), (noun("page", "num", pl=True, num=21), "veintiuna páginas"),
                      (noun("country", "this"), "este país"), (noun("restaurant", "a", "English"), "un restaurante inglés"), (noun("soup", "a", "English"), "una sopa inglesa")]:
        same("es np", es.finish(es.np(x)), wanted)
    same("fr finish", fr.finish("je ai besoin de ¤le hôtel, il parle à ¤les enfants et il essaie de le voir"), "j'ai besoin de l'hôtel, il parle aux enfants et il essaie de le voir")
    same("es finish", es.finish("voy a ¤el hotel de ¤el centro con él y iré a el"), "voy al hotel del centro con él e iré a el")
    same("de finish", de.finish("zu ¤dem Bahnhof, zu ¤der Bank, in ¤dem Haus, bei ¤dem Arzt"), "zum Bahnhof, zur Bank, im Haus, beim Arzt")


LEFT = {"de": r"¤|‹|›|\b(in|zu|von|bei|an) dem [A-ZÄÖÜ]\w+[.?]|\bzu der [A-Z]|\bein [A-ZÄÖÜ]\w+(ung|heit|keit)\b|  | ,|,,", "fr": r"¤|˚|(?<!-)\b(je|ne|le|la|de|que|me|te|se|ce) (?=[aeiouéèêâ])(?!(un|onze|oui|huit|y)\b)|\b(de|à) les? (?=[a-zé]+\b(?<!er)(?<!ir)(?<!re)(?<!oir))|\bsi ils?\b|  | ,|,,|-[tj]e-je",
        "es": r"¤|\b(a|de) el \b|\by i|\bel \w+ción\b|  | ,|,,|\bcon (mí|ti)\b", "en": r"\ba [aeio]|\ban [bcdfgjklmnpqrstvwxz]|ħ|  | ,|,,"}
DOUBLE = re.compile(r"\b(\w{2,}) \1\b", re.I)
MAY_DOUBLE = {"de": "sie die der das frau ihr um", "fr": "nous vous leur", "en": "that had her right", "es": "reserva"}


def samples(count=12000):
    rng, keys, families_seen = random.Random(11), set(), Counter()
    for _ in range(count):
        s = families.sample(rng)
        keys.add(s.key)
        families_seen[s.family] += 1
        marks = {t.count("¦") for t in s.texts.values()}
        if len(marks) != 1:
            FAILED.append("unequal marks: %s" % s.texts)
        for lang in LANGS:
            t = s.plain(lang)
            for m in re.finditer(LEFT[lang], t):
                if s.family != "template" or lang != "en":
                    FAILED.append("%s %s: `%s` in %s" % (s.family, lang, m.group(0), t))
            if s.family not in ("spelled",):
                for m in DOUBLE.finditer(t):
                    if m.group(1).lower() not in MAY_DOUBLE[lang].split() and m.group(1).lower() not in NUMBERS[lang] and s.family != "template":
                        FAILED.append("doubled %s %s: `%s` in %s" % (s.family, lang, m.group(0), t))
            if not (t[0].isupper() or t[0] in "¿¡") or t[-1] not in ".?!" or "None" in t:
                FAILED.append("form %s: %s" % (lang, t))
            if any(not p.strip() for p in s.texts[lang].split("¦")):
                FAILED.append("an empty piece: %s" % s.texts[lang])
    rate = len(keys) / count
    print("%d samples, %.1f %% distinct; %s" % (count, 100 * rate, " ".join("%s %d" % f for f in families_seen.most_common())))
    if rate < .9:
        FAILED.append("only %.2f distinct" % rate)
    a, b = random.Random(5), random.Random(5)
    same("by seed", [families.sample(a).texts for _ in range(50)], [families.sample(b).texts for _ in range(50)])


NUMBERS = {lang: {numbers.words(n)[lang] for n in range(60)} for lang in LANGS}


LINES = ["{n.place} {n.place:a/b} {num} {code} {phone} {ord} {ord.f} | {n.place} {n.place:el|la} {num.f} horas {num} {code} {phone} {ord} {ord.f} piso | {n.place} {n.place:der|die|das} {num} {code} {phone} {ord.dat} {ord.f} | {n.place} {n.place:le|la} {num} {code} {phone} {ord} {ord.f}",
         "it is {time} | {time:es/son} {time} | es ist {time} | il est {time}",
         "from {from.country} to {to.city} | {from.country} {to.city} | {from.country} {to.city} | {from.country} {to.city}",
         "until {date} | hasta {date} | bis zum {date} | jusqu'à {date}",
         "I need {a.food} | necesito {a.food} | ich brauche {a.food.acc} | j'ai besoin de {a.food}",
         "my {n.body} hurts | me duele {n.body:el|la} {n.body} | mir tut {n.body:der|die|das} {n.body} weh | j'ai mal à {n.body:le|la} {n.body}",
         "next to {the.place1} and {the.place2} | al lado de {the.place1} y {the.place2} | neben {the.place1.dat} und {the.place2.dat} | à côté de {the.place1} et de {the.place2}"]
BAD = ["one | dos | drei", "{a.place} | {a.place} | {a.plaze} | {a.place}", "{a.place} | {a.food} | {a.place} | {a.place}", "the {item} | x | y | z", "where? | ¿dónde? | wo. | où?", "{the.food:x/y} | a | b | c"]


def lines():
    rng = random.Random(3)
    for text in LINES:
        line = Line(text)
        same("problems of " + text[:30], line_problems(line), [])
        for _ in range(200):
            for lang, t in templates.expand(rng, line).items():
                m = re.search(LEFT[lang], t)
                if m and lang != "en" or "{" in t:
                    FAILED.append("template %s: %s" % (lang, t))
    for text in BAD:
        if not line_problems(Line(text)):
            FAILED.append("not found bad: " + text)
    for line in templates.ALL:
        for message in line_problems(line):
            FAILED.append("%s: %s" % (line.where, message))


def main():
    for f in (verbs, number_words, phrases, samples, lines):
        before = len(FAILED)
        f()
        print("%-12s %s" % (f.__name__, "ok" if len(FAILED) == before else "%d failed" % (len(FAILED) - before)))
    for message in FAILED[:60]:
        print("  " + message)
    sys.exit(bool(FAILED))


if __name__ == "__main__":
    main()
