//! The words stages speak to each other: which session, and what of it.
//!
//! Sessions are not threads: every item carries its [`Session`], so one stage serves them all.

use crate::audio::{AudioFormat, StreamTime, Voice};
use crate::capture::Block;
use crate::glossary::TermUse;
use crate::pipeline::timing::Timing;
use crate::text::{Lang, Word};
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::Instant;

/// What the clock of a session's events counts.
#[derive(Debug, Clone, Copy)]
pub enum Clock {
    /// Real time since then: microphones, network speakers, paced files.
    Wall(Instant),
    /// The audio heard so far: files read as fast as possible.
    Audio,
}

/// One speaker's stream, from open to close. Compared by its number.
#[derive(Debug)]
pub struct Session {
    /// Unique in this process.
    pub number: u64,
    /// The room it speaks in.
    pub room: String,
    /// The speaker's name, or empty.
    pub speaker: String,
    /// The language spoken.
    pub lang: Lang,
    /// Whether the speaker said so: then it isn't found out.
    pub knows_lang: bool,
    /// The languages to translate into, but for an utterance's own.
    pub to: Vec<Lang>,
    /// How its audio arrives.
    pub format: AudioFormat,
    /// The clock of its events.
    pub clock: Clock,
    /// How its audio arrives and is worked off.
    pub timing: Timing,
}

impl Session {
    /// Its name in events: `s1`, `s2`, …
    pub fn name(&self) -> String {
        format!("s{}", self.number)
    }
    /// Whether it runs in real time, so that late audio is better dropped than waited for.
    pub fn is_live(&self) -> bool {
        matches!(self.clock, Clock::Wall(_))
    }
    /// Seconds since it began, on its own clock: that of its audio. While a live client sends nothing, it stands still.
    pub fn now(&self, heard: StreamTime) -> f64 {
        match self.clock {
            Clock::Wall(start) => start.elapsed().saturating_sub(self.timing.paused()).as_secs_f64(),
            Clock::Audio => heard.seconds(),
        }
    }
    /// Notes that this much audio has come.
    pub(crate) fn came(&self, seconds: f64) {
        if let Clock::Wall(start) = self.clock {
            self.timing.came(seconds, start.elapsed());
        }
    }
}

impl PartialEq for Session {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}
impl Eq for Session {}
impl Hash for Session {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

/// Something of one session on its way.
#[derive(Debug, Clone)]
pub struct Item<T> {
    /// Whose.
    pub session: Arc<Session>,
    /// What.
    pub flow: Flow<T>,
}

/// What travels: a stage's data, and the marks that every stage hands on in order.
#[derive(Debug, Clone)]
pub enum Flow<T> {
    /// Data.
    Data(T),
    /// A client's mark.
    Marker(String),
    /// Audio was lost between these times.
    Gap {
        /// From.
        start: StreamTime,
        /// To.
        end: StreamTime,
        /// Why.
        reason: &'static str,
    },
    /// An utterance had no words, or none that could be believed. Told at once, and not handed on.
    Nothing {
        /// Counts the session's utterances, from 1.
        utterance: u64,
        /// From.
        start: StreamTime,
        /// To.
        end: StreamTime,
    },
    /// Nothing of this session comes any more.
    End,
}

impl<T> Item<T> {
    /// Data of a session.
    pub fn data(session: &Arc<Session>, data: T) -> Self {
        Self { session: session.clone(), flow: Flow::Data(data) }
    }

    /// The data, or the mark for the next stage.
    pub fn split<U>(self) -> Result<(Arc<Session>, T), Item<U>> {
        let flow = match self.flow {
            Flow::Data(data) => return Ok((self.session, data)),
            Flow::Marker(id) => Flow::Marker(id),
            Flow::Gap { start, end, reason } => Flow::Gap { start, end, reason },
            Flow::Nothing { utterance, start, end } => Flow::Nothing { utterance, start, end },
            Flow::End => Flow::End,
        };
        Err(Item { session: self.session, flow })
    }
}

/// What a source gives to `listen`.
#[derive(Debug, Clone)]
pub enum Sound {
    /// Samples.
    Block(Block),
    /// So many frames (at the source's rate) were lost.
    Lost(u64),
}

/// What `listen` gives to `recognise`.
#[derive(Debug, Clone)]
pub enum Heard {
    /// An utterance begins.
    Start {
        /// Counts the session's utterances, from 1.
        utterance: u64,
        /// Where its audio begins.
        at: StreamTime,
    },
    /// Its audio goes on.
    Speech {
        /// 16 kHz, one channel.
        samples: Vec<f32>,
        /// How probable voice is in each window of it ([`WINDOW`](crate::listen::vad::WINDOW)); the pre-roll has none.
        voice: Vec<f32>,
    },
    /// It ended here.
    End(StreamTime),
}

/// What `recognise` gives to `translate` and to the hub: all of an utterance so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Recognised {
    /// Counts the session's utterances, from 1.
    pub utterance: u64,
    /// The language spoken: the session's, or the one that was found out. The same in all that is said of an utterance.
    pub lang: Lang,
    /// Words that never change.
    pub committed: Vec<Word>,
    /// Words that may.
    pub tentative: Vec<Word>,
    /// How many of the tentative ones are steady enough for a balanced listener.
    pub steady: usize,
    /// The utterance ended; all words are committed.
    pub is_final: bool,
    /// Where its audio begins.
    pub start: StreamTime,
    /// How far the recogniser had heard.
    pub heard: StreamTime,
    /// Warnings for the caption, such as `unsure`.
    pub flags: Vec<&'static str>,
}

/// What `translate` gives to `speak` and to the hub.
#[derive(Debug, Clone, PartialEq)]
pub struct Translated {
    /// As the source's.
    pub utterance: u64,
    /// The language spoken.
    pub source_lang: Lang,
    /// The language of the text.
    pub lang: Lang,
    /// Text that never changes but by appending.
    pub committed: String,
    /// Text that may change.
    pub tentative: String,
    /// Its beginning that is steady enough for a balanced listener.
    pub steady: String,
    /// The utterance ended; all text is committed.
    pub is_final: bool,
    /// Mean probability of the translation's tokens, 0 to 1.
    pub p: f32,
    /// Where the audio begins that it covers.
    pub start: StreamTime,
    /// Where the last source word ends that it covers.
    pub end: StreamTime,
    /// How far the recogniser had heard.
    pub heard: StreamTime,
    /// Warnings for the caption, such as `numbers`.
    pub flags: Vec<&'static str>,
    /// What became of the glossary's terms, as far as the text is closed.
    pub terms: Vec<TermUse>,
}

/// What `speak` gives to the hub.
#[derive(Debug, Clone, PartialEq)]
pub struct Spoken {
    /// As the source's.
    pub utterance: u64,
    /// The language spoken.
    pub lang: Lang,
    /// The sound.
    pub voice: Arc<Voice>,
    /// Where the audio begins that it translates.
    pub start: StreamTime,
    /// Where it ends.
    pub end: StreamTime,
    /// How far the recogniser had heard.
    pub heard: StreamTime,
}
