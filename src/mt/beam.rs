//! Beam search: keeps the most probable translations while they grow. Pure: logits in, tokens out.
//!
//! The rules are those of Hugging Face `generate` with `early_stopping=False`: twice as many candidates as beams, a
//! finished hypothesis counts only among the first `beams` candidates, scores are divided by length to the power of the
//! length penalty (1.0), and the search ends when no open beam can still win.

/// One search.
pub struct Beam {
    beams: usize,
    eos: u32,
    pad: u32,
    cap: usize,
    prefix: usize,
    open: Vec<Hypothesis>,
    done: Vec<Hypothesis>,
}

#[derive(Debug, Clone, Default)]
struct Hypothesis {
    tokens: Vec<u32>,
    log_p: f32,
    score: f32,
}

/// What the next model pass needs.
pub struct Step {
    /// Which row each beam continues.
    pub rows: Vec<usize>,
    /// With which token.
    pub tokens: Vec<u32>,
}

impl Beam {
    /// A search whose hypotheses begin with `prefix` tokens that the model is given, and have `cap` tokens at most.
    pub fn new(beams: usize, prefix: usize, eos: u32, pad: u32, cap: usize) -> Self {
        let mut open = vec![Hypothesis { log_p: f32::NEG_INFINITY, ..Hypothesis::default() }; beams];
        // All rows are the same at first; only one of them counts.
        open[0].log_p = 0.0;
        Self { beams, eos, pad, cap, prefix, open, done: Vec::new() }
    }

    /// Takes the logits of each row; `None` when the search is over.
    pub fn step(&mut self, logits: &[Vec<f32>]) -> Option<Step> {
        let mut candidates: Vec<(f32, usize, u32)> = Vec::new();
        for (row, (hypothesis, logits)) in self.open.iter().zip(logits).enumerate() {
            let norm = log_sum_exp(logits);
            let mut best: Vec<(f32, u32)> = logits.iter().enumerate().map(|(i, l)| (l - norm, i as u32)).collect();
            best.retain(|(_, token)| *token != self.pad);
            let most = (2 * self.beams).min(best.len());
            best.select_nth_unstable_by(most - 1, |a, b| b.0.total_cmp(&a.0));
            candidates.extend(best[..most].iter().map(|(l, token)| (hypothesis.log_p + l, row, *token)));
        }
        candidates.sort_by(|a, b| b.0.total_cmp(&a.0));
        candidates.truncate(2 * self.beams);
        let length = self.open[0].tokens.len() + 1;
        let mut open = Vec::with_capacity(self.beams);
        let mut step = Step { rows: Vec::new(), tokens: Vec::new() };
        for (rank, &(log_p, row, token)) in candidates.iter().enumerate() {
            let mut tokens = self.open[row].tokens.clone();
            let score = log_p / (self.prefix + length) as f32;
            if token == self.eos {
                if rank < self.beams && log_p.is_finite() {
                    self.done.push(Hypothesis { tokens, log_p, score });
                }
            } else if open.len() < self.beams {
                tokens.push(token);
                open.push(Hypothesis { tokens, log_p, score });
                step.rows.push(row);
                step.tokens.push(token);
            }
        }
        self.open = open;
        self.done.sort_by(|a, b| b.score.total_cmp(&a.score));
        self.done.truncate(self.beams);
        let best_open = self.open.first().map_or(f32::NEG_INFINITY, |h| h.score);
        let is_decided = self.done.len() == self.beams && self.done.last().is_some_and(|h| h.score >= best_open);
        (!is_decided && self.open.len() == self.beams && self.prefix + length < self.cap).then_some(step)
    }

    /// The best hypothesis and its score: mean log-probability of a token.
    pub fn best(mut self) -> (Vec<u32>, f32) {
        // At the length cap open hypotheses count as they are.
        if self.done.is_empty() {
            self.done.append(&mut self.open);
        }
        self.done.into_iter().next().map_or((Vec::new(), f32::NEG_INFINITY), |h| (h.tokens, h.score))
    }
}

fn log_sum_exp(logits: &[f32]) -> f32 {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    most + logits.iter().map(|l| (l - most).exp()).sum::<f32>().ln()
}

/// The log-probability of one token.
pub fn log_softmax_at(logits: &[f32], token: u32) -> f32 {
    logits.get(token as usize).copied().unwrap_or(f32::NEG_INFINITY) - log_sum_exp(logits)
}

#[cfg(test)]
mod tests {
    use super::*;

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

    fn search(beams: usize) -> Vec<u32> {
        let mut beam = Beam::new(beams, 1, 2, 1, 12);
        let mut rows: Vec<Vec<u32>> = vec![Vec::new(); beams];
        while let Some(step) = beam.step(&rows.iter().map(|r| logits(r)).collect::<Vec<_>>()) {
            rows = step.rows.iter().zip(&step.tokens).map(|(r, t)| [rows[*r].clone(), vec![*t]].concat()).collect();
        }
        beam.best().0
    }

    #[test]
    fn more_beams_find_what_greed_misses() {
        assert_eq!(search(1), [4]);
        assert_eq!(search(3), [3, 3]);
    }
}
