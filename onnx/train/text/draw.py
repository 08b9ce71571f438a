"""A random generator -> abstract noun phrases and clauses: who does what to what, when, where, in which tense.

What a verb takes is said in SETS, so that people eat food and take trains; silly is harmless, ungrammatical is not."""

import itertools

from . import es as es_, fr as fr_, de as de_, numbers
from .lexicon import ADJECTIVES, ADVERBIALS, ATTRIBUTIVE, BY_EN, CITIES, COUNTRIES, GROUPS, LETTER, NAME, NOUNS, PREDICATIVE, SURNAMES, VERBS
from .spec import LANGS, NP, Adj, Clause, Rel, number

# object sets of the verbs -> groups, or =names
SETS = {
    "buy": "ticket item clothes food mass staple drink device remedy", "need": "ticket doc item clothes mass staple drink device remedy stuff job room", "find": "place item doc clothes device person work",
    "lose": "doc item clothes", "visit": "place", "person": "person job", "see": "place spot item person work vehicle animal show", "eat": "food mass", "drink": "drink", "meal": "food mass drink",
    "pay": "ticket item clothes food drink room", "sell": "item clothes device vehicle ticket food", "rent": "vehicle room =apartment,house,office,car,bicycle,garage", "book": "room ticket =table,flight,trip,appointment,reservation",
    "cancel": "event =flight,trip,appointment,reservation,order,meeting,contract", "carry": "item doc clothes", "ride": "vehicle", "send": "work =letter,postcard,photo,package,contract,invoice,certificate,form",
    "sign": "=contract,form,letter,report,agreement,document,invoice", "open": "=window,door,letter,package,bottle,suitcase,box,store,file,account,envelope,restaurant,museum,pharmacy", "clean": "area =kitchen,bathroom,room,car,window,office,table,house,garage,oven",
    "repair": "vehicle device =watch,chair,lamp,window,door", "wash": "clothes =car,glass,plate,towel,blanket", "wear": "clothes", "cook": "food =rice,meat,fish,chicken,pasta,vegetables,potato,soup",
    "prepare": "food event =presentation,report,meal,exam,lesson,room,document,interview", "work": "work", "read": "=book,newspaper,magazine,letter,report,email,message,contract,document,novel,article,text,menu,manual,chapter,summary,note",
    "write": "=report,email,message,letter,article,text,summary,list,book,program,proposal,note,draft,presentation,analysis,study,chapter,translation", "discuss": "idea =project,budget,plan,proposal,report,contract,offer,result,strategy",
    "idea": "idea", "problem": "=problem,situation,task,exercise", "offer": "=offer,proposal,plan,budget,solution,condition,contract,idea,change,suggestion,agreement,decision", "print": "=report,ticket,document,form,letter,contract,photo,boarding pass,email,page,invoice,list,certificate",
    "know": "person place =city,village,region,rule,method,answer,problem,reason,address,name", "await": "person vehicle =answer,result,package,email,decision,order,call,message", "describe": "idea person =picture,painting,house,city,picture,thief,accident,method,product,trip,village,photo", "use": "device =app,program,tool,system,website,map,key,towel,knife,password,method,database,version,network,car,bicycle,pen", "have": "ticket doc item clothes device idea person vehicle work animal room",
    "prefer": "drink food clothes vehicle =room,window seat,solution,option,method", "recommend": "place food drink =hotel,movie,book,novel,method,doctor,lawyer,app,tool,exhibition", "break": "=glass,plate,cup,window,vase,mirror,bottle,lamp,camera,phone,screen",
    "pickup": "=package,key,suitcase,passport,ticket,child,luggage,rental car,friend,brother,guest,client,order,invoice", "giveback": "=book,key,rental car,umbrella,bicycle,money,jacket,camera,laptop,pen,suitcase", "askfor": "=bill,menu,help,answer,receipt,discount,key,invoice,appointment,opinion,signature,copy",
    "answer": "=question,email,letter,message", "improve": "=product,result,plan,system,program,text,process,strategy,website,app,presentation,design,situation", "event": "event", "text": "=text,letter,report,article,email,book,contract,document,sentence,chapter,page,translation,exercise",
    "update": "=program,system,app,list,website,database,document,software,calendar,version,schedule", "install": "=program,app,update,system,printer,projector,microphone,server,version,washing machine,database", "download": "=file,app,program,document,video,photo,recording,report,update,song,presentation,form",
    "analyze": "=result,problem,study,report,survey,product,process,risk,situation,offer,budget,text,proposal", "compare": "=price,offer,product,result,version,hotel,option,method,salary,plan", "propose": "=solution,plan,change,date,method,topic,strategy,project,trip,name",
    "support": "=plan,project,proposal,idea,decision,team,candidate,solution,suggestion", "reduce": "=price,budget,noise,risk,tax,loss,delay", "remember": "=name,address,number,date,word,story,trip,person,party,password,wedding,song,concert,teacher", "watch": "show =match,exhibition,presentation",
    "listen": "=song,radio,podcast,concert,story,recording,speaker", "drive": "=car,bus,truck,van,taxi,rental car,motorcycle", "pack": "=suitcase,bag,backpack,package", "exchange": "=money,ticket,shirt,jacket,phone number,address,gift,battery,dress", "miss": "=train,bus,flight,plane,ferry,night train,meeting,tram,ship",
    "cross": "=street,bridge,square,border,river,park,city", "publish": "=book,article,study,result,report,video,novel,photo,text", "product": "=product,app,system,website,program,machine,tool,method,strategy,version,prototype,software", "celebrate": "=wedding,party,birthday party,result,festival",
    "hire": "job", "lang": "lang", "complain": "=noise,price,room,food,delay,decision,result,neighbor,waiter,salary,meal,hotel,situation", "worry": "=exam,child,result,interview,dog,situation,mother,patient,project,budget", "interest": "=project,painting,country,job,offer,exhibition,language,product,city,course,story,movie,method",
    "rule": "=rule,law,plan,method", "switch": "=lamp,television,radio,computer,heater,microphone,fan,projector,air conditioner,coffee machine,printer,screen,oven,washing machine", "hear": "=noise,song,dog,radio,story,bird,child,music,question,name", "animal": "animal", "love": "person animal =city,country,book,song,movie",
    "hate": "=noise,exam,job,rule,city,song,hospital", "care": "=child,dog,grandmother,garden,baby,cat,guest,patient,house,customer,problem", "photo": "place spot animal =child,painting,building", "none": "",
    "gift": "=book,key,ticket,gift,flower,pen,map,magazine,camera,umbrella,letter,bottle,receipt,watch,jacket,bicycle,towel,blanket", "show": "=photo,ticket,passport,map,room,apartment,report,result,city,house,painting,menu,way,video,contract,kitchen,watch,document", "letter": "=letter,email,message,postcard",
    "offers": "=job,solution,coffee,tea,seat,discount,beer,glass,cookie,contract,gift", "tell": "=story,joke,secret,dream",
}


def resolve(spec):
    out = []
    for part in spec.split(" ", spec.count(" ")) if "=" not in spec else spec[:spec.index("=")].split() + [spec[spec.index("="):]]:
        if part.startswith("="):
            out.append([BY_EN[n] for n in part[1:].split(",") if n in BY_EN])
        elif part in NOUNS:
            out.append(NOUNS[part])
    return out


SETS = {k: resolve(v) for k, v in SETS.items() if k != "lang"}
RELATIONS = [dict(en=a, es=b, de=c, fr=d) for a, b, c, d in [
    ("near", "cerca de", "in der Nähe+gen", "près de"), ("in front of", "delante de", "vor+dat", "devant"), ("behind", "detrás de", "hinter+dat", "derrière"),
    ("next to", "al lado de", "neben+dat", "à côté de"), ("across from", "enfrente de", "gegenüber+dat", "en face de")]]
WITH = dict(en="with", es="con", de="mit+dat", fr="avec")
FOR = dict(en="for", es="para", de="für+acc", fr="pour")
ABOUT = dict(en="about", es="sobre", de="über+acc", fr="sur")
BEFORE_NOUN = [Adj(dict(en=en, es=es, es_before=before, de=de, fr=fr, before=True)) for en, es, before, de, fr in [
    ("good", "bueno", True, "gut", "bon"), ("bad", "malo", True, "schlecht", "mauvais"), ("next", "próximo", True, "nächst", "prochain"), ("last", "último", True, "letzt", "dernier"),
    ("first", "primero", True, "erst", "premier"), ("same", "mismo", True, "gleich", "même"), ("only", "único", True, "einzig", "seul"), ("second", "segundo", True, "zweit", "deuxième"), ("third", "tercero", True, "dritt", "troisième")]]
GOOD, BAD = BEFORE_NOUN[:2]
ANCHORS = [BY_EN[n] for n in "square,bridge,river,lake,tower,fountain,traffic light,statue,monument,house,garden".split(",")]
IDS = itertools.count()


def noun(rng, groups):
    """groups: a list of lists of nouns, or a group's name."""
    if isinstance(groups, str):
        groups = [NOUNS[c] for c in GROUPS[groups].split()]
    return rng.choice(rng.choice(groups))


def adjectives(rng, n, det, depth):
    r = rng.random()
    if " of " in n.words["en"].word:
        return []
    if r < .22 * depth and ATTRIBUTIVE.get(n.cat):
        a = rng.choice([a for a in ATTRIBUTIVE[n.cat] if not n.mass or a.words["en"] not in ("big", "small")])
        if any(a.words[lang][:5].lower() in n.words[lang].word.lower() for lang in LANGS):
            return []  # no "petite petite amie"
        return [(a, "most" if det == "the" and rng.random() < .2 and a.predicative and not a.words["en"][0].isupper() else "")]
    if r < .3 * depth and not n.mass and n.cat not in ("body", "stuff"):
        allowed = BEFORE_NOUN if det == "the" else [GOOD, BAD] if det in ("a", "this", "another") else []
        return [(rng.choice(allowed), "")] if allowed else []
    return []


def after(rng, n, det, depth):
    if rng.random() > .14 * depth or n.cat in ("body", "stuff", "time_unit"):
        return None
    if n.cat in ("place", "spot", "area", "public"):
        return rng.choice(RELATIONS), make(rng, "the", [NOUNS["place"], ANCHORS], 0)
    if n.cat in ("work", "idea", "event") and det == "the":
        return "of", make(rng, "the", [NOUNS["work"], NOUNS["org"], NOUNS["person"], NOUNS["public"]], 0)
    if n.cat in ("work", "show"):
        if n.cat == "show":
            return ABOUT, make(rng, "the", [NOUNS["org"], NOUNS["animal"]], 0)
        prep = rng.choice([FOR, ABOUT])
        return prep, make(rng, "the", [NOUNS["org"] if prep is FOR else NOUNS["idea"]], 0)
    if n.cat in ("item", "clothes", "device") and det == "the":
        return "of", make(rng, "my", [NOUNS["person"]], 0)
    if n.words["en"].word in ("ticket", "flight", "train", "bus", "trip", "plane", "night train"):
        c = rng.choice(CITIES)
        return dict(en="to " + c["en"], es="a " + c["es"], de="nach " + c["de"], fr="pour " + c["fr"])
    if n.cat in ("food", "room") and det == "a":
        if n.cat == "room":
            return rng.choice([dict(en="with a view", es="con vistas", de="mit Aussicht", fr="avec vue"), dict(en="with a bathroom", es="con baño", de="mit Bad", fr="avec salle de bain"),
                               dict(en="with breakfast", es="con desayuno", de="mit Frühstück", fr="avec petit déjeuner")])
        m = rng.choice(NOUNS["mass"])
        return dict(en="with " + m.words["en"].word, es="con " + m.words["es"].word, de="mit " + (m.words["de"].word if m.words["de"].word != "Meeresfrüchte" else "Meeresfrüchten"),
                    fr="avec " + fr_.np(NP(noun=m, det="a")))
    return None


SINGLE = ("wife", "husband", "mother", "father", "boss", "boyfriend", "girlfriend", "partner")
DETS = [("the", 38), ("a", 24), ("my", 15), ("this", 8), ("that", 3), ("num", 5), ("some", 3), ("many", 2), ("another", 2)]
POSS = ["1s"] * 5 + ["1p"] * 2 + ["3sm", "3sf", "3p"]


def make(rng, det, groups, depth=1, owner=None):
    """A noun phrase. owner: the person whose `my` it is, where the clause has one."""
    n = groups if not isinstance(groups, (list, str)) else noun(rng, groups)
    if det == "np":
        det = rng.choices([d for d, _ in DETS], [w for _, w in DETS])[0]
    only = any(w.only for w in n.words.values())
    if n.mass or only:
        det = {"num": "a", "many": "a", "another": "a", "some": "a", "every": "the"}.get(det, det)
    if n.cat in ("place", "spot", "area", "time_unit", "public") and det == "my":
        det = "the"
    if n.cat == "body" and det not in ("the", "my"):
        det = "the"
    human = n.cat in ("person", "public", "job")
    pl = det in ("num", "some", "many", "all") or not n.mass and not only and n.cat not in ("body", "area") and det in ("the", "my", "this", "that") and rng.random() < .14
    if n.words["fr"].word.startswith("toilettes") or only:
        pl = False
    x = NP("noun", n, det, pl, human=human)
    if det == "that" and n.cat not in ("item", "clothes", "place", "vehicle", "device", "public", "spot", "animal", "doc", "area"):
        x.det = "this"
    if det == "my":
        x.poss = owner if owner and rng.random() < .6 else rng.choice(POSS)
        if n.words["en"].word in SINGLE:
            x.pl, x.poss = False, x.poss if x.poss[0] in "123" and x.poss not in ("1p", "3p") else "1s"
    if det == "num":
        x.num = rng.choice([2, 2, 2, 3, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 21, 25, 30, 31, 50, 100])
    x.adjs = adjectives(rng, n, det, depth)
    if x.adjs and x.adjs[0][0].words["en"] in ("next", "last", "first", "only", "second", "third", "same") and x.pl and x.adjs[0][0].words["en"] in ("next", "second", "third", "only"):
        x.pl = False
    if det not in ("my", "this", "that", "another", "many"):
        x.post = after(rng, n, det, depth)
    if x.post is not None and x.adjs and x.adjs[0][1] == "most":
        x.post = None
    return x


class Speaker:
    """Who says I and we in the sentence being drawn: Spanish and French show a woman, English and German don't.
    informal: it says tú, du, tu to whom it speaks to."""
    g, informal = "m", False


def pronoun(person, g="m", drop=True):
    person = "2s" if person == "2f" and Speaker.informal else person
    if person in ("1s", "1p") and Speaker.g == "f":
        g = "f"
    return NP("pronoun", person=person, g=g, human=True, drop=drop and person in ("1s", "1p", "2s") or drop and g == "n")


def name(rng):
    n, g = rng.choice(NAME)
    return NP("name", g=g, human=True, texts={lang: n for lang in LANGS})


def titled(rng):
    s, g = rng.choice(SURNAMES), rng.choice("mf")
    t = dict(en="Mister " if g == "m" else "Miss ", es="¤el señor " if g == "m" else "¤la señora ", de="Herr " if g == "m" else "Frau ", fr="monsieur " if g == "m" else "madame ")
    texts = {lang: t[lang] + s for lang in LANGS}
    texts["title"] = True
    return NP("name", g=g, human=True, texts=texts)


PERSONS = [("1s", 32), ("2f", 14), ("3sm", 10), ("3sf", 10), ("1p", 18), ("3p", 11)]


ANYONE = [dict(en="everyone", es="todo el mundo", de="jeder", fr="tout le monde"), dict(en="someone", es="alguien", de="jemand", fr="quelqu'un")]


def person_subject(rng, informal=False):
    r = rng.random()
    if r < .02:
        return NP("name", human=True, texts=dict(rng.choice(ANYONE)))
    if r < .04:
        a, b = rng.sample(NAME, 2)
        return NP("name", g="f" if a[1] == b[1] == "f" else "m", person="3p", human=True, texts={lang: "%s %s %s" % (a[0], word, b[0]) for lang, word in zip(LANGS, ("and", "y", "und", "et"))})
    if r < .1:
        return name(rng)
    if r < .13:
        return titled(rng)
    if r < .26:
        return make(rng, "my" if r < .2 else "the", [NOUNS["person"]] if r < .2 else [NOUNS["job"], NOUNS["public"], NOUNS["person"]], .5)
    p = rng.choices([p for p, _ in PERSONS], [w for _, w in PERSONS])[0]
    if p == "2f" and informal:
        p = "2s"
    return pronoun(p[:2], p[2:] or "m")


def owner_of(x):
    if x.kind == "pronoun":
        return x.person + (x.g if x.person == "3s" else "")
    return "3p" if number(x, "en") else "3s" + x.g if x.kind == "name" else None


def at_place(rng, n=None):
    """`at the station` as texts: each language has its own preposition there."""
    n = n or rng.choice(rng.choice([NOUNS["place"], NOUNS["place"], NOUNS["spot"], NOUNS["area"]]))
    x = NP("noun", n, "the")
    en, de, fr = n.loc
    return dict(en="%s the %s" % (en, n.words["en"].word), es="en " + es_.np(x), de=de + " " + de_.np(x, "dat"), fr=fr + " " + fr_.np(x))


def to_place(rng):
    n = rng.choice(NOUNS["place"])
    x = NP("noun", n, "the")
    return dict(en="to the " + n.words["en"].word, es="a " + es_.np(x), de="zu " + de_.np(x, "dat"), fr="à " + fr_.np(x))


def in_city(rng):
    c = rng.choice(CITIES)
    return dict(en="in " + c["en"], es="en " + c["es"], de="in " + c["de"], fr="à " + c["fr"])


def country(c, way):
    """in, to, from a country: en France, aux États-Unis, in die Schweiz."""
    en = c["en"]
    es, _, es_g = c["es"].partition("/")
    de, _, de_g = c["de"].partition("/")
    fr, _, g = c["fr"].partition("/")
    es = {"m": "¤el ", "f": "¤la ", "p": "¤los "}.get(es_g, "") + es
    if de_g:
        art = {"in": {"f": "der ", "p": "den "}, "to": {"f": "die ", "p": "die "}, "from": {"f": "der ", "p": "den "}}[way][de_g]
    else:
        art = ""
    if de_g == "p" and way != "to" and de.endswith("e"):
        de += "n"
    de = {"in": "in ", "to": "in " if de_g else "nach ", "from": "aus "}[way] + art + de
    if way == "from":
        fr = {"p": "de ¤les ", "m": "de " if fr_.vowel(fr) else "de ¤le ", "f": "de "}[g] + fr
    else:
        fr = "aux " + fr if g == "p" else ("en " if g == "f" or fr_.vowel(fr) else "au ") + fr
    return dict(en="%s %s" % ({"in": "in", "to": "to", "from": "from"}[way], en), es={"in": "en ", "to": "a ", "from": "de "}[way] + es, de=de, fr=fr)


def city(c, way):
    return dict(en=way + " " + c["en"], es={"in": "en ", "to": "a ", "from": "de "}[way] + c["es"], de={"in": "in ", "to": "nach ", "from": "aus "}[way] + c["de"],
                fr={"in": "à ", "to": "à ", "from": "de "}[way] + c["fr"])


def in_or_to(rng, way):
    return city(rng.choice(CITIES), way) if rng.random() < .6 else country(rng.choice(COUNTRIES), way)


def time_adverbial(rng, kind):
    r = rng.random()
    if kind in ("past", "future") and r < .15:
        t = numbers.clock(rng)
        return "clock", dict(en="at " + t["en"], es="a " + t["es"], de="um " + t["de"], fr="à " + t["fr"])
    if kind in ("past", "future") and r < .24:
        d = rng.choice(numbers.DAYS)
        return "time", dict(en="on " + d["en"], es="el " + d["es"], de="am " + d["de"], fr=d["fr"])
    if kind in ("past", "future") and r < .32:
        d = numbers.date(rng)
        return "time", dict(en="on " + d["en"], es=d["es"], de="am " + d["de"], fr=d["fr"])
    if kind == "future" and r < .4:
        n = numbers.pick(rng, 30)
        n = max(n, 2)
        u = rng.choice(NOUNS["time_unit"][:6])
        w = {lang: u.words[lang] for lang in LANGS}
        plural = NP("noun", u, "num", True, num=n)
        return "time", dict(en="in %s %s" % (numbers.english(n), w["en"].pl), es="dentro de " + es_.np(plural), de="in " + de_.np(plural, "dat"), fr="dans " + fr_.np(plural))
    if kind == "past" and r < .38:
        n = rng.randint(2, 12)
        u = rng.choice(NOUNS["time_unit"][:6])
        plural = NP("noun", u, "num", True, num=n)
        return "time", dict(en="%s %s ago" % (numbers.english(n), u.words["en"].pl), es="hace " + es_.np(plural), de="vor " + de_.np(plural, "dat"), fr="il y a " + fr_.np(plural))
    return {"past": "time", "future": "time", "order": "time", "now": "now", "habit": "habit", "perfect": "perfect"}[kind], rng.choice(ADVERBIALS[kind])
