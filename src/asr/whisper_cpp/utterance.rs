//! Turns the sound of an open utterance into the stretch that is recognised next, and the words found there into the
//! utterance's hypothesis.
//!
//! All of the utterance is recognised anew as it grows, until it outgrows the model's 30 seconds: then its first words,
//! those that two passes agreed on, are fixed, and the window moves on behind them (Macháček et al. 2023,
//! whisper_streaming).

use crate::asr::whisper::before::MOST;
use crate::audio::StreamTime;
use crate::text::{Hypothesis, Word};
use whisper_rs::WhisperTokenId;

/// New sound that is worth another pass: the smallest step of whisper_streaming, 1 s.
pub(super) const HOP: usize = 16_000;
/// Less sound than this at an utterance's end holds no word, 0.2 s; Whisper invents one.
const LEAST: usize = 3_200;
/// What Whisper can hear at once: 30 s.
pub(super) const WINDOW: usize = 30 * 16_000;
/// Beyond this the window moves on: 25 s, so that there is still sound to come when the words are fixed.
const LONG: usize = 25 * 16_000;
/// Sound behind a word that may still change it: 3 s.
const UNSURE: usize = 3 * 16_000;

/// One open utterance.
#[derive(Default)]
pub(super) struct Utterance {
    /// Not yet moved out of the window.
    audio: Vec<f32>,
    /// Samples moved out.
    moved: u64,
    /// How much of `audio` the last pass heard.
    heard: usize,
    /// Words of what moved out; timed from the utterance's start, as are all words here.
    fixed: Vec<Word>,
    /// Words of the last pass.
    open: Vec<Word>,
    /// Tokens of words that are likely to be said.
    pub(super) expected: Vec<WhisperTokenId>,
    /// No more sound will come.
    pub(super) is_finished: bool,
}

impl Utterance {
    /// Adds sound.
    pub(super) fn push(&mut self, samples: &[f32]) {
        self.audio.extend_from_slice(samples);
    }

    fn unheard(&self) -> usize {
        self.audio.len() - self.heard
    }

    /// Whether it should be recognised now.
    pub(super) fn is_due(&self) -> bool {
        match self.is_finished {
            true => self.unheard() > 0 && self.audio.len() >= LEAST,
            false => self.unheard() >= HOP,
        }
    }

    /// Whether nothing will change any more.
    pub(super) fn is_done(&self) -> bool {
        self.is_finished && !self.is_due()
    }

    /// What a pass should hear: at most [`WINDOW`] samples.
    pub(super) fn window(&self) -> &[f32] {
        &self.audio[..self.audio.len().min(WINDOW)]
    }

    /// What was said before the window, as far back as a pass may be given it: a word has a token at least.
    pub(super) fn earlier(&self, is_spaced: bool) -> String {
        let last = &self.fixed[self.fixed.len().saturating_sub(MOST)..];
        let space = if is_spaced { " " } else { "" };
        last.iter().flat_map(|w| [space, &w.text]).collect()
    }

    /// Takes the words that a pass found in [`window`](Self::window), timed from its start.
    pub(super) fn take(&mut self, words: Vec<Word>) {
        let on_utterance = |w: Word| Word { start: w.start.plus(self.moved), end: w.end.plus(self.moved), ..w };
        let words: Vec<Word> = words.into_iter().map(on_utterance).collect();
        let agreed = self.open.iter().zip(&words).take_while(|(a, b)| a.text == b.text).count();
        self.open = words;
        self.heard = self.window().len();
        if self.heard > LONG {
            self.move_on(agreed);
        }
    }

    /// Gives a pass up: what was found last stays.
    pub(super) fn give_up(&mut self) {
        self.heard = self.audio.len();
    }

    /// Fixes the first words and leaves their sound behind: those agreed on, or, where the window is full, all.
    fn move_on(&mut self, agreed: usize) {
        let is_full = self.heard == WINDOW;
        let sure = self.moved + (self.heard - UNSURE) as u64;
        let old = self.open.iter().take_while(|w| w.end.0 <= sure).count();
        let count = if is_full { old } else { agreed.min(old) };
        let behind = match self.open.get(count.wrapping_sub(1)) {
            Some(last) => last.end.0,
            // Nothing was said in all this time, or one word that is still going on.
            None if is_full => self.open.first().map_or(sure, |first| first.start.0),
            None => return,
        };
        // Where the window is full, there is progress whatever the model says about times.
        let least = if is_full { HOP as u64 } else { 0 };
        let behind = behind.clamp(self.moved + least, sure);
        self.fixed.extend(self.open.drain(..count));
        let samples = (behind - self.moved) as usize;
        self.audio.drain(..samples);
        self.heard -= samples;
        self.moved = behind;
    }

    /// All its words.
    pub(super) fn hypothesis(&self) -> Hypothesis {
        let words = self.fixed.iter().chain(&self.open).cloned().collect();
        Hypothesis { words, fixed: self.fixed.len(), margins: Vec::new() }
    }

    /// Samples of the utterance that its words rest on.
    pub(super) fn heard(&self) -> StreamTime {
        let heard = if self.is_done() { self.audio.len() } else { self.heard };
        StreamTime(self.moved + heard as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: usize = 16_000;

    /// A word per second, as somebody would say who counts.
    fn counted(from: usize, window: &[f32]) -> Vec<Word> {
        let seconds = window.len() / SECOND;
        let at = |s: usize| StreamTime((s * SECOND) as u64);
        (0..seconds).map(|s| Word { text: (from + s).to_string(), start: at(s), end: at(s + 1), p: 1.0 }).collect()
    }

    fn pass(utterance: &mut Utterance) {
        let from = (utterance.moved as usize) / SECOND;
        let words = counted(from, utterance.window());
        utterance.take(words);
    }

    fn texts(utterance: &Utterance) -> Vec<String> {
        utterance.hypothesis().words.into_iter().map(|w| w.text).collect()
    }

    #[test]
    fn a_pass_is_due_with_every_second_and_at_the_end() {
        let mut utterance = Utterance::default();
        utterance.push(&[0.0; SECOND - 1]);
        assert!(!utterance.is_due());
        utterance.push(&[0.0]);
        assert!(utterance.is_due());
        pass(&mut utterance);
        assert!(!utterance.is_due());
        utterance.push(&[0.0]);
        utterance.is_finished = true;
        assert!(utterance.is_due() && !utterance.is_done());
        pass(&mut utterance);
        assert!(utterance.is_done());
        assert_eq!(utterance.heard().0, SECOND as u64 + 1);
    }

    #[test]
    fn the_window_moves_on_and_no_word_is_lost_or_doubled() {
        for step in [SECOND, 7 * SECOND, 100 * SECOND] {
            let mut utterance = Utterance::default();
            let mut fixed: Vec<Word> = Vec::new();
            for _ in 0..100 * SECOND / step {
                utterance.push(&vec![0.0; step]);
                while utterance.is_due() {
                    assert!(utterance.window().len() <= WINDOW);
                    pass(&mut utterance);
                    let hypothesis = utterance.hypothesis();
                    assert!(hypothesis.words.starts_with(&fixed));
                    fixed = hypothesis.words[..hypothesis.fixed].to_vec();
                }
            }
            let said: String = fixed.iter().map(|w| w.text.as_str()).collect();
            let earlier = utterance.earlier(true);
            assert_eq!((utterance.earlier(false), earlier.replace(' ', "")), (said.clone(), said), "what is fixed");
            assert!(earlier.starts_with(" 0 1 2"), "{earlier}");
            utterance.is_finished = true;
            let all: Vec<String> = (0..100 * SECOND / step * step / SECOND).map(|s| s.to_string()).collect();
            assert_eq!(texts(&utterance), all, "steps of {step}");
            assert!(utterance.is_done());
        }
    }

    #[test]
    fn silence_and_disagreement_move_on_too() {
        let mut utterance = Utterance::default();
        utterance.push(&vec![0.0; 90 * SECOND]);
        utterance.is_finished = true;
        let mut passes = 0;
        while utterance.is_due() {
            // One word as long as the window, another each time.
            let at = StreamTime(utterance.window().len() as u64);
            let word = Word { text: passes.to_string(), start: StreamTime(0), end: at, p: 1.0 };
            utterance.take(if passes % 2 == 0 { vec![word] } else { Vec::new() });
            passes += 1;
            assert!(passes < 100, "no progress");
        }
        utterance.push(&[0.0; 5]);
        utterance.give_up();
        assert!(utterance.is_done());
    }
}
