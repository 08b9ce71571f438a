"""Log-mel frames [N, T, 80] -> CTC log-probabilities, chunk by chunk: a small causal conformer in the style of
Gulati et al. 2020 with chunk attention (Zhang et al. 2020) and ALiBi distances (Press et al. 2022).

One frame out for eight in (80 ms). `forward` is for training (whole utterances, chunk mask); `step` is for streaming
and export: the same numbers, with explicit states."""

import torch
import torch.nn.functional as F
from torch import nn

STACK, SUBSAMPLING = 4, 8
LEFT = 48          # output frames (3.84 s) of attention before the chunk
KERNEL = 9
SLOPES = (0.0, 0.02, 0.08, 0.3)


class Block(nn.Module):
    def __init__(self, d, ffn):
        super().__init__()
        self.d = d
        self.norm_ffn, self.norm_att, self.norm_conv = nn.LayerNorm(d), nn.LayerNorm(d), nn.LayerNorm(d)
        self.norm_mid, self.norm_out = nn.LayerNorm(d), nn.LayerNorm(d)
        self.up, self.down = nn.Linear(d, ffn), nn.Linear(ffn, d)
        self.qkv, self.out = nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.gate, self.point = nn.Linear(d, 2 * d), nn.Linear(d, d)
        self.depth = nn.Conv1d(d, d, KERNEL, groups=d)

    def forward(self, x, bias, past_kv, past_conv):
        """x [N,T,d], bias [N or 1,heads,T,P+T], past_kv [N,2,P,d], past_conv [N,KERNEL-1,d] -> x, kv, conv"""
        n, t, d = x.shape
        x = x + self.down(F.silu(self.up(self.norm_ffn(x))))
        q, k, v = self.qkv(self.norm_att(x)).split(d, dim=-1)
        k, v = torch.cat([past_kv[:, 0], k], 1), torch.cat([past_kv[:, 1], v], 1)
        heads = len(SLOPES)
        split = lambda y: y.reshape(n, -1, heads, d // heads).transpose(1, 2)
        att = (split(q) @ split(k).transpose(-1, -2)) * (d // heads) ** -0.5 + bias
        y = (att.softmax(-1) @ split(v)).transpose(1, 2).reshape(n, t, d)
        x = x + self.out(y)
        y = torch.cat([past_conv, F.glu(self.gate(self.norm_conv(x)), dim=-1)], 1)
        new_conv = y[:, -(KERNEL - 1):]
        y = self.depth(y.transpose(1, 2)).transpose(1, 2)
        x = x + self.point(F.silu(self.norm_mid(y)))
        return self.norm_out(x), torch.stack([k, v], 1), new_conv


class Model(nn.Module):
    """One trunk; a head for each language; and from its middle, whose language it is."""

    def __init__(self, langs, vocab=384, d=160, layers=8, ffn=480):
        super().__init__()
        self.d, self.layers, self.langs = d, layers, list(langs)
        self.front = nn.Linear(80 * STACK, 2 * d)
        self.merge = nn.Conv1d(2 * d, d, 3, stride=2)
        self.blocks = nn.ModuleList(Block(d, ffn) for _ in range(layers))
        self.middle_heads = nn.ModuleDict({lang: nn.Linear(d, vocab) for lang in langs})
        self.heads = nn.ModuleDict({lang: nn.Linear(d, vocab) for lang in langs})
        self.which = nn.Linear(d, len(self.langs))
        self.register_buffer("slopes", torch.tensor(SLOPES).view(1, -1, 1, 1))

    def subsample(self, x, past):
        """x [N,T,80], past [N,1,2d] -> [N,T/8,d], the new past"""
        n, t, _ = x.shape
        x = F.gelu(self.front(((x + 7.0) / 4.0).reshape(n, t // STACK, 80 * STACK)))
        y = torch.cat([past, x], 1)
        return F.gelu(self.merge(y.transpose(1, 2)).transpose(1, 2)), x[:, -1:]

    def bias(self, distance, allowed):
        return torch.where(allowed, -self.slopes * distance.abs(), torch.full_like(distance, -1e4))

    def forward(self, x, chunk, lang, left=LEFT):
        """Whole utterances, T a multiple of 8 -> log-probabilities of the language's last and middle heads, and the middle."""
        n = x.shape[0]
        x, _ = self.subsample(x, x.new_zeros(n, 1, 2 * self.d))
        i = torch.arange(x.shape[1])
        start = i // chunk * chunk
        allowed = (i[None] >= (start - left)[:, None]) & (i[None] < (start + chunk)[:, None])
        bias = self.bias((i[:, None] - i[None]).float()[None, None], allowed[None, None])
        kv, conv = x.new_zeros(n, 2, 0, self.d), x.new_zeros(n, KERNEL - 1, self.d)
        for number, block in enumerate(self.blocks):
            x, _, _ = block(x, bias, kv, conv)
            if number == self.layers // 2 - 1:
                middle = x
        return self.heads[lang](x).log_softmax(-1), self.middle_heads[lang](middle).log_softmax(-1), middle

    def language(self, middle, frames):
        """What is spoken in the first so many frames of the middle: logits [N, languages]."""
        return self.which(middle[:, :frames].mean(1))

    def step(self, lang, x, front, kv, conv, processed_lens):
        """One chunk of a language; states `front` [N,1,2d], `kv` [N,2*layers,LEFT,d], `conv` [N,layers,KERNEL-1,d], lens [N]."""
        x, front = self.subsample(x, front)
        t = x.shape[1]
        query = torch.arange(t)[:, None]
        key = torch.arange(-LEFT, t)[None]
        seen = (key >= 0)[None] | (key[None] >= -processed_lens[:, None, None])
        bias = self.bias((query - key).float()[None, None], seen[:, None].expand(-1, 1, t, -1))
        kvs, convs = [], []
        for number, block in enumerate(self.blocks):
            x, new_kv, new_conv = block(x, bias, kv[:, 2 * number:2 * number + 2], conv[:, number])
            kvs.append(new_kv[:, :, -LEFT:])
            convs.append(new_conv)
        return self.heads[lang](x).log_softmax(-1), front, torch.cat(kvs, 1), torch.stack(convs, 1), processed_lens + t
