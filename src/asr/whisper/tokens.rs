//! Turns a model folder's `tokenizer.json` and `generation_config.json` into the ids that decoding needs, and text into
//! tokens.
//!
//! English-only, multilingual and large-v3 models number their tokens differently, and the configs published with them
//! are partly wrong (`shared/reference/models.md` §1.4), so ids are looked up by name first.

use super::before::{before, expected};
use crate::error::{Error, Result};
use crate::text::Lang;
use serde_json::Value;
use std::path::Path;
use tokenizers::Tokenizer;

/// What the tokens of a model mean. Ids from `timestamps` on are times in steps of 0.02 s.
pub struct Tokens {
    pub(super) tokenizer: Tokenizer,
    /// Ends a text.
    pub end: u32,
    /// Begins a transcript.
    pub start: u32,
    /// The languages with their tokens; none where the model knows English only.
    pub languages: Vec<(String, u32)>,
    /// "Write what is said", where the model knows several languages.
    pub transcribe: Option<u32>,
    /// "Write it in English".
    pub translate: Option<u32>,
    /// Comes before the text of what was said earlier.
    pub previous: Option<u32>,
    /// Its probability is that of no speech.
    pub no_speech: Option<u32>,
    /// "Write no times".
    pub no_timestamps: u32,
    /// `<|0.00|>`.
    pub timestamps: u32,
    /// Never written.
    pub suppress: Vec<u32>,
    /// Not written first.
    pub begin_suppress: Vec<u32>,
}

impl Tokens {
    /// Reads the tokens of a model folder.
    ///
    /// # Errors
    /// A missing-model error when a file can't be read or it is no Whisper's.
    pub fn load(folder: &Path) -> Result<Self> {
        let tokenizer = load_tokenizer(&folder.join("tokenizer.json"))?;
        // Some exporters write none, or one with little in it: then the names must do.
        let config = read_json(&folder.join("generation_config.json")).unwrap_or_default();
        let lacks = |what: &str| {
            Error::missing(format!("{} has no `{what}`", folder.join("tokenizer.json").display()))
                .hint("it is not the tokenizer of a Whisper model")
        };
        let named = |names: &[&str]| names.iter().find_map(|n| tokenizer.token_to_id(n));
        let need = |name: &str| named(&[name]).ok_or_else(|| lacks(name));
        let [end, start] = [need("<|endoftext|>")?, need("<|startoftranscript|>")?];
        let no_timestamps = need("<|notimestamps|>")?;
        let previous = named(&["<|startofprev|>"]).or_else(|| number(&config["prev_sot_token_id"]));
        let task = |name: &str| named(&[&format!("<|{name}|>")]).or_else(|| number(&config["task_to_id"][name]));
        let mut tokens = Self {
            end,
            start,
            languages: languages(&tokenizer, &config),
            transcribe: task("transcribe"),
            translate: task("translate"),
            previous,
            // Its name changed once; its place didn't.
            no_speech: named(&["<|nospeech|>", "<|nocaptions|>"]).or(previous.map(|p| p + 1)),
            no_timestamps,
            // Tokenizers of 2022 don't name the times.
            timestamps: named(&["<|0.00|>"]).unwrap_or(no_timestamps + 1),
            suppress: Vec::new(),
            begin_suppress: Vec::new(),
            tokenizer,
        };
        tokens.suppress = tokens.never(&config);
        tokens.begin_suppress = tokens.not_first(&config);
        Ok(tokens)
    }

    /// The tokens of a text.
    ///
    /// # Errors
    /// When it can't be encoded.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>> {
        let encoding = self.tokenizer.encode(text, false);
        encoding.map(|e| e.get_ids().to_vec()).map_err(|e| Error::failed(format!("the text can't be encoded: {e}")))
    }

    /// The tokens of words that are likely to be said, as many as there is room for.
    pub fn expected(&self, words: &[String]) -> Vec<u32> {
        expected(words, |text| self.encode(text).ok())
    }

    /// The language of a token; none where it is no language, or none that we have words for.
    pub fn lang(&self, token: Option<u32>) -> Option<Lang> {
        let (code, _) = self.languages.iter().find(|(_, id)| Some(*id) == token)?;
        Lang::parse(code).ok()
    }

    /// The token of a language; `None` where the model needs none.
    ///
    /// # Errors
    /// A config error when the model doesn't know the language.
    pub fn language(&self, lang: &Lang) -> Result<Option<u32>> {
        let found = self.languages.iter().find(|(code, _)| code == lang.primary());
        match found {
            Some((_, id)) => Ok(Some(*id)),
            None if self.languages.is_empty() && lang.primary() == "en" => Ok(None),
            None => Err(Error::config(format!("the model doesn't understand {} speech (`{lang}`)", lang.name()))
                .hint("choose another language, or a model that knows several")),
        }
    }

    /// Whether a token is a time.
    pub fn is_time(&self, token: u32) -> bool {
        token >= self.timestamps
    }
}

pub(super) fn number(value: &Value) -> Option<u32> {
    value.as_u64().and_then(|n| u32::try_from(n).ok())
}

/// What the decoder is given before the text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prompt<'a> {
    /// The token of the language spoken; none for an English-only model.
    pub language: Option<u32>,
    /// Whether English is written, whatever is spoken.
    pub translate: bool,
    /// Whether times are written.
    pub times: bool,
    /// Words that are likely to be said.
    pub expected: &'a [u32],
    /// The tokens of what was said earlier.
    pub earlier: &'a [u32],
}

impl Default for Prompt<'_> {
    fn default() -> Self {
        Self { language: None, translate: false, times: true, expected: &[], earlier: &[] }
    }
}

impl Prompt<'_> {
    /// `[earlier mark, expected words, earlier text,] start [, language, task] [, "no times"]`.
    pub fn tokens(&self, of: &Tokens) -> Vec<u32> {
        let mut tokens = Vec::new();
        let before = before(self.expected, self.earlier);
        if let (Some(previous), false) = (of.previous, before.is_empty()) {
            tokens.push(previous);
            tokens.extend(before);
        }
        tokens.push(of.start);
        if let Some(language) = self.language {
            tokens.push(language);
            tokens.extend(if self.translate { of.translate } else { of.transcribe });
        }
        if !self.times {
            tokens.push(of.no_timestamps);
        }
        tokens
    }
}

/// The language tokens, in the order of their ids; none for an English-only model, whose tokenizer names them too.
fn languages(tokenizer: &Tokenizer, config: &Value) -> Vec<(String, u32)> {
    if config["is_multilingual"] == Value::Bool(false) {
        return Vec::new();
    }
    // 51864 is the vocabulary of the English-only models, whose `<|endoftext|>` comes one earlier.
    if config["is_multilingual"].is_null() && tokenizer.token_to_id("<|endoftext|>") == Some(50_256) {
        return Vec::new();
    }
    let named = tokenizer.get_vocab(true).into_iter();
    let mut all: Vec<(String, u32)> = match config["lang_to_id"].as_object() {
        Some(map) => map.iter().filter_map(|(name, id)| Some((name.clone(), number(id)?))).collect(),
        None => named.collect(),
    };
    all.retain_mut(|(name, _)| match name.strip_prefix("<|").and_then(|n| n.strip_suffix("|>")) {
        Some(code) if (2..=3).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_lowercase()) => {
            *name = code.to_owned();
            true
        }
        _ => false,
    });
    all.sort_by_key(|(_, id)| *id);
    all
}

pub(super) fn read_json(path: &Path) -> Result<Value> {
    let text = std::fs::read_to_string(path).map_err(|e| Error::missing(format!("{}: {e}", path.display())))?;
    serde_json::from_str(&text).map_err(|e| Error::missing(format!("{} is not JSON: {e}", path.display())))
}

/// The tokenizer of a file.
fn load_tokenizer(path: &Path) -> Result<Tokenizer> {
    let mut json = read_json(path)?;
    // The library panics on `Precompiled` without its map (tokenizers #1627), which some exporters write.
    if json["normalizer"]["type"] == "Precompiled" {
        json["normalizer"] = Value::Null;
    }
    let tokenizer = serde_json::from_value(json);
    tokenizer.map_err(|e| Error::missing(format!("tokenizer {} can't be read: {e}", path.display())))
}
