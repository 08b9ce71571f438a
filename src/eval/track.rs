//! Turns the captions of one recording in one language, as they came, into what each dial showed and when each word was
//! committed. Pure: times come with the captions.

use super::erasure::Erasure;
use crate::event::Caption;
use crate::hub::fanout::Dial;
use std::collections::BTreeMap;

/// A committed word and when it was, in seconds of the recording, by both clocks.
#[derive(Debug, Clone, PartialEq)]
pub struct Committed {
    /// The word.
    pub word: String,
    /// How much had been heard.
    pub heard: f64,
    /// When it was really out.
    pub out: f64,
}

/// What a listener would have got to see.
#[derive(Debug, Clone, Default)]
pub struct Track {
    /// By utterance: all committed words.
    committed: BTreeMap<u64, Vec<Committed>>,
    /// By utterance and dial: the texts shown, one after another.
    shown: BTreeMap<(u64, usize), Vec<String>>,
    /// When the first word was shown at all, by both clocks.
    pub first: Option<(f64, f64)>,
    /// Each change of the committed text: what was heard, what it took since, the words.
    pub steps: Vec<(f64, f64, Vec<String>)>,
    /// Committed words that changed: none, or a promise is broken.
    pub broken: usize,
}

impl Track {
    /// Takes a caption that came when so much had been `heard`, and was `out` then.
    pub fn see(&mut self, caption: &Caption, heard: f64, out: f64) {
        for (i, (_, dial)) in Dial::NAMES.iter().enumerate() {
            let tentative = dial.tentative(caption);
            let text = [caption.committed.as_str(), tentative].join(" ").trim().to_owned();
            if !text.is_empty() {
                self.first.get_or_insert((heard, out));
            }
            self.shown.entry((caption.utterance, i)).or_default().push(text);
        }
        let words: Vec<&str> = caption.committed.split_whitespace().collect();
        let known = self.committed.entry(caption.utterance).or_default();
        let same = known.iter().zip(&words).take_while(|(k, w)| k.word == **w).count();
        // A last word may get an ending; more than that must not change.
        self.broken += (known.len() - same).saturating_sub(1);
        known.truncate(same);
        let new: Vec<String> = words[same..].iter().map(|w| (*w).to_owned()).collect();
        known.extend(new.iter().map(|word| Committed { word: word.clone(), heard, out }));
        if !new.is_empty() {
            self.steps.push((heard, out, new));
        }
    }

    /// Takes the real times of another run of the same recording, word by word.
    pub fn time_as(&mut self, real: &Self) {
        let times: Vec<f64> = real.words().map(|w| w.out).collect();
        let last = times.last().copied().unwrap_or_default();
        self.committed
            .values_mut()
            .flatten()
            .enumerate()
            .for_each(|(i, w)| w.out = times.get(i).copied().unwrap_or(last));
        if let (Some(first), Some(real)) = (&mut self.first, real.first) {
            first.1 = real.1;
        }
    }

    /// All committed words.
    pub fn words(&self) -> impl Iterator<Item = &Committed> {
        self.committed.values().flatten()
    }

    /// The whole text.
    pub fn text(&self) -> String {
        self.words().map(|w| w.word.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// What a dial took back.
    pub fn erasure(&self, dial: usize) -> Erasure {
        let mut all = Erasure::default();
        self.shown.iter().filter(|((_, d), _)| *d == dial).for_each(|(_, texts)| all += Erasure::of(texts));
        all
    }
}
