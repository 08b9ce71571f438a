//! The evidence gate of one utterance: turns a recogniser's words into those that somebody may have said. Pure.
//!
//! Recognisers write words where nobody speaks: into music, hum, and the babble of many voices. The utterance is judged as a
//! whole with each update, by its sound ([`evidence`]) and by its words; while something speaks against it, the update
//! changes nothing that is shown. What was committed before stays. Loops are cut first ([`repetition`]).

pub mod evidence;
pub mod repetition;
mod rules;

pub use rules::GateRules;

use crate::text::Word;
use evidence::{Sound, certainty, letters};
use repetition::Kept;

/// So many words that the recogniser is sure of need no swing.
const MANY: usize = 5;

/// What speaks against an utterance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// The recogniser wrote nothing.
    Silent,
    /// The recogniser doubts its words.
    Unsure,
    /// It doesn't sound like a voice.
    NoVoice,
    /// Its level is too even for one voice.
    Even,
    /// So few words in so much voice.
    Slow,
    /// Nobody speaks as fast.
    Fast,
}

impl Doubt {
    /// As metrics call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Silent => "silent",
            Self::Unsure => "unsure",
            Self::NoVoice => "no-voice",
            Self::Even => "even",
            Self::Slow => "slow",
            Self::Fast => "fast",
        }
    }
}

/// One utterance's gate.
#[derive(Debug, Clone)]
pub struct Gate {
    rules: GateRules,
    sound: Sound,
}

impl Gate {
    /// Nothing is known yet.
    pub fn new(rules: &GateRules) -> Self {
        Self { rules: rules.clone(), sound: Sound::default() }
    }

    /// Hears the utterance's samples, and how probable voice is in each window of them.
    pub fn hear(&mut self, samples: &[f32], voice: &[f32]) {
        if self.rules.enabled {
            self.sound.hear(samples, voice);
        }
    }

    /// The words without loops.
    pub fn without_loops(&self, words: &[Word]) -> Kept {
        let texts: Vec<&str> = words.iter().map(|w| w.text.as_str()).collect();
        repetition::cut(&texts, if self.rules.enabled { self.rules.repeats } else { 0 })
    }

    /// What speaks against showing these words; nothing, where the gate is off.
    pub fn doubt(&self, words: &[&Word]) -> Option<Doubt> {
        if !self.rules.enabled {
            return None;
        }
        let GateRules { voice, swing, sure, slowest, fastest, least, .. } = self.rules;
        let (count, certainty) = (words.len(), certainty(words));
        let pace = letters(words) as f32 / self.sound.seconds().max(f32::EPSILON);
        let is_sure = count >= MANY && certainty >= sure;
        let against = [
            (Doubt::Silent, count == 0),
            (Doubt::Unsure, certainty < least),
            (Doubt::NoVoice, self.sound.voice() < voice),
            (Doubt::Even, !is_sure && self.sound.swing() < swing),
            (Doubt::Slow, pace < slowest),
            (Doubt::Fast, pace > fastest),
        ];
        against.into_iter().find(|(_, is_so)| *is_so).map(|(doubt, _)| doubt)
    }
}

#[cfg(test)]
mod tests;
