"""Measures sottovoce beside its peers: the same work, real sizes, random weights, one thread, in one run.

    python benches/peers/run.py CACHE [--only NAME,...] [--rounds N] [--cpu N] [--whisper-cpp DIR] [--json FILE]

Makes what is missing in CACHE (models.py), imports it with `sottovoce models import`, builds our side (ours.rs), and
starts every engine of a job as a process of its own, on one processor. Round by round each does the work once; the first
round doesn't count; the table has medians. README.md says what is compared with what.
"""

import argparse
import array
import json
import os
import statistics
import subprocess
import sys
import wave
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
# Speech of 5 s and of a whole window; a sentence of 24 tokens; 20 pieces into 24; 60 phonemes (peers.md).
SECONDS, TOKENS, SOURCE, TARGET, BATCHES = (5, 30), 24, 20, 24, (1, 8)
TEXT = "the quick brown fox jumps over the lazy dog and runs far away"[:60]
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
        median = {key: statistics.median(r["ms"][key] for r in self.rounds) for key in self.rounds[0]["ms"]}
        return {"engine": self.label, "load_s": self.loaded["load_s"], "rss_mb": self.rounds[-1]["rss_mb"],
                "peak_mb": self.rounds[-1]["peak_mb"], "ms": median, "rounds": [r["ms"] for r in self.rounds]}


def monologue(files, out):
    """The speech of WAV files (16 bit, one channel) in one, 0.15 s apart."""
    with wave.open(str(out), "wb") as whole:
        for file in files:
            with wave.open(str(file)) as part:
                rate, samples = part.getframerate(), array.array("h", part.readframes(part.getnframes()))
            if whole._nframeswritten == 0:
                whole.setnchannels(1), whole.setsampwidth(2), whole.setframerate(rate)
            loud = [i for i, sample in enumerate(samples) if abs(sample) > 300]
            whole.writeframes(samples[loud[0]:loud[-1]].tobytes() + bytes(2 * int(0.15 * rate)))


class Bench:
    """Where everything is, and which jobs there are."""

    def __init__(self, args):
        self.args, self.cache = args, args.cache.resolve()
        self.data = {"XDG_DATA_HOME": str(self.cache / "data")}
        self.target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / args.profile

    def prepare(self, names):
        """Models, our programs, and our form of the models."""
        subprocess.run([sys.executable, HERE / "models.py", self.cache, *names], check=True)
        cargo = ["cargo", "build", *(["--release"] if self.args.profile == "release" else []), "--bin", "sottovoce", "--example", "ours"]
        subprocess.run(cargo, cwd=ROOT, check=True)
        for name in names:
            source = self.cache / name / "onnx"
            if source.exists() and not self.imported(name).exists():
                command = [self.target / "sottovoce", "models", "import", source, "--as", f"peers/{name}"]
                subprocess.run(command, cwd=ROOT, check=True, env={**os.environ, **self.data})

    def imported(self, name):
        return self.cache / "data/sottovoce/models/peers" / name

    def ours(self, kind, folder, *args):
        return Engine("sottovoce", [self.target / "examples/ours", kind, folder, *args], self.args.cpu)

    def peer(self, label, kind, *args):
        return Engine(label, [sys.executable, HERE / "engine.py", kind, *args], self.args.cpu)

    def whisper(self, name, seconds):
        folder = self.cache / name
        yield self.ours("whisper", self.imported(name), seconds, TOKENS)
        if seconds < 30:
            yield self.peer("CTranslate2 int8, window cut", "ct2-whisper", folder / "ct2", seconds, TOKENS, seconds * 100)
        yield self.peer("CTranslate2 int8, 30 s (faster-whisper)", "ct2-whisper", folder / "ct2", seconds, TOKENS, 3000)
        if built := self.whisper_cpp():
            file = folder / "ggml-q8_0.bin"
            if not file.exists():
                subprocess.run([built / "whisper-quantize", folder / "ggml-f16.bin", file, "q8_0"], check=True, capture_output=True)
            yield self.peer("whisper.cpp q8_0", "whisper-cpp", built / "whisper-cli", file, seconds, TOKENS, min(seconds * 50, 1500))

    def whisper_cpp(self):
        """The folder of its programs; built once, for this processor."""
        if not self.args.whisper_cpp:
            return None
        build = self.cache / "whisper.cpp"
        if not (build / "bin/whisper-quantize").exists():
            options = ["-DCMAKE_BUILD_TYPE=Release", "-DGGML_NATIVE=ON", "-DBUILD_SHARED_LIBS=OFF", "-DWHISPER_BUILD_TESTS=OFF"]
            subprocess.run(["cmake", "-S", self.args.whisper_cpp, "-B", build, *options], check=True)
            subprocess.run(["cmake", "--build", build, "--target", "whisper-cli", "whisper-quantize", "-j2"], check=True)
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
        ours = [self.ours("updates", self.imported(name), ROOT / "onnx/starter/mt-en-es", captions, how) for how in labels]
        for engine, label in zip(ours, labels.values()):
            engine.label = label
        about = ours[0].loaded["about"]
        print(f"\n{about['updates']} updates: {about['passes']} decoder passes with drafts, {about['steps']} from scratch "
              f"({about['steps'] / about['passes']:.1f} times as many)")
        yield from ours
        yield self.peer("CTranslate2 int8, each from scratch", "ct2-updates", self.cache / name / "ct2", json.dumps(about["shapes"]), *languages)

    def captions(self):
        """What the starter recogniser says, update by update, of a speaker who hardly pauses: the bundled samples in a row."""
        speech, captions = self.cache / "speech.wav", self.cache / "captions.jsonl"
        monologue(sorted((ROOT / "onnx/starter/samples").glob("**/*.wav")), speech)
        command = [self.target / "sottovoce", "translate", "--to", "en", "--format", "jsonl", speech]
        captions.write_text(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)
        return captions

    def voice(self, name):
        folder = self.cache / name
        yield self.ours("tts", folder, TEXT)
        yield self.peer("piper-tts", "piper", folder, TEXT)

    def jobs(self, names):
        for name in names:
            if name.startswith("whisper"):
                yield from ((f"{name}, {s} s, {TOKENS} tokens", lambda n=name, s=s: self.whisper(n, s)) for s in SECONDS)
            elif name.startswith("piper"):
                yield f"{name}, {len(TEXT)} phonemes", lambda n=name: self.voice(n)
            else:
                yield from ((f"{name}, {SOURCE} → {TARGET} pieces, batch {b}", lambda n=name, b=b: self.translation(n, b)) for b in BATCHES)
                yield f"{name}, captions that grow", lambda n=name: self.updates(n)

    def measure(self, engines):
        """All engines of a job, interleaved."""
        engines = list(engines)
        for i in range(self.args.rounds + 1):
            for engine in engines:
                engine.round(counts=i > 0)
        for engine in engines:
            engine.close()
        results = [engine.result() for engine in engines]
        # The same work, or no comparison.
        for what in ("tokens", "samples", "pieces"):
            if len(done := {r["ms"].get(what) for r in results}) > 1:
                print(f"\nNot the same work: {what} {sorted(done)}")
        return results


PARTS = ("mel", "encode", "decode", "translate", "update", "speak")


def total(result):
    return sum(result["ms"].get(part, 0) for part in PARTS)


def table(job, results):
    ours = total(results[0])
    print(f"\n### {job}\n\n| engine | total, ms | × ours | parts, ms | load, s | memory, MB (peak) |\n|---|---|---|---|---|---|")
    for r in results:
        parts = ", ".join(f"{part} {r['ms'][part]:.1f}" for part in PARTS if part in r["ms"])
        print(f"| {r['engine']} | {total(r):.1f} | {total(r) / ours:.2f} | {parts} | {r['load_s']:.2f} "
              f"| {r['rss_mb']:.0f} ({r['peak_mb']:.0f}) |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cache", type=Path)
    parser.add_argument("--only", default="whisper-tiny,whisper-base,whisper-small,m2m100-418m,nllb-600m,piper-medium")
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
        everything[job] = bench.measure(engines())
        table(job, everything[job])
        if bench.args.json:
            bench.args.json.write_text(json.dumps(everything, indent=1))


if __name__ == "__main__":
    main()
