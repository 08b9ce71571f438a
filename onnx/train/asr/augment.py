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


def level_of(power):
    """The mean power of frames with speech."""
    loud = power[power.mean(1) > 1e-6]
    return loud.mean() if len(loud) else 1e-4


def stationary(shape, rng):
    """Noise of a random spectrum."""
    tilt = np.cumsum(rng.normal(0, 0.35, BINS)) + rng.normal(0, 0.03) * np.arange(BINS)
    if rng.random() < 0.3:
        tilt *= 0.2
    return np.exp(tilt - tilt.max()) * rng.gamma(2.0, 0.5, shape)


def babble(shape, rng, others):
    """Several people at once."""
    power = np.zeros(shape)
    for _ in range(rng.integers(2, 7)):
        x = np.exp(others[rng.integers(len(others))][0].astype(np.float32))
        at = np.resize(np.roll(np.arange(len(x)), rng.integers(len(x))), shape[0])
        power += x[at] / level_of(x)
    return power


def music(shape, rng):
    """Chords of a few partials, each some tenths of a second."""
    power, at = np.full(shape, 1e-4), 0
    bins = np.arange(BINS)
    while at < shape[0]:
        length = rng.integers(12, 60)
        chord = sum(np.exp(-0.5 * ((bins - c) / 0.7) ** 2) * rng.uniform(0.2, 1) for c in rng.uniform(3, 70, rng.integers(3, 12)))
        fade = np.exp(-rng.uniform(0, 0.08) * np.arange(length))[:, None]
        power[at:at + length] += (fade * chord)[:len(power[at:at + length])]
        at += length
    return power


def noise(x, rng, strength, others):
    """Adds something that isn't the speaker, mostly 17 to 48 dB below the speech (less at low strength), at times 6 to 26."""
    power = np.exp(x)
    kind = rng.random()
    if kind < 0.3 and others:
        added = babble(x.shape, rng, others)
    elif kind < 0.4:
        added = music(x.shape, rng)
    else:
        added = stationary(x.shape, rng)
    snr = rng.uniform(6, 26) if rng.random() < 0.5 * strength else rng.uniform(45 - 40 * strength, 48)
    return np.log(power + level_of(power) * 10 ** (-snr / 10) / added.mean() * added)


def reverb(x, rng):
    """A room: each frame's power dies away over 0.15 to 0.8 s (T60), 0 to 15 dB below the direct sound."""
    power = np.exp(x)
    decay = 10 ** (-6 * 0.01 / rng.uniform(0.15, 0.8))
    share = (1 - decay) / decay * 10 ** (-rng.uniform(0, 15) / 10)
    tail, out = np.zeros(BINS), np.empty_like(power)
    for i, frame in enumerate(power):
        tail *= decay
        out[i] = frame + share * tail
        tail += frame
    return np.log(out)


def band(x, rng):
    """A telephone, a codec, a poor microphone: what is outside the band is (nearly) gone."""
    low, high = (8, 52 + rng.integers(6)) if rng.random() < 0.5 else (rng.integers(0, 10), rng.integers(50, BINS))
    x = x.copy()
    floor = FLOOR + rng.uniform(0, 4)
    x[:, :low] = np.minimum(x[:, :low], floor + rng.normal(0, 0.5, (len(x), low)))
    x[:, high:] = np.minimum(x[:, high:], floor + rng.normal(0, 0.5, (len(x), BINS - high)))
    return x


def augment(x, rng, strength, others=()):
    """[frames, 80] float32 -> the same kind; strength 0 (only warp and speed) to 1. `others`: rows that begin with features
    of others who may talk, too."""
    x = x @ WARPS[rng.integers(len(WARPS))]
    x = stretch(x, rng.uniform(*SPEED))
    x = x + rng.uniform(-1.5, 1.5) + np.cumsum(rng.normal(0, 0.12 * strength, BINS))
    if rng.random() < 0.35 * strength / 0.6:
        x = reverb(x, rng)
    if rng.random() < 0.75:
        x = noise(x, rng, strength, others)
    if rng.random() < 0.2 * strength / 0.6:
        x = band(x, rng)
    x = np.maximum(x, FLOOR)
    if strength > 0:
        for _ in range(rng.integers(0, 3)):
            at, width = rng.integers(0, max(1, len(x) - 10)), rng.integers(1, 10)
            x[at:at + width] = x.mean()
        if rng.random() < 0.5:
            at, width = rng.integers(0, BINS - 8), rng.integers(1, 9)
            x[:, at:at + width] = x.mean()
    return x.astype(np.float32)
