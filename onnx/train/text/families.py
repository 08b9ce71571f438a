"""All makers of sentences with their weights -> one random Sample in four languages, with the places where it may be cut."""

import re
from dataclasses import dataclass

from . import constructions, counting, en as en_, infinitives, joined, passives
from .clauses import simple
from .copulas import copula
from .draw import Speaker, pronoun
from .join import FINISH, close, join, spaced
from .joined import say
from .questions import WH, command, object_question, question
from .spec import LANGS


@dataclass
class Sample:
    """texts hold ¦ where all four may be cut at the same meaning. informal: tú, du, tu (English doesn't show it, so that it's
    no source for it). unclear: the languages that don't show what others need; held: a template kept from training."""
    texts: dict
    family: str
    informal: bool = False
    held: bool = False
    unclear: tuple = ()
    # What says whether a sentence is held out: its English without contractions.
    key: str = ""

    def plain(self, lang):
        return self.texts[lang].replace("¦", "")


def clause_family(rng, informal):
    return say(simple(rng, informal=informal)), False


def question_family(rng, informal):
    return say(question(rng, informal)), True


def object_family(rng, informal):
    return say(object_question(rng, informal)), True


def copula_family(rng, informal):
    return say(copula(rng, informal=informal)), False


def copula_question(rng, informal):
    c = copula(rng, rng.choice([None, None, pronoun("2s" if informal else "2f")]), informal=informal, neg=False)
    c.q = WH[1] if rng.random() < .15 and c.tense["en"] != "cond" else "yn"
    c.front = False
    return say(c), True


def command_family(rng, informal):
    return say(command(rng, informal)), False


def plain(f):
    return lambda rng, informal: f(rng)


FAMILIES = [(24, "clause", clause_family), (11, "question", question_family), (5, "object", object_family), (7, "copula", copula_family), (3, "copula?", copula_question),
            (5, "command", command_family), (3, "where", plain(constructions.where)), (4, "exists", plain(constructions.exists)), (4, "likes", constructions.likes), (3, "wishes", constructions.wishes), (.7, "hurts", constructions.hurts),
            (3, "compare", plain(constructions.compare)), (7, "numbers", counting.counting), (9, "joined", joined.joined), (5, "condition", joined.conditional), (2, "unreal", joined.unreal), (3, "purpose", infinitives.purpose), (2, "wanting", infinitives.wanting), (4, "passive", passives.passive), (3, "lasting", passives.lasting), (5, "that", joined.that), (4, "indirect", joined.indirect),
            (6, "relative", joined.relative_family), (4, "infinitive", infinitives.infinitive), (4, "opened", joined.opened), (4, "fragment", counting.fragment), (2, "spelled", counting.spelled), (2, "identity", constructions.identity)]
INFORMAL = .1
# How often the speaker is a woman: estoy cansada, je suis allée.
WOMAN = .12


def from_grammar(rng, family=None):
    f = next(x for x in FAMILIES if x[1] == family) if family else rng.choices(FAMILIES, [w for w, _, _ in FAMILIES])[0]
    informal, woman, short = rng.random() < INFORMAL, rng.random() < WOMAN, rng.random() < .5
    state = rng.getstate()
    sides, ask = drawn(rng, f[2], informal, woman)
    if woman:
        # The same sentence of a man: where only Spanish or French differ, English and German are no source.
        after = rng.getstate()
        rng.setstate(state)
        other, _ = drawn(rng, f[2], informal, False)
        woman = any(spaced(other[lang]) != spaced(sides[lang]) for lang in LANGS)
        rng.setstate(after)
    key = en_.finish(spaced(sides["en"]), False)
    texts = join(sides, dict(FINISH, en=lambda t: en_.finish(t, short)))
    informal = informal and informal_shown(texts, f[1])
    unclear = ("en", "de") if woman else ("en",) if informal else ()
    if texts["de"].lower().startswith("lass "):
        unclear = ("en", "es", "fr")  # they say it the same to a friend and to a stranger
    return Sample({lang: close(t, lang, ask) for lang, t in texts.items()}, f[1], informal, False, unclear, key)


def drawn(rng, maker, informal, woman):
    Speaker.g, Speaker.informal = "f" if woman else "m", informal
    return maker(rng, informal)


TU = re.compile(r"\b(tu|te|t'|toi|ton|ta|tes)\b", re.I)


def informal_shown(texts, family):
    """Whether anyone is addressed as tú, du, tu: French always shows it, but in a command's verb alone."""
    return family == "command" and texts["en"].lower()[:5] not in ("let's", "let u") or bool(TU.search(texts["fr"].replace("'", "' ")))


def sample(rng, family=None):
    """-> a Sample, of the grammar or of the phrase templates."""
    if family != "template" and (family or rng.random() < 1 - templates_share()):
        return from_grammar(rng, family)
    from . import templates
    return templates.sample(rng)


def templates_share():
    from . import templates
    return .26 if templates.TRAIN else 0
