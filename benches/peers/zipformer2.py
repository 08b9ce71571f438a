"""Turns a checkout of icefall and random weights into a streaming zipformer2-CTC model of a published size, fp32 and int8.

icefall's own exporter makes the files (as `onnx/export/zipformer.py` makes the fixtures). Its output layer is stretched over
a minute of speech, so that texts have some variety; they mean nothing.
"""

import sys
from pathlib import Path

import numpy as np
import onnxruntime
import sound
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.append(str(ROOT / "onnx"))
PIECES = 500
BLANK = 1.6  # of 500 numbers of variance 1 the largest is about 3: so much more makes half of the frames blank
# k2-fsa's small streaming models (`sherpa-onnx-streaming-zipformer-small-*`): 320 ms chunks, 2.56 s to the left.
SIZES = {
    "zipformer-small": "--num-encoder-layers 2,2,2,2,2,2 --feedforward-dim 512,768,768,768,768,768 --encoder-dim 192,256,256,256,256,256 "
                       "--encoder-unmasked-dim 192,192,192,192,192,192",
    "zipformer-toy": "--num-encoder-layers 1,1 --downsampling-factor 1,2 --feedforward-dim 48,48 --num-heads 2,2 --encoder-dim 32,32 "
                     "--encoder-unmasked-dim 32,32 --cnn-module-kernel 7,7",
}


def make(folder, name, icefall, samples):
    """Writes `fp32/model.onnx` and `int8/model.onnx`, each beside `tokens.txt`."""
    from export import zipformer as exporters

    script = exporters.exporter(str(icefall), "export-onnx-streaming-ctc")
    torch.manual_seed(3)
    sys.modules["train"].get_env_info = dict
    params = script.get_params()
    flags = f"{SIZES[name]} --use-ctc 1 --use-transducer 0 --causal 1 --chunk-size 16 --left-context-frames 128"
    params.update(vars(script.get_parser().parse_args(flags.split())))
    params.blank_id, params.vocab_size = 0, PIECES
    model = script.get_model(params).eval()
    script.convert_scaled_to_non_scaled(model, inplace=True)
    pieces = ["<blk>", *(f"\u2581{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(1, PIECES))]
    for kind in ("fp32", "int8"):
        (folder / kind).mkdir(parents=True, exist_ok=True)
        (folder / kind / "tokens.txt").write_text("".join(f"{p} {i}\n" for i, p in enumerate(pieces)))
    plain, whole = folder / "fp32/plain.onnx", folder / "fp32/model.onnx"
    sound.monologue(samples, folder / "speech.wav", sound.MINUTE)
    with torch.no_grad():
        # Once without the output layer, to see what the encoder gives.
        script.export_streaming_ctc_model_onnx(script.OnnxModel(model.encoder, model.encoder_embed, torch.nn.Identity()), str(plain), 13)
        frames = torch.from_numpy(exporters.encoded(str(plain), exporters.features(sound.load(folder / "speech.wav")), "log_probs"))
        exporters.whiten(model.ctc_output[1], frames)
        model.ctc_output[1].bias[0] += BLANK
        script.export_streaming_ctc_model_onnx(script.OnnxModel(model.encoder, model.encoder_embed, model.ctc_output), str(whole), 13)
    plain.unlink()
    quantize_dynamic(whole, folder / "int8/model.onnx", op_types_to_quantize=["MatMul"], weight_type=QuantType.QInt8)
