"""Random weights -> tests/fixtures/tts/{piper,piper-multi}/: tiny Piper voices, and what piper-tts says with them.

    python onnx/export/piper_voices.py

The network is piper-tts 1.8.0's own `piper.train.vits.models.SynthesizerTrn`, small, exported as its `export_onnx.py`
does (opset 15, the old exporter); the config is what `PiperConfig.to_dict` writes plus the `language` and `dataset`
fields of the published voices. The stochastic duration predictor is made anew with 16 channels instead of its fixed
192, and layers that start as zeros get random weights, so that durations differ from phoneme to phoneme.

The recorded audio comes from `PiperVoice.synthesize` (so it is normalised) with noise 0, which makes the graph
deterministic. Its texts are raw phonemes, so that no edition of eSpeak NG's dictionaries is in them.
"""

import json
from pathlib import Path

import numpy as np
import torch
from piper.config import PiperConfig, SynthesisConfig
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP
from piper.train.vits.models import StochasticDurationPredictor, SynthesizerTrn
from piper.voice import PiperVoice

OUT = Path(__file__).resolve().parents[2] / "tests/fixtures/tts"
CASES = [
    ("[[ həlˈoʊ, wˈɜːld! ]]", 1.0),
    ("[[ ðɪs ɪz ɐ lˈɔŋɡɚ sˈɛntəns, wɪð tˈuː klˈɔzᵻz. ]]", 1.25),
    ("[[ wʌt ☃ ɪz ðˈæt? ]]", 1.0),
]


def network(speakers: int) -> SynthesizerTrn:
    """A small SynthesizerTrn with random weights; hop 256 as in every published voice."""
    gin = 16 if speakers > 1 else 0
    model = SynthesizerTrn(
        n_vocab=256, spec_channels=513, segment_size=32, inter_channels=16, hidden_channels=16, filter_channels=32,
        n_heads=2, n_layers=2, kernel_size=3, p_dropout=0.1, resblock="2", resblock_kernel_sizes=(3, 5),
        resblock_dilation_sizes=((1, 2), (2, 6)), upsample_rates=(8, 8, 4), upsample_initial_channel=32,
        upsample_kernel_sizes=(16, 16, 8), n_speakers=speakers, gin_channels=gin,
    )  # fmt: skip
    model.dp = StochasticDurationPredictor(16, 16, 3, 0.5, 4, gin_channels=gin)
    for name, weights in model.named_parameters():
        if name.startswith("dec."):
            # The decoder's first weights are tiny: without this the audio would be hardly more than its biases.
            weights.data.mul_({"weight_g": 3.0, "bias": 0.1}.get(name.split(".")[-1], 1.0))
        elif not weights.any():
            torch.nn.init.normal_(weights, std=0.3)
    last = model.dec.conv_post.weight.data
    last.sub_(last.mean()).mul_(0.2 / last.std())
    return model


def export(model: SynthesizerTrn, path: Path) -> None:
    """As piper-tts's export_onnx.py."""
    model.eval()
    with torch.no_grad():
        model.dec.remove_weight_norm()

    def infer_forward(text, text_lengths, scales, sid=None):
        return model.infer(
            text, text_lengths, noise_scale=scales[0], length_scale=scales[1], noise_scale_w=scales[2], sid=sid
        )[0].unsqueeze(1)

    model.forward = infer_forward
    sequences = torch.randint(low=0, high=model.n_vocab, size=(1, 50), dtype=torch.long)
    sid = torch.LongTensor([0]) if model.n_speakers > 1 else None
    torch.onnx.export(
        model=model,
        args=(sequences, torch.LongTensor([50]), torch.FloatTensor([0.667, 1.0, 0.8]), sid),
        f=str(path),
        verbose=False,
        opset_version=15,
        input_names=["input", "input_lengths", "scales", "sid"],
        output_names=["output"],
        dynamic_axes={
            "input": {0: "batch_size", 1: "phonemes"},
            "input_lengths": {0: "batch_size"},
            "output": {0: "batch_size", 2: "time"},
        },
        dynamo=False,
    )


def config(speakers: dict[str, int]) -> dict:
    """The `.onnx.json` of a voice."""
    piper = PiperConfig(
        num_symbols=256, num_speakers=max(1, len(speakers)), sample_rate=22050, espeak_voice="en-us",
        phoneme_id_map=DEFAULT_PHONEME_ID_MAP, phoneme_type="espeak", speaker_id_map=speakers, piper_version="1.8.0",
    )  # fmt: skip
    piper.phoneme_type = type("Named", (), {"value": "espeak"})
    language = {"code": "en_US", "family": "en", "region": "US", "name_native": "English", "name_english": "English"}
    return piper.to_dict() | {"language": language, "dataset": "random"}


def record(voice: PiperVoice, speaker: int | None) -> list[dict]:
    """What piper-tts makes of the cases: length, sums, and up to 300 samples, evenly spaced."""
    cases = []
    for text, speed in CASES:
        synthesis = SynthesisConfig(speaker_id=speaker, length_scale=1.0 / speed, noise_scale=0.0, noise_w_scale=0.0)
        chunks = list(voice.synthesize(text, synthesis))
        assert len(chunks) == 1
        audio = chunks[0].audio_float_array
        step = max(1, len(audio) // 300)
        cases.append(
            {"text": text, "speed": speed, "speaker": speaker, "ids": chunks[0].phoneme_ids, "length": len(audio),
             "sum": float(audio.sum(dtype=np.float64)), "energy": float(np.square(audio, dtype=np.float64).sum()),
             "step": step, "samples": [round(float(s), 6) for s in audio[::step]],
             "int16": [int(s) for s in chunks[0].audio_int16_array[: 50 * step : step]]}
        )  # fmt: skip
    return cases


def main() -> None:
    for name, speakers in (("piper", {}), ("piper-multi", {"ada": 0, "grace": 1, "hedy": 2})):
        torch.manual_seed(1234)
        folder = OUT / name
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"en_US-{name}-low.onnx"
        export(network(max(1, len(speakers))), path)
        path.with_suffix(".onnx.json").write_text(json.dumps(config(speakers), indent=1, ensure_ascii=False) + "\n")
        voice = PiperVoice.load(path)
        golden = [case for speaker in (list(speakers.values()) or [None]) for case in record(voice, speaker)]
        lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in golden)
        (folder / "golden.json").write_text(f"[\n{lines}\n]\n")
        print(name, path.stat().st_size, "bytes;", [c["length"] for c in golden], [c["energy"] for c in golden])
        print([(i.name, i.type, i.shape) for i in voice.session.get_inputs()], voice.session.get_outputs()[0].shape)


if __name__ == "__main__":
    main()
