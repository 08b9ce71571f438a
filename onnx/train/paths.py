"""Where data and checkpoints lie: the folder that SOTTOVOCE_DATA names, or `data/` beside this file (not in git)."""

import os

ROOT = os.environ.get("SOTTOVOCE_DATA", os.path.join(os.path.dirname(os.path.abspath(__file__)), "data"))
TEXT, ASR, MT = (os.path.join(ROOT, name) for name in ("text", "asr", "mt"))
for folder in (TEXT, ASR, MT):
    os.makedirs(folder, exist_ok=True)
