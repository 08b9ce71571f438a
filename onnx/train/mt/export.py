"""Checkpoint -> onnx/starter/mt in optimum's layout (encoder, merged decoder; weights stored in 8 bits), weights.npz to begin
a later training with, and golden.json: `python3 -m mt.export`.

Needs transformers and optimum (see ../requirements.txt). Golden outputs are PyTorch's, for the Rust tests."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile

import torch
from transformers import GenerationConfig

import paths
import weights
from asr import store
from text.sentences import asr_form

from .data import DIRECTIONS, FLORES, held_out_samples
from .train import BEGIN, encode, model, tokenizer

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "../../starter/mt")
# From English to Spanish: shorter and longer than what is trained, and a name that nobody knows.
EXTRA = ["Hello", "yes", "thank you", "my name is Zorbanek", "where is the train station",
         "Good morning everyone. I think that the plan is good because we need a room and the hotel is near the station.",
         "i would like a room for two nights and how much does it cost"]


def load():
    t = tokenizer()
    net = model(t.get_vocab_size())
    trained = torch.load(paths.MT + "/checkpoint.pt", weights_only=False)["ema"]
    net.load_state_dict(weights.rounded(trained))
    net.generation_config = GenerationConfig(decoder_start_token_id=2, bos_token_id=0, pad_token_id=1, eos_token_id=2,
                                             max_new_tokens=200)
    return t, net.eval(), trained


def export(t, net, out=OUT):
    with tempfile.TemporaryDirectory() as tmp:
        net.save_pretrained(tmp)
        t.save(os.path.join(tmp, "tokenizer.json"))
        with open(os.path.join(tmp, "tokenizer_config.json"), "w") as f:
            json.dump({"tokenizer_class": "PreTrainedTokenizerFast", "unk_token": "<unk>", "eos_token": "</s>", "pad_token": "<pad>"}, f)
        made = os.path.join(tmp, "onnx")
        subprocess.run([os.path.join(os.path.dirname(sys.executable), "optimum-cli"), "export", "onnx", "--model", tmp, "--task",
                        "text2text-generation-with-past", made], check=True)
        os.makedirs(out, exist_ok=True)
        for name in ["encoder_model.onnx", "decoder_model_merged.onnx", "config.json", "generation_config.json"]:
            shutil.copy(os.path.join(made, name), os.path.join(out, name))
        for name in ["encoder_model.onnx", "decoder_model_merged.onnx"]:
            print("%s: %.1f MB" % (name, store.pack(os.path.join(out, name), {})))
    t.save(os.path.join(out, "tokenizer.json"))


def golden(t, net):
    sources = [("en", "es", text) for text in EXTRA]
    for i, sample in enumerate(held_out_samples(48)):
        a, b = DIRECTIONS[i % len(DIRECTIONS)]
        sources.append((a, b, asr_form(sample.plain(a)) if i % 24 < 12 else sample.plain(a)))
    rows = []
    for a, b, text in sources:
        ids = encode(t, a, text)
        kwargs = dict(input_ids=torch.tensor([ids]), forced_bos_token_id=t.token_to_id(FLORES[b]),
                      max_new_tokens=int(len(ids) * 1.5) + 10)
        strip = lambda out: [i for i in out[0].tolist()[2:] if i not in (1, 2)]
        with torch.no_grad():
            greedy = strip(net.generate(**kwargs, num_beams=1, do_sample=False))
            beam = strip(net.generate(**kwargs, num_beams=4, do_sample=False, early_stopping=False, length_penalty=1.0))
        rows.append({"from": a, "to": b} | dict(source=text, ids=ids, greedy=greedy, beam4=beam, text=t.decode(greedy)))
    with open(os.path.join(HERE, "golden.json"), "w") as f:
        json.dump(rows, f, ensure_ascii=False, indent=0)


if __name__ == "__main__":
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--out", default=OUT)
    ap.add_argument("--no-golden", action="store_true", help="leave golden.json as it is")
    arguments = ap.parse_args()
    tokens, network, state = load()
    export(tokens, network, arguments.out)
    if arguments.out == OUT:
        weights.save(state, BEGIN)
    if not arguments.no_golden:
        golden(tokens, network)
