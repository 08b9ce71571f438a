"""Features and sentences -> a streaming CTC model: `python3 -m asr.train --minutes 120 --processes 2` (resumes from its
checkpoint).

One thread a process (two threads in one gain nothing). The learning rate follows the clock, so that training ends
when it should."""

import argparse
import glob
import os
import time

import numpy as np
import sentencepiece
import torch
import torch.nn.functional as F

import paths

from .augment import augment
from .features import BINS, FLOOR
from .model import SUBSAMPLING, Model

PIECES = 256
CHUNKS = [4, 8, 8, 16, 1000]
NEIGHBOURS = 600
CLEAN_STEPS = 350


def tokenizer():
    """256 pieces, learned from the training sentences; piece 0 (unknown) is the blank."""
    path = os.path.join(paths.ASR, "bpe.model")
    if not os.path.exists(path):
        sentencepiece.SentencePieceTrainer.train(
            input=paths.TEXT + "/train.en", model_prefix=path[:-6], vocab_size=PIECES, model_type="bpe",
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
            x = augment(x, rng, strength)
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


def rate(progress, step):
    peak = 1.2e-3
    if step < 200:
        return peak * (step + 1) / 200
    return peak if progress < 0.3 else peak * 0.5 * (1 + np.cos(np.pi * (progress - 0.3) / 0.7)) + 1e-6


def losses(model, rng, x, lengths, targets):
    """Of the last and the middle head, per piece; the chunk and the history are drawn anew each time."""
    last, middle = model(x, CHUNKS[rng.integers(len(CHUNKS))], int(rng.choice([32, 48, 48, 64])))
    flat = torch.tensor([t for target in targets for t in target], dtype=torch.long)
    sizes = torch.tensor([len(t) for t in targets])
    ctc = lambda lp: F.ctc_loss(lp.transpose(0, 1), flat, lengths, sizes, reduction="sum", zero_infinity=True) / max(1, len(flat))
    return 0.7 * ctc(last) + 0.3 * ctc(middle)


def agree(model, progress, processes):
    """Averages the gradients and the clock over the processes. -> progress"""
    if processes == 1:
        return progress
    grads = [p.grad for p in model.parameters()]
    flat = torch.cat([g.flatten() for g in grads] + [torch.tensor([progress])]) / processes
    torch.distributed.all_reduce(flat)
    for grad, part in zip(grads, flat[:-1].split([g.numel() for g in grads])):
        grad.copy_(part.view_as(grad))
    return float(flat[-1])


def work(rank, minutes, seed, processes):
    torch.set_num_threads(1)
    if processes > 1:
        torch.distributed.init_process_group("gloo", "tcp://127.0.0.1:29512", rank=rank, world_size=processes)
    torch.manual_seed(seed)
    sp = tokenizer()
    data = sorted(load(sorted(glob.glob(paths.ASR + "/train*.npz")), sp), key=lambda pair: len(pair[0]))
    model = Model(PIECES)
    ema = {k: v.clone() for k, v in model.state_dict().items()}
    optimizer = torch.optim.AdamW(model.parameters(), 1e-3, betas=(0.9, 0.98), weight_decay=0.01)
    step, spent, seen, path = 0, 0.0, 0.0, paths.ASR + "/checkpoint.pt"
    if os.path.exists(path):
        saved = torch.load(path, weights_only=False)
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        ema, step, spent, seen = saved["ema"], saved["step"], saved["spent"], saved["seen"]
    rng = np.random.default_rng([seed, step, rank])
    torch.manual_seed(seed + 10007 * rank + step)
    print("%d utterances, %.2f M parameters" % (len(data), sum(p.numel() for p in model.parameters()) / 1e6), flush=True)

    def save():
        if rank == 0:
            state = dict(model=model.state_dict(), optimizer=optimizer.state_dict(), ema=ema, step=step,
                         spent=time.time() - begin, seen=seen)
            torch.save(state, path + ".new")
            os.replace(path + ".new", path)

    begin, history, saved_at, progress = time.time() - spent, [], time.time(), 0.0
    while progress < 1:
        progress = (time.time() - begin) / (minutes * 60)
        # Clean speech until the plateau breaks, then ever harder.
        strength = None if step < CLEAN_STEPS else 0.3 + 0.3 * min(1, progress / 0.5)
        x, lengths, targets = batch(data, rng, strength)
        loss = losses(model, rng, x, lengths, targets)
        optimizer.zero_grad()
        loss.backward()
        progress = agree(model, progress, processes)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 2.0)
        for group in optimizer.param_groups:
            group["lr"] = rate(progress, step)
        optimizer.step()
        step += 1
        seen += float(lengths.sum()) * 0.08 * processes
        decay = min(0.998, step / (step + 10))
        with torch.no_grad():
            for k, v in model.state_dict().items():
                ema[k].lerp_(v, 1 - decay) if v.is_floating_point() else ema[k].copy_(v)
        history.append(loss.item())
        if step % 50 == 0 and rank == 0:
            print("step %d, %.1f min, %.1f h heard, loss %.3f" % (
                step, (time.time() - begin) / 60, seen / 3600, np.mean(history)), flush=True)
            history = []
        if time.time() - saved_at > 60:
            saved_at = time.time()
            save()
    save()
    if rank == 0:
        print("done: step %d, %.1f h heard" % (step, seen / 3600))


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--minutes", type=float, default=120)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--processes", type=int, default=1, help="data-parallel processes of one thread each")
    a = ap.parse_args()
    tokenizer()
    if a.processes == 1:
        work(0, a.minutes, a.seed, 1)
    else:
        torch.multiprocessing.spawn(work, (a.minutes, a.seed, a.processes), nprocs=a.processes)


if __name__ == "__main__":
    main()
