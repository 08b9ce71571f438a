"""Features and sentences -> streaming CTC models of four languages: `python3 -m asr.train --minutes 240 --processes 2` trains
the trunk that they share, with a head for each; then `--lang es --minutes 30` goes on with one language alone. Resumes from
its checkpoint; a longer time goes on training. On a graphics card, if there is one."""

import argparse
import glob
import os
from bisect import bisect

import numpy as np
import sentencepiece
import torch
import torch.nn.functional as F

import paths
import training
from text.spec import LANGS
from training import DEVICE, Training

from .augment import augment
from .features import BINS, FLOOR
from .model import SUBSAMPLING, Model

PIECES = 384
HERE = os.path.dirname(os.path.abspath(__file__))
BEGIN = os.path.join(HERE, "weights%s.npz")
CHUNKS = [4, 8, 8, 16, 1000]
NEIGHBOURS = 600
# Four languages at once, or long utterances, don't leave the plateau where only blanks come out (loss 4.8 after 7,600 steps,
# measured here): one language leaves it in 300 steps, and takes the others along.
ALONE_STEPS, CLEAN_STEPS, SHORT = 800, 1400, 280
# English has twice as many kinds of voices; French, whose endings are silent, had four times the errors of German at equal
# shares (20.1 and 5.5 % WER after 78 h).
SHARES = {"en": 0.36, "es": 0.20, "de": 0.14, "fr": 0.30}
LETTERS = {"en": "", "es": "áéíóúüñ", "de": "äöüß", "fr": "àâæçéèêëîïôœùûüÿ"}


def pieces(lang):
    """Those of the committed weights."""
    return os.path.join(HERE, "pieces", lang + ".model")


def bpe(lang):
    return pieces(lang) if os.path.exists(pieces(lang)) else os.path.join(paths.ASR, lang, "bpe.model")


def tokenizer(lang):
    """Pieces of a language as it is written, learned from its training sentences; piece 0 (unknown) is the blank."""
    path = bpe(lang)
    if not os.path.exists(path):
        letters = "abcdefghijklmnopqrstuvwxyz" + LETTERS[lang]
        sentencepiece.SentencePieceTrainer.train(
            input="%s/train.%s" % (paths.TEXT, lang), model_prefix=path[:-6], vocab_size=PIECES, model_type="bpe",
            character_coverage=1.0, unk_id=0, bos_id=-1, eos_id=-1, pad_id=-1, num_threads=1, normalization_rule_name="identity",
            required_chars=letters + letters.upper().replace("SS", "") + "'.,?!-")
    return sentencepiece.SentencePieceProcessor(model_file=path)


def load(names, sp):
    """-> [(features float16 [frames, 80], piece ids)]"""
    out = []
    for name in names:
        data = np.load(name)
        feats, ends = data["feats"], data["ends"]
        texts = [line.split("\t")[1] for line in open(name[:-4] + ".txt", encoding="utf-8").read().split("\n")[:-1]]
        for start, end, text in zip(np.concatenate([[0], ends[:-1]]), ends, texts):
            out.append((feats[start:end], sp.encode(text)))
    return sorted(out, key=lambda pair: len(pair[0]))


def batch(data, rng, strength, seconds=45):
    """Random utterances of similar lengths, in some batches two in a row -> features [N, T, 80], lengths, targets.

    `data` is sorted by length: neighbours pad each other least."""
    double = rng.random() < 0.12
    middle = rng.integers(len(data) // 2 if double else len(data))
    draw = lambda: data[int(np.clip(middle + rng.integers(-NEIGHBOURS, NEIGHBOURS), 0, len(data) - 1))]
    feats, targets, total = [], [], 0
    while total < seconds * 100:
        x, y = draw()
        x = x.astype(np.float32)
        if double:
            x2, y2 = draw()
            x, y = np.concatenate([x, x2.astype(np.float32)]), y + y2
        if strength is not None:
            x = augment(x, rng, strength, data)
        if rng.random() < 0.015:
            quiet = np.full((200, BINS), FLOOR + rng.uniform(0, 6), np.float32) + rng.normal(0, 0.5, (200, BINS))
            x, y = np.maximum(quiet, FLOOR).astype(np.float32), []
        # A random shift, so that chunks cut words everywhere.
        x = x[rng.integers(0, min(8, len(x) - 8)):]
        feats.append(x)
        targets.append(y)
        total += len(x)
    longest = -(-max(map(len, feats)) // SUBSAMPLING) * SUBSAMPLING
    out = np.full((len(feats), longest, BINS), FLOOR, np.float32)
    for row, x in zip(out, feats):
        row[:len(x)] = x
    lengths = torch.tensor([len(x) // SUBSAMPLING for x in feats])
    return torch.from_numpy(out), lengths, targets


def losses(model, rng, lang, x, lengths, targets):
    """Of the last and the middle head, per piece, and of whose language it is from up to 2.5 s; the chunk and the history are
    drawn anew each time."""
    last, middle, states = model(x.to(DEVICE), CHUNKS[rng.integers(len(CHUNKS))], lang, int(rng.choice([32, 48, 48, 64])))
    flat = torch.tensor([t for target in targets for t in target], dtype=torch.long)
    sizes = torch.tensor([len(t) for t in targets])
    ctc = lambda lp: F.ctc_loss(lp.transpose(0, 1), flat, lengths, sizes, reduction="sum", zero_infinity=True) / max(1, len(flat))
    loss = 0.7 * ctc(last) + 0.3 * ctc(middle)
    said = [i for i, target in enumerate(targets) if target]
    if said and len(model.langs) > 1:
        which = model.language(states[said], int(rng.integers(8, 32)))
        wanted = torch.full((len(said),), model.langs.index(lang), device=which.device)
        loss = loss + 0.15 * F.cross_entropy(which, wanted)
    return loss


def checkpoint(lang=None):
    return os.path.join(paths.ASR, lang or "", "checkpoint.pt")


def committed(lang=None):
    """The weights in git, of the trunk or of one language."""
    return BEGIN % ("-" + lang if lang else "")


def lesson(step, progress, langs, begun):
    """-> (languages, longest utterance in frames, strength of augmentation), of the trunk at a step."""
    # What began with trained weights has left the plateau, but its optimizer begins anew.
    step += ALONE_STEPS if begun else 0
    if step < ALONE_STEPS:
        return langs[:1], SHORT, None
    if step < CLEAN_STEPS:
        return langs, SHORT, None
    return langs, 10 ** 6, 0.3 + 0.4 * min(1, progress / 0.5)


def work(rank, processes, minutes, seed, alone):
    training.start(rank, processes, 29512, seed)
    langs = [alone] if alone else list(LANGS)
    data = {lang: load(sorted(glob.glob("%s/%s/train*.npz" % (paths.ASR, lang))), tokenizer(lang)) for lang in langs}
    model = Model(LANGS, PIECES).to(DEVICE)
    # A trunk that was trained here is newer than what git keeps of a language.
    if alone and os.path.exists(checkpoint()) and not os.path.exists(checkpoint(alone)):
        model.load_state_dict(torch.load(checkpoint(), weights_only=False, map_location=DEVICE)["ema"])
    run = Training(model, checkpoint(alone), rank, processes, minutes, peak=6e-4 if alone else 1e-3, warm_up=200, clip=2.0,
                   smoothing=0.998, begin=None if alone and os.path.exists(checkpoint()) else committed(alone))
    rng = np.random.default_rng([seed, run.step, rank])
    torch.manual_seed(seed + 10007 * rank + run.step)
    while run.progress < 1:
        taught, longest, strength = (langs, 10 ** 6, 0.6) if alone else lesson(run.step, run.progress, langs, run.begun)
        shares = np.array([SHARES[lang] for lang in taught])
        lang = taught[rng.choice(len(taught), p=shares / shares.sum())]
        rows = data[lang][:bisect(data[lang], longest, key=lambda row: len(row[0]))]
        x, lengths, targets = batch(rows, rng, strength)
        loss = losses(model, rng, lang, x, lengths, targets)
        run.learn(loss, float(lengths.sum()) * 0.08 / 3600, "h heard", every=50)


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--minutes", type=float, default=240)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--processes", type=int, default=1, help="data-parallel processes of one thread each")
    ap.add_argument("--lang", choices=LANGS, help="go on with this language alone")
    a = ap.parse_args()
    for lang in LANGS:
        tokenizer(lang)
    training.run(work, (a.minutes, a.seed, a.lang), a.processes)


if __name__ == "__main__":
    main()
