//! Turns a window's tokens into segments, and says where the next window begins: OpenAI's seek rules. Pure.
//!
//! `shared/reference/models.md` §1.5 and `whisper/transcribe.py`: two times in a row close a segment; a single one at the
//! end says that nothing is said after it; without either, the window is one segment.

/// Frames of 10 ms in the step of a time token (0.02 s).
pub const FRAMES_PER_STEP: usize = 2;

/// A stretch of a window's text, with its times in steps of 0.02 s from the window's start.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// Where it begins.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// Its text's place among the window's text tokens (times not counted).
    pub text: std::ops::Range<usize>,
}

/// The segments of a window.
#[derive(Debug, Clone, PartialEq)]
pub struct Segments {
    /// In order.
    pub closed: Vec<Segment>,
    /// What was begun after the last closed one; a later window hears it whole.
    pub open: Option<Segment>,
    /// How many tokens the closed ones have, times among them.
    pub tokens: usize,
    /// Steps from here to the next window.
    pub advance: usize,
}

/// Splits the tokens of a window of `length` steps; times are those from `zero` on, text those below `end`.
pub fn split(tokens: &[u32], zero: u32, end: u32, length: usize) -> Segments {
    let is_time = |i: usize| tokens.get(i).is_some_and(|t| *t >= zero);
    let time = |i: usize| tokens.get(i).map_or(0, |t| t.saturating_sub(zero) as usize);
    let texts = |to: usize| tokens[..to].iter().filter(|t| **t < end).count();
    let n = tokens.len();
    let single_end = n >= 2 && !is_time(n - 2) && is_time(n - 1);
    let mut cuts: Vec<usize> = (1..n).filter(|i| is_time(i - 1) && is_time(*i)).collect();
    if cuts.is_empty() {
        let last = (0..n).rev().find(|i| is_time(*i)).map_or(0, time);
        let start = if is_time(0) && n > 1 { time(0).min(length) } else { 0 };
        let end = if last > start { last } else { length };
        let closed = vec![Segment { start, end, text: 0..texts(n) }];
        return Segments { closed, open: None, tokens: n, advance: length };
    }
    if single_end {
        cuts.push(n);
    }
    let mut closed = Vec::new();
    let mut from = 0;
    for cut in cuts {
        closed.push(Segment { start: time(from), end: time(cut - 1), text: texts(from)..texts(cut) });
        from = cut;
    }
    let open = (!single_end && texts(n) > texts(from)).then(|| {
        let start = time(from).min(length);
        Segment { start, end: length, text: texts(from)..texts(n) }
    });
    let advance = if single_end { length } else { time(from - 1).min(length) };
    // A window that doesn't move on would be heard for ever.
    Segments { closed, open, tokens: from, advance: if advance == 0 { length } else { advance } }
}

impl Segments {
    /// All, the open one last.
    pub fn all(&self) -> impl Iterator<Item = &Segment> {
        self.closed.iter().chain(&self.open)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Text below 10, the end 10, times from 20 on; the window has 100 steps.
    fn of(tokens: &[u32]) -> Segments {
        split(tokens, 20, 10, 100)
    }

    fn segment(start: usize, end: usize, text: std::ops::Range<usize>) -> Segment {
        Segment { start, end, text }
    }

    #[test]
    fn two_times_close_a_segment_and_the_rest_is_heard_again() {
        let found = of(&[20, 1, 2, 50, 50, 3, 60, 64, 4, 5]);
        assert_eq!(found.closed, [segment(0, 30, 0..2), segment(30, 40, 2..3)]);
        assert_eq!((found.open, found.tokens, found.advance), (Some(segment(44, 100, 3..5)), 7, 40));
    }

    #[test]
    fn a_single_time_at_the_end_means_silence_after_it() {
        let found = of(&[20, 1, 50, 50, 3, 60]);
        assert_eq!(found.closed, [segment(0, 30, 0..1), segment(30, 40, 1..2)]);
        assert_eq!((found.open, found.advance), (None, 100));
        let one = of(&[22, 1, 50]);
        assert_eq!((one.closed, one.advance), (vec![segment(2, 30, 0..1)], 100));
    }

    #[test]
    fn without_times_the_window_is_one_segment() {
        assert_eq!(of(&[1, 2]).closed, [segment(0, 100, 0..2)]);
        assert_eq!(of(&[25, 1, 2]).closed, [segment(5, 100, 0..2)]);
        assert_eq!((of(&[]).closed, of(&[]).advance), (vec![segment(0, 100, 0..0)], 100));
    }

    #[test]
    fn a_window_always_moves_on() {
        assert_eq!(of(&[20, 20, 1]).advance, 100);
        assert_eq!(of(&[20, 1, 200, 200, 3]).advance, 100);
    }
}
