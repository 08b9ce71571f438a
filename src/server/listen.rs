//! `/v1/listen`: gives a room's events to a listener, from where it left off.

use super::Shared;
use super::access;
use super::connection::{Out, Pulse, Queue, code, unreadable};
use crate::error::{Error, Result};
use crate::hub::fanout::{Dial, Filter};
use crate::hub::{HubIn, Subscription};
use crate::metrics;
use crate::text::Lang;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use futures_util::StreamExt;
use serde::Deserialize;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::sync::mpsc;

/// The query of design 5.4.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Params {
    room: Option<String>,
    lang: Option<String>,
    dial: Option<String>,
    voice: Option<String>,
    after: Option<String>,
    token: Option<String>,
}

impl Params {
    fn room(&self) -> String {
        self.room.clone().unwrap_or_else(|| "main".into())
    }

    fn filter(&self) -> Result<Filter> {
        access::name("room", &self.room())?;
        let named = |v: &Option<String>| v.clone().filter(|v| !v.is_empty() && v != "*" && v != "all");
        Ok(Filter {
            lang: named(&self.lang).map(|l| Lang::parse(&l)).transpose()?,
            session: None,
            voice: self.voice.as_deref().is_some_and(|v| !matches!(v, "" | "0" | "off" | "none" | "false")),
            dial: named(&self.dial).map_or(Ok(Dial::default()), |d| Dial::parse(&d))?,
        })
    }
}

pub(super) async fn upgrade(
    State(shared): State<Arc<Shared>>,
    Query(params): Query<Params>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if let Err(refusal) = shared.admit(&headers, params.token.as_deref()) {
        return *refusal;
    }
    // A listener has nothing to say but pings and good-bye.
    upgrade.max_message_size(64 * 1024).on_upgrade(move |socket| serve(shared, params, socket))
}

async fn serve(shared: Arc<Shared>, params: Params, socket: WebSocket) {
    let (sending, mut receiving) = socket.split();
    let mut out = Out(sending);
    let room = params.room();
    let server = &shared.pipeline.plan().config.server;
    let filter = match params.filter() {
        Ok(filter) => filter,
        Err(e) => return out.refuse(&room, code::POLICY, &e).await,
    };
    let place = Counted::take(&shared, server.max_listeners);
    let Some(_place) = place else {
        metrics::get().refused.with_label_values(&["full"]).inc();
        return out.refuse(&room, code::FULL, &Error::failed("full: too many listeners")).await;
    };
    let (queue, mut frames) = mpsc::channel(server.listener_queue);
    let id = shared.pipeline.next_id();
    let sink = Box::new(Queue(queue));
    let subscription = Subscription { id, room: room.clone(), filter, after: params.after, replay: true, sink };
    if let Err(e) = tokio::task::block_in_place(|| shared.pipeline.subscribe(subscription)) {
        return out.refuse(&room, code::FAILED, &e).await;
    }
    let mut seen = (0, 0);
    let mut pulse = Pulse::new();
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
                Some(Ok(_)) => {
                    pulse.felt();
                    true
                }
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

/// One of the listeners' places; given back when dropped.
pub(super) struct Counted(Arc<Shared>);

impl Counted {
    pub(super) fn take(shared: &Arc<Shared>, most: usize) -> Option<Self> {
        let more = |n: usize| (n < most).then_some(n + 1);
        shared.listeners.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).ok()?;
        Some(Self(shared.clone()))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.listeners.fetch_sub(1, Ordering::Relaxed);
    }
}
