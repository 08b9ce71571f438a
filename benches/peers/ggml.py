"""Turns a transformers Whisper folder into whisper.cpp's file (`ggml-*.bin`, f16), as its `convert-h5-to-ggml.py` does.

The format: magic, eleven hyper-parameters, the mel filters, the vocabulary, then tensors, each with its shape reversed,
its name and its numbers. One-dimensional tensors and the convolutions' biases stay f32.
"""

import json
import struct

import numpy as np
import torch
from transformers import WhisperForConditionalGeneration
from transformers.audio_utils import mel_filter_bank

MAGIC = 0x67676D6C
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


def write(hf, path):
    """Writes the file."""
    model = WhisperForConditionalGeneration.from_pretrained(hf)
    c = model.config
    vocabulary = json.loads((hf / "tokenizer.json").read_text())["model"]["vocab"]
    words = bytes_of(sorted(vocabulary, key=vocabulary.get))
    filters = mel_filter_bank(201, c.num_mel_bins, 0.0, 8000.0, 16000, norm="slaney", mel_scale="slaney").T
    part = path.with_suffix(".part")
    with open(part, "wb") as out:
        out.write(struct.pack(
            "12i", MAGIC, c.vocab_size, c.max_source_positions, c.d_model, c.encoder_attention_heads, c.encoder_layers,
            c.max_target_positions, c.d_model, c.decoder_attention_heads, c.decoder_layers, c.num_mel_bins, 1))
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
            out.write(struct.pack("3i", data.ndim, len(name), 0 if is_f32 else 1))
            out.write(struct.pack(f"{data.ndim}i", *reversed(data.shape)) + name.encode())
            out.write(np.ascontiguousarray(data, np.float32 if is_f32 else np.float16).tobytes())
    part.rename(path)
