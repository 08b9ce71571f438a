"""The files under onnx/starter -> onnx/models.toml with sizes and checksums: `python3 register.py` (no packages needed).

Published models are in onnx/published.toml, which is written by hand and isn't touched.
"""

import hashlib
import os

from text.spec import LANGS

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
MODELS = [
    dict(id="starter/asr", task="asr", languages=LANGS, contract="zipformer2-ctc",
         note="Streaming; finds out which of the four it hears; knows synthetic voices only: for people, a larger model is needed.",
         files=["lid.onnx"] + ["%s/%s" % (lang, name) for lang in LANGS for name in ("model.onnx", "tokens.txt", "lm.arpa.gz")]),
    dict(id="starter/mt", task="mt", languages=LANGS, contract="m2m100-optimum",
         note="All twelve directions, travel and meeting phrases only.",
         files=["encoder_model.onnx", "decoder_model_merged.onnx", "tokenizer.json", "config.json", "generation_config.json"]),
]


def entry(model):
    lines = ["[[model]]"]
    for key in ["id", "task"]:
        lines.append('%s = "%s"' % (key, model[key]))
    lines.append("languages = [%s]" % ", ".join('"%s"' % l for l in model["languages"]))
    lines.append('licence = "Apache-2.0 OR MIT"')
    lines.append('source = "trained by this project: onnx/train"')
    lines.append('contract = "%s"' % model["contract"])
    lines.append('note = "%s"' % model["note"])
    for name in model["files"]:
        data = open(os.path.join(ROOT, model["id"], name), "rb").read()
        lines += ["[[model.files]]", 'path = "%s"' % name, 'sha256 = "%s"' % hashlib.sha256(data).hexdigest(), "size = %d" % len(data)]
    return "\n".join(lines)


if __name__ == "__main__":
    head = "# The models that come with sottovoce. Made by onnx/train/register.py: run it after a model has changed.\n# Those that can be fetched are in published.toml.\n\n"
    with open(os.path.join(ROOT, "models.toml"), "w") as f:
        f.write(head + "\n\n".join(entry(m) for m in MODELS) + "\n")
