"""NeMo's exporters -> small random models in tests/fixtures/asr/{nemo-ctc,parakeet-tdt,parakeet-tdt-sherpa}, and what
the references recognise with them (golden.json).

`python3 onnx/export/nemo_models.py`. Needs nemo_toolkit[asr]==3.0.0 torch==2.15.0 onnx==1.23.2 onnxruntime==1.24.4
onnx-asr==0.12.0 sherpa-onnx==2.0.1. The models are NeMo's own classes in the configurations of
stt_en_fastconformer_hybrid_large_streaming and parakeet-tdt-0.6b, but small; the files are made as the publishers make
theirs: sherpa-onnx's `scripts/nemo/*/export*.py` (metadata, tokens.txt) and `model.export` (encoder-model.onnx and
decoder_joint-model.onnx). The weights are random, scaled so that the output is not degenerate.

References: the streaming model is decoded as NeMo's `speech_to_text_cache_aware_streaming_infer.py` decodes an ONNX
model (`pad_and_drop_preencoded`), since sherpa-onnx feeds such a model Kaldi's features instead of NeMo's and leaves out
the zeros before the first window; the TDT model by onnx-asr.
"""

import json
import os
import wave

import nemo.collections.asr as nemo_asr
import numpy as np
import onnx
import onnx_asr
import onnxruntime
import sherpa_onnx
import torch
from nemo.collections.asr.parts.utils.streaming_utils import CacheAwareStreamingAudioBuffer
from omegaconf import OmegaConf
from onnxruntime.quantization import QuantType, quantize_dynamic

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
OUT = os.path.join(ROOT, "tests/fixtures/asr")
AUDIO = "onnx/starter/samples/hello-en.wav"
D, VOCABULARY = 32, 40
SUBSAMPLING = 8


def samples():
    with wave.open(os.path.join(ROOT, AUDIO)) as w:
        return np.frombuffer(w.readframes(w.getnframes()), "<i2").astype(np.float32) / 32768


def pieces():
    """Two letters each, so that a text can be split into its pieces again."""
    letters = [chr(97 + i // 8) + chr(97 + i % 8) for i in range(VOCABULARY)]
    return ["<unk>"] + [("\u2581" if i % 3 else "") + p for i, p in enumerate(letters[1:])]


def config(streaming):
    encoder = dict(
        _target_="nemo.collections.asr.modules.ConformerEncoder", feat_in=80 if streaming else 128, feat_out=-1, n_layers=2,
        d_model=D, subsampling="dw_striding", subsampling_factor=SUBSAMPLING, subsampling_conv_channels=D,
        causal_downsampling=streaming, ff_expansion_factor=2, self_attention_model="rel_pos", n_heads=2,
        att_context_size=[36, 3] if streaming else [-1, -1], att_context_style="chunked_limited" if streaming else "regular",
        xscaling=False, untie_biases=True, pos_emb_max_len=500, conv_kernel_size=9,
        conv_norm_type="layer_norm" if streaming else "batch_norm", conv_context_size="causal" if streaming else None,
        dropout=0.0, dropout_pre_encoder=0.0, dropout_emb=0.0, dropout_att=0.0)
    labels = pieces()
    return OmegaConf.create(dict(
        sample_rate=16000, labels=labels, compute_eval_loss=False, log_prediction=False,
        model_defaults=dict(enc_hidden=D, pred_hidden=D, joint_hidden=D, tdt_durations=[0, 1, 2, 3, 4], num_tdt_durations=5),
        preprocessor=dict(
            _target_="nemo.collections.asr.modules.AudioToMelSpectrogramPreprocessor", sample_rate=16000,
            normalize="NA" if streaming else "per_feature", window_size=0.025, window_stride=0.01, window="hann",
            features=encoder["feat_in"], n_fft=512, frame_splicing=1, dither=0.0, pad_to=0),
        encoder=encoder,
        decoder=dict(
            _target_="nemo.collections.asr.modules.RNNTDecoder", normalization_mode=None, random_state_sampling=False,
            blank_as_pad=True, vocab_size=len(labels), prednet=dict(pred_hidden=D, pred_rnn_layers=2, t_max=None, dropout=0.0)),
        joint=dict(
            _target_="nemo.collections.asr.modules.RNNTJoint", log_softmax=None, preserve_memory=False, fuse_loss_wer=False,
            fused_batch_size=-1, num_classes=len(labels), vocabulary=labels, num_extra_outputs=0 if streaming else 5,
            jointnet=dict(joint_hidden=D, activation="relu", dropout=0.0, encoder_hidden=D, pred_hidden=D)),
        decoding=dict(strategy="greedy", model_type="rnnt" if streaming else "tdt", durations=[0, 1, 2, 3, 4],
                      greedy=dict(max_symbols=10)),
        loss=dict(loss_name="default" if streaming else "tdt", tdt_kwargs=dict(
            fastemit_lambda=0.0, clamp=-1.0, durations=[0, 1, 2, 3, 4], sigma=0.02, omega=0.1)),
        aux_ctc=dict(
            ctc_loss_weight=0.3, use_cer=False, ctc_reduction="mean_batch",
            decoder=dict(_target_="nemo.collections.asr.modules.ConvASRDecoder", feat_in=D, num_classes=len(labels),
                         vocabulary=labels),
            decoding=dict(strategy="greedy")),
        optim=dict(name="adamw", lr=1.0)))


def build(kind, streaming):
    torch.manual_seed(2026)
    model = kind(cfg=config(streaming))
    model.preprocessor.featurizer.dither = 0.0
    return model.eval()


def add_meta_data(filename, meta_data):
    """sherpa-onnx's."""
    model = onnx.load(filename)
    while len(model.metadata_props):
        model.metadata_props.pop()
    for key, value in meta_data.items():
        meta = model.metadata_props.add()
        meta.key, meta.value = key, str(value)
    onnx.save(model, filename)


def write_tokens(path):
    with open(path, "w", encoding="utf-8") as f:
        f.writelines("%s %d\n" % (p, i) for i, p in enumerate(pieces() + ["<blk>"]))


def whitening(frames):
    """The projection that makes numbers differ from frame to frame: mean 0 and variance 1 over these frames."""
    frames = frames.double()
    mean, (u, s, vt) = frames.mean(0), torch.linalg.svd(frames - frames.mean(0), full_matrices=False)
    keep = s > s[0] * 1e-3
    turn = torch.linalg.qr(torch.randn(D, D, dtype=torch.double))[0][: int(keep.sum())]
    m = (vt[keep].T * (len(frames) ** 0.5 / s[keep])) @ turn * (D / int(keep.sum())) ** 0.5
    return m.T.float(), (-(mean @ m)).float()


def gap(logits):
    top = logits.topk(2, dim=-1).values
    return float((top[..., 0] - top[..., 1]).min())


def chunks(model, audio):
    """NeMo's buffer: the features in windows, as an ONNX model wants them."""
    buffer = CacheAwareStreamingAudioBuffer(model=model, online_normalization=False, pad_and_drop_preencoded=True)
    buffer.append_audio(audio)
    window = model.encoder.streaming_cfg.chunk_size[1] + model.encoder.streaming_cfg.pre_encode_cache_size[1]
    return [c for c, length in buffer if c.shape[-1] == window and int(length[0]) == window]


def streamed(path, windows):
    """What the exported model gives for these windows."""
    session = onnxruntime.InferenceSession(path)
    names = [i.name for i in session.get_inputs()]
    # Declared without their sizes; sherpa-onnx takes those from the metadata, too.
    meta = session.get_modelmeta().custom_metadata_map
    size = lambda name: [1] + [int(meta["%s_dim%d" % (name, i)]) for i in (1, 2, 3)]
    caches = [np.zeros(size(n), np.float32) for n in names[2:4]] + [np.zeros(1, np.int64)]
    out = []
    for window in windows:
        values = [window.numpy(), np.array([window.shape[-1]], np.int64)] + caches
        log_probs, _, *caches = session.run(None, dict(zip(names, values)))
        out.append(log_probs[0])
    return np.concatenate(out)


def ctc(audio):
    folder = OUT + "/nemo-ctc"
    os.makedirs(folder, exist_ok=True)
    path = folder + "/model.onnx"
    model = build(nemo_asr.models.EncDecHybridRNNTCTCModel, True)
    model.change_decoding_strategy(decoder_type="ctc")
    model.eval()
    silent_end = np.concatenate([audio, np.zeros(16000, np.float32)])
    windows = chunks(model, silent_end)
    head = model.ctc_decoder.decoder_layers[0]
    with torch.no_grad():
        cache = model.encoder.get_initial_cache_state(batch_size=1)
        encoded = []
        for window in windows:
            out, _, *cache = model.encoder.cache_aware_stream_step(
                processed_signal=window, processed_signal_length=torch.tensor([window.shape[-1]]),
                cache_last_channel=cache[0], cache_last_time=cache[1], cache_last_channel_len=cache[2],
                keep_all_outputs=False, drop_extra_pre_encoded=model.encoder.streaming_cfg.drop_extra_pre_encoded)
            encoded.append(out[0].T)
        frames = torch.cat(encoded)
        w, b = whitening(frames)
        best = None
        for seed in range(3000):
            generator = torch.Generator().manual_seed(seed)
            weight = torch.randn(VOCABULARY + 1, D, generator=generator) * 2
            bias = torch.zeros(VOCABULARY + 1)
            bias[-1] = 12.0 * torch.rand(1, generator=generator)
            logits = (frames @ w.T + b) @ weight.T + bias
            ids = logits.argmax(-1)
            spoken = float((ids != VOCABULARY).float().mean())
            repeated = int(((ids[1:] == ids[:-1]) & (ids[1:] != VOCABULARY)).sum())
            if 0.4 < spoken < 0.8 and repeated > 2 and len(set(ids.tolist())) > 10 and (best is None or gap(logits) > best[0]):
                best = (gap(logits), weight, bias, seed)
        print("ctc: least margin %.3f (seed %d)" % (best[0], best[3]))
        head.weight.copy_((best[1] @ w)[:, :, None])
        head.bias.copy_(best[1] @ b + best[2])
    cfg = model.encoder.streaming_cfg
    meta = {
        "vocab_size": model.ctc_decoder.vocab_size if hasattr(model.ctc_decoder, "vocab_size") else VOCABULARY,
        "window_size": cfg.chunk_size[1] + cfg.pre_encode_cache_size[1], "chunk_shift": cfg.chunk_size[1],
        "normalize_type": "",
        "cache_last_channel_dim1": len(model.encoder.layers), "cache_last_channel_dim2": cfg.last_channel_cache_size,
        "cache_last_channel_dim3": model.encoder.d_model, "cache_last_time_dim1": len(model.encoder.layers),
        "cache_last_time_dim2": model.encoder.d_model, "cache_last_time_dim3": model.encoder.conv_context_size[0],
        "subsampling_factor": SUBSAMPLING, "model_type": "EncDecHybridRNNTCTCBPEModel", "version": "1",
        "model_author": "NeMo", "comment": "Only the CTC branch is exported",
    }
    model.set_export_config({"decoder_type": "ctc", "cache_support": True})
    model.export(path)
    add_meta_data(path, meta)
    write_tokens(folder + "/tokens.txt")
    log_probs = streamed(path, windows)
    ids, times, log_p, previous = [], [], [], VOCABULARY
    for t, row in enumerate(log_probs):
        y = int(row.argmax())
        # sherpa-onnx's greedy search; times are those of NeMo's frames.
        if y not in (VOCABULARY, previous) and t * 0.08 < len(audio) / 16000:
            ids.append(y), times.append(round(t * 0.08, 3)), log_p.append(round(float(row[y]), 4))
        previous = y
    signal, length = model.preprocessor(input_signal=torch.tensor(audio)[None], length=torch.tensor([len(audio)]))
    golden = dict(audio=AUDIO, greedy=dict(tokens=ids, times=times, log_p=log_p), features=some(signal[0].T.numpy()))
    print(meta, len(ids))
    return folder, golden


def some(features):
    """Enough of them to compare with."""
    rows = list(range(0, len(features), 37))
    return dict(count=len(features), rows=rows, values=[[round(float(v), 5) for v in features[r]] for r in rows])


def fit_tdt(model, frames):
    """Chooses the joint's output among random ones."""
    best = None
    for seed in range(1500):
        generator = torch.Generator().manual_seed(seed)
        weight = torch.randn(VOCABULARY + 6, D, generator=generator) * 2
        bias = torch.zeros(VOCABULARY + 6)
        bias[VOCABULARY] = 4.0 + 8.0 * torch.rand(1, generator=generator)
        # Durations of 0 are rare, or the text would run away.
        bias[VOCABULARY + 1] = -3.0
        state, said, skips, least, t, in_frame = None, [], [], 99.0, 0, 0
        g, state = model.decoder.predict(None, state, add_sos=False, batch_size=1)
        while t < len(frames) and len(said) < len(frames):
            hidden = torch.relu(frames[t] + model.joint.pred(g[0, 0]))
            logits = hidden @ weight.T + bias
            tokens, durations = logits[: VOCABULARY + 1], logits[VOCABULARY + 1:]
            least = min(least, gap(tokens), gap(durations))
            if least < (best[0] if best else 0.02):
                break
            y, skip = int(tokens.argmax()), int(durations.argmax())
            if y != VOCABULARY:
                said.append(y)
                in_frame += 1
                g, state = model.decoder.predict(torch.tensor([[y]]), state, add_sos=False, batch_size=1)
            skips.append(skip if y != VOCABULARY else -1)
            if skip == 0 and (y == VOCABULARY or in_frame == 5):
                skip = 1
            if skip:
                in_frame = 0
            t += skip
        if t < len(frames) or not len(frames) * 0.2 < len(said) < len(frames) * 0.7:
            continue
        kinds, zero = len(set(said)), skips.count(0)
        if kinds > 9 and zero > 0 and len(set(skips)) > 3 and (best is None or least > best[0]):
            best = (least, weight, bias, seed, len(said), kinds, zero)
    print("tdt: least margin %.3f (seed %d), %d pieces of %d kinds, %d of no duration" % (best[0], *best[3:]))
    return best[1:3]


def tdt(audio):
    folder, split = OUT + "/parakeet-tdt", OUT + "/parakeet-tdt-sherpa"
    os.makedirs(folder, exist_ok=True)
    os.makedirs(split, exist_ok=True)
    model = build(nemo_asr.models.EncDecRNNTModel, False)
    with torch.no_grad():
        # Batch norm as after training: the numbers it sees.
        signal, length = model.preprocessor(input_signal=torch.tensor(audio)[None], length=torch.tensor([len(audio)]))
        for p in model.decoder.parameters():
            p.mul_(3.0)
        frames = model.encoder(audio_signal=signal, length=length)[0][0].T
        w, b = whitening(frames)
        model.joint.enc.weight.copy_(w)
        model.joint.enc.bias.copy_(b)
        weight, bias = fit_tdt(model, model.joint.enc(frames))
        out = model.joint.joint_net[-1]
        out.weight.copy_(weight)
        out.bias.copy_(bias)
    # The layout of `model.export`, with the files that onnx-asr's models have beside it.
    model.export(folder + "/model.onnx")
    write_tokens(folder + "/vocab.txt")
    with open(folder + "/config.json", "w") as f:
        json.dump(dict(model_type="nemo-conformer-tdt", features_size=128, subsampling_factor=SUBSAMPLING), f)
    # sherpa-onnx's layout.
    for part, name in ((model.encoder, "encoder"), (model.decoder, "decoder"), (model.joint, "joiner")):
        part.export("%s/%s.onnx" % (split, name))
    meta = {
        "vocab_size": model.decoder.vocab_size, "normalize_type": "per_feature",
        "pred_rnn_layers": model.decoder.pred_rnn_layers, "pred_hidden": model.decoder.pred_hidden,
        "subsampling_factor": SUBSAMPLING, "model_type": "EncDecRNNTBPEModel", "version": "2", "model_author": "NeMo",
        # By this sherpa-onnx knows that the joiner gives durations.
        "url": "parakeet-tdt",
        "comment": "Only the transducer branch is exported", "feat_dim": 128,
    }
    for name in ("encoder", "decoder", "joiner"):
        quantize_dynamic("%s/%s.onnx" % (split, name), "%s/%s.int8.onnx" % (split, name),
                         weight_type=QuantType.QUInt8 if name == "encoder" else QuantType.QInt8)
    add_meta_data(split + "/encoder.onnx", meta)
    add_meta_data(split + "/encoder.int8.onnx", meta)
    write_tokens(split + "/tokens.txt")
    recognizer = onnx_asr.load_model("nemo-conformer-tdt", folder).with_timestamps()
    ids = {p.replace("\u2581", " "): i for i, p in enumerate(pieces())}
    result = recognizer.recognize(audio)
    golden = dict(audio=AUDIO, greedy=dict(tokens=[ids[t] for t in result.tokens], times=[round(t, 3) for t in result.timestamps],
                                           log_p=[round(float(p), 4) for p in result.logprobs]))
    # sherpa-onnx takes the files, which shows that they are as it publishes them. Its text is no reference: its features
    # are not quite NeMo's (another window, no frame around the first sample), and random weights don't forgive that.
    for end in ("", ".int8"):
        sherpa = sherpa_onnx.OfflineRecognizer.from_transducer(
            *["%s/%s%s.onnx" % (split, n, end) for n in ("encoder", "decoder", "joiner")], split + "/tokens.txt",
            num_threads=1, model_type="nemo_transducer")
        stream = sherpa.create_stream()
        stream.accept_waveform(16000, audio)
        sherpa.decode_stream(stream)
        assert stream.result.tokens
    # The same as encoder-model.onnx.
    os.remove(split + "/encoder.onnx")
    numpy = onnx_asr.preprocessors.numpy_preprocessor.NemoPreprocessorNumpy("nemo128")
    features, length = numpy(audio[None], np.array([len(audio)]))
    golden["features"] = some(features[0].T[: int(length[0])])
    print("onnx-asr says %d pieces" % len(golden["greedy"]["tokens"]))
    print("NeMo's features differ from onnx-asr's by", float(np.abs(signal[0].numpy()[:, : int(length[0])] - features[0][:, : int(length[0])]).max()))
    return folder, golden


def main():
    torch.set_num_threads(1)
    audio = samples()
    for make in (ctc, tdt):
        folder, golden = make(audio)
        with open(folder + "/golden.json", "w") as f:
            json.dump(golden, f)


if __name__ == "__main__":
    main()
