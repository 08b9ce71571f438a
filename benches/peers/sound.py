"""Turns the bundled samples into one monologue, and its text into what a recogniser would say of any window of it.

Random weights say nothing, so what is written is told to every engine: all words of the window so far, segment by segment
with their times, of which the last `MISHEARD` are other words in each pass, as what is only half heard is.
"""

import array
import json
import wave

PAUSE = 0.15  # seconds between samples: a speaker who hardly pauses
MINUTE = 60.0  # the samples up to here are enough
QUIET = 300  # of 32768: less is no speech
MISHEARD = 2  # words at the end of a window that the next pass understands otherwise; a second of speech has 2 to 3


def texts(samples):
    """The sentences of each sample, by file."""
    lines = [line.split("\t") for line in (samples / "manifest-en.tsv").read_text().splitlines()[1:]]
    said = {samples / file: [text] for file, _, _, text, *_ in lines}
    said |= {file.with_suffix(".wav"): file.read_text().splitlines() for file in samples.glob("*.txt")}
    return {file: said[file] for file in sorted(said)}


def monologue(samples, out, most=float("inf")):
    """Writes the speech of samples (16 bit, one channel) in one, up to `most` seconds; -> its sentences (text, start, end)."""
    sentences = []
    with wave.open(str(out), "wb") as whole:
        for file, said in texts(samples).items():
            with wave.open(str(file)) as part:
                rate, sound = part.getframerate(), array.array("h", part.readframes(part.getnframes()))
            if not sentences:
                whole.setnchannels(1), whole.setsampwidth(2), whole.setframerate(rate)
            loud = [i for i, sample in enumerate(sound) if abs(sample) > QUIET]
            at, length = whole.tell() / rate, (loud[-1] - loud[0]) / rate
            if at + length > most:
                break
            sentences += share(said, at, at + length)
            whole.writeframes(sound[loud[0]:loud[-1]].tobytes() + bytes(2 * int(PAUSE * rate)))
    return sentences


def load(file):
    """Samples of a file, between -1 and 1."""
    import numpy as np

    with wave.open(str(file)) as part:
        return np.frombuffer(part.readframes(part.getnframes()), "<i2").astype(np.float32) / 32768


def share(texts, start, end):
    """Texts with their share of a time, by their letters."""
    each = (end - start) / sum(len(text) + 1 for text in texts)
    for text in texts:
        yield text, start, (start := start + each * (len(text) + 1))


def script(sentences, vocabulary):
    """Sentences as lists of words (start, end, tokens, what it is misheard as), in a vocabulary of Whisper's kind."""
    letters = [piece for piece in sorted(vocabulary, key=vocabulary.get) if piece.strip("\u0120").isascii()]
    # A word begins with a space; no piece holds two words.
    begins = [vocabulary[p] for p in letters if p[0] == "\u0120" and p[1:].isalpha()]
    goes_on = [vocabulary[p] for p in letters if p.isalpha() and len(p) > 1]
    numbers = {text: i for i, text in enumerate(sorted({word for text, _, _ in sentences for word in text.split()}))}

    def word(text, start, end):
        number = numbers[text]
        # As real Whisper's vocabulary has it in English: a token for a short word, two for a long one.
        rest = [goes_on[number]] if len(text) > 6 else []
        wrong = [begins[(number + i) % len(begins)] for i in (1, 2, 3)]
        return {"text": text, "start": start, "end": end, "tokens": [begins[number % len(begins)], *rest], "wrong": wrong}

    return [[word(*w) for w in share(text.split(), start, end)] for text, start, end in sentences]


def prepare(samples, tokenizer, folder):
    """Writes `speech.wav` and `script.json` into a folder; -> seconds of sound."""
    speech = folder / "speech.wav"
    sentences = monologue(samples, speech, MINUTE)
    vocabulary = json.loads(tokenizer.read_text())["model"]["vocab"]
    (folder / "script.json").write_text(json.dumps({"misheard": MISHEARD, "sentences": script(sentences, vocabulary)}))
    return sentences[-1][2]


def said(script, start, now, is_last=False):
    """What is said of the window from `start` to `now`: per sentence the words (start, end, tokens)."""
    heard = [[w for w in s if (w["start"] + w["end"]) / 2 >= start and w["start"] < now] for s in script["sentences"]]
    sure = sum(map(len, heard)) - (0 if is_last else script["misheard"])
    number = iter(range(10_000))

    def tokens(word):
        first = word["tokens"][0] if next(number) < sure else word["wrong"][int(now - start) % 3]
        return [first, *word["tokens"][1:]]

    return [[(w["start"], min(w["end"], now), tokens(w)) for w in s] for s in heard if s]
