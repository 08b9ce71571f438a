//! Gives each listener the events it asked for, as steady as it asked for, without ever waiting for it.
//!
//! | what | when a listener's queue is full |
//! |---|---|
//! | drafts (nothing committed is new) | dropped for this listener; the next caption carries all text |
//! | a speaker's own sound | dropped for this listener; the next piece's `start` tells |
//! | everything else | the listener is told `bye: slow` and dropped; it may resume with `after=` |

use super::room::Published;
use crate::error::{Error, Result};
use crate::event::{Body, Caption, Event, Kind};
use crate::text::Lang;
use bytes::Bytes;
use std::sync::Arc;

/// How steady a listener wants its captions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dial {
    /// Every word as soon as it is guessed.
    Instant,
    /// Of the guessed words the first few, as far as they are steady ([`Stabiliser::steady`](crate::stabilise::Stabiliser::steady)).
    #[default]
    Balanced,
    /// Committed text only.
    Reading,
}

impl Dial {
    /// All dials, by name.
    pub const NAMES: &'static [(&'static str, Self)] =
        &[("instant", Self::Instant), ("balanced", Self::Balanced), ("reading", Self::Reading)];

    /// Reads a dial's name.
    ///
    /// # Errors
    /// A config error that lists the names.
    pub fn parse(name: &str) -> Result<Self> {
        let dial = Self::NAMES.iter().find(|d| d.0 == name).map(|d| d.1);
        dial.ok_or_else(|| Error::config(format!("unknown dial `{name}`")).hint("instant, balanced or reading"))
    }

    /// What of a caption's tentative text this dial shows.
    pub fn tentative(self, caption: &Caption) -> &str {
        match self {
            Self::Instant => &caption.tentative,
            Self::Balanced => &caption.steady,
            Self::Reading => "",
        }
    }

    /// The event as this dial shows it; `None` where it shows nothing new.
    fn apply<'a>(self, published: &'a Published, changed: &'a mut Option<Event>) -> Option<&'a Event> {
        let Body::Caption(caption) = &published.event.body else { return Some(&published.event) };
        if self == Self::Instant {
            return Some(&published.event);
        }
        if self == Self::Reading && (published.is_draft || caption.committed.is_empty() && !caption.is_final) {
            return None;
        }
        let tentative = self.tentative(caption).to_owned();
        let caption = Caption { tentative, ..caption.clone() };
        Some(changed.insert(Event { body: Body::Caption(caption), ..published.event.clone() }))
    }
}

/// What a listener wants to get.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Translations into this language only (transcripts come always); `None`: all languages.
    pub lang: Option<Lang>,
    /// Events of this session only.
    pub session: Option<u64>,
    /// The voice, too.
    pub voice: bool,
    /// The speakers' own sound, too.
    pub sound: bool,
    /// How steady.
    pub dial: Dial,
}

impl Filter {
    /// Whether it wants translations into this language.
    pub fn wants(&self, lang: &Lang) -> bool {
        self.lang.as_ref().is_none_or(|l| l.primary() == lang.primary())
    }

    fn lets_through(&self, published: &Published) -> bool {
        if self.session.is_some() && published.session.is_some() && self.session != published.session {
            return false;
        }
        match &published.event.body {
            Body::Caption(c) => c.kind == Kind::Source || self.wants(&c.lang),
            Body::Correction { kind, lang, .. } => *kind == Kind::Source || self.wants(lang),
            Body::Speech { lang, .. } => self.voice && self.wants(lang),
            Body::Sound { .. } => self.sound,
            _ => true,
        }
    }
}

/// An event on its way to listeners, encoded once per dial.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The event as sent.
    pub event: Arc<Event>,
    /// Its JSON.
    pub json: Arc<str>,
    /// Its audio, if it has some: a byte that gives the id's length, the id, then PCM.
    pub audio: Option<Bytes>,
}

/// Where a listener's events go.
pub trait Sink: Send {
    /// Takes an event if there is room, and gives it back if not.
    ///
    /// # Errors
    /// [`Refusal`]: why not.
    fn offer(&mut self, frame: &Frame) -> std::result::Result<(), Refusal>;
}

/// Why a sink took nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Its queue is full.
    Full,
    /// Nobody is there any more.
    Gone,
}

/// Frames of one event, made when first needed.
#[derive(Default)]
pub struct Encoded([Option<Option<Frame>>; 3]);

impl Encoded {
    fn get(&mut self, published: &Published, dial: Dial) -> Option<&Frame> {
        let slot = &mut self.0[dial as usize];
        slot.get_or_insert_with(|| dial.apply(published, &mut None).map(frame)).as_ref()
    }
}

/// Encodes an event.
pub fn frame(event: &Event) -> Frame {
    // Events are plain data: numbers, strings and lists always encode.
    let json = serde_json::to_string(event).unwrap_or_default().into();
    let audio = match &event.body {
        Body::Speech { id, audio, .. } | Body::Sound { id, audio, .. } => Some(binary(id, audio)),
        _ => None,
    };
    Frame { event: Arc::new(event.clone()), json, audio }
}

fn binary(id: &str, audio: &[i16]) -> Bytes {
    let mut bytes = Vec::with_capacity(1 + id.len() + audio.len() * 2);
    // Ids are made here, of names that are short.
    bytes.push(id.len() as u8);
    bytes.extend_from_slice(id.as_bytes());
    bytes.extend(audio.iter().flat_map(|s| s.to_le_bytes()));
    bytes.into()
}

/// One listener.
pub struct Listener {
    /// Names it for unsubscribing.
    pub id: u64,
    /// What it wants.
    pub filter: Filter,
    /// Where to.
    pub sink: Box<dyn Sink>,
}

impl Listener {
    /// Offers it an event. `false`: it is gone, or too slow for what it must not miss.
    pub fn offer(&mut self, published: &Published, encoded: &mut Encoded) -> bool {
        if !self.filter.lets_through(published) {
            return true;
        }
        let Some(frame) = encoded.get(published, self.filter.dial) else { return true };
        match self.sink.offer(frame) {
            Ok(()) => true,
            Err(Refusal::Full) => published.is_draft,
            Err(Refusal::Gone) => false,
        }
    }
}
