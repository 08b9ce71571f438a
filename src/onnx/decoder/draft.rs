//! Turns the last translation of a text that has grown, or what was last heard of sound that has, into a draft to be
//! verified: greedy output for the price of a few decoder passes. Pure.
//!
//! The decoder is fed what is known and then what is guessed, in one pass; each guess that is what the model chooses
//! anyway is accepted, and the first that isn't is replaced by the choice. What comes out is what greedy decoding from
//! scratch would have written, whatever was guessed (speculative decoding, Leviathan et al. 2023; with the previous
//! output as the draft: Self-Speculative Biased Decoding, arXiv 2509.21740). After a difference the rest of the draft
//! is shifted to where it fits and guessed again: a changed word in the middle costs no more than one at the end.

use ndarray::Array2;

/// How far from a difference the draft is looked through for the token that was chosen instead: a word or two.
const NEAR: usize = 8;
/// And so far back, for tokens that came in addition.
const BACK: usize = 2;
/// So many tokens may close a sentence: a mark, and a quotation mark or bracket.
const CLOSING: usize = 2;
/// So much of the draft is guessed again after a difference. A pass over 8 tokens costs less than two over one
/// (`shared/reference/peers.md` §1c); a longer guess that fails is paid in vain.
const AGAIN: usize = 8;

/// A text in the making: what is known of it, and a guess at how it goes on.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    known: Vec<u32>,
    draft: Vec<u32>,
    /// How much of the draft is used up.
    at: usize,
    /// How much of the rest is guessed in the next pass.
    guessed: usize,
}

impl Line {
    /// A text that begins with `known` (not empty) and may go on as `draft`.
    pub fn new(known: Vec<u32>, draft: Vec<u32>) -> Self {
        let guessed = draft.len();
        Self { known, draft, at: 0, guessed }
    }

    /// How many tokens are known.
    pub fn known(&self) -> usize {
        self.known.len()
    }

    /// How many tokens can be fed.
    pub fn length(&self) -> usize {
        self.known.len() + self.guess().len()
    }

    /// The tokens that are guessed in the next pass.
    pub fn guess(&self) -> &[u32] {
        &self.draft[self.at..(self.at + self.guessed).min(self.draft.len())]
    }

    /// The token at a place, known or guessed.
    pub fn token(&self, place: usize) -> Option<u32> {
        let guess = || self.guess().get(place - self.known.len());
        self.known.get(place).or_else(guess).copied()
    }

    /// Takes the model's choice for the first unknown token. `true`: that was the guess, so that what the same pass said
    /// after it counts, too.
    pub fn take(&mut self, chosen: u32) -> bool {
        let was_guessed = self.guess().first() == Some(&chosen);
        self.known.push(chosen);
        if was_guessed {
            self.at += 1;
            self.guessed -= 1;
        } else {
            self.at = self.go_on(chosen);
            self.guessed = AGAIN;
        }
        was_guessed
    }

    /// Where the draft goes on after a token that wasn't the guess: behind that token where it is near, else behind the
    /// one that it seems to stand for (had it come in addition, the next one is found a step back); before the end, where
    /// texts grow, it comes in addition, and the closing mark may still be right.
    fn go_on(&self, chosen: u32) -> usize {
        let near = self.at.saturating_sub(BACK)..(self.at + NEAR).min(self.draft.len());
        let same = near.filter(|i| self.draft[*i] == chosen);
        let is_end = self.at + CLOSING >= self.draft.len();
        let unknown = if is_end { self.at } else { self.at + 1 };
        same.min_by_key(|i| i.abs_diff(self.at)).map_or(unknown, |place| place + 1).min(self.draft.len())
    }
}

/// The tokens `[rows, n]` of the next pass over texts of one batch, whose caches are right up to `base`: each text's own,
/// known and guessed, as far as the decoder has positions; shorter rows are filled up, and what that makes of the cache is
/// to be forgotten. A decoder that takes one token at a time would pay for each guess, and for each row that is ahead.
pub fn next<'l>(
    lines: impl ExactSizeIterator<Item = &'l Line> + Clone,
    base: usize,
    takes_several: bool,
    positions: usize,
    fill: u32,
) -> Array2<i64> {
    let width = match takes_several {
        true => lines.clone().map(|line| line.length() - base).max(),
        false => lines.clone().map(|line| line.known() - base).min(),
    };
    let width = width.unwrap_or(0).min(positions - base);
    let mut tokens = Array2::from_elem((lines.len(), width), i64::from(fill));
    for (mut row, line) in tokens.outer_iter_mut().zip(lines) {
        let own = (base..base + width).map_while(|place| line.token(place));
        row.iter_mut().zip(own).for_each(|(token, own)| *token = i64::from(own));
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Plays a model that always wants to write `wanted`; -> how many passes that takes.
    fn passes(wanted: &[u32], draft: &[u32]) -> usize {
        let mut line = Line::new(vec![0], draft.to_vec());
        let mut passes = 0;
        loop {
            passes += 1;
            loop {
                let Some(&choice) = wanted.get(line.known() - 1) else { return passes };
                if !line.take(choice) {
                    break;
                }
            }
            assert_eq!(line.known[1..], wanted[..line.known() - 1]);
        }
    }

    #[test]
    fn a_right_draft_costs_one_pass_and_a_changed_word_one_more() {
        let wanted = [1, 2, 3, 4, 5, 6, 7, 8, 9];
        assert_eq!(passes(&wanted, &wanted), 1);
        assert_eq!(passes(&wanted, &wanted[..7]), 3, "two new tokens at the end");
        assert_eq!(passes(&wanted, &[1, 2, 30, 4, 5, 6, 7, 8, 9]), 2, "replaced");
        assert_eq!(passes(&wanted, &[1, 2, 30, 31, 3, 4, 5, 6, 7, 8, 9]), 2, "left out");
        assert_eq!(passes(&wanted, &[1, 2, 4, 5, 6, 7, 8, 9]), 3, "put in");
        assert_eq!(passes(&wanted, &[1, 2, 3, 4, 5, 6, 7, 9]), 2, "one more before the closing mark");
        assert_eq!(passes(&wanted, &[]), 10, "from scratch");
    }

    proptest! {
        #[test]
        fn whatever_the_draft_the_text_is_the_same_and_costs_no_more(
            wanted in proptest::collection::vec(0u32..6, 0..30), draft in proptest::collection::vec(0u32..6, 0..40),
        ) {
            prop_assert!(passes(&wanted, &draft) <= wanted.len() + 1);
        }
    }
}
