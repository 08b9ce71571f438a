//! Turns a CTC model's frames into words with times and probabilities, as they come: what every way of doing so shares,
//! and the greedy way.
//!
//! Greedy: the best symbol of each frame; repeats are one, blanks are none (Graves et al. 2006, best-path decoding).
//! Pieces use U+2581 for the start of a word.

use crate::audio::StreamTime;
use crate::error::{Error, Result};
use crate::text::{Hypothesis, Word};
use std::path::Path;
use std::sync::Arc;

/// The pieces a model can emit.
#[derive(Debug)]
pub struct Tokens {
    pieces: Vec<String>,
    blank: usize,
    /// Never shown: `<unk>` and other marks.
    silent: Vec<bool>,
}

impl Tokens {
    /// Reads a `tokens.txt`: a piece and its id on each line.
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
        Some(Self { pieces, blank, silent })
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

/// Turns one stream's frames into words.
pub trait Decode: Send {
    /// Takes the log-probabilities of a frame that covers this many samples.
    fn push(&mut self, log_probs: &[f32], samples: u64);
    /// All words so far, and how many of them no later frame can change.
    fn hypothesis(&self, is_done: bool) -> Hypothesis;
}

/// One stream's greedy decoding.
pub struct CtcGreedy {
    tokens: Arc<Tokens>,
    pieces: Vec<Piece>,
    previous: usize,
    now: u64,
}

impl CtcGreedy {
    /// A new stream.
    pub fn new(tokens: Arc<Tokens>) -> Self {
        let previous = tokens.blank;
        Self { tokens, pieces: Vec::new(), previous, now: 0 }
    }
}

impl Decode for CtcGreedy {
    fn push(&mut self, log_probs: &[f32], samples: u64) {
        let start = StreamTime(self.now);
        self.now += samples;
        let best = log_probs.iter().copied().enumerate().reduce(|a, b| if b.1 > a.1 { b } else { a });
        let Some((id, log_p)) = best.filter(|(_, p)| p.is_finite()) else { return };
        let is_new = id != self.previous;
        self.previous = id;
        if !self.tokens.is_spoken(id) {
            return;
        }
        let end = StreamTime(self.now);
        match self.pieces.last_mut().filter(|_| !is_new) {
            // The same piece, still sounding.
            Some(piece) => piece.end = end,
            None => self.pieces.push(Piece { id, start, end, log_p }),
        }
    }

    /// Greedy output never changes, but the last word may still grow until the stream is done.
    fn hypothesis(&self, is_done: bool) -> Hypothesis {
        let words = self.tokens.words(&self.pieces);
        let fixed = if is_done { words.len() } else { words.len().saturating_sub(1) };
        Hypothesis { words, fixed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(ids: &[usize]) -> Hypothesis {
        let tokens = Tokens::parse("<blk> 0\n<unk> 1\n\u{2581}he 2\nllo 3\n\u{2581} 4\na 5\n").expect("tokens");
        let mut ctc = CtcGreedy::new(Arc::new(tokens));
        for &id in ids {
            let mut frame = [-5.0f32; 6];
            frame[id] = -0.1;
            ctc.push(&frame, 640);
        }
        ctc.hypothesis(false)
    }

    #[test]
    fn repeats_and_blanks_collapse() {
        let h = decode(&[0, 2, 2, 0, 3, 0, 0, 4, 5, 0, 5, 1]);
        let texts: Vec<_> = h.words.iter().map(|w| w.text.as_str()).collect();
        assert_eq!((texts, h.fixed), (vec!["hello", "aa"], 1));
        assert_eq!((h.words[0].start, h.words[0].end), (StreamTime(640), StreamTime(5 * 640)));
        assert!((h.words[0].p - 0.905).abs() < 0.01);
    }

    #[test]
    fn a_list_without_blank_is_refused() {
        assert!(Tokens::parse("a 0\nb 1\n").is_none());
        assert!(Tokens::parse("no numbers here").is_none());
    }
}
