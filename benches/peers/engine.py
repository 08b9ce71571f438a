"""A peer's side of run.py: loads a model and does one kind of work, again and again, each time a line comes in.

    python engine.py ct2-whisper FOLDER SECONDS TOKENS FRAMES      CTranslate2, over so many frames of 10 ms
    python engine.py ct2-encode FOLDER FRAMES int8|float32         its encoder alone
    python engine.py ct2-mt FOLDER SOURCE TARGET BATCH FROM TO
    python engine.py ct2-updates FOLDER SHAPES FROM TO             texts of so many pieces, each into so many, from scratch
    python engine.py whisper-cpp CLI FILE SECONDS TOKENS POSITIONS whisper-cli, over so many of the encoder's positions
    python engine.py piper FOLDER TEXT
    python engine.py ct2-stream | whisper-cpp-stream | sherpa-stream ...    see streamed.py

All it says is lines of JSON: first the load time, then a line for each round. One thread each.
"""

import json
import re
import resource
import subprocess
import sys
import tempfile
import time
import wave
from pathlib import Path


def say(what):
    print(json.dumps(what), flush=True)


def memory(key):
    line = next((l for l in open("/proc/self/status") if l.startswith(key)), "x 0")
    return int(line.split()[1]) / 1024


def sound(seconds):
    import numpy as np

    return (np.sin(np.arange(seconds * 16000) * 0.05) * 0.1).astype(np.float32)


def ct2_whisper(folder, seconds, tokens, frames):
    import ctranslate2
    import numpy as np
    from faster_whisper.feature_extractor import FeatureExtractor

    seconds, tokens, frames = int(seconds), int(tokens), int(frames)
    start = time.perf_counter()
    model = ctranslate2.models.Whisper(folder, device="cpu", compute_type="int8", intra_threads=1, inter_threads=1)
    say({"load_s": time.perf_counter() - start, "rss_mb": memory("VmRSS")})
    samples, extract = sound(seconds), FeatureExtractor()
    prompt = ["<|startoftranscript|>", "<|en|>", "<|transcribe|>", "<|notimestamps|>"]

    def round():
        start = time.perf_counter()
        features = extract(samples)[:, :frames]
        features = np.pad(features, ((0, 0), (0, frames - features.shape[1])))
        heard = time.perf_counter()
        encoded = model.encode(ctranslate2.StorageView.from_array(np.ascontiguousarray(features[None])), to_cpu=False)
        known = time.perf_counter()
        # Its limit counts the prompt, too.
        result = model.generate(encoded, [prompt], beam_size=1, max_length=len(prompt) + tokens, sampling_temperature=0)
        done = time.perf_counter()
        return {"mel": 1e3 * (heard - start), "encode": 1e3 * (known - heard), "decode": 1e3 * (done - known),
                "tokens": len(result[0].sequences_ids[0]), "frames": frames}

    return round


def ct2_encode(folder, frames, kind):
    import ctranslate2
    import numpy as np

    start = time.perf_counter()
    model = ctranslate2.models.Whisper(folder, device="cpu", compute_type=kind, intra_threads=1, inter_threads=1)
    say({"load_s": time.perf_counter() - start, "rss_mb": memory("VmRSS")})
    window = ctranslate2.StorageView.from_array(np.zeros((1, 80, int(frames)), np.float32))

    def round():
        start = time.process_time()
        model.encode(window, to_cpu=True)
        return {"encode": 1e3 * (time.process_time() - start), "frames": int(frames)}

    return round


def ct2_translator(folder):
    """A translation model, and its pieces by number."""
    import ctranslate2

    start = time.perf_counter()
    model = ctranslate2.Translator(folder, device="cpu", compute_type="int8", intra_threads=1, inter_threads=1)
    say({"load_s": time.perf_counter() - start, "rss_mb": memory("VmRSS")})
    names = json.loads((Path(folder) / "tokenizer.json").read_text())["model"]["vocab"]
    piece = {i: name for name, i in names.items()}
    return model, piece


def ct2_mt(folder, source, target, batch, *languages):
    source, target, batch = int(source), int(target), int(batch)
    model, piece = ct2_translator(folder)
    begins, forced = languages
    # The same pieces as in ours.rs.
    sources = [[begins, *(piece[100 + 37 * row + 11 * i] for i in range(source - 2)), "</s>"] for row in range(batch)]

    def round():
        start = time.perf_counter()
        # Its limit counts the forced language, too; the models never end by themselves.
        results = model.translate_batch(sources, target_prefix=[[forced]] * batch, beam_size=1, max_batch_size=batch,
                                        min_decoding_length=target + 1, max_decoding_length=target + 1)
        done = time.perf_counter()
        return {"translate": 1e3 * (done - start), "tokens": min(len(r.hypotheses[0]) for r in results) - 1}

    return round


def ct2_updates(folder, shapes, *languages):
    model, piece = ct2_translator(folder)
    begins, forced = languages
    shapes = json.loads(shapes)

    def round():
        start = time.perf_counter()
        for source, target in shapes:
            source = [begins, *(piece[100 + 11 * i] for i in range(source - 2)), "</s>"]
            # As many steps as ours: the pieces and the end.
            model.translate_batch([source], target_prefix=[[forced]], beam_size=1,
                                  min_decoding_length=target + 2, max_decoding_length=target + 2)
        each = 1e3 * (time.perf_counter() - start) / len(shapes)
        return {"update": each, "pieces": sum(target for _, target in shapes)}

    return round


def whisper_cpp(cli, file, seconds, tokens, positions):
    seconds, tokens = int(seconds), int(tokens)
    wav = tempfile.NamedTemporaryFile(suffix=".wav")
    with wave.open(wav.name, "wb") as out:
        out.setnchannels(1), out.setsampwidth(2), out.setframerate(16000)
        out.writeframes((sound(seconds) * 32767).astype("<i2").tobytes())
    command = [cli, "-m", file, "-f", wav.name, "-t", "1", "-p", "1", "-bs", "1", "-bo", "1", "-nf", "-nt", "-ng", "-l", "en",
               "-ac", positions]

    def run():
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=True)
        ms = {name: (float(total), int(runs or 1)) for name, total, runs in
              re.findall(r"(load|mel|sample|encode|decode|batchd) time =\s*([\d.]+) ms(?: /\s*(\d+) runs)?", done.stderr)}
        # The prompt is a batch; then a step a token, but for the first; each token is sampled.
        (steps, runs), sample = ms["decode"], ms["sample"][0]
        decode = ms["batchd"][0] + (tokens - 1) * steps / runs + tokens * sample / (runs + 1)
        return {"mel": ms["mel"][0], "encode": ms["encode"][0] / ms["encode"][1], "decode": decode, "tokens": tokens,
                "steps": runs, "load": ms["load"][0]}

    run.wav = wav  # it is deleted with its last holder
    say({"load_s": run()["load"] / 1e3, "rss_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024})
    return run


def piper(folder, text):
    from piper import PiperVoice

    model = next(Path(folder).glob("*.onnx"))
    start = time.perf_counter()
    voice = PiperVoice.load(model)
    say({"load_s": time.perf_counter() - start, "rss_mb": memory("VmRSS")})
    sentences = [voice.phonemes_to_ids(p) for p in voice.phonemize(text)]

    def round():
        start = time.perf_counter()
        audio = [voice.phoneme_ids_to_audio(ids) for ids in sentences]
        audio = [a[0] if isinstance(a, tuple) else a for a in audio]
        return {"speak": 1e3 * (time.perf_counter() - start), "ids": sum(map(len, sentences)), "samples": sum(map(len, audio))}

    return round


def main(kind, *args):
    if kind.endswith("-stream"):
        import streamed

        streams = {"ct2-stream": streamed.ct2_stream, "whisper-cpp-stream": streamed.whisper_cpp_stream,
                   "sherpa-stream": streamed.sherpa_stream}
        return serve(streams[kind](say, memory, *args))
    kinds = {"ct2-whisper": ct2_whisper, "ct2-encode": ct2_encode, "ct2-mt": ct2_mt, "ct2-updates": ct2_updates, "whisper-cpp": whisper_cpp, "piper": piper}
    serve(kinds[kind](*args))


def serve(round):
    for _ in sys.stdin:
        ms = round()
        child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        say({"ms": ms, "rss_mb": child or memory("VmRSS"), "peak_mb": child or memory("VmHWM")})


if __name__ == "__main__":
    main(*sys.argv[1:])
