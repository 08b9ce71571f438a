//! Turns hypotheses and references into chrF2, as sacreBLEU's defaults do: characters up to 6, no words, no spaces.

use super::ngrams;

/// The longest n-gram of characters (Popović 2015).
const ORDER: usize = 6;
/// Recall weighs twice as much as precision (Popović 2015), squared.
const WEIGHT: f64 = 4.0;

/// What sacreBLEU would print beside the score.
pub const SIGNATURE: &str = "nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:2.6.0";

/// Counts over a corpus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Chrf {
    matched: [usize; ORDER],
    hypothesis: [usize; ORDER],
    reference: [usize; ORDER],
}

impl Chrf {
    /// Adds a sentence.
    pub fn add(&mut self, hypothesis: &str, reference: &str) {
        let of = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<Vec<_>>();
        let (said, wanted) = (of(hypothesis), of(reference));
        for n in 1..=ORDER {
            let wanted = ngrams(&wanted, n);
            // Where the reference is too short to have such n-grams, the hypothesis' own say nothing.
            if wanted.is_empty() {
                continue;
            }
            self.reference[n - 1] += wanted.values().sum::<usize>();
            for (gram, count) in ngrams(&said, n) {
                self.hypothesis[n - 1] += count;
                self.matched[n - 1] += count.min(wanted.get(gram).copied().unwrap_or(0));
            }
        }
    }

    /// The score, 0 to 100: over the orders that both sides have.
    pub fn score(&self) -> f64 {
        let (mut precision, mut recall, mut orders) = (0.0, 0.0, 0.0);
        for n in 0..ORDER {
            if self.hypothesis[n] > 0 && self.reference[n] > 0 {
                precision += self.matched[n] as f64 / self.hypothesis[n] as f64;
                recall += self.matched[n] as f64 / self.reference[n] as f64;
                orders += 1.0;
            }
        }
        if precision + recall == 0.0 {
            return 0.0;
        }
        let (precision, recall) = (precision / orders, recall / orders);
        100.0 * (1.0 + WEIGHT) * precision * recall / (WEIGHT * precision + recall)
    }
}
