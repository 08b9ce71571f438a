"""A model folder + held-out sentences -> chrF, BLEU and exact matches of all twelve directions: `python3 -m mt.evaluate [DIR]`
(onnxruntime, no torch; with `--checkpoint` torch, no export). With four beams, as the daemon translates what is over;
`--beams 1` greedily, as it drafts.

Sets: held-out fillings, sentences of held-out templates, and freshly written sentences (fresh.tsv). As written, and in the
form of recognisers that write no marks. Then how good translations are by how sure the model is of them, and what it makes of
texts that it was never meant for (outside.tsv)."""

import argparse
import os
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np
import sacrebleu
from tokenizers import Tokenizer

from text.sentences import asr_form
from text.spec import LANGS
from .data import DIRECTIONS, FLORES, held_out_samples, held_out_templates

HERE = os.path.dirname(os.path.abspath(__file__))
MODEL = os.path.join(HERE, "../../starter/mt")
# The daemon flags a caption as uncertain below the first (src/hub/room.rs).
SURE = [0.6, 0.7, 0.8]
# `translate.beam` in the pipelines of the starter models.
BEAMS = 4


class Translator:
    def __init__(self, folder, beams=BEAMS):
        import onnxruntime
        self.beams = beams
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        load = lambda name: onnxruntime.InferenceSession(os.path.join(folder, name), options)
        self.encoder, self.decoder = load("encoder_model.onnx"), load("decoder_model_merged.onnx")
        self.tokenizer = Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))
        self.past = [i for i in self.decoder.get_inputs() if i.name.startswith("past_key_values.")]

    def __call__(self, a, b, text):
        """Beam search by the rules of `generate`, with the key/value cache. -> text, geometric mean of the tokens' probabilities"""
        t = self.tokenizer
        ids = np.array([[t.token_to_id(FLORES[a])] + t.encode(text, add_special_tokens=False).ids + [2]])
        mask = np.ones_like(ids)
        states = self.encoder.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        most = int(1.5 * ids.shape[1]) + 10
        past = {i.name: np.zeros((1, i.shape[1], 0, i.shape[3]), np.float32) for i in self.past}
        feed, open_, done = np.array([[2, t.token_to_id(FLORES[b])]]), [(0.0, [])], []
        for length in range(1, most + 1):
            log_p, past = self.step(feed, past, length > 1, mask, states)
            log_p += np.array([[p] for p, _ in open_])
            width = log_p.shape[1]
            best = np.argsort(-log_p, axis=None)[:2 * self.beams]
            found = [(float(log_p.flat[i]), int(i // width), int(i % width)) for i in best]
            # `generate` counts the language's token, too, when it divides.
            done += [(p / (length + 1), p / length, open_[row][1]) for p, row, token in found[:self.beams] if token == 2]
            rows = [(p, row, token) for p, row, token in found if token != 2][:self.beams]
            open_ = [(p, open_[row][1] + [token]) for p, row, token in rows]
            is_decided = len(done) >= self.beams and max(done)[0] >= open_[0][0] / (length + 1)
            if is_decided or length == most:
                break
            past = {name: value[[row for _, row, _ in rows]] for name, value in past.items()}
            feed = np.array([[token] for _, _, token in rows])
        _, sure, out = max(done or [(p, p / most, tokens) for p, tokens in open_])
        return t.decode(out), float(np.exp(sure))

    def step(self, feed, past, cached, mask, states):
        """-> log-probabilities of what follows in each row, and the cache"""
        rows = len(feed)
        made = dict(zip([o.name for o in self.decoder.get_outputs()], self.decoder.run(None, {
            "input_ids": feed, "encoder_attention_mask": mask.repeat(rows, 0), "encoder_hidden_states": states.repeat(rows, 0),
            "use_cache_branch": np.array([cached]), **past})))
        kept = {name: past[name] if cached and ".encoder." in name else made[name.replace("past_key_values", "present")]
                for name in past}
        logits = made["logits"][:, -1].astype(np.float64)
        logits[:, 1] = -np.inf
        logits -= logits.max(1, keepdims=True)
        return logits - np.log(np.exp(logits).sum(1, keepdims=True)), kept


class Checkpoint:
    """The same from the checkpoint of a training that may still run."""

    def __init__(self, beams=BEAMS):
        import torch
        import paths
        self.beams = beams
        from .train import model, tokenizer
        self.torch, self.tokenizer = torch, tokenizer()
        self.net = model(self.tokenizer.get_vocab_size())
        self.net.load_state_dict(torch.load(paths.MT + "/checkpoint.pt", weights_only=False, map_location="cpu")["ema"])
        self.net.eval()

    def __call__(self, a, b, text):
        t = self.tokenizer
        ids = [t.token_to_id(FLORES[a])] + t.encode(text, add_special_tokens=False).ids + [2]
        with self.torch.no_grad():
            out = self.net.generate(self.torch.tensor([ids]), forced_bos_token_id=t.token_to_id(FLORES[b]), num_beams=self.beams,
                                    do_sample=False, max_new_tokens=int(1.5 * len(ids)) + 10, output_scores=True,
                                    return_dict_in_generate=True)
            # The first is the language's, which is given.
            beams = out.get("beam_indices")
            log_p = self.net.compute_transition_scores(out.sequences, out.scores, beams, normalize_logits=True)[0][1:]
            log_p = log_p[log_p < 0].mean()
        return t.decode([i for i in out.sequences[0].tolist()[2:] if i not in (1, 2)]), float(log_p.exp())


def figures(made, wanted):
    exact = 100 * sum(a == b for a, b in zip(made, wanted)) / len(made)
    return sacrebleu.corpus_chrf(made, [wanted]).score, sacrebleu.corpus_bleu(made, [wanted]).score, exact


TRANSLATE = None


def begin(make):
    global TRANSLATE
    TRANSLATE = make()


def direction(a, b, rows, both=True):
    """-> [(translation, probability)], [translation of the text without marks]"""
    return [TRANSLATE(a, b, r[a]) for r in rows], [TRANSLATE(a, b, asr_form(r[a]))[0] for r in rows if both]


def report(name, rows, pool, show):
    """rows: [{lang: text}] -> [(p, translation, reference)] of all directions"""
    print("\n%-20s            chrF (as written, without marks)    BLEU   exact" % name)
    every = []
    owns = {(a, b): [r for r in rows if a in r and b in r] for a, b in DIRECTIONS}
    jobs = [(a, b, own, pool.submit(direction, a, b, own)) for (a, b), own in owns.items() if own]
    for a, b, own, job in jobs:
        wanted = [r[b] for r in own]
        marked, plain = job.result()
        made, sure = zip(*marked)
        chrf, bleu, exact = figures(made, wanted)
        bare = figures(plain, wanted)[0]
        print("  %s -> %s  %5.1f  %5.1f   %5.1f  %5.1f %%  (%d)" % (a, b, chrf, bare, bleu, exact, len(own)), flush=True)
        for r, m, p in list(zip(own, made, sure))[:show]:
            print("     %s\n       %s\n       %s (%.2f)" % (r[a], r[b], m, p))
        every += zip(sure, made, wanted)
    return every


def confidence(name, every):
    """How good translations are, by how sure the model is."""
    shares = []
    for low, high in zip([0] + SURE, SURE + [1.01]):
        own = [(made, wanted) for p, made, wanted in every if low <= p < high]
        chrf = "chrF %5.1f" % figures(*zip(*own))[0] if len(own) > 4 else " " * 10
        shares.append("%3.0f %% %s" % (100 * len(own) / len(every), chrf))
    print("  %-20s %s" % (name, "   ".join(shares)), flush=True)


def outside(translate, show):
    """What it was never meant for: there is no right answer, only how sure it is."""
    lines = [line.rstrip("\n").split("\t") for line in open(os.path.join(HERE, "outside.tsv"), encoding="utf-8")]
    every = []
    for i, (a, text) in enumerate(line for line in lines if not line[0].startswith("#")):
        for b in (lang for lang in LANGS if lang != a):
            made, p = translate(a, b, text)
            every.append(p)
            if i % 10 < show:
                print("     %s\n       %s (%.2f)" % (text, made, p))
    shares = np.histogram(every, [0] + SURE + [1.01])[0] / len(every)
    print("  %-20s %s" % ("outside its domain", "   ".join("%3.0f %%%s" % (100 * share, " " * 11) for share in shares)))


def texts(sample):
    """What a Sample says in each language; a language that doesn't show what the others need is no part of it."""
    return {lang: sample.plain(lang) for lang in LANGS if lang not in sample.unclear}


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("folder", nargs="?", default=MODEL)
    ap.add_argument("--checkpoint", action="store_true")
    ap.add_argument("--beams", type=int, default=BEAMS)
    ap.add_argument("--count", type=int, default=200)
    ap.add_argument("--show", type=int, default=0)
    a = ap.parse_args()
    make = partial(Checkpoint, a.beams) if a.checkpoint else partial(Translator, a.folder, a.beams)
    fresh = os.path.join(HERE, "fresh.tsv")
    rows = [line.rstrip("\n").split("\t") for line in open(fresh, encoding="utf-8") if not line.startswith("#")]
    sets = {"held-out fillings": [texts(s) for s in held_out_samples(a.count)],
            "held-out templates": [texts(s) for s in held_out_templates(a.count)],
            "freshly written": [dict(zip(LANGS, row)) for row in rows]}
    with ProcessPoolExecutor(initializer=begin, initargs=(make,)) as pool:
        every = {name: report(name, rows, pool, a.show) for name, rows in sets.items()}
    print("\nhow sure it is          below %s" % "           from ".join("%.1f     " % p for p in SURE))
    for name, rows in every.items():
        confidence(name, rows)
    outside(make(), a.show)


if __name__ == "__main__":
    main()
