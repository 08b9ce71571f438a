#!/usr/bin/env bash
# The starter models' figures in one table: words and languages heard, translations, streamed against offline, speed, sizes, and what
# they make of what they don't know. Synthesises the held-out speech where it isn't there. Minutes (PYTHON names another Python).
set -euo pipefail
cd "$(dirname "$0")/.."

for program in espeak-ng flite festival; do
    command -v "$program" >/dev/null || {
        echo "$program is missing: apt-get install espeak-ng flite festival festvox-kdlpc16k" >&2
        exit 1
    }
done
python=${PYTHON:-$PWD/onnx/train/venv/bin/python}
# All of the training's packages but torch: nothing is trained here.
[ -x "$python" ] || {
    python3 -m venv onnx/train/venv
    grep -v '^\(torch\|transformers\|optimum\)' onnx/train/requirements.txt | onnx/train/venv/bin/pip install -q -r /dev/stdin
}
export OMP_NUM_THREADS=1

cd onnx/train
data=${SOTTOVOCE_DATA:-data}
[ -s "$data/text/heldout.fr" ] || "$python" -m text.sentences --lang all --count 80000
"$python" -m asr.synth --tests --processes "$(nproc)" >/dev/null
printf '\n== speech (streamed, with the language model)\n'
"$python" -m asr.evaluate
printf '\n== the same without the language model\n'
"$python" -m asr.evaluate --greedy
printf '\n== translation\n'
"$python" -m mt.evaluate
cd ../..

printf '\n== streamed against offline, lag, CPU (sottovoce eval)\n'
cargo build --release --quiet
for manifest in onnx/starter/samples/manifest-*.tsv; do
    lang=${manifest##*manifest-}
    lang=${lang%.tsv}
    others=$(printf '%s\n' en es de fr | grep -v "$lang" | paste -sd,)
    printf '\n-- %s to %s\n' "$lang" "$others"
    "${CARGO_TARGET_DIR:-target}/release/sottovoce" eval "$manifest" --from "$lang" --to "$others"
done
printf '\n== files\n'
du -b --apparent-size onnx/starter/asr/*/* onnx/starter/asr/*.onnx onnx/starter/mt/* | awk '{ all += $1; printf "%7.2f MB  %s\n", $1 / 1e6, $2 } END { printf "%7.2f MB  in all\n", all / 1e6 }'
