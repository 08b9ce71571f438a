//! Turns a CTC model's frames into words with times and probabilities, as they come: what every way of doing so shares,
//! and the greedy way.
//!
//! Greedy: the best symbol of each frame; repeats are one, blanks are none (Graves et al. 2006, best-path decoding).

use super::tokens::{Piece, Tokens};
use crate::audio::StreamTime;
use crate::text::Hypothesis;
use std::sync::Arc;

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
        let previous = tokens.blank();
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
        Hypothesis { words, fixed, margins: Vec::new() }
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
}
