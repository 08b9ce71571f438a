"""Grammar pairs -> training examples as the daemon will meet them: cased or in ASR form, whole or cut short, noisy.

An example is (source text, target text). Half the sources are in ASR form (lower case, no punctuation)."""

import random
import re

from text import families
from text.sentences import asr_form, held_out

SYLLABLES = "ka ro mi ta len dor vi na sel mar ton be lu pe ris han go ze fa wil".split()


def pairs(seed):
    """-> endless (english, spanish, marked english, marked spanish), none of them held out."""
    rng = random.Random(seed)
    while True:
        s = families.sample(rng)
        # English doesn't show tú or usted: such a sentence is no source.
        if not held_out(s.key) and "en" not in s.unclear:
            yield s.plain("en"), s.plain("es"), s.texts["en"], s.texts["es"]


def name(rng):
    return "".join(rng.choices(SYLLABLES, k=rng.randint(2, 3))).capitalize()


NAMES = [("My name is {}.", "Me llamo {}."), ("I am {}.", "Soy {}."), ("This is {}.", "Este es {}."),
         ("{} is here.", "{} está aquí."), ("Where is {}?", "¿Dónde está {}?"), ("I live in {}.", "Vivo en {}."),
         ("I want to go to {}.", "Quiero ir a {}."), ("Thank you, {}.", "Gracias, {}."), ("{} works here.", "{} trabaja aquí.")]


def prefix(rng, en, es):
    """Cuts both sides at the same phrase boundary; the target's end is open."""
    parts_en, parts_es = en.split("¦"), es.split("¦")
    if len(parts_en) != len(parts_es) or len(parts_en) < 2:
        return None
    n = rng.randint(1, len(parts_en) - 1)
    return "".join(parts_en[:n]).strip(" ,"), "".join(parts_es[:n]).strip(" ,")


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


def examples(seed):
    """-> endless (source, target)."""
    rng = random.Random(seed + 1)
    source = pairs(seed)
    while True:
        en, es, marked_en, marked_es = next(source)
        kind = rng.random()
        if kind < 0.15:
            cut = prefix(rng, marked_en, marked_es)
            if cut is None:
                continue
            en, es = cut
        elif kind < 0.25:
            en2, es2, _, _ = next(source)
            en, es = en + " " + en2, es + " " + es2
        elif kind < 0.29:
            en, es = (t.format(n) for n in [name(rng)] for t in rng.choice(NAMES))
        if rng.random() < 0.55:
            en = asr_form(en)
            if rng.random() < 0.15:
                en = noisy(rng, en)
        if en and es:
            yield en, es


def held_out_pairs(count, seed=99):
    """-> held-out slot fillings: pairs of the grammar that training never sees."""
    rng, out = random.Random(seed), {}
    while len(out) < count:
        s = families.sample(rng)
        if held_out(s.key) and "en" not in s.unclear:
            out[s.plain("en")] = s.plain("es")
    return list(out.items())


def held_out_templates(count, seed=98):
    """-> sentences of whole templates that training never sees."""
    from text import templates
    lines = [line for line in templates.HELD if not line.informal]
    rng, out, tries = random.Random(seed), {}, 0
    while lines and len(out) < count and tries < count * 50:
        tries += 1
        s = templates.sample(rng, lines)
        out[s.plain("en")] = s.plain("es")
    return list(out.items())
