"""Turns the monologue and its script (sound.py) into streams through the peers, a second of sound at a time.

    python engine.py ct2-stream FOLDER SCRIPT BEAMS        whisper_streaming's algorithm, as over faster-whisper
    python engine.py whisper-cpp-stream FILE SCRIPT POSITIONS   that of whisper.cpp's `stream`
    python engine.py sherpa-stream FOLDER SPEECH STREAMS   sherpa-onnx, a zipformer2-CTC model, several streams at once

The models do all their work for as many tokens as the script has; what is understood then is the script's. Measured is the
CPU time of the process for a minute of sound.
"""

import json
import time
from pathlib import Path

import numpy as np
import sound

STEP = 1.0  # seconds of new sound that are worth a pass: whisper_streaming's `min-chunk-size`
TRIMMING = 15.0  # its `buffer_trimming_sec`: a longer buffer is cut behind a sentence that is committed
PROMPT = 200  # letters of what was said before the buffer that are given again
BLOCK = 1600  # samples that come at once: 0.1 s, as clients send them
LENGTH, KEEP = 10.0, 0.2  # whisper.cpp's `stream`: seconds of a window, and of the one before it


def load(folder):
    """Samples and script."""
    return sound.load(Path(folder) / "speech.wav"), json.loads((Path(folder) / "script.json").read_text())


class Agreement:
    """Which words stay: those that two hypotheses in a row agree on, behind those that stay already."""

    def __init__(self):
        self.committed, self.before, self.lags = [], [], []

    def insert(self, words, now):
        end = self.committed[-1][1] if self.committed else -1.0
        words = [w for w in words if w[0] > end - 0.1]
        # The last words before the buffer's start may be heard once more.
        if words and self.committed and abs(words[0][0] - end) < 1:
            for n in range(min(5, len(words), len(self.committed)), 0, -1):
                if [w[2] for w in words[:n]] == [w[2] for w in self.committed[-n:]]:
                    words = words[n:]
                    break
        agreed = 0
        while agreed < min(len(words), len(self.before)) and words[agreed][2] == self.before[agreed][2]:
            agreed += 1
        self.commit(words[:agreed], now)
        self.before = words[agreed:]

    def commit(self, words, now):
        self.committed += words
        self.lags += [now - end for _, end, _ in words]


def whisper_streaming(seconds, script, transcribe):
    """Macháček et al. 2023 (arXiv 2307.14743); `transcribe(start, now, prompt, words)` is a pass. -> the committed words."""
    text, start, now = Agreement(), 0.0, 0.0
    while now < seconds:
        now = min(now + STEP, seconds)
        sentences = sound.said(script, start, now)
        earlier = [tokens for _, end, tokens in text.committed if end <= start]
        # So many letters are about so many words.
        prompt = [t for tokens in earlier[-PROMPT // 6:] for t in tokens]
        transcribe(start, now, prompt, sentences)
        text.insert([w for s in sentences for w in s], now)
        if now - start > TRIMMING and text.committed:
            ends = [s[-1][1] for s in sentences[:-1] if s[-1][1] <= text.committed[-1][1]]
            start = ends[-1] if ends else start
    text.commit(text.before, now)  # as it does at the end
    return text


def report(seconds, cpu, windows, passes, words, lags=()):
    lag = {"lag_s": sum(lags) / len(lags)} if lags else {}
    return {"stream": 1e3 * cpu * 60 / seconds, "windows": windows, "passes": passes, "words": words, **lag}


def ct2_stream(say, memory, folder, script, beams):
    import ctranslate2
    from faster_whisper.feature_extractor import FeatureExtractor

    begin = time.perf_counter()
    model = ctranslate2.models.Whisper(folder, device="cpu", compute_type="int8", intra_threads=1, inter_threads=1)
    say({"load_s": time.perf_counter() - begin, "rss_mb": memory("VmRSS")})
    ids = {t["content"]: t["id"] for t in json.loads((Path(folder) / "tokenizer.json").read_text())["added_tokens"]}
    task = [ids[f"<|{t}|>"] for t in ["startoftranscript", "en", "transcribe"]]
    (samples, script), extract, beams = load(script), FeatureExtractor(), int(beams)
    seconds, count = len(samples) / 16000, {}

    def transcribe(start, now, prompt, sentences):
        features = extract(samples[int(start * 16000):int(now * 16000)])[:, :3000]
        features = np.pad(features, ((0, 0), (0, 3000 - features.shape[1])))
        encoded = model.encode(ctranslate2.StorageView.from_array(np.ascontiguousarray(features[None])), to_cpu=False)
        count["windows"] += 1
        text = [t for s in sentences for _, _, tokens in s for t in tokens]
        # Each sentence has its two times; the end is a step, too.
        steps = len(text) + 2 * len(sentences) + 1
        given = [ids["<|startofprev|>"], *prompt, *task] if prompt else task
        # Its limit counts the prompt, too. Random weights would choose odd times, and so they write none.
        given = [*given, ids["<|notimestamps|>"]]
        result = model.generate(encoded, [given], beam_size=beams, max_length=len(given) + steps, sampling_temperature=0)
        count["passes"] += len(result[0].sequences_ids[0])
        if text:  # the times of words
            model.align(encoded, task, [text], [int((now - start) * 100)], median_filter_width=7)

    def round():
        count.update(windows=0, passes=0)
        cpu = time.process_time()
        text = whisper_streaming(seconds, script, transcribe)
        return report(seconds, time.process_time() - cpu, **count, words=len(text.committed), lags=text.lags)

    return round


def whisper_cpp_stream(say, memory, file, script, positions):
    from pywhispercpp.model import Model

    begin = time.perf_counter()
    # As `stream` sets them; no second try at other temperatures, which random weights would always need.
    model = Model(file, n_threads=1, language="en", single_segment=True, no_timestamps=True, no_context=True,
                  print_progress=False, print_realtime=False, temperature_inc=0.0, audio_ctx=int(positions),
                  redirect_whispercpp_logs_to=None)
    say({"load_s": time.perf_counter() - begin, "rss_mb": memory("VmRSS")})
    samples, script = load(script)
    seconds = len(samples) / 16000

    def round():
        cpu, windows, passes, words = time.process_time(), 0, 0, 0
        start, now = 0.0, 0.0
        while now < seconds:
            now = min(now + STEP, seconds)
            sentences = sound.said(script, start, now)
            steps = sum(len(tokens) for s in sentences for _, _, tokens in s) + 1
            # It stops behind the limit.
            model.transcribe(samples[int(start * 16000):int(now * 16000)], max_tokens=max(steps - 1, 1))
            windows, passes = windows + 1, passes + steps
            if now - start >= LENGTH - STEP:
                words, start = words + sum(map(len, sentences)), now - KEEP
        return report(seconds, time.process_time() - cpu, windows, passes, words)

    return round


def sherpa_stream(say, memory, folder, speech, streams):
    import sherpa_onnx

    begin, folder = time.perf_counter(), Path(folder)
    recognizer = sherpa_onnx.OnlineRecognizer.from_zipformer2_ctc(
        str(folder / "tokens.txt"), str(folder / "model.onnx"), num_threads=1)
    say({"load_s": time.perf_counter() - begin, "rss_mb": memory("VmRSS")})
    samples, streams = sound.load(speech), int(streams)

    def round():
        cpu = time.process_time()
        open = [recognizer.create_stream() for _ in range(streams)]

        def decode():
            while ready := [s for s in open if recognizer.is_ready(s)]:
                recognizer.decode_streams(ready)
                for s in ready:
                    recognizer.get_result(s)

        for at in range(0, len(samples), BLOCK):
            for s in open:
                s.accept_waveform(16000, samples[at:at + BLOCK])
            decode()
        for s in open:
            # What brings out the last word.
            s.accept_waveform(16000, np.zeros(16000, np.float32))
            s.input_finished()
        decode()
        used = time.process_time() - cpu
        return {"stream": 1e3 * used * 60 * 16000 / len(samples) / streams, "text": [recognizer.get_result(s).strip() for s in open]}

    return round
