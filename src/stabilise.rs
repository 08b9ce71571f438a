//! Turns a row of changing hypotheses into text that never changes (committed) and text that may (tentative).
//!
//! Pure, and the same for source words and target words. The one promise: what is committed only grows by appending.

use crate::text::Word;
use serde::{Deserialize, Serialize};

/// When words become final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum CommitPolicy {
    /// What the model itself can't change any more (streaming CTC and transducers).
    Native,
    /// What the last `n` hypotheses agree on (Liu et al. 2020; whisper_streaming uses n = 2).
    LocalAgreement {
        /// How many must agree, 2 or more.
        n: usize,
    },
    /// All but the last `n` words (Liu et al. 2020).
    HoldN {
        /// How many are held back.
        n: usize,
    },
    /// Nothing before the utterance ends.
    FinalOnly,
}

/// Tentative words at the end that a balanced listener doesn't see yet (mask-k of Arivazhagan et al. 2020).
const MASKED: usize = 2;
/// Tentative words that a balanced listener sees at the most: what is far from the committed text is a guess about a guess.
///
/// Normalised erasure of the starter set's translations, as its 27 samples and as one monologue of two minutes, under
/// LocalAgreement-3: 0.06 and 1.0 with a mask of two words alone, 0.03 and 0.28 with three words at the most, 0.02 and
/// 0.09 with three of those that two hypotheses agree on.
const STEADY: usize = 3;

/// Words that can be told apart.
pub trait Same: Clone {
    /// Whether they read the same.
    fn same(&self, other: &Self) -> bool;
    /// Whether it is the other with something more behind it.
    fn extends(&self, _other: &Self) -> bool {
        false
    }
}
impl Same for Word {
    fn same(&self, other: &Self) -> bool {
        self.text == other.text
    }
}
impl Same for String {
    fn same(&self, other: &Self) -> bool {
        self == other
    }
}

/// One utterance's state.
#[derive(Debug, Clone)]
pub struct Stabiliser<W> {
    policy: CommitPolicy,
    committed: Vec<W>,
    tentative: Vec<W>,
    /// The last hypotheses, the newest last, as long as the policy asks for.
    history: Vec<Vec<W>>,
}

impl<W: Same> Stabiliser<W> {
    /// Nothing yet.
    pub fn new(policy: CommitPolicy) -> Self {
        Self { policy, committed: Vec::new(), tentative: Vec::new(), history: Vec::new() }
    }

    /// Words that never change.
    pub fn committed(&self) -> &[W] {
        &self.committed
    }
    /// Words that may.
    pub fn tentative(&self) -> &[W] {
        &self.tentative
    }
    /// Whether there is any word.
    pub fn has_text(&self) -> bool {
        !self.committed.is_empty() || !self.tentative.is_empty()
    }

    /// How many of the tentative words are steady enough for who reads along: those that two hypotheses agree on, where the
    /// policy waits for more; else all but the last.
    pub fn steady(&self) -> usize {
        let steady = match (self.policy, self.history.as_slice()) {
            (CommitPolicy::LocalAgreement { n: 3.. }, [.., before, last]) => {
                let agree = before.iter().zip(last).take_while(|(a, b)| a.same(b)).count();
                agree.saturating_sub(self.committed.len())
            }
            (CommitPolicy::LocalAgreement { n: 3.. }, _) => 0,
            _ => self.tentative.len().saturating_sub(MASKED),
        };
        steady.min(self.tentative.len()).min(STEADY)
    }

    /// Takes a new hypothesis of the whole utterance, of which the model promises the first `fixed` words;
    /// `is_final`: there will be no other. Says whether anything changed.
    pub fn update(&mut self, words: &[W], fixed: usize, is_final: bool) -> bool {
        let before = (self.committed.len(), self.tentative.clone());
        let stable = if is_final { words.len() } else { self.stable(words, fixed).min(words.len()) };
        // Where a re-decoded hypothesis contradicts what is committed, the committed words stay.
        let done = self.committed.len();
        // An ending (`hotel` → `hoteles`, `mesa` → `mesa,`) is an addition too, as long as nothing stands behind it.
        let mut has_ending = false;
        if let (Some(last), Some(word)) = (self.committed.last_mut(), words.get(done.wrapping_sub(1)))
            && (stable > done || is_final)
            && word.extends(last)
        {
            *last = word.clone();
            has_ending = true;
        }
        if stable > done {
            self.committed.extend_from_slice(&words[done..stable]);
        }
        self.tentative = words.get(self.committed.len()..).unwrap_or_default().to_vec();
        let same_tentative =
            before.1.len() == self.tentative.len() && before.1.iter().zip(&self.tentative).all(|(a, b)| a.same(b));
        has_ending || before.0 != self.committed.len() || !same_tentative
    }

    fn stable(&mut self, words: &[W], fixed: usize) -> usize {
        match self.policy {
            CommitPolicy::Native => fixed,
            CommitPolicy::FinalOnly => 0,
            CommitPolicy::HoldN { n } => words.len().saturating_sub(n),
            CommitPolicy::LocalAgreement { n } => {
                self.history.push(words.to_vec());
                let excess = self.history.len().saturating_sub(n.max(1));
                self.history.drain(..excess);
                if self.history.len() < n {
                    return 0;
                }
                let agrees = |i: usize| self.history.iter().all(|h| h.get(i).is_some_and(|w| w.same(&words[i])));
                (0..words.len()).take_while(|&i| agrees(i)).count()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mt::TargetWord;
    use proptest::prelude::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    fn committed(policy: CommitPolicy, hypotheses: &[&str]) -> Vec<String> {
        let mut s = Stabiliser::new(policy);
        hypotheses
            .iter()
            .map(|h| {
                s.update(&words(h), 0, false);
                s.committed().join(" ")
            })
            .collect()
    }

    #[test]
    fn local_agreement_commits_the_common_prefix() {
        let seen = committed(CommitPolicy::LocalAgreement { n: 2 }, &["the", "the cat", "the cap is", "the cap is on"]);
        assert_eq!(seen, ["", "the", "the", "the cap is"]);
    }

    #[test]
    fn what_two_of_three_agree_on_is_steady() {
        let mut s = Stabiliser::new(CommitPolicy::LocalAgreement { n: 3 });
        let mut steady = |text: &str| {
            s.update(&words(text), 0, false);
            s.tentative()[..s.steady()].join(" ")
        };
        assert_eq!(
            ["the", "the cat", "the cat sat on a", "the cat sat on it"].map(&mut steady),
            ["", "the", "cat", "sat on"]
        );
        assert_eq!(s.committed(), words("the cat"));
        let mut s = Stabiliser::new(CommitPolicy::Native);
        s.update(&words("a b c d e f g"), 1, false);
        assert_eq!(s.steady(), 3);
    }

    #[test]
    fn hold_n_keeps_the_last_words_back() {
        assert_eq!(committed(CommitPolicy::HoldN { n: 2 }, &["a b c", "a b c d"]), ["a", "a b"]);
    }

    #[test]
    fn final_only_waits() {
        let mut s = Stabiliser::new(CommitPolicy::FinalOnly);
        s.update(&words("a b"), 2, false);
        assert!(s.committed().is_empty());
        s.update(&words("a c"), 2, true);
        assert_eq!((s.committed(), s.tentative()), (&words("a c")[..], &[][..]));
    }

    fn policies() -> impl Strategy<Value = CommitPolicy> {
        prop_oneof![
            Just(CommitPolicy::Native),
            Just(CommitPolicy::FinalOnly),
            (0usize..4).prop_map(|n| CommitPolicy::HoldN { n }),
            (1usize..4).prop_map(|n| CommitPolicy::LocalAgreement { n }),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn committed_text_only_grows(
            policy in policies(),
            hypotheses in proptest::collection::vec((proptest::collection::vec("[ab]", 0..6), 0usize..8), 1..12),
        ) {
            let mut s = Stabiliser::new(policy);
            let mut before: Vec<String> = Vec::new();
            let last = hypotheses.len() - 1;
            for (i, (words, fixed)) in hypotheses.iter().enumerate() {
                s.update(words, *fixed, i == last);
                prop_assert!(s.committed().starts_with(&before));
                before = s.committed().to_vec();
            }
            prop_assert!(s.tentative().is_empty(), "a final leaves nothing open");
        }
    }

    #[test]
    fn an_ending_of_the_last_committed_word_is_not_lost() {
        let words = |texts: &[&str]| -> Vec<TargetWord> {
            let tokens = |text: &&str| text.bytes().map(u32::from).collect();
            let word = |text: &&str| TargetWord { text: (*text).to_owned(), tokens: tokens(text), glued: false };
            texts.iter().map(word).collect()
        };
        let mut stabiliser = Stabiliser::new(CommitPolicy::LocalAgreement { n: 2 });
        for hypothesis in [&["el", "hotel"][..], &["el", "hotel"], &["el", "hoteles"], &["el", "hoteles", "son"]] {
            stabiliser.update(&words(hypothesis), 0, false);
        }
        assert_eq!(stabiliser.committed(), words(&["el", "hotel"]));
        assert!(stabiliser.update(&words(&["el", "hoteles", "son"]), 0, false));
        assert_eq!(stabiliser.committed(), words(&["el", "hoteles", "son"]));
        // Once something stands behind it, a word is as it is.
        stabiliser.update(&words(&["el", "hoteles,", "son", "buenos"]), 0, true);
        assert_eq!(stabiliser.committed(), words(&["el", "hoteles", "son", "buenos"]));
    }
}
