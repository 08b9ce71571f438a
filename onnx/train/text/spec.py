"""The abstract sentence: what is drawn once, and each of en.py, es.py, de.py, fr.py turns into words.

Persons: 1s 3s 1p 3p, 2f (you: usted, Sie, vous) and 2s (tú, du, tu)."""

from dataclasses import dataclass, field
from typing import Any, Optional

LANGS = ("en", "es", "de", "fr")


@dataclass(frozen=True, eq=False)
class Word:
    """A noun in one language. g: m f n; only: it has only a plural; weak: German -n declension (+ also takes -s)."""
    word: str
    pl: str
    g: str = ""
    only: bool = False
    weak: str = ""
    uninflected: bool = False


@dataclass(frozen=True, eq=False)
class Noun:
    words: dict
    cat: str
    mass: bool = False
    # prepositions of "at the ...": English, German, French (Spanish: en)
    loc: tuple = ("in", "in", "dans")


@dataclass(frozen=True, eq=False)
class Adj:
    words: dict
    estar: bool = False
    attributive: str = ""
    predicative: str = ""


@dataclass
class NP:
    kind: str = "noun"  # noun, pronoun, name, who, what
    noun: Optional[Noun] = None
    det: str = "the"
    pl: bool = False
    adjs: list = field(default_factory=list)  # (Adj, degree: "" most)
    num: int = 0
    poss: str = ""  # a person, with m or f after 3s
    post: Any = None  # (preposition dict or "of", NP), Rel, or a dict of texts
    person: str = "3s"
    g: str = "m"  # of pronouns and names
    texts: Optional[dict] = None  # of names and the like
    human: bool = False
    drop: bool = False  # Spanish leaves the pronoun out


@dataclass
class Clause:
    id: int
    subj: NP
    verb: Any = None  # Verb, or None with pred
    pred: Any = None  # (Adj, degree) or a dict of texts or NP: with be
    estar: bool = False
    obj: Optional[NP] = None
    iobj: Optional[NP] = None
    place: Any = None  # a complement of the verb: dict of texts
    tense: dict = field(default_factory=dict)  # by language
    modal: str = ""
    neg: bool = False
    freq: str = ""
    advs: list = field(default_factory=list)  # (kind, dict of texts)
    front: bool = False  # the first adverbial opens the sentence
    q: Any = None  # yn, a dict of question words, "what", ("which", Noun)
    sub: bool = False  # subordinate: German puts the verb last
    gap: str = ""  # in a relative clause: subj or obj
    command: bool = False
    please: bool = False
    style: float = 0.0


@dataclass
class Rel:
    clause: Clause
    role: str


def number(x, lang):
    """Whether the phrase is plural in the language."""
    if x.kind == "noun":
        w = x.noun.words[lang]
        if w.only:
            return x.pl or not (x.det == "a" and lang != "es")
        return x.pl
    return x.person in ("1p", "3p")


def gender(x, lang):
    if x.kind == "noun":
        w = x.noun.words[lang]
        if w.only and x.det == "a" and not x.pl:
            return {"de": "n", "fr": "f"}.get(lang, w.g)
        return w.g
    return x.g


def person(x, lang):
    """Of the verb: a noun's number may differ between languages."""
    if x.kind in ("noun", "who", "what"):
        return "3p" if number(x, lang) else "3s"
    return x.person


def language(x):
    """A language that one learns or speaks."""
    return x.kind == "name" and not x.human


def definite(x):
    return x.kind in ("name", "pronoun") or x.det in ("the", "my", "this", "that", "all", "every", "which")


def obj_key(x, neg):
    """Pronouns, and what a negation merges with, belong to the verb."""
    return "V" if x.kind == "pronoun" or neg and (language(x) or not definite(x)) and x.det not in ("num", "many", "another") else "O"
