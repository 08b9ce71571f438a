//! Turns source text into a model's token ids, and target ids into words.
//!
//! SentencePiece files where a folder has them: Marian, M2M100 and SMaLL-100 with a `vocab.json` that gives the ids, NLLB
//! with ids of fairseq's order. Else a `tokenizer.json`, which others convert them into (that of NLLB is 17 MB of JSON and
//! more). Marks (languages, end) are never added or read here.

use super::TargetWord;
use super::spm::Spm;
use crate::error::{Error, Result};
use crate::text::has_no_spaces;
use serde::Deserialize;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::Path;
use tokenizers::Tokenizer;

/// How a piece says that a word begins.
const SPACE: char = '\u{2581}';

/// The marks that fairseq puts before all pieces.
const FAIRSEQ: [&str; 4] = ["<s>", "<pad>", "</s>", "<unk>"];

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
            Some(spm) => match Self::nllb(folder, spm)? {
                Some(tokens) => Ok(tokens),
                None => Ok(Self::Json(Box::new(tokenizer_json(&folder.join("tokenizer.json"))?))),
            },
            None => Ok(Self::Json(Box::new(tokenizer_json(&folder.join("tokenizer.json"))?))),
        }
    }

    /// NLLB's vocabulary: its SentencePiece model one later (fairseq's marks come first), and the languages behind it,
    /// whose ids `tokenizer.json` or `tokenizer_config.json` lists. `None` where these don't fit together.
    fn nllb(folder: &Path, spm: &Path) -> Result<Option<Self>> {
        let Some(added) = added_tokens(folder) else { return Ok(None) };
        let (source, names) = Spm::load_with_names(spm)?;
        let own = FAIRSEQ.map(str::to_owned).into_iter().chain(names.into_iter().skip(3));
        let mut pieces: HashMap<u32, String> = (0..).zip(own).collect();
        let first = added.iter().filter(|(piece, _)| !FAIRSEQ.contains(&piece.as_str())).map(|(_, id)| *id).min();
        if first != u32::try_from(pieces.len()).ok() {
            return Ok(None);
        }
        pieces.extend(added.into_iter().map(|(piece, id)| (id, piece)));
        let ids = pieces.iter().map(|(id, piece)| (piece.clone(), *id)).collect();
        Ok(Some(Self::Spm { source: Box::new(source), ids, pieces }))
    }

    /// Adds marks that `vocab.json` doesn't list, after its last id, in this order.
    pub fn append(&mut self, marks: impl IntoIterator<Item = String>) {
        let Self::Spm { ids, pieces, .. } = self else { return };
        let mut next = ids.values().max().map_or(0, |id| id + 1);
        for mark in marks {
            if let Entry::Vacant(place) = ids.entry(mark) {
                pieces.insert(next, place.key().clone());
                place.insert(next);
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
                _ => words.push(TargetWord { tokens: vec![id], glued: is_glued, ..TargetWord::default() }),
            }
        }
        for word in &mut words {
            word.text = self.text(&word.tokens, &is_mark);
        }
        words.retain(|word| !word.text.is_empty());
        words
    }
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

/// The marks that a tokenizer's files list with their ids.
fn added_tokens(folder: &Path) -> Option<Vec<(String, u32)>> {
    #[derive(Deserialize)]
    struct Added {
        content: String,
        id: u32,
    }
    #[derive(Deserialize)]
    struct Whole {
        added_tokens: Vec<Added>,
    }
    if let Ok(text) = std::fs::read(folder.join("tokenizer.json")) {
        let whole: Whole = serde_json::from_slice(&text).ok()?;
        return Some(whole.added_tokens.into_iter().map(|added| (added.content, added.id)).collect());
    }
    let config: Value = serde_json::from_slice(&std::fs::read(folder.join("tokenizer_config.json")).ok()?).ok()?;
    let added = config["added_tokens_decoder"].as_object()?;
    added.iter().map(|(id, token)| Some((token["content"].as_str()?.to_owned(), id.parse().ok()?))).collect()
}

/// Reads a `tokenizer.json`.
fn tokenizer_json(file: &Path) -> Result<Tokenizer> {
    let bad = |e: &dyn std::fmt::Display| Error::missing(format!("tokenizer {} can't be read: {e}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|e| {
        bad(&e).hint("a translation model has tokenizer.json, or SentencePiece models and vocab.json: fetch it whole")
    })?;
    let text = if needs_mending(&text) {
        let mut json: Value = serde_json::from_str(&text).map_err(|e| bad(&e))?;
        strip_null_charsmap(&mut json["normalizer"]);
        name_unknown(&mut json["model"]);
        json.to_string()
    } else {
        text
    };
    let mut tokenizer: Tokenizer = text.parse().map_err(|e| bad(&e))?;
    // What someone says is text, even `</s>`.
    tokenizer.set_encode_special_tokens(true);
    Ok(tokenizer)
}

/// Whether a `tokenizer.json` has what converters get wrong. A cheap look: NLLB's has 20 MB, which take a second to read as
/// a tree, and nothing to mend.
fn needs_mending(text: &str) -> bool {
    let has_table =
        |after: &&str| after.trim_start().strip_prefix(':').is_some_and(|v| v.trim_start().starts_with('"'));
    let tables = text.split("\"precompiled_charsmap\"").skip(1).filter(has_table).count();
    text.contains("\"Unigram\"") || text.matches("\"Precompiled\"").count() != tables
}

/// Makes `<unk>` what is unknown: the converter of Marian's tokenizers says that the third piece is, whatever it be.
fn name_unknown(model: &mut Value) {
    let of_name = |vocab: &Vec<Value>| vocab.iter().position(|piece| piece[0] == "<unk>");
    if let Some(unknown) = model["vocab"].as_array().and_then(of_name) {
        model["unk_id"] = unknown.into();
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A vocabulary of these pieces, without a way to divide text.
    fn tokens(pieces: &[&str]) -> Tokens {
        let json = serde_json::json!({ "version": "1.0", "added_tokens": [],
            "model": { "type": "Unigram", "unk_id": 0, "vocab": pieces.iter().map(|p| (p, -1.0)).collect::<Vec<_>>() } });
        Tokens::Json(Box::new(json.to_string().parse().expect("a tokenizer")))
    }

    #[test]
    fn only_what_is_wrong_is_mended() {
        let with = |normaliser: &str| format!(r#"{{"normalizer": {normaliser}, "model": {{"type": "BPE"}}}}"#);
        assert!(!needs_mending(&with("null")));
        assert!(!needs_mending(&with(r#"{"type": "Precompiled", "precompiled_charsmap" : "ALQC"}"#)));
        assert!(needs_mending(&with(r#"{"type":"Precompiled","precompiled_charsmap":null}"#)));
        assert!(needs_mending(&with(r#"{"type": "Precompiled"}"#)));
        assert!(needs_mending(r#"{"model": {"type": "Unigram"}}"#));
    }

    #[test]
    fn words_begin_at_spaces_or_where_a_script_has_none() {
        let tokens = tokens(&[
            "<unk>",
            "\u{2581}guten",
            "\u{2581}Tag",
            "es",
            "\u{2581}",
            "今日",
            "は",
            "。",
            "\u{2581}NTT",
            "<0xC3>",
            "<0xA9>",
        ]);
        let words = |ids: &[u32]| tokens.words(ids, |id| id == 0);
        let texts = |ids: &[u32]| words(ids).iter().map(|w| (w.text.clone(), w.tokens.len())).collect::<Vec<_>>();
        assert_eq!(texts(&[1, 2, 3, 0]), [("guten".into(), 1), ("Tages".into(), 3)]);
        assert_eq!(texts(&[4, 5, 6, 7]), [("今日".into(), 2), ("は".into(), 1), ("。".into(), 1)]);
        assert_eq!(crate::mt::join(&words(&[4, 5, 6, 8, 6, 7])), "今日は NTTは。");
        assert_eq!(texts(&[1, 9, 10]), [("guten\u{e9}".into(), 3)], "bytes of one character stay together");
    }
}
