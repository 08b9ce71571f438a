//! Everything the outside sees: the events of design 5.3. The only types we promise to keep.
//!
//! Names may be added, never changed. Clients ignore types and fields that they don't know.

use crate::glossary::TermUse;
use crate::text::Lang;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The protocol's version, in `hello`. Raised only by a change that breaks clients.
pub const PROTOCOL_VERSION: u32 = 1;

/// An event with its place in the room: JSON object with the fields of both.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Event {
    /// The room it happened in.
    pub room: String,
    /// Changes when the room was begun anew (the daemon restarted).
    pub epoch: u64,
    /// Counts the room's events, from 1.
    pub seq: u64,
    /// Seconds since the session began (for room-wide events: since the room began) when this was emitted.
    /// For input that isn't paced in real time the session's clock is its audio: how much had been heard.
    pub t: f64,
    /// Seconds since the room began when this was emitted. Times of a session (`start`, `end`) are the room's when `at - t` is
    /// added: so captions of several speakers come into one order.
    #[serde(default)]
    pub at: f64,
    /// What happened.
    #[serde(flatten)]
    pub body: Body,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Body {
    /// The first event on every connection.
    Hello {
        /// [`PROTOCOL_VERSION`].
        version: u32,
        /// Name and version of the server.
        server: String,
        /// The languages captions come in: the speaker's first.
        langs: Vec<Lang>,
        /// Those that may be spoken; with one alone, captions in it are never translations.
        #[serde(default)]
        spoken: Vec<Lang>,
        /// The formats a voice may come in, such as `s16le;rate=22050`.
        voice_formats: Vec<String>,
        /// The formats a speaker's own sound may come in; none: it can't be heard here.
        #[serde(default)]
        sound_formats: Vec<String>,
    },
    /// A caption: what is committed never changes, what is tentative may.
    Caption(Caption),
    /// A piece of translated voice; its audio follows as one binary frame: a byte that gives the id's length, the id,
    /// then PCM.
    Speech {
        /// Names the binary frame.
        id: String,
        /// The speaker's session.
        session: String,
        /// The language spoken.
        lang: Lang,
        /// Seconds of the session that it translates: from.
        start: f64,
        /// Seconds of the session that it translates: to.
        end: f64,
        /// `s16le;rate=22050`: PCM, one channel.
        format: String,
        /// The PCM, for receivers in this process; over the wire it is the binary frame.
        #[serde(skip)]
        audio: Arc<Vec<i16>>,
    },
    /// A piece of a speaker's own sound, while it is said, for listeners that asked for it (`sound=on`); its audio follows as one
    /// binary frame, like a `speech`'s. It is told once: not kept for who comes late, and dropped where a listener is slow.
    Sound {
        /// Names the binary frame.
        id: String,
        /// The speaker's session.
        session: String,
        /// Seconds of the session: from. Where it isn't the `end` of the piece before, sound is missing.
        start: f64,
        /// Seconds of the session: to.
        end: f64,
        /// `s16le;rate=16000`: PCM, one channel.
        format: String,
        /// The PCM, for receivers in this process; over the wire it is the binary frame.
        #[serde(skip)]
        audio: Arc<Vec<i16>>,
    },
    /// A client's mark: everything before it has been published.
    Marker {
        /// As the client sent it.
        id: String,
        /// The session it was sent in.
        session: String,
    },
    /// A person has corrected a final caption: this text takes the place of its `committed`, on every screen and in every file.
    Correction {
        /// The caption's.
        id: String,
        /// The language of the text.
        lang: Lang,
        /// Transcript or translation.
        kind: Kind,
        /// The whole text, as it should be.
        text: String,
    },
    /// Audio was lost.
    Gap {
        /// The session that lost it.
        session: String,
        /// Seconds of the session: from.
        start: f64,
        /// Seconds of the session: to.
        end: f64,
        /// `overrun` (the device was faster than we), `behind` (we dropped the oldest waiting audio).
        reason: String,
    },
    /// Something was heard, and no words in it.
    Nothing {
        /// The session.
        session: String,
        /// Counts the session's utterances, from 1. It has no caption.
        utterance: u64,
        /// Seconds of the session: from.
        start: f64,
        /// Seconds of the session: to.
        end: f64,
    },
    /// How the daemon is.
    Status {
        /// `ready`, `behind` or `draining`.
        state: State,
        /// Seconds from speech to caption, lately.
        lag: f64,
        /// For people.
        detail: String,
        /// How much is spared, for machines: 0 nothing … 4 new sessions are refused (see the README).
        #[serde(default)]
        step: u8,
    },
    /// The last event on a connection.
    Bye {
        /// `end`, `draining`, `slow`, …
        reason: String,
        /// Where to continue: the `after=` of the next connection.
        resume: String,
    },
    /// Something went wrong.
    Error {
        /// For machines: `config`, `missing`, `input`, `failed`.
        code: String,
        /// For people.
        message: String,
    },
}

impl Body {
    /// Whether it says what a caption comes to: its final text, or a person's correction of it.
    pub fn is_last_word(&self) -> bool {
        matches!(self, Self::Correction { .. }) || matches!(self, Self::Caption(caption) if caption.is_final)
    }
}

/// The text of one stretch of speech in one language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Caption {
    /// The same for all revisions of one caption.
    pub id: String,
    /// The speaker's session.
    pub session: String,
    /// The speaker's name, if given.
    pub speaker: String,
    /// Counts the session's utterances, from 1.
    pub utterance: u64,
    /// The language of the text.
    pub lang: Lang,
    /// The language that was spoken.
    pub source_lang: Lang,
    /// Transcript or translation.
    pub kind: Kind,
    /// Never changes but by appending.
    pub committed: String,
    /// May change; follows `committed` (with a space between where both are words).
    pub tentative: String,
    /// The beginning of `tentative` that is steady enough for a balanced listener; for the fan-out in this process.
    #[serde(skip)]
    pub steady: String,
    /// Nothing of this caption changes any more.
    #[serde(rename = "final")]
    pub is_final: bool,
    /// Counts the revisions of this caption, from 1.
    pub revision: u32,
    /// Seconds of the session covered: from.
    pub start: f64,
    /// Seconds of the session covered: to. `t - end` is the lag.
    pub end: f64,
    /// The committed words with their times (transcripts only).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<WordTime>,
    /// Warnings: `uncertain` (the model doubts it). Of a translation: it differs from its source in `numbers`, `units`,
    /// `negation` or `names`, something is `omitted` or `added`; `terms`: it lacks a term of the glossary; `source`: the
    /// source is shown in its place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<String>,
    /// Terms of the glossary in the source (translations only), and whether the translation has them; those of the open
    /// end are told once it is closed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub terms: Vec<TermUse>,
}

impl Caption {
    /// The whole text as shown.
    pub fn text(&self) -> String {
        match (self.committed.is_empty(), self.tentative.is_empty()) {
            (_, true) => self.committed.clone(),
            (true, false) => self.tentative.clone(),
            (false, false) => format!("{} {}", self.committed, self.tentative),
        }
    }
}

/// A word and when it was said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WordTime {
    /// The word.
    pub text: String,
    /// Seconds of the session.
    pub start: f64,
    /// Seconds of the session.
    pub end: f64,
    /// Probability, 0 to 1.
    pub p: f32,
}

/// Transcript or translation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// In the speaker's language.
    Source,
    /// In another.
    Translation,
}

/// How the daemon is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Keeping up.
    Ready,
    /// Captions come late; the detail says why.
    Behind,
    /// Stopping: no new sessions.
    Draining,
}
