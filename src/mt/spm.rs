//! Turns text into SentencePiece pieces, exactly as the reference library does, from a published `.spm` or `.model` file.
//!
//! Marian, M2M100 and SMaLL-100 publish these files; the `tokenizer.json` that others convert them into is only nearly the
//! same (`shared/reference/models.md` §3.3). The algorithms are those of sentencepiece 0.2 (`unigram_model.cc`,
//! `bpe_model.cc`), with its order of ties.

mod normaliser;

use crate::error::{Error, Result};
use normaliser::Normaliser;
use sentencepiece_model::{ModelType, SentencePieceModel, Type};
use std::collections::HashMap;
use std::path::Path;

/// How much worse than the worst piece an unknown character is (`kUnkPenalty`).
const UNKNOWN_PENALTY: f32 = 10.0;

/// A SentencePiece model.
pub struct Spm {
    pieces: HashMap<String, Piece>,
    normaliser: Normaliser,
    is_bpe: bool,
    byte_fallback: bool,
    /// The longest piece in bytes.
    longest: usize,
    worst: f32,
    best: f32,
}

#[derive(Clone, Copy)]
struct Piece {
    score: f32,
    is_user_defined: bool,
}

impl Spm {
    /// Reads a model file.
    ///
    /// # Errors
    /// A missing-model error when it isn't there or isn't of the unigram or BPE kind.
    pub fn load(file: &Path) -> Result<Self> {
        Self::load_with_names(file).map(|(spm, _)| spm)
    }

    /// As [`load`](Self::load), with all pieces in the order of the file's own ids, marks included.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn load_with_names(file: &Path) -> Result<(Self, Vec<String>)> {
        let bad = |what: String| Error::missing(format!("SentencePiece model {} {what}", file.display()));
        let model = SentencePieceModel::from_file(file).map_err(|e| bad(format!("can't be read: {e}")))?;
        let trainer = model.trainer();
        let kind = trainer.map_or(ModelType::Unigram, |t| t.model_type());
        if !matches!(kind, ModelType::Unigram | ModelType::Bpe) {
            return Err(bad("is neither of the unigram nor of the BPE kind".into()));
        }
        let is_suffix = trainer.is_some_and(|t| t.treat_whitespace_as_suffix());
        let (mut pieces, mut names, mut symbols) = (HashMap::new(), Vec::new(), Vec::new());
        let (mut worst, mut best) = (f32::INFINITY, f32::NEG_INFINITY);
        for piece in model.pieces() {
            let (name, score) = (piece.piece().to_owned(), piece.score());
            let is_user_defined = piece.r#type() == Type::UserDefined;
            match piece.r#type() {
                Type::Normal => (worst, best) = (worst.min(score), best.max(score)),
                Type::UserDefined => symbols.push(name.clone()),
                _ => {}
            }
            if matches!(piece.r#type(), Type::Normal | Type::UserDefined) {
                pieces.insert(name.clone(), Piece { score, is_user_defined });
            }
            names.push(name);
        }
        if pieces.is_empty() {
            return Err(bad("has no pieces".into()));
        }
        let spm = Self {
            longest: pieces.keys().map(String::len).max().unwrap_or(0),
            normaliser: Normaliser::new(model.normalizer(), symbols, is_suffix).map_err(|e| bad(e.to_string()))?,
            byte_fallback: trainer.is_some_and(|t| t.byte_fallback()),
            is_bpe: kind == ModelType::Bpe,
            pieces,
            worst,
            best,
        };
        Ok((spm, names))
    }

    /// The pieces of a text. What is in no piece comes as it is, neighbours together; or byte by byte as `<0xE2>`,
    /// where the model has pieces for that.
    pub fn encode(&self, text: &str) -> Vec<String> {
        let text = self.normaliser.normalise(text);
        let parts = if self.is_bpe { self.bpe(&text) } else { self.unigram(&text) };
        let mut out: Vec<String> = Vec::with_capacity(parts.len());
        let mut is_unknown = false;
        for part in parts {
            let was_unknown = std::mem::replace(&mut is_unknown, !self.pieces.contains_key(part));
            if is_unknown && self.byte_fallback {
                out.extend(part.bytes().map(|b| format!("<0x{b:02X}>")));
                continue;
            }
            match out.last_mut() {
                Some(last) if is_unknown && was_unknown => last.push_str(part),
                _ => out.push(part.to_owned()),
            }
        }
        out
    }

    /// The most probable division (Viterbi), as `EncodeOptimized` finds it: scores in 32 bits, sums compared in 64.
    fn unigram<'t>(&self, text: &'t str) -> Vec<&'t str> {
        let mut ends: Vec<Option<(f32, usize)>> = vec![None; text.len() + 1];
        ends[0] = Some((0.0, 0));
        for (start, c) in text.char_indices() {
            let till_here = ends[start].map_or(0.0, |e| e.0);
            let mut offer = |end: usize, score: f64| {
                let sum = score + f64::from(till_here);
                if ends[end].is_none_or(|(known, _)| sum > f64::from(known)) {
                    ends[end] = Some((sum as f32, start));
                }
            };
            let mut is_single = false;
            let limit = (start + self.longest).min(text.len());
            for end in (start + c.len_utf8()..=limit).filter(|end| text.is_char_boundary(*end)) {
                let Some(piece) = self.pieces.get(&text[start..end]) else { continue };
                let length = (end - start) as f32;
                let bonus = f64::from(length * self.best) - 0.1;
                offer(end, if piece.is_user_defined { bonus } else { f64::from(piece.score) });
                is_single |= end == start + c.len_utf8();
            }
            if !is_single {
                offer(start + c.len_utf8(), f64::from(self.worst - UNKNOWN_PENALTY));
            }
        }
        let mut parts = Vec::new();
        let mut end = text.len();
        while let Some((_, start)) = ends[end].filter(|_| end > 0) {
            parts.push(&text[start..end]);
            end = start;
        }
        parts.reverse();
        parts
    }

    /// Joins the best-scored pair of neighbours, the leftmost first, until no pair is a piece.
    fn bpe<'t>(&self, text: &'t str) -> Vec<&'t str> {
        // Where each part begins; those that never join others.
        let mut starts = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let (length, is_frozen) = self.normaliser.symbol(&text[at..]);
            starts.push((at, is_frozen));
            at += length;
        }
        starts.push((text.len(), true));
        let join = |starts: &[(usize, bool)], left: usize| -> Option<f32> {
            let &[(start, false), (_, false), (end, _)] = starts.get(left..left + 3)? else { return None };
            self.pieces.get(&text[start..end]).map(|piece| piece.score)
        };
        let mut scores: Vec<Option<f32>> = (0..starts.len()).map(|left| join(&starts, left)).collect();
        let better = |a: (usize, f32), b: (usize, f32)| if b.1 > a.1 { b } else { a };
        while let Some((left, _)) = scores.iter().enumerate().filter_map(|(i, s)| Some((i, (*s)?))).reduce(better) {
            starts.remove(left + 1);
            scores.remove(left + 1);
            scores[left] = join(&starts, left);
            if let Some(before) = left.checked_sub(1) {
                scores[before] = join(&starts, before);
            }
        }
        starts.windows(2).map(|pair| &text[pair[0].0..pair[1].0]).collect()
    }
}
