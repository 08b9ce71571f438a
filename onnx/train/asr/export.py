"""Checkpoints -> onnx/starter/asr: `LANG/{model.onnx, tokens.txt}` in the zipformer2-CTC contract, and `lid.onnx`, which tells
the languages apart; and weights.npz, to begin a later training of the trunk with: `python3 -m asr.export [--lang es]`.

x [N, T, 80], named states -> log_probs, new_ states; metadata says T. `lid.onnx`: x [N, any, 80] -> log_probs [N, languages].
Weights are stored in 8 bits and computed with in 32 (see store.py)."""

import argparse
import os
import shutil

import torch

import paths
import weights
from text.spec import LANGS

from . import store
from .model import KERNEL, LEFT, SUBSAMPLING, Model
from .train import PIECES, bpe, checkpoint, committed, pieces, tokenizer

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../starter/asr")


class Step(torch.nn.Module):
    def __init__(self, model, lang):
        super().__init__()
        self.model, self.lang = model, lang

    def forward(self, *inputs):
        return self.model.step(self.lang, *inputs)


class Which(torch.nn.Module):
    """Whose language it is, from the lower half of the trunk."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        m = self.model
        x = x[:, :x.shape[1] // SUBSAMPLING * SUBSAMPLING]
        x, _ = m.subsample(x, x.new_zeros(x.shape[0], 1, 2 * m.d))
        i = torch.arange(x.shape[1])
        bias = m.bias((i[:, None] - i[None]).float()[None, None], torch.ones(1, 1, 1, 1, dtype=torch.bool))
        kv, conv = x.new_zeros(x.shape[0], 2, 0, m.d), x.new_zeros(x.shape[0], KERNEL - 1, m.d)
        for block in m.blocks[:m.layers // 2]:
            x, _, _ = block(x, bias, kv, conv)
        return m.which(x.mean(1)).log_softmax(-1)


def load(lang=None):
    path = checkpoint(lang)
    saved = torch.load(path if lang and os.path.exists(path) else checkpoint(), weights_only=False, map_location="cpu")
    model = Model(LANGS, PIECES)
    model.load_state_dict(saved["ema"])
    return model.eval(), saved


def export(lang, frames, out=OUT):
    model, saved = load(lang)
    states = dict(front=torch.zeros(2, 1, 2 * model.d), kv=torch.zeros(2, 2 * model.layers, LEFT, model.d),
                  conv=torch.zeros(2, model.layers, KERNEL - 1, model.d), processed_lens=torch.zeros(2, dtype=torch.long))
    names = list(states)
    os.makedirs(os.path.join(out, lang), exist_ok=True)
    path = os.path.join(out, lang, "model.onnx")
    torch.onnx.export(
        Step(model, lang), (torch.zeros(2, frames, 80), *states.values()), path, dynamo=False, opset_version=17,
        input_names=["x"] + names, output_names=["log_probs"] + ["new_" + n for n in names],
        dynamic_axes={n: {0: "N"} for n in ["x", "log_probs"] + names + ["new_" + n for n in names]})
    size = store.pack(path, dict(model_type="sottovoce-ctc", version="2", T=frames, decode_chunk_len=frames, tail_frames=40,
                            subsampling_factor=SUBSAMPLING, language=lang, training_steps=saved["step"],
                            training_minutes="%.1f" % (saved["spent"] / 60)))
    sp = tokenizer(lang)
    with open(os.path.join(out, lang, "tokens.txt"), "w", encoding="utf-8") as f:
        f.write("<blk> 0\n")
        f.writelines("%s %d\n" % (sp.id_to_piece(i), i) for i in range(1, sp.get_piece_size()))
    print("%s: %.1f MB, step %d" % (path, size, saved["step"]))


def export_which(out=OUT):
    model, saved = load()
    path = os.path.join(out, "lid.onnx")
    torch.onnx.export(Which(model), (torch.zeros(2, 200, 80),), path, dynamo=False, opset_version=17, input_names=["x"],
                      output_names=["log_probs"], dynamic_axes={"x": {0: "N", 1: "T"}, "log_probs": {0: "N"}})
    size = store.pack(path, dict(model_type="sottovoce-lid", languages=",".join(model.langs), training_steps=saved["step"]))
    print("%s: %.1f MB" % (path, size))


def own(state, lang):
    """Without the other languages' heads."""
    return {name: value for name, value in state.items() if not set(name.split(".")) & (set(LANGS) - {lang})}


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--frames", type=int, default=64)
    ap.add_argument("--lang", choices=LANGS)
    ap.add_argument("--out", default=OUT)
    a = ap.parse_args()
    for lang in [a.lang] if a.lang else LANGS:
        export(lang, a.frames, a.out)
    export_which(a.out)
    if a.out == OUT:
        weights.save(load()[1]["ema"], committed())
        for lang in LANGS:
            weights.save(own(load(lang)[1]["ema"], lang), committed(lang))
            if bpe(lang) != pieces(lang):
                shutil.copy(bpe(lang), pieces(lang))


if __name__ == "__main__":
    main()
