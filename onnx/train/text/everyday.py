"""What people say every day, word for word -> texts for the recogniser, far more often than the grammar's one time in
thousands: the phrase lines without a slot, alone, two together, or one before something else."""

from . import templates
from .join import close
from .sentences import held_out, written
from .spec import LANGS

# Topics whose lines everyone says.
COMMON = ("everyday_glue", "small_talk", "meeting_opening", "meeting_closing", "requests_offers")


def phrases(lang, topics=None):
    def is_of(line):
        return topics is None or line.where.split(".")[0] in topics
    whole = [line for line in templates.GOOD if not line.slots["en"] and is_of(line)]
    out = {written(close(line.sides[lang], lang, False)) for line in whole if not line.held}
    held = {written(close(line.sides[lang], lang, False)) for line in whole if line.held or held_out(line.sides["en"])}
    return sorted(out - held)


PHRASES = {lang: phrases(lang) for lang in LANGS}
FIRST = {lang: phrases(lang, COMMON) or PHRASES[lang] for lang in LANGS}


def text(rng, sentences, lang="en"):
    """A phrase alone, two, or one before a sentence of these."""
    while True:
        kind = rng.random()
        first = rng.choice(PHRASES[lang]) if kind < 0.4 else rng.choice(FIRST[lang])
        more = "" if kind < 0.5 else rng.choice(PHRASES[lang]) if kind < 0.7 else rng.choice(sentences)
        said = (first + " " + more).strip()
        if not held_out(said) and len(said.split()) < 14:
            return said
