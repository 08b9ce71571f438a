//! Turns the words of an utterance into translation units: stretches that can be translated, and closed, before the
//! sentence or the monologue ends. Pure.
//!
//! A unit ends where a sentence ends, where the speaker pauses, and where it grows too long: long sources are where
//! translation models leave clauses out, and each update of a unit costs as much as it is long. Only committed words
//! are cut, and only where another committed word follows, so that what is closed never changes.

use crate::text::Word;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// When a unit ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct UnitRules {
    /// A unit of more words is cut at its best place: a comma, before a conjunction, the longest pause.
    pub max_words: usize,
    /// A unit of fewer words isn't cut but at a sentence's end.
    pub min_words: usize,
    /// Silence between two words that ends a unit, in seconds.
    pub pause: f64,
    /// A unit that goes on with a sentence is translated with what went before it, so that it fits.
    pub context: bool,
}

impl Default for UnitRules {
    /// 24 words are about ten seconds of speech, and what sentence-level models were trained on (WMT's sentences have 20
    /// to 25 words on average); 0.5 s is a long pause inside a sentence and a short one between sentences (Goldman-Eisler
    /// 1968 and later studies put most pauses within clauses below it). The endpoint's own rule closes the utterance.
    fn default() -> Self {
        Self { max_words: 24, min_words: 5, pause: 0.5, context: true }
    }
}

/// Where a unit ends, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// Words in the unit.
    pub words: usize,
    /// The sentence goes on behind it.
    pub is_inside: bool,
}

/// Marks that end a sentence, in any script.
const SENTENCE_ENDS: [char; 10] = ['.', '?', '!', '…', '。', '？', '！', '।', '؟', '۔'];
/// Marks that end a clause.
const CLAUSE_ENDS: [char; 8] = [',', ';', ':', '–', '，', '；', '、', '،'];
/// Words that a full stop follows without ending a sentence; single letters beside them.
const ABBREVIATIONS: [&str; 16] =
    ["mr", "mrs", "ms", "dr", "st", "prof", "no", "vs", "etc", "sr", "sra", "ud", "uds", "hr", "fr", "nr"];
/// Words that begin a clause (English, Spanish, German, French): those before which a sentence may be cut.
const CONJUNCTIONS: [&str; 28] = [
    "and", "but", "because", "so", "or", "then", "which", "while", "although", "when", "y", "pero", "porque", "aunque",
    "entonces", "cuando", "mientras", "und", "aber", "weil", "denn", "oder", "dass", "et", "mais", "parce", "donc",
    "quand",
];

impl UnitRules {
    /// Where the unit that `words` begin ends, of which the first `committed` never change; not before `least`; `None`: it
    /// is still open.
    pub fn cut(&self, words: &[Word], committed: usize, least: usize) -> Option<Cut> {
        let least = least.max(1);
        let most = self.max_words.max(least);
        // The last committed word may still get an ending.
        let end = committed.min(words.len());
        for place in least..end.min(most + 1) {
            if ends_sentence(&words[place - 1].text) {
                return Some(Cut { words: place, is_inside: false });
            }
            if place >= self.min_words && gap(words, place) >= self.pause {
                return Some(Cut { words: place, is_inside: true });
            }
        }
        (end > most).then(|| Cut { words: self.best_place(words, least, most), is_inside: true })
    }

    /// The best place in a unit that is too long; of equals the last, so that few cuts are needed.
    fn best_place(&self, words: &[Word], least: usize, most: usize) -> usize {
        let score = |place: &usize| {
            let clause = words[place - 1].text.ends_with(CLAUSE_ENDS);
            let conjunction = CONJUNCTIONS.contains(&words[*place].text.to_lowercase().as_str());
            (i32::from(clause), i32::from(conjunction), (gap(words, *place) * 1_000.0) as i64)
        };
        (self.min_words.clamp(least, most)..=most).max_by_key(score).unwrap_or(most)
    }
}

/// Seconds between a word and the one before it.
fn gap(words: &[Word], place: usize) -> f64 {
    words[place].start.seconds() - words[place - 1].end.seconds()
}

/// Whether a word ends a sentence: a mark, not an abbreviation's or an initial's full stop.
fn ends_sentence(word: &str) -> bool {
    let word = word.trim_end_matches(['"', '\'', '”', '’', '»', ')']);
    let Some(mark) = word.chars().last().filter(|c| SENTENCE_ENDS.contains(c)) else { return false };
    let stem = word.trim_end_matches(SENTENCE_ENDS).to_lowercase();
    mark != '.' || !(stem.chars().count() <= 1 || ABBREVIATIONS.contains(&stem.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::StreamTime;
    use proptest::prelude::*;

    /// Words of 0.3 s; `|` is a pause of 0.6 s.
    fn words(text: &str) -> Vec<Word> {
        let mut at = 0.0;
        let mut words = Vec::new();
        for text in text.split(' ') {
            if text == "|" {
                at += 0.6;
                continue;
            }
            let start = StreamTime::from_seconds(at);
            at += 0.3;
            words.push(Word { text: text.into(), start, end: StreamTime::from_seconds(at), p: 1.0 });
        }
        words
    }

    fn cut(text: &str) -> Option<(usize, bool)> {
        let words = words(text);
        let rules = UnitRules { max_words: 8, min_words: 3, ..UnitRules::default() };
        rules.cut(&words, words.len(), 0).map(|c| (c.words, c.is_inside))
    }

    #[test]
    fn a_unit_ends_with_the_sentence_a_pause_or_its_length() {
        assert_eq!(cut("it is late. we go"), Some((3, false)));
        assert_eq!(cut("ask dr. smith now"), None, "an abbreviation");
        assert_eq!(cut("it is late."), None, "the last committed word may still get an ending");
        assert_eq!(cut("the train leaves | at nine"), Some((3, true)));
        assert_eq!(cut("well | i know"), None, "too short for a pause");
        assert_eq!(cut("a b c d, e f g h i"), Some((4, true)));
        assert_eq!(cut("a b c d e and f g h i"), Some((5, true)));
        assert_eq!(cut("a b c d e f g h i"), Some((8, true)), "anywhere is better than nowhere");
    }

    #[test]
    fn only_committed_words_are_cut() {
        let words = words("it is late. we go");
        assert_eq!(UnitRules::default().cut(&words, 3, 0), None);
        assert_eq!(UnitRules::default().cut(&words, 4, 0).map(|c| c.words), Some(3));
        assert_eq!(UnitRules::default().cut(&words, 5, 4), None, "what is behind committed text can't be cut off");
    }

    proptest! {
        #[test]
        fn endless_speech_is_cut_and_no_word_is_lost(
            text in proptest::collection::vec(prop_oneof!["[a-c]{1,3}", Just("end.".to_owned()), Just("|".to_owned())], 1..200),
            max in 1usize..30, min in 0usize..10,
        ) {
            let all = words(&text.join(" "));
            let rules = UnitRules { max_words: max, min_words: min, ..UnitRules::default() };
            let mut from = 0;
            while let Some(cut) = rules.cut(&all[from..], all.len() - from, 0) {
                prop_assert!(cut.words >= 1 && cut.words <= max);
                from += cut.words;
            }
            prop_assert!(all.len() - from <= max.max(1), "what stays open is bounded");
        }
    }
}
