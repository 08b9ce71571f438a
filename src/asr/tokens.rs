//! Turns a model's pieces into words: the list of them that comes with a model, and how they are put together.
//!
//! Pieces use U+2581 for the start of a word (SentencePiece).

use super::hot_words::spelling;
use crate::audio::StreamTime;
use crate::error::{Error, Result};
use crate::text::Word;
use std::path::Path;

/// The pieces a model can emit.
#[derive(Debug)]
pub struct Tokens {
    pieces: Vec<String>,
    /// As hot words are compared, a space where a word begins.
    spellings: Vec<String>,
    blank: usize,
    /// Never shown: `<unk>` and other marks.
    silent: Vec<bool>,
}

impl Tokens {
    /// Reads a `tokens.txt` or `vocab.txt`: a piece and its id on each line.
    ///
    /// # Errors
    /// A missing-model error when the file isn't there or isn't such a list.
    pub fn load(path: &Path) -> Result<Self> {
        let bad = |what: String| Error::missing(format!("{}: {what}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|e| bad(e.to_string()))?;
        Self::parse(&text).ok_or_else(|| bad("not a token list (a piece and its id on each line)".into()))
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut pieces = Vec::new();
        for line in text.lines().filter(|l| !l.trim().is_empty()) {
            let (piece, id) = line.trim_end().rsplit_once(char::is_whitespace)?;
            let id: usize = id.parse().ok().filter(|id| *id < 1_000_000)?;
            pieces.resize(pieces.len().max(id + 1), String::new());
            pieces[id] = if piece.trim().is_empty() { " ".into() } else { piece.trim().to_owned() };
        }
        let blank = pieces.iter().position(|p| ["<blk>", "<blank>", "<eps>"].contains(&p.as_str()))?;
        let silent = pieces.iter().map(|p| p.starts_with('<') && p.ends_with('>') && p.len() > 2).collect();
        let spellings = pieces.iter().map(|p| spelling(&p.replace('\u{2581}', " "))).collect();
        Some(Self { pieces, spellings, blank, silent })
    }

    /// How many there are, the blank included.
    #[expect(clippy::len_without_is_empty, reason = "there is always a blank")]
    pub fn len(&self) -> usize {
        self.pieces.len()
    }

    /// The number of the blank.
    pub fn blank(&self) -> usize {
        self.blank
    }

    /// All of them, in the order of their numbers.
    pub fn pieces(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().map(String::as_str)
    }

    /// What a piece spells, in the form that hot words are compared in.
    pub fn spelling(&self, id: usize) -> &str {
        self.spellings.get(id).map_or("", String::as_str)
    }

    /// Whether it is text: neither the blank nor a mark.
    pub fn is_spoken(&self, id: usize) -> bool {
        id != self.blank && !self.silent.get(id).copied().unwrap_or(true)
    }

    /// Puts pieces together. A word is as probable as its pieces are in the mean.
    pub fn words(&self, pieces: &[Piece]) -> Vec<Word> {
        let mut words: Vec<(Word, f32, usize)> = Vec::new();
        for piece in pieces {
            let whole = self.pieces.get(piece.id).map_or("", String::as_str);
            let text = whole.trim_start_matches(['\u{2581}', ' ']);
            // A lone boundary mark opens a word whose letters follow.
            let after_mark = words.last().is_some_and(|(w, ..)| w.text.is_empty());
            match words.last_mut().filter(|_| text.len() == whole.len() || after_mark) {
                Some((word, log_p, n)) => {
                    word.text.push_str(text);
                    word.end = piece.end;
                    (*log_p, *n) = (*log_p + piece.log_p, *n + 1);
                }
                None => {
                    let word = Word { text: text.to_owned(), start: piece.start, end: piece.end, p: 1.0 };
                    words.push((word, piece.log_p, 1));
                }
            }
        }
        let finished = words.into_iter().filter(|(w, ..)| !w.text.is_empty());
        finished.map(|(w, log_p, n)| Word { p: (log_p / n as f32).exp(), ..w }).collect()
    }
}

/// A piece that was heard.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Piece {
    /// Its number.
    pub id: usize,
    /// When it began.
    pub start: StreamTime,
    /// When it was last heard.
    pub end: StreamTime,
    /// Its log-probability where it began.
    pub log_p: f32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_without_blank_is_refused() {
        assert!(Tokens::parse("a 0\nb 1\n").is_none());
        assert!(Tokens::parse("no numbers here").is_none());
    }
}
