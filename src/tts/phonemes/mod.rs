//! Turns a text into sentences of phonemes: eSpeak NG's IPA, with the marks that end clauses, as Piper makes them.
//!
//! Reference: piper-tts 1.8.0, `phonemize_espeak.py`, `espeakbridge.c` and `PiperVoice.phonemize`.

mod library;

pub use library::library;

use crate::error::Result;
use unicode_normalization::UnicodeNormalization;

/// Pronounces texts in one language.
#[derive(Debug, Clone)]
pub struct Phonemizer {
    /// eSpeak NG's name of the language, such as `en-us`.
    pub voice: String,
    /// Just as Piper: letters and their marks come apart (`ç` as `c` and a cedilla), and nothing is put between clauses whose
    /// end has no mark (`Well… yes` becomes one word). Else letters stay whole, and there is a space.
    pub as_piper: bool,
}

impl Phonemizer {
    /// The phonemes of each sentence. Text in `[[` and `]]` is phonemes already and stays as it is.
    ///
    /// # Errors
    /// When eSpeak NG or its voice is missing.
    pub fn sentences(&self, text: &str) -> Result<Vec<String>> {
        let mut sentences: Vec<String> = Vec::new();
        let (mut rest, mut is_after_raw) = (text, false);
        while !rest.is_empty() {
            let raw = raw_block(rest);
            let spoken = &rest[..raw.as_ref().map_or(rest.len(), |r| r.start)];
            let mut said = self.spoken(spoken)?.into_iter();
            if is_after_raw && let (Some(last), Some(first)) = (sentences.last_mut(), said.next()) {
                last.push_str(&first);
            }
            sentences.extend(said);
            let Some(raw) = raw else { break };
            if sentences.is_empty() {
                sentences.push(String::new());
            }
            if let Some(last) = sentences.last_mut() {
                last.push_str(if spoken.ends_with(' ') { " " } else { "" });
                last.push_str(rest[raw.start + 2..raw.end - 2].trim());
                last.push_str(if rest[raw.end..].starts_with(' ') { " " } else { "" });
            }
            (rest, is_after_raw) = (&rest[raw.end..], true);
        }
        sentences.retain(|s| !s.trim().is_empty());
        Ok(sentences)
    }

    /// The sentences of a text without raw phonemes.
    fn spoken(&self, text: &str) -> Result<Vec<String>> {
        // The space at the end keeps the reader from holding back a last clause of one character, to say it before the
        // next text (Piper does lose it).
        let text = format!("{} ", text.trim());
        if text.trim().is_empty() {
            return Ok(Vec::new());
        }
        let mut library = library()?;
        library.set_voice(&self.voice)?;
        let (mut sentences, mut sentence, mut start) = (Vec::new(), String::new(), 0);
        for clause in library.clauses(&text) {
            let end = match clause.terminator {
                Some(bits) => End::from_bits(bits),
                None => End::from_text(text.get(start..clause.read).unwrap_or_default(), clause.read == text.len()),
            };
            let ahead = text.get(..clause.read).and_then(|read| read.chars().next_back());
            start = clause.read - ahead.map_or(0, char::len_utf8);
            let is_open = !self.as_piper || !end.mark.is_empty();
            let space = if is_open && !end.is_sentence { " " } else { "" };
            let phonemes = format!("{}{}{space}", without_flags(&clause.phonemes), end.mark);
            sentence.push_str(&if self.as_piper { phonemes.nfd().collect() } else { phonemes });
            if end.is_sentence {
                sentences.push(std::mem::take(&mut sentence));
            }
        }
        sentences.push(sentence);
        sentences.retain(|s| !s.is_empty());
        Ok(sentences)
    }
}

/// Where the first `[[…]]` of a text is.
fn raw_block(text: &str) -> Option<std::ops::Range<usize>> {
    let start = text.find("[[")?;
    let length = text[start + 2..].find("]]")?;
    Some(start..start + 2 + length + 2)
}

/// eSpeak NG marks words of another language with `(en)` and `(de)` around them.
fn without_flags(phonemes: &str) -> String {
    let (mut kept, mut rest) = (String::new(), phonemes);
    while let Some((before, after)) = rest.split_once('(') {
        match after.find(')') {
            Some(n) if n > 0 => {
                kept.push_str(before);
                rest = &after[n + 1..];
            }
            _ => {
                kept.push_str(&rest[..=before.len()]);
                rest = after;
            }
        }
    }
    kept + rest
}

/// How a clause ends.
#[derive(Debug, Clone, Copy, PartialEq)]
struct End {
    /// The mark that Piper keeps, perhaps none.
    mark: &'static str,
    is_sentence: bool,
}

impl End {
    const fn clause(mark: &'static str) -> Self {
        Self { mark, is_sentence: false }
    }
    const fn sentence(mark: &'static str) -> Self {
        Self { mark, is_sentence: true }
    }

    /// From eSpeak NG's bits, as `espeakbridge.c` reads them: pause, intonation and type must all fit.
    fn from_bits(bits: i32) -> Self {
        match bits & 0xF_FFFF {
            0x8_0028 => Self::sentence("."),
            0x8_2028 => Self::sentence("?"),
            0x8_302D => Self::sentence("!"),
            0x4_1014 => Self::clause(","),
            0x4_001E => Self::clause(":"),
            0x4_101E => Self::clause(";"),
            other => Self { mark: "", is_sentence: other & 0x8_0000 != 0 },
        }
    }

    /// From what was read, where the library doesn't tell: the clause, then spaces, then a character read ahead unless the
    /// text is over. Of several marks in a row the first decides, three dots are an ellipsis, an empty line ends a sentence
    /// (`ReadClause` in eSpeak NG's readclause.c).
    ///
    /// What it can't see is a dot after a Roman number at the very end of a German text, which eSpeak NG takes for an ordinal.
    fn from_text(read: &str, is_over: bool) -> Self {
        let mut chars = read.chars();
        if !is_over {
            chars.next_back();
        }
        let clause = chars.as_str().trim_end();
        let empty_line = chars.as_str()[clause.len()..].matches('\n').count() > 1;
        let marks = &clause[clause.trim_end_matches(|c| Self::of(c).is_some()).len()..];
        match marks.chars().next().and_then(Self::of) {
            _ if empty_line => Self::sentence(""),
            Some(_) if is_over && !clause.chars().any(char::is_alphanumeric) => Self::sentence(""),
            Some(_) if marks.starts_with("...") => Self::clause(""),
            Some(end) => end,
            None => Self { mark: "", is_sentence: is_over },
        }
    }

    /// How a mark ends a clause, if it does (`clause_type_from_codepoint`, and ucd-tools' proplist.c, for the scripts of the
    /// languages we know). Marks that need no space after them end one without a mark.
    fn of(c: char) -> Option<Self> {
        Some(match c {
            '.' | '\u{6d4}' => Self::sentence("."),
            '?' | '\u{37e}' | '\u{61f}' => Self::sentence("?"),
            '!' => Self::sentence("!"),
            ',' | '\u{60c}' => Self::clause(","),
            ':' => Self::clause(":"),
            ';' | '\u{387}' | '\u{61b}' | '–' | '—' => Self::clause(";"),
            '。' | '．' | '！' | '？' | '\u{964}' => Self::sentence(""),
            '¡' | '¿' | '…' | '、' | '，' | '：' | '；' => Self::clause(""),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests;
