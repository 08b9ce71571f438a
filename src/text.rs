//! The words for language that every stage shares: languages, words, captions in the making.

use crate::audio::StreamTime;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A language by its BCP-47 tag, such as `en` or `es-MX`, normalised in case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Lang(String);

/// One row per language: BCP-47 primary tag, FLORES-200 (NLLB) code, eSpeak NG voice, English name.
/// Whisper's and M2M100's codes are the first column. Sources: the FLORES-200 language list; `espeak-ng --voices`.
const LANGUAGES: &[(&str, &str, &str, &str)] = &[
    ("ar", "arb_Arab", "ar", "Arabic"),
    ("bg", "bul_Cyrl", "bg", "Bulgarian"),
    ("ca", "cat_Latn", "ca", "Catalan"),
    ("cs", "ces_Latn", "cs", "Czech"),
    ("da", "dan_Latn", "da", "Danish"),
    ("de", "deu_Latn", "de", "German"),
    ("el", "ell_Grek", "el", "Greek"),
    ("en", "eng_Latn", "en-us", "English"),
    ("es", "spa_Latn", "es", "Spanish"),
    ("et", "est_Latn", "et", "Estonian"),
    ("fa", "pes_Arab", "fa", "Persian"),
    ("fi", "fin_Latn", "fi", "Finnish"),
    ("fr", "fra_Latn", "fr-fr", "French"),
    ("hi", "hin_Deva", "hi", "Hindi"),
    ("hr", "hrv_Latn", "hr", "Croatian"),
    ("hu", "hun_Latn", "hu", "Hungarian"),
    ("id", "ind_Latn", "id", "Indonesian"),
    ("it", "ita_Latn", "it", "Italian"),
    ("ja", "jpn_Jpan", "ja", "Japanese"),
    ("ko", "kor_Hang", "ko", "Korean"),
    ("lt", "lit_Latn", "lt", "Lithuanian"),
    ("lv", "lvs_Latn", "lv", "Latvian"),
    ("nl", "nld_Latn", "nl", "Dutch"),
    ("no", "nob_Latn", "nb", "Norwegian"),
    ("pl", "pol_Latn", "pl", "Polish"),
    ("pt", "por_Latn", "pt-br", "Portuguese"),
    ("ro", "ron_Latn", "ro", "Romanian"),
    ("ru", "rus_Cyrl", "ru", "Russian"),
    ("sk", "slk_Latn", "sk", "Slovak"),
    ("sl", "slv_Latn", "sl", "Slovenian"),
    ("sv", "swe_Latn", "sv", "Swedish"),
    ("sw", "swh_Latn", "sw", "Swahili"),
    ("tr", "tur_Latn", "tr", "Turkish"),
    ("uk", "ukr_Cyrl", "uk", "Ukrainian"),
    ("vi", "vie_Latn", "vi", "Vietnamese"),
    ("zh", "zho_Hans", "cmn", "Chinese"),
];

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
    fn row(&self) -> Option<&'static (&'static str, &'static str, &'static str, &'static str)> {
        LANGUAGES.iter().find(|l| l.0 == self.primary())
    }
    /// The FLORES-200 code that NLLB models use (`eng_Latn`).
    pub fn flores(&self) -> &'static str {
        self.row().map_or("und", |l| l.1)
    }
    /// The eSpeak NG voice; a region picks Latin American Spanish and British English.
    pub fn espeak(&self) -> &'static str {
        match self.0.as_str() {
            "en-GB" => "en-gb",
            "pt-PT" => "pt",
            t if t.starts_with("es-") && t != "es-ES" => "es-419",
            _ => self.row().map_or("en-us", |l| l.2),
        }
    }
    /// The English name.
    pub fn name(&self) -> &'static str {
        self.row().map_or("unknown", |l| l.3)
    }
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
