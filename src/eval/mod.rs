//! Turns what was shown, when, and what should have been, into figures. Pure: no clock, no model, no file.
//!
//! | figure | what it is | source |
//! |---|---|---|
//! | [`words::word_errors`], [`words::char_errors`] | substitutions, insertions and deletions / reference length | edit distance; jiwer |
//! | [`bleu::Bleu`] | BLEU over a corpus, tokens of `13a`, exponential smoothing | Post 2018, sacreBLEU |
//! | [`chrf::Chrf`] | chrF2: F-score of character n-grams up to 6 | Popović 2015, sacreBLEU |
//! | [`erasure::Erasure`] | words (or characters: [`words::Unit`]) taken back / those of the final text | Arivazhagan et al. 2020 |
//! | [`lag::laal`] | lag behind an ideal that speaks evenly, length-adaptive | Papi et al. 2022; checked against OmniSTEval |
//! | [`lag::long_yaal`] | the same over words shown before the recording ended | Polák et al. 2025, arXiv 2509.17349; checked against OmniSTEval |
//! | [`lag::queue`] | when a word is out if each step waits for the one before: the computation-aware clock | the rule SimulEval uses; not checked against it |

use std::collections::HashMap;
use std::hash::Hash;

pub mod bleu;
pub mod chrf;
pub mod erasure;
pub mod lag;
pub mod log;
pub mod manifest;
pub mod report;
pub mod track;
pub mod words;

/// How often each `n` items in a row occur.
fn ngrams<T: Eq + Hash>(items: &[T], n: usize) -> HashMap<&[T], usize> {
    let mut counts = HashMap::new();
    for gram in items.windows(n) {
        *counts.entry(gram).or_insert(0) += 1;
    }
    counts
}

#[cfg(test)]
mod tests;
