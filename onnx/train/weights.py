"""Trained weights -> one small file for git, 8-bit integers with a scale per row, and back: what a later training begins with,
on another machine or of a larger grammar. (A checkpoint, with the optimizer's state, is ten times as large and stays local.)"""

import numpy as np
import torch

from asr.store import SMALL, quantised


def save(state, path):
    arrays = {}
    for name, tensor in state.items():
        values = tensor.detach().cpu().numpy()
        if values.ndim >= 2 and values.size >= SMALL:
            arrays[name + "/int8"], arrays[name + "/scale"] = quantised(values)
        else:
            arrays[name] = values
    np.savez_compressed(path, **arrays)


def rounded(state):
    """What comes back of a state dict that was saved: the numbers that the published files hold."""
    out = {}
    for name, tensor in state.items():
        if tensor.ndim >= 2 and tensor.numel() >= SMALL:
            whole, scale = quantised(tensor.detach().cpu().numpy())
            tensor = torch.from_numpy(whole * scale)
        out[name] = tensor
    return out


def load(path):
    """-> state dict"""
    file, state = np.load(path), {}
    for name in file.files:
        if name.endswith("/int8"):
            state[name[:-5]] = torch.from_numpy(file[name] * file[name[:-5] + "/scale"])
        elif not name.endswith("/scale"):
            state[name] = torch.from_numpy(file[name])
    return state
