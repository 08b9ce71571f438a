//! Turns phonemes into Kokoro's ids: one character, one id.
//!
//! The table lies in `config.json` (hexgrad), `tokenizer.json` (onnx-community) or the model's metadata (kokoro-onnx's
//! exports); a model that has none (thewh1teagle's) is version 1.0, whose table is here.

use crate::error::{Error, Result};
use ort::session::Session;
use serde_json::Value;
use std::collections::HashMap;
use std::path::Path;

/// Version 1.0: each run's first id, and its characters (hexgrad/Kokoro-82M, config.json, Apache-2.0).
const VERSION_1: &[(i64, &str)] = &[
    (1, ";:,.!?"),
    (9, "—…\"()“” \u{303}ʣʥʦʨᵝ\u{ab67}AI"),
    (31, "O"),
    (33, "Q"),
    (35, "ST"),
    (39, "W"),
    (41, "Yᵊabcdef"),
    (50, "hijklmnopqrstuvwxyzɑɐɒæ"),
    (75, "βɔɕç"),
    (80, "ɖðʤə"),
    (85, "ɚɛɜ"),
    (90, "ɟ"),
    (92, "ɡ"),
    (99, "ɥ"),
    (101, "ɨɪʝ"),
    (110, "ɯɰŋɳɲɴø"),
    (118, "ɸθœ"),
    (123, "ɹ"),
    (125, "ɾɻ"),
    (128, "ʁɽʂʃʈʧ"),
    (135, "ʊʋ"),
    (138, "ʌɣɤ"),
    (142, "χʎ"),
    (147, "ʒʔ"),
    (156, "ˈˌː"),
    (162, "ʰ"),
    (164, "ʲ"),
    (169, "↓"),
    (171, "→↗↘"),
    (177, "ᵻ"),
];

/// Phonemes' ids.
#[derive(Debug, PartialEq)]
pub struct Vocabulary(HashMap<char, i64>);

impl Vocabulary {
    /// The vocabulary of a model.
    ///
    /// # Errors
    /// A missing-model error that names the file which can't be read.
    pub fn find(folder: &Path, session: &Session) -> Result<Self> {
        for (name, table) in [("config.json", "/vocab"), ("tokenizer.json", "/model/vocab")] {
            let path = folder.join(name);
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            let json: Value = serde_json::from_str(&text).map_err(|e| {
                Error::missing(format!("{}: {e}", path.display())).hint("it may be damaged: fetch it again")
            })?;
            if let Some(vocabulary) = json.pointer(table).and_then(Self::read) {
                return Ok(vocabulary);
            }
        }
        let metadata = session.metadata()?;
        let embedded = metadata.custom("kokoro_config").and_then(|text| serde_json::from_str::<Value>(&text).ok());
        Ok(embedded.as_ref().and_then(|json| Self::read(&json["vocab"])).unwrap_or_else(Self::version_1))
    }

    fn read(table: &Value) -> Option<Self> {
        let entry = |(phoneme, id): (&String, &Value)| {
            let mut chars = phoneme.chars();
            Some((chars.next().filter(|_| chars.as_str().is_empty())?, id.as_i64()?))
        };
        let table: HashMap<char, i64> = table.as_object()?.iter().filter_map(entry).collect();
        (!table.is_empty()).then_some(Self(table))
    }

    fn version_1() -> Self {
        Self(VERSION_1.iter().flat_map(|(first, chars)| chars.chars().zip(*first..)).collect())
    }

    /// The phonemes that have an id.
    pub fn known(&self, phonemes: &str) -> String {
        phonemes.chars().filter(|c| self.0.contains_key(c)).collect()
    }

    /// The ids of phonemes; unknown ones are skipped.
    pub fn ids(&self, phonemes: &str) -> Vec<i64> {
        phonemes.chars().filter_map(|c| self.0.get(&c)).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_version_1_is_the_published_one() {
        let text = include_str!("../../../tests/fixtures/tts/kokoro-int/config.json");
        let json: Value = serde_json::from_str(text).expect("JSON");
        assert_eq!(Vocabulary::read(&json["vocab"]), Some(Vocabulary::version_1()));
    }
}
