#!/usr/bin/env bash
# From nothing to the starter models: text, speech, recognisers, translator, figures. Hours on two cores (onnx/train/README.md
# says how many); each step goes on where it was stopped. Data and checkpoints: $SOTTOVOCE_DATA, else onnx/train/data.
set -euo pipefail
cd "$(dirname "$0")/../onnx/train"

# Minutes of training: the recognisers' trunk, each language alone, the translator. A longer time than before goes on.
trunk=${TRUNK:-240} language=${LANGUAGE:-30} translator=${TRANSLATOR:-240}

for program in espeak-ng flite festival; do
    command -v "$program" >/dev/null || {
        echo "$program is missing: apt-get install espeak-ng flite festival festvox-kdlpc16k" >&2
        exit 1
    }
done
python=${PYTHON:-venv/bin/python}
[ -x "$python" ] || { python3 -m venv venv && venv/bin/pip install -q -r requirements.txt; }

step() {
    printf '\n=== %s (%d minutes since the start)\n' "$1" "$((SECONDS / 60))"
    shift
    "$python" -m "$@"
}

export OMP_NUM_THREADS=1
step "the grammar's own checks" text.tests
step "sentences" text.sentences --lang all --count 80000
step "speech" asr.synth --processes "$(nproc)"
step "what the recognisers share" asr.train --minutes "$trunk" --processes "$(nproc)"
for lang in en es de fr; do
    step "recogniser: $lang" asr.train --lang "$lang" --minutes "$language" --processes "$(nproc)"
done
step "language models" asr.lm
step "recognisers as files" asr.export
step "translator" mt.train --minutes "$translator" --processes "$(nproc)"
step "translator as files" mt.export
step "what it should doubt" mt.doubt --below 0.45
step "words and languages" asr.evaluate
step "translations" mt.evaluate
step "samples" asr.samples
step "what the Rust tests compare with" asr.golden
step "checksums" register
