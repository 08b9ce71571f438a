"""Sentences in four languages -> training examples as the daemon will meet them: in all twelve directions, as written or as
a recogniser writes, whole or cut short, several together, noisy, with names and numbers that nobody has seen.

An example is (source language, source text, {target language: target text}): the encoder reads the source once for all."""

import random
import re

from text import everyday, families, templates
from text.sentences import asr_form, held_out
from text.spec import LANGS

FLORES = {"en": "eng_Latn", "es": "spa_Latn", "de": "deu_Latn", "fr": "fra_Latn"}
DIRECTIONS = [(a, b) for a in LANGS for b in LANGS if a != b]
SYLLABLES = ("ka ro mi ta len dor vi na sel mar ton be lu pe ris han go ze fa wil sch bau grim tor gue llo ñar "
             "beau mont rey keit ham bury ford stein owitz escu ani moto shi nak gra bri sto clé rou").split()
# What is only copied: {} a name, {n} digits.
COPIED = [
    ("My name is {}.", "Me llamo {}.", "Ich heiße {}.", "Je m'appelle {}."),
    ("This is {}.", "Este es {}.", "Das ist {}.", "Voici {}."),
    ("{} is here.", "{} está aquí.", "{} ist hier.", "{} est ici."),
    ("Where is {}?", "¿Dónde está {}?", "Wo ist {}?", "Où est {}?"),
    ("I live in {}.", "Vivo en {}.", "Ich wohne in {}.", "J'habite à {}."),
    ("I want to go to {}.", "Quiero ir a {}.", "Ich möchte nach {} fahren.", "Je veux aller à {}."),
    ("Thank you, {}.", "Gracias, {}.", "Danke, {}.", "Merci, {}."),
    ("{} works here.", "{} trabaja aquí.", "{} arbeitet hier.", "{} travaille ici."),
    ("We are waiting for {}.", "Estamos esperando a {}.", "Wir warten auf {}.", "Nous attendons {}."),
    ("I spoke with {} yesterday.", "Ayer hablé con {}.", "Ich habe gestern mit {} gesprochen.", "J'ai parlé avec {} hier."),
    ("The train to {} leaves at {n}.", "El tren a {} sale a las {n}.", "Der Zug nach {} fährt um {n} ab.", "Le train pour {} part à {n}."),
    ("Room {n}, please.", "Habitación {n}, por favor.", "Zimmer {n}, bitte.", "Chambre {n}, s'il vous plaît."),
    ("It costs {n} euros.", "Cuesta {n} euros.", "Es kostet {n} Euro.", "Ça coûte {n} euros."),
    ("We have {n} employees.", "Tenemos {n} empleados.", "Wir haben {n} Mitarbeiter.", "Nous avons {n} employés."),
    ("The flight number is {n}.", "El número de vuelo es {n}.", "Die Flugnummer ist {n}.", "Le numéro de vol est {n}."),
    ("{} sent us the report.", "{} nos envió el informe.", "{} hat uns den Bericht geschickt.", "{} nous a envoyé le rapport."),
]


# What people say, word for word: most words are only there; the grammar draws each of these lines one time in thousands.
SAID = [line for line in templates.TRAIN if not line.slots["en"]]
OFTEN = [line for line in SAID if line.where.split(".")[0] in everyday.COMMON] or SAID


def samples(seed):
    """-> endless Samples of training: neither held-out sentences nor held-out templates."""
    rng = random.Random(seed)
    while True:
        kind = rng.random()
        lines = SAID if kind < 0.5 else OFTEN if kind < 0.58 else None
        s = templates.sample(rng, lines) if lines else families.sample(rng)
        if not s.held and not held_out(s.key):
            yield s


def name(rng):
    word = "".join(rng.choices(SYLLABLES, k=rng.randint(2, 3))).capitalize()
    return word if rng.random() < 0.8 else word + " " + "".join(rng.choices(SYLLABLES, k=2)).capitalize()


def digits(rng):
    kind = rng.random()
    if kind < 0.5:
        return str(rng.randint(2, 10 ** rng.randint(1, 4)))
    if kind < 0.8:
        return "%d:%02d" % (rng.randint(1, 23), rng.randint(0, 59))
    return "".join(rng.choices("ABCDEFGHKLMNPRSTUVWXZ", k=2)) + str(rng.randint(10, 9999))


def copied(rng):
    row = rng.choice(COPIED)
    who, what = name(rng), digits(rng)
    return dict(zip(LANGS, (t.replace("{n}", what).replace("{}", who) for t in row)))


def prefix(rng, texts, a):
    """Cuts all at the same phrase boundary, but for those that don't have it; what comes is open, and so is the target's end."""
    parts = {lang: text.split("¦") for lang, text in texts.items()}
    whole = len(parts[a])
    n = rng.randint(1, max(1, whole - 1))
    return {lang: "".join(p[:n]).strip(" ,") for lang, p in parts.items() if len(p) == whole > 1}


def noisy(rng, text):
    """Words dropped, doubled or misspelt, as a recogniser does."""
    words = text.split()
    i = rng.randrange(len(words))
    kind = rng.random()
    if kind < 0.3 and len(words) > 3:
        del words[i]
    elif kind < 0.5:
        words.insert(i, words[i])
    elif len(words[i]) > 3:
        j = rng.randrange(1, len(words[i]))
        words[i] = words[i][:j] + rng.choice(["", rng.choice("aeiourstln")]) + words[i][j + 1:]
    return " ".join(words)


def heard(rng, text):
    """As a recogniser writes it: with marks but for those that come before (our own), or without any (others)."""
    kind = rng.random()
    if kind < 0.45:
        return text
    text = re.sub("[¿¡]", "", text) if kind < 0.7 else asr_form(text)
    return noisy(rng, text) if rng.random() < 0.12 else text


def said(rng, source, a):
    """What is said in each language, as it is written: whole, begun, several in a row, or only to be copied."""
    fits = lambda sample: a not in sample.unclear and not (sample.informal and a == "en")
    sample = next(source)
    kind = rng.random()
    if not fits(sample):
        return {}
    if kind < 0.17:
        return prefix(rng, sample.texts, a)
    if 0.29 <= kind < 0.35:
        return copied(rng)
    others = [next(source) for _ in range(1 if rng.random() < 0.75 else 2)] if kind < 0.29 else []
    row = [sample] + [other for other in others if fits(other)]
    return {lang: " ".join(each.plain(lang) for each in row) for lang in LANGS}


def examples(seed):
    """-> endless (from, source, {to: target})."""
    rng = random.Random(seed + 1)
    source = samples(seed)
    while True:
        a = rng.choice(LANGS)
        texts = said(rng, source, a)
        spoken = heard(rng, texts.pop(a)) if texts.get(a) else ""
        meant = {b: text for b, text in texts.items() if text}
        if spoken and meant:
            yield a, spoken, meant


def held_out_samples(count, seed=99):
    """-> held-out fillings: Samples that training never sees, of templates and constructions that it does."""
    rng, out = random.Random(seed), {}
    while len(out) < count:
        s = families.sample(rng)
        if held_out(s.key) and not s.held:
            out[s.key] = s
    return list(out.values())


def held_out_templates(count, seed=98):
    """-> Samples of whole templates that training never sees."""
    rng, out, tries = random.Random(seed), {}, 0
    while len(out) < count and tries < count * 50:
        tries += 1
        s = templates.sample(rng, templates.HELD)
        out[s.key] = s
    return list(out.values())
