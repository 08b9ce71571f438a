//! What was understood of one utterance: turns its decoded windows into a hypothesis, and says where the next window
//! begins. Pure.
//!
//! A window that has become long is cut behind what is committed, at the end of a segment or, where that leaves too much,
//! of a word (whisper_streaming's `buffer_trimming = "segment"`); the committed words are the prompt of what follows. So
//! endless speech costs no more per second than short speech does, and no word is lost or doubled at the seam.

use super::segments::{FRAMES_PER_STEP, Segment};
use super::words::{STEP, Spoken};
use super::{before, mel};
use crate::audio::StreamTime;
use crate::stabilise::{Same, seam};
use crate::text::{Hypothesis, Word};

/// Samples in a frame.
const HOP: u64 = mel::HOP as u64;

/// Which tokens are text, and which are times.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Marks {
    /// Text is below.
    pub end: u32,
    /// The time 0; times are from here on.
    pub zero: u32,
}

/// A word of a window.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// The word, timed from the utterance's start.
    pub word: Word,
    /// Text tokens of the window up to its end.
    pub end: usize,
    /// Steps of sound behind the last one that it attends to, where that is known.
    pub margin: Option<usize>,
    /// The utterance's frame at which a segment ends with it that another follows.
    pub closes: Option<usize>,
}

/// A stretch of the utterance in frames, `from` its start, of which `sound` are heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Its first frame.
    pub from: usize,
    /// Frames of sound.
    pub sound: usize,
}

/// Words as everybody shares them: without spaces, timed from the utterance's start, never going back.
pub fn placed(spoken: Vec<Spoken>, segments: &[Segment], stretch: Stretch) -> Vec<Placed> {
    let start = StreamTime(stretch.from as u64 * HOP);
    let steps = stretch.sound / FRAMES_PER_STEP;
    let last = stretch.sound as f64 / FRAMES_PER_STEP as f64 * STEP;
    let time = |seconds: f64| start.plus(StreamTime::from_seconds(seconds.min(last)).0);
    let followed = segments.split_last().map_or(&[][..], |(_, before)| before);
    let mut now = start;
    let mut end = 0;
    let mut words = Vec::with_capacity(spoken.len());
    for word in spoken {
        end += word.tokens;
        // What is left of a character that is not complete yet.
        let text = word.text.trim_matches(['\u{fffd}', ' ']).to_owned();
        if text.is_empty() {
            continue;
        }
        let begins = time(word.start).max(now);
        let ends = time(word.end).max(begins);
        let margin = word.attended.map(|step| steps.saturating_sub(step + 1));
        let closes =
            followed.iter().find(|s| s.text.end == end).map(|s| stretch.from + s.end.min(steps) * FRAMES_PER_STEP);
        words.push(Placed {
            word: Word { text, start: begins, end: ends, p: word.p.clamp(0.0, 1.0) },
            end,
            margin,
            closes,
        });
        now = begins;
    }
    words
}

/// The text of one utterance.
#[derive(Debug, Clone)]
pub struct Transcript {
    marks: Marks,
    /// Words before the window.
    fixed: Vec<Word>,
    /// Words of the window.
    open: Vec<Placed>,
    /// The window's tokens, times among them.
    tokens: Vec<u32>,
    /// Tokens before the window, as many as are given again.
    earlier: Vec<u32>,
    /// The words behind the last cut, as they were understood before it.
    behind: Vec<Word>,
    /// The window's first frame.
    from: usize,
}

impl Transcript {
    /// Nothing yet.
    pub fn new(marks: Marks) -> Self {
        let (fixed, open, behind) = (Vec::new(), Vec::new(), Vec::new());
        Self { marks, fixed, open, tokens: Vec::new(), earlier: Vec::new(), behind, from: 0 }
    }

    /// The window's first frame.
    pub fn from(&self) -> usize {
        self.from
    }

    /// Tokens of what was said before the window.
    pub fn earlier(&self) -> &[u32] {
        &self.earlier
    }

    /// What the last pass heard in what is now the window: the next pass's draft.
    pub fn draft(&self) -> &[u32] {
        &self.tokens
    }

    /// When the last word before the window ended.
    pub fn end(&self) -> StreamTime {
        self.fixed.last().map_or(StreamTime(0), |w| w.end)
    }

    /// All words; `is_final`: none can change any more.
    pub fn hypothesis(&self, is_final: bool) -> Hypothesis {
        let words: Vec<Word> = self.fixed.iter().chain(self.open.iter().map(|p| &p.word)).cloned().collect();
        let margins = self.fixed.iter().map(|_| usize::MAX).chain(self.open.iter().map(|p| p.margin.unwrap_or(0)));
        Hypothesis { fixed: if is_final { words.len() } else { self.fixed.len() }, margins: margins.collect(), words }
    }

    /// Takes what a pass found in the window.
    pub fn show(&mut self, mut found: Vec<Placed>, tokens: &[u32]) {
        found.drain(..self.repeated(&found));
        self.open = found;
        self.tokens = tokens.to_vec();
    }

    /// Takes what a pass found in a full window that moves on by so many frames, and the tokens, of which the first `used`
    /// are those of the words. `is_sure`: they may be given again.
    pub fn fix(&mut self, mut found: Vec<Placed>, tokens: &[u32], used: usize, by: usize, is_sure: bool) {
        found.drain(..self.repeated(&found));
        self.fixed.extend(found.into_iter().map(|p| p.word));
        self.open.clear();
        self.behind.clear();
        self.tokens = tokens.to_vec();
        self.move_on(used.min(tokens.len()), by);
        if !is_sure {
            self.earlier.clear();
        }
    }

    /// Cuts the window, which reaches to the frame `heard`, behind the first `committed` words of the hypothesis, where it is
    /// longer than `limit` frames. -> whether it did.
    pub fn cut(&mut self, committed: usize, heard: usize, limit: usize) -> bool {
        let committed = committed.saturating_sub(self.fixed.len()).min(self.open.len());
        if committed == 0 || heard.saturating_sub(self.from) <= limit {
            return false;
        }
        let segment = (1..=committed).rev().find_map(|count| Some((count, self.open[count - 1].closes?)));
        let word = || (committed, (self.open[committed - 1].word.end.0 / HOP) as usize);
        let (count, frame) = segment.filter(|(_, frame)| heard.saturating_sub(*frame) <= limit).unwrap_or_else(word);
        // Of the next word, nothing is cut off.
        let next = self.open.get(count).map_or(usize::MAX, |next| (next.word.start.0 / HOP) as usize);
        let steps = frame.min(next).min(heard).saturating_sub(self.from) / FRAMES_PER_STEP;
        if steps == 0 {
            return false;
        }
        let end = self.open[count - 1].end;
        let is_closed = self.open[count - 1].closes.is_some();
        self.fixed.extend(self.open.drain(..count).map(|p| p.word));
        self.open.iter_mut().for_each(|p| p.end -= end);
        self.behind = self.open.iter().map(|p| p.word.clone()).collect();
        let mut used = self.tokens.iter().scan(0, |texts, t| {
            *texts += usize::from(*t < self.marks.end);
            Some(*texts)
        });
        let used = used.position(|texts| texts == end).map_or(self.tokens.len(), |i| i + 1);
        let closing = is_closed && self.tokens.get(used).is_some_and(|t| *t >= self.marks.zero);
        self.move_on(used + usize::from(closing), steps * FRAMES_PER_STEP);
        true
    }

    /// The first `used` tokens are what was said earlier; what is left of the others begins so many frames later.
    fn move_on(&mut self, used: usize, frames: usize) {
        let steps = (frames / FRAMES_PER_STEP) as u32;
        self.from += frames;
        self.earlier.extend(self.tokens.drain(..used));
        let excess = self.earlier.len().saturating_sub(before::MOST);
        self.earlier.drain(..excess);
        let zero = self.marks.zero;
        self.tokens.iter_mut().filter(|t| **t >= zero).for_each(|t| *t = zero + (*t - zero).saturating_sub(steps));
        // A text begins with a time.
        if self.tokens.first().is_some_and(|t| *t < zero) {
            self.tokens.insert(0, zero);
        }
    }

    /// How many of the first words are the last ones before the window, heard once more; those that were heard behind the
    /// cut before it was made are said twice indeed.
    fn repeated(&self, found: &[Placed]) -> usize {
        let words: Vec<Word> = found.iter().take(self.fixed.len()).map(|p| p.word.clone()).collect();
        let count = seam::repeated(&self.fixed, &words);
        let known = self.behind.iter().zip(&words).take_while(|(a, b)| a.same(b)).count();
        if known >= count { 0 } else { count }
    }
}

#[cfg(test)]
mod tests;
