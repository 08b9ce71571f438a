"""Turns a size into a tokenizer of that size: byte-pair encoding with invented pieces, as large and as slow to load as a
published one. What the pieces mean is of no matter here."""

import random

from tokenizers import AddedToken, Tokenizer, decoders, pre_tokenizers
from tokenizers.models import BPE

BOUNDARY = "\u2581"
SPACE = "\u0120"  # as byte-level pieces write it


def pieces(first, alphabet, size, seed):
    """A vocabulary of `size` pieces that begins with `first`, and the merges that make it from `alphabet`."""
    draw = random.Random(seed)
    vocabulary = {piece: i for i, piece in enumerate([*first, *alphabet])}
    made, merges = list(alphabet), []
    while len(vocabulary) < size:
        # Short pieces are merged more often: lengths come out as in a trained vocabulary, 5 to 8 letters.
        left, right = made[int(len(made) * draw.random() ** 3)], made[int(len(made) * draw.random() ** 3)]
        piece = left + right
        if len(piece) <= 12 and not {BOUNDARY, SPACE} & set(right) and piece not in vocabulary:
            vocabulary[piece] = len(vocabulary)
            made.append(piece)
            merges.append((left, right))
    return vocabulary, merges


def translation(size, languages, last):
    """As NLLB's and M2M100's: `<s> <pad> </s> <unk>`, pieces up to `size`, then a token per language, then `last`."""
    alphabet = [BOUNDARY, *"abcdefghijklmnopqrstuvwxyzáéíóúñüßçøåœæ0123456789.,;:!?'-"]
    vocabulary, merges = pieces(["<s>", "<pad>", "</s>", "<unk>"], alphabet, size, 1)
    tokenizer = Tokenizer(BPE(vocabulary, merges, unk_token="<unk>", fuse_unk=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(BOUNDARY, prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(BOUNDARY)
    tokenizer.add_special_tokens([AddedToken(t, special=True) for t in ["<s>", "<pad>", "</s>", "<unk>", *languages, *last]])
    return tokenizer


def whisper(languages):
    """As multilingual Whisper's: 50257 byte-level pieces, then its special tokens and 1501 timestamps (51865 in all)."""
    # Letters first, so that most pieces are words or parts of words.
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet(), key=lambda c: (c != SPACE, not (c.isascii() and c.islower()), c))
    vocabulary, merges = pieces([], alphabet, 50257, 2)
    tokenizer = Tokenizer(BPE(vocabulary, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["endoftext", "startoftranscript", *languages, "translate", "transcribe", "startoflm", "startofprev",
               "nospeech", "notimestamps"]
    tokenizer.add_special_tokens([AddedToken(f"<|{t}|>", special=True) for t in special])
    tokenizer.add_tokens([AddedToken(f"<|{i * 0.02:.2f}|>", normalized=False) for i in range(1501)])
    return tokenizer
