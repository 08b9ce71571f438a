"""Measures sottovoce beside its peers: the same work, real sizes, random weights, one thread, in one run.

    python benches/peers/run.py CACHE [--only NAME,...] [--jobs JOB,...] [--rounds N] [--cpu N] [--whisper-cpp DIR] [--json FILE]

Makes what is missing in CACHE (models.py), imports it with `sottovoce models import`, builds our side (ours.rs), and
starts every engine of a job as a process of its own, on one processor. Round by round each does the work once; the first
round doesn't count, unless it is a minute of sound; the table has medians. README.md says what is compared with what.
"""

import argparse
import difflib
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

import sound

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
# Speech of 5 s and of a whole window; a sentence of 24 tokens; 20 pieces into 24; 60 phonemes (peers.md).
SECONDS, TOKENS, SOURCE, TARGET, BATCHES = (5, 30), 24, 20, 24, (1, 8)
STREAMS = (1, 20)  # of a streaming model at once
TEXT = "the quick brown fox jumps over the lazy dog and runs far away"[:60]
PRECISIONS = {"int8": "", "keep": "-fp32"}  # and what models of it are called
# What can be measured, by the beginning of a model's name.
JOBS = {"whisper": ["whole", "encoder", "streamed"], "piper": ["voice"], "m2m100": ["whole", "updates"], "nllb": ["whole", "updates"],
        "zipformer": ["chunks"], "starter": ["threads"]}
SAMPLES = ROOT / "onnx/starter/samples"
LANGUAGES = {"m2m100": ("__en__", "__es__"), "nllb": ("eng_Latn", "spa_Latn")}


class Engine:
    """A process that answers each line with a line of JSON."""

    def __init__(self, label, command, cpu, environment=None):
        self.label, self.rounds = label, []
        command = ["taskset", "-c", str(cpu), *map(str, command)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env={**os.environ, "OMP_NUM_THREADS": "1", **(environment or {})})
        self.loaded = self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{self.label} ended: {self.process.wait()}")
        return json.loads(line)

    def round(self, counts):
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        answer = self.answer()
        if counts:
            self.rounds.append(answer)

    def close(self):
        self.process.stdin.close()
        self.process.wait()

    def result(self):
        texts = [r["ms"].pop("text", None) for r in self.rounds][-1]
        median = {key: statistics.median(r["ms"][key] for r in self.rounds) for key in self.rounds[0]["ms"]}
        return {"engine": self.label, "texts": texts, "load_s": self.loaded["load_s"], "rss_mb": self.rounds[-1]["rss_mb"],
                "peak_mb": self.rounds[-1]["peak_mb"], "ms": median, "rounds": [r["ms"] for r in self.rounds]}


class Bench:
    """Where everything is, and which jobs there are."""

    def __init__(self, args):
        self.args, self.cache = args, args.cache.resolve()
        self.data = {"XDG_DATA_HOME": str(self.cache / "data")}
        self.target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / args.profile

    def prepare(self, names):
        """Models, our programs, and our form of the models."""
        made = [name for name in names if name != "starter"]
        if made:
            subprocess.run([sys.executable, HERE / "models.py", self.cache, *made], check=True)
        cargo = ["cargo", "build", *(["--release"] if self.args.profile == "release" else []), "--bin", "sottovoce", "--example", "ours"]
        subprocess.run(cargo, cwd=ROOT, check=True)
        for name in names:
            source = self.cache / name / "onnx"
            for precision, ending in PRECISIONS.items() if source.exists() else ():
                # The numbers as they are only for the encoder's job.
                if self.imported(name + ending).exists() or ending and "encoder" not in self.wanted(name):
                    continue
                command = [self.target / "sottovoce", "models", "import", source, "--as", f"peers/{name}{ending}", "--precision", precision]
                subprocess.run(command, cwd=ROOT, check=True, env={**os.environ, **self.data})

    def imported(self, name):
        return self.cache / "data/sottovoce/models/peers" / name

    def ours(self, kind, folder, *args, label="sottovoce", cpu=None):
        return Engine(label, [self.target / "examples/ours", kind, folder, *args], self.args.cpu if cpu is None else cpu)

    def peer(self, label, kind, *args):
        return Engine(label, [sys.executable, HERE / "engine.py", kind, *args], self.args.cpu)

    def whisper(self, name, seconds):
        folder = self.cache / name
        yield self.ours("whisper", self.imported(name), seconds, TOKENS)
        if seconds < 30:
            yield self.peer("CTranslate2 int8, window cut", "ct2-whisper", folder / "ct2", seconds, TOKENS, seconds * 100)
        yield self.peer("CTranslate2 int8, 30 s (faster-whisper)", "ct2-whisper", folder / "ct2", seconds, TOKENS, 3000)
        if built := self.whisper_cpp():
            yield self.peer("whisper.cpp q8_0", "whisper-cpp", built / "whisper-cli", folder / "ggml-q8_0.bin", seconds, TOKENS, min(seconds * 50, 1500))

    def encoder(self, name, ending):
        """A window of 5 s, as long as an utterance, beside one of 30 s, by CPU time."""
        for seconds in SECONDS:
            yield self.ours("encode", self.imported(name + ending), seconds, label=f"sottovoce, {seconds} s")
        kind = "float32" if ending else "int8"
        for seconds in SECONDS:
            label = f"CTranslate2, {seconds} s" + (" (faster-whisper)" if seconds == 30 else "")
            yield self.peer(label, "ct2-encode", self.cache / name / "ct2", seconds * 100, kind)

    def streamed(self, name):
        """A monologue as it comes, a second at a time: CPU time for a minute of it."""
        folder = self.cache / name
        sound.prepare(SAMPLES, folder / "hf/tokenizer.json", folder)
        yield self.ours("stream", self.imported(name), folder)
        for beams in (1, 5):
            label = f"whisper_streaming over faster-whisper int8, beam {beams}"
            yield self.peer(label, "ct2-stream", folder / "ct2", folder, beams)
        # Positions of its encoder: all, which is its default, and what its authors advise where speed matters.
        for positions in (0, 512):
            label = f"whisper.cpp stream q8_0, -ac {positions}"
            yield self.peer(label, "whisper-cpp-stream", folder / "ggml-q8_0.bin", folder, positions)

    def chunks(self, name, kind, streams):
        """A streaming CTC model over so many streams at once: CPU time for a minute of one."""
        folder = self.cache / name
        yield self.ours("chunks", folder / kind, folder / "speech.wav", streams, 1)
        yield self.peer("sherpa-onnx", "sherpa-stream", folder / kind, folder / "speech.wav", streams)

    def threads(self, streams):
        """The starter recogniser with one thread and with two, on two processors."""
        speech = self.cache / "starter.wav"
        sound.monologue(SAMPLES, speech, sound.MINUTE)
        for threads in (1, 2):
            yield self.ours("chunks", ROOT / "onnx/starter/asr/en", speech, streams, threads, label=f"sottovoce, {threads} threads", cpu="0-1")

    def whisper_cpp(self):
        """The folder of its programs; built once, for this processor."""
        if not self.args.whisper_cpp:
            return None
        build = self.cache / "whisper.cpp"
        if not (build / "bin/whisper-cli").exists():
            options = ["-DCMAKE_BUILD_TYPE=Release", "-DGGML_NATIVE=ON", "-DBUILD_SHARED_LIBS=OFF", "-DWHISPER_BUILD_TESTS=OFF"]
            subprocess.run(["cmake", "-S", self.args.whisper_cpp, "-B", build, *options], check=True)
            subprocess.run(["cmake", "--build", build, "--target", "whisper-cli", "-j2"], check=True)
        return build / "bin"

    def translation(self, name, batch):
        languages = LANGUAGES[name.split("-")[0]]
        yield self.ours("mt", self.imported(name), SOURCE, TARGET, batch, "en", "es")
        yield self.peer("CTranslate2 int8", "ct2-mt", self.cache / name / "ct2", SOURCE, TARGET, batch, *languages)

    def updates(self, name):
        """Captions as they grow, each translated when it changed: with the last translation as a draft, and from scratch."""
        languages = LANGUAGES[name.split("-")[0]]
        captions = self.captions()
        labels = {"shortlist": "sottovoce, drafts and shortlist", "drafts": "sottovoce, drafts", "scratch": "sottovoce, each from scratch"}
        ours = [self.ours("updates", self.imported(name), ROOT / "tests/fixtures/trained-en-es", captions, how, label=label)
                for how, label in labels.items()]
        about = ours[0].loaded["about"]
        print(f"\n{about['updates']} updates: {about['passes']} decoder passes with drafts, {about['steps']} from scratch "
              f"({about['steps'] / about['passes']:.1f} times as many)")
        yield from ours
        yield self.peer("CTranslate2 int8, each from scratch", "ct2-updates", self.cache / name / "ct2", json.dumps(about["shapes"]), *languages)

    def captions(self):
        """What the starter recogniser says, update by update, of a speaker who hardly pauses: the bundled samples in a row."""
        speech, captions = self.cache / "speech.wav", self.cache / "captions.jsonl"
        sound.monologue(SAMPLES, speech)
        command = [self.target / "sottovoce", "translate", "--to", "en", "--format", "jsonl", speech]
        captions.write_text(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)
        return captions

    def voice(self, name):
        folder = self.cache / name
        yield self.ours("tts", folder, TEXT)
        yield self.peer("piper-tts", "piper", folder, TEXT)

    def wanted(self, name):
        """The jobs of a model that are asked for."""
        return [job for job in JOBS[name.split("-")[0]] if not self.args.jobs or job in self.args.jobs.split(",")]

    def jobs(self, names):
        for name in names:
            for job in self.wanted(name):
                yield from self.job(name, job)

    def job(self, name, job):
        """Titles, and what starts the engines."""
        if job == "whole" and name.startswith("whisper"):
            yield from ((f"{name}, {s} s, {TOKENS} tokens", lambda s=s: self.whisper(name, s)) for s in SECONDS)
        elif job == "whole":
            yield from ((f"{name}, {SOURCE} → {TARGET} pieces, batch {b}", lambda b=b: self.translation(name, b)) for b in BATCHES)
        elif job == "encoder":
            for kind, ending in (("int8", ""), ("fp32", "-fp32")):
                yield f"{name}, encoder, {kind}, CPU time of a window", lambda ending=ending: self.encoder(name, ending)
        elif job == "streamed":
            yield f"{name}, streamed, CPU time for a minute of sound", lambda: self.streamed(name)
        elif job == "chunks":
            yield from ((f"{name}, {kind}, {n} at once, CPU time for a minute of one", lambda kind=kind, n=n: self.chunks(name, kind, n))
                        for kind in ("fp32", "int8") for n in STREAMS)
        elif job == "threads":
            yield from ((f"starter/asr/en, {n} at once, CPU time for a minute of one", lambda n=n: self.threads(n)) for n in STREAMS)
        elif job == "updates":
            yield f"{name}, captions that grow", lambda: self.updates(name)
        else:
            yield f"{name}, {len(TEXT)} phonemes", lambda: self.voice(name)

    def measure(self, engines, warms_up):
        """All engines of a job, interleaved."""
        engines = list(engines)
        # A minute of sound is so much work that the first second's laziness is lost in it.
        for i in range(0 if warms_up else 1, self.args.rounds + 1):
            for engine in engines:
                engine.round(counts=i > 0)
        for engine in engines:
            engine.close()
        results = [engine.result() for engine in engines]
        # The same work, or no comparison.
        for what in ("tokens", "samples", "pieces"):
            if len(done := {r["ms"].get(what) for r in results}) > 1:
                print(f"\nNot the same work: {what} {sorted(done)}")
        for r in results[1:]:
            if r["texts"]:
                print(f"\nTexts: {sum(map(str.__eq__, results[0]['texts'], r['texts']))} of {len(r['texts'])} as {r['engine']}'s; "
                      f"{len(r['texts'][0])} letters, alike {alike(results[0]['texts'][0], r['texts'][0]):.3f}")
        return results


def alike(one, other):
    """The share of letters that are the same, in order."""
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()


PARTS = ("mel", "encode", "decode", "translate", "update", "speak", "stream")
COUNTS = ("windows", "passes", "words", "lag_s", "wall_ms")


def total(result):
    return sum(result["ms"].get(part, 0) for part in PARTS)


def table(job, results):
    ours = total(results[0])
    print(f"\n### {job}\n\n| engine | total, ms | × ours | parts, ms | load, s | memory, MB (peak) |\n|---|---|---|---|---|---|")
    for r in results:
        parts = [f"{part} {r['ms'][part]:.1f}" for part in PARTS if part in r["ms"]]
        parts = ", ".join(parts + [f"{count} {r['ms'][count]:g}" for count in COUNTS if count in r["ms"]])
        print(f"| {r['engine']} | {total(r):.1f} | {total(r) / ours:.2f} | {parts} | {r['load_s']:.2f} "
              f"| {r['rss_mb']:.0f} ({r['peak_mb']:.0f}) |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cache", type=Path)
    parser.add_argument("--only", default="whisper-tiny,whisper-base,whisper-small,m2m100-418m,nllb-600m,piper-medium")
    parser.add_argument("--jobs", help="of: " + ", ".join(sorted({job for jobs in JOBS.values() for job in jobs})))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--cpu", type=int, default=(os.cpu_count() or 1) - 1)
    parser.add_argument("--whisper-cpp", type=Path, help="a checkout of whisper.cpp; without one it isn't measured")
    parser.add_argument("--profile", default="release", choices=["release", "debug"])
    parser.add_argument("--json", type=Path)
    bench = Bench(parser.parse_args())
    names = bench.args.only.split(",")
    bench.prepare(names)
    print(f"load average {os.getloadavg()[0]:.2f}; one thread on processor {bench.args.cpu}; medians of {bench.args.rounds} rounds")
    everything = {}
    for job, engines in bench.jobs(names):
        everything[job] = bench.measure(engines(), warms_up=", streamed" not in job)
        table(job, everything[job])
        if bench.args.json:
            bench.args.json.write_text(json.dumps(everything, indent=1))


if __name__ == "__main__":
    main()
