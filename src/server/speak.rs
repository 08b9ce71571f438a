//! `/v1/speak`: turns a client's binary audio into a session, and gives it the captions of what it says.

use super::Shared;
use super::access::grant::Right;
use super::access::{self, Pass, Request, SUBPROTOCOL};
use super::connection::{Out, Pulse, Queue, code, unreadable};
use super::inside::Place;
use super::said::{self, Order};
use crate::audio::{AudioFormat, s16le_to_f32};
use crate::capture::Block;
use crate::error::{Error, ErrorKind, Result};
use crate::hub::fanout::{Dial, Filter};
use crate::hub::{HubIn, Subscription};
use crate::metrics;
use crate::pipeline::Opening;
use crate::pipeline::speaker::Speaker;
use crate::text::Lang;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use futures_util::StreamExt;
use futures_util::stream::SplitStream;
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// A client must say its format within this time.
const CONFIG_PATIENCE: Duration = Duration::from_secs(10);

/// The query of `/v1/speak`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub(super) struct Params {
    /// Which room; `main`, unless given.
    room: Option<String>,
    /// The language spoken, or `auto`; as the server is configured, unless given.
    from: Option<String>,
    /// The speaker's name, as listeners see it.
    speaker: Option<String>,
    /// The translation that comes back; all, unless given.
    lang: Option<String>,
    /// A token, for clients that can send neither `Authorization: Bearer` nor the subprotocol `bearer.TOKEN`.
    token: Option<String>,
}

pub(super) async fn upgrade(
    State(shared): State<Arc<Shared>>,
    Query(params): Query<Params>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let room = access::room(params.room.as_ref());
    let wanted = Request { token: params.token.as_deref(), right: Right::Speak, room: Some(&room) };
    let pass = match shared.admit(&headers, wanted) {
        Ok(pass) => pass,
        Err(refusal) => return *refusal,
    };
    let most = shared.pipeline.plan().config.server.max_message;
    let upgrade = upgrade.protocols([SUBPROTOCOL]).max_message_size(most);
    upgrade.on_upgrade(move |socket| serve(shared, params, pass, socket))
}

async fn serve(shared: Arc<Shared>, params: Params, pass: Pass, socket: WebSocket) {
    let (sending, mut receiving) = socket.split();
    let mut out = Out(sending);
    let room = access::room(params.room.as_ref());
    let format = match tokio::time::timeout(CONFIG_PATIENCE, first_frame(&mut receiving)).await {
        Ok(Ok(format)) => format,
        Ok(Err((code, e))) => {
            out.refuse(&room, code, &e).await;
            return Out::part(&mut receiving).await;
        }
        Err(_) => return out.refuse(&room, code::POLICY, &Error::input("no config frame came")).await,
    };
    match tokio::task::block_in_place(|| open(&shared, &params, &room, format)) {
        Ok(conversation) => conversation.run(out, receiving, pass).await,
        Err(e) => {
            let code = match e.kind() {
                _ if *shared.draining.borrow() => code::DRAINING,
                ErrorKind::Failed => code::FULL,
                _ => code::POLICY,
            };
            metrics::get().refused.with_label_values(&[e.kind().code()]).inc();
            out.refuse(&room, code, &e).await;
            Out::part(&mut receiving).await;
        }
    }
}

/// The format, or the close code and why.
async fn first_frame(receiving: &mut SplitStream<WebSocket>) -> std::result::Result<AudioFormat, (u16, Error)> {
    loop {
        let (text, code) = match receiving.next().await {
            Some(Ok(Message::Text(text))) => (text, code::POLICY),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
            Some(Err(e)) => ("".into(), unreadable(&e)),
            _ => ("".into(), code::POLICY),
        };
        return said::config(&text).map_err(|e| (code, e));
    }
}

/// A speaker's session and the events it gets.
struct Conversation {
    shared: Arc<Shared>,
    speaker: Option<Speaker>,
    format: AudioFormat,
    events: mpsc::Receiver<crate::hub::fanout::Frame>,
    listener: u64,
    room: String,
    /// When the last sound came.
    heard: Instant,
    _place: Place,
}

fn open(shared: &Arc<Shared>, params: &Params, room: &str, format: AudioFormat) -> Result<Conversation> {
    access::name("room", room)?;
    let name = params.speaker.clone().unwrap_or_default();
    if !name.is_empty() {
        access::name("speaker", &name)?;
    }
    let lang = params.from.as_deref().filter(|l| !matches!(*l, "" | "auto")).map(Lang::parse).transpose()?;
    let reads = params.lang.as_deref().filter(|l| !matches!(*l, "" | "*" | "all")).map(Lang::parse).transpose()?;
    let opening = Opening { room: room.to_owned(), speaker: name, lang, format, live: true };
    let server = &shared.pipeline.plan().config.server;
    // Sessions have their own limit; here they only count as connections that stopping waits for.
    let place = shared.inside.enter(room, usize::MAX, server.max_rooms)?;
    let speaker = shared.pipeline.open(opening)?;
    let (queue, events) = mpsc::channel(server.listener_queue);
    let id = shared.pipeline.next_id();
    // The speaker reads along; what nobody reads isn't drafted.
    let session = Some(speaker.session().number);
    let filter = Filter { session, lang: reads, dial: Dial::Instant, ..Filter::default() };
    let sink = Box::new(Queue(queue));
    let subscription = Subscription { id, room: room.to_owned(), filter, after: None, replay: false, sink };
    shared.pipeline.subscribe(subscription)?;
    Ok(Conversation {
        shared: shared.clone(),
        speaker: Some(speaker),
        format,
        events,
        listener: id,
        room: room.to_owned(),
        heard: Instant::now(),
        _place: place,
    })
}

impl Conversation {
    async fn run(mut self, mut out: Out, mut receiving: SplitStream<WebSocket>, pass: Pass) {
        let server = &self.shared.pipeline.plan().config.server;
        let (idle, most) = (Duration::from_secs_f64(server.idle_timeout), server.max_messages);
        let mut draining = self.shared.draining.clone();
        let mut seen = (0, 0);
        let mut pulse = Pulse::new(most, pass);
        loop {
            let goes_on = tokio::select! {
                frame = self.events.recv() => match frame {
                    Some(frame) => {
                        seen = (frame.event.epoch, frame.event.seq);
                        out.frame(&frame).await
                    }
                    None => { out.too_slow(&self.room, seen).await; false }
                },
                message = receiving.next() => match message {
                    Some(Ok(message)) => pulse.felt(&mut out).await && match self.hear(message) {
                        Ok(goes_on) => goes_on,
                        Err(e) => { out.refuse(&self.room, refusal(&e), &e).await; false }
                    },
                    Some(Err(e)) => { out.close(unreadable(&e), "the message can't be read").await; false }
                    None => false,
                },
                () = pulse.tick() => {
                    // Whoever is silent that long has gone away from an open microphone; the place is for others.
                    if self.heard.elapsed() > idle { self.hang_up(); }
                    pulse.ask(&mut out).await
                }
                // The server stops: what was said is still finished, and good-bye comes from the hub.
                () = stopping(&mut draining), if self.speaker.is_some() => { self.hang_up(); true }
            };
            if !goes_on {
                break;
            }
        }
        self.hang_up();
        Out::part(&mut receiving).await;
        // A hub that is gone has forgotten us already.
        let _ = tokio::task::block_in_place(|| self.shared.pipeline.tell(HubIn::Unsubscribe(self.listener)));
    }

    /// Takes a message; `false` when the client has left.
    fn hear(&mut self, message: Message) -> Result<bool> {
        match message {
            Message::Binary(bytes) => {
                self.heard = Instant::now();
                if let Some(speaker) = &mut self.speaker {
                    speaker.push(Block { format: self.format, samples: s16le_to_f32(&bytes) })?;
                }
            }
            Message::Text(text) => match said::order(&text)? {
                Order::Mark(id) => {
                    if let Some(speaker) = &self.speaker {
                        tokio::task::block_in_place(|| speaker.mark(id))?;
                    }
                }
                Order::End => self.hang_up(),
            },
            Message::Close(_) => return Ok(false),
            Message::Ping(_) | Message::Pong(_) => {}
        }
        Ok(true)
    }

    fn hang_up(&mut self) {
        if let Some(speaker) = self.speaker.take() {
            tokio::task::block_in_place(|| drop(speaker));
        }
    }
}

/// Waits until the server stops; a server that is gone has stopped.
async fn stopping(draining: &mut tokio::sync::watch::Receiver<bool>) {
    let _ = draining.wait_for(|d| *d).await;
}

/// What the client can do about it: nothing, or say it better.
fn refusal(e: &Error) -> u16 {
    if e.kind() == ErrorKind::Failed { code::FAILED } else { code::POLICY }
}
