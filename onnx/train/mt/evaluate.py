"""ONNX model + held-out pairs -> chrF, BLEU and exact matches: `python3 -m mt.evaluate` (onnxruntime, no torch).

Three sets: held-out slot fillings, sentences of held-out templates, and freshly written sentences (fresh.tsv). Each as
written and in ASR form (lower case, no punctuation)."""

import argparse
import os

import numpy as np
import onnxruntime
import sacrebleu
from tokenizers import Tokenizer

from text import templates
from text.sentences import asr_form
from .data import held_out_pairs, held_out_templates

HERE = os.path.dirname(os.path.abspath(__file__))
MODEL = os.path.join(HERE, "../../starter/mt-en-es")


class Translator:
    def __init__(self, folder):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        load = lambda name: onnxruntime.InferenceSession(os.path.join(folder, name), options)
        self.encoder, self.decoder = load("encoder_model.onnx"), load("decoder_model_merged.onnx")
        self.tokenizer = Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))
        self.past = [i for i in self.decoder.get_inputs() if i.name.startswith("past_key_values.")]

    def __call__(self, text):
        """Greedy, with the key/value cache."""
        t = self.tokenizer
        ids = np.array([[t.token_to_id("eng_Latn")] + t.encode(text, add_special_tokens=False).ids + [2]])
        mask = np.ones_like(ids)
        states = self.encoder.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        past = {i.name: np.zeros((1, i.shape[1], 0, i.shape[3]), np.float32) for i in self.past}
        names, out = [o.name for o in self.decoder.get_outputs()], []
        feed, cached = np.array([[2, t.token_to_id("spa_Latn")]]), False
        while len(out) < 1.5 * ids.shape[1] + 10:
            made = dict(zip(names, self.decoder.run(None, {
                "input_ids": feed, "encoder_attention_mask": mask, "encoder_hidden_states": states,
                "use_cache_branch": np.array([cached]), **past})))
            for name in past:
                if not (cached and ".encoder." in name):
                    past[name] = made[name.replace("past_key_values", "present")]
            logits = made["logits"][0, -1]
            logits[1] = -np.inf
            best = int(logits.argmax())
            if best == 2:
                break
            out.append(best)
            feed, cached = np.array([[best]]), True
        return t.decode(out)


def report(name, pairs, translate, show):
    for form, change in [("as written", str), ("ASR form", asr_form)]:
        made = [translate(change(en)) for en, _ in pairs]
        wanted = [es for _, es in pairs]
        exact = 100 * sum(a == b for a, b in zip(made, wanted)) / len(pairs)
        print("%-22s %-11s chrF %5.1f  BLEU %5.1f  exact %5.1f %%  (%d)" % (
            name, form, sacrebleu.corpus_chrf(made, [wanted]).score, sacrebleu.corpus_bleu(made, [wanted]).score, exact, len(pairs)))
        if form == "ASR form":
            for (en, es), out in list(zip(pairs, made))[:show]:
                print("   %s\n     %s\n     %s" % (en, es, out))


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--show", type=int, default=0)
    a = ap.parse_args()
    translate = Translator(MODEL)
    report("held-out fillings", held_out_pairs(300), translate, a.show)
    if templates.HELD:
        report("held-out templates", held_out_templates(200), translate, a.show)
    fresh = [line.rstrip("\n").split("\t") for line in open(os.path.join(HERE, "fresh.tsv"), encoding="utf-8") if not line.startswith("#")]
    report("freshly written", fresh, translate, a.show)


if __name__ == "__main__":
    main()
