//! Says where a translation must end although the model would go on: too long, or in a loop. Pure.

/// How long a translation may be, and how often it may say the same.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Target pieces for each source piece, and so many more. Longer is a loop, not a translation.
    pub length: (f32, usize),
    /// A run of pieces that comes so often in a row is a loop, if that makes [`LOOP`] pieces at least; 0: it never is.
    pub repeats: usize,
    /// Pieces in a row that must not come twice in a text; 0: what the model's makers say.
    pub no_repeat_ngram: usize,
}

/// A short repetition may be meant (`no, no, no, no`, a row of zeros): below so many pieces none is a loop.
pub const LOOP: usize = 16;
/// The longest run of pieces that is looked for.
const RUN: usize = 16;

impl Default for Limits {
    fn default() -> Self {
        Self { length: (1.5, 10), repeats: 4, no_repeat_ngram: 0 }
    }
}

impl Limits {
    /// None: what the model writes by itself, up to its last position.
    pub const NONE: Self = Self { length: (f32::INFINITY, 0), repeats: 0, no_repeat_ngram: 0 };

    /// How many pieces a target may have for a source of so many; one that must begin with `forced` may have some more.
    pub fn length(&self, source: usize, forced: usize) -> usize {
        let usual = (source as f32 * self.length.0) as usize;
        usual.saturating_add(self.length.1).max(forced + 4)
    }

    /// If a text ends in a loop: how many of its pieces are said once.
    pub fn looped(&self, tokens: &[u32]) -> Option<usize> {
        let is_loop = |run: &usize| {
            let times = self.repeats.max(LOOP.div_ceil(*run));
            let Some(start) = tokens.len().checked_sub(run * times) else { return false };
            let tail = &tokens[start..];
            tail[*run..].iter().zip(tail).all(|(a, b)| a == b)
        };
        let run = (1..=RUN).filter(|_| self.repeats > 1).find(is_loop)?;
        let times = self.repeats.max(LOOP.div_ceil(run));
        Some(tokens.len() - run * (times - 1))
    }
}

/// What must not come next, so that no `n` pieces in a row come twice.
pub fn banned(tokens: &[u32], n: usize) -> impl Iterator<Item = u32> {
    let last = tokens.len().checked_sub(n.saturating_sub(1)).filter(|_| n > 0);
    let last = last.map(|at| &tokens[at..]);
    last.into_iter()
        .flat_map(move |last| tokens.windows(n).filter(move |w| w[..n - 1] == *last).filter_map(|w| w.last().copied()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_is_cut_to_what_was_said_once() {
        let limits = Limits::default();
        let looped: Vec<u32> = [7, 8].into_iter().chain([1, 2, 3, 4].repeat(4)).collect();
        assert_eq!(limits.looped(&looped), Some(6));
        assert_eq!(limits.looped(&looped[..17]), None, "not four times yet");
        assert_eq!(limits.looped(&[5; 15]), None, "a row of zeros");
        assert_eq!(limits.looped(&[5; 16]), Some(1));
        assert_eq!(Limits::NONE.looped(&[5; 99]), None);
    }

    #[test]
    fn what_would_repeat_a_run_is_banned() {
        let of = |n| banned(&[1, 2, 3, 1, 2], n).collect::<Vec<_>>();
        assert_eq!((of(3), of(2), of(0)), (vec![3], vec![3], vec![]));
        assert!(banned(&[1], 3).next().is_none());
    }
}
