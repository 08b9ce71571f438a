"""Infinitives and what other languages say instead: it is easy to, I am calling to, I want you to -> token lists by language."""

from . import de as de_, en as en_, es as es_, fr as fr_
from .clauses import adverbials, same, simple
from .draw import person_subject, pronoun
from .joined import glue, say, words
from .spec import LANGS

EASY = [(words("it is difficult to", "es difícil", "es ist schwierig,", "il est difficile de")), words("it is important to", "es importante", "es ist wichtig,", "il est important de"), words("it is possible to", "es posible", "es ist möglich,", "il est possible de"),
        words("it is easy to", "es fácil", "es ist leicht,", "il est facile de"), words("it is forbidden to", "está prohibido", "es ist verboten,", "il est interdit de"), words("it is necessary to", "es necesario", "es ist nötig,", "il est nécessaire de"),
        words("I forgot to", "olvidé", "ich habe vergessen,", "j'ai oublié de"), words("we have decided to", "hemos decidido", "wir haben beschlossen,", "nous avons décidé de"), words("is it possible to", "es posible", "ist es möglich,", "est-il possible de"),
        words("he promised to", "él prometió", "er hat versprochen,", "il a promis de"), words("I am happy to", "me alegro de", "ich freue mich,", "je suis content de"), words("I do not feel like", "no tengo ganas de", "ich habe keine Lust,", "je n'ai pas envie de")]
# what one doesn't do on purpose
CHANCE = ("lose", "forget", "break", "miss", "receive", "find", "fall", "catch", "meet")


def doing(rng, person, informal, g="m"):
    """A clause whose verb may stand in the infinitive."""
    while True:
        c = simple(rng, pronoun(person, g), tense="pres", neg=False, advs=False, light=True, informal=informal)
        if not c.verb.stative and c.verb.en.verb not in CHANCE:
            c.freq, c.modal, c.tense, c.front = "", "", same("pres"), False
            return c


def to_do(c, gerund=False):
    """-> the infinitive with all that belongs to it; German with its zu."""
    k = lambda s: "%d%s" % (c.id, s)
    v = c.verb
    advs = lambda lang: [(k("A%d" % n), t[lang]) for n, (_, t) in enumerate(c.advs)]
    out = dict(en=[(k("V"), en_.gerund(v.en.verb) if gerund else v.en.verb)] + en_.objects(c, v.en, k) + advs("en"),
               es=[(k("V"), es_.attach_infinitive(v.es.inf, es_.clitics(c)))] + es_.objects(c, v.es, k) + advs("es"),
               de=de_.middle(c, k) + [(k("V"), de_.conjugate(v.de.verb)["zu"])],
               fr=[(k("V"), t) for t in fr_.clitics(c)] + [(k("V"), v.fr.verb)] + fr_.objects(c, v.fr, k) + advs("fr"))
    return {lang: [t for t in out[lang] if t[1]] for lang in LANGS}


def infinitive(rng, informal):
    """It is easy to, I forgot to, we have decided to, I do not feel like."""
    main = rng.choice(EASY)
    c = doing(rng, "1p" if main["en"].startswith("we") else "1s" if main["en"].startswith("I") else "3s", informal)
    if rng.random() < .3 and not main["en"].startswith(("I forgot", "he ")):
        adverbials(rng, c, "order", 1)
        c.front = False
    return glue(main, to_do(c, main["en"] == "I do not feel like")), main["en"].startswith("is it")


def purpose(rng, informal):
    """I am going to the bank to change money: para cambiar, um zu wechseln, pour changer."""
    s = person_subject(rng, informal)
    while s.kind != "pronoun":
        s = person_subject(rng, informal)
    main = simple(rng, s, tense=rng.choice(["past", "going", "will", "perf", None]), neg=False, light=True, informal=informal, advs=False)
    if main.verb.stative or main.verb.en.verb in CHANCE:
        return purpose(rng, informal)
    main.freq, main.front = "", False
    c = doing(rng, s.person, informal, s.g)
    return glue(say(main), words("to", "para", ", um", "pour"), to_do(c)), False


WANT = [(words("I want", "quiero", "ich will", "je veux"), "1s", "subj"), (words("I would like", "me gustaría", "ich möchte", "je voudrais"), "1s", "subj2"), (words("we want", "queremos", "wir wollen", "nous voulons"), "1p", "subj"),
        (words("she wants", "ella quiere", "sie will", "elle veut"), "3s", "subj"), (words("he does not want", "él no quiere", "er will nicht", "il ne veut pas"), "3s", "subj"), (words("my boss wants", "mi jefe quiere", "mein Chef will", "mon patron veut"), "", "subj"),
        (words("we would like", "nos gustaría", "wir möchten", "nous voudrions"), "1p", "subj2"), (words("do you want", "quiere", "wollen Sie", "voulez-vous"), "2", "subj")]
WANT_INFORMAL = words("do you want", "quieres", "willst du", "tu veux")


def wanting(rng, informal):
    """I want you to: quiero que usted, ich will, dass Sie, je veux que vous - with the subjunctive."""
    main, p, mood = rng.choice(WANT)
    if p == "2" and informal:
        main = WANT_INFORMAL
    while True:
        s = person_subject(rng, informal)
        if s.kind != "pronoun" or s.person[0] + s.person[1] != p and s.person[0] != p and not (p[:1] == "1" == s.person[0]):
            break
    while True:
        c = simple(rng, s, tense="pres", neg=False, advs=False, light=True, sub=True, informal=informal)
        if not c.verb.stative and c.verb.en.verb not in CHANCE:
            break
    c.freq, c.modal, c.front = "", "", False
    c.tense = {"en": "pres", "es": mood, "de": "pres", "fr": "subj"}
    out = say(c)
    k = lambda x: "%d%s" % (c.id, x)
    whom = en_.np(s, "acc")
    out["en"] = [(k("V" if s.kind == "pronoun" else "S"), whom), (k("V"), "to " + c.verb.en.verb)] + en_.objects(c, c.verb.en, k)
    return glue(main, words("", "que", ", dass", "que"), out), p == "2"
