//! Turns rows of logits into the text they make likeliest: greedy, sampled, or with several beams. Pure.
//!
//! The bookkeeping of OpenAI's `GreedyDecoder` and `BeamSearchDecoder` (`whisper/decoding.py`): a search ends when as
//! many texts are finished as there are beams (times a patience), and the best is the one with the highest mean log-probability.

use super::rules::Rules;
use ndarray::ArrayView2;

/// A text in the making.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Written {
    /// Its tokens, without the end.
    pub tokens: Vec<u32>,
    /// The log-probability of each among what the rules allow.
    pub log_ps: Vec<f32>,
    /// Their sum, with that of the end.
    pub sum: f32,
}

/// What the next model pass needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Next {
    /// Which row each beam continues.
    pub rows: Vec<usize>,
    /// With which token.
    pub tokens: Vec<u32>,
}

/// How to look for the text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Way {
    /// Texts that grow side by side; one where sampling.
    pub beams: usize,
    /// 0: the likeliest; more: drawn from the logits divided by it.
    pub temperature: f32,
    /// Times as many texts as beams that must be finished (Kasai et al. 2022); usually 1.
    pub patience: f32,
    /// Tokens that a text may have.
    pub most: usize,
    /// Whether a text that repeats itself ends there.
    pub stop_loops: bool,
}

/// One search. It begins with one row; each step says which rows there are next.
pub struct Search<'r> {
    rules: &'r Rules,
    end: u32,
    way: Way,
    /// Texts that must be finished.
    enough: usize,
    open: Vec<Written>,
    done: Vec<Written>,
    steps: usize,
    dice: fastrand::Rng,
}

impl<'r> Search<'r> {
    /// A search for a text that `end` ends.
    pub fn new(rules: &'r Rules, end: u32, way: Way) -> Self {
        let beams = if way.temperature > 0.0 { 1 } else { way.beams.max(1) };
        // Always the same dice: the same sound gives the same text, alone or among others.
        let dice = fastrand::Rng::with_seed(u64::from(way.temperature.to_bits()));
        let enough = ((beams as f32 * way.patience).round() as usize).max(1);
        let open = vec![Written::default()];
        Self { rules, end, way: Way { beams, ..way }, enough, open, done: Vec::new(), steps: 0, dice }
    }

    /// Takes the logits of each open row; `None` when the search is over.
    pub fn step(&mut self, logits: ArrayView2<'_, f32>) -> Option<Next> {
        let mut candidates: Vec<(f32, usize, u32, f32)> = Vec::new();
        for (row, logits) in logits.outer_iter().enumerate().take(self.open.len()) {
            let mut logits = logits.to_vec();
            self.rules.apply(&mut logits, &self.open[row].tokens);
            for (token, log_p) in self.candidates(&mut logits) {
                candidates.push((self.open[row].sum + log_p, row, token, log_p));
            }
        }
        candidates.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut open = Vec::with_capacity(self.way.beams);
        let mut next = Next { rows: Vec::new(), tokens: Vec::new() };
        for (sum, row, token, log_p) in candidates {
            let mut written = Written { sum, ..self.open[row].clone() };
            if token == self.end {
                if self.done.len() < self.enough {
                    self.done.push(written);
                }
                continue;
            }
            written.tokens.push(token);
            written.log_ps.push(log_p);
            open.push(written);
            next.rows.push(row);
            next.tokens.push(token);
            if open.len() == self.way.beams {
                break;
            }
        }
        self.open = open;
        self.steps += 1;
        let loops = self.way.stop_loops && self.open.first().is_some_and(|w| self.loops(&w.tokens));
        let is_over = self.done.len() >= self.enough || self.steps >= self.way.most || self.open.is_empty() || loops;
        (!is_over).then_some(next)
    }

    /// The tokens worth trying after a row, the likeliest first, with their log-probabilities.
    fn candidates(&mut self, logits: &mut [f32]) -> Vec<(u32, f32)> {
        logits.iter_mut().filter(|l| l.is_nan()).for_each(|l| *l = f32::NEG_INFINITY);
        let norm = log_sum_exp(logits);
        if self.way.temperature > 0.0 {
            return self.draw(logits).map(|token| (token, logits[token as usize] - norm)).into_iter().collect();
        }
        // One pass over the vocabulary with a short list beside it; of equals the first.
        let mut best: Vec<(u32, f32)> = Vec::with_capacity(self.way.beams + 2);
        for (token, &logit) in logits.iter().enumerate() {
            let is_full = best.len() > self.way.beams;
            if logit.is_infinite() || (is_full && best.last().is_some_and(|least| logit <= least.1)) {
                continue;
            }
            let place = best.partition_point(|b| b.1 >= logit);
            best.insert(place, (token as u32, logit));
            best.truncate(self.way.beams + 1);
        }
        best.into_iter().map(|(token, logit)| (token, logit - norm)).collect()
    }

    /// Draws a token.
    fn draw(&mut self, logits: &[f32]) -> Option<u32> {
        let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let weight = |l: &f32| f64::from((l - most) / self.way.temperature).exp();
        let total: f64 = if most.is_finite() { logits.iter().map(weight).sum() } else { return None };
        let mut left = self.dice.f64() * total;
        let drawn = logits.iter().map(weight).enumerate().find(|(_, w)| {
            left -= w;
            left < 0.0 && *w > 0.0
        });
        // Rounding may leave a rest: then it is the last one that counts.
        let last = || logits.iter().rposition(|l| *l > f32::NEG_INFINITY);
        drawn.map(|(i, _)| i).or_else(last).map(|i| i as u32)
    }

    /// Whether the words at the end only repeat themselves; times don't count, they always grow.
    fn loops(&self, tokens: &[u32]) -> bool {
        let words: Vec<u32> = tokens.iter().copied().filter(|t| *t < self.end).collect();
        repeats(&words)
    }

    /// The best text.
    pub fn best(mut self) -> Written {
        let missing = self.way.beams.saturating_sub(self.done.len());
        self.open.truncate(missing);
        self.done.append(&mut self.open);
        let score = |w: &Written| w.sum / w.tokens.len().max(1) as f32;
        // The first of equals, as Python's argmax takes it.
        let best = self.done.into_iter().reduce(|a, b| if score(&b) > score(&a) { b } else { a });
        best.unwrap_or_default()
    }
}

/// Whether words end in a loop: a phrase so often in a row as nobody says it.
pub fn repeats(words: &[u32]) -> bool {
    loop_at(words).is_some()
}

/// Where the second time of a repeated phrase begins: one of up to `LONGEST` tokens, `TIMES` times and `LEAST` tokens long.
fn loop_at(words: &[u32]) -> Option<usize> {
    const LONGEST: usize = 12;
    const TIMES: usize = 4;
    const LEAST: usize = 12;
    (1..=LONGEST).find_map(|length| {
        let start = words.len().checked_sub((length * TIMES).max(LEAST.next_multiple_of(length)))?;
        let same = |i: &usize| words[*i] == words[*i + length];
        let is_loop = (start..words.len() - length).all(|i| same(&i));
        let first = start - (0..start).rev().take_while(same).count();
        is_loop.then_some(first + length)
    })
}

/// The tokens of a text without the loop in which it ends; its phrase is said once.
pub fn without_loop(tokens: &[u32], end: u32) -> &[u32] {
    let places: Vec<usize> = (0..tokens.len()).filter(|i| tokens[*i] < end).collect();
    let words: Vec<u32> = places.iter().map(|i| tokens[*i]).collect();
    loop_at(&words).map_or(tokens, |at| &tokens[..places[at]])
}

/// ln(sum of e^l)
pub fn log_sum_exp(logits: &[f32]) -> f32 {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    if most == f32::NEG_INFINITY {
        return most;
    }
    let sum: f64 = logits.iter().map(|l| f64::from(l - most).exp()).sum();
    most + sum.ln() as f32
}

#[cfg(test)]
mod tests;
