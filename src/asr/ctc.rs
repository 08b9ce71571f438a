//! Turns a CTC model's frames into words with times and probabilities, greedily, as they come.
//!
//! The best symbol of each frame; repeats are one, blanks are none (Graves et al. 2006, best-path decoding). Pieces use
//! U+2581 for the start of a word.

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

    fn parse(text: &str) -> Option<Self> {
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
}

/// One stream's decoding.
pub struct CtcGreedy {
    tokens: Arc<Tokens>,
    words: Vec<Word>,
    /// Log-probabilities of the pieces of the last word.
    last_logs: Vec<f32>,
    previous: usize,
    now: u64,
}

impl CtcGreedy {
    /// A new stream.
    pub fn new(tokens: Arc<Tokens>) -> Self {
        let previous = tokens.blank;
        Self { tokens, words: Vec::new(), last_logs: Vec::new(), previous, now: 0 }
    }

    /// Takes the log-probabilities of a frame that covers this many samples.
    pub fn push(&mut self, log_probs: &[f32], samples: u64) {
        let start = StreamTime(self.now);
        self.now += samples;
        let best = log_probs.iter().copied().enumerate().reduce(|a, b| if b.1 > a.1 { b } else { a });
        let Some((best, log_p)) = best.filter(|(_, p)| p.is_finite()) else { return };
        let is_new = best != self.previous;
        self.previous = best;
        if best == self.tokens.blank || self.tokens.silent.get(best).copied().unwrap_or(true) {
            return;
        }
        let end = StreamTime(self.now);
        if !is_new {
            // The same piece, still sounding.
            if let Some(word) = self.words.last_mut() {
                word.end = end;
            }
            return;
        }
        let piece = &self.tokens.pieces[best];
        let text = piece.trim_start_matches(['\u{2581}', ' ']);
        let begins_word = text.len() < piece.len() || self.words.is_empty();
        // A lone boundary mark opens a word whose letters follow.
        let after_mark = self.words.last().is_some_and(|w| w.text.is_empty());
        if begins_word && !after_mark {
            self.words.push(Word { text: text.to_owned(), start, end, p: 1.0 });
            self.last_logs.clear();
        } else if let Some(word) = self.words.last_mut() {
            word.text.push_str(text);
            word.end = end;
        }
        self.last_logs.push(log_p);
        if let Some(word) = self.words.last_mut() {
            word.p = (self.last_logs.iter().sum::<f32>() / self.last_logs.len() as f32).exp();
        }
    }

    /// All words so far. Greedy output never changes, but the last word may still grow until the stream is done.
    pub fn hypothesis(&self, is_done: bool) -> Hypothesis {
        let words: Vec<Word> = self.words.iter().filter(|w| !w.text.is_empty()).cloned().collect();
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
