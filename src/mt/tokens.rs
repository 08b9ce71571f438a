//! Turns source text into a model's token ids, and target ids into words.
//!
//! Two kinds of folders: SentencePiece files with a `vocab.json` that gives the ids (Marian, M2M100, SMaLL-100), and a
//! `tokenizer.json` (NLLB, and whatever else was converted). Marks (languages, end) are never added or read here.

use super::TargetWord;
use super::spm::Spm;
use crate::error::{Error, Result};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;
use tokenizers::Tokenizer;

/// How a piece says that a word begins.
const SPACE: char = '\u{2581}';

/// A model's vocabulary and how text is divided into it.
pub enum Tokens {
    /// SentencePiece files.
    Spm {
        /// Divides source text.
        source: Box<Spm>,
        /// Ids of source pieces and marks.
        ids: HashMap<String, u32>,
        /// Target pieces by id: other than the source's only in Marian models with two vocabularies.
        pieces: HashMap<u32, String>,
    },
    /// A `tokenizer.json`.
    Json(Box<Tokenizer>),
}

impl Tokens {
    /// Reads the vocabulary of a model folder.
    ///
    /// # Errors
    /// A missing-model error that names the file.
    pub fn load(folder: &Path) -> Result<Self> {
        let spm = ["source.spm", "sentencepiece.bpe.model"].map(|name| folder.join(name));
        let vocab = folder.join("vocab.json");
        match spm.iter().find(|p| p.is_file()) {
            Some(spm) if vocab.is_file() => {
                let ids = vocabulary(&vocab)?;
                let target = folder.join("target_vocab.json");
                let back = if target.is_file() { vocabulary(&target)? } else { ids.clone() };
                let pieces = back.into_iter().map(|(piece, id)| (id, piece)).collect();
                Ok(Self::Spm { source: Box::new(Spm::load(spm)?), ids, pieces })
            }
            _ => Ok(Self::Json(Box::new(tokenizer_json(&folder.join("tokenizer.json"))?))),
        }
    }

    /// Adds marks that `vocab.json` doesn't list, after its last id, in this order.
    pub fn append(&mut self, marks: impl IntoIterator<Item = String>) {
        let Self::Spm { ids, pieces, .. } = self else { return };
        let mut next = ids.values().max().map_or(0, |id| id + 1);
        for mark in marks {
            if !ids.contains_key(&mark) {
                pieces.insert(next, mark.clone());
                ids.insert(mark, next);
                next += 1;
            }
        }
    }

    /// The id of a source piece or mark.
    pub fn id(&self, piece: &str) -> Option<u32> {
        match self {
            Self::Spm { ids, .. } => ids.get(piece).copied(),
            Self::Json(tokenizer) => tokenizer.token_to_id(piece),
        }
    }

    /// The target piece or mark of this id.
    fn piece(&self, id: u32) -> Option<Cow<'_, str>> {
        match self {
            Self::Spm { pieces, .. } => pieces.get(&id).map(|piece| piece.as_str().into()),
            Self::Json(tokenizer) => tokenizer.id_to_token(id).map(Cow::Owned),
        }
    }

    /// All source pieces and marks that are so.
    pub fn find(&self, is_wanted: impl Fn(&str) -> bool) -> Vec<String> {
        match self {
            Self::Spm { ids, .. } => ids.keys().filter(|piece| is_wanted(piece)).cloned().collect(),
            Self::Json(tokenizer) => tokenizer.get_vocab(true).into_keys().filter(|piece| is_wanted(piece)).collect(),
        }
    }

    /// The pieces of a text; what is in none becomes `unknown`.
    ///
    /// # Errors
    /// When the text can't be divided.
    pub fn encode(&self, text: &str, unknown: u32) -> Result<Vec<u32>> {
        match self {
            Self::Spm { source, ids, .. } => {
                let id = |piece: &String| ids.get(piece).copied().unwrap_or(unknown);
                Ok(source.encode(text).iter().map(id).collect())
            }
            Self::Json(tokenizer) => {
                let encoding = tokenizer.encode_fast(text, false);
                let encoding = encoding.map_err(|e| Error::failed(format!("the text can't be encoded: {e}")))?;
                Ok(encoding.get_ids().to_vec())
            }
        }
    }

    /// The text of target pieces, marks left out.
    pub fn text(&self, ids: &[u32], is_mark: impl Fn(u32) -> bool) -> String {
        let mut bytes = Vec::new();
        for piece in ids.iter().filter(|id| !is_mark(**id)).filter_map(|id| self.piece(*id)) {
            match byte_of(&piece) {
                Some(byte) => bytes.push(byte),
                None => bytes.extend(piece.replace(SPACE, " ").into_bytes()),
            }
        }
        String::from_utf8_lossy(&bytes).trim().to_owned()
    }

    /// The words of target pieces: divided where a piece begins one, and between pieces of a script without spaces.
    pub fn words(&self, ids: &[u32], is_mark: impl Fn(u32) -> bool) -> Vec<TargetWord> {
        let mut words: Vec<TargetWord> = Vec::new();
        for &id in ids {
            let piece = self.piece(id).unwrap_or_default();
            let is_glued = piece.chars().next().is_some_and(has_no_spaces);
            // A lone boundary mark belongs to what follows it.
            let after_mark = words.last().is_some_and(|word| self.text(&word.tokens, &is_mark).is_empty());
            match words.last_mut() {
                Some(word) if after_mark || !(is_glued || piece.starts_with(SPACE)) => word.tokens.push(id),
                _ => words.push(TargetWord { text: String::new(), tokens: vec![id], glued: is_glued }),
            }
        }
        for word in &mut words {
            word.text = self.text(&word.tokens, &is_mark);
        }
        words.retain(|word| !word.text.is_empty());
        words
    }
}

/// Whether a script is written without spaces between words: Chinese, Japanese, Thai, Lao, Burmese, Khmer, Tibetan, and
/// the punctuation they share.
fn has_no_spaces(c: char) -> bool {
    matches!(c, '\u{E00}'..='\u{EFF}' | '\u{F00}'..='\u{FFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}'
        | '\u{3001}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{FF01}'..='\u{FF9F}' | '\u{20000}'..='\u{3FFFF}')
}

/// The byte that a piece such as `<0xE2>` stands for.
fn byte_of(piece: &str) -> Option<u8> {
    let digits = piece.strip_prefix("<0x")?.strip_suffix('>')?;
    if digits.len() == 2 { u8::from_str_radix(digits, 16).ok() } else { None }
}

/// A `vocab.json`: piece to id.
fn vocabulary(file: &Path) -> Result<HashMap<String, u32>> {
    let bad = |e: &dyn std::fmt::Display| Error::missing(format!("vocabulary {} can't be read: {e}", file.display()));
    serde_json::from_slice(&std::fs::read(file).map_err(|e| bad(&e))?).map_err(|e| bad(&e))
}

/// Reads a `tokenizer.json`.
fn tokenizer_json(file: &Path) -> Result<Tokenizer> {
    let bad = |e: &dyn std::fmt::Display| Error::missing(format!("tokenizer {} can't be read: {e}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|e| {
        bad(&e).hint("a translation model has tokenizer.json, or SentencePiece models and vocab.json: fetch it whole")
    })?;
    if !text.contains("Precompiled") {
        return text.parse().map_err(|e| bad(&e));
    }
    let mut json: Value = serde_json::from_str(&text).map_err(|e| bad(&e))?;
    drop(text);
    strip_null_charsmap(&mut json["normalizer"]);
    json.to_string().parse().map_err(|e| bad(&e))
}

/// Takes out normalisers of the kind `Precompiled` without a table: some converters write them, and the tokenizers
/// library panics on them (its issue 1627).
fn strip_null_charsmap(normaliser: &mut Value) {
    let is_empty = |n: &Value| n["type"] == "Precompiled" && !n["precompiled_charsmap"].is_string();
    if let Some(list) = normaliser.get_mut("normalizers").and_then(Value::as_array_mut) {
        list.retain(|n| !is_empty(n));
        list.iter_mut().for_each(strip_null_charsmap);
    }
    if is_empty(normaliser) {
        *normaliser = Value::Null;
    }
}
