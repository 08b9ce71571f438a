//! One WebSocket's outgoing half: turns the hub's frames into messages, and endings into close codes.

use super::access::Pass;
use crate::event::{Body, Event};
use crate::hub::fanout::{Frame, Refusal, Sink};
use crate::metrics;
use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use std::time::{Duration, SystemTime};
use tokio::sync::mpsc;
use tokio::time::{Instant, Interval, interval_at};

/// Close codes of design 5.4.
pub mod code {
    /// All said.
    pub const NORMAL: u16 = 1000;
    /// The server stops.
    pub const DRAINING: u16 = 1001;
    /// Not allowed, or not understood.
    pub const POLICY: u16 = 1008;
    /// A message too large.
    pub const TOO_LARGE: u16 = 1009;
    /// Our fault.
    pub const FAILED: u16 = 1011;
    /// Full: come back later.
    pub const FULL: u16 = 1013;
}

/// A client that takes nothing for this long is gone.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often a connection is asked whether it is still there.
const PING: Duration = Duration::from_secs(20);
/// A client that hasn't answered for this long is gone.
const SILENCE: Duration = Duration::from_secs(60);

/// Tells a silent client from one that is gone, from one that says too much, and from one whose time is over.
pub struct Pulse {
    ping: Interval,
    last: Instant,
    /// Messages a second that it may send, and those of this second.
    most: u32,
    since: Instant,
    messages: u32,
    pass: Pass,
}

impl Pulse {
    /// It has just come, may send so many messages a second, and stay as long as its pass says.
    pub fn new(most: u32, pass: Pass) -> Self {
        let now = Instant::now();
        Self { ping: interval_at(now + PING, PING), last: now, most, since: now, messages: 0, pass }
    }

    /// It has sent something. `false`: it does so too often, and is closed.
    pub async fn felt(&mut self, out: &mut Out) -> bool {
        self.last = Instant::now();
        if self.last.duration_since(self.since) >= Duration::from_secs(1) {
            (self.since, self.messages) = (self.last, 0);
        }
        self.messages += 1;
        if self.messages > self.most {
            metrics::get().refused.with_label_values(&["messages"]).inc();
            out.close(code::POLICY, "too many messages").await;
        }
        self.messages <= self.most
    }

    /// Waits until it is to be asked again, or its time is over.
    pub async fn tick(&mut self) {
        let left = self.pass.until.map(|until| until.duration_since(SystemTime::now()).unwrap_or_default());
        tokio::select! {
            _ = self.ping.tick() => {}
            () = tokio::time::sleep(left.unwrap_or(Duration::MAX)) => {}
        }
    }

    /// Asks it. `false`: it is gone, or its time is over.
    pub async fn ask(&self, out: &mut Out) -> bool {
        if self.pass.is_over() {
            out.close(code::POLICY, "the token is over").await;
            return false;
        }
        self.last.elapsed() < SILENCE && out.send(Message::Ping(Vec::new().into())).await
    }
}

/// The code for a message that can't be read.
pub fn unreadable(e: &axum::Error) -> u16 {
    // axum hides the kind; tungstenite's capacity errors say "too long" or "too large".
    let text = e.to_string();
    let is_large = ["too long", "too large", "too big"].iter().any(|words| text.contains(words));
    if is_large { code::TOO_LARGE } else { code::POLICY }
}

/// The hub's way to a connection.
pub struct Queue(pub mpsc::Sender<Frame>);

impl Sink for Queue {
    fn offer(&mut self, frame: &Frame) -> Result<(), Refusal> {
        self.0.try_send(frame.clone()).map_err(|e| match e {
            mpsc::error::TrySendError::Full(_) => Refusal::Full,
            mpsc::error::TrySendError::Closed(_) => Refusal::Gone,
        })
    }
}

/// The socket's sending half.
pub struct Out(pub SplitSink<WebSocket, Message>);

impl Out {
    /// Sends a message. `false`: the client is gone.
    pub async fn send(&mut self, message: Message) -> bool {
        matches!(tokio::time::timeout(PATIENCE, self.0.send(message)).await, Ok(Ok(())))
    }

    /// Sends an event, and its audio if it has some. `false`: the client is gone, or this was the last event and the
    /// connection is closed.
    pub async fn frame(&mut self, frame: &Frame) -> bool {
        if !self.send(Message::Text(frame.json.as_ref().into())).await {
            return false;
        }
        if let Some(audio) = &frame.audio {
            return self.send(Message::Binary(audio.clone())).await;
        }
        match &frame.event.body {
            Body::Bye { reason, .. } => {
                let code = match reason.as_str() {
                    "draining" => code::DRAINING,
                    "failed" => code::FAILED,
                    _ => code::NORMAL,
                };
                self.close(code, reason).await;
                false
            }
            _ => true,
        }
    }

    /// Sends an event that belongs to no room's count.
    pub async fn aside(&mut self, room: &str, body: Body) -> bool {
        let event = Event { room: room.to_owned(), epoch: 0, seq: 0, t: 0.0, at: 0.0, body };
        let json = serde_json::to_string(&event).unwrap_or_default();
        self.send(Message::Text(json.into())).await
    }

    /// Says why, in words and as a code, and ends the connection.
    pub async fn refuse(&mut self, room: &str, code: u16, error: &crate::error::Error) {
        let message = match error.hint_text() {
            Some(hint) => format!("{error} ({hint})"),
            None => error.to_string(),
        };
        self.aside(room, Body::Error { code: error.kind().code().into(), message: message.clone() }).await;
        self.close(code, &message).await;
    }

    /// Ends the connection.
    pub async fn close(&mut self, code: u16, reason: &str) {
        // A close frame holds 123 bytes of reason.
        let end = (0..=reason.len().min(123)).rev().find(|i| reason.is_char_boundary(*i)).unwrap_or(0);
        let frame = CloseFrame { code, reason: reason[..end].into() };
        self.send(Message::Close(Some(frame))).await;
    }

    /// Waits until the client has heard that, and has hung up: what it sent and nobody read would make its system throw our last
    /// words away (a reset; RFC 9293 §3.6.1).
    pub async fn part(receiving: &mut SplitStream<WebSocket>) {
        let gone = async {
            while matches!(receiving.next().await, Some(Ok(message)) if !matches!(message, Message::Close(_))) {}
        };
        // Who doesn't leave is left.
        let _ = tokio::time::timeout(Duration::from_secs(1), gone).await;
    }

    /// The hub gave this listener up: it didn't keep up.
    pub async fn too_slow(&mut self, room: &str, seen: (u64, u64)) {
        let resume = format!("{}.{}", seen.0, seen.1);
        self.aside(room, Body::Bye { reason: "slow".into(), resume }).await;
        self.close(code::FULL, "too slow: come back with after=").await;
    }
}
