//! Turns a model folder's `config.json` and vocabulary into the rules of its family: which marks go where.
//!
//! The rules are in `shared/reference/models.md` §3. Marks are put by hand, since the templates inside published
//! tokenizer files differ between versions of their makers.

mod marian;

use super::tokens::Tokens;
use crate::error::{Error, Result};
use crate::text::Lang;
use serde_json::Value;
use std::path::Path;

/// M2M100's languages, in the order of their ids after the last piece of `vocab.json` (`__af__` is the first; fairseq's
/// `m2m_100` language list). Eight unused ids follow.
#[rustfmt::skip]
const M2M100: [&str; 100] = [
    "af", "am", "ar", "ast", "az", "ba", "be", "bg", "bn", "br", "bs", "ca", "ceb", "cs", "cy", "da", "de", "el", "en", "es",
    "et", "fa", "ff", "fi", "fr", "fy", "ga", "gd", "gl", "gu", "ha", "he", "hi", "hr", "ht", "hu", "hy", "id", "ig", "ilo",
    "is", "it", "ja", "jv", "ka", "kk", "km", "kn", "ko", "lb", "lg", "ln", "lo", "lt", "lv", "mg", "mk", "ml", "mn", "mr",
    "ms", "my", "ne", "nl", "no", "ns", "oc", "or", "pa", "pl", "ps", "pt", "ro", "ru", "sd", "si", "sk", "sl", "so", "sq",
    "sr", "ss", "su", "sv", "sw", "ta", "th", "tl", "tn", "tr", "uk", "ur", "uz", "vi", "wo", "xh", "yi", "yo", "zh", "zu",
];
/// Where a model doesn't say how long its texts may be: what NLLB and M2M100 were trained for, in pieces.
const LONGEST: usize = 512;

/// Whose rules a model keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// NLLB-200 and M2M100: `[source] pieces </s>`, and the target's mark is forced after the decoder's start.
    M2m100,
    /// SMaLL-100: `[target] pieces </s>`, nothing forced.
    Small100,
    /// Marian: `[>>target<<] pieces </s>`, the mark only in models of several targets; nothing forced.
    Marian,
}

/// The rules of one model.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Whose they are.
    pub family: Family,
    /// What the decoder begins with.
    pub start: u32,
    /// What ends a text.
    pub eos: u32,
    /// What fills rows of unequal length; never written.
    pub pad: u32,
    /// What isn't in the vocabulary.
    pub unknown: u32,
    /// What must never be written, `pad` included.
    pub never: Vec<u32>,
    /// Scores are made to sum to one again after that (`renormalize_logits`).
    pub renormalise: bool,
    /// Pieces in a row that must not come twice (`no_repeat_ngram_size`); 0: any may.
    pub no_repeat_ngram: usize,
    /// Beam search stops with the first full set of finished texts (`early_stopping`).
    pub early_stopping: bool,
    /// Beam search divides by the length to this power (`length_penalty`).
    pub length_penalty: f32,
    /// Positions the model has, marks included; beyond them it fails.
    pub positions: usize,
    /// The most that its makers let it write, the start included (`max_length`).
    pub max_length: usize,
    /// What is less probable (geometric mean of its pieces) is worth nothing, say its makers (`doubtful_below`, ours); 0: they
    /// say nothing.
    pub doubtful_below: f32,
    /// A text that long is ended by force, as its makers do (`forced_eos_token_id`).
    pub forces_eos: bool,
    /// Source and target language of a Marian model that has but one of either, as its makers write them.
    pair: [Option<String>; 2],
    has_marks: bool,
    name: String,
}

impl Rules {
    /// Reads the rules of a model folder; completes the vocabulary with the language marks of M2M100.
    ///
    /// # Errors
    /// A missing-model error that names the file.
    pub fn read(folder: &Path, tokens: &mut Tokens) -> Result<Self> {
        let file = folder.join("config.json");
        let config = json(&file)?.ok_or_else(|| {
            Error::missing(format!("model file {} is not there", file.display()))
                .hint("it says which family of models this is: fetch the model whole")
        })?;
        let generation = json(&folder.join("generation_config.json"))?.unwrap_or_default();
        let tokenizer = json(&folder.join("tokenizer_config.json"))?.unwrap_or_default();
        let family = match config["model_type"].as_str() {
            Some("marian") => Family::Marian,
            Some("m2m_100") if is_small100(folder, &config, &tokenizer) => Family::Small100,
            Some("m2m_100") => Family::M2m100,
            other => {
                let what = other.unwrap_or("nothing");
                return Err(Error::missing(format!("{} names `{what}` as its model type", file.display())).hint(
                    "translation models are of the type `m2m_100` (NLLB-200, M2M100, SMaLL-100) or `marian` (Opus-MT)",
                ));
            }
        };
        if family != Family::Marian {
            tokens.append(M2M100.iter().map(|code| format!("__{code}__")));
        }
        let number = |key: &str| generation[key].as_u64().or_else(|| config[key].as_u64());
        let id = |key: &str, piece: &str| {
            let id = number(key).and_then(|id| u32::try_from(id).ok()).or_else(|| tokens.id(piece));
            id.ok_or_else(|| {
                Error::missing(format!("{} has no `{key}`, and its vocabulary no `{piece}`", file.display()))
            })
        };
        let (eos, pad) = (id("eos_token_id", "</s>")?, id("pad_token_id", "<pad>")?);
        let start = id("decoder_start_token_id", if family == Family::Marian { "<pad>" } else { "</s>" })?;
        let single = |words: &Value| match words.as_array().map(Vec::as_slice) {
            Some([word]) => word.as_u64().and_then(|id| u32::try_from(id).ok()),
            _ => None,
        };
        let bad = [&generation, &config].map(|c| c["bad_words_ids"].as_array()).into_iter().flatten().flatten();
        let positions = number("max_position_embeddings").map_or(LONGEST, |n| n as usize).clamp(16, LONGEST);
        let max_new = generation["max_new_tokens"].as_u64().map(|n| n as usize + 1);
        let max_length = max_new.or(generation["max_length"].as_u64().map(|n| n as usize)).unwrap_or(positions);
        let flag = |key: &str| [&generation, &config].iter().find_map(|c| c[key].as_bool()).unwrap_or(false);
        let penalty = [&generation, &config].iter().find_map(|c| c["length_penalty"].as_f64());
        Ok(Self {
            family,
            start,
            eos,
            pad,
            unknown: tokens.id("<unk>").unwrap_or(pad),
            never: std::iter::once(pad).chain(bad.filter_map(single)).collect(),
            renormalise: flag("renormalize_logits"),
            no_repeat_ngram: number("no_repeat_ngram_size").unwrap_or(0) as usize,
            early_stopping: flag("early_stopping"),
            length_penalty: penalty.unwrap_or(1.0) as f32,
            doubtful_below: config["doubtful_below"].as_f64().unwrap_or(0.0) as f32,
            positions,
            max_length: max_length.clamp(4, positions),
            forces_eos: number("forced_eos_token_id").is_some(),
            pair: if family == Family::Marian { marian::pair(folder, &config, &tokenizer) } else { [None, None] },
            has_marks: family == Family::Marian && !tokens.find(marian::is_mark).is_empty(),
            name: folder.display().to_string(),
        })
    }

    /// The encoder's input for pieces of a text.
    ///
    /// # Errors
    /// When a language is unknown.
    pub fn source(&self, tokens: &Tokens, pieces: &[u32], from: &Lang, to: &Lang) -> Result<Vec<u32>> {
        self.check(tokens, from, to)?;
        let mark = match self.family {
            Family::M2m100 => Some(self.mark(tokens, from)?),
            Family::Small100 => Some(self.mark(tokens, to)?),
            Family::Marian if self.has_marks => Some(self.mark(tokens, to)?),
            Family::Marian => None,
        };
        // The end of a monologue matters more than its beginning.
        let excess = pieces.len().saturating_sub(self.positions - 4);
        Ok(mark.into_iter().chain(pieces[excess..].iter().copied()).chain([self.eos]).collect())
    }

    /// What the decoder is given after its start.
    ///
    /// # Errors
    /// When the language is unknown.
    pub fn forced(&self, tokens: &Tokens, to: &Lang) -> Result<Option<u32>> {
        if self.family == Family::M2m100 { self.mark(tokens, to).map(Some) } else { Ok(None) }
    }

    /// Whether a token is a mark, which has no text.
    pub fn is_mark(&self, id: u32) -> bool {
        id == self.eos || id == self.pad || id == self.unknown
    }

    /// Says whether the model translates from one language into another.
    ///
    /// # Errors
    /// A config error that names what it doesn't know.
    pub fn check(&self, tokens: &Tokens, from: &Lang, to: &Lang) -> Result<()> {
        if self.family == Family::M2m100 {
            self.mark(tokens, from)?;
        }
        if self.family != Family::Marian || self.has_marks {
            self.mark(tokens, to)?;
        }
        // The marks say more of the targets than the config does, which names but one of them.
        let named = if self.has_marks { 1 } else { 2 };
        for (code, lang) in self.pair.iter().zip([from, to]).take(named) {
            // A name such as `mul` or `roa` is a group of languages: which ones, only its model card knows.
            let Some(code) = code.as_deref().filter(|code| Lang::is_code(code)) else { continue };
            if !lang.codes().contains(&code) {
                let pair = self.pair.each_ref().map(|code| code.as_deref().unwrap_or("?"));
                return Err(Error::config(format!(
                    "{} translates from `{}` to `{}`, not from `{from}` to `{to}`",
                    self.name, pair[0], pair[1]
                ))
                .hint("choose a model of that pair, or one of many languages; `sottovoce models list` shows theirs"));
            }
        }
        Ok(())
    }

    /// A language's mark.
    fn mark(&self, tokens: &Tokens, lang: &Lang) -> Result<u32> {
        let candidates = match self.family {
            Family::Marian => marian::marks(lang),
            _ => vec![lang.flores().to_owned(), format!("__{}__", lang.m2m100())],
        };
        candidates.iter().find_map(|mark| tokens.id(mark)).ok_or_else(|| {
            Error::config(format!("the translation model doesn't know {} (`{lang}`)", lang.name()))
                .hint("choose another language or another model; `sottovoce models list` shows their languages")
        })
    }
}

/// A JSON file, if it is there.
fn json(file: &Path) -> Result<Option<Value>> {
    let Ok(text) = std::fs::read_to_string(file) else { return Ok(None) };
    serde_json::from_str(&text).map(Some).map_err(|e| Error::missing(format!("{} can't be read: {e}", file.display())))
}

/// SMaLL-100 has M2M100's vocabulary and type: told by its tokenizer's or its own name, or by its three decoder layers
/// under twelve of the encoder's.
fn is_small100(folder: &Path, config: &Value, tokenizer: &Value) -> bool {
    let names = [&config["_name_or_path"], &tokenizer["tokenizer_class"], &tokenizer["name_or_path"]];
    let is_named = |name: &str| name.to_ascii_lowercase().replace(['-', '_'], "").contains("small100");
    names.into_iter().filter_map(Value::as_str).any(is_named)
        || folder.join("tokenization_small100.py").is_file()
        || (config["encoder_layers"].as_u64(), config["decoder_layers"].as_u64()) == (Some(12), Some(3))
}
