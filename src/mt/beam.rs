//! Searches for the most probable translation, piece by piece: greedily, or with beams. Pure: scores in, tokens out.
//!
//! Beam search keeps the rules of Hugging Face `generate` (transformers 4.57, `_beam_search`): twice as many candidates
//! as beams; a finished text counts only among the first `beams` of them; scores are divided by the length to the power
//! of the length penalty; the search ends when no open beam can still win, or with `early_stopping` when enough are
//! finished; at the last position whatever is there counts as finished.

use super::alignment::Looks;
use super::limits::{Limits, banned};
use ndarray::{ArrayView1, ArrayViewMut1, ArrayViewMut2, Axis};

/// What a search may write.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Beams; 1: greedy.
    pub beams: usize,
    /// What ends a text.
    pub eos: u32,
    /// What must never be written.
    pub never: Vec<u32>,
    /// Probabilities are made to sum to one again after that.
    pub renormalise: bool,
    /// Pieces in a row that must not come twice; 0: any may.
    pub no_repeat_ngram: usize,
    /// What a loop is.
    pub limits: Limits,
    /// Beam search ends with the first full set of finished texts.
    pub early_stopping: bool,
    /// Scores of beams are divided by the length to this power.
    pub length_penalty: f32,
    /// The text ends by force at the last position.
    pub forces_eos: bool,
    /// The most tokens of a text, the decoder's start included.
    pub max_length: usize,
    /// So many tokens at a text's beginning don't count as length when scores are divided by it. 1, the decoder's start,
    /// is what `generate` does with a forced language mark.
    pub given: usize,
}

/// One text's search.
pub struct Search {
    rules: Rules,
    /// The decoder's start and what is forced after it.
    prefix: Vec<u32>,
    /// The most tokens, the prefix and the end mark included.
    most: usize,
    open: Vec<Hypothesis>,
    done: Vec<Hypothesis>,
}

#[derive(Debug, Clone, Default)]
struct Hypothesis {
    /// Without the prefix.
    tokens: Vec<u32>,
    log_p: f32,
    score: f32,
}

/// What the next model pass needs.
#[derive(Debug, Default, PartialEq)]
pub struct Step {
    /// Which row each beam continues.
    pub rows: Vec<usize>,
    /// With which token.
    pub tokens: Vec<u32>,
}

/// The pieces of a finished translation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Output {
    /// Without marks, the forced ones included.
    pub tokens: Vec<u32>,
    /// Mean log-probability of a piece that was not forced, the end included.
    pub log_p: f32,
    /// What it looked at, from the decoder's start on; empty where the model doesn't tell.
    pub looks: Looks,
}

impl Search {
    /// A search for the translation of a source of so many pieces that begins with `prefix`, the decoder's start first.
    pub fn new(rules: Rules, prefix: Vec<u32>, source: usize) -> Self {
        let most = rules.limits.length(source, prefix.len()).saturating_add(1).min(rules.max_length);
        Self { rules, prefix, most, open: vec![Hypothesis::default()], done: Vec::new() }
    }

    /// Takes the logits `[rows, vocabulary]` after each open text (one row before the first step); `None`: it is over.
    pub fn step(&mut self, mut logits: ArrayViewMut2<f32>) -> Option<Step> {
        if self.rules.beams > 1 {
            let each = logits.outer_iter_mut().zip(&self.open);
            let norms: Vec<f32> = each.map(|(row, h)| self.mask(row, h, None)).collect();
            return self.beams(logits, &norms);
        }
        let best = self.likeliest(logits.index_axis_mut(Axis(0), 0), None)?;
        self.write(best).then(|| Step { rows: vec![0], tokens: vec![best.0] })
    }

    /// The likeliest next token and its log-probability, from the logits of the whole vocabulary or of these words alone
    /// (in rising order). Greedy; changes nothing but the logits.
    pub fn likeliest(&self, mut logits: ArrayViewMut1<f32>, words: Option<&[u32]>) -> Option<(u32, f32)> {
        let norm = self.mask(logits.view_mut(), self.open.first()?, words);
        let &(logit, place) = top(logits.iter(), 1).first()?;
        let token = words.map_or(Some(place), |words| words.get(place as usize).copied())?;
        Some((token, logit - norm))
    }

    /// Writes a token that [`likeliest`](Self::likeliest) found; `false`: the text is finished.
    pub fn write(&mut self, (token, log_p): (u32, f32)) -> bool {
        let is_last = self.length() >= self.most;
        let Some(hypothesis) = self.open.first_mut() else { return false };
        hypothesis.log_p += log_p;
        if token == self.rules.eos {
            return false;
        }
        hypothesis.tokens.push(token);
        if let Some(once) = self.rules.limits.looped(&hypothesis.tokens) {
            hypothesis.tokens.truncate(once);
            return false;
        }
        !is_last
    }

    /// Tokens of the open texts once the next is there.
    fn length(&self) -> usize {
        self.prefix.len() + self.open.first().map_or(0, |h| h.tokens.len()) + 1
    }

    /// Makes impossible what must not be written; -> what to subtract from a logit for its log-probability.
    fn mask(&self, mut row: ArrayViewMut1<f32>, hypothesis: &Hypothesis, words: Option<&[u32]>) -> f32 {
        let place = |token: u32| words.map_or(Some(token as usize), |words| words.binary_search(&token).ok());
        let norm = log_sum_exp(row.view());
        let n = self.rules.no_repeat_ngram;
        let history: Vec<u32> = if n == 0 { Vec::new() } else { [&self.prefix[..], &hypothesis.tokens].concat() };
        let is_last = self.rules.forces_eos && self.length() >= self.most;
        if is_last {
            row.fill(f32::NEG_INFINITY);
            // A forced piece costs nothing.
            place(self.rules.eos).and_then(|i| row.get_mut(i)).into_iter().for_each(|logit| *logit = norm);
        }
        for token in self.rules.never.iter().copied().chain(banned(&history, n)) {
            place(token).and_then(|i| row.get_mut(i)).into_iter().for_each(|logit| *logit = f32::NEG_INFINITY);
        }
        if self.rules.renormalise && !is_last { log_sum_exp(row.view()) } else { norm }
    }

    fn beams(&mut self, logits: ArrayViewMut2<f32>, norms: &[f32]) -> Option<Step> {
        let beams = self.rules.beams;
        let mut candidates: Vec<(f32, usize, u32)> = Vec::new();
        for (row, ((hypothesis, logits), norm)) in self.open.iter().zip(logits.outer_iter()).zip(norms).enumerate() {
            let best = top(logits.iter(), 2 * beams);
            candidates.extend(best.iter().map(|(logit, token)| (hypothesis.log_p + (logit - norm), row, *token)));
        }
        candidates.sort_by(|a, b| b.0.total_cmp(&a.0));
        candidates.truncate(2 * beams);
        let length = self.length();
        let is_last = length >= self.most;
        let divisor = (length.saturating_sub(self.rules.given).max(1) as f32).powf(self.rules.length_penalty);
        let mut open = Vec::with_capacity(beams);
        let mut step = Step::default();
        for (rank, &(log_p, row, token)) in candidates.iter().enumerate() {
            let mut tokens = self.open[row].tokens.clone();
            if token != self.rules.eos {
                tokens.push(token);
            }
            let hypothesis = Hypothesis { tokens, log_p, score: log_p / divisor };
            if token == self.rules.eos || is_last {
                if rank < beams && log_p.is_finite() {
                    self.done.push(hypothesis);
                }
            } else if open.len() < beams && self.rules.limits.looped(&hypothesis.tokens).is_none() {
                open.push(hypothesis);
                step.rows.push(row);
                step.tokens.push(token);
            }
        }
        self.open = open;
        self.done.sort_by(|a, b| b.score.total_cmp(&a.score));
        self.done.truncate(beams);
        let best_open = self.open.first().map_or(f32::NEG_INFINITY, |h| h.score);
        let is_full = self.done.len() == beams;
        let is_decided = is_full && self.done.last().is_some_and(|worst| worst.score >= best_open);
        let is_over = is_decided || is_last || (is_full && self.rules.early_stopping);
        (!is_over && !self.open.is_empty()).then_some(step)
    }

    /// The best translation.
    pub fn best(mut self) -> Output {
        // Greed never says that it is done; beams may all have been loops.
        if self.done.is_empty() {
            self.done.append(&mut self.open);
        }
        let Some(best) = self.done.into_iter().next() else { return Output::default() };
        let log_p = best.log_p / (best.tokens.len() + 1) as f32;
        Output { tokens: best.tokens, log_p, looks: Looks::new() }
    }
}

/// The highest `n` numbers and where they are, the highest first; of equals the first. NaNs are none.
pub(super) fn top<'a>(numbers: impl Iterator<Item = &'a f32>, n: usize) -> Vec<(f32, u32)> {
    let mut best: Vec<(f32, u32)> = Vec::with_capacity(n + 1);
    let mut least = f32::NEG_INFINITY;
    for (i, &number) in numbers.enumerate() {
        if number > least {
            let at = best.partition_point(|b| b.0 >= number);
            best.insert(at, (number, i as u32));
            best.truncate(n);
            if best.len() == n {
                least = best[n - 1].0;
            }
        }
    }
    best
}

/// ln(sum of e^l): how probable a choice is, never which it is. A vocabulary has up to 256,000 numbers and a verified draft
/// as many rows as tokens, so that this is written for the compiler to vectorise: in lanes, without a library's `exp`.
pub(super) fn log_sum_exp(logits: ArrayView1<'_, f32>) -> f32 {
    const LANES: usize = 16;
    let copy;
    let logits = match logits.as_slice() {
        Some(slice) => slice,
        None => {
            copy = logits.to_vec();
            &copy
        }
    };
    let (blocks, rest) = logits.as_chunks::<LANES>();
    let mut most = [f32::NEG_INFINITY; LANES];
    for block in blocks {
        most.iter_mut().zip(block).for_each(|(most, l)| *most = if *l > *most { *l } else { *most });
    }
    let most = most.iter().chain(rest).fold(f32::NEG_INFINITY, |most, l| most.max(*l));
    if most == f32::NEG_INFINITY {
        return most;
    }
    let mut sums = [0f32; LANES];
    for block in blocks {
        sums.iter_mut().zip(block).for_each(|(sum, l)| *sum += exp(l - most));
    }
    let sum = sums.iter().sum::<f32>() + rest.iter().map(|l| exp(l - most)).sum::<f32>();
    most + sum.ln()
}

/// e^x for x at or below zero, within 3e-6: 2^n by the exponent's bits, the rest by its series (ln(2)^k / k!).
fn exp(x: f32) -> f32 {
    // Adding it rounds to an integer, which is then in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    let x = if x > -87.0 { x } else { -87.0 } * std::f32::consts::LOG2_E;
    let shifted = x + ROUND;
    let f = x - (shifted - ROUND);
    let series = 0.009_618_129 + f * 0.001_333_356;
    let series = 1.0 + f * (std::f32::consts::LN_2 + f * (0.240_226_5 + f * (0.055_504_11 + f * series)));
    let n = shifted.to_bits().wrapping_sub(ROUND.to_bits()).wrapping_add(127);
    series * f32::from_bits(n << 23)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_exponentials_are_right() {
        let mut dice = fastrand::Rng::with_seed(1);
        for n in [1, 15, 16, 17, 1_000] {
            let logits: Vec<f32> = (0..n).map(|_| dice.f32() * 60.0 - 40.0).collect();
            let most = logits.iter().fold(f32::NEG_INFINITY, |a, b| a.max(*b));
            let sum: f64 = logits.iter().map(|l| f64::from(l - most).exp()).sum();
            let ours = log_sum_exp(ArrayView1::from(&logits));
            assert!((f64::from(ours) - f64::from(most) - sum.ln()).abs() < 1e-5, "{n}: {ours}");
        }
        assert_eq!(log_sum_exp(ArrayView1::from(&[f32::NEG_INFINITY; 3])), f32::NEG_INFINITY);
        assert!((log_sum_exp(ArrayView1::from(&[f32::NEG_INFINITY, 2.0])) - 2.0).abs() < 1e-6);
    }
    use ndarray::Array2;

    /// A model that knows three strings: `3 3` is the most probable, but `4` looks best at first.
    fn logits(tokens: &[u32]) -> Vec<f32> {
        let p: [f32; 5] = match tokens {
            [] => [0.0, 0.0, 0.0, 0.45, 0.55],
            [4] => [0.0, 0.0, 0.5, 0.25, 0.25],
            [3] => [0.0, 0.0, 0.05, 0.95, 0.0],
            _ => [0.0, 0.0, 1.0, 0.0, 0.0],
        };
        p.iter().map(|p| (p + 1e-9).ln()).collect()
    }

    fn rules(beams: usize) -> Rules {
        Rules {
            beams,
            eos: 2,
            never: vec![1],
            renormalise: false,
            no_repeat_ngram: 0,
            limits: Limits::NONE,
            early_stopping: false,
            length_penalty: 1.0,
            forces_eos: false,
            max_length: 13,
            given: 1,
        }
    }

    fn search(rules: Rules, model: impl Fn(&[u32]) -> Vec<f32>) -> Vec<u32> {
        let mut search = Search::new(rules, vec![2, 0], 5);
        let mut rows: Vec<Vec<u32>> = vec![Vec::new()];
        loop {
            let all: Vec<f32> = rows.iter().flat_map(|r| model(r)).collect();
            let mut all = Array2::from_shape_vec((rows.len(), 5), all).expect("five pieces");
            let Some(step) = search.step(all.view_mut()) else { break };
            rows = step.rows.iter().zip(&step.tokens).map(|(r, t)| [rows[*r].clone(), vec![*t]].concat()).collect();
        }
        search.best().tokens
    }

    #[test]
    fn more_beams_find_what_greed_misses() {
        assert_eq!(search(rules(1), logits), [4]);
        assert_eq!(search(rules(3), logits), [3, 3]);
    }

    #[test]
    fn nothing_is_longer_than_the_cap_or_says_what_it_must_not() {
        let stubborn = |_: &[u32]| vec![0.0, 5.0, -9.0, 1.0, 0.5];
        for beams in [1, 2] {
            let tokens = search(rules(beams), stubborn);
            assert_eq!(tokens, [3; 11], "the pad is the most probable, and the mark in the prefix counts");
            let forced = search(Rules { forces_eos: true, ..rules(beams) }, stubborn);
            assert_eq!(forced, [3; 10]);
            let varied = search(Rules { no_repeat_ngram: 2, ..rules(beams) }, stubborn);
            assert!(varied.windows(2).all(|w| varied.windows(2).filter(|v| v == &w).count() == 1), "{varied:?}");
        }
    }
}
