//! Turns the times when words were shown into lags, in seconds.
//!
//! The times are of one of two clocks: how much audio had been heard (computation-unaware), or when the word was really
//! out (computation-aware; [`queue`] makes it of the other).

/// Lag behind an ideal that gives its words evenly over the source: of the words up to the first that came when the source
/// had ended. The ideal has as many words as the longer of output and reference (`reference`), so who says much gains
/// nothing. `None`: no words or no source.
pub fn laal(times: &[f64], source: f64, reference: usize) -> Option<f64> {
    let first = *times.first().filter(|_| source > 0.0)?;
    if first > source {
        return Some(first);
    }
    let last = times.iter().position(|t| *t >= source).unwrap_or(times.len() - 1);
    Some(mean_lag(&times[..=last], times.len(), source, reference))
}

/// The same for a piece of a longer recording: every word counts that came before the recording ended (`end`, from the
/// piece's start), after the piece's own end too. `None`: no such word.
pub fn long_yaal(times: &[f64], source: f64, reference: usize, end: f64) -> Option<f64> {
    let before = times.iter().position(|t| *t >= end).unwrap_or(times.len());
    (before > 0 && source > 0.0).then(|| mean_lag(&times[..before], times.len(), source, reference))
}

fn mean_lag(counted: &[f64], words: usize, source: f64, reference: usize) -> f64 {
    let pace = source / words.max(reference) as f64;
    let lags = counted.iter().enumerate().map(|(i, time)| time - i as f64 * pace);
    lags.sum::<f64>() / counted.len() as f64
}

/// When each step's output is out, given how much audio it needed (seconds heard) and how long it took: a step starts when
/// its audio is there and the step before is done.
pub fn queue(steps: &[(f64, f64)]) -> Vec<f64> {
    let mut free = 0.0_f64;
    let mut out = |(heard, took): &(f64, f64)| {
        free = free.max(*heard) + took;
        free
    };
    steps.iter().map(&mut out).collect()
}
