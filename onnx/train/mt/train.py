"""Sentences in four languages -> one M2M100 model for all directions, with NLLB's language tokens: `python3 -m mt.train
--minutes 180` (resumable; on a graphics card, if there is one).

Also learns the tokenizer: BPE over all languages, with `</s>` and the language tokens as special tokens. A longer time than
before goes on with the learning rate where its schedule then is."""

import argparse
import os
import time
from itertools import islice

import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import M2M100Config, M2M100ForConditionalGeneration

import parallel
import paths

from .data import examples

SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]
LANGUAGES = {"en": "eng_Latn", "es": "spa_Latn", "de": "deu_Latn", "fr": "fra_Latn"}
PIECES = 4000
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
LETTERS = list("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZáéíóúüñÁÉÍÓÚÜÑàèìòùâêîôûäöëïÿœæçßÀÈÇÄÖÊÎÔÂŒ0123456789'.,;:?!¿¡-()\"/&%€$£+")


def tokenizer():
    path = os.path.join(paths.MT, "tokenizer.json")
    if not os.path.exists(path):
        t = Tokenizer(models.BPE(unk_token="<unk>"))
        t.normalizer = normalizers.NFC()
        t.pre_tokenizer = pre_tokenizers.Metaspace(replacement="\u2581", prepend_scheme="always")
        t.decoder = decoders.Metaspace(replacement="\u2581", prepend_scheme="always")
        trainer = trainers.BpeTrainer(vocab_size=PIECES, special_tokens=SPECIAL, initial_alphabet=LETTERS, show_progress=False)
        text = (side for example in islice(examples(5), 150000) for side in example[2:])
        t.train_from_iterator(text, trainer)
        t.add_special_tokens(list(LANGUAGES.values()))
        t.save(path)
    return Tokenizer.from_file(path)


def encode(t, a, b, source, target):
    ids = lambda text: t.encode(text, add_special_tokens=False).ids
    token = lambda lang: t.token_to_id(LANGUAGES[lang])
    return [token(a)] + ids(source) + [2], [token(b)] + ids(target) + [2]


def batch(stream, t, tokens=2600):
    """Sources and targets of about this many target tokens, padded; similar lengths together."""
    rows = sorted((encode(t, *next(stream)) for _ in range(tokens // 16)), key=lambda r: len(r[1]))
    src, tgt = zip(*rows)
    pad = lambda seqs: torch.tensor([s + [1] * (max(map(len, seqs)) - len(s)) for s in seqs])
    half = len(rows) // 3
    for part in (slice(0, half), slice(half, 2 * half), slice(2 * half, None)):
        yield pad(src[part]), pad(tgt[part])


def model(vocab):
    config = M2M100Config(
        vocab_size=vocab, d_model=192, encoder_layers=4, decoder_layers=2, encoder_attention_heads=4,
        decoder_attention_heads=4, encoder_ffn_dim=768, decoder_ffn_dim=768, max_position_embeddings=256,
        dropout=0.1, attention_dropout=0.0, activation_dropout=0.0, encoder_layerdrop=0.0, decoder_layerdrop=0.0,
        scale_embedding=True, decoder_start_token_id=2, bos_token_id=0, pad_token_id=1, eos_token_id=2)
    return M2M100ForConditionalGeneration(config)


def rate(progress, step):
    cosine = 1 if progress < 0.3 else 0.5 * (1 + np.cos(np.pi * min(1, (progress - 0.3) / 0.7)))
    return 1e-3 * min(1, (step + 1) / 300) * cosine + 1e-6


def loss_of(net, src, tgt):
    inputs = torch.cat([torch.full((len(tgt), 1), 2, device=DEVICE), tgt[:, :-1]], 1)
    logits = net(input_ids=src, attention_mask=(src != 1).long(), decoder_input_ids=inputs, use_cache=False).logits
    # The language token is given, not learned.
    return torch.nn.functional.cross_entropy(
        logits[:, 1:].reshape(-1, logits.shape[-1]), tgt[:, 1:].reshape(-1), ignore_index=1, label_smoothing=0.1)


def batches(stream, t):
    while True:
        yield from batch(stream, t)


def work(rank, processes, minutes, seed):
    parallel.start(rank, processes, 29513)
    torch.manual_seed(seed)
    t = tokenizer()
    net = model(t.get_vocab_size()).to(DEVICE)
    optimizer = torch.optim.AdamW(net.parameters(), 1e-3, betas=(0.9, 0.98), weight_decay=0.01)
    ema = {k: v.clone() for k, v in net.state_dict().items()}
    step, spent, seen, path = 0, 0.0, 0, paths.MT + "/checkpoint.pt"
    if os.path.exists(path):
        saved = torch.load(path, weights_only=False, map_location=DEVICE)
        net.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        ema, step, spent, seen = saved["ema"], saved["step"], saved["spent"], saved.get("seen", 0)
    torch.manual_seed(seed + 10007 * rank + step)
    if rank == 0:
        print("%d pieces, %.2f M parameters" % (t.get_vocab_size(), sum(p.numel() for p in net.parameters()) / 1e6), flush=True)

    def save():
        if rank == 0:
            torch.save(dict(model=net.state_dict(), optimizer=optimizer.state_dict(), ema=ema, step=step, seen=seen,
                            spent=time.time() - begin), path + ".new")
            os.replace(path + ".new", path)

    begin, losses, saved_at, progress = time.time() - spent, [], time.time(), 0.0
    net.train()
    for src, tgt in batches(examples(seed + step + 100003 * rank), t):
        src, tgt = src.to(DEVICE), tgt.to(DEVICE)
        loss = loss_of(net, src, tgt)
        optimizer.zero_grad()
        loss.backward()
        progress = parallel.agree(net, (time.time() - begin) / (minutes * 60), processes)
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        for group in optimizer.param_groups:
            group["lr"] = rate(progress, step)
        optimizer.step()
        step += 1
        seen += int((tgt != 1).sum()) * processes
        decay = min(0.997, step / (step + 10))
        with torch.no_grad():
            for k, v in net.state_dict().items():
                ema[k].lerp_(v, 1 - decay) if v.is_floating_point() else ema[k].copy_(v)
        losses.append(loss.item())
        if step % 100 == 0 and rank == 0:
            print("step %d, %.1f min, %d k tokens, loss %.3f" % (
                step, (time.time() - begin) / 60, seen // 1000, np.mean(losses)), flush=True)
            losses = []
        if time.time() - saved_at > 60:
            saved_at = time.time()
            save()
        if progress >= 1:
            break
    save()
    if rank == 0:
        print("done: step %d" % step)


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--minutes", type=float, default=240)
    ap.add_argument("--seed", type=int, default=3)
    ap.add_argument("--processes", type=int, default=1, help="data-parallel processes of one thread each")
    a = ap.parse_args()
    tokenizer()
    parallel.run(work, (a.minutes, a.seed), a.processes)


if __name__ == "__main__":
    main()
