"""golden.wav and the shipped English recogniser -> golden.json, what the Python loop makes of it, for the Rust tests:
`python3 -m asr.golden`."""

import json
import os
import wave

import numpy as np

from .evaluate import HERE, MODEL, Streaming
from .features import fbank


def main():
    with wave.open(os.path.join(HERE, "golden.wav")) as w:
        samples = np.frombuffer(w.readframes(w.getnframes()), "<i2").astype(np.float32) / 32768
    features = fbank(samples)
    tokens = Streaming(os.path.join(MODEL, "en")).tokens(samples)
    data = dict(frames=len(features), first=[[round(float(v), 5) for v in row] for row in features[:20]],
                mean=[round(float(row.mean()), 5) for row in features], tokens=[[int(i), int(f)] for i, f in tokens])
    with open(os.path.join(HERE, "golden.json"), "w") as f:
        json.dump(data, f)


if __name__ == "__main__":
    main()
