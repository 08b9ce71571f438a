//! Turns a model's files into the answer to "what is this?": which published layout, so which backend loads it.
//!
//! Told by file names, and by `config.json` or the first bytes where names don't settle it; nothing is loaded.

use crate::error::{Error, Result};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// The layouts that can be loaded (`shared/reference/models.md` names who publishes in which).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// A streaming CTC model that keeps the zipformer2 contract, one file and `tokens.txt` (sherpa-onnx, our starter).
    StreamingCtc,
    /// Streaming CTC models of several languages, a folder each, and `lid.onnx`, which tells them apart (our starter).
    ByLanguage,
    /// Encoder, decoder and joiner of a streaming zipformer2 transducer (sherpa-onnx).
    StreamingTransducer,
    /// A cache-aware FastConformer CTC model (NeMo, as sherpa-onnx exports it).
    NemoCtc,
    /// Encoder and decoder/joint of a Parakeet TDT model (NeMo, as istupakov or sherpa-onnx export it).
    ParakeetTdt,
    /// Whisper in optimum's layout, or prepared by `models import`.
    Whisper,
    /// Whisper in whisper.cpp's format.
    WhisperCpp,
    /// M2M100, NLLB, SMaLL-100 or Marian in optimum's layout, or prepared by `models import`.
    Seq2Seq,
    /// A Piper voice.
    Piper,
    /// Kokoro.
    Kokoro,
}

impl Layout {
    /// The layout of a model folder, or of a ggml file.
    ///
    /// # Errors
    /// A missing-model error that says what was looked for.
    pub fn of(model: &Path) -> Result<Self> {
        let files = Files::of(model);
        files.layout().ok_or_else(|| {
            Error::missing(format!("{} holds no model of a known layout", model.display())).hint(
                "known: Whisper, M2M100/NLLB/Marian (optimum's ONNX), zipformer2, NeMo CTC, Parakeet TDT, ggml, Piper, Kokoro",
            )
        })
    }

    /// Whether `models import` makes more of it than a copy.
    pub fn is_preparable(self) -> bool {
        matches!(self, Self::Whisper | Self::Seq2Seq)
    }

    /// The name of the backend that loads it.
    pub fn backend(self) -> &'static str {
        match self {
            Self::StreamingCtc => "streaming-ctc",
            Self::ByLanguage => "by-language",
            Self::StreamingTransducer => "streaming-transducer",
            Self::NemoCtc => "nemo-ctc",
            Self::ParakeetTdt => "parakeet-tdt",
            Self::Whisper => "whisper",
            Self::WhisperCpp => "whisper-cpp",
            Self::Seq2Seq => "seq2seq",
            Self::Piper => "piper",
            Self::Kokoro => "kokoro",
        }
    }
}

/// The names of a model's files.
struct Files {
    folder: PathBuf,
    names: Vec<String>,
}

impl Files {
    fn of(model: &Path) -> Self {
        if model.is_file() {
            let name = model.file_name().unwrap_or_default().to_string_lossy().into_owned();
            return Self { folder: model.parent().unwrap_or(Path::new(".")).to_owned(), names: vec![name] };
        }
        let names = |folder: PathBuf| std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.file_name());
        let all = names(model.to_owned()).chain(names(model.join("onnx")));
        Self { folder: model.to_owned(), names: all.map(|n| n.to_string_lossy().into_owned()).collect() }
    }

    fn has(&self, start: &str, end: &str) -> bool {
        self.names.iter().any(|n| n.starts_with(start) && n.ends_with(end))
    }

    /// A field of `config.json`.
    fn config(&self, key: &str) -> Option<String> {
        let text = std::fs::read_to_string(self.folder.join("config.json")).ok()?;
        let config: serde_json::Value = serde_json::from_str(&text).ok()?;
        Some(config[key].as_str()?.to_owned())
    }

    /// Whether the model file whose name starts so has an input of this name. The graph's inputs stand behind its weights
    /// (the order in which protobuf writes the fields of a graph), so at the end of the file.
    fn declares(&self, start: &str, input: &str) -> bool {
        let Some(path) = find_part(&self.folder, start).ok().flatten() else { return false };
        let tail = || -> std::io::Result<Vec<u8>> {
            let mut file = std::fs::File::open(path)?;
            let length = file.metadata()?.len();
            file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        tail().is_ok_and(|bytes| bytes.windows(input.len()).any(|w| w == input.as_bytes()))
    }

    fn layout(&self) -> Option<Layout> {
        if self.has("ggml-", ".bin") || (self.names.len() == 1 && self.has("", ".bin")) {
            return Some(Layout::WhisperCpp);
        }
        if self.has("encoder_model", ".onnx") || self.has("encoder.", "onnx") && self.has("config", ".json") {
            let is_whisper = self.config("model_type").is_some_and(|t| t == "whisper");
            return Some(if is_whisper { Layout::Whisper } else { Layout::Seq2Seq });
        }
        if self.has("lid.", "onnx") {
            return Some(Layout::ByLanguage);
        }
        if self.has("decoder_joint", ".onnx") || self.has("nemo128", ".onnx") {
            return Some(Layout::ParakeetTdt);
        }
        if self.has("encoder", ".onnx") && self.has("joiner", ".onnx") {
            // sherpa-onnx's layout of NeMo's transducers has the same names.
            let is_nemo = self.declares("encoder", "audio_signal");
            return Some(if is_nemo { Layout::ParakeetTdt } else { Layout::StreamingTransducer });
        }
        if self.has("", ".onnx.json") {
            return Some(Layout::Piper);
        }
        if self.has("voices", "") && self.has("", ".onnx") {
            return Some(Layout::Kokoro);
        }
        match (self.has("tokens", ".txt") || self.has("vocab", ".txt")) && self.has("", ".onnx") {
            true if self.declares("", "audio_signal") => Some(Layout::NemoCtc),
            true => Some(Layout::StreamingCtc),
            false => None,
        }
    }
}

/// Bytes at the end of a model file that hold all inputs, outputs and metadata: some hundred entries of some hundred bytes.
const TAIL: u64 = 256 << 10;

/// How exporters mark a file's number format, in the order in which we take what is there.
const VARIANTS: &[&str] = &["", "_int8", ".int8", "_quantized", "_uint8", "_fp16", ".fp16", "_q4f16", "_q4", "_bnb4"];

/// The model file `stem` of a folder: in it or in its `onnx/`, in whatever number format is there.
pub fn find_file(folder: &Path, stem: &str) -> Option<PathBuf> {
    let named = |variant: &&str| format!("{stem}{variant}.onnx");
    let places = VARIANTS.iter().flat_map(|v| [folder.join(named(v)), folder.join("onnx").join(named(v))]);
    places.into_iter().find(|p| p.is_file())
}

/// As [`find_file`].
///
/// # Errors
/// A missing-model error that names the file.
pub fn need_file(folder: &Path, stem: &str) -> Result<PathBuf> {
    find_file(folder, stem).ok_or_else(|| {
        Error::missing(format!("model file {} is not there", folder.join(format!("{stem}.onnx")).display()))
            .hint("`sottovoce models pull` fetches published models whole; `models list` shows them")
    })
}

/// The model file of a folder whose name starts so (`encoder-epoch-99-avg-1.int8.onnx`), in the number format that comes
/// first in the order above.
fn find_part(folder: &Path, start: &str) -> Result<Option<PathBuf>> {
    let stem = |path: &Path| Some(path.file_name()?.to_str()?.strip_suffix(".onnx")?.to_owned());
    let rank = |stem: &str| VARIANTS.iter().skip(1).position(|v| stem.ends_with(v)).map_or(0, |i| i + 1);
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path());
    let named = entries.filter_map(|path| Some((stem(&path).filter(|s| s.starts_with(start))?, path)));
    let mut found: Vec<_> = named.map(|(stem, path)| (rank(&stem), path)).collect();
    found.sort();
    match found.as_slice() {
        [(a, one), (b, other), ..] if a == b => {
            let other = other.file_name().unwrap_or_default().display();
            Err(Error::missing(format!("{} and {other} are there: which is to be used?", one.display()))
                .hint("keep one model in a folder"))
        }
        _ => Ok(found.into_iter().next().map(|(_, path)| path)),
    }
}

/// The model file of a folder whose name starts so: `encoder` finds `encoder-epoch-99-avg-1.int8.onnx`.
///
/// # Errors
/// A missing-model error when there is none, or when there are several in the same number format.
pub fn need_part(folder: &Path, start: &str) -> Result<PathBuf> {
    let missing = || {
        Error::missing(format!("there is no {start}*.onnx in {}", folder.display()))
            .hint("`sottovoce models pull` fetches published models whole; `models list` shows them")
    };
    find_part(folder, start)?.ok_or_else(missing)
}

/// The list of a model's pieces: `tokens.txt` (sherpa-onnx) or `vocab.txt` (NeMo exports for onnx-asr).
///
/// # Errors
/// A missing-model error when there is neither.
pub fn tokens_file(folder: &Path) -> Result<PathBuf> {
    let names = ["tokens.txt", "vocab.txt"].map(|name| folder.join(name));
    names.iter().find(|path| path.is_file()).cloned().ok_or_else(|| {
        Error::missing(format!("{} is not there", names[0].display()))
            .hint("a model's list of pieces comes with it: `tokens.txt`, or `vocab.txt`")
    })
}
