"""An abstract sentence, drawn by seed -> the same sentence in English, Spanish, German and French.

In data order: `lexicon/*.txt` tables, a column a language -> `lexicon.py`; `numbers.py`. What is drawn: `spec.py` says what it
is, `draw.py` noun phrases, `adverbs.py` places and times, `clauses.py copulas.py questions.py` clauses, `joined.py
infinitives.py passives.py constructions.py counting.py` sentences. How it is said: `en.py es.py de.py fr.py`, over the forms of
words in `spanish.py german.py french.py`. `join.py` finds where all four may be cut; `families.py` weighs the makers.
Phrase lines, `phrases/*.txt` -> `lines.py slots.py templates.py`. Tools: `show check tests sentences`; `everyday.py` for the recogniser."""
