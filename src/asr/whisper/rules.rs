//! Turns a step's logits into those of what may be written next: OpenAI's rules, in OpenAI's order. Pure.
//!
//! `shared/reference/models.md` §1.5 and `whisper/decoding.py`: `SuppressBlank`, `SuppressTokens`, `ApplyTimestampRules`.

use super::tokens::Tokens;

/// The first time is at most so late: 1 s, in steps of 0.02 s.
const LATEST_FIRST: u32 = 50;

/// What may be written when.
#[derive(Debug, Clone)]
pub struct Rules {
    end: u32,
    suppress: Vec<u32>,
    begin_suppress: Vec<u32>,
    /// The tokens for "no times" and the time 0, where times are to be written.
    times: Option<(u32, u32)>,
}

impl Rules {
    /// The rules of a model, with or without times in its text.
    pub fn new(tokens: &Tokens, times: bool) -> Self {
        Self {
            end: tokens.end,
            suppress: tokens.suppress.clone(),
            begin_suppress: tokens.begin_suppress.clone(),
            times: times.then_some((tokens.no_timestamps, tokens.timestamps)),
        }
    }

    /// No rules.
    #[cfg(test)]
    pub fn none(end: u32) -> Self {
        Self { end, suppress: Vec::new(), begin_suppress: Vec::new(), times: None }
    }

    /// Forbids what may not follow the tokens written so far.
    pub fn apply(&self, logits: &mut [f32], written: &[u32]) {
        if written.is_empty() {
            forbid(logits, &self.begin_suppress);
        }
        forbid(logits, &self.suppress);
        if let Some((no_timestamps, zero)) = self.times {
            forbid(logits, &[no_timestamps]);
            self.pair_times(logits, written, zero);
            prefer_times(logits, zero);
        }
    }

    /// Times come in pairs, grow, and stand at the start.
    fn pair_times(&self, logits: &mut [f32], written: &[u32], zero: u32) {
        let is_time = |token: Option<&u32>| token.is_some_and(|t| *t >= zero);
        let last = is_time(written.last());
        let before_last = written.len() < 2 || is_time(written.get(written.len() - 2));
        if last && before_last {
            forbid_range(logits, zero, u32::MAX);
        } else if last {
            forbid_range(logits, 0, self.end);
        }
        if let Some(latest) = written.iter().rev().find(|t| **t >= zero) {
            // A segment begins where the last one ended, or later; it isn't empty.
            let earliest = if last && !before_last { *latest } else { latest + 1 };
            forbid_range(logits, zero, earliest);
        }
        if written.is_empty() {
            forbid_range(logits, 0, zero);
            forbid_range(logits, zero + LATEST_FIRST + 1, u32::MAX);
        }
    }
}

/// Where a time, whichever, is likelier than the likeliest text, it is a time.
fn prefer_times(logits: &mut [f32], zero: u32) {
    let (text, times) = logits.split_at_mut((zero as usize).min(logits.len()));
    let most = |of: &[f32]| of.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let (text_most, times_most) = (most(text), most(times));
    let times_all = times_most + times.iter().map(|l| (l - times_most).exp()).sum::<f32>().ln();
    if times_most > f32::NEG_INFINITY && times_all > text_most {
        text.fill(f32::NEG_INFINITY);
    }
}

fn forbid(logits: &mut [f32], tokens: &[u32]) {
    for token in tokens {
        if let Some(logit) = logits.get_mut(*token as usize) {
            *logit = f32::NEG_INFINITY;
        }
    }
}

fn forbid_range(logits: &mut [f32], from: u32, to: u32) {
    let to = (to as usize).min(logits.len());
    if let Some(range) = logits.get_mut(from as usize..to) {
        range.fill(f32::NEG_INFINITY);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Text 0 to 4, of which 1 is never and 2 not first; end 5; "no times" 6; times 7 to 69.
    fn rules(times: bool) -> Rules {
        Rules { end: 5, suppress: vec![1], begin_suppress: vec![2, 5], times: times.then_some((6, 7)) }
    }

    fn allowed(rules: &Rules, written: &[u32]) -> Vec<u32> {
        // Text is likely enough for no time to be preferred.
        let mut logits: Vec<f32> = (0..70).map(|i| if i < 7 { 9.0 } else { 0.0 }).collect();
        rules.apply(&mut logits, written);
        (0..70).filter(|i| logits[*i as usize] > f32::NEG_INFINITY).collect()
    }

    #[test]
    fn without_times_only_lists_count() {
        let mut text = allowed(&rules(false), &[]);
        text.truncate(4);
        assert_eq!(text, [0, 3, 4, 6]);
        assert_eq!(allowed(&rules(false), &[3])[..5], [0, 2, 3, 4, 5]);
    }

    #[test]
    fn the_first_token_is_an_early_time() {
        assert_eq!(allowed(&rules(true), &[]), (7..=57).collect::<Vec<_>>());
    }

    #[test]
    fn times_come_in_pairs_and_grow() {
        let rules = rules(true);
        assert_eq!(allowed(&rules, &[10]), [0, 2, 3, 4, 5], "after the first time there is text");
        assert_eq!(allowed(&rules, &[10, 3])[..6], [0, 2, 3, 4, 5, 11], "a segment is not empty");
        assert_eq!(allowed(&rules, &[10, 3, 20])[..2], [5, 20], "after the end of a segment another one, or none");
        assert_eq!(allowed(&rules, &[10, 3, 20, 20]), [0, 2, 3, 4, 5], "after two times there is text");
        assert_eq!(allowed(&rules, &[10, 3, 20, 20, 3])[..6], [0, 2, 3, 4, 5, 21]);
    }

    #[test]
    fn many_unlikely_times_outweigh_one_likely_word() {
        let mut logits = vec![0.0; 70];
        logits[3] = 3.0;
        rules(true).apply(&mut logits, &[10, 3]);
        assert_eq!(logits[3], f32::NEG_INFINITY);
        logits = vec![0.0; 70];
        logits[3] = 5.0;
        rules(true).apply(&mut logits, &[10, 3]);
        assert_eq!(logits[3], 5.0);
    }

    #[test]
    fn a_vocabulary_that_is_too_small_does_no_harm() {
        let mut logits = vec![0.0; 3];
        rules(true).apply(&mut logits, &[]);
        assert!(logits.iter().all(|l| *l == f32::NEG_INFINITY));
    }
}
