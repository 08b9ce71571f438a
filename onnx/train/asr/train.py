"""Features and sentences -> a streaming CTC model: `python3 -m asr.train --minutes 35` (resumes from its checkpoint).

One process, one thread. The learning rate follows the clock, so that training ends when it should."""

import argparse
import glob
import os
import time

import numpy as np
import sentencepiece
import torch
import torch.nn.functional as F

from .augment import augment
from .features import BINS, FLOOR
from .model import SUBSAMPLING, Model

DATA = "/work/data/asr"
PIECES = 256
CHUNKS = [4, 8, 8, 16, 1000]


def tokenizer():
    """256 pieces, learned from the training sentences; piece 0 (unknown) is the blank."""
    path = os.path.join(DATA, "bpe.model")
    if not os.path.exists(path):
        sentencepiece.SentencePieceTrainer.train(
            input="/work/data/text/train.en", model_prefix=path[:-6], vocab_size=PIECES, model_type="bpe",
            character_coverage=1.0, unk_id=0, bos_id=-1, eos_id=-1, pad_id=-1, num_threads=1,
            required_chars="abcdefghijklmnopqrstuvwxyz'")
    return sentencepiece.SentencePieceProcessor(model_file=path)


def load(names, sp):
    """-> [(features float16 [frames, 80], piece ids)]"""
    out = []
    for name in names:
        data = np.load(name)
        feats, ends = data["feats"], data["ends"]
        texts = [line.split("\t")[1] for line in open(name[:-4] + ".txt").read().split("\n")[:-1]]
        for start, end, text in zip(np.concatenate([[0], ends[:-1]]), ends, texts):
            out.append((feats[start:end], sp.encode(text)))
    return out


def batch(data, rng, strength, seconds=45):
    """Random utterances, sometimes two in a row -> features [N, T, 80], lengths, targets."""
    feats, targets, total = [], [], 0
    while total < seconds * 100:
        x, y = data[rng.integers(len(data))]
        x = x.astype(np.float32)
        if rng.random() < 0.12:
            x2, y2 = data[rng.integers(len(data))]
            x, y = np.concatenate([x, x2.astype(np.float32)]), y + y2
        if strength is not None:
            x = augment(x, rng, strength)
        if rng.random() < 0.02:
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


def rate(progress, step):
    peak = 1.2e-3
    if step < 200:
        return peak * (step + 1) / 200
    return peak if progress < 0.3 else peak * 0.5 * (1 + np.cos(np.pi * (progress - 0.3) / 0.7)) + 1e-6


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--minutes", type=float, default=35)
    ap.add_argument("--seed", type=int, default=1)
    a = ap.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(a.seed)
    rng = np.random.default_rng(a.seed)
    sp = tokenizer()
    data = load(sorted(glob.glob(DATA + "/train*.npz")), sp)
    model = Model(PIECES)
    ema = {k: v.clone() for k, v in model.state_dict().items()}
    optimizer = torch.optim.AdamW(model.parameters(), 1e-3, betas=(0.9, 0.98), weight_decay=0.01)
    step, spent, seen, path = 0, 0.0, 0.0, DATA + "/checkpoint.pt"
    if os.path.exists(path):
        saved = torch.load(path, weights_only=False)
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        ema, step, spent, seen = saved["ema"], saved["step"], saved["spent"], saved["seen"]
    print("%d utterances, %.2f M parameters" % (len(data), sum(p.numel() for p in model.parameters()) / 1e6), flush=True)
    begin, losses, saved_at = time.time() - spent, [], time.time()
    while time.time() - begin < a.minutes * 60:
        progress = (time.time() - begin) / (a.minutes * 60)
        # Clean speech until the plateau breaks, then ever harder.
        strength = None if step < 350 else 0.3 + 0.3 * min(1, progress / 0.5)
        x, lengths, targets = batch(data, rng, strength)
        chunk = CHUNKS[rng.integers(len(CHUNKS))]
        last, middle = model(x, chunk, int(rng.choice([32, 48, 48, 64])))
        flat = torch.tensor([t for target in targets for t in target], dtype=torch.long)
        sizes = torch.tensor([len(t) for t in targets])
        ctc = lambda lp: F.ctc_loss(lp.transpose(0, 1), flat, lengths, sizes, reduction="sum", zero_infinity=True) / len(flat)
        loss = 0.7 * ctc(last) + 0.3 * ctc(middle)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 2.0)
        for group in optimizer.param_groups:
            group["lr"] = rate(progress, step)
        optimizer.step()
        step += 1
        seen += float(lengths.sum()) * 0.08
        decay = min(0.998, step / (step + 10))
        with torch.no_grad():
            for k, v in model.state_dict().items():
                ema[k].lerp_(v, 1 - decay) if v.is_floating_point() else ema[k].copy_(v)
        losses.append(loss.item())
        if step % 50 == 0:
            spent = time.time() - begin
            print("step %d, %.1f min, %.1f h heard, loss %.3f" % (step, spent / 60, seen / 3600, np.mean(losses)), flush=True)
            losses = []
        if time.time() - saved_at > 60:
            saved_at = time.time()
            state = dict(model=model.state_dict(), optimizer=optimizer.state_dict(), ema=ema, step=step,
                         spent=time.time() - begin, seen=seen)
            torch.save(state, path + ".new")
            os.replace(path + ".new", path)
    torch.save(dict(model=model.state_dict(), optimizer=optimizer.state_dict(), ema=ema, step=step,
                    spent=time.time() - begin, seen=seen), path)
    print("done: step %d, %.1f h heard" % (step, seen / 3600))


if __name__ == "__main__":
    main()
