//! Turns what the encoder hears into text: one pass per temperature, until the text is worth believing.
//!
//! The order of `decode_with_fallback` (`whisper/transcribe.py`): likeliest first, sampled at higher temperatures when it
//! repeats itself or the model doubts it, and not at all when there is no speech (`shared/reference/models.md` §1.5).

use super::model::Model;
use super::rules::Rules;
use super::search::{Search, Way, Written, log_sum_exp, repeats};
use super::verify::Begun;
use crate::error::{Error, Result};
use crate::metrics;
use crate::onnx::decoder::Run;
use flate2::{Compression, write::ZlibEncoder};
use ndarray::{Array2, ArrayView1, s};
use std::collections::BTreeMap;
use std::io::Write;

/// The temperatures that are tried in turn.
pub const LADDER: &[f32] = &[0.0, 0.2, 0.4, 0.6, 0.8, 1.0];
/// Text that shrinks to less than 1/2.4 repeats itself.
const MOST_COMPRESSION: f32 = 2.4;
/// A lower mean log-probability is a doubt.
const LEAST_LOG_P: f32 = -1.0;
/// A higher probability of no speech is silence, where the text is in doubt, too.
const MOST_NO_SPEECH: f32 = 0.6;

/// How to decode.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Texts that grow side by side at temperature 0.
    pub beams: usize,
    /// Times as many texts as beams that must be finished before the best is taken.
    pub patience: f32,
    /// Whether times are written.
    pub times: bool,
    /// Tokens that a text may have; Whisper's own limit is half of its positions.
    pub most: usize,
    /// Whether a text that repeats itself ends there.
    pub stop_loops: bool,
    /// What to try in turn.
    pub temperatures: &'static [f32],
}

impl Default for Settings {
    /// OpenAI's: greedy, with times, up to 224 tokens, at all temperatures.
    fn default() -> Self {
        Self { beams: 1, patience: 1.0, times: true, most: 224, stop_loops: false, temperatures: LADDER }
    }
}

/// The text of a window.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Decoded {
    /// Its tokens, times among them.
    pub tokens: Vec<u32>,
    /// The log-probability of each.
    pub log_ps: Vec<f32>,
    /// Their mean, with that of the end.
    pub avg_log_p: f32,
    /// The probability that nobody speaks.
    pub no_speech: f32,
    /// At which temperature it was found.
    pub temperature: f32,
    /// Bytes of its text to bytes of the same, compressed.
    pub compression: f32,
    /// It ends in a loop.
    pub loops: bool,
}

impl Decoded {
    /// Whether nobody speaks in the window: it is skipped.
    pub fn is_silence(&self) -> bool {
        self.no_speech > MOST_NO_SPEECH && self.avg_log_p <= LEAST_LOG_P
    }

    /// Whether it says the same again and again.
    pub fn is_repetitive(&self) -> bool {
        self.loops || self.compression > MOST_COMPRESSION
    }

    /// Whether another temperature might do better.
    pub fn is_doubtful(&self) -> bool {
        (self.is_repetitive() || self.avg_log_p < LEAST_LOG_P) && !self.is_silence()
    }

    /// What is better where all are doubtful (faster-whisper's rule): the likeliest that doesn't repeat itself.
    fn is_better_than(&self, other: &Self) -> bool {
        let rank = |d: &Self| (!d.is_repetitive(), d.avg_log_p);
        rank(self) > rank(other)
    }
}

impl Model {
    /// Decodes windows, one for each row of `sound`. `prefixes`: what the decoder is given first.
    ///
    /// # Errors
    /// When the model fails.
    pub fn decode(&mut self, sound: &Run, prefixes: &[Vec<u32>], settings: &Settings) -> Result<Vec<Decoded>> {
        let begun = |prefix: &Vec<u32>| Begun { prefix: prefix.clone(), ..Begun::default() };
        self.decode_drafts(sound, &prefixes.iter().map(begun).collect::<Vec<_>>(), settings)
    }

    /// As [`decode`](Self::decode), with drafts, which change what it costs and nothing else.
    ///
    /// # Errors
    /// When the model fails.
    pub fn decode_drafts(&mut self, sound: &Run, begun: &[Begun], settings: &Settings) -> Result<Vec<Decoded>> {
        metrics::get().updates.with_label_values(&["asr"]).inc_by(begun.len() as u64);
        let mut best: Vec<Option<Decoded>> = vec![None; begun.len()];
        for &temperature in settings.temperatures {
            let is_open = |i: &usize| best[*i].as_ref().is_none_or(Decoded::is_doubtful);
            let open: Vec<usize> = (0..begun.len()).filter(is_open).collect();
            let is_greedy = temperature == 0.0 && settings.beams <= 1;
            for group in if is_greedy { vec![open] } else { by_length(&open, begun) } {
                if group.is_empty() {
                    continue;
                }
                let mut rows = sound.clone();
                rows.select(&group)?;
                let new = if is_greedy {
                    let begun: Vec<&Begun> = group.iter().map(|i| &begun[*i]).collect();
                    self.greedy(rows, &begun, settings)?
                } else {
                    let given: Vec<&[u32]> = group.iter().map(|i| begun[*i].prefix.as_slice()).collect();
                    self.pass(rows, &given, settings, temperature)?
                };
                for (i, new) in group.into_iter().zip(new) {
                    // A doubtful one gives way to one that is not, and else to a better one.
                    if best[i].as_ref().is_none_or(|old| !new.is_doubtful() || new.is_better_than(old)) {
                        best[i] = Some(new);
                    }
                }
            }
        }
        Ok(best.into_iter().map(Option::unwrap_or_default).collect())
    }

    /// Decodes beginnings of one length with several beams, or at one temperature.
    fn pass(&mut self, mut run: Run, given: &[&[u32]], settings: &Settings, temperature: f32) -> Result<Vec<Decoded>> {
        let length = given.first().map_or(0, |g| g.len());
        if given.iter().any(|g| g.len() != length) {
            return Err(Error::failed("windows with unequal beginnings"));
        }
        let rules = Rules::new(&self.tokens, settings.times);
        // The decoder has no more positions.
        let most = settings.most.min((self.positions + 1).saturating_sub(length)).max(1);
        let Settings { beams, patience, stop_loops, .. } = *settings;
        let way = Way { beams, temperature, patience, most, stop_loops };
        let mut searches: Vec<Search> = given.iter().map(|_| Search::new(&rules, self.tokens.end, way)).collect();
        let mut no_speech = Vec::new();
        // Each open window and its rows, which stand side by side.
        let mut open: Vec<(usize, usize)> = (0..given.len()).map(|window| (window, 1)).collect();
        let mut next = Array2::from_shape_fn((given.len(), length), |(row, i)| i64::from(given[row][i]));
        while !open.is_empty() {
            let step = self.step(&mut run, &next)?;
            if no_speech.is_empty() {
                let start = |g: &&[u32]| g.iter().position(|t| *t == self.tokens.start).unwrap_or(0);
                let of = |(row, g)| self.no_speech(step.logits.slice(s![row, start(g), ..]));
                no_speech = given.iter().enumerate().map(of).collect();
            }
            let logits = step.last();
            let (mut rows, mut tokens, mut still, mut at) = (Vec::new(), Vec::new(), Vec::new(), 0);
            for (window, width) in open {
                if let Some(next) = searches[window].step(logits.slice(s![at..at + width, ..])) {
                    still.push((window, next.rows.len()));
                    rows.extend(next.rows.iter().map(|row| at + row));
                    tokens.extend(next.tokens);
                }
                at += width;
            }
            open = still;
            run.select(&rows)?;
            next = Array2::from_shape_fn((tokens.len(), 1), |(row, _)| i64::from(tokens[row]));
        }
        let best = searches.into_iter().map(Search::best);
        Ok(best.zip(no_speech).map(|(written, p)| self.judge(written, p, temperature)).collect())
    }

    /// The probability of no speech, from the logits after the start token.
    pub(super) fn no_speech(&self, logits: ArrayView1<'_, f32>) -> f32 {
        let logits = logits.to_vec();
        let logit = self.tokens.no_speech.and_then(|id| logits.get(id as usize).copied());
        logit.map_or(0.0, |l| (l - log_sum_exp(&logits)).exp())
    }

    pub(super) fn judge(&self, written: Written, no_speech: f32, temperature: f32) -> Decoded {
        let words: Vec<u32> = written.tokens.iter().copied().filter(|t| *t < self.tokens.end).collect();
        Decoded {
            avg_log_p: written.sum / (written.tokens.len() + 1) as f32,
            compression: compression(self.tokens.text(&words).trim()),
            loops: repeats(&words),
            tokens: written.tokens,
            log_ps: written.log_ps,
            no_speech,
            temperature,
        }
    }
}

/// Rows with beginnings of one length.
fn by_length(rows: &[usize], begun: &[Begun]) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    rows.iter().for_each(|row| groups.entry(begun[*row].prefix.len()).or_default().push(*row));
    groups.into_values().collect()
}

/// How many times shorter zlib makes a text.
fn compression(text: &str) -> f32 {
    // Our zlib's best is what the reference's zlib does by default.
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    let compressed = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
    compressed.map_or(0.0, |c| text.len() as f32 / c.len().max(1) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetition_compresses_well() {
        assert_eq!(compression(""), 0.0);
        assert!(compression("Where is the train station?") < 1.2);
        // len(t) / len(zlib.compress(t)) in Python.
        assert!((compression(&"no, no, ".repeat(40)) - 320.0 / 16.0).abs() < 1.5);
        assert!((compression("Thank you for watching. Thank you for watching.") - 47.0 / 35.0).abs() < 0.05);
    }

    #[test]
    fn doubt_and_silence_are_told_apart() {
        let good = Decoded { avg_log_p: -0.3, compression: 1.2, ..Decoded::default() };
        assert!(!good.is_doubtful() && !good.is_silence());
        let unlikely = Decoded { avg_log_p: -1.2, ..good.clone() };
        assert!(unlikely.is_doubtful() && !unlikely.is_silence());
        let silent = Decoded { no_speech: 0.7, ..unlikely.clone() };
        assert!(!silent.is_doubtful() && silent.is_silence());
        assert!(!Decoded { no_speech: 0.7, ..good.clone() }.is_silence(), "who is sure of the words hears speech");
        let looping = Decoded { compression: 3.0, ..good.clone() };
        assert!(looping.is_doubtful() && unlikely.is_better_than(&looping) && good.is_better_than(&unlikely));
    }
}
