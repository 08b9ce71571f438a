"""Turns real sizes and random weights into model folders of the kind that is published. Nothing is downloaded.

    python models.py CACHE [NAME...]        whisper-tiny whisper-base whisper-small m2m100-418m nllb-600m piper-medium
                                            zipformer-small (with a checkout of icefall in CACHE)

Each NAME gets a folder in CACHE: `hf` (transformers), `onnx` (optimum), `ct2` (CTranslate2 int8) and, for Whisper,
`ggml-*.bin`. What is there already is left alone. Pinned versions: requirements.txt.
"""

import gc
import shutil
import sys
from pathlib import Path

import torch
import vocabulary

SEED = 3
SAMPLES = Path(__file__).resolve().parent.parent.parent / "onnx/starter/samples"
# Published dimensions: openai/whisper-*, facebook/m2m100_418M, facebook/nllb-200-distilled-600M.
WHISPER = {
    "whisper-tiny": (384, 4, 6), "whisper-base": (512, 6, 8), "whisper-small": (768, 12, 12), "whisper-toy": (64, 3, 2),
}  # width, layers on each side, heads
TRANSLATION = {
    "m2m100-418m": ("m2m100", 128112, 1024, 12, 4096, 16), "nllb-600m": ("nllb", 256206, 1024, 12, 4096, 16),
    "m2m100-toy": ("m2m100", 128112, 32, 2, 64, 2), "nllb-toy": ("nllb", 256206, 32, 2, 64, 2),
}  # family, vocabulary, width, layers on each side, inner width, heads
SPOKEN = 4.6  # seconds for 60 phonemes: 13 a second
VOICES = {"piper-medium": (192, 192, 768, 256), "piper-toy": (32, 32, 64, 64)}  # inter, hidden, filter, first upsampling


def whisper_model(name):
    """A Whisper with its tokenizer and generation settings."""
    from transformers import GenerationConfig, WhisperConfig, WhisperForConditionalGeneration
    from transformers.models.whisper.tokenization_whisper import LANGUAGES

    languages = list(LANGUAGES)[:99]  # `yue` came with large-v3
    tokenizer = vocabulary.whisper(languages)
    width, layers, heads = WHISPER[name]
    ids = {token: tokenizer.token_to_id(f"<|{token}|>") for token in
           ["endoftext", "startoftranscript", "translate", "transcribe", "startoflm", "startofprev", "notimestamps"]}
    config = WhisperConfig(
        d_model=width, encoder_layers=layers, decoder_layers=layers, encoder_attention_heads=heads,
        decoder_attention_heads=heads, encoder_ffn_dim=4 * width, decoder_ffn_dim=4 * width, vocab_size=51865,
        bos_token_id=ids["endoftext"], eos_token_id=ids["endoftext"], pad_token_id=ids["endoftext"],
        decoder_start_token_id=ids["startoftranscript"])
    model = WhisperForConditionalGeneration(config)
    with torch.no_grad():
        model.model.decoder.embed_tokens.weight[ids["endoftext"]] = 0  # it never ends by itself, either
    blank = tokenizer.token_to_id("\u0120")
    model.generation_config = GenerationConfig(
        begin_suppress_tokens=[blank, ids["endoftext"]], suppress_tokens=[1, 2, 7, *sorted(ids.values())[1:-1]],
        bos_token_id=ids["endoftext"], eos_token_id=ids["endoftext"], pad_token_id=ids["endoftext"],
        decoder_start_token_id=ids["startoftranscript"], prev_sot_token_id=ids["startofprev"], is_multilingual=True,
        lang_to_id={f"<|{l}|>": tokenizer.token_to_id(f"<|{l}|>") for l in languages}, max_initial_timestamp_index=50,
        max_length=448, no_timestamps_token_id=ids["notimestamps"],
        task_to_id={task: ids[task] for task in ["translate", "transcribe"]})
    return model, tokenizer, {"bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>"}


def translation_model(name):
    """An M2M100 or NLLB with its tokenizer; it never ends by itself, so that lengths are ours to choose."""
    from transformers import M2M100Config, M2M100ForConditionalGeneration
    from transformers.models.m2m_100.tokenization_m2m_100 import FAIRSEQ_LANGUAGE_CODES as m2m_codes
    from transformers.models.nllb.tokenization_nllb import FAIRSEQ_LANGUAGE_CODES as nllb_codes

    family, size, width, layers, inner, heads = TRANSLATION[name]
    if family == "nllb":
        tokenizer = vocabulary.translation(256001, nllb_codes, ["<mask>"])
    else:
        tokenizer = vocabulary.translation(128004, [f"__{code}__" for code in m2m_codes["m2m100"]], [])
    config = M2M100Config(
        vocab_size=size, d_model=width, encoder_layers=layers, decoder_layers=layers, encoder_ffn_dim=inner,
        decoder_ffn_dim=inner, encoder_attention_heads=heads, decoder_attention_heads=heads, max_position_embeddings=1024,
        encoder_layerdrop=0.0, decoder_layerdrop=0.0, scale_embedding=True, max_length=200)
    model = M2M100ForConditionalGeneration(config)
    with torch.no_grad():
        # Logits are inner products with these rows: of a million random ones, the zero of `</s>` is never the largest.
        model.model.shared.weight[config.eos_token_id] = 0
    return model, tokenizer, {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}


def save(folder, model, tokenizer, special):
    """transformers' own layout."""
    from transformers import PreTrainedTokenizerFast

    part = folder.with_suffix(".part")
    model.eval().save_pretrained(part)
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special).save_pretrained(part)
    part.rename(folder)


def export(hf, onnx, task):
    """optimum's layout, with one merged decoder."""
    from optimum.exporters.onnx import main_export
    from transformers.models.m2m_100.modeling_m2m_100 import M2M100ScaledWordEmbedding

    # optimum goes by the class's name when it looks for weights that are shared. Published files hold them once; under its
    # new name they would be there twice, and NLLB's too large to be saved.
    M2M100ScaledWordEmbedding.__name__ = "Embedding"
    part = onnx.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    main_export(str(hf), output=part, task=task, do_validation=False, library_name="transformers")
    for name in ["decoder_model", "decoder_with_past_model"]:  # both are in the merged one
        for file in part.glob(f"{name}.onnx*"):
            file.unlink()
    shutil.copy(hf / "tokenizer.json", part)
    part.rename(onnx)


def convert(hf, ct2):
    """CTranslate2's layout, int8."""
    from ctranslate2.converters import TransformersConverter

    part = ct2.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    TransformersConverter(str(hf), copy_files=["tokenizer.json"]).convert(str(part), quantization="int8")
    part.rename(ct2)


def voice(folder, name):
    """A Piper voice: `NAME.onnx` and `NAME.onnx.json`."""
    import json

    from piper.train.vits.models import SynthesizerTrn

    inter, hidden, inner, first = VOICES[name]
    torch.manual_seed(SEED)
    model = SynthesizerTrn(
        n_vocab=256, spec_channels=513, segment_size=32, inter_channels=inter, hidden_channels=hidden,
        filter_channels=inner, n_heads=2, n_layers=6, kernel_size=3, p_dropout=0.1, resblock="2",
        resblock_kernel_sizes=(3, 5, 7), resblock_dilation_sizes=((1, 2), (2, 6), (3, 12)), upsample_rates=(8, 8, 4),
        upsample_initial_channel=first, upsample_kernel_sizes=(16, 16, 8), n_speakers=1, gin_channels=0, use_sdp=True)
    model.eval()
    model.dec.remove_weight_norm()

    def infer(text, text_lengths, scales, sid=None):
        audio = model.infer(text, text_lengths, noise_scale=scales[0], length_scale=scales[1],
                            noise_scale_w=scales[2], sid=sid)[0]
        return audio.unsqueeze(1)

    model.forward = infer
    folder.mkdir(parents=True, exist_ok=True)
    example = (torch.randint(0, 256, (1, 50)), torch.LongTensor([50]), torch.FloatTensor([0.667, 1.0, 0.8]), None)
    file = folder / f"{name}.onnx"
    # As piper.train.export_onnx does it.
    torch.onnx.export(
        model, example, str(file) + ".part", opset_version=15, dynamo=False, input_names=["input", "input_lengths", "scales", "sid"],
        output_names=["output"], dynamic_axes={"input": {0: "batch_size", 1: "phonemes"}, "input_lengths": {0: "batch_size"},
                                               "output": {0: "batch_size", 2: "time"}})
    # Without noise both sides speak the same sound; it is made as long as a person would take for it.
    import numpy as np
    import onnxruntime

    session = onnxruntime.InferenceSession(str(file) + ".part")
    ids = np.arange(123, dtype=np.int64)[None]
    inputs = {"input": ids, "input_lengths": np.array([123]), "scales": np.array([0, 1, 0], np.float32)}
    seconds = session.run(None, inputs)[0].size / 22050
    symbols = ["_", "^", "$", " ", *"!'(),-.:;?abcdefghijklmnopqrstuvwxyzæçðøħŋœǀɐɑɔəɚɛɜɡɪɹʃʊʌʒθˈˌː"]
    config = {
        "audio": {"sample_rate": 22050, "quality": "medium"}, "espeak": {"voice": "en-us"}, "phoneme_type": "text",  # letters are phonemes: the voice is measured, not eSpeak
        "num_symbols": 256, "num_speakers": 1, "speaker_id_map": {}, "hop_length": 256, "language": {"code": "en_US"},
        "inference": {"noise_scale": 0.0, "length_scale": SPOKEN / seconds, "noise_w": 0.0},
        "phoneme_id_map": {s: [i] for i, s in enumerate(symbols)}}
    file.with_suffix(".onnx.json").write_text(json.dumps(config))
    Path(str(file) + ".part").rename(file)


def make(cache, name):
    """Whatever of this model is not there yet."""
    folder = cache / name
    if name.startswith("zipformer"):
        import zipformer2

        if not (folder / "int8/model.onnx").exists():
            zipformer2.make(folder, name, cache / "icefall", SAMPLES)
        return
    if name in VOICES:
        if not (folder / f"{name}.onnx").exists():
            voice(folder, name)
        return
    folder.mkdir(parents=True, exist_ok=True)
    hf, onnx, ct2 = folder / "hf", folder / "onnx", folder / "ct2"
    is_whisper = name in WHISPER
    if not hf.exists():
        torch.manual_seed(SEED)
        save(hf, *(whisper_model(name) if is_whisper else translation_model(name)))
        gc.collect()
    if not onnx.exists():
        export(hf, onnx, "automatic-speech-recognition-with-past" if is_whisper else "text2text-generation-with-past")
        gc.collect()
    if not ct2.exists():
        convert(hf, ct2)
        gc.collect()
    for kind in ["f16", "q8_0"] if is_whisper else []:
        import ggml

        if not (folder / f"ggml-{kind}.bin").exists():
            ggml.write(hf, folder / f"ggml-{kind}.bin", kind)


REAL = ["whisper-tiny", "whisper-base", "whisper-small", "m2m100-418m", "nllb-600m", "piper-medium"]

if __name__ == "__main__":
    torch.set_num_threads(1)
    for each in sys.argv[2:] or REAL:
        print(f"models: {each}", flush=True)
        make(Path(sys.argv[1]), each)
