"""ONNX model + held-out audio -> word error rates: `python3 -m asr.evaluate` (numpy and onnxruntime, no torch).

Streams exactly as the daemon does: chunk by chunk, states carried on, the language model's beam search. Reads the test sets that asr.synth wrote,
or the committed samples (`--samples`)."""

import argparse
import os

import numpy as np
import onnxruntime

import paths

from .beam import Beam, Ngram
from .features import BINS, FLOOR, fbank

HERE = os.path.dirname(__file__)
MODEL = os.path.join(HERE, "../../starter/asr-en")


class Streaming:
    def __init__(self, folder, greedy=False):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(os.path.join(folder, "model.onnx"), options)
        meta = self.session.get_modelmeta().custom_metadata_map
        self.window, self.shift = int(meta["T"]), int(meta["decode_chunk_len"])
        self.tail = int(meta["tail_frames"])
        lines = open(os.path.join(folder, "tokens.txt"), encoding="utf-8").read().split("\n")[:-1]
        lm = os.path.join(folder, "lm.arpa")
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
    wrong = [errors(r, h) for r, h in pairs]
    print("%-14s WER %5.1f %%  (%d sentences, %d words)" % (
        name, 100 * sum(w for w, _ in wrong) / sum(n for _, n in wrong), len(pairs), sum(n for _, n in wrong)))
    for r, h in pairs[:show]:
        print("   %s\n   %s" % (r, h))


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--data", default=paths.ASR)
    ap.add_argument("--show", type=int, default=0)
    ap.add_argument("--greedy", action="store_true", help="without the language model")
    a = ap.parse_args()
    model = Streaming(MODEL, a.greedy)
    rng = np.random.default_rng(5)
    for name in ["test_seen", "test_formant", "test_natural", "test_fresh"]:
        data = np.load(os.path.join(a.data, name + ".npz"))
        ends = data["ends"]
        texts = [line.split("\t")[1] for line in open(os.path.join(a.data, name + ".txt")).read().split("\n")[:-1]]
        sets = list(zip(np.split(data["feats"].astype(np.float32), ends[:-1]), texts))
        report(name[5:], [(t, model.text(x)) for x, t in sets], a.show)
        if name == "test_seen":
            def noisy(x):
                power = np.exp(x)
                speech = power[power.mean(1) > 1e-6].mean()
                return np.log(power + speech * 0.1 * rng.gamma(2.0, 0.5, x.shape)).astype(np.float32)
            report("seen, 10 dB", [(t, model.text(noisy(x))) for x, t in sets], 0)


if __name__ == "__main__":
    main()
