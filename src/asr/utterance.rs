//! One open utterance: turns a recogniser's updates into what is told of it, as far as the gate believes them.

use super::Update;
use super::gate::repetition::Kept;
use super::gate::{Doubt, Gate, GateRules};
use crate::audio::StreamTime;
use crate::metrics;
use crate::pipeline::item::{Flow, Recognised, Session};
use crate::stabilise::{CommitPolicy, Stabiliser};
use crate::text::{Hypothesis, Lang, Word};
use std::sync::Arc;

/// What is known of it.
pub(super) struct Open {
    pub session: Arc<Session>,
    /// Sound that is held back until there is enough of it for another pass.
    pub held: Vec<f32>,
    utterance: u64,
    lang: Lang,
    at: StreamTime,
    stabiliser: Stabiliser<Word>,
    gate: Gate,
    is_shown: bool,
}

impl Open {
    /// An utterance of this number that begins at a time.
    pub fn new(
        session: &Arc<Session>,
        (utterance, at): (u64, StreamTime),
        policy: CommitPolicy,
        gate: &GateRules,
    ) -> Self {
        let (stabiliser, gate) = (Stabiliser::new(policy), Gate::new(gate));
        let (lang, session, held) = (session.lang.clone(), session.clone(), Vec::new());
        Self { session, held, utterance, lang, at, stabiliser, gate, is_shown: false }
    }

    /// Hears samples, and how probable voice is in each window of them.
    pub fn hear(&mut self, samples: &[f32], voice: &[f32]) {
        self.gate.hear(samples, voice);
    }

    /// Takes an update. While something speaks against its words, it changes nothing; in the end, only what is committed
    /// stays. -> how many words of its hypothesis will stay, and what is to be told
    pub fn take(&mut self, update: &Update) -> (usize, Option<Flow<Recognised>>) {
        let Hypothesis { words, fixed, margins } = &update.hypothesis;
        let Kept { places, open } = self.gate.without_loops(words);
        let kept: Vec<&Word> = places.iter().map(|i| &words[*i]).collect();
        let doubt = self.gate.doubt(&kept);
        let is_changed = if doubt.is_some() {
            update.is_done && self.stabiliser.update(&[], 0, true)
        } else {
            let kept: Vec<Word> = kept.into_iter().cloned().collect();
            let fixed = places.iter().filter(|i| *i < fixed).count();
            let margins: Vec<usize> = places.iter().map_while(|i| margins.get(*i).copied()).collect();
            self.stabiliser.update_open(&kept, &margins, fixed, open, update.is_done)
        };
        if update.is_done {
            self.count(doubt, places.len(), words.len());
        }
        let settled = if doubt.is_none() { self.stabiliser.settled() } else { 0 };
        let settled = settled.checked_sub(1).and_then(|last| places.get(last)).map_or(0, |last| last + 1);
        (settled, self.told(update, is_changed))
    }

    /// Counts what the gate held back in the end, of so many words that it judged, of so many that there were.
    fn count(&self, doubt: Option<Doubt>, judged: usize, all: usize) {
        let held = |reason: &str, words: usize| {
            metrics::get().words_held.with_label_values(&[reason]).inc_by(words as u64);
        };
        held("loop", all - judged);
        let reason = doubt.unwrap_or(Doubt::Silent).name();
        if doubt.is_some() {
            held(reason, judged.saturating_sub(self.stabiliser.committed().len()));
        }
        if !self.is_told() {
            metrics::get().nothing_heard.with_label_values(&[reason]).inc();
        }
    }

    /// Whether there is a caption of it.
    fn is_told(&self) -> bool {
        self.is_shown || self.stabiliser.has_text()
    }

    fn told(&mut self, update: &Update, is_changed: bool) -> Option<Flow<Recognised>> {
        if !self.is_told() {
            // A noise: there is no caption of it.
            let (utterance, start, end) = (self.utterance, self.at, self.at.plus(update.heard));
            return update.is_done.then_some(Flow::Nothing { utterance, start, end });
        }
        if !is_changed && !update.is_done {
            return None;
        }
        // What was shown in a language stays in it.
        if let Some(lang) = update.lang.clone().filter(|_| !self.is_shown) {
            self.lang = lang;
        }
        self.is_shown = true;
        Some(Flow::Data(self.recognised(update)))
    }

    fn recognised(&self, update: &Update) -> Recognised {
        let on_session = |w: &Word| Word { start: w.start.plus(self.at.0), end: w.end.plus(self.at.0), ..w.clone() };
        Recognised {
            utterance: self.utterance,
            lang: self.lang.clone(),
            committed: self.stabiliser.committed().iter().map(on_session).collect(),
            tentative: self.stabiliser.tentative().iter().map(on_session).collect(),
            steady: self.stabiliser.steady(),
            is_final: update.is_done,
            start: self.at,
            heard: self.at.plus(update.heard),
            flags: Vec::new(),
        }
    }
}
