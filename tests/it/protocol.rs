//! The WebSocket as a client meets it: speaking, listening, coming back, rubbish, leaving, stopping.

use crate::support::{self, Daemon, events, finals, keeps_promises, say};
use futures_util::SinkExt;
use serde_json::Value;
use std::time::Duration;
use tokio_tungstenite::tungstenite::Message;

fn is_bye(event: &Value) -> bool {
    event["type"] == "bye"
}

#[tokio::test(flavor = "multi_thread")]
async fn a_speaker_and_a_listener_see_the_same_and_a_voice_comes() {
    let daemon = Daemon::server().await;
    let mut listener = daemon.ws("/v1/listen?room=r&lang=es&dial=instant&voice=on").await;
    let (hello, _) = events(&mut listener, |e| e["type"] == "status").await;
    assert_eq!((hello[0]["type"].as_str(), hello[0]["langs"].to_string()), (Some("hello"), r#"["en","es"]"#.into()));
    let mut speaker = daemon.ws("/v1/speak?room=r&from=en&speaker=Ana").await;
    say(&mut speaker, "hello-en.wav", 1.0).await;
    let (spoken, code) = events(&mut speaker, |_| false).await;
    assert!(spoken.last().is_some_and(is_bye), "{spoken:?}");
    assert_eq!(code, Some(1000));
    let mut speech = 0;
    let translations = finals(&spoken, "translation").len();
    assert!(translations > 0, "no Spanish final: {spoken:?}");
    let (heard, _) = events(&mut listener, |e| {
        speech += usize::from(e["type"] == "speech");
        speech >= translations
    })
    .await;
    assert_eq!(finals(&heard, "source"), finals(&spoken, "source"));
    assert_eq!(finals(&heard, "translation"), finals(&spoken, "translation"));
    assert!(heard.iter().any(|e| e["speaker"] == "Ana"));
    keeps_promises(&spoken);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_gets_what_was_missed_and_nothing_twice() {
    let daemon = Daemon::server().await;
    let mut first = daemon.ws("/v1/listen?room=r&dial=instant").await;
    let mut speaker = daemon.ws("/v1/speak?room=r").await;
    let speaking = tokio::spawn(async move {
        say(&mut speaker, "travel-en.wav", 4.0).await;
        events(&mut speaker, is_bye).await.0
    });
    let (seen, _) = events(&mut first, |e| e["final"] == true && e["kind"] == "source").await;
    let last = seen.last().expect("a caption").clone();
    drop(first);
    let all = speaking.await.expect("speaks");
    let path = format!("/v1/listen?room=r&dial=instant&after={}.{}", last["epoch"], last["seq"]);
    let mut again = daemon.ws(&path).await;
    let wanted = all.iter().rev().find(|e| e["type"] == "caption").expect("captions")["seq"].clone();
    let (rest, _) = events(&mut again, |e| e["seq"] == wanted && e["type"] == "caption").await;
    let numbers = |events: &[Value]| -> Vec<u64> {
        events.iter().filter(|e| e["type"] == "caption").filter_map(|e| e["seq"].as_u64()).collect()
    };
    assert_eq!([numbers(&seen), numbers(&rest)].concat(), numbers(&all));
    let (status, body) = daemon.get("/v1/rooms/r/captions?lang=es&format=vtt").await;
    assert!(status == 200 && body.contains("WEBVTT") && body.contains("-->"), "{body}");
    let (status, body) = daemon.get("/v1/rooms/r/captions?format=mp4").await;
    assert!(status == 400 && body.contains("mp4"), "{body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_marker_comes_after_all_before_it() {
    let daemon = Daemon::server().await;
    let mut speaker = daemon.ws("/v1/speak?room=r").await;
    let (config, blocks) = support::frames("hello-en.wav");
    speaker.send(Message::text(config)).await.expect("sends");
    for block in blocks {
        speaker.send(Message::binary(block)).await.expect("sends");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // A second of silence ends the last utterance.
    speaker.send(Message::binary(vec![0; 64_000])).await.expect("sends");
    speaker.send(Message::text(r#"{"marker":"m1"}"#)).await.expect("sends");
    let (before, _) = events(&mut speaker, |e| e["type"] == "marker").await;
    assert_eq!(before.last().expect("a marker")["id"], "m1");
    speaker.send(Message::text(r#"{"end":true}"#)).await.expect("sends");
    let (after, _) = events(&mut speaker, is_bye).await;
    assert!(!finals(&before, "translation").is_empty());
    assert!(finals(&after, "source").is_empty(), "a caption came after its marker: {after:?}");
}

/// Sends these messages and tells how the connection ended, and the error event's message.
async fn refused(daemon: &Daemon, path: &str, messages: Vec<Message>) -> (Option<u16>, String) {
    let mut socket = daemon.ws(path).await;
    for message in messages {
        // The server may have hung up already.
        let _ = socket.send(message).await;
    }
    let (seen, code) = events(&mut socket, |_| false).await;
    let error = seen.iter().find(|e| e["type"] == "error").map_or(String::new(), |e| e["message"].to_string());
    (code, error)
}

#[tokio::test(flavor = "multi_thread")]
async fn rubbish_is_refused_and_disturbs_nobody() {
    let daemon = Daemon::server().await;
    let mut speaker = daemon.ws("/v1/speak?room=r").await;
    let speaking = tokio::spawn(async move {
        say(&mut speaker, "hello-en.wav", 1.0).await;
        events(&mut speaker, is_bye).await.0
    });
    let config = || Message::text(r#"{"type":"config","rate":16000,"format":"s16le","channels":1}"#);
    let cases = [
        ("/v1/speak?room=r", vec![Message::text("hello?")], "config frame"),
        ("/v1/speak?room=r", vec![Message::binary(vec![1, 2, 3])], "config frame"),
        ("/v1/speak?room=r", vec![Message::text(r#"{"type":"config","rate":1}"#)], "1 Hz"),
        ("/v1/speak?room=r", vec![Message::text(r#"{"type":"config","rate":48000,"format":"opus"}"#)], "opus"),
        ("/v1/speak?room=r", vec![config(), Message::text("{}")], "not understood"),
        ("/v1/speak?room=r&from=xx", vec![config()], "unknown language"),
        ("/v1/speak?room=r&from=de", vec![config()], "German"),
        ("/v1/listen?room=r&lang=xx", vec![], "unknown language"),
        ("/v1/listen?room=r&dial=fast", vec![], "dial"),
        ("/v1/listen?room=%20", vec![], "room"),
    ];
    for (path, messages, words) in cases {
        let (code, error) = refused(&daemon, path, messages).await;
        assert_eq!(code, Some(1008), "{path}: {error}");
        assert!(error.contains(words), "{path}: {error}");
    }
    let (code, _) = refused(&daemon, "/v1/speak?room=r", vec![config(), Message::binary(vec![0; 2 << 20])]).await;
    assert_eq!(code, Some(1009));
    // Somebody who vanishes in the middle of a word.
    let mut vanishing = daemon.ws("/v1/speak?room=r").await;
    vanishing.send(config()).await.expect("sends");
    vanishing.send(Message::binary(vec![7; 3_001])).await.expect("sends");
    drop(vanishing);
    let spoken = speaking.await.expect("speaks");
    keeps_promises(&spoken);
    assert!(!finals(&spoken, "translation").is_empty());
    let (status, metrics) = daemon.get("/metrics").await;
    assert!(status == 200 && metrics.contains("sottovoce_captions_total"), "{metrics}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_heard_by_who_is_speaking_already() {
    let daemon = Daemon::server().await;
    for _ in 0..5 {
        let (config, blocks) = support::frames("travel-en.wav");
        let sound = blocks.into_iter().cycle().take(2_000).map(Message::binary);
        let messages = std::iter::once(Message::text(config)).chain(sound).collect();
        let (code, error) = refused(&daemon, "/v1/speak?room=r&from=es", messages).await;
        assert_eq!(code, Some(1008), "{error}");
        assert!(error.contains("Spanish speech is not understood here"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_origins_and_places_are_kept() {
    let toml = server_with("token = \"s3cret\"\nmax_sessions = 1");
    let daemon = Daemon::start(&toml, &[]).await;
    let refused_status = |path: &'static str, origin: Option<&'static str>| {
        use tokio_tungstenite::tungstenite::client::IntoClientRequest;
        let mut request = daemon.url(path).into_client_request().expect("a request");
        if let Some(origin) = origin {
            request.headers_mut().insert("Origin", origin.parse().expect("a header"));
        }
        async move {
            match tokio_tungstenite::connect_async(request).await {
                Err(tokio_tungstenite::tungstenite::Error::Http(answer)) => answer.status().as_u16(),
                other => panic!("let in: {:?}", other.map(|_| ())),
            }
        }
    };
    assert_eq!(refused_status("/v1/listen?room=r", None).await, 401);
    assert_eq!(refused_status("/v1/listen?room=r&token=s3creT", None).await, 401);
    assert_eq!(refused_status("/v1/listen?room=r&token=s3cret", Some("http://evil.example")).await, 403);
    let config = r#"{"type":"config","rate":16000}"#;
    let mut first = daemon.ws("/v1/speak?room=r&token=s3cret").await;
    first.send(Message::text(config)).await.expect("sends");
    events(&mut first, |e| e["type"] == "hello").await;
    let (code, error) = refused(&daemon, "/v1/speak?room=r&token=s3cret", vec![Message::text(config)]).await;
    assert_eq!(code, Some(1013), "{error}");
    let (status, _) = daemon.get("/v1/rooms/r/captions").await;
    assert_eq!(status, 401);
}

fn server_with(lines: &str) -> String {
    support::server_toml(support::free_port()) + lines + "\n"
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_finishes_what_was_said_and_says_good_bye() {
    let mut daemon = Daemon::server().await;
    let mut listener = daemon.ws("/v1/listen?room=r&dial=instant").await;
    let mut speaker = daemon.ws("/v1/speak?room=r").await;
    let (config, blocks) = support::frames("hello-en.wav");
    speaker.send(Message::text(config)).await.expect("sends");
    for block in &blocks[..blocks.len() * 4 / 5] {
        speaker.send(Message::binary(block.clone())).await.expect("sends");
    }
    // The word is in the pipeline now, and no endpoint has come.
    events(&mut listener, |e| e["type"] == "caption").await;
    daemon.signal("-TERM");
    let (seen, code) = events(&mut listener, |_| false).await;
    assert_eq!(code, Some(1001), "{seen:?}");
    assert!(seen.iter().any(|e| e["type"] == "status" && e["state"] == "draining"), "{seen:?}");
    assert!(!finals(&seen, "source").is_empty(), "the open utterance was not finished: {seen:?}");
    assert!(seen.last().is_some_and(is_bye));
    assert_eq!(daemon.wait(Duration::from_secs(15)), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_in_use_is_told() {
    let daemon = Daemon::server().await;
    let listen = daemon.addr.to_string();
    let output = support::sottovoce(&["run", "pipelines/server.toml", "--listen", &listen]);
    assert_eq!(output.status.code(), Some(5), "{}", support::stderr(&output));
    assert!(support::stderr(&output).contains(&listen), "{}", support::stderr(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_microphone_the_sample_speaks() {
    let toml = std::fs::read_to_string(support::repo().join("pipelines/starter.toml")).expect("the pipeline");
    let toml = toml.replace("127.0.0.1:8000", &format!("127.0.0.1:{}", support::free_port()));
    // A sound system without devices, whatever this machine has.
    let daemon = Daemon::start(&toml, &[("ALSA_CONFIG_PATH", "/dev/null"), ("PULSE_SERVER", "/dev/null")]).await;
    let mut listener = daemon.ws("/v1/listen?room=main&lang=es").await;
    let (seen, _) = events(&mut listener, |e| e["kind"] == "translation" && e["final"] == true).await;
    assert!(!finals(&seen, "translation").concat().is_empty());
    for (path, word) in [
        ("/", "sottovoce"),
        ("/r/main", "caption"),
        ("/r/main/speak", "icrophone"),
        ("/livez", "ok"),
        ("/readyz", "ready"),
    ] {
        let (status, body) = daemon.get(path).await;
        assert!(status == 200 && body.contains(word), "{path}: {body}");
    }
    assert_eq!(daemon.get("/static/../Cargo.toml").await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_is_a_client() {
    let daemon = Daemon::server().await;
    let url = format!("http://{}", daemon.addr);
    let mut listen = support::program();
    listen.args(["listen", &url, "--room", "cli", "--lang", "es", "--json"]);
    let listen = listen.stdout(std::process::Stdio::piped()).spawn().expect("starts");
    // The listener must be there before the first word.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let hello = support::sample("hello-en.wav").display().to_string();
    let spoken = support::sottovoce(&["speak", &url, "--room", "cli", "--speaker", "Ana", &hello]);
    assert!(spoken.status.success(), "{}", support::stderr(&spoken));
    assert!(!support::stdout(&spoken).trim().is_empty());
    let folder = tempfile::tempdir().expect("a folder");
    let spoken = support::sottovoce(&["speak", &url, "--room", "cli", &support::cut_sample(folder.path())]);
    assert_eq!(spoken.status.code(), Some(4), "a cut file goes unnoticed: {}", support::stderr(&spoken));
    drop(daemon);
    let heard = listen.wait_with_output().expect("ends with the daemon");
    let lines: Vec<Value> = support::stdout(&heard).lines().filter_map(|l| serde_json::from_str(l).ok()).collect();
    assert!(!finals(&lines, "translation").is_empty(), "{lines:?}");
    let gone = support::sottovoce(&["listen", &url, "--lang", "es"]);
    assert_eq!(gone.status.code(), Some(5));
}
