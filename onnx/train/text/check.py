"""Every phrase line in every language -> what is wrong with it: `python3 -m text.check [FOLDER]`.

Reports lines that don't have four columns, slots that differ between languages, unknown groups, bad agreement, lines that
say the same as another, and what looks wrong once expanded (elisions left over, doubled words)."""

import random
import re
import sys
from collections import Counter

from . import numbers, slots, templates
from .lexicon import GROUPS
from .spec import LANGS

LEFT_OVER = {
    "en": [r"\b(\w+) \1\b(?<!that that)(?<!had had)", r"\ba [aeio]\w", r"\{|\}"],
    "es": [r"\b(\w+) \1\b", r"\b(a|de) el\b", r"\{|\}", r"\by i\w", r"\by hi(?!e)\w"],
    "de": [r"\b(in|zu|von|bei|an) dem (?!\w+, )(?!\w+ \w+, )", r"\bzu der\b(?! Zeit)", r"\{|\}"],
    "fr": [r"(?<!-)\b(je|ne|le|la|de|que|me|te|se) (?:[aeouéèêâ]\w)", r"\b(de le|de les|à le|à les) (?!\w+(?:er|ir|re|oir)\b)", r"\{|\}", r"\bsi ils?\b"],
}
NUMBERS = {numbers.words(n)[lang] for n in range(60) for lang in LANGS}
DOUBLED_OK = {"de": {"die", "das", "der", "sie", "Sie"}, "fr": {"nous", "vous"}, "en": {"that", "had", "no", "yes", "very"}, "es": {"no", "sí"}}


def problems(line):
    """-> messages about the template itself."""
    if line.count != len(LANGS):
        return ["%d columns" % line.count]
    out = []
    for lang in LANGS:
        rest = templates.SLOT.sub("", line.sides[lang])
        if "{" in rest or "}" in rest:
            out.append("%s: a slot is misspelt: %s" % (lang, re.sub(r".*?(\{[^}]*\}?).*", r"\1", rest)))
        if not line.sides[lang]:
            out.append("%s: empty" % lang)
        for ident, head, case, option in line.slots[lang]:
            kind = slots.kind_of(ident)
            if kind in GROUPS:
                if head not in templates.ARTICLES:
                    out.append("%s: {%s.%s} needs one of %s" % (lang, head, ident, " ".join(templates.ARTICLES)))
            elif kind not in templates.VALUES:
                out.append("%s: unknown group %s" % (lang, kind))
            elif head and not (kind in ("city", "country") and head in slots.WAYS or kind in ("num", "bignum", "ord") and head == "f" or kind == "name" and head in ("m", "f")):
                out.append("%s: {%s.%s}?" % (lang, head, kind))
            if option is not None and "/" not in option and "|" not in option:
                out.append("%s: {%s:%s} has one form" % (lang, ident, option))
            if option is not None and "|" in option and len(option.split("|")) != (3 if lang == "de" else 2):
                out.append("%s: {%s:%s}: %s genders" % (lang, ident, option, 3 if lang == "de" else 2))
    sets = {lang: Counter({s[0] for s in line.slots[lang] if s[3] is None}) for lang in LANGS}
    if len({frozenset(c) for c in sets.values()}) > 1:
        out.append("slots differ: " + "; ".join("%s %s" % (lang, " ".join(sorted(c)) or "-") for lang, c in sets.items()))
    for lang in LANGS:
        heads = {}
        for ident, head, case, option in line.slots[lang]:
            if option is None and slots.kind_of(ident) in GROUPS and heads.setdefault(ident, head) != head:
                out.append("%s: %s with two articles: is it the same thing twice?" % (lang, ident))
            if option is not None and ident not in {s[0] for s in line.slots["en"] if s[3] is None}:
                out.append("%s: {%s:%s} agrees with nothing" % (lang, ident, option))
    q = [line.sides[lang].rstrip().endswith("?") for lang in LANGS]
    if len(set(q)) > 1:
        out.append("some ask, some don't: " + " ".join(lang for lang, x in zip(LANGS, q) if x))
    es = line.sides["es"]
    if es.count("¿") != es.count("?") or es.count("¡") != es.count("!"):
        out.append("es: ¿? or ¡! are not a pair")
    if re.search(r" [?!;]", line.sides["fr"]):
        out.append("fr: a space before ? or !")
    return out


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
