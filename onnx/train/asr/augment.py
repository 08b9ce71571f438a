"""Log-mel features of clean synthetic speech -> features as other voices, rooms, levels and noises would give them.

All in the mel domain (5 % of a training step). The frequency warp is the key: it turns a few voices into many
(shared/reference/starter-models.md §3)."""

import numpy as np

from .features import BINS, FLOOR

WARP, SPEED = (0.79, 1.15), (0.87, 1.15)


def mel(hz):
    return 1127 * np.log(1 + hz / 700)


def warp_matrix(factor):
    """[80, 80]: bin b of the result looks where its frequency times `factor` was."""
    low, high = mel(20.0), mel(7600.0)
    centers = low + (np.arange(BINS) + 1) * (high - low) / (BINS + 1)
    hz = 700 * (np.exp(centers / 1127) - 1) * factor
    at = np.clip((mel(hz) - low) / (high - low) * (BINS + 1) - 1, 0, BINS - 1)
    first = np.minimum(at.astype(int), BINS - 2)
    matrix = np.zeros((BINS, BINS), np.float32)
    matrix[first, np.arange(BINS)] = 1 - (at - first)
    matrix[first + 1, np.arange(BINS)] += at - first
    return matrix


WARPS = [warp_matrix(f) for f in np.linspace(WARP[0], WARP[1], 37)]


def stretch(x, factor):
    at = np.arange(0, len(x) - 1, factor, dtype=np.float32)
    # Single precision may round the last one up to the end.
    first = np.minimum(at.astype(int), len(x) - 2)
    part = (at - first)[:, None]
    return x[first] * (1 - part) + x[first + 1] * part


def noise(x, rng, strength):
    """Adds stationary noise of a random spectrum, 14 to 50 dB below the speech (less at low strength)."""
    power = np.exp(x)
    speech = power[power.mean(1) > 1e-6].mean() if (power.mean(1) > 1e-6).any() else 1e-4
    snr = rng.uniform(50 - 36 * strength, 55)
    tilt = np.cumsum(rng.normal(0, 0.35, BINS)) + rng.normal(0, 0.03) * np.arange(BINS)
    shape = np.exp(tilt - tilt.max())
    level = speech * 10 ** (-snr / 10) / shape.mean()
    return np.log(power + level * shape * rng.gamma(2.0, 0.5, x.shape))


def augment(x, rng, strength):
    """[frames, 80] float32 -> the same kind; strength 0 (only warp and speed) to 1."""
    x = x @ WARPS[rng.integers(len(WARPS))]
    x = stretch(x, rng.uniform(*SPEED))
    x = x + rng.uniform(-1.5, 1.5) + np.cumsum(rng.normal(0, 0.12 * strength, BINS))
    if rng.random() < 0.75:
        x = noise(x, rng, strength)
    x = np.maximum(x, FLOOR)
    if strength > 0:
        for _ in range(rng.integers(0, 3)):
            at, width = rng.integers(0, max(1, len(x) - 10)), rng.integers(1, 10)
            x[at:at + width] = x.mean()
        if rng.random() < 0.5:
            at, width = rng.integers(0, BINS - 8), rng.integers(1, 9)
            x[:, at:at + width] = x.mean()
    return x.astype(np.float32)
