"""Sentences in four languages -> one M2M100 model for all directions, with NLLB's language tokens: `python3 -m mt.train
--minutes 180` (resumable; on a graphics card, if there is one).

Also learns the tokenizer: BPE over all languages, with `</s>` and the language tokens as special tokens. A longer time than
before goes on with the learning rate where its schedule then is."""

import argparse
import os
import random
import shutil
from itertools import islice

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import M2M100Config, M2M100ForConditionalGeneration

import paths
import training
from training import DEVICE, Training

from .data import FLORES, examples

SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]
PIECES = 4000
HERE = os.path.dirname(os.path.abspath(__file__))
BEGIN, SHIPPED = os.path.join(HERE, "weights.npz"), os.path.join(HERE, "../../starter/mt/tokenizer.json")
LETTERS = list("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZáéíóúüñÁÉÍÓÚÜÑàèìòùâêîôûäöëïÿœæçßÀÈÇÄÖÊÎÔÂŒ0123456789'.,;:?!¿¡-()\"/&%€$£+")


def tokenizer():
    path = os.path.join(paths.MT, "tokenizer.json")
    if os.path.exists(BEGIN) and not os.path.exists(path):
        shutil.copy(SHIPPED, path)
    if not os.path.exists(path):
        t = Tokenizer(models.BPE(unk_token="<unk>"))
        t.normalizer = normalizers.NFC()
        t.pre_tokenizer = pre_tokenizers.Metaspace(replacement="\u2581", prepend_scheme="always")
        t.decoder = decoders.Metaspace(replacement="\u2581", prepend_scheme="always")
        trainer = trainers.BpeTrainer(vocab_size=PIECES, special_tokens=SPECIAL, initial_alphabet=LETTERS, show_progress=False)
        text = (side for _, said, meant in islice(examples(5), 75000) for side in (said, *meant.values()))
        t.train_from_iterator(text, trainer)
        t.add_special_tokens(list(FLORES.values()))
        t.save(path)
    return Tokenizer.from_file(path)


def encode(t, lang, text):
    """As either side reads it."""
    return [t.token_to_id(FLORES[lang])] + t.encode(text, add_special_tokens=False).ids + [2]


def batches(stream, t, rng, tokens=1200, pool=1500):
    """-> endless (sources, targets, which source each target belongs to), of about this many target tokens with the padding;
    lengths alike together."""
    while True:
        rows = []
        for a, said, meant in islice(stream, pool):
            rows.append((encode(t, a, said), [encode(t, b, text) for b, text in meant.items()]))
        rows.sort(key=lambda row: (max(map(len, row[1])), len(row[0])))
        packs, pack, size = [], [], 0
        for row in rows:
            pack.append(row)
            size += len(row[1])
            if size * max(map(len, row[1])) >= tokens:
                packs.append(pack)
                pack, size = [], 0
        rng.shuffle(packs)
        for pack in packs:
            of = [i for i, row in enumerate(pack) for _ in row[1]]
            yield pad([row[0] for row in pack]), pad([target for row in pack for target in row[1]]), torch.tensor(of)


def pad(rows):
    return torch.tensor([row + [1] * (max(map(len, rows)) - len(row)) for row in rows])


def model(vocab):
    config = M2M100Config(
        vocab_size=vocab, d_model=192, encoder_layers=4, decoder_layers=2, encoder_attention_heads=4,
        decoder_attention_heads=4, encoder_ffn_dim=768, decoder_ffn_dim=768, max_position_embeddings=256,
        # Sentences are drawn anew for ever and the model is small: nothing is learnt by heart, dropout only slows it.
        dropout=0.0, attention_dropout=0.0, activation_dropout=0.0, encoder_layerdrop=0.0, decoder_layerdrop=0.0,
        scale_embedding=True, decoder_start_token_id=2, bos_token_id=0, pad_token_id=1, eos_token_id=2)
    return M2M100ForConditionalGeneration(config)


def loss_of(net, src, tgt, of):
    inputs = torch.cat([torch.full((len(tgt), 1), 2, device=DEVICE), tgt[:, :-1]], 1)
    mask = (src != 1).long()
    states = net.get_encoder()(input_ids=src, attention_mask=mask).last_hidden_state
    logits = net(encoder_outputs=(states[of],), attention_mask=mask[of], decoder_input_ids=inputs, use_cache=False).logits
    # The language token is given, not learned.
    return torch.nn.functional.cross_entropy(
        logits[:, 1:].reshape(-1, logits.shape[-1]), tgt[:, 1:].reshape(-1), ignore_index=1, label_smoothing=0.1)


def work(rank, processes, minutes, seed):
    training.start(rank, processes, 29513, seed)
    t = tokenizer()
    net = model(t.get_vocab_size()).to(DEVICE)
    run = Training(net, paths.MT + "/checkpoint.pt", rank, processes, minutes, peak=1e-3, warm_up=300, clip=1.0, smoothing=0.997,
                   begin=BEGIN)
    torch.manual_seed(seed + 10007 * rank + run.step)
    net.train()
    first = seed + run.step + 100003 * rank
    stream = batches(examples(first), t, random.Random(first))
    while run.progress < 1:
        src, tgt, of = (part.to(DEVICE) for part in next(stream))
        run.learn(loss_of(net, src, tgt, of), int((tgt != 1).sum()) / 1000, "k tokens", every=100)


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--minutes", type=float, default=240)
    ap.add_argument("--seed", type=int, default=3)
    ap.add_argument("--processes", type=int, default=1, help="data-parallel processes of one thread each")
    a = ap.parse_args()
    tokenizer()
    training.run(work, (a.minutes, a.seed), a.processes)


if __name__ == "__main__":
    main()
