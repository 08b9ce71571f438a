//! The speakers' own sound, over the wire, for those who want to hear it.

use crate::support::{self, Daemon, Socket};
use futures_util::StreamExt;
use serde_json::Value;
use std::time::Duration;
use tokio_tungstenite::tungstenite::Message;

/// Pieces of sound, as they come until none does for two seconds: their events and their samples.
async fn pieces(socket: &mut Socket) -> Vec<(Value, Vec<u8>)> {
    let (mut pieces, mut last) = (Vec::new(), None);
    while let Ok(Some(Ok(message))) = tokio::time::timeout(Duration::from_secs(2), socket.next()).await {
        match message {
            Message::Text(text) => {
                let event: Value = serde_json::from_str(&text).expect("JSON");
                last = (event["type"] == "sound").then_some(event);
            }
            Message::Binary(bytes) => {
                let event = last.take().expect("its event comes first");
                let (id, pcm) = bytes[1..].split_at(usize::from(bytes[0]));
                assert_eq!(Some(id), event["id"].as_str().map(str::as_bytes));
                pieces.push((event, pcm.to_vec()));
            }
            _ => {}
        }
    }
    pieces
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_it_hears_the_speaker_without_a_seam() {
    let daemon = Daemon::server().await;
    let mut hears = daemon.ws("/v1/listen?room=r&lang=es&sound=on").await;
    let mut reads = daemon.ws("/v1/listen?room=r&lang=es").await;
    let (hello, _) = support::events(&mut hears, |e| e["type"] == "hello").await;
    assert_eq!(hello[0]["sound_formats"].to_string(), r#"["s16le;rate=16000"]"#);
    let mut speaker = daemon.ws("/v1/speak?room=r&from=en").await;
    let speaking = tokio::spawn(async move { support::say(&mut speaker, "hello-en.wav", 1.0).await });
    let heard = pieces(&mut hears).await;
    speaking.await.expect("spoke");

    let (_, blocks) = support::frames("hello-en.wav");
    let (said, got) = (blocks.concat(), heard.iter().flat_map(|(_, pcm)| pcm.clone()).collect::<Vec<u8>>());
    assert!(said.len() - got.len() < 2 * 1_600, "all but the last, incomplete piece: {} of {}", got.len(), said.len());
    assert_eq!(got, said[..got.len()], "16 kHz comes as it was said");
    let mut end = 0.0;
    for (event, pcm) in &heard {
        assert_eq!(event["start"].as_f64(), Some(end), "{event}");
        end = event["end"].as_f64().expect("a time");
        assert!((end - event["start"].as_f64().expect("a time") - pcm.len() as f64 / 32_000.0).abs() < 1e-6);
    }
    assert!(pieces(&mut reads).await.is_empty(), "nobody else gets it");
    // Nothing of it is kept for who comes late.
    let mut late = daemon.ws("/v1/listen?room=r&lang=es&sound=on").await;
    assert!(pieces(&mut late).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn it_can_be_switched_off() {
    let toml = support::server_toml(support::free_port()) + "sound = false\n";
    let daemon = Daemon::start(&toml, &[]).await;
    let mut hears = daemon.ws("/v1/listen?room=r&sound=on").await;
    let (hello, _) = support::events(&mut hears, |e| e["type"] == "hello").await;
    assert_eq!(hello[0]["sound_formats"].to_string(), "[]");
    let mut speaker = daemon.ws("/v1/speak?room=r&from=en").await;
    support::say(&mut speaker, "hello-en.wav", 4.0).await;
    assert!(pieces(&mut hears).await.is_empty());
}
