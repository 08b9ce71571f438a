//! HUB: turns every stage's results into numbered events per room, keeps them a while, and fans them out.
//!
//! It is a stage like the others: one thread, no lock. Nothing here waits for a network client.

pub mod audience;
pub mod fanout;
mod input;
pub mod room;

pub use audience::Audience;
pub use input::{HubIn, Subscription};

use crate::error::Result;
use crate::event::{Body, PROTOCOL_VERSION, State};
use crate::listen::original::{FORMAT, Piece};
use crate::metrics;
use crate::pipeline::governor::Step;
use crate::pipeline::item::{Flow, Item, Session, Spoken};
use crate::pipeline::stage::Stage;
use crate::text::Lang;
use fanout::{Encoded, Listener};
use room::{Published, Room};
use std::collections::HashMap;
use std::sync::Arc;

/// Rooms from which on unused ones are swept out.
const MANY_ROOMS: usize = 256;

/// What listeners may choose from.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The languages captions come in, the speaker's first.
    pub langs: Vec<Lang>,
    /// Those that may be spoken.
    pub spoken: Vec<Lang>,
    /// Whether speakers' own sound may be heard.
    pub sound: bool,
}

impl Offer {
    fn hello(&self) -> Body {
        Body::Hello {
            version: PROTOCOL_VERSION,
            server: concat!("sottovoce/", env!("CARGO_PKG_VERSION")).into(),
            langs: self.langs.clone(),
            spoken: self.spoken.clone(),
            voice_formats: vec!["s16le;rate=22050".into()],
            sound_formats: self.sound.then(|| FORMAT.into()).into_iter().collect(),
        }
    }

    /// What to tell a listener who asks for a language that there isn't.
    fn without(&self, lang: &Lang) -> Option<Body> {
        let tags: Vec<&str> = self.langs.iter().map(Lang::tag).collect();
        let is_there = self.langs.iter().any(|l| l.primary() == lang.primary());
        let message = format!("there are no captions in {} here; there are: {}", lang.name(), tags.join(", "));
        (!is_there).then(|| Body::Error { code: "input".into(), message })
    }
}

/// The stage.
pub struct Hub {
    epoch: u64,
    offer: Offer,
    rooms: HashMap<String, Room>,
    listeners: HashMap<String, Vec<Listener>>,
    /// The same listeners, for the stages that look whether somebody wants their work.
    audience: Arc<Audience>,
    /// How the daemon is: the governor's step and the age that led to it, and whether it stops.
    step: Step,
    age: f64,
    is_draining: bool,
}

impl Hub {
    /// A hub that offers this.
    pub fn new(offer: Offer, audience: Arc<Audience>) -> Self {
        let since_1970 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let epoch = since_1970.map_or(1, |d| d.as_secs());
        Self {
            epoch,
            offer,
            rooms: HashMap::new(),
            listeners: HashMap::new(),
            audience,
            step: Step::Full,
            age: 0.0,
            is_draining: false,
        }
    }

    fn room(&mut self, name: &str) -> &mut Room {
        let epoch = self.epoch;
        // Anyone may name a room, so names that nobody uses any more must not pile up.
        if self.rooms.len() >= MANY_ROOMS && !self.rooms.contains_key(name) {
            let listeners = &self.listeners;
            self.rooms.retain(|name, room| listeners.contains_key(name) || !room.is_forgettable());
        }
        self.rooms.entry(name.to_owned()).or_insert_with(|| Room::new(name, epoch))
    }

    fn fan_out(&mut self, room: &str, published: &Published) {
        let Some(listeners) = self.listeners.get_mut(room) else { return };
        let mut encoded = Encoded::default();
        let gone: Vec<u64> =
            listeners.iter_mut().filter_map(|l| (!l.offer(published, &mut encoded)).then_some(l.id)).collect();
        gone.into_iter().for_each(|id| self.forget(id));
    }

    fn forget(&mut self, id: u64) {
        for listeners in self.listeners.values_mut() {
            if let Some(i) = listeners.iter().position(|l| l.id == id) {
                listeners.swap_remove(i);
                self.audience.leave(id);
                metrics::get().listeners.dec();
            }
        }
        self.listeners.retain(|_, l| !l.is_empty());
    }

    fn subscribe(&mut self, s: Subscription) {
        let lacks = s.filter.lang.as_ref().and_then(|lang| self.offer.without(lang));
        let said = [Some(self.offer.hello()), lacks, Some(self.status(&s.room))];
        let room = self.room(&s.room);
        let first: Vec<_> = said.into_iter().flatten().map(|body| Arc::new(room.aside(None, body))).collect();
        let past = if s.replay { room.replay(s.after.as_deref()) } else { Vec::new() };
        let mut listener = Listener { id: s.id, filter: s.filter, sink: s.sink };
        if first.iter().chain(&past).all(|p| listener.offer(p, &mut Encoded::default())) {
            self.audience.join(&s.room, s.id, listener.filter.clone());
            metrics::get().listeners.inc();
            self.listeners.entry(s.room).or_default().push(listener);
        }
    }

    /// How the daemon is, as a room is told.
    fn status(&self, room: &str) -> Body {
        let lag = self.rooms.get(room).map_or(0.0, |room| room.lag);
        let (state, lag, detail) = match self.step {
            _ if self.is_draining => (State::Draining, lag, "the server is stopping"),
            Step::Full => (State::Ready, lag, ""),
            step => (State::Behind, lag.max(self.age), step.detail()),
        };
        Body::Status { state, lag, detail: detail.into(), step: self.step as u8 }
    }

    /// Tells every room that has listeners how the daemon is. It isn't kept: who comes later is told how it is then.
    fn tell_status(&mut self) {
        let names: Vec<String> = self.listeners.keys().cloned().collect();
        for name in names {
            let status = self.status(&name);
            let published = self.room(&name).aside(None, status);
            self.fan_out(&name, &published);
        }
    }

    /// Says good-bye to the listeners of `room` that `which` names.
    fn dismiss(&mut self, room: &str, reason: &str, which: impl Fn(&Listener) -> bool) {
        let Some(listeners) = self.listeners.get_mut(room) else { return };
        let Some(room) = self.rooms.get(room) else { return };
        let mut gone = Vec::new();
        for listener in listeners.iter_mut().filter(|l| which(l)) {
            let bye = Body::Bye { reason: reason.into(), resume: room.position() };
            listener.offer(&room.aside(listener.filter.session, bye), &mut Encoded::default());
            gone.push(listener.id);
        }
        gone.into_iter().for_each(|id| self.forget(id));
    }

    fn publish(&mut self, session: &Session, t: f64, body: Body) {
        let published = self.room(&session.room).publish_for(session, t, body, false);
        self.fan_out(&session.room, &published);
    }

    fn everywhere(&mut self, body: &Body) {
        let names: Vec<String> = self.listeners.keys().cloned().collect();
        for name in names {
            let published = self.room(&name).publish(body.clone());
            self.fan_out(&name, &published);
        }
    }

    fn dismiss_all(&mut self, reason: &str) {
        let names: Vec<String> = self.listeners.keys().cloned().collect();
        names.iter().for_each(|name| self.dismiss(name, reason, |_| true));
    }

    fn caption(&mut self, session: &Session, published: &Published) {
        let Body::Caption(caption) = &published.event.body else { return };
        let kind = if caption.lang == caption.source_lang { "source" } else { "translation" };
        let is_final = if caption.is_final { "true" } else { "false" };
        metrics::get().captions.with_label_values(&[kind, is_final]).inc();
        if caption.is_final {
            // For those who run it: how it went, and not a word of what was said.
            tracing::info!(
                target: "utterance",
                room = %session.room,
                session = %caption.session,
                utterance = caption.utterance,
                lang = %caption.lang,
                kind,
                seconds = caption.end - caption.start,
                lag = published.event.t - caption.end,
                words = caption.committed.split_whitespace().count(),
                flags = caption.flags.join(","),
                "final"
            );
        }
        if session.is_live() && !published.is_draft {
            metrics::get().lag.with_label_values(&[kind]).observe((published.event.t - caption.end).max(0.0));
        }
        self.fan_out(&session.room, published);
    }

    fn spoken(&mut self, session: &Session, s: &Spoken) {
        let body = Body::Speech {
            id: format!("{}.{}.{}.{}", session.name(), s.utterance, s.lang, self.room(&session.room).position()),
            session: session.name(),
            lang: s.lang.clone(),
            start: s.start.seconds(),
            end: s.end.seconds(),
            format: format!("s16le;rate={}", s.voice.rate),
            audio: Arc::new(s.voice.samples.clone()),
        };
        self.publish(session, session.now(s.heard), body);
    }

    fn original(&mut self, session: &Session, piece: Piece) {
        let (start, end) = (piece.start.seconds(), piece.end().seconds());
        let body = Body::Sound {
            id: format!("{}.sound.{}", session.name(), piece.start.0),
            session: session.name(),
            start,
            end,
            format: FORMAT.into(),
            audio: Arc::new(piece.samples),
        };
        let published = self.room(&session.room).passing(session, body);
        self.fan_out(&session.room, &published);
    }

    fn mark<T>(&mut self, item: &Item<T>) {
        let session = &item.session;
        let name = session.name();
        match &item.flow {
            Flow::Data(_) => {}
            Flow::Marker(id) => {
                self.publish(session, session.now(Default::default()), Body::Marker { id: id.clone(), session: name })
            }
            Flow::Gap { start, end, reason } => {
                let (from, to) = (start.seconds(), end.seconds());
                metrics::get().gap_seconds.with_label_values(&[reason]).observe(to - from);
                let body = Body::Gap { session: name, start: from, end: to, reason: (*reason).into() };
                self.publish(session, session.now(*end), body);
            }
            Flow::Nothing { utterance, start, end } => {
                let (from, to) = (start.seconds(), end.seconds());
                let body = Body::Nothing { session: name, utterance: *utterance, start: from, end: to };
                self.publish(session, session.now(*end), body);
            }
            Flow::End => {
                self.dismiss(&session.room, "end", |l| l.filter.session == Some(session.number));
                self.room(&session.room).close(session);
                metrics::get().sessions.dec();
            }
        }
    }

    fn handle(&mut self, input: HubIn) {
        match input {
            HubIn::Open(_) => metrics::get().sessions.inc(),
            HubIn::Recognised(item) => {
                if let Flow::Data(data) = &item.flow {
                    let published = self.room(&item.session.room).transcript(&item.session, data);
                    self.caption(&item.session, &published);
                }
            }
            HubIn::Translated(item) => {
                if let Flow::Data(data) = &item.flow {
                    let published = self.room(&item.session.room).translation(&item.session, data);
                    self.caption(&item.session, &published);
                }
            }
            HubIn::Spoken(item) => match &item.flow {
                Flow::Data(spoken) => self.spoken(&item.session, spoken),
                // These were told when they happened.
                Flow::Gap { .. } | Flow::Nothing { .. } => {}
                _ => self.mark(&item),
            },
            HubIn::Original(session, piece) => self.original(&session, piece),
            HubIn::Mark(item) => self.mark(&item),
            HubIn::Subscribe(subscription) => self.subscribe(subscription),
            HubIn::Unsubscribe(id) => self.forget(id),
            HubIn::Snapshot(room, after, reply) => {
                let events = self.rooms.get(&room).map(|r| r.replay(after.as_deref())).unwrap_or_default();
                // Whoever asked may have given up.
                let _ = reply.send(events);
            }
            HubIn::Correct(room, id, text, reply) => {
                let corrected = self.rooms.get_mut(&room).and_then(|room| room.correct(&id, text));
                // Whoever asked may have given up.
                let _ = reply.send(corrected.is_some());
                if let Some(published) = corrected {
                    self.fan_out(&room, &published);
                }
            }
            HubIn::Fault(e) => {
                self.everywhere(&Body::Error { code: e.kind().code().into(), message: e.to_string() });
                self.dismiss_all("failed");
            }
            HubIn::Step(step, age) => {
                (self.step, self.age) = (step, age);
                self.tell_status();
            }
            HubIn::Draining => {
                self.is_draining = true;
                self.tell_status();
            }
            HubIn::Bye => self.dismiss_all("draining"),
        }
    }
}

impl Stage for Hub {
    type In = HubIn;
    type Out = ();

    fn process(&mut self, batch: &mut Vec<HubIn>, _: &mut dyn FnMut(())) -> Result<()> {
        batch.drain(..).for_each(|input| self.handle(input));
        Ok(())
    }
}

#[cfg(test)]
mod tests;
