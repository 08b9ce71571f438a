//! Turns the words of a window into words with times: from the alignment, or shared out over the segments. Pure.
//!
//! The rules for aligned words are OpenAI's (`merge_punctuations` and `add_word_timestamps` in `whisper/timing.py`).

use super::segments::Segment;
use super::text::Piece;
use ndarray::Array2;
use std::ops::Range;

/// Seconds in a step of the decoder's times.
pub const STEP: f64 = 0.02;
/// Marks that belong to the word after them, and to the word before.
const BEFORE: &str = "\"'“¿([{-";
const AFTER: &str = "\"'.。,，!！?？:：”)]}、";
const SENTENCE_ENDS: &str = ".。!！?？";
/// No word's usual length is taken to be more, in seconds.
const USUAL: f64 = 0.7;

/// A word and its seconds since the window's start.
#[derive(Debug, Clone, PartialEq)]
pub struct Spoken {
    /// As the model writes it, with the space before it.
    pub text: String,
    /// When it begins.
    pub start: f64,
    /// When it ends.
    pub end: f64,
    /// The mean probability of its tokens.
    pub p: f32,
    /// How many tokens it has.
    pub tokens: usize,
    /// The last step that any of them attends to, where that is known.
    pub attended: Option<usize>,
}

/// The words of aligned tokens: the step at which each token begins, with one more for the end of the last, and the
/// step that each attends to, and the probability of each.
pub fn aligned(pieces: Vec<Piece>, begins: &[usize], attended: &[usize], ps: &[f32]) -> Vec<Spoken> {
    let at = |i: usize| begins.get(i).or(begins.last()).map_or(0.0, |step| *step as f64 * STEP);
    let spoken = |piece: Piece| {
        let Range { start, end } = piece.tokens.clone();
        let (p, tokens) = (mean(ps, start..end), end - start);
        let attended = attended.get(piece.tokens).and_then(|steps| steps.iter().copied().max());
        Spoken { text: piece.text, start: at(start), end: at(end), p, tokens, attended }
    };
    pieces.into_iter().map(spoken).collect()
}

/// The words of tokens that nothing aligns: each segment's time is shared out by the length of the words, as far as
/// there is sound (`voiced`, in steps).
pub fn shared_out(pieces: Vec<Piece>, segments: &[Segment], voiced: &Range<usize>, ps: &[f32]) -> Vec<Spoken> {
    let mut words = aligned(pieces, &[], &[], ps);
    merge_marks(&mut words);
    words.retain(|w| !w.text.is_empty());
    let mut now = 0;
    for segment in segments {
        let first = now;
        now = end_of(&words, first, segment);
        let start = segment.start.max(voiced.start).min(segment.end.max(segment.start));
        let end = segment.end.min(voiced.end).max(start);
        // A pause between words takes time, too.
        let length = |word: &Spoken| word.text.trim().chars().count() as f64 + 1.0;
        let all: f64 = words[first..now].iter().map(length).sum();
        let step = (end - start) as f64 * STEP / all.max(1.0);
        let mut at = start as f64 * STEP;
        for word in &mut words[first..now] {
            word.start = at;
            at += step * length(word);
            word.end = at;
        }
    }
    words
}

/// Where the words of a segment end that begin with the one at `first`.
fn end_of(words: &[Spoken], first: usize, segment: &Segment) -> usize {
    let (mut end, mut taken) = (first, 0);
    while end < words.len() && taken < segment.text.len() {
        taken += words[end].tokens;
        end += 1;
    }
    end
}

fn mean(ps: &[f32], of: Range<usize>) -> f32 {
    let ps = ps.get(of).unwrap_or_default();
    ps.iter().sum::<f32>() / ps.len().max(1) as f32
}

/// The steps of a window, of which `sound` frames are not padding, in which something can be heard: as far as a frame's
/// mean is above a quarter of the way from the quietest to the loudest.
pub fn voiced(features: &Array2<f32>, sound: usize) -> Range<usize> {
    let sound = sound.min(features.ncols());
    let loudness: Vec<f32> = features.columns().into_iter().take(sound).map(|f| f.mean().unwrap_or(0.0)).collect();
    let (least, most) = loudness.iter().fold((f32::MAX, f32::MIN), |(a, b), l| (a.min(*l), b.max(*l)));
    let is_heard = |l: &f32| *l > least + 0.25 * (most - least);
    let first = loudness.iter().position(is_heard).unwrap_or(0);
    let last = loudness.iter().rposition(is_heard).map_or(sound, |i| i + 1);
    first / 2..last.div_ceil(2)
}

/// Corrects aligned words where the alignment is known to go wrong, at the ends of sentences and segments, and merges
/// marks with their words. `last_speech`: where the last word before this window ended, in its seconds.
pub fn tidy(mut words: Vec<Spoken>, segments: &[Segment], last_speech: f64) -> Vec<Spoken> {
    let mut lengths: Vec<f64> = words.iter().map(|w| w.end - w.start).filter(|l| *l != 0.0).collect();
    lengths.sort_unstable_by(f64::total_cmp);
    let middle = lengths.len() / 2;
    let median = match lengths.len() {
        0 => 0.0,
        n if n % 2 == 1 => lengths[middle],
        _ => (lengths[middle - 1] + lengths[middle]) / 2.0,
    };
    let usual = median.min(USUAL);
    if !lengths.is_empty() {
        shorten_at_sentences(&mut words, 2.0 * usual);
    }
    merge_marks(&mut words);
    let (mut now, mut last_speech) = (0, last_speech);
    for segment in segments {
        let first = now;
        now = end_of(&words, first, segment);
        let mut of: Vec<&mut Spoken> = words[first..now].iter_mut().filter(|w| !w.text.is_empty()).collect();
        if !of.is_empty() {
            fit_segment(&mut of, segment, usual, last_speech);
            last_speech = of[of.len() - 1].end;
        }
    }
    words.retain(|w| !w.text.is_empty());
    words
}

/// The mark at a sentence's end, and the word after it, swallow the pause between: no longer than `longest`.
fn shorten_at_sentences(words: &mut [Spoken], longest: f64) {
    for i in 1..words.len() {
        if words[i].end - words[i].start > longest {
            if SENTENCE_ENDS.contains(&words[i].text) {
                words[i].end = words[i].start + longest;
            } else if SENTENCE_ENDS.contains(&words[i - 1].text) {
                words[i].start = words[i].end - longest;
            }
        }
    }
}

/// Marks join the word they belong to; what is left of them is empty. Joined words keep their own times.
fn merge_marks(words: &mut [Spoken]) {
    let mut following = words.len().saturating_sub(1);
    for i in (0..words.len().saturating_sub(1)).rev() {
        if words[i].text.starts_with(' ') && BEFORE.contains(words[i].text.trim()) {
            let mark = std::mem::take(&mut words[i].text);
            words[following].text.insert_str(0, &mark);
            words[following].tokens += std::mem::take(&mut words[i].tokens);
            words[following].attended = words[following].attended.max(words[i].attended);
        } else {
            following = i;
        }
    }
    let mut previous = 0;
    for i in 1..words.len() {
        if !words[previous].text.ends_with(' ') && AFTER.contains(&words[i].text) {
            let mark = std::mem::take(&mut words[i].text);
            words[previous].text.push_str(&mark);
            words[previous].tokens += std::mem::take(&mut words[i].tokens);
            words[previous].attended = words[previous].attended.max(words[i].attended);
        } else {
            previous = i;
        }
    }
}

/// The first words after a pause are not longer than twice the usual; where the alignment strays from the segment's own
/// times by more than half a second, those count.
fn fit_segment(words: &mut [&mut Spoken], segment: &Segment, usual: f64, last_speech: f64) {
    let longest = 2.0 * usual;
    let (start, end) = (segment.start as f64 * STEP, segment.end as f64 * STEP);
    let is_long = |w: &Spoken| w.end - w.start > longest;
    let after_pause = words[0].end - last_speech > 4.0 * usual;
    let second_ends = words.get(1).map(|w| w.end);
    if after_pause && (is_long(words[0]) || second_ends.is_some_and(|e| e - words[0].start > 2.0 * longest)) {
        if let Some(second) = words.get_mut(1).filter(|w| is_long(w)) {
            let boundary = (second.end / 2.0).max(second.end - longest);
            second.start = boundary;
            words[0].end = boundary;
        }
        words[0].start = (words[0].end - longest).max(0.0);
    }
    if start < words[0].end && start - 0.5 > words[0].start {
        words[0].start = (words[0].end - usual).min(start).max(0.0);
    }
    let last = &mut words[words.len() - 1];
    if end > last.start && end + 0.5 < last.end {
        last.end = (last.start + usual).max(end);
    }
}

#[cfg(test)]
mod tests;
