"""ONNX models + held-out audio -> word error rates of each language, and how often the language is found: `python3 -m
asr.evaluate` (numpy and onnxruntime, no torch).

Streams exactly as the daemon does: chunk by chunk, states carried on, the language model's beam search. Words are compared
without case and marks; how many sentences have all their marks and capitals right is told beside. Reads the test sets that
asr.synth wrote."""

import argparse
import os

import numpy as np
import onnxruntime

import paths

from text.sentences import asr_form
from text.spec import LANGS

from .beam import Beam, Ngram
from .features import BINS, FLOOR, fbank

SETS = ["test_seen", "test_formant", "test_natural", "test_fresh"]
HERE = os.path.dirname(__file__)
MODEL = os.path.join(HERE, "../../starter/asr")


class Streaming:
    def __init__(self, folder, greedy=False):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(os.path.join(folder, "model.onnx"), options)
        meta = self.session.get_modelmeta().custom_metadata_map
        self.window, self.shift = int(meta["T"]), int(meta["decode_chunk_len"])
        self.tail = int(meta["tail_frames"])
        lines = open(os.path.join(folder, "tokens.txt"), encoding="utf-8").read().split("\n")[:-1]
        lm = os.path.join(folder, "lm.arpa.gz")
        self.lm = Ngram(lm) if os.path.exists(lm) and not greedy else None
        self.pieces = {int(line.split(" ")[1]): line.split(" ")[0] for line in lines}

    def log_probs(self, features):
        """[frames, 80] -> [output frames, pieces]"""
        states = {i.name: np.zeros([1 if isinstance(d, str) else d for d in i.shape], np.int64 if "int64" in i.type else np.float32)
                  for i in self.session.get_inputs() if i.name != "x"}
        names = [o.name for o in self.session.get_outputs()]
        until = len(features) + self.tail
        total = -(-until // self.shift) * self.shift + self.window
        padded = np.full((total, BINS), FLOOR, np.float32)
        padded[:len(features)] = features
        out = []
        for start in range(0, until, self.shift):
            made = dict(zip(names, self.session.run(None, {"x": padded[None, start:start + self.window], **states})))
            states = {name: made["new_" + name] for name in states}
            out.append(made["log_probs"][0])
        return np.concatenate(out)

    def run(self, features):
        """[frames, 80] -> [(piece id, output frame)], greedily or as the language model beside the model has it."""
        log_probs = self.log_probs(features)
        if self.lm:
            beam = Beam(self.lm, self.pieces)
            for row in log_probs.astype(float):
                beam.push(row)
            return beam.finish()
        out, last = [], 0
        for frame, best in enumerate(log_probs.argmax(-1)):
            if best != last and best != 0:
                out.append((int(best), frame))
            last = int(best)
        return out

    def tokens(self, samples):
        """The same from samples: what the daemon's features give, silence after the end included."""
        until = len(fbank(samples))
        padded = np.concatenate([samples, np.zeros(160 * (self.tail + 2 * self.window), np.float32)])
        full = fbank(padded)
        # The frames at the seam see the silence, as in a stream.
        return self.run(full[:until])

    def text(self, features):
        return "".join(self.pieces[i] for i, _ in self.run(features)).replace("\u2581", " ").strip()


def errors(reference, hypothesis):
    """Word-level edit distance."""
    r, h = reference.split(), hypothesis.split()
    row = list(range(len(h) + 1))
    for i, a in enumerate(r, 1):
        row, old = [i], row
        for j, b in enumerate(h, 1):
            row.append(min(old[j] + 1, row[-1] + 1, old[j - 1] + (a != b)))
    return row[-1], len(r)


def report(name, pairs, show):
    wrong = [errors(asr_form(r), asr_form(h)) for r, h in pairs]
    # Of sentences whose words are right.
    right = [(r, h) for r, h in pairs if asr_form(r) == asr_form(h)]
    marks = 100 * sum(r == h for r, h in right) / max(1, len(right))
    print("%-16s WER %5.1f %%  as written %5.1f %%  (%d sentences, %d words)" % (
        name, 100 * sum(w for w, _ in wrong) / sum(n for _, n in wrong), marks, len(pairs), sum(n for _, n in wrong)), flush=True)
    for r, h in pairs[:show]:
        print("   %s\n   %s" % (r, h))


def noisy(x, rng):
    """White noise (as loud in each band) 10 dB below the speech."""
    power = np.exp(x)
    speech = power[power.mean(1) > 1e-6].mean()
    return np.log(power + speech * 0.1 * rng.gamma(2.0, 0.5, x.shape)).astype(np.float32)


def read(folder, name):
    """-> [(features, text)]"""
    data = np.load(os.path.join(folder, name + ".npz"))
    lines = open(os.path.join(folder, name + ".txt"), encoding="utf-8").read().split("\n")[:-1]
    return list(zip(np.split(data["feats"].astype(np.float32), data["ends"][:-1]), [line.split("\t")[1] for line in lines]))


def languages(model, data, sets):
    """How often the language is found in the first 1 and 2 s (fewer, if that is all)."""
    session = onnxruntime.InferenceSession(os.path.join(model, "lid.onnx"))
    names = session.get_modelmeta().custom_metadata_map["languages"].split(",")
    for frames in (100, 200):
        for name in sets:
            right = []
            for i, lang in enumerate(names):
                path = os.path.join(data, lang)
                if os.path.exists(os.path.join(path, name + ".npz")):
                    own = [session.run(None, {"x": x[None, :frames]})[0].argmax() == i for x, _ in read(path, name)]
                    right.append("%s %.1f" % (lang, 100 * np.mean(own)))
            print("language in %d s, %-12s %s %%" % (frames // 100, name[5:], ", ".join(right)), flush=True)


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--data", default=paths.ASR)
    ap.add_argument("--show", type=int, default=0)
    ap.add_argument("--greedy", action="store_true", help="without the language model")
    ap.add_argument("--model", default=MODEL)
    ap.add_argument("--lang", choices=LANGS)
    a = ap.parse_args()
    rng = np.random.default_rng(5)
    for lang in [a.lang] if a.lang else LANGS:
        model = Streaming(os.path.join(a.model, lang), a.greedy)
        for name in SETS:
            if os.path.exists(os.path.join(a.data, lang, name + ".npz")):
                own = read(os.path.join(a.data, lang), name)
                report(lang + " " + name[5:], [(t, model.text(x)) for x, t in own], a.show)
                if name == "test_seen":
                    report(lang + " seen, 10 dB", [(t, model.text(noisy(x, rng))) for x, t in own], 0)
    languages(a.model, a.data, SETS[:2])


if __name__ == "__main__":
    main()
