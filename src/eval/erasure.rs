//! Turns the texts that one caption showed, one after another, into words (or characters) taken back per final one.

use super::words::Unit;

/// Counts; adds up over captions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Erasure {
    /// Units that were shown and then deleted or changed.
    pub erased: usize,
    /// Units of the final texts.
    pub last: usize,
}

impl Erasure {
    /// Of the texts of one caption, in the order shown. To show the next, everything after what both begin with is erased.
    pub fn of<S: AsRef<str>>(unit: Unit, shown: &[S]) -> Self {
        let texts: Vec<Vec<&str>> = shown.iter().map(|text| unit.split(text.as_ref())).collect();
        let same = |pair: &[Vec<&str>]| pair[0].iter().zip(&pair[1]).take_while(|(a, b)| a == b).count();
        let erased = texts.windows(2).map(|pair| pair[0].len() - same(pair)).sum();
        Self { erased, last: texts.last().map_or(0, Vec::len) }
    }

    /// Normalised erasure; `None` where nothing was left at the end.
    pub fn rate(self) -> Option<f64> {
        (self.last > 0).then(|| self.erased as f64 / self.last as f64)
    }
}

impl std::ops::AddAssign for Erasure {
    fn add_assign(&mut self, other: Self) {
        self.erased += other.erased;
        self.last += other.last;
    }
}
