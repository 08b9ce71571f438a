//! Turns committed words and a new hypothesis into the place where the hypothesis goes on behind them. Pure.
//!
//! Usually the hypothesis begins with the committed words. Where it contradicts them, a place in it says nothing: a word
//! that was put in or left out shifts all others. Then time counts, and words that are said twice at the seam are dropped,
//! as in the `HypothesisBuffer` of whisper_streaming (Macháček et al. 2023).

use super::Same;
use crate::audio::SAMPLE_RATE;

/// Words may begin so much before the end of the last committed one: 0.1 s.
const EARLY: u64 = SAMPLE_RATE as u64 / 10;
/// Words may be said twice where they begin so near to the end of the last committed one: 1 s.
const NEAR: u64 = SAMPLE_RATE as u64;
/// So many words may be said twice.
const LONGEST: usize = 5;

/// The first word of a hypothesis that comes after the committed ones.
pub fn rest<W: Same>(committed: &[W], words: &[W]) -> usize {
    let same = committed.iter().zip(words).take_while(|(a, b)| a.same(b)).count();
    if same == committed.len() || same == words.len() {
        return same;
    }
    let times: Option<Vec<_>> = words.iter().map(Same::said).collect();
    let end = committed.last().and_then(Same::said);
    match (times, end) {
        (Some(times), Some((_, end))) => {
            let from = times.iter().position(|(start, _)| start.0 + EARLY > end.0).unwrap_or(words.len());
            from + repeated(committed, &words[from..])
        }
        // Without times, the committed words were forced.
        _ => committed.len().min(words.len()),
    }
}

/// How many of the words at the beginning only repeat the last ones before them: the fewest that do.
pub fn repeated<W: Same>(before: &[W], words: &[W]) -> usize {
    let ends = before.last().and_then(Same::said).zip(words.first().and_then(Same::said));
    let is_near = ends.is_some_and(|((_, end), (start, _))| start.0.abs_diff(end.0) < NEAR);
    let most = before.len().min(words.len()).min(LONGEST);
    let repeats = |n: &usize| before[before.len() - n..].iter().zip(words).all(|(a, b)| a.same(b));
    if is_near { (1..=most).find(repeats).unwrap_or(0) } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::StreamTime;
    use crate::text::Word;

    /// Words of half a second, the first of which begins at `start` seconds.
    fn words(start: f64, text: &str) -> Vec<Word> {
        let at = |i: usize| StreamTime::from_seconds(start + i as f64 / 2.0);
        let word = |(i, text): (usize, &str)| Word { text: text.into(), start: at(i), end: at(i + 1), p: 1.0 };
        text.split_whitespace().enumerate().map(word).collect()
    }

    #[test]
    fn the_rest_is_what_comes_later_whatever_was_put_in_or_left_out() {
        let committed = words(0.0, "the train leaves");
        assert_eq!(rest(&committed, &words(0.0, "the train leaves at nine")), 3);
        assert_eq!(rest(&committed, &words(9.0, "the train leaves at nine")), 3, "the same words need no times");
        assert_eq!(rest(&committed, &words(0.0, "a train leaves at nine")), 3);
        assert_eq!(rest(&committed, &words(0.5, "train leaves at nine")), 2, "left out");
        assert_eq!(rest(&committed, &words(0.0, "the train")), 2, "too short");
        let mut doubled = words(0.0, "the the train");
        doubled.extend(words(1.5, "at nine"));
        assert_eq!(rest(&committed, &doubled), 3, "put in");
        let texts = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<String>>();
        assert_eq!(rest(&texts("el tren"), &texts("un tren sale")), 2, "words without times are counted");
    }

    #[test]
    fn words_said_twice_at_the_seam_are_found() {
        let before = words(0.0, "we take the train");
        assert_eq!(repeated(&before, &words(2.0, "train leaves")), 1);
        assert_eq!(repeated(&before, &words(1.5, "the train leaves")), 2);
        assert_eq!(repeated(&before, &words(2.0, "leaves")), 0);
        assert_eq!(repeated(&before, &words(3.0, "train leaves")), 0, "after a pause it is said again");
        assert_eq!(repeated(&[], &before) + repeated(&before, &[]), 0);
    }
}
