"""What people say every day, word for word -> texts for the recogniser, far more often than the grammar's one time in
thousands: greetings, thanks, the phrases without a slot, alone or before something else."""

from . import templates
from .sentences import asr_form, held_out
from .spec import LANGS

GREETINGS = {"en": """hello|hi|hi there|hello everyone|hi everyone|good morning|good morning everyone|good morning everybody
good afternoon|good afternoon everyone|good evening|good evening everyone|good night|goodbye|bye|welcome|welcome everyone
thank you|thanks|thanks a lot|thank you very much|thank you so much|many thanks|you are welcome|you're welcome|please
excuse me|sorry|i am sorry|i'm sorry|pardon|yes|yes please|no|no thank you|okay|all right|of course|sure|exactly|maybe
how are you|i am fine|i'm fine|fine thanks|and you|nice to meet you|see you later|see you soon|see you tomorrow
have a nice day|good luck|wait a moment|one moment please|just a moment|can you hear me|i can hear you|i cannot hear you
i understand|i do not understand|i don't understand|i do not know|i don't know|that is right|that's right|that is wrong
let's start|let's begin|let's go on|next slide please|any questions|good question|well done|congratulations""",
             "es": """hola|hola a todos|buenos días|buenos días a todos|buenas tardes|buenas noches|adiós|hasta luego|hasta pronto|hasta mañana
bienvenidos|gracias|muchas gracias|mil gracias|de nada|por favor|perdón|perdone|disculpe|lo siento|sí|sí por favor|no|no gracias|vale|de acuerdo
claro|por supuesto|exacto|quizás|tal vez|qué tal|cómo está|cómo estás|estoy bien|muy bien gracias|y usted|encantado|encantada|mucho gusto|nos vemos
que tenga un buen día|buena suerte|un momento|un momento por favor|espere un momento|me oye|me oyen|le oigo|no le oigo|entiendo|no entiendo
no lo sé|no sé|es verdad|eso es|eso no es así|empecemos|vamos a empezar|sigamos|siguiente diapositiva por favor|alguna pregunta|buena pregunta|bien hecho|enhorabuena""",
             "de": """hallo|hallo zusammen|guten morgen|guten morgen zusammen|guten tag|guten abend|gute nacht|auf wiedersehen|tschüss|bis später|bis bald|bis morgen
willkommen|herzlich willkommen|danke|danke schön|vielen dank|herzlichen dank|bitte|bitte schön|gern geschehen|entschuldigung|entschuldigen sie|verzeihung|es tut mir leid|tut mir leid
ja|ja bitte|ja gern|nein|nein danke|okay|in ordnung|natürlich|klar|genau|vielleicht|wie geht es ihnen|wie geht's|mir geht es gut|gut danke|und ihnen|und dir|freut mich|sehr erfreut
schönen tag noch|viel glück|einen moment|einen moment bitte|können sie mich hören|ich höre sie|ich kann sie nicht hören|ich verstehe|ich verstehe nicht|das weiß ich nicht|ich weiß nicht
das stimmt|das ist richtig|das stimmt nicht|fangen wir an|machen wir weiter|nächste folie bitte|gibt es fragen|gute frage|gut gemacht|herzlichen glückwunsch""",
             "fr": """bonjour|bonjour à tous|bonsoir|bonne nuit|salut|au revoir|à plus tard|à bientôt|à demain|bienvenue|bienvenue à tous|merci|merci beaucoup|merci bien|de rien
je vous en prie|s'il vous plaît|s'il te plaît|excusez-moi|pardon|désolé|désolée|je suis désolé|oui|oui s'il vous plaît|non|non merci|d'accord|bien sûr|exactement|peut-être|ça va
comment allez-vous|je vais bien|très bien merci|et vous|et toi|enchanté|enchantée|ravi de vous rencontrer|bonne journée|bonne chance|un instant|un instant s'il vous plaît|attendez un instant
vous m'entendez|je vous entends|je ne vous entends pas|je comprends|je ne comprends pas|je ne sais pas|c'est vrai|c'est ça|ce n'est pas vrai|commençons|on y va|continuons
diapositive suivante s'il vous plaît|des questions|bonne question|bravo|félicitations"""}
GREETINGS = {lang: [asr_form(p) for p in t.replace("\n", "|").split("|")] for lang, t in GREETINGS.items()}


def phrases(lang):
    out = {asr_form(line.sides[lang]) for line in templates.TRAIN if not line.slots["en"]} | set(GREETINGS[lang])
    held = {asr_form(line.sides[lang]) for line in templates.GOOD if not line.slots["en"] and (line.held or held_out(line.sides["en"]))}
    return sorted(out - held)


PHRASES = {lang: phrases(lang) for lang in LANGS}


def text(rng, sentences, lang="en"):
    """A phrase alone, two, or one before a sentence of these."""
    while True:
        kind = rng.random()
        first = rng.choice(PHRASES[lang]) if kind < 0.4 else rng.choice(GREETINGS[lang])
        more = "" if kind < 0.5 else rng.choice(PHRASES[lang]) if kind < 0.7 else rng.choice(sentences)
        said = (first + " " + more).strip()
        if not held_out(said) and len(said.split()) < 14:
            return said
