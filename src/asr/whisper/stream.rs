//! One utterance on its way through Whisper: which window of it is due, and which of its words can't change any more.
//!
//! The window begins where the last cut is, or the last closed segment of a full window ended, and reaches to the newest
//! sound; it is decoded again as it grows. What was understood is the [`Transcript`]'s.

use super::decode::Decoded;
use super::mel::{HOP, LogMel, MelBank};
use super::segments::{FRAMES_PER_STEP, Segments};
use super::transcript::{Marks, Placed, Stretch, Transcript};
use crate::asr::{StreamId, Update};
use crate::audio::{SAMPLE_RATE, StreamTime};
use crate::text::Lang;
use std::sync::Arc;

/// New sound that is worth another pass: 1 s, `min-chunk-size` of whisper_streaming (Macháček et al. 2023).
pub const WORTH: usize = SAMPLE_RATE as usize;
/// Silence behind a short window, in frames: the model learnt on padded windows and needs to hear an end
/// (`shared/reference/models.md` §8: 1 to 2 s).
const PADDING: usize = 100;
/// Short windows have a multiple of so many frames, so that those of several streams go together.
const ROUND: usize = 100;
/// Less sound than this, in frames, holds no word; Whisper invents one.
const LEAST: usize = 20;
/// What was found at a higher temperature is not given again: a guess must not lead to guesses.
const MOST_TEMPERATURE: f32 = 0.5;

/// Why a window is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// It is full: what is closed in it gets fixed.
    Full,
    /// The utterance is over.
    Last,
    /// There is enough new sound.
    Grown,
}

/// A stretch of the utterance that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// Its first frame.
    pub from: usize,
    /// Frames of sound.
    pub sound: usize,
    /// Frames with the silence behind it.
    pub frames: usize,
    /// Why.
    pub why: Why,
}

/// One utterance.
pub struct Stream {
    /// What is heard.
    pub mel: LogMel,
    /// The token of its language, where that is found out.
    pub language: Option<u32>,
    /// Whether that won't be asked again.
    pub is_language_sure: bool,
    /// Tokens of words that are likely to be said.
    pub expected: Vec<u32>,
    /// What was understood.
    pub said: Transcript,
    /// Samples that the last pass heard.
    decoded: usize,
    /// Whether another pass over the same sound would find nothing else.
    is_settled: bool,
    /// Whether there will be no more sound.
    pub is_finished: bool,
}

impl Stream {
    /// A new utterance.
    pub fn new(bank: Arc<MelBank>, marks: Marks) -> Self {
        Self {
            mel: LogMel::new(bank),
            language: None,
            is_language_sure: false,
            expected: Vec::new(),
            said: Transcript::new(marks),
            decoded: 0,
            is_settled: true,
            is_finished: false,
        }
    }

    /// The window that is due, of `longest` frames at most; shorter ones only where the model takes them.
    pub fn due(&self, longest: usize, takes_short: bool) -> Option<Due> {
        let heard = self.mel.len();
        let sound = (heard / HOP).saturating_sub(self.said.from());
        let is_new = heard > self.decoded;
        let why = match () {
            () if sound > longest => Why::Full,
            () if self.is_finished && sound >= LEAST && (is_new || !self.is_settled) => Why::Last,
            () if !self.is_finished && heard - self.decoded.min(heard) >= WORTH => Why::Grown,
            () => return None,
        };
        let sound = sound.min(longest);
        let padded = (sound + PADDING).next_multiple_of(ROUND);
        let frames = if takes_short { padded.min(longest) } else { longest };
        Some(Due { from: self.said.from(), sound, frames, why })
    }

    /// Takes the words of a full window's closed segments, which never change again; the window moves on.
    pub fn fix(&mut self, due: &Due, words: Vec<Placed>, segments: &Segments, decoded: &Decoded) {
        let by = (segments.advance * FRAMES_PER_STEP).clamp(1, due.sound);
        let is_sure = decoded.temperature <= MOST_TEMPERATURE;
        self.said.fix(words, &decoded.tokens, segments.tokens, by, is_sure);
        self.mel.forget(self.said.from());
        // Its rest is heard again, as a window of its own.
        self.decoded = 0;
    }

    /// Takes the words of a window that may still change.
    pub fn show(&mut self, words: Vec<Placed>, decoded: &Decoded) {
        self.said.show(words, &decoded.tokens);
        // What the last pass doubts at every temperature it would doubt again, for ever.
        self.heard(self.is_finished || !decoded.is_doubtful());
    }

    /// Hears that the first `words` words stay: a window longer than `limit` frames is cut behind them.
    pub fn committed(&mut self, words: usize, limit: usize) {
        if self.said.cut(words, self.mel.len() / HOP, limit) {
            self.mel.forget(self.said.from());
        }
    }

    /// Notes that a pass heard all there is.
    pub fn heard(&mut self, is_settled: bool) {
        self.decoded = self.mel.len();
        self.is_settled = is_settled;
    }

    /// What is now to be told of it.
    pub fn update(&self, stream: StreamId, lang: Option<Lang>) -> Update {
        let (heard, hypothesis) = (self.mel.len() as u64, self.said.hypothesis(self.is_finished));
        Update { stream, hypothesis, lang, heard, is_done: self.is_finished }
    }

    /// Where the last fixed word ended, in seconds after the window's start: zero or less.
    pub fn last_speech(&self) -> f64 {
        let start = StreamTime((self.said.from() * HOP) as u64).seconds();
        (self.said.end().seconds() - start).min(0.0)
    }
}

impl Due {
    /// The stretch without the silence behind it.
    pub fn stretch(&self) -> Stretch {
        Stretch { from: self.from, sound: self.sound }
    }
}

#[cfg(test)]
mod tests {
    use super::super::transcript::placed;
    use super::super::words::Spoken;
    use super::*;

    fn stream(seconds: f64) -> Stream {
        let mut stream = Stream::new(Arc::new(MelBank::new(80)), Marks { end: 50, zero: 100 });
        stream.mel.push(&vec![0.0; (seconds * 16_000.0) as usize]);
        stream
    }

    #[test]
    fn a_window_is_due_when_it_grew_is_full_or_is_the_last() {
        let mut s = stream(0.5);
        assert_eq!(s.due(3_000, true), None);
        s.mel.push(&[0.0; 9_000]);
        let due = s.due(3_000, true).expect("a second");
        assert_eq!(due, Due { from: 0, sound: 106, frames: 300, why: Why::Grown });
        assert_eq!(s.due(3_000, false).map(|d| d.frames), Some(3_000));
        s.show(Vec::new(), &Decoded::default());
        assert_eq!(s.due(3_000, true), None);
        s.is_finished = true;
        assert_eq!(s.due(3_000, true), None, "nothing new, and nothing in doubt");
        s.heard(false);
        assert_eq!(s.due(3_000, true).map(|d| d.why), Some(Why::Last));
        s.show(Vec::new(), &Decoded { avg_log_p: -9.0, ..Decoded::default() });
        assert_eq!(s.due(3_000, true), None, "the last pass is the last, however doubtful");
        assert_eq!(stream(31.0).due(3_000, true).map(|d| (d.why, d.sound, d.frames)), Some((Why::Full, 3_000, 3_000)));
    }

    #[test]
    fn words_are_fixed_when_the_window_moves_on() {
        let mut s = stream(31.0);
        let due = s.due(3_000, true).expect("full");
        let word = |text: &str, start, end| Spoken { text: text.into(), start, end, p: 0.9, tokens: 1, attended: None };
        let found = placed(vec![word(" one", 1.0, 2.0), word(" \u{fffd}", 3.0, 4.0)], &[], due.stretch());
        assert_eq!(found.len(), 1);
        let segments = Segments { closed: Vec::new(), open: None, tokens: 300, advance: 1_000 };
        s.fix(&due, found, &segments, &Decoded { tokens: vec![1; 400], ..Decoded::default() });
        assert_eq!((s.said.earlier().len(), s.said.hypothesis(false).fixed), (223, 1));
        assert_eq!(s.said.draft().len(), 101, "a time, and what wasn't closed");
        assert_eq!(s.last_speech(), 2.0 - 20.0);
        let due = s.due(3_000, true).expect("the rest");
        assert_eq!((due.from, due.sound, due.why), (2_000, 1_100, Why::Grown));
        let found = placed(vec![word(" two", 1.0, 99.0)], &[], due.stretch());
        assert_eq!((found[0].word.start.seconds(), found[0].word.end.seconds()), (21.0, 31.0));
        s.show(found, &Decoded::default());
        let hypothesis = s.said.hypothesis(false);
        assert_eq!((hypothesis.words.len(), hypothesis.fixed), (2, 1));
        s.committed(2, 1_500);
        assert_eq!(s.due(3_000, true), None, "no cut in a short window");
        s.committed(2, 1_000);
        assert_eq!((s.said.from(), s.mel.len()), (3_100, 31 * 16_000), "cut behind the word");
    }
}
