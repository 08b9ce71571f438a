"""Random weights -> tests/fixtures/tts/kokoro*/: tiny Kokoro models in three published layouts, and what kokoro-onnx says.

    python onnx/export/kokoro_voices.py

The network is the `KModel` of the PyPI package kokoro 0.9.4 (hexgrad's), exported as kokoro-onnx 0.6.1's
scripts/export.py does (after hexgrad's examples/export.py: opset 17, the old exporter, no complex numbers). Two things
differ from the published graphs: the decoder's widths, which kokoro fixes at 1024 and 512, are made small; and the
random phases and noise of its sine source are zeros, so that one text always gives the same audio.

  kokoro/        as onnx-community publishes it: `input_ids, style, speed` -> `waveform`; onnx/model.onnx, tokenizer.json
                 with the vocabulary, voices/*.bin (raw float32 [rows, 1, 256])
  kokoro-npz/    as thewh1teagle publishes it: `tokens, style, speed` -> `audio`; voices-v1.0.bin (an npz), no vocabulary
  kokoro-int/    as hexgrad's export gives it: an integer speed, a second output `duration`; config.json

The voices have 64 rows instead of 510, to be small. The recorded audio is that of `Kokoro.create`, given phonemes,
without its trimming of silence
and without the pauses it adds. phonemes.json has what kokoro-onnx's tokenizer makes of piper_sentences.json over the
system's eSpeak NG (1.51), and the ids.
"""

import importlib.util
import json
import sys
import tempfile
import types
from pathlib import Path

import numpy as np
import onnx
import torch

# kokoro/__init__ wants misaki and spacy, which its network does not need.
spec = importlib.util.find_spec("kokoro")
package = types.ModuleType("kokoro")
package.__path__ = list(spec.submodule_search_locations)
sys.modules["kokoro"] = package
import kokoro.istftnet as istftnet  # noqa: E402
import kokoro.model as model_file  # noqa: E402
from kokoro_onnx import EspeakConfig, Kokoro  # noqa: E402
from kokoro_onnx.config import DEFAULT_VOCAB  # noqa: E402

HERE = Path(__file__).resolve().parent
OUT = HERE.parents[1] / "tests/fixtures/tts"
DATA = "/usr/lib/x86_64-linux-gnu"
ROWS, WIDTH = 64, 8
CONFIG = {
    "istftnet": {
        "upsample_kernel_sizes": [20, 12], "upsample_rates": [10, 6], "gen_istft_hop_size": 5, "gen_istft_n_fft": 20,
        "resblock_dilation_sizes": [[1, 3, 5]], "resblock_kernel_sizes": [3], "upsample_initial_channel": 8,
    },
    "dim_in": 8, "dropout": 0.2, "hidden_dim": 8, "max_conv_dim": 16, "max_dur": 8, "multispeaker": True, "n_layer": 1,
    "n_mels": 8, "n_token": 178, "style_dim": 128, "text_encoder_kernel_size": 5,
    "plbert": {
        "hidden_size": 16, "embedding_size": 8, "num_attention_heads": 2, "intermediate_size": 32,
        "max_position_embeddings": 512, "num_hidden_layers": 2, "dropout": 0.1,
    },
    "vocab": DEFAULT_VOCAB,
}  # fmt: skip
CASES = [
    ("həlˈoʊ, wˈɜːld!", "af_heart", 1.0),
    ("həlˈoʊ, wˈɜːld!", "ef_dora", 1.0),
    ("ðɪs ɪz ɐ lˈɔŋɡɚ sˈɛntəns, wɪð ☃ tˈuː klˈɔzᵻz.", "af_heart", 1.25),
    ("ðə bˈʌs lˈiːvz æt sˈɛvən; " * 6 + "nˈaʊ.", "am_adam", 1.0),
]


class SmallDecoder(istftnet.Decoder):
    """kokoro's Decoder with other widths: the same modules, the same forward."""

    def __init__(self, dim_in, style_dim, dim_out, disable_complex=False, **net):
        torch.nn.Module.__init__(self)
        conv, norm, block = torch.nn.Conv1d, istftnet.weight_norm, istftnet.AdainResBlk1d
        last = net["upsample_initial_channel"]
        self.encode = block(dim_in + 2, WIDTH, style_dim)
        self.decode = torch.nn.ModuleList(block(WIDTH + 2 + 4, WIDTH, style_dim) for _ in range(3))
        self.decode.append(block(WIDTH + 2 + 4, last, style_dim, upsample=True))
        self.F0_conv = norm(conv(1, 1, kernel_size=3, stride=2, groups=1, padding=1))
        self.N_conv = norm(conv(1, 1, kernel_size=3, stride=2, groups=1, padding=1))
        self.asr_res = torch.nn.Sequential(norm(conv(dim_in, 4, kernel_size=1)))
        self.generator = istftnet.Generator(style_dim, disable_complex=disable_complex, **net)


def network() -> torch.nn.Module:
    """A small KModel with random weights."""
    model_file.Decoder = SmallDecoder
    with tempfile.NamedTemporaryFile() as empty:
        torch.save({}, empty.name)
        model = model_file.KModel(repo_id="none", config=CONFIG, model=empty.name, disable_complex=True)
    for name, weights in model.named_parameters():
        if name.endswith("conv_post.bias"):
            weights.data[: CONFIG["istftnet"]["gen_istft_n_fft"] // 2 + 1] = -3.5  # magnitudes' logarithm
        if "duration_proj" in name or "predictor.lstm" in name:
            weights.data.mul_(6.0)  # lengths that differ from phoneme to phoneme
        if "F0_proj.bias" in name:
            weights.data.fill_(120.0)  # Hz: a voiced sound
    return model_file.KModelForONNX(model).eval()


def export(model, path: Path, names: tuple[str, str], speed, outputs: int) -> None:
    """As kokoro-onnx's scripts/export.py, with these names of the tokens and the audio."""
    path.parent.mkdir(parents=True, exist_ok=True)
    random = torch.rand, torch.randn_like
    torch.rand, torch.randn_like = (lambda *shape, device=None: torch.zeros(*shape)), torch.zeros_like
    torch.onnx.export(
        model,
        args=(torch.LongTensor([[0, *range(43, 75), 0]]), torch.randn(1, 256) * 0.2, speed),
        f=str(path),
        export_params=True,
        input_names=[names[0], "style", "speed"],
        output_names=[names[1], "duration"],
        opset_version=17,
        dynamic_axes={names[0]: {1: "input_ids_len"}, names[1]: {0: "num_samples"}},
        do_constant_folding=True,
        dynamo=False,
    )
    torch.rand, torch.randn_like = random
    graph = onnx.load(str(path))
    del graph.graph.output[outputs:]
    onnx.checker.check_model(graph)
    onnx.save(graph, str(path))


def record(path: Path, voices: dict[str, np.ndarray]) -> list[dict]:
    """What kokoro-onnx makes of the cases: length, sums, and about 300 samples, evenly spaced."""
    cases = []
    with tempfile.TemporaryDirectory() as folder:
        npz = Path(folder) / "voices.npz"
        np.savez(npz, **voices)
        speaker = Kokoro(str(path), str(npz))
        for phonemes, voice, speed in CASES:
            if voice not in voices:
                continue
            audio, rate = speaker.create(
                phonemes, voice, speed, is_phonemes=True, trim=False, sentence_pause=0.0, clause_pause=0.0
            )
            assert rate == 24000
            ids = speaker.tokenizer.tokenize(phonemes)
            step = max(1, len(audio) // 300)
            cases.append(
                {"phonemes": phonemes, "voice": voice, "speed": speed, "ids": [0, *ids, 0], "length": len(audio),
                 "sum": float(audio.sum(dtype=np.float64)), "energy": float(np.square(audio, dtype=np.float64).sum()),
                 "step": step, "samples": [round(float(s), 6) for s in audio[::step]]}
            )  # fmt: skip
    return cases


def sentences() -> list[dict]:
    """The fifty sentences as kokoro-onnx's tokenizer makes them over the system's eSpeak NG."""
    from kokoro_onnx.tokenizer import Tokenizer

    system = EspeakConfig(lib_path=f"{DATA}/libespeak-ng.so.1", data_path=f"{DATA}/espeak-ng-data")
    tokenizer = Tokenizer(system)
    cases = []
    for voice, texts in json.loads((HERE / "piper_sentences.json").read_text()).items():
        voice = {"fr": "fr-fr"}.get(voice, voice)
        for text in texts:
            phonemes = " ".join(tokenizer.phonemize(text, voice).split())
            cases.append({"voice": voice, "text": text, "phonemes": phonemes, "ids": tokenizer.tokenize(phonemes)})
    return cases


def write(path: Path, cases: list[dict]) -> None:
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    path.write_text(f"[\n{lines}\n]\n")


def main() -> None:
    torch.manual_seed(4321)
    model = network()
    rows = torch.arange(ROWS)[:, None, None] / ROWS
    names = ("af_heart", "am_adam", "ef_dora")
    tables = {name: (torch.randn(1, 1, 256) + rows * torch.randn(1, 1, 256)).numpy() for name in names}
    layouts = (
        ("kokoro", "onnx/model.onnx", ("input_ids", "waveform"), torch.FloatTensor([1.0]), 1, names),
        ("kokoro-npz", "kokoro-v1.0.onnx", ("tokens", "audio"), torch.FloatTensor([1.0]), 1, names),
        ("kokoro-int", "kokoro.onnx", ("input_ids", "waveform"), torch.IntTensor([1]), 2, names[:1]),
    )
    for name, file, inputs, speed, outputs, has in layouts:
        folder, voices = OUT / name, {voice: tables[voice] for voice in has}
        export(model, folder / file, inputs, speed, outputs)
        if name == "kokoro-npz":
            with open(folder / "voices-v1.0.bin", "wb") as out:
                np.savez(out, **voices)
        else:
            (folder / "voices").mkdir(exist_ok=True)
            for voice, table in voices.items():
                (folder / "voices" / f"{voice}.bin").write_bytes(table.astype("<f4").tobytes())
        if name == "kokoro":
            (folder / "config.json").write_text('{"model_type": "style_text_to_speech_2"}\n')
            tokenizer = {"version": "1.0", "model": {"vocab": {"$": 0} | DEFAULT_VOCAB}}
            (folder / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False) + "\n")
        if name == "kokoro-int":
            (folder / "config.json").write_text(json.dumps(CONFIG, ensure_ascii=False) + "\n")
        golden = record(folder / file, voices)
        write(folder / "golden.json", golden)
        print(name, (folder / file).stat().st_size, [(c["length"], np.std(c["samples"])) for c in golden])
    write(OUT / "kokoro/phonemes.json", sentences())


if __name__ == "__main__":
    main()
