"""Trained weights -> one small file for git, 8-bit integers with a scale per row, and back: what a later training begins with,
on another machine or of a larger grammar. (A checkpoint, with the optimizer's state, is ten times as large and stays local.)"""

import numpy as np
import torch

from asr.store import SMALL, quantised


def packed(state):
    """State dict -> arrays by name."""
    arrays = {}
    for name, tensor in state.items():
        values = tensor.detach().cpu().numpy()
        if values.ndim >= 2 and values.size >= SMALL:
            arrays[name + "/int8"], arrays[name + "/scale"] = quantised(values)
        else:
            arrays[name] = values
    return arrays


def unpacked(arrays):
    """-> state dict"""
    state = {}
    for name, values in arrays.items():
        if name.endswith("/int8"):
            state[name[:-5]] = torch.from_numpy(values * arrays[name[:-5] + "/scale"])
        elif not name.endswith("/scale"):
            state[name] = torch.from_numpy(values)
    return state


def rounded(state):
    """What comes back of a state dict that was saved: the numbers that the published files hold."""
    return unpacked(packed(state))


def save(state, path):
    np.savez_compressed(path, **packed(state))


def load(path):
    with np.load(path) as file:
        return unpacked(dict(file))
