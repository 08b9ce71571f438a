"""What people say every day, word for word -> English texts for the recogniser, far more often than the grammar's one
time in thousands: greetings, thanks, the phrases without a slot, alone or before something else."""

from . import families
from .sentences import asr_form, held_out

GREETINGS = """hello|hi|hi there|hello everyone|hi everyone|good morning|good morning everyone|good morning everybody
good afternoon|good afternoon everyone|good evening|good evening everyone|good night|goodbye|bye|welcome|welcome everyone
thank you|thanks|thanks a lot|thank you very much|thank you so much|many thanks|you are welcome|you're welcome|please
excuse me|sorry|i am sorry|i'm sorry|pardon|yes|yes please|no|no thank you|okay|all right|of course|sure|exactly|maybe
how are you|i am fine|i'm fine|fine thanks|and you|nice to meet you|see you later|see you soon|see you tomorrow
have a nice day|good luck|wait a moment|one moment please|just a moment|can you hear me|i can hear you|i cannot hear you
i understand|i do not understand|i don't understand|i do not know|i don't know|that is right|that's right|that is wrong
let's start|let's begin|let's go on|next slide please|any questions|good question|well done|congratulations""".replace("\n", "|").split("|")
PHRASES = sorted({asr_form(line.split(" | ")[0]) for line in families.TRAIN if "{" not in line} | set(GREETINGS))
PHRASES = [p for p in PHRASES if not held_out(p)]


def text(rng, sentences):
    """A phrase alone, two, or one before a sentence of these."""
    while True:
        kind = rng.random()
        first = rng.choice(PHRASES) if kind < 0.4 else rng.choice(GREETINGS)
        more = "" if kind < 0.5 else rng.choice(PHRASES) if kind < 0.7 else rng.choice(sentences)
        said = (first + " " + more).strip()
        if not held_out(said) and len(said.split()) < 14:
            return said
