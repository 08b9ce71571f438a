//! Turns a hypothesis and its reference into errors: of words, or of characters where a script has no spaces.
//!
//! Both are normalised first: NFC, lower case, `’` as `'`, and whatever is no letter, mark, number or apostrophe is a
//! space. Numbers aren't spelt out, and contractions stay.

use crate::text::Lang;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Edits against a reference; adds up over a corpus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Errors {
    /// Substitutions, insertions and deletions.
    pub edits: usize,
    /// Words (or characters) of the reference.
    pub length: usize,
}

impl Errors {
    /// Edits per reference word; `None` where there is no reference.
    pub fn rate(self) -> Option<f64> {
        (self.length > 0).then(|| self.edits as f64 / self.length as f64)
    }
}

impl std::ops::AddAssign for Errors {
    fn add_assign(&mut self, other: Self) {
        self.edits += other.edits;
        self.length += other.length;
    }
}

/// The text as it is compared.
pub fn normalise(text: &str) -> String {
    let keep = |c: char| c.is_alphanumeric() || is_combining_mark(c) || c == '\'';
    let lower = text.nfc().flat_map(char::to_lowercase).map(|c| if c == '’' { '\'' } else { c });
    let spaced: String = lower.map(|c| if keep(c) { c } else { ' ' }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What is counted of a text: SimulEval's `--eval-latency-unit`, OmniSTEval's `--char_level`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unit {
    /// What stands between spaces.
    #[default]
    Word,
    /// Code points. Spaces don't count.
    Char,
}

/// Languages written without spaces between words, in the scripts of [`has_no_spaces`](crate::text::has_no_spaces).
const UNSPACED: [&str; 8] = ["zh", "yue", "ja", "th", "lo", "km", "my", "bo"];

impl Unit {
    /// Of a language.
    pub fn of(lang: &Lang) -> Self {
        if UNSPACED.contains(&lang.primary()) { Self::Char } else { Self::Word }
    }

    /// As others call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Word => "word",
            Self::Char => "char",
        }
    }

    /// A text's units.
    pub fn split(self, text: &str) -> Vec<&str> {
        match self {
            Self::Word => text.split_whitespace().collect(),
            Self::Char => {
                let chars = text.char_indices().filter(|(_, c)| !c.is_whitespace());
                chars.map(|(at, c)| &text[at..at + c.len_utf8()]).collect()
            }
        }
    }

    /// Units as a text of which others count as many.
    pub fn join(self, units: &[&str]) -> String {
        units.join(if self == Self::Word { " " } else { "" })
    }
}

/// Errors in words.
pub fn word_errors(hypothesis: &str, reference: &str) -> Errors {
    let (hypothesis, reference) = (normalise(hypothesis), normalise(reference));
    let of = |text: &str| text.split(' ').filter(|w| !w.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    errors(&of(&hypothesis), &of(&reference))
}

/// Errors in characters, spaces not counted.
pub fn char_errors(hypothesis: &str, reference: &str) -> Errors {
    let of = |text: &str| normalise(text).chars().filter(|c| *c != ' ').collect::<Vec<_>>();
    errors(&of(hypothesis), &of(reference))
}

/// Levenshtein's distance, one row at a time.
fn errors<T: PartialEq>(hypothesis: &[T], reference: &[T]) -> Errors {
    let mut row: Vec<usize> = (0..=reference.len()).collect();
    for (i, said) in hypothesis.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, wanted) in reference.iter().enumerate() {
            let changed = diagonal + usize::from(said != wanted);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    Errors { edits: row[reference.len()], length: reference.len() }
}
