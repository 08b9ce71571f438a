//! Clients that nobody wishes for: random frames, and a listener that doesn't read. Others must not notice.

use crate::support::{self, Daemon, Socket, events, finals, keeps_promises, say};
use futures_util::{SinkExt, StreamExt};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::net::TcpSocket;
use tokio_tungstenite::tungstenite::Message;

/// Frames as a broken or malicious client may send them; half of the connections begin well.
fn frames() -> impl Strategy<Value = Vec<Message>> {
    let configs = prop_oneof![
        Just(r#"{"type":"config","rate":16000,"format":"s16le","channels":1}"#.to_owned()),
        (any::<u32>(), any::<u16>()).prop_map(|(r, c)| format!(r#"{{"type":"config","rate":{r},"channels":{c}}}"#)),
        (4_000u32..200_000, 1u16..5).prop_map(|(r, c)| format!(r#"{{"type":"config","rate":{r},"channels":{c}}}"#)),
    ];
    let texts = prop_oneof![
        ".{0,40}",
        r#"\{"[a-z]{1,8}":(true|null|[0-9]{1,25}|"[a-z]{0,9}"|\[\])\}"#,
        ".{0,300}".prop_map(|id| serde_json::json!({ "marker": id }).to_string()),
        Just(r#"{"end":true}"#.to_owned()),
    ];
    let frame = prop_oneof![
        2 => prop::collection::vec(any::<u8>(), 0..9_000).prop_map(Message::binary),
        2 => texts.prop_map(Message::text),
        1 => prop::collection::vec(any::<u8>(), 0..100).prop_map(|b| Message::Ping(b.into())),
    ];
    let frames = prop::collection::vec(frame, 0..12);
    (prop::option::of(configs), frames)
        .prop_map(|(config, frames)| config.map(Message::text).into_iter().chain(frames).collect())
}

/// Sends the frames, hangs up or not, and gives the close code if the server was the first to end it.
async fn abuse(daemon: &Daemon, frames: Vec<Message>) -> Option<u16> {
    let mut socket = daemon.ws("/v1/speak?room=r").await;
    for frame in frames {
        if socket.send(frame).await.is_err() {
            break;
        }
    }
    let until_quiet = async {
        while let Some(Ok(message)) = socket.next().await {
            if let Message::Close(frame) = message {
                return frame.map(|f| f.code.into());
            }
        }
        None
    };
    // Where all was well, the server waits for more: hanging up without a word is abuse enough.
    tokio::time::timeout(Duration::from_millis(50), until_quiet).await.unwrap_or(None)
}

#[test]
fn random_frames_never_disturb_anybody() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    // They come one after another as fast as they are turned away.
    let toml = support::server_toml(support::free_port()) + "max_arrivals = 100000\n";
    let daemon = runtime.block_on(Daemon::start(&toml, &[]));
    let mut runner = TestRunner::new(Config { cases: 150, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&frames(), |frames| {
        let code = runtime.block_on(abuse(&daemon, frames));
        prop_assert!(matches!(code, None | Some(1000 | 1008 | 1009)), "closed with {:?}", code);
        Ok(())
    });
    outcome.expect("every ending is an agreed one");
    let spoken = runtime.block_on(async {
        let mut speaker = daemon.ws("/v1/speak?room=r").await;
        say(&mut speaker, "hello-en.wav", 4.0).await;
        events(&mut speaker, |_| false).await.0
    });
    keeps_promises(&spoken);
    assert!(!finals(&spoken, "translation").concat().is_empty(), "the daemon is not well: {spoken:?}");
}

/// A listener whose system takes hardly a packet before the client reads.
async fn deaf(daemon: &Daemon, path: &str) -> Socket {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(2_048).expect("a small buffer");
    let stream = socket.connect(daemon.addr).await.expect("connects");
    let stream = tokio_tungstenite::MaybeTlsStream::Plain(stream);
    tokio_tungstenite::client_async(daemon.url(path), stream).await.expect("a WebSocket").0
}

/// Fills a room with more events than the system's socket buffers hold. -> how many came back to their author.
async fn flood(daemon: &Daemon) -> usize {
    let (mut sending, mut receiving) = daemon.ws("/v1/speak?room=r").await.split();
    let markers = Arc::new(AtomicUsize::new(0));
    let counted = markers.clone();
    let echoed = tokio::spawn(async move {
        while let Some(Ok(message)) = receiving.next().await {
            let is_marker = message.to_text().is_ok_and(|t| t.contains(r#""type":"marker""#));
            counted.fetch_add(usize::from(is_marker), Ordering::Relaxed);
        }
    });
    sending.send(Message::text(r#"{"type":"config","rate":16000}"#)).await.expect("sends");
    for i in 0..FLOOD {
        sending.send(Message::text(format!(r#"{{"marker":"{i:0>250}"}}"#))).await.expect("sends");
        // Who speaks must read as well, or it is sent away itself.
        while i.saturating_sub(markers.load(Ordering::Relaxed)) > 100 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    sending.send(Message::text(r#"{"end":true}"#)).await.expect("sends");
    echoed.await.expect("reads");
    markers.load(Ordering::Relaxed)
}

/// Events of 350 bytes: 14 MB, where a socket pair on this system holds 4 to 10.
const FLOOD: usize = 40_000;

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_read_is_sent_away_and_may_come_back() {
    let toml = support::server_toml(support::free_port()) + "max_messages = 1000000\n";
    let daemon = Daemon::start(&toml, &[]).await;
    let mut slow = deaf(&daemon, "/v1/listen?room=r&lang=es&dial=instant").await;
    assert_eq!(flood(&daemon).await, FLOOD, "a slow listener took events from others");
    let (seen, code) = events(&mut slow, |_| false).await;
    let bye = seen.last().expect("events");
    assert_eq!((code, &bye["type"], &bye["reason"]), (Some(1013), &Value::from("bye"), &Value::from("slow")));
    let resume = bye["resume"].as_str().expect("where to go on");
    let mut speaker = daemon.ws("/v1/speak?room=r").await;
    say(&mut speaker, "hello-en.wav", 4.0).await;
    let (spoken, _) = events(&mut speaker, |_| false).await;
    let last = spoken.iter().rev().find(|e| e["type"] == "caption").expect("captions")["seq"].clone();
    assert_eq!(come_back(&daemon, resume, &last).await, finals(&spoken, "translation"), "committed words were lost");
}

/// Goes on from `resume`, as often as it is sent away for what it hasn't read, until the event `last`.
async fn come_back(daemon: &Daemon, resume: &str, last: &Value) -> Vec<String> {
    let (mut resume, mut all) = (resume.to_owned(), Vec::new());
    for _ in 0..100 {
        let path = format!("/v1/listen?room=r&lang=es&dial=instant&after={resume}");
        let (rest, code) = events(&mut daemon.ws(&path).await, |e| e["type"] == "caption" && e["seq"] == *last).await;
        all.extend(finals(&rest, "translation"));
        let Some(1013) = code else { return all };
        resume = rest.last().expect("events")["resume"].as_str().expect("where to go on").to_owned();
    }
    panic!("it never caught up: {all:?}");
}
