//! Turns a row of speech probabilities into utterances: where speech starts, and the decision that it ended.
//!
//! Pure: no sound, no model, no clock but the count of samples. The rules are data ([`EndpointRules`]).

use crate::audio::{StreamTime, samples_in_ms};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// When speech begins and ends. All times in milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EndpointRules {
    /// Speech is at least this probable when an utterance starts. earshot's false alarms on hum vanish above 0.6.
    pub start_probability: f32,
    /// Below this probability a window counts as silence (lower than the start, so that it doesn't flutter).
    pub end_probability: f32,
    /// Speech must last this long before an utterance starts: shorter is a click.
    pub min_speech_ms: u32,
    /// Audio kept from before the start, since the first consonant is often softer than the threshold.
    pub pre_roll_ms: u32,
    /// Silence after which an utterance ends (the hangover).
    pub trailing_silence_ms: u32,
    /// An utterance of this length ends at the next short pause (`long_trailing_silence_ms`).
    pub long_utterance_ms: u32,
    /// What is a short pause for a long utterance.
    pub long_trailing_silence_ms: u32,
    /// An utterance of this length ends wherever it is.
    pub max_utterance_ms: u32,
}

impl Default for EndpointRules {
    fn default() -> Self {
        Self {
            start_probability: 0.6,
            end_probability: 0.4,
            min_speech_ms: 64,
            pre_roll_ms: 320,
            trailing_silence_ms: 600,
            long_utterance_ms: 8_000,
            long_trailing_silence_ms: 200,
            max_utterance_ms: 15_000,
        }
    }
}

/// What the rules decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// An utterance starts here; the time lies in the past by the pre-roll.
    Start(StreamTime),
    /// The open utterance ends here.
    End(StreamTime),
}

/// One session's state.
#[derive(Debug)]
pub struct Endpointer {
    rules: EndpointRules,
    now: StreamTime,
    open_since: Option<StreamTime>,
    floor: StreamTime,
    speech_run: u64,
    silence_run: u64,
}

impl Endpointer {
    /// Silence, at the session's start.
    pub fn new(rules: EndpointRules) -> Self {
        Self { rules, now: StreamTime(0), open_since: None, floor: StreamTime(0), speech_run: 0, silence_run: 0 }
    }

    /// When the open utterance started.
    pub fn open_since(&self) -> Option<StreamTime> {
        self.open_since
    }

    /// Takes the next window of `samples` with its speech probability.
    pub fn push(&mut self, samples: u64, probability: f32) -> Option<Decision> {
        self.now = self.now.plus(samples);
        match self.open_since {
            None => self.while_silent(samples, probability),
            Some(start) => self.while_speaking(start, samples, probability),
        }
    }

    fn while_silent(&mut self, samples: u64, probability: f32) -> Option<Decision> {
        self.speech_run = if probability >= self.rules.start_probability { self.speech_run + samples } else { 0 };
        if self.speech_run < samples_in_ms(self.rules.min_speech_ms).max(1) {
            return None;
        }
        // Never before the end of the last utterance: no sound is recognised twice.
        let start = self.now.minus(self.speech_run + samples_in_ms(self.rules.pre_roll_ms)).max(self.floor);
        self.open_since = Some(start);
        self.silence_run = 0;
        Some(Decision::Start(start))
    }

    fn while_speaking(&mut self, start: StreamTime, samples: u64, probability: f32) -> Option<Decision> {
        self.silence_run = if probability < self.rules.end_probability { self.silence_run + samples } else { 0 };
        let length = self.now.0 - start.0;
        let enough_silence = if length >= samples_in_ms(self.rules.long_utterance_ms) {
            self.rules.long_trailing_silence_ms.min(self.rules.trailing_silence_ms)
        } else {
            self.rules.trailing_silence_ms
        };
        let ended = self.silence_run >= samples_in_ms(enough_silence).max(1)
            || length >= samples_in_ms(self.rules.max_utterance_ms);
        ended.then(|| self.close())
    }

    /// Ends the open utterance now, if there is one (end of stream, a gap).
    pub fn finish(&mut self) -> Option<Decision> {
        self.open_since.is_some().then(|| self.close())
    }

    fn close(&mut self) -> Decision {
        self.open_since = None;
        self.speech_run = 0;
        self.floor = self.now;
        Decision::End(self.now)
    }

    /// Jumps over lost audio.
    pub fn skip(&mut self, samples: u64) {
        self.now = self.now.plus(samples);
        self.floor = self.now;
        self.speech_run = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listen::vad::WINDOW;
    use proptest::prelude::*;

    fn run(probabilities: &[f32], rules: EndpointRules) -> Vec<Decision> {
        let mut endpointer = Endpointer::new(rules);
        let mut decisions: Vec<_> = probabilities.iter().filter_map(|&p| endpointer.push(WINDOW as u64, p)).collect();
        decisions.extend(endpointer.finish());
        decisions
    }

    fn windows(ms: u32) -> usize {
        samples_in_ms(ms) as usize / WINDOW
    }

    #[test]
    fn speech_opens_with_pre_roll_and_closes_after_the_hangover() {
        let mut p = vec![0.0; windows(1_600)];
        p.extend(vec![0.9; windows(1_600)]);
        p.extend(vec![0.0; windows(1_600)]);
        let decisions = run(&p, EndpointRules::default());
        assert_eq!(decisions.len(), 2);
        assert_eq!(decisions[0], Decision::Start(StreamTime(samples_in_ms(1_600 - 320))));
        let Decision::End(end) = decisions[1] else { panic!("no end") };
        assert!(end.0.abs_diff(samples_in_ms(3_800)) <= WINDOW as u64, "{end:?}");
    }

    #[test]
    fn a_click_is_not_speech() {
        let mut p = vec![0.0; 100];
        p[50] = 1.0;
        assert_eq!(run(&p, EndpointRules::default()), []);
    }

    #[test]
    fn endless_speech_is_cut() {
        let p = vec![0.9; windows(40_000)];
        let decisions = run(&p, EndpointRules::default());
        assert!(decisions.len() >= 6, "{decisions:?}");
    }

    proptest! {
        #[test]
        fn utterances_never_overlap_and_are_bounded(p in proptest::collection::vec(0.0f32..1.0, 0..3_000)) {
            let rules = EndpointRules { max_utterance_ms: 3_000, ..EndpointRules::default() };
            let mut last = 0;
            for pair in run(&p, rules).chunks(2) {
                let [Decision::Start(start), Decision::End(end)] = pair else { panic!("not a pair: {pair:?}") };
                prop_assert!(start.0 >= last && end.0 > start.0);
                prop_assert!(end.0 - start.0 <= samples_in_ms(3_000) + WINDOW as u64);
                last = end.0;
            }
        }
    }
}
