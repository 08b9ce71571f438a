//! Turns the captions of one recording in one language, as they came, into what each dial showed and when each word
//! (or character: [`Unit`]) was committed. Pure: times come with the captions.

use super::erasure::Erasure;
use super::words::Unit;
use crate::event::Caption;
use crate::hub::fanout::Dial;
use std::collections::BTreeMap;

/// A committed word, or character, and when it was, in seconds of the recording, by both clocks.
#[derive(Debug, Clone, PartialEq)]
pub struct Committed {
    /// The word or character.
    pub word: String,
    /// How much had been heard.
    pub heard: f64,
    /// When it was really out.
    pub out: f64,
}

/// What a listener would have got to see.
#[derive(Debug, Clone, Default)]
pub struct Track {
    /// What is counted of its language.
    pub unit: Unit,
    /// By utterance: the committed text.
    said: BTreeMap<u64, String>,
    /// By utterance: all committed words.
    committed: BTreeMap<u64, Vec<Committed>>,
    /// By utterance and dial: the texts shown, one after another.
    shown: BTreeMap<(u64, usize), Vec<String>>,
    /// When the first word was shown at all, by both clocks.
    pub first: Option<(f64, f64)>,
    /// When the first word was committed.
    pub first_committed: Option<(f64, f64)>,
    /// Committed words that changed: none, or a promise is broken.
    pub broken: usize,
}

impl Track {
    /// Nothing yet, of which this is counted.
    pub fn new(unit: Unit) -> Self {
        Self { unit, ..Self::default() }
    }

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
        let words = self.unit.split(&caption.committed);
        if !words.is_empty() {
            self.first_committed.get_or_insert((heard, out));
        }
        self.said.insert(caption.utterance, caption.committed.clone());
        let known = self.committed.entry(caption.utterance).or_default();
        let same = known.iter().zip(&words).take_while(|(k, w)| k.word == **w).count();
        // A last word may get an ending; more than that must not change.
        self.broken += (known.len() - same).saturating_sub(usize::from(self.unit == Unit::Word));
        known.truncate(same);
        known.extend(words[same..].iter().map(|word| Committed { word: (*word).to_owned(), heard, out }));
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
        for (first, real) in [(&mut self.first, real.first), (&mut self.first_committed, real.first_committed)] {
            if let (Some(first), Some(real)) = (first, real) {
                first.1 = real.1;
            }
        }
    }

    /// The words that came together, by both clocks. A word that got an ending came with it.
    pub fn steps(&self) -> Vec<(f64, f64, Vec<&str>)> {
        let mut steps: Vec<(f64, f64, Vec<&str>)> = Vec::new();
        for word in self.words() {
            match steps.last_mut().filter(|step| (step.0, step.1) == (word.heard, word.out)) {
                Some(step) => step.2.push(&word.word),
                None => steps.push((word.heard, word.out, vec![&word.word])),
            }
        }
        steps
    }

    /// All committed words, or characters.
    pub fn words(&self) -> impl Iterator<Item = &Committed> {
        self.committed.values().flatten()
    }

    /// The whole text.
    pub fn text(&self) -> String {
        self.said.values().flat_map(|text| text.split_whitespace()).collect::<Vec<_>>().join(" ")
    }

    /// What a dial took back.
    pub fn erasure(&self, dial: usize) -> Erasure {
        let mut all = Erasure::default();
        self.shown.iter().filter(|((_, d), _)| *d == dial).for_each(|(_, texts)| all += Erasure::of(self.unit, texts));
        all
    }
}
