"""Sentences in four languages -> training examples as the daemon will meet them: in all twelve directions, as written or as
a recogniser writes, whole or cut short, several together, noisy, with names and numbers that nobody has seen.

An example is (source language, target language, source text, target text)."""

import random
import re

from text import families, templates
from text.sentences import asr_form, held_out
from text.spec import LANGS

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


def samples(seed):
    """-> endless Samples of training: neither held-out sentences nor held-out templates."""
    rng = random.Random(seed)
    while True:
        s = families.sample(rng)
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


def prefix(rng, texts, a, b):
    """Cuts both sides at the same phrase boundary; what comes is open, and so is the target's end."""
    parts = [texts[lang].split("¦") for lang in (a, b)]
    if len(parts[0]) != len(parts[1]) or len(parts[0]) < 2:
        return None
    n = rng.randint(1, len(parts[0]) - 1)
    return tuple("".join(p[:n]).strip(" ,") for p in parts)


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


def plain(sample, lang):
    return sample.texts[lang].replace("¦", "")


def examples(seed, each=3):
    """-> endless (from, to, source, target); of each sentence so many directions."""
    rng = random.Random(seed + 1)
    source = samples(seed)
    while True:
        sample = next(source)
        kind = rng.random()
        for a, b in rng.sample(DIRECTIONS, each):
            if a in sample.unclear or sample.informal and a == "en":
                continue
            said, meant = plain(sample, a), plain(sample, b)
            if kind < 0.17:
                cut = prefix(rng, sample.texts, a, b)
                if cut is None:
                    continue
                said, meant = cut
            elif kind < 0.29:
                for _ in range(1 if rng.random() < 0.75 else 2):
                    other = next(source)
                    if a not in other.unclear and not (other.informal and a == "en"):
                        said, meant = said + " " + plain(other, a), meant + " " + plain(other, b)
            elif kind < 0.35:
                texts = copied(rng)
                said, meant = texts[a], texts[b]
            said = heard(rng, said)
            if said and meant:
                yield a, b, said, meant


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
