"""WAV bytes -> Kaldi log-mel features [frames, 80], the settings of icefall and sherpa-onnx (and of src/asr/features.rs)."""

import io
import struct

import kaldi_native_fbank as knf
import numpy as np
import soxr

RATE = 16000
BINS = 80
FLOOR = float(np.log(np.float32(1.1920929e-07)))


def read_wav(data):
    """WAV bytes (a stream's length may be a lie) -> samples in [-1, 1] at 16 kHz."""
    rate = struct.unpack("<I", data[24:28])[0]
    start = data.index(b"data") + 8
    samples = np.frombuffer(data[start:start + (len(data) - start) // 2 * 2], "<i2").astype(np.float32) / 32768
    return samples if rate == RATE else soxr.resample(samples, rate, RATE).astype(np.float32)


def options():
    o = knf.FbankOptions()
    o.frame_opts.samp_freq = RATE
    o.frame_opts.dither = 0
    o.frame_opts.snip_edges = False
    o.mel_opts.num_bins = BINS
    o.mel_opts.low_freq = 20
    o.mel_opts.high_freq = -400
    return o


def fbank(samples):
    """Samples at 16 kHz -> [frames, 80]."""
    stream = knf.OnlineFbank(options())
    stream.accept_waveform(RATE, samples.tolist())
    stream.input_finished()
    if stream.num_frames_ready == 0:
        return np.zeros((0, BINS), np.float32)
    return np.stack([stream.get_frame(i) for i in range(stream.num_frames_ready)])
