//! Says which words of the vocabulary a language's translations use, so that the output layer need only look at those.
//! Pure.
//!
//! A vocabulary of 256,000 pieces for 200 languages has perhaps 30,000 of any one, and a talk uses some thousands. The list
//! is learnt while translating: wherever the whole layer was run, what it thought likeliest is noted. No table is needed
//! beside the model (Marian's and Bergamot's lexical shortlists come from aligned text).
//!
//! A word that isn't on the list can't be chosen. Three things keep that in bounds: while the list is short it isn't used;
//! where the best word on it isn't likely ([`SURE`]) the whole layer is asked; and closed units are verified by the
//! whole layer, so that what stays is exactly greedy.

use super::beam::{log_sum_exp, top};
use crate::onnx::head::Picked;
use ndarray::ArrayView1;
use std::collections::HashMap;

/// So many of the likeliest words at each place are noted.
const NOTED: usize = 8;
/// A list is used from so many words on: those of some dozens of sentences.
const LEAST: usize = 256;
/// A word on the list that is less probable than this, among the words of the list, is doubted. Measured on the starter
/// model: see `tests/it/translation/exact.rs`.
pub const SURE: f32 = 0.5;

/// The words of each language.
pub struct Shortlist {
    /// Words that a list may have; 0: there are no lists.
    most: usize,
    sure: f32,
    lists: HashMap<String, List>,
    /// Places decided by a list, and those where the whole layer was asked.
    pub decided: [u64; 2],
}

#[derive(Default)]
struct List {
    /// When each was last noted.
    words: HashMap<u32, u64>,
    now: u64,
    /// The words in use, and how many there were when they were picked.
    picked: Option<(Picked, usize)>,
}

impl Shortlist {
    /// Lists of up to so many words (0: none), which are doubted where their best is less probable than `sure`.
    pub fn new(most: usize, sure: f32) -> Self {
        Self { most, sure, lists: HashMap::new(), decided: [0; 2] }
    }

    /// Notes the likeliest words at a place, of the logits of the whole vocabulary.
    pub fn note(&mut self, lang: &str, logits: ArrayView1<'_, f32>) {
        if self.most == 0 {
            return;
        }
        let list = self.lists.entry(lang.to_owned()).or_default();
        list.now += 1;
        list.words.extend(top(logits.iter(), NOTED).into_iter().map(|(_, word)| (word, list.now)));
        // A quarter may come new before the oldest go.
        if list.words.len() > self.most + self.most / 4 {
            let mut ages: Vec<u64> = list.words.values().copied().collect();
            ages.sort_unstable();
            let oldest = ages[ages.len() - self.most];
            list.words.retain(|_, age| *age >= oldest);
            list.picked = None;
        }
    }

    /// Words that ought to be picked anew, in rising order, as the list has grown by an eighth; `None`: what is picked
    /// will do, or the list is too short.
    pub fn due(&self, lang: &str) -> Option<Vec<u32>> {
        let list = self.lists.get(lang).filter(|list| list.words.len() >= LEAST.min(self.most))?;
        let had = list.picked.as_ref().map_or(0, |(_, had)| *had);
        (list.words.len() > had + had / 8 || had == 0).then(|| {
            let mut words: Vec<u32> = list.words.keys().copied().collect();
            words.sort_unstable();
            words
        })
    }

    /// Takes what was picked.
    pub fn pick(&mut self, lang: &str, picked: Option<Picked>) {
        match (picked, self.lists.get_mut(lang)) {
            (Some(picked), Some(list)) => list.picked = Some((picked, list.words.len())),
            // A model without a short form has no use for lists.
            _ => self.most = 0,
        }
    }

    /// The words in use.
    pub fn of(&self, lang: &str) -> Option<&Picked> {
        self.lists.get(lang)?.picked.as_ref().map(|(picked, _)| picked)
    }

    /// The likeliest of a list's words, and whether it is likely enough not to be doubted.
    pub fn judge(&self, logits: ArrayView1<'_, f32>, words: &[u32]) -> (Option<u32>, bool) {
        let best = top(logits.iter(), 1).first().copied();
        let is_sure = best.is_some_and(|(logit, _)| logit - log_sum_exp(logits) >= self.sure.ln());
        (best.and_then(|(_, place)| words.get(place as usize).copied()), is_sure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array1;

    #[test]
    fn a_list_grows_with_what_is_likely_and_stays_bounded() {
        let mut lists = Shortlist::new(400, SURE);
        // The likeliest are eight in a row.
        let likely =
            |at: u32| Array1::from_shape_fn(800, |i| if (at..at + 8).contains(&(i as u32)) { 1.0 } else { 0.0 });
        lists.note("es", likely(0).view());
        assert_eq!(lists.due("es"), None, "eight words are no list");
        (0..100).for_each(|i| lists.note("es", likely(i * 8).view()));
        let due = lists.due("es").expect("enough");
        assert!((400..=500).contains(&due.len()) && due.is_sorted(), "{}", due.len());
        assert!(due.contains(&799) && !due.contains(&0), "the oldest go");
        assert_eq!(lists.due("fr"), None);
        let mut none = Shortlist::new(0, SURE);
        (0..100).for_each(|i| none.note("es", likely(i * 8).view()));
        assert_eq!(none.due("es"), None);
    }
}
