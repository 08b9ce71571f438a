//! The words for language that every stage shares: languages, words, captions in the making.

mod languages;
mod script;

pub use script::{fold, has_no_spaces};

use crate::audio::StreamTime;
use crate::error::{Error, Result};
use languages::{ISO, LANGUAGES, Row};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A language by its BCP-47 tag, such as `en` or `es-MX`, normalised in case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Lang(String);

impl schemars::JsonSchema for Lang {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Lang".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "A language by its BCP-47 tag, such as `en` or `es-MX`.",
            "maxLength": LONGEST_TAG
        })
    }
}

/// RFC 5646 §4.4.1 asks for room for 35 characters.
const LONGEST_TAG: usize = 35;

impl Lang {
    /// Reads a tag such as `en`, `ES` or `es-mx`.
    ///
    /// # Errors
    /// A config error that suggests the nearest known language.
    pub fn parse(tag: &str) -> Result<Self> {
        let mut parts = tag.split(['-', '_']);
        let primary = parts.next().unwrap_or_default().to_ascii_lowercase();
        if !LANGUAGES.iter().any(|l| l.0 == primary) {
            let by_name = LANGUAGES.iter().find(|l| l.3.eq_ignore_ascii_case(tag) || l.1.eq_ignore_ascii_case(tag));
            let hint = match by_name {
                Some(l) => format!("write it as its BCP-47 tag: `{}`", l.0),
                None => format!("known languages: {}", LANGUAGES.iter().map(|l| l.0).collect::<Vec<_>>().join(", ")),
            };
            return Err(Error::config(format!("unknown language `{tag}`")).hint(hint));
        }
        let mut out = primary;
        for part in parts {
            // RFC 5646 §2.1. A tag comes back in events and on terminals.
            let is_subtag = (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
            if !is_subtag || tag.len() > LONGEST_TAG {
                return Err(Error::config("a language tag has letters, digits and hyphens only").hint("such as es-MX"));
            }
            out.push('-');
            out.push_str(&if part.len() == 2 { part.to_ascii_uppercase() } else { part.to_owned() });
        }
        Ok(Self(out))
    }
    /// All languages there are words for.
    pub fn all() -> impl Iterator<Item = Self> {
        LANGUAGES.iter().map(|l| Self(l.0.to_owned()))
    }
    /// The tag.
    pub fn tag(&self) -> &str {
        &self.0
    }
    /// The tag without its region: what models are told.
    pub fn primary(&self) -> &str {
        self.0.split('-').next().unwrap_or(&self.0)
    }
    fn row(&self) -> Option<&'static Row> {
        LANGUAGES.iter().find(|l| l.0 == self.primary())
    }
    /// Whether Chinese is wanted in its traditional script: by the script's or a region's subtag.
    pub fn is_traditional(&self) -> bool {
        self.0.split("-").skip(1).any(|part| ["Hant", "TW", "HK", "MO"].iter().any(|t| part.eq_ignore_ascii_case(t)))
    }
    /// The FLORES-200 code that NLLB models use (`eng_Latn`); `und` for a language that they don't know.
    pub fn flores(&self) -> &'static str {
        match self.row() {
            Some(&("zh", ..)) if self.is_traditional() => "zho_Hant",
            Some(&(_, code, ..)) if !code.is_empty() => code,
            _ => "und",
        }
    }
    /// Whisper's code: it has an older one for Javanese.
    pub fn whisper(&self) -> &str {
        if self.primary() == "jv" { "jw" } else { self.primary() }
    }
    /// M2M100's code: it has one of its own for Northern Sotho.
    pub fn m2m100(&self) -> &str {
        if self.primary() == "nso" { "ns" } else { self.primary() }
    }
    /// The language's codes of two and three letters (ISO 639-1 and 639-3), the primary tag first.
    pub fn codes(&self) -> Vec<&'static str> {
        self.row().map(codes).unwrap_or_default()
    }
    /// Whether this is a code of some language we know, and not of a group (`mul`, `roa`).
    pub fn is_code(code: &str) -> bool {
        LANGUAGES.iter().any(|row| codes(row).contains(&code))
    }
    /// The eSpeak NG voice; a region picks Latin American Spanish and British English.
    pub fn espeak(&self) -> &'static str {
        match self.0.as_str() {
            "en-GB" => "en-gb",
            "pt-PT" => "pt",
            t if t.starts_with("es-") && t != "es-ES" => "es-419",
            _ => self.row().map(|l| l.2).filter(|voice| !voice.is_empty()).unwrap_or("en-us"),
        }
    }
    /// The English name.
    pub fn name(&self) -> &'static str {
        self.row().map_or("unknown", |l| l.3)
    }
}

fn codes(row: &'static Row) -> Vec<&'static str> {
    let iso = row.1.split('_').next().filter(|iso| !iso.is_empty());
    let more = ISO.iter().filter(|(tag, _)| *tag == row.0).flat_map(|(_, codes)| codes.iter().copied());
    std::iter::once(row.0).chain(iso).chain(more).collect()
}

impl TryFrom<String> for Lang {
    type Error = Error;
    fn try_from(tag: String) -> Result<Self> {
        Self::parse(&tag)
    }
}
impl From<Lang> for String {
    fn from(lang: Lang) -> Self {
        lang.0
    }
}
impl std::str::FromStr for Lang {
    type Err = Error;
    fn from_str(tag: &str) -> Result<Self> {
        Self::parse(tag)
    }
}
impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One recognised word.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// As shown, without spaces.
    pub text: String,
    /// When it began.
    pub start: StreamTime,
    /// When it ended.
    pub end: StreamTime,
    /// The recogniser's probability, 0 to 1.
    pub p: f32,
}

/// The recogniser's present words for one open utterance.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Hypothesis {
    /// All words since the utterance began.
    pub words: Vec<Word>,
    /// How many of the first words this recogniser can no longer change, whatever comes (0 if it re-decodes).
    pub fixed: usize,
    /// For each word, how much was heard behind the last sound that it attends to (Whisper: frames of 20 ms); empty where
    /// the recogniser can't tell.
    pub margins: Vec<usize>,
}

/// Words joined by spaces.
pub fn join(words: &[Word]) -> String {
    words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_normalised_and_mapped() {
        let es = Lang::parse("ES-mx").expect("known");
        assert_eq!((es.tag(), es.primary(), es.flores(), es.espeak()), ("es-MX", "es", "spa_Latn", "es-419"));
        let all = ["zh", "zh-TW", "nso", "jv", "br"].map(|tag| Lang::parse(tag).expect("known"));
        assert_eq!(all.each_ref().map(Lang::flores), ["zho_Hans", "zho_Hant", "nso_Latn", "jav_Latn", "und"]);
        assert_eq!((all[2].m2m100(), all[3].whisper()), ("ns", "jw"));
    }

    #[test]
    fn an_unknown_language_is_told_how_to_write_it() {
        let e = Lang::parse("spanish").expect_err("a name, not a tag");
        assert_eq!(e.hint_text(), Some("write it as its BCP-47 tag: `es`"));
        assert!(Lang::parse("xx").is_err());
        for tag in ["en-\u{1b}[2J", "en-", "en-a b", "en-abcdefghi", &["en"; 20].join("-")] {
            assert!(Lang::parse(tag).is_err(), "{tag:?}");
        }
    }
}
