"""Checkpoint -> onnx/starter/asr-en/{model.onnx, tokens.txt} in the zipformer2-CTC contract, and the golden files.

`python3 -m asr.export [--frames 64]`: x [N, T, 80], named states -> log_probs, new_ states; metadata says T."""

import argparse
import json
import os
import wave

import numpy as np
import onnx
import torch

import paths

from .evaluate import Streaming
from .features import fbank
from .model import KERNEL, LEFT, SUBSAMPLING, Model
from .train import PIECES, tokenizer

OUT = os.path.join(os.path.dirname(__file__), "../../starter/asr-en")
HERE = os.path.dirname(__file__)


class Step(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, *inputs):
        return self.model.step(*inputs)


def export(frames):
    saved = torch.load(paths.ASR + "/checkpoint.pt", weights_only=False)
    model = Model(PIECES)
    model.load_state_dict(saved["ema"])
    model.eval()
    states = dict(front=torch.zeros(2, 1, 2 * model.d), kv=torch.zeros(2, 2 * model.layers, LEFT, model.d),
                  conv=torch.zeros(2, model.layers, KERNEL - 1, model.d), processed_lens=torch.zeros(2, dtype=torch.long))
    names = list(states)
    path = os.path.join(OUT, "model.onnx")
    os.makedirs(OUT, exist_ok=True)
    torch.onnx.export(
        Step(model), (torch.zeros(2, frames, 80), *states.values()), path, dynamo=False, opset_version=17,
        input_names=["x"] + names, output_names=["log_probs"] + ["new_" + n for n in names],
        dynamic_axes={n: {0: "N"} for n in ["x", "log_probs"] + names + ["new_" + n for n in names]})
    file = onnx.load(path)
    meta = dict(model_type="sottovoce-ctc", version="1", T=frames, decode_chunk_len=frames, subsampling_factor=SUBSAMPLING,
                tail_frames=40, language="en", training_minutes="%.1f" % (saved["spent"] / 60), training_steps=saved["step"])
    for key, value in meta.items():
        entry = file.metadata_props.add()
        entry.key, entry.value = key, str(value)
    onnx.save(file, path)
    sp = tokenizer()
    with open(os.path.join(OUT, "tokens.txt"), "w", encoding="utf-8") as f:
        f.write("<blk> 0\n")
        f.writelines("%s %d\n" % (sp.id_to_piece(i), i) for i in range(1, sp.get_piece_size()))
    print("%s: %.1f MB, step %d" % (path, os.path.getsize(path) / 1e6, saved["step"]))


def golden():
    """What the Python loop makes of golden.wav, for the Rust tests."""
    with wave.open(os.path.join(HERE, "golden.wav")) as w:
        samples = np.frombuffer(w.readframes(w.getnframes()), "<i2").astype(np.float32) / 32768
    features = fbank(samples)
    tokens = Streaming(OUT).tokens(samples)
    data = dict(frames=len(features), first=[[round(float(v), 5) for v in row] for row in features[:20]],
                mean=[round(float(row.mean()), 5) for row in features], tokens=[[int(i), int(f)] for i, f in tokens])
    with open(os.path.join(HERE, "golden.json"), "w") as f:
        json.dump(data, f)


if __name__ == "__main__":
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--frames", type=int, default=64)
    export(ap.parse_args().frames)
    golden()
