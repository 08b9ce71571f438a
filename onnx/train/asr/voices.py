"""Speech synthesisers of the distribution -> a voice by name, and which voices are trained on or held out.

Held out and never trained on: eight stock eSpeak variants, every fifth random variant, and flite's recorded speaker
`slt`, the only recorded woman. The four recorded men (flite's rms, awb and kal16, Festival's ked) are trained on; they speak
English. For Spanish, German and French the distribution has eSpeak only (MBROLA's voices are not free, Festival's are
Catalan, Italian, Czech, Finnish)."""

import os
import random
import shutil
import subprocess

import paths

STOCK = "/usr/lib/x86_64-linux-gnu/espeak-ng-data"
ACCENTS = {"en": ["en-us", "en-gb", "en-gb-x-rp", "en-gb-scotland", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-029", "en-us"],
           "es": ["es", "es", "es-419"], "de": ["de"], "fr": ["fr-fr", "fr-fr", "fr-be", "fr-ch"]}
# Unintelligible or joke voices.
EXTREME = {"croak", "whisper", "whisperf", "robosoft", "robosoft2", "robosoft3", "robosoft4", "robosoft5", "robosoft6",
           "robosoft7", "robosoft8", "Demonic", "fast_test", "anikaRobot", "AnxiousAndy", "UniRobot", "max", "boris",
           "Storm", "Zac", "Mr serious", "Half-LifeAnnouncementSystem", "RicishayMax", "RicishayMax2", "RicishayMax3", "iven4"}
HELD_STOCK = {"m3", "f2", "Andy", "Annie", "steph", "Michael", "linda", "edward2"}
TRAIN_RECORDED = ["flite:rms", "flite:awb", "flite:kal16", "festival:ked_diphone"]
HELD_RECORDED = "flite:slt"
RANDOM_VARIANTS = 300
# eSpeak reads no more than 350 voices of a folder.
IN_FOLDER = 100


def random_variant(rng):
    low = rng.choice([rng.randint(60, 110), rng.randint(140, 210)])
    lines = ["language variant", "name rv", "pitch %d %d" % (low, int(low * rng.uniform(1.15, 1.6)))]
    scale = rng.uniform(88, 118)
    for formant in range(0, 9):
        freq = int(scale * rng.uniform(0.95, 1.05))
        lines.append("formant %d %d %d %d" % (formant, freq, rng.randint(80, 125), rng.randint(80, 130)))
    if rng.random() < 0.3:
        lines.append("breath " + " ".join(str(rng.randint(0, 30)) for _ in range(8)))
    lines.append("roughness %d" % rng.randint(0, 4))
    lines.append("flutter %d" % rng.randint(0, 6))
    lines.append("consonants %d %d" % (rng.randint(80, 120), rng.randint(80, 120)))
    return "\n".join(lines) + "\n"


def prepare(seed=7):
    """Copies eSpeak's data and adds random variants to it."""
    rng = random.Random(seed)
    for i in range(RANDOM_VARIANTS):
        target = os.path.join(data_of("rv%d" % i), "espeak-ng-data")
        if not os.path.isdir(target):
            shutil.copytree(STOCK, target)
        with open(os.path.join(target, "voices", "!v", "rv%d" % i), "w") as f:
            f.write(random_variant(rng))


def data_of(variant):
    """The folder for ESPEAK_DATA_PATH that has a variant; stock variants are in each."""
    number = int(variant[2:]) // IN_FOLDER if variant.startswith("rv") else 0
    return os.path.join(paths.ASR, "espeak%d" % number)


def espeak_voices(held):
    """All eSpeak voices of the training set, or the held-out ones."""
    stock = sorted(set(os.listdir(os.path.join(STOCK, "voices", "!v"))) - EXTREME)
    chosen = [v for v in stock if (v in HELD_STOCK) == held]
    made = ["rv%d" % i for i in range(RANDOM_VARIANTS) if (i % 5 == 0) == held]
    return chosen + made


def say(voice, text, rng, lang="en"):
    """A voice (`flite:slt`, `festival:ked_diphone` or `espeak:variant`) says a text. -> WAV bytes."""
    engine, name = voice.split(":")
    if engine == "festival":
        args = ["text2wave", "-o", "/dev/stdout", "-eval", "(voice_%s)" % name,
                "-eval", "(Parameter.set 'Duration_Stretch %.2f)" % rng.uniform(0.85, 1.25)]
        return subprocess.run(args, input=text.encode(), capture_output=True, check=True).stdout
    if engine == "flite":
        stretch = "duration_stretch=%.2f" % rng.uniform(0.85, 1.25)
        args = ["flite", "-voice", name, "--setf", stretch, "-t", text, "-o", "/dev/stdout"]
        return subprocess.run(args, capture_output=True, check=True).stdout
    accent = rng.choice(ACCENTS[lang])
    args = ["espeak-ng", "-v", accent + "+" + name, "-s", str(rng.randint(125, 205)), "-p", str(rng.randint(25, 75)),
            "--stdout", "--stdin"]
    env = dict(os.environ, ESPEAK_DATA_PATH=data_of(name))
    return subprocess.run(args, input=text.encode(), capture_output=True, check=True, env=env).stdout
