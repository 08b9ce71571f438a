"""icefall's streaming zipformer2 exporters -> small random models in tests/fixtures/asr/zipformer-{transducer,ctc},
and what sherpa-onnx recognises with them (golden.json).

`python3 onnx/export/zipformer.py ICEFALL` with a checkout of k2-fsa/icefall (tried with that of 2026-06). Needs
torch==2.15.0 onnx==1.23.2 onnxruntime==1.24.4 sherpa-onnx==2.0.1 numpy. The exporters are icefall's own
(`export-onnx-streaming.py`, `export-onnx-streaming-ctc.py`); only the weights are ours: random, and scaled so that the
output is not degenerate (some frames blank, some not, and no close calls that rounding could turn).
"""

import importlib
import importlib.abc
import importlib.machinery
import json
import logging
import os
import sys
import wave
from unittest.mock import MagicMock

import numpy as np
import onnxruntime
import sherpa_onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
OUT = os.path.join(ROOT, "tests/fixtures/asr")
AUDIO = "onnx/starter/samples/hello-en.wav"
VOCABULARY = 48
# Every zipformer2 export is named after its checkpoint, so loaders must not rely on the whole name.
SUFFIX = "epoch-99-avg-1-chunk-16-left-64"
TINY = ("--num-encoder-layers 1,1 --downsampling-factor 1,2 --feedforward-dim 48,48 --num-heads 2,2 --encoder-dim 32,32 "
        "--query-head-dim 8 --value-head-dim 4 --pos-head-dim 2 --pos-dim 16 --encoder-unmasked-dim 32,32 "
        "--cnn-module-kernel 7,7 --decoder-dim 32 --joiner-dim 32 --causal 1 --chunk-size 16 --left-context-frames 64")


class Absent(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """What icefall imports for training only."""

    NAMES = {"k2", "lhotse", "kaldialign", "kaldifst", "kaldilm", "sentencepiece", "pypinyin", "asr_datamodule"}

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in self.NAMES or name == "torch.utils.tensorboard":
            return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        module = MagicMock()
        module.__path__, module.__spec__, module.__name__ = [], spec, spec.name
        return module

    def exec_module(self, module):
        pass


def exporter(icefall, name):
    if not any(isinstance(f, Absent) for f in sys.meta_path):
        sys.meta_path.insert(0, Absent())
        sys.path[:0] = [icefall, icefall + "/egs/librispeech/ASR/zipformer"]
        # The scripts were written for the TorchScript-based exporter.
        export = torch.onnx.export
        torch.onnx.export = lambda *a, **k: export(*a, dynamo=False, **k)
    return importlib.import_module(name)


def samples():
    with wave.open(os.path.join(ROOT, AUDIO)) as w:
        return np.frombuffer(w.readframes(w.getnframes()), "<i2").astype(np.float32) / 32768


def pieces():
    """Two letters each, so that a text can be split into its pieces again."""
    letters = [chr(97 + i // 8) + chr(97 + i % 8) for i in range(VOCABULARY)]
    return ["<blk>", "<sos/eos>", "<unk>"] + [("\u2581" if i % 3 else "") + p for i, p in enumerate(letters[3:])]


def write_tokens(folder):
    with open(folder + "/tokens.txt", "w", encoding="utf-8") as f:
        f.writelines("%s %d\n" % (p, i) for i, p in enumerate(pieces()))


def model(script, extra):
    torch.manual_seed(2026)
    sys.modules["train"].get_env_info = dict
    params = script.get_params()
    params.update(vars(script.get_parser().parse_args((TINY + " " + extra).split())))
    params.blank_id, params.vocab_size = 0, VOCABULARY
    model = script.get_model(params)
    # Attention and convolution start near zero; as large as the rest, they matter.
    with torch.no_grad():
        for p in model.parameters():
            if p.dim() > 1:
                p.mul_(1.5)
    model.eval()
    script.convert_scaled_to_non_scaled(model, inplace=True)
    return model


def encoded(path, x, name):
    """All frames that an exported encoder makes of features, chunk by chunk: icefall's `onnx_pretrained-streaming.py`."""
    session = onnxruntime.InferenceSession(path)
    meta = session.get_modelmeta().custom_metadata_map
    window, shift = int(meta["T"]), int(meta["decode_chunk_len"])
    kinds = {"tensor(float)": np.float32, "tensor(int64)": np.int64}
    states = {i.name: np.zeros([d if isinstance(d, int) else 1 for d in i.shape], kinds[i.type])
              for i in session.get_inputs() if i.name != "x"}
    out = []
    for at in range(0, len(x) - window, shift):
        outputs = dict(zip([o.name for o in session.get_outputs()],
                           session.run(None, dict(states, x=x[None, at:at + window]))))
        states = {n: outputs["new_" + n] for n in states}
        out.append(outputs[name][0])
    return np.concatenate(out)


def features(audio):
    import kaldi_native_fbank as knf
    options = knf.FbankOptions()
    options.frame_opts.dither, options.frame_opts.snip_edges = 0, False
    options.mel_opts.num_bins, options.mel_opts.high_freq = 80, -400
    fbank = knf.OnlineFbank(options)
    fbank.accept_waveform(16000, audio.tolist())
    return np.stack([fbank.get_frame(i) for i in range(fbank.num_frames_ready)])


def whiten(linear, frames):
    """Makes a projection give numbers that differ from frame to frame: mean 0 and variance 1 over these frames."""
    before = frames.double()
    w = linear.weight.detach().double()
    raw = before @ w.T
    mean, (u, s, vt) = raw.mean(0), torch.linalg.svd(raw - raw.mean(0), full_matrices=False)
    keep = s > s[0] * 1e-4
    scale = (len(frames) ** 0.5 / s[keep])
    turn = torch.linalg.qr(torch.randn(int(keep.sum()), w.shape[0], dtype=torch.double).T)[0].T
    m = (vt[keep].T * scale) @ turn * (w.shape[0] / int(keep.sum())) ** 0.5
    linear.weight.copy_((m.T @ w).float())
    linear.bias.copy_((-(mean @ m)).float())


def margins(logits):
    top = np.sort(logits, axis=-1)
    return float((top[..., -1] - top[..., -2]).min())


def fit_transducer(m, frames):
    """Chooses the joiner's output among random ones: a third to a half of the frames say something, none hesitates."""
    best = None
    decoder, joiner = m.decoder, m.joiner
    for seed in range(300):
        generator = torch.Generator().manual_seed(seed)
        weight = torch.randn(VOCABULARY, 32, generator=generator) * 2
        bias = torch.zeros(VOCABULARY)
        # Enough for the blank to win where nothing is clear.
        bias[0], bias[1], bias[2] = 6.0 + 6.0 * torch.rand(1, generator=generator), -20.0, 0.0
        context, said, least = [-1, 0], [], 99.0
        out = None
        for t, frame in enumerate(frames):
            if out is None:
                out = joiner.decoder_proj(decoder(torch.tensor([context]), need_pad=False).squeeze(1))
            logit = (torch.tanh(frame + out) @ weight.T + bias)[0].numpy()
            least = min(least, margins(logit))
            y = int(logit.argmax())
            if y not in (0, 2):
                context, out = context[1:] + [y], None
                said.append((y, t))
        kinds = len({y for y, _ in said})
        if len(frames) * 0.25 < len(said) < len(frames) * 0.6 and kinds > 15 and (best is None or least > best[0]):
            best = (least, weight, bias, seed, len(said), kinds)
    print("transducer: least margin %.3f (seed %d), %d pieces of %d kinds" % (best[0], *best[3:]))
    m.joiner.output_linear.weight.copy_(best[1])
    m.joiner.output_linear.bias.copy_(best[2])


def fit_ctc(linear, frames):
    best = None
    for seed in range(1000):
        generator = torch.Generator().manual_seed(seed)
        weight = torch.randn(VOCABULARY, 32, generator=generator) * 2
        bias = torch.zeros(VOCABULARY)
        bias[0], bias[1] = 12.0 * torch.rand(1, generator=generator), -20.0
        logits = (frames @ weight.T + bias).numpy()
        ids = logits.argmax(-1)
        spoken, repeated, kinds = (ids != 0).mean(), (ids[1:] == ids[:-1])[ids[1:] != 0].sum(), len(set(ids))
        if 0.3 < spoken < 0.7 and repeated > 3 and kinds > 12 and (best is None or margins(logits) > best[0]):
            best = (margins(logits), weight, bias, seed, kinds)
    print("ctc: least margin %.3f (seed %d), %d kinds" % (best[0], *best[3:]))
    return best[1:3]


def recognised(recognizer, audio):
    """sherpa-onnx's tokens and their times; silence at the end brings out all that the sound holds."""
    stream = recognizer.create_stream()
    stream.accept_waveform(16000, audio)
    stream.accept_waveform(16000, np.zeros(16000, np.float32))
    stream.input_finished()
    while recognizer.is_ready(stream):
        recognizer.decode_stream(stream)
    ids = {p: i for i, p in enumerate(pieces())}
    result = recognizer.get_result_all(stream)
    # sherpa-onnx writes the mark of a word's start as a space.
    tokens = [t.replace(" ", "\u2581") for t in result.tokens]
    within = [(ids[t], round(s, 3), round(p, 4))
              for t, s, p in zip(tokens, result.timestamps, result.ys_probs or [0] * len(tokens)) if s < len(audio) / 16000]
    return dict(tokens=[t for t, _, _ in within], times=[s for _, s, _ in within], log_p=[p for _, _, p in within])


def transducer(icefall, x, audio):
    script = exporter(icefall, "export-onnx-streaming")
    folder = OUT + "/zipformer-transducer"
    os.makedirs(folder, exist_ok=True)
    m = model(script, "")
    path = "%s/%%s-%s.onnx" % (folder, SUFFIX)
    with torch.no_grad():
        # Once without the projection, to see what the encoder gives.
        plain = torch.nn.Identity()
        script.export_encoder_model_onnx(script.OnnxEncoder(m.encoder, m.encoder_embed, plain), path % "encoder", 13)
        raw = torch.from_numpy(encoded(path % "encoder", x, "encoder_out"))
        whiten(m.joiner.encoder_proj, raw)
        m.decoder.embedding.weight.mul_(3.0)
        fit_transducer(m, m.joiner.encoder_proj(raw).unsqueeze(1))
        script.export_encoder_model_onnx(
            script.OnnxEncoder(m.encoder, m.encoder_embed, m.joiner.encoder_proj), path % "encoder", 13)
        script.export_decoder_model_onnx(script.OnnxDecoder(m.decoder, m.joiner.decoder_proj), path % "decoder", 13)
        script.export_joiner_model_onnx(script.OnnxJoiner(m.joiner.output_linear), path % "joiner", 13)
    write_tokens(folder)
    int8 = OUT + "/zipformer-transducer-int8"
    os.makedirs(int8, exist_ok=True)
    write_tokens(int8)
    # As `main` of the exporter quantises them. Published folders often pair an int8 encoder with a plain decoder.
    for name, ops in (("encoder", ["MatMul"]), ("joiner", ["MatMul"])):
        quantize_dynamic(path % name, "%s/%s-%s.int8.onnx" % (int8, name, SUFFIX), op_types_to_quantize=ops,
                         weight_type=QuantType.QInt8)
    os.system("cp %s %s/" % (path % "decoder", int8))
    golden = dict(audio=AUDIO)
    for name, where, end in (("greedy", folder, ""), ("int8", int8, ".int8"), ("beam", folder, "")):
        recognizer = sherpa_onnx.OnlineRecognizer.from_transducer(
            where + "/tokens.txt", *["%s/%s-%s%s.onnx" % (where, n, SUFFIX, end if n != "decoder" else "")
                                     for n in ("encoder", "decoder", "joiner")],
            # By default it divides the logits by 2 for its probabilities.
            num_threads=1, decoding_method="modified_beam_search" if name == "beam" else "greedy_search", max_active_paths=4,
            temperature_scale=1.0)
        golden[name] = recognised(recognizer, audio)
    return golden


def ctc(icefall, x, audio):
    script = exporter(icefall, "export-onnx-streaming-ctc")
    folder = OUT + "/zipformer-ctc"
    os.makedirs(folder, exist_ok=True)
    m = model(script, "--use-ctc 1 --use-transducer 0")
    path = "%s/ctc-%s.onnx" % (folder, SUFFIX)
    with torch.no_grad():
        script.export_streaming_ctc_model_onnx(
            script.OnnxModel(m.encoder, m.encoder_embed, torch.nn.Identity()), path, 13)
        raw = torch.from_numpy(encoded(path, x, "log_probs"))
        middle = torch.nn.Linear(32, 32)
        whiten(middle, raw)
        weight, bias = fit_ctc(m.ctc_output[1], middle(raw))
        # The two linear layers are one.
        m.ctc_output[1].weight.copy_(weight @ middle.weight)
        m.ctc_output[1].bias.copy_(weight @ middle.bias + bias)
        script.export_streaming_ctc_model_onnx(script.OnnxModel(m.encoder, m.encoder_embed, m.ctc_output), path, 13)
    write_tokens(folder)
    recognizer = sherpa_onnx.OnlineRecognizer.from_zipformer2_ctc(folder + "/tokens.txt", path, num_threads=1)
    return dict(audio=AUDIO, greedy=recognised(recognizer, audio))


def main(icefall):
    logging.disable(logging.WARNING)
    audio = samples()
    x = features(np.concatenate([audio, np.zeros(16000, np.float32)]))
    for name, make in (("transducer", transducer), ("ctc", ctc)):
        golden = make(icefall, x, audio)
        with open("%s/zipformer-%s/golden.json" % (OUT, name), "w") as f:
            json.dump(golden, f)
        print(name, {k: len(v["tokens"]) for k, v in golden.items() if k != "audio"})


if __name__ == "__main__":
    main(sys.argv[1])
