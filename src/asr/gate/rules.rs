//! What must be known of an utterance before its words are shown: `[recognise.gate]`.
//!
//! Each figure was chosen on one half of the sounds and recordings of `benches/gate` and checked on the other: with them an
//! hour of sounds that nobody speaks in leaves one to five words of 450. What each holds back is in the README.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[recognise.gate]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GateRules {
    /// Whether words need evidence at all.
    pub enabled: bool,
    /// The mean probability of voice, from the first window with voice to the last, is at least this: beeps and chords
    /// reach 0.5 to 0.7, speech in as much noise 0.75. 0: not tested.
    pub voice: f32,
    /// The level swings by so many dB (between the 10th and the 90th percentile of windows): speech by 14 where noise is
    /// 10 dB below it, by 10 where 5 dB; eight voices at once by less than 8. 0: not tested.
    pub swing: f32,
    /// Five words or more with at least this mean probability need no swing: who is sure of that much understood it through
    /// the noise. More than 1: never.
    pub sure: f32,
    /// So many letters for each second of voice at the least: music gives a word now and then. 0: not tested.
    pub slowest: f32,
    /// So many letters for each second of voice at the most: people say up to nine syllables a second (Coupé et al. 2019), and
    /// the fastest speech that we measured has 24 letters.
    pub fastest: f32,
    /// The mean probability of the words is at least this: less is noise to the recogniser itself.
    pub least: f32,
    /// Words that stand so often in a row, and are six or more in all, are a loop and stand there once. 0: not tested.
    pub repeats: usize,
}

impl Default for GateRules {
    fn default() -> Self {
        Self { enabled: true, voice: 0.75, swing: 9.0, sure: 0.75, slowest: 3.0, fastest: 35.0, least: 0.2, repeats: 4 }
    }
}

impl GateRules {
    /// Lets everything pass.
    pub fn off() -> Self {
        Self { enabled: false, ..Self::default() }
    }
}
