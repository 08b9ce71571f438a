//! `/v1/listen`: gives a room's events to a listener, from where it left off.

use super::Shared;
use super::access::grant::Right;
use super::access::{self, Pass, Request, SUBPROTOCOL};
use super::connection::{Out, Pulse, Queue, code, unreadable};
use crate::error::Result;
use crate::hub::fanout::{Dial, Filter};
use crate::hub::{HubIn, Subscription};
use crate::metrics;
use crate::text::Lang;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use futures_util::StreamExt;
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Bytes of one message from a listener.
const MOST_SAID: usize = 4 * 1024;
/// Messages a second from one.
const MOST_MESSAGES: u32 = 20;

/// The query of `/v1/listen`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub(super) struct Params {
    /// Which room; `main`, unless given.
    room: Option<String>,
    /// Translations into this language only (transcripts come always); all, unless given.
    lang: Option<String>,
    /// How steady: `instant`, `balanced` (unless given) or `reading`.
    dial: Option<String>,
    /// `on`: the translated voice, too.
    voice: Option<String>,
    /// `on`: the speakers' own sound, too.
    sound: Option<String>,
    /// Where the last connection ended: `epoch.seq` of the last caption, speech, marker or gap, or `resume` of its `bye`.
    after: Option<String>,
    /// A token, for clients that can send neither `Authorization: Bearer` nor the subprotocol `bearer.TOKEN`.
    token: Option<String>,
}

impl Params {
    fn filter(&self) -> Result<Filter> {
        access::name("room", &access::room(self.room.as_ref()))?;
        let named = |v: &Option<String>| v.clone().filter(|v| !v.is_empty() && v != "*" && v != "all");
        Ok(Filter {
            lang: named(&self.lang).map(|l| Lang::parse(&l)).transpose()?,
            session: None,
            voice: is_on(self.voice.as_ref()),
            sound: is_on(self.sound.as_ref()),
            dial: named(&self.dial).map_or(Ok(Dial::default()), |d| Dial::parse(&d))?,
        })
    }
}

fn is_on(what: Option<&String>) -> bool {
    what.is_some_and(|v| !matches!(v.as_str(), "" | "0" | "off" | "none" | "false"))
}

pub(super) async fn upgrade(
    State(shared): State<Arc<Shared>>,
    Query(params): Query<Params>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let room = access::room(params.room.as_ref());
    let wanted = Request { token: params.token.as_deref(), right: Right::Listen, room: Some(&room) };
    match shared.admit(&headers, wanted) {
        Err(refusal) => *refusal,
        // A listener has nothing to say but pings and good-bye.
        Ok(pass) => upgrade
            .protocols([SUBPROTOCOL])
            .max_message_size(MOST_SAID)
            // It is there from the first byte on, for each of thousands; the library's own is 128 KiB.
            .read_buffer_size(MOST_SAID)
            .on_upgrade(move |socket| serve(shared, params, pass, socket)),
    }
}

async fn serve(shared: Arc<Shared>, params: Params, pass: Pass, socket: WebSocket) {
    let (sending, mut receiving) = socket.split();
    let mut out = Out(sending);
    let room = access::room(params.room.as_ref());
    let server = &shared.pipeline.plan().config.server;
    let filter = match params.filter() {
        Ok(filter) => filter,
        Err(e) => return out.refuse(&room, code::POLICY, &e).await,
    };
    let _place = match shared.inside.enter(&room, server.max_listeners, server.max_rooms) {
        Ok(place) => place,
        Err(e) => {
            metrics::get().refused.with_label_values(&["full"]).inc();
            return out.refuse(&room, code::FULL, &e).await;
        }
    };
    let (queue, mut frames) = mpsc::channel(server.listener_queue);
    let id = shared.pipeline.next_id();
    let sink = Box::new(Queue(queue));
    let subscription = Subscription { id, room: room.clone(), filter, after: params.after, replay: true, sink };
    if let Err(e) = tokio::task::block_in_place(|| shared.pipeline.subscribe(subscription)) {
        return out.refuse(&room, code::FAILED, &e).await;
    }
    let mut seen = (0, 0);
    let mut pulse = Pulse::new(MOST_MESSAGES, pass);
    loop {
        let goes_on = tokio::select! {
            frame = frames.recv() => match frame {
                Some(frame) => {
                    seen = (frame.event.epoch, frame.event.seq);
                    out.frame(&frame).await
                }
                None => {
                    out.too_slow(&room, seen).await;
                    false
                }
            },
            message = receiving.next() => match message {
                Some(Ok(Message::Close(_))) | None => false,
                Some(Ok(_)) => pulse.felt(&mut out).await,
                Some(Err(e)) => {
                    out.close(unreadable(&e), "the message can't be read").await;
                    false
                }
            },
            () = pulse.tick() => pulse.ask(&mut out).await,
        };
        if !goes_on {
            break;
        }
    }
    // A hub that is gone has forgotten us already.
    let _ = tokio::task::block_in_place(|| shared.pipeline.tell(HubIn::Unsubscribe(id)));
}
