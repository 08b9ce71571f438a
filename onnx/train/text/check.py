"""Every phrase line in every language -> what is wrong with it: `python3 -m text.check [FOLDER]`.

Reports lines that don't have four columns, slots that differ between languages, unknown groups, bad agreement, lines that
say the same as another, and what looks wrong once expanded (elisions left over, doubled words)."""

import random
import re
import sys
from collections import Counter

from . import numbers, slots, templates
from .lines import problems
from .spec import LANGS

LEFT_OVER = {
    "en": [r"\b(\w+) \1\b(?<!that that)(?<!had had)", r"\ba [aeio]\w", r"\{|\}"],
    "es": [r"\b(\w+) \1\b", r"\b(a|de) el\b", r"\{|\}", r"\by i\w", r"\by hi(?!e)\w"],
    "de": [r"\b(in|zu|von|bei|an) dem (?!\w+, )(?!\w+ \w+, )", r"\bzu der\b(?! Zeit)", r"\{|\}"],
    "fr": [r"(?<!-)\b(je|ne|le|la|de|que|me|te|se) (?:[aeouéèêâ]\w)", r"\b(de le|de les|à le|à les) (?!\w+(?:er|ir|re|oir)\b)", r"\{|\}", r"\bsi ils?\b"],
}
NUMBERS = {numbers.words(n)[lang] for n in range(60) for lang in LANGS}
DOUBLED_OK = {"de": {"die", "das", "der", "sie", "Sie"}, "fr": {"nous", "vous"}, "en": {"that", "had", "no", "yes", "very"}, "es": {"no", "sí"}}


def looks_wrong(texts, doubles=True):
    """doubles: whether the same word twice is worth a message (spelled codes may have two)."""
    out = []
    for lang, patterns in LEFT_OVER.items():
        t = texts[lang].replace("¦", "")
        for p in patterns:
            m = re.search(p, t, re.I if lang != "de" else 0)
            if m and (not doubles and lang == "en" or m.groups() and m.group(1) and m.group(1).lower() in NUMBERS):
                continue
            if m and not (m.groups() and not doubles) and not (m.groups() and m.group(1) and m.group(1).lower() in {w.lower() for w in DOUBLED_OK.get(lang, ())} and m.group(0).lower().split()[0] == m.group(0).lower().split()[-1]) \
                    and not (lang == "fr" and re.search(r"\b(le|la|de|que) (on|ou|un)", m.group(0)) and re.search(r"\b(le|la|de|que) (onz|oui|un\b)", t)):
                out.append("%s: `%s` in %s" % (lang, m.group(0), t))
    return out


def main():
    lines = templates.load(sys.argv[1]) if len(sys.argv) > 1 else templates.ALL
    rng, bad, seen, groups = random.Random(1), 0, {}, Counter()
    for line in lines:
        found = problems(line)
        if not found:
            for _ in range(6):
                try:
                    found += looks_wrong(templates.expand(rng, line), not {"code", "phone"} & {slots.kind_of(s[0]) for s in line.slots["en"]})
                except Exception as e:
                    found.append("cannot expand: %r" % e)
            groups.update(slots.kind_of(s[0]) for s in line.slots["en"] if s[3] is None)
        key = tuple(line.sides.values()) + (line.informal,)
        if key in seen:
            found.append("the same line as " + seen[key])
        seen[key] = line.where
        for message in list(dict.fromkeys(found))[:4]:
            print("%s: %s" % (line.where, message))
        bad += bool(found)
    held, informal = sum(x.held for x in lines), sum(x.informal for x in lines)
    print("%d lines, %d with findings; %d held out, %d informal; slots: %s" % (len(lines), bad, held, informal, " ".join("%s %d" % g for g in groups.most_common())))


if __name__ == "__main__":
    main()
