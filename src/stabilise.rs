//! Turns a row of changing hypotheses into text that never changes (committed) and text that may (tentative).
//!
//! Pure, and the same for source words and target words. The one promise: what is committed only grows by appending.
//! Where a new hypothesis goes on behind the committed words, [`seam`] finds.

pub mod seam;

use crate::audio::StreamTime;
use crate::text::Word;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// When words become final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum CommitPolicy {
    /// What the model itself can't change any more (streaming CTC and transducers).
    Native,
    /// What the last `n` hypotheses agree on behind the committed words (Liu et al. 2020; whisper_streaming's
    /// `HypothesisBuffer` is n = 2).
    LocalAgreement {
        /// How many must agree, 2 or more.
        n: usize,
    },
    /// All but the last `n` words (Liu et al. 2020).
    HoldN {
        /// How many are held back.
        n: usize,
    },
    /// All up to the first word whose attention reaches the last units of what was heard or read (Papi et al. 2023, arXiv
    /// 2305.11408; Simul-Whisper, arXiv 2406.10052): one hypothesis is enough. For models that give their attention.
    AlignAtt {
        /// How many units at the end are too new: for Whisper frames of 20 ms (SimulStreaming's `frame_threshold` is 25,
        /// half a second), for translations words of the source.
        last: usize,
    },
    /// What was already said without the last `words` of the source, and ever since: source-tail masking. Agreement that is
    /// measured in what was read and not in updates, so that it is as early where several words come at once. For
    /// translations.
    SourceTail {
        /// How many words of the source, 1 or more.
        words: usize,
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
    /// When it was said; none for words that have no time.
    fn said(&self) -> Option<(StreamTime, StreamTime)> {
        None
    }
}
impl Same for Word {
    fn same(&self, other: &Self) -> bool {
        self.text == other.text
    }
    fn said(&self) -> Option<(StreamTime, StreamTime)> {
        Some((self.start, self.end))
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
    /// The last hypotheses behind what is committed, the newest last, as long as the policy asks for, and of how many words
    /// of the source each is.
    history: Vec<(usize, Vec<W>)>,
    /// Words of the last hypothesis that are committed, or stand where other words are.
    settled: usize,
    /// Words of the source that the last hypothesis translates.
    read: usize,
}

impl<W: Same> Stabiliser<W> {
    /// Nothing yet.
    pub fn new(policy: CommitPolicy) -> Self {
        Self { policy, committed: Vec::new(), tentative: Vec::new(), history: Vec::new(), settled: 0, read: 0 }
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
        let waits =
            matches!(self.policy, CommitPolicy::LocalAgreement { n: 3.. } | CommitPolicy::SourceTail { words: 2.. });
        let steady = match self.history.as_slice() {
            [.., (_, before), (_, last)] if waits => before.iter().zip(last).take_while(|(a, b)| a.same(b)).count(),
            _ if waits => 0,
            _ => self.tentative.len().saturating_sub(MASKED),
        };
        steady.min(self.tentative.len()).min(STEADY)
    }

    /// How many words of the last hypothesis are done with: committed, or contradicted by what is.
    pub fn settled(&self) -> usize {
        self.settled
    }

    /// Takes a new hypothesis of the whole utterance, of which the model promises the first `fixed` words;
    /// `is_final`: there will be no other. Says whether anything changed.
    pub fn update(&mut self, words: &[W], fixed: usize, is_final: bool) -> bool {
        self.update_open(words, &[], fixed, 0, is_final)
    }

    /// As [`update`](Self::update), of a translation of so many words of the source; `margins`: see
    /// [`update_open`](Self::update_open).
    pub fn update_read(&mut self, words: &[W], margins: &[usize], source: usize) -> bool {
        self.read = source;
        self.update_open(words, margins, 0, 0, false)
    }

    /// As [`update`](Self::update), with how many units of what was heard or read lie behind the last one that each word
    /// attends to (a word without has no alignment), and how many words at the end, `open`, mustn't be committed before the
    /// end.
    pub fn update_open(&mut self, words: &[W], margins: &[usize], fixed: usize, open: usize, is_final: bool) -> bool {
        let before = (self.committed.len(), self.tentative.clone());
        // Where a re-decoded hypothesis contradicts what is committed, the committed words stay.
        let from = seam::rest(&self.committed, words);
        let most = words.len() - open.min(words.len());
        let stable = if is_final { words.len() } else { self.stable(words, from, margins, fixed, most).min(most) };
        let stable = stable.clamp(from, words.len());
        // An ending (`hotel` → `hoteles`, `mesa` → `mesa,`) is an addition too, as long as nothing stands behind it.
        let mut has_ending = false;
        if let (Some(last), Some(word)) = (self.committed.last_mut(), words.get(from.wrapping_sub(1)))
            && (stable > from || is_final)
            && word.extends(last)
        {
            *last = word.clone();
            has_ending = true;
        }
        self.committed.extend_from_slice(&words[from..stable]);
        self.tentative = words[stable..].to_vec();
        self.settled = stable;
        let same_tentative =
            before.1.len() == self.tentative.len() && before.1.iter().zip(&self.tentative).all(|(a, b)| a.same(b));
        has_ending || before.0 != self.committed.len() || !same_tentative
    }

    /// How many words of a hypothesis are stable, whose first `from` are done with; more than `most` aren't asked for.
    fn stable(&mut self, words: &[W], from: usize, margins: &[usize], fixed: usize, most: usize) -> usize {
        match self.policy {
            CommitPolicy::Native => fixed,
            CommitPolicy::FinalOnly => 0,
            CommitPolicy::HoldN { n } => words.len().saturating_sub(n),
            CommitPolicy::AlignAtt { last } => {
                let margins = margins.get(from..).unwrap_or_default();
                from + margins.iter().take_while(|margin| **margin >= last).count()
            }
            CommitPolicy::LocalAgreement { n } => {
                self.history.push((self.read, words[from..].to_vec()));
                let excess = self.history.len().saturating_sub(n.max(1));
                self.history.drain(..excess);
                if self.history.len() < n { 0 } else { from + self.agree(most.saturating_sub(from)) }
            }
            CommitPolicy::SourceTail { words: masked } => {
                self.history.push((self.read, words[from..].to_vec()));
                let is_old = |(length, _): &(usize, Vec<W>)| length + masked <= self.read;
                match self.history.iter().rposition(is_old) {
                    Some(oldest) => {
                        self.history.drain(..oldest);
                        from + self.agree(most.saturating_sub(from))
                    }
                    None => 0,
                }
            }
        }
    }

    /// How many words, up to `most`, all hypotheses of the history begin with; they are taken out of it.
    fn agree(&mut self, most: usize) -> usize {
        let Some((_, last)) = self.history.last() else { return 0 };
        let agrees = |i: &usize| self.history.iter().all(|(_, h)| h.get(*i).is_some_and(|w| w.same(&last[*i])));
        let agreed = (0..last.len().min(most)).take_while(agrees).count();
        self.history.iter_mut().for_each(|(_, h)| drop(h.drain(..agreed)));
        agreed
    }
}

#[cfg(test)]
mod tests;
