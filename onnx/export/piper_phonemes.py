"""Sentences of piper_sentences.json -> tests/fixtures/tts/phonemes.json: the phoneme ids that piper-tts 1.8.0 makes.

    python onnx/export/piper_phonemes.py ESPEAK_NG_CHECKOUT

piper-tts brings an eSpeak NG of its own (April 2026), whose pronunciations differ here and there from those of the
eSpeak NG that users have (Debian 12: 1.51). So that the test compares our code and not two editions of a dictionary,
the reference is piper-tts's own Python over eSpeak NG 1.51 with the system's data: its `espeakbridge` is replaced by
one over ctypes that does what its C code does, line for line. The function the C code calls,
`espeak_TextToPhonemesWithTerminator`, came after 1.51; so tag 1.51 is compiled here with that one function added,
and every clause's phonemes are compared with those of the system's unpatched library on the way.

The ids of two newer editions are recorded where they differ: "1.52.0" (Debian 13; the library that espeakng-loader
brings, again without the function, so the ends of clauses are told by piper-tts's own library, clause by clause), and
"1.52.0.1", as piper-tts's library calls itself: that one is piper-tts just as it is installed.
Needs gcc, an eSpeak NG git checkout that has tag 1.51, and libespeak-ng.so.1 (1.51) with its data.
"""

import ctypes
import json
import subprocess
import sys
import tempfile
import types
from pathlib import Path

import espeakng_loader
from piper import espeakbridge as bundled
from piper.config import PiperConfig
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP
from piper.phonemize_espeak import ESPEAK_DATA_DIR
from piper.voice import PiperVoice
import piper

HERE = Path(__file__).parent
OUT = HERE.parents[1] / "tests/fixtures/tts/phonemes.json"
DATA = "/usr/lib/x86_64-linux-gnu"
SYSTEM = f"{DATA}/libespeak-ng.so.1"
# piper-tts src/piper/espeakbridge.c; the names of the fields are those of eSpeak NG's translate.h.
TERMINATORS = {0x80028: ".", 0x82028: "?", 0x8302D: "!", 0x41014: ",", 0x4001E: ":", 0x4101E: ";"}
SENTENCE = 0x80000
ADDED = """
int last_terminator;
ESPEAK_API const char *espeak_TextToPhonemesWithTerminator(const void **text, int mode, int phonememode, int *terminator)
{
	const char *phonemes = espeak_TextToPhonemes(text, mode, phonememode);
	*terminator = last_terminator;
	return phonemes;
}
"""
NOT_NEEDED = {"klatt.c", "sPlayer.c", "mbrowrap.c", "event.c", "fifo.c", "espeak_command.c", "compilembrola.c"}


def build(checkout: str, folder: Path) -> Path:
    """Compiles eSpeak NG 1.51 with the added function."""
    archive = subprocess.run(["git", "-C", checkout, "archive", "1.51", "src"], check=True, stdout=subprocess.PIPE)
    subprocess.run(["tar", "x", "-C", folder], input=archive.stdout, check=True)
    library, ucd = folder / "src/libespeak-ng", folder / "src/ucd-tools/src"
    translate = library / "translate.c"
    line = "tr->clause_terminator = terminator;"
    text = translate.read_text()
    assert text.count(line) == 1
    translate.write_text(text.replace(line, line + " { extern int last_terminator; last_terminator = terminator; }"))
    speech = library / "speech.c"
    speech.write_text(speech.read_text() + ADDED)
    (folder / "config.h").touch()
    sources = [p for p in library.glob("*.c") if p.name not in NOT_NEEDED] + list(ucd.glob("*.c"))
    out = folder / "libespeak-1.51.so"
    subprocess.run(
        ["gcc", "-O1", "-w", "-shared", "-fPIC", "-include", "stdbool.h", "-D_GNU_SOURCE", f"-I{folder}",
         f"-I{folder}/src/include", f"-I{ucd}/include", f'-DPATH_ESPEAK_DATA="{DATA}/espeak-ng-data"',
         '-DPACKAGE_VERSION="1.51"', "-o", out, *sources, "-lm"],
        check=True,
    )  # fmt: skip
    return out


def bridge(ends: tuple, sounds: tuple) -> types.ModuleType:
    """A module that does what piper-tts's espeakbridge does, over two libraries, each with its data's folder: one knows
    how clauses end, the other's phonemes are wanted; both must cut the text alike."""
    libraries = [ctypes.CDLL(str(library)) for library, _ in (ends, sounds)]
    for library, (_, folder) in zip(libraries, (ends, sounds)):
        library.espeak_TextToPhonemes.restype = ctypes.c_char_p
        assert library.espeak_Initialize(2, 0, str(folder).encode(), 0) > 0
    ender, sounder = libraries
    ender.espeak_TextToPhonemesWithTerminator.restype = ctypes.c_char_p

    def set_voice(voice: str) -> None:
        for library in libraries:
            if library.espeak_SetVoiceByName(voice.encode()) != 0:
                raise RuntimeError(f"Failed to set voice: {voice}")

    def get_phonemes(text: str) -> list[tuple[str, str, bool]]:
        whole = text.encode()
        pointer, check = ctypes.c_char_p(whole), ctypes.c_char_p(whole)
        clauses = []
        while pointer.value is not None:
            terminator = ctypes.c_int(0)
            same = ender.espeak_TextToPhonemesWithTerminator(ctypes.byref(pointer), 0, 2, ctypes.byref(terminator))
            phonemes = sounder.espeak_TextToPhonemes(ctypes.byref(check), 0, 2)
            assert check.value == pointer.value, text
            assert same == phonemes or sounds[0] != SYSTEM, text
            end = terminator.value & 0xFFFFF
            clauses.append((phonemes.decode(), TERMINATORS.get(end, ""), end & SENTENCE == SENTENCE))
        return clauses

    module = types.ModuleType("piper.espeakbridge")
    module.initialize, module.set_voice, module.get_phonemes = lambda folder: None, set_voice, get_phonemes
    return module


def ids(voice: str, texts: list[str], over: types.ModuleType) -> list[list[list[int]]]:
    """Each text's sentences as ids, by PiperVoice's own code."""
    piper.espeakbridge = sys.modules["piper.espeakbridge"] = over
    import piper.voice as module

    module._ESPEAK_PHONEMIZER = None
    config = PiperConfig.from_dict(
        {"num_symbols": 256, "num_speakers": 1, "audio": {"sample_rate": 22050}, "espeak": {"voice": voice},
         "phoneme_id_map": DEFAULT_PHONEME_ID_MAP}
    )  # fmt: skip
    speaker = PiperVoice(session=None, config=config, espeak_data_dir=ESPEAK_DATA_DIR)
    return [[speaker.phonemes_to_ids(p) for p in speaker.phonemize(text) if p] for text in texts]


# What only one language's ten sentences need not show: raw phonemes, paragraphs, runs of marks, quotes, no end.
EDGES = [
    "Hello [[ wˈɜːld ]], how are you?", "[[ hˈaɪ ]] there.", "First line\nsecond line\n\nNew paragraph. End",
    "What?! No... Wait; stop: now - or never, (said he.) OK.", "e.g. this one, and i.e. that.", "no end here",
    "He read Le Monde, il dit bonjour.", "One. Two! Three? Four: five; six, seven", "Version 1.2.3 is out.Really.",
    "  spaces   around ,  commas  .  ", "¿Qué? ¡No! He said: “Go.” Then…", "A. B. C. D.", "Hmm — well – yes.",
]  # fmt: skip


def main() -> None:
    sentences = json.loads((HERE / "piper_sentences.json").read_text())
    sentences["en-us"] = sentences["en-us"] + EDGES
    bundled.initialize(str(ESPEAK_DATA_DIR))
    with tempfile.TemporaryDirectory() as folder:
        patched = build(sys.argv[1], Path(folder))
        loader = espeakng_loader.get_library_path(), Path(espeakng_loader.get_data_path()).parent
        editions = {
            "1.51": bridge((patched, DATA), (SYSTEM, DATA)),
            "1.52.0": bridge((bundled.__file__, ESPEAK_DATA_DIR), loader),
            "1.52.0.1": bundled,
        }
        cases = []
        for voice, texts in sentences.items():
            made = {edition: ids(voice, texts, over) for edition, over in editions.items()}
            for i, text in enumerate(texts):
                all_ids = {edition: of_texts[i] for edition, of_texts in made.items()}
                kept = {e: x for e, x in all_ids.items() if e == "1.51" or x != all_ids["1.51"]}
                cases.append({"voice": voice, "text": text, "ids": kept, "edge": text in EDGES})
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(f"[\n{lines}\n]\n")
    fifty = [c["ids"] for c in cases if not c["edge"]]
    for edition in editions:
        print(edition, sum(edition == "1.51" or edition not in ids for ids in fifty), "of", len(fifty), "as with 1.51")


if __name__ == "__main__":
    main()
