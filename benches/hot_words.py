#!/usr/bin/env python3
"""Turns sentences with names that the starter recogniser doesn't know into figures: how many it finds without and with hot
words of each boost, and what they cost elsewhere (the bundled manifest's word error rate).

    cargo build --release && benches/hot_words.py [BOOST...]      (eSpeak NG speaks; nothing else is needed)
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release/sottovoce"
VOICES = ["en-us", "en-gb+f3"]
SENTENCES = """hello mister {Quillfeather} how are you
we want to invite {Krasinski} at home
doctor {Okonkwo} recommended this hotel
the train to {Llandudno} leaves at nine
where is the station of {Nuremberg}
please look at the {Kubernetes} report
the meeting with {Anthropic} starts on monday
i need a ticket to {Reykjavik}
we use {Sottovoce} at the meeting
she likes {Gruyere} very much
my doctor gave me {ibuprofen}
he lost his suitcase at {Heathrow}
the ferry to {Santorini} is late
we are going to {Yosemite} tomorrow
mister {Tanaka} approves the project
the patient needs a {stent}
i would like some {tiramisu} please
our server runs {Debian}
the hotel {Montpellier} is near the bar
can i pay with {Bitcoin}"""
# As many again that nobody says.
UNSAID = """Vancouver Szczecin Aberystwyth colonoscopy PostgreSQL Zanzibar Bartholomew Chihuahua Wittgenstein paracetamol Krakow
Ljubljana Fitzgerald Mozzarella Ouagadougou Hohenzollern Terraform Guadalajara Pembrokeshire Quetzalcoatl""".split()


def run(*args, **env):
    done = subprocess.run([PROGRAM, *map(str, args)], cwd=ROOT, env={**os.environ, **env}, capture_output=True, text=True)
    done.check_returncode()
    return done.stdout


def main():
    sentences = SENTENCES.splitlines()
    names = [re.search("{(.*)}", line)[1] for line in sentences]
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        glossary = folder / "words.toml"
        glossary.write_text(f"[hot_words]\nen = {json.dumps(names + UNSAID)}\n")
        files = {}
        for voice in VOICES:
            for i, line in enumerate(sentences):
                file = folder / f"{voice[:5]}-{i}.wav"
                text = re.sub("[{}]", "", line)
                subprocess.run(["espeak-ng", "-v", voice, "-s", "150", "-w", file, text], check=True)
                files[file] = names[i].lower()
        print(f"{len(names) + len(UNSAID)} hot words; names found of {len(files)}; WER of the manifest")
        for boost in [None, *(sys.argv[1:] or ["0.5", "1", "2", "4"])]:
            given = [] if boost is None else ["--glossary", glossary]
            env = {} if boost is None else {"SOTTOVOCE__GLOSSARY__BOOST": boost}
            run("translate", *given, "--to", "en", "--format", "txt", "-o", folder / f"out{boost}", *files, **env)
            said = {f: (folder / f"out{boost}" / f"{f.stem}.en.txt").read_text().lower() for f in files}
            found = sum(name in said[file] for file, name in files.items())
            if boost is not None:
                env["SOTTOVOCE__GLOSSARY__FILE"] = str(glossary)
            scores = json.loads(run("eval", "onnx/starter/samples/manifest-en.tsv", "--json", **env))
            print(f"boost {boost or 'none'}: {found} found, WER {scores['languages'][0]['wer']:.1f} %")


main()
