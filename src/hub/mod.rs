//! HUB: turns every stage's results into numbered events per room, keeps them a while, and fans them out.
//!
//! It is a stage like the others: one thread, no lock. Nothing here waits for a network client.

pub mod fanout;
mod input;
pub mod room;

pub use input::{HubIn, Subscription};

use crate::error::Result;
use crate::event::{Body, PROTOCOL_VERSION, State};
use crate::metrics;
use crate::pipeline::item::{Flow, Item, Session, Spoken};
use crate::pipeline::stage::Stage;
use crate::text::Lang;
use fanout::{Encoded, Listener};
use room::{Published, Room};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Rooms from which on unused ones are swept out.
const MANY_ROOMS: usize = 256;

/// The stage.
pub struct Hub {
    epoch: u64,
    langs: Vec<Lang>,
    rooms: HashMap<String, Room>,
    listeners: HashMap<String, Vec<Listener>>,
    /// How many want a voice; `speak` looks at it.
    voices: Arc<AtomicUsize>,
}

impl Hub {
    /// A hub that announces these languages, the speaker's first.
    pub fn new(langs: Vec<Lang>, voices: Arc<AtomicUsize>) -> Self {
        let since_1970 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let epoch = since_1970.map_or(1, |d| d.as_secs());
        Self { epoch, langs, rooms: HashMap::new(), listeners: HashMap::new(), voices }
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
                let listener = listeners.swap_remove(i);
                self.voices.fetch_sub(usize::from(listener.filter.voice), Ordering::Relaxed);
                metrics::get().listeners.dec();
            }
        }
        self.listeners.retain(|_, l| !l.is_empty());
    }

    fn subscribe(&mut self, s: Subscription) {
        let hello = Body::Hello {
            version: PROTOCOL_VERSION,
            server: concat!("sottovoce/", env!("CARGO_PKG_VERSION")).into(),
            langs: self.langs.clone(),
            voice_formats: vec!["s16le;rate=22050".into()],
        };
        let room = self.room(&s.room);
        let status = Body::Status { state: State::Ready, lag: room.lag, detail: String::new() };
        let first = [hello, status].map(|body| Arc::new(room.aside(None, body)));
        let past = if s.replay { room.replay(s.after.as_deref()) } else { Vec::new() };
        let mut listener = Listener { id: s.id, filter: s.filter, sink: s.sink };
        if first.iter().chain(&past).all(|p| listener.offer(p, &mut Encoded::default())) {
            self.voices.fetch_add(usize::from(listener.filter.voice), Ordering::Relaxed);
            metrics::get().listeners.inc();
            self.listeners.entry(s.room).or_default().push(listener);
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
                // A gap was told when it happened.
                Flow::Gap { .. } => {}
                _ => self.mark(&item),
            },
            HubIn::Gap(item) => self.mark(&item),
            HubIn::Subscribe(subscription) => self.subscribe(subscription),
            HubIn::Unsubscribe(id) => self.forget(id),
            HubIn::Snapshot(room, after, reply) => {
                let events = self.rooms.get(&room).map(|r| r.replay(after.as_deref())).unwrap_or_default();
                // Whoever asked may have given up.
                let _ = reply.send(events);
            }
            HubIn::Fault(e) => {
                self.everywhere(&Body::Error { code: e.kind().code().into(), message: e.to_string() });
                self.dismiss_all("failed");
            }
            HubIn::Draining => self.everywhere(&Body::Status {
                state: State::Draining,
                lag: 0.0,
                detail: "the server is stopping".into(),
            }),
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
