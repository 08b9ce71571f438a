"""Turns a transformers Whisper folder into whisper.cpp's file (`ggml-*.bin`, f16), as its `convert-h5-to-ggml.py` does.

The format: magic, eleven hyper-parameters, the mel filters, the vocabulary, then tensors, each with its shape reversed,
its name and its numbers. One-dimensional tensors and the convolutions' biases stay f32. `ggml-q8_0.bin` is what its
`quantize` makes of it: matrices as blocks of 32 bytes with a scale.
"""

import json
import struct

import numpy as np
import torch
from transformers import WhisperForConditionalGeneration
from transformers.audio_utils import mel_filter_bank

MAGIC = 0x67676D6C
# The kind of a tensor, and of a file (with the version of its blocks, 2, in thousands).
KINDS = {"f16": (1, 1), "q8_0": (8, 2007)}
NAMES = [  # transformers' part of a name, OpenAI's
    ("self_attn.k_proj", "attn.key"), ("self_attn.q_proj", "attn.query"), ("self_attn.v_proj", "attn.value"),
    ("self_attn.out_proj", "attn.out"), ("self_attn_layer_norm", "attn_ln"), ("encoder_attn.k_proj", "cross_attn.key"),
    ("encoder_attn.q_proj", "cross_attn.query"), ("encoder_attn.v_proj", "cross_attn.value"),
    ("encoder_attn.out_proj", "cross_attn.out"), ("encoder_attn_layer_norm", "cross_attn_ln"), ("fc1", "mlp.0"),
    ("fc2", "mlp.2"), ("final_layer_norm", "mlp_ln"), ("layers.", "blocks."), ("encoder.layer_norm", "encoder.ln_post"),
    ("decoder.layer_norm", "decoder.ln"), ("decoder.embed_tokens", "decoder.token_embedding"),
    ("encoder.embed_positions.weight", "encoder.positional_embedding"),
    ("decoder.embed_positions.weight", "decoder.positional_embedding"), ("model.", "")]


def bytes_of(pieces):
    """Byte-level pieces as the bytes they stand for."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [b for b in range(256) if b not in printable]
    back = {chr(b): b for b in printable} | {chr(256 + i): b for i, b in enumerate(rest)}
    return [bytes(back[c] for c in piece) for piece in pieces]


def q8_0(matrix):
    """Blocks of 32: a scale (f16), then bytes."""
    blocks = matrix.reshape(-1, 32)
    scale = np.abs(blocks).max(1, keepdims=True) / 127
    whole = np.round(np.divide(blocks, scale, out=np.zeros_like(blocks), where=scale > 0)).astype(np.int8)
    return np.concatenate([scale.astype(np.float16).view(np.int8), whole], axis=1)


def write(hf, path, kind="f16"):
    """Writes the file."""
    tensor_kind, file_kind = KINDS[kind]
    model = WhisperForConditionalGeneration.from_pretrained(hf)
    c = model.config
    vocabulary = json.loads((hf / "tokenizer.json").read_text())["model"]["vocab"]
    words = bytes_of(sorted(vocabulary, key=vocabulary.get))
    filters = mel_filter_bank(201, c.num_mel_bins, 0.0, 8000.0, 16000, norm="slaney", mel_scale="slaney").T
    part = path.with_suffix(".part")
    with open(part, "wb") as out:
        out.write(struct.pack(
            "12i", MAGIC, c.vocab_size, c.max_source_positions, c.d_model, c.encoder_attention_heads, c.encoder_layers,
            c.max_target_positions, c.d_model, c.decoder_attention_heads, c.decoder_layers, c.num_mel_bins, file_kind))
        out.write(struct.pack("2i", *filters.shape) + np.ascontiguousarray(filters, np.float32).tobytes())
        out.write(struct.pack("i", len(words)))
        for word in words:
            out.write(struct.pack("i", len(word)) + word)
        for name, tensor in model.state_dict().items():
            if name == "proj_out.weight":  # the embedding, once more
                continue
            for theirs, ours in NAMES:
                name = name.replace(theirs, ours)
            data = tensor.to(torch.float32).numpy().squeeze()
            if name in ("encoder.conv1.bias", "encoder.conv2.bias"):
                data = data.reshape(-1, 1)
            is_f32 = data.ndim < 2 or "positional_embedding" in name or name.endswith("conv1.bias") or name.endswith("conv2.bias")
            is_whole = data.ndim == 2 and not is_f32
            out.write(struct.pack("3i", data.ndim, len(name), 0 if is_f32 else tensor_kind if is_whole else 1))
            out.write(struct.pack(f"{data.ndim}i", *reversed(data.shape)) + name.encode())
            if is_whole and kind == "q8_0":
                out.write(q8_0(data).tobytes())
            else:
                out.write(np.ascontiguousarray(data, np.float32 if is_f32 else np.float16).tobytes())
    part.rename(path)
