//! A room's memory: turns what the stages say into numbered events, and keeps the last of them for late joiners.
//!
//! Pure: no thread, no channel; time comes with the items.

use crate::event::{Body, Caption, Event, Kind, WordTime};
use crate::pipeline::item::{Recognised, Session, Translated};
use crate::text::{Lang, join};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long events are kept for who comes late or comes back.
pub const KEPT: Duration = Duration::from_secs(120);
/// And how many at the most: bounded memory, whatever is said.
const KEPT_EVENTS: usize = 4_096;
/// So many events are replayed one by one: half of what may wait for a listener. (Few in unit tests, to see both ways.)
const WHOLE: usize = if cfg!(test) { 4 } else { 128 };
/// Below this mean probability a caption is flagged `uncertain`: the starter models' wrong words lie below it.
const UNCERTAIN: f32 = 0.6;

/// An event and what the fan-out must know of it.
#[derive(Debug, Clone)]
pub struct Published {
    /// The event.
    pub event: Event,
    /// Whose session, if anyone's.
    pub session: Option<u64>,
    /// A caption whose committed text is as before and that isn't final: dropping it loses nothing.
    pub is_draft: bool,
}

/// One room.
pub struct Room {
    /// Its name.
    pub name: String,
    epoch: u64,
    seq: u64,
    began: Instant,
    log: VecDeque<(Instant, Arc<Published>)>,
    captions: HashMap<(u64, Lang), State>,
    clocks: HashMap<u64, f64>,
    /// The lag of the last captions, smoothed.
    pub lag: f64,
}

/// What was last said of a session's open utterance in a language.
#[derive(Default)]
struct State {
    utterance: u64,
    revision: u32,
    committed: usize,
}

impl Room {
    /// An empty room. `epoch` tells this life of it from an earlier one.
    pub fn new(name: &str, epoch: u64) -> Self {
        Self {
            name: name.to_owned(),
            epoch,
            seq: 0,
            began: Instant::now(),
            log: VecDeque::new(),
            captions: HashMap::new(),
            clocks: HashMap::new(),
            lag: 0.0,
        }
    }

    /// Where a client may continue: `epoch.seq`.
    pub fn position(&self) -> String {
        format!("{}.{}", self.epoch, self.seq)
    }

    /// An event for one connection only; it takes no number of its own. On a session's connection its time is the
    /// session's.
    pub fn aside(&self, session: Option<u64>, body: Body) -> Published {
        let session_time = session.and_then(|number| self.clocks.get(&number)).copied();
        let t = session_time.unwrap_or_else(|| self.began.elapsed().as_secs_f64());
        let at = self.began.elapsed().as_secs_f64();
        let event = Event { room: self.name.clone(), epoch: self.epoch, seq: self.seq, t, at, body };
        Published { event, session: None, is_draft: false }
    }

    /// What is told once: it takes no number, isn't kept, and may be dropped.
    pub fn passing(&self, session: &Session, body: Body) -> Published {
        Published { session: Some(session.number), is_draft: true, ..self.aside(Some(session.number), body) }
    }

    /// Numbers an event of the whole room and keeps it.
    pub fn publish(&mut self, body: Body) -> Arc<Published> {
        let t = self.began.elapsed().as_secs_f64();
        self.keep(body, t, None, false)
    }

    /// Numbers an event of a session at its time `t` and keeps it. A session's time never goes back.
    pub fn publish_for(&mut self, session: &Session, t: f64, body: Body, is_draft: bool) -> Arc<Published> {
        let clock = self.clocks.entry(session.number).or_default();
        *clock = clock.max(t);
        let t = *clock;
        self.keep(body, t, Some(session.number), is_draft)
    }

    fn keep(&mut self, body: Body, t: f64, session: Option<u64>, is_draft: bool) -> Arc<Published> {
        self.seq += 1;
        let now = Instant::now();
        let at = (now - self.began).as_secs_f64();
        let event = Event { room: self.name.clone(), epoch: self.epoch, seq: self.seq, t, at, body };
        let published = Arc::new(Published { event, session, is_draft });
        self.log.push_back((now, published.clone()));
        while self.log.len() > KEPT_EVENTS || self.log.front().is_some_and(|(at, _)| now - *at > KEPT) {
            self.log.pop_front();
        }
        published
    }

    /// Whether nothing of it is worth keeping: nobody speaks, and nothing was said lately.
    pub fn is_forgettable(&self) -> bool {
        self.clocks.is_empty() && self.log.back().is_none_or(|(at, _)| at.elapsed() > KEPT)
    }

    /// Forgets what only an open session needs.
    pub fn close(&mut self, session: &Session) {
        self.captions.retain(|(number, _), _| *number != session.number);
        self.clocks.remove(&session.number);
    }

    /// What is kept and was published after `after` (`seq` or `epoch.seq`); where that is much, each caption only as it
    /// last was, which carries all its text. Without it, or with one of another life of the room: the finals.
    pub fn replay(&self, after: Option<&str>) -> Vec<Arc<Published>> {
        let seen = after.and_then(|after| match after.split_once('.') {
            Some((epoch, seq)) if epoch.parse() == Ok(self.epoch) => seq.parse().ok(),
            Some(_) => None,
            None => after.parse::<u64>().ok().filter(|seq| *seq <= self.seq),
        });
        let kept = self.log.iter().map(|(_, p)| p);
        match seen {
            Some(seen) => {
                let missed: Vec<_> = kept.filter(|p| p.event.seq > seen).cloned().collect();
                if missed.len() > WHOLE { latest(&missed) } else { missed }
            }
            None => kept.filter(|p| p.event.body.is_last_word()).cloned().collect(),
        }
    }

    /// Gives a final caption that is still kept another text; `None`: there is none.
    pub fn correct(&mut self, id: &str, text: String) -> Option<Arc<Published>> {
        let body = self.log.iter().rev().find_map(|(_, published)| match &published.event.body {
            Body::Caption(c) if c.id == id && c.is_final => {
                Some(Body::Correction { id: c.id.clone(), lang: c.lang.clone(), kind: c.kind, text: text.clone() })
            }
            _ => None,
        })?;
        Some(self.publish(body))
    }

    /// A transcript's caption event.
    pub fn transcript(&mut self, session: &Session, source: &Recognised) -> Arc<Published> {
        let word = |w: &crate::text::Word| WordTime {
            text: w.text.clone(),
            start: w.start.seconds(),
            end: w.end.seconds(),
            p: w.p,
        };
        let caption = Caption {
            kind: Kind::Source,
            committed: join(&source.committed),
            tentative: join(&source.tentative),
            steady: join(&source.tentative[..source.steady]),
            words: source.committed.iter().map(word).collect(),
            flags: flags(source.is_final, source.p(), &source.flags),
            start: source.start.seconds(),
            end: source.end().seconds(),
            ..blank(session, source.utterance, [&source.lang; 2], source.is_final)
        };
        self.caption(session, caption, session.now(source.heard))
    }

    /// A translation's caption event.
    pub fn translation(&mut self, session: &Session, text: &Translated) -> Arc<Published> {
        let caption = Caption {
            kind: Kind::Translation,
            committed: text.committed.clone(),
            tentative: text.tentative.clone(),
            steady: text.steady.clone(),
            flags: flags(text.is_final, text.p, &text.flags),
            terms: text.terms.clone(),
            start: text.start.seconds(),
            end: text.end.seconds(),
            ..blank(session, text.utterance, [&text.source_lang, &text.lang], text.is_final)
        };
        self.caption(session, caption, session.now(text.heard))
    }

    fn caption(&mut self, session: &Session, mut caption: Caption, t: f64) -> Arc<Published> {
        let state = self.captions.entry((session.number, caption.lang.clone())).or_default();
        if state.utterance != caption.utterance {
            *state = State { utterance: caption.utterance, ..State::default() };
        }
        state.revision += 1;
        caption.revision = state.revision;
        let has_grown = caption.committed.len() > state.committed;
        state.committed = caption.committed.len();
        let is_draft = !has_grown && !caption.is_final && caption.revision > 1;
        if has_grown && session.is_live() {
            self.lag = 0.8 * self.lag + 0.2 * (t - caption.end).max(0.0);
        }
        self.publish_for(session, t, Body::Caption(caption), is_draft)
    }
}

/// Leaves out captions that a later event repeats and adds to. Not every listener takes drafts, so a draft stands in
/// for drafts only.
fn latest<'a>(events: &'a [Arc<Published>]) -> Vec<Arc<Published>> {
    // Of each caption: whether what comes later is drafts only.
    let mut later: HashMap<&str, bool> = HashMap::new();
    let mut is_latest = |p: &'a Published| {
        let Body::Caption(caption) = &p.event.body else { return true };
        let before = later.get(caption.id.as_str()).copied();
        later.insert(&caption.id, p.is_draft && before != Some(false));
        before.is_none() || before == Some(true) && !p.is_draft
    };
    let mut kept: Vec<_> = events.iter().rev().filter(|p| is_latest(p)).cloned().collect();
    kept.reverse();
    kept
}

/// A caption without text, from a language to another.
fn blank(session: &Session, utterance: u64, [source_lang, lang]: [&Lang; 2], is_final: bool) -> Caption {
    Caption {
        id: format!("{}.{utterance}.{lang}", session.name()),
        session: session.name(),
        speaker: session.speaker.clone(),
        utterance,
        lang: lang.clone(),
        source_lang: source_lang.clone(),
        kind: Kind::Source,
        committed: String::new(),
        tentative: String::new(),
        steady: String::new(),
        is_final,
        revision: 0,
        start: 0.0,
        end: 0.0,
        words: Vec::new(),
        flags: Vec::new(),
        terms: Vec::new(),
    }
}

/// The warnings of a caption: doubt, and what the stages found.
fn flags(is_final: bool, p: f32, found: &[&'static str]) -> Vec<String> {
    let doubt = (is_final && p < UNCERTAIN).then_some("uncertain");
    doubt.into_iter().chain(found.iter().copied()).map(str::to_owned).collect()
}
