"""The four token lists of one sentence -> texts with ¦ where all four may be cut at the same meaning.

A token is (key, text). A cut is allowed after a set of keys if every language has a beginning that says just that set:
what "Ich habe gestern" has said of the verb is not yet "I have bought", so German perfects are cut at few places."""

import re

from . import de, en, es, fr
from .spec import LANGS

FINISH = {"en": en.finish, "es": es.finish, "de": de.finish, "fr": fr.finish}


def beginnings(tokens):
    """-> {keys said in full: number of tokens} over the beginnings of a sentence."""
    total, seen, out = {}, {}, {}
    for key, _ in tokens:
        total[key] = total.get(key, 0) + 1
    for n, (key, text) in enumerate(tokens, 1):
        seen[key] = seen.get(key, 0) + 1
        if all(seen[k] == total[k] for k in seen):
            out[frozenset(seen)] = n
    return out


def spaced(tokens):
    text = " ".join(t for _, t in tokens)
    text = re.sub(" *‹", "", text).replace("›", "")
    return re.sub(r"\s+([,.?!:])", r"\1", re.sub(r",\s*(?=,)", "", text)).strip()


def tidy(text):
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r" +([,.?!:])", r"\1", text)
    return re.sub(r",+(?=[,.?!:]|$)", "", re.sub(r"(, ?)+,", ",", text)).strip(" ,")


def join(sides, finish=FINISH):
    """{lang: tokens} -> {lang: text with marks}, before capitals and the full stop."""
    cuts = [beginnings(sides[lang]) for lang in LANGS]
    common = set(cuts[0]).intersection(*cuts[1:])
    common = [c for c in common if all(cut[c] < len(sides[lang]) for cut, lang in zip(cuts, LANGS))]
    whole = {lang: finish[lang](tidy(spaced(sides[lang]))) for lang in LANGS}
    places = {lang: [] for lang in LANGS}
    for c in common:
        at = {}
        for lang, cut in zip(LANGS, cuts):
            # Only where nothing contracts across the cut.
            a, b = sides[lang][:cut[c]], sides[lang][cut[c]:]
            left = finish[lang](tidy(spaced(a)))
            right = finish[lang](tidy(spaced(b)))
            text = whole[lang]
            comma = "," if text.startswith(left + ",") else ""
            if left and text == left + comma + " " + right:
                at[lang] = len(left + comma)
        if len(at) == len(LANGS):
            for lang in LANGS:
                places[lang].append(at[lang])
    return {lang: mark(whole[lang], places[lang]) for lang in LANGS}


def mark(text, places):
    for i in sorted(set(places), reverse=True):
        text = text[:i] + " ¦" + text[i + 1:]
    return text


def capital(text):
    i = next((i for i, c in enumerate(text) if c.isalpha()), 0)
    return text[:i] + text[i].upper() + text[i + 1:]


def close(text, lang, question):
    """The last mark and the first capital; ¿ before the Spanish question itself."""
    if question and lang == "es" and "¿" not in text:
        text = "¿" + text
    return capital(text + ("?" if question else "" if text[-1] in ".?!" else "."))
