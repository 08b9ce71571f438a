//! A room's subtitles over HTTP: what was said lately, and files that grow while somebody speaks.

use crate::support::{self, Daemon};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Speaks a recording into a room and waits for the end.
async fn speak(daemon: &Daemon, speaker: &str, recording: &str) {
    let mut socket = daemon.ws(&format!("/v1/speak?room=r&from=en&speaker={speaker}")).await;
    // In real time: whoever speaks faster than that has a clock of their own.
    support::say(&mut socket, recording, 1.0).await;
    support::events(&mut socket, |e| e["type"] == "bye").await;
}

/// A growing file, open.
async fn open(daemon: &Daemon, query: &str) -> TcpStream {
    let mut stream = TcpStream::connect(daemon.addr).await.expect("connects");
    let request = format!("GET /v1/rooms/r/captions?{query} HTTP/1.1\r\nHost: {}\r\n\r\n", daemon.addr);
    stream.write_all(request.as_bytes()).await.expect("sends");
    stream
}

/// Reads until there are so many of something.
async fn read(stream: &mut TcpStream, text: &mut String, what: &str, count: usize) {
    let mut bytes = [0; 4096];
    while text.matches(what).count() < count {
        let length = tokio::time::timeout(std::time::Duration::from_secs(30), stream.read(&mut bytes)).await;
        let length = length.unwrap_or_else(|_| panic!("no {count} of `{what}` in {text}")).expect("reads");
        assert!(length > 0, "it ended: {text}");
        text.push_str(&String::from_utf8_lossy(&bytes[..length]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_grows_while_people_speak_and_keeps_the_rooms_time() {
    let daemon = Daemon::server().await;
    let (mut srt, mut jsonl) =
        (open(&daemon, "format=srt&lang=es&live=1").await, open(&daemon, "format=jsonl&live=1").await);
    let (mut cues, mut lines) = (String::new(), String::new());
    speak(&daemon, "Ana", "hello-en.wav").await;
    read(&mut srt, &mut cues, " --> ", 1).await;
    let so_far = cues.matches(" --> ").count();
    speak(&daemon, "Ben", "hello-en.wav").await;
    read(&mut srt, &mut cues, " --> ", so_far + 1).await;
    assert!(cues.contains("application/x-subrip") && cues.contains("filename=\"r.es.srt\""), "{cues}");
    // Ben began after Ana, and so do his cues, though both recordings are the same.
    let starts: Vec<&str> = cues.lines().filter_map(|line| line.split_once(" --> ")).map(|(start, _)| start).collect();
    assert!(starts.windows(2).all(|pair| pair[0] < pair[1]), "{starts:?}");
    read(&mut jsonl, &mut lines, "\"speaker\":\"Ben\"", 2).await;
    let events = lines.lines().filter(|line| line.starts_with('{'));
    let events: Vec<Value> = events.filter_map(|line| serde_json::from_str(line).ok()).collect();
    assert!(events.len() > 3 && events.iter().all(|event| event["final"] == true), "{lines}");
    // Who asks later for a whole file gets the same cues.
    let (status, whole) = daemon.get("/v1/rooms/r/captions?format=srt&lang=es").await;
    assert!(status == 200 && starts.iter().all(|start| whole.contains(start)), "{whole}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_is_said() {
    let daemon = Daemon::server().await;
    for (query, word) in
        [("format=wav", "wav"), ("format=doc", "doc"), ("live=1", "grow"), ("lang=klingon!", "klingon")]
    {
        let (status, body) = daemon.get(&format!("/v1/rooms/r/captions?{query}")).await;
        assert!(status == 400 && body.contains(word), "{query}: {body}");
    }
    let (status, body) = daemon.get("/v1/rooms/sala%22%0d%0ax/captions?format=vtt").await;
    assert!(status == 200 && body.contains("filename=\"sala___x.vtt\""), "{body}");
}

/// Posts a correction with a token. -> the status
async fn correct(daemon: &Daemon, token: &str, body: &str) -> u16 {
    daemon.ask("POST", "/v1/rooms/r/corrections", token, body).await.0
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_reaches_every_screen_and_file() {
    let secret = "a secret of more than 32 characters";
    let toml = support::server_toml(support::free_port()) + &format!("token_secret = {secret:?}\n");
    let daemon = Daemon::start(&toml, &[]).await;
    let token = |can: &str| {
        let output = support::program()
            .args(["token", "--room", "r", "--can", can])
            .env("SOTTOVOCE__SERVER__TOKEN_SECRET", secret)
            .output();
        support::stdout(&output.expect("the program starts")).trim().to_owned()
    };
    let (speaker, admin) = (token("speak"), token("admin"));
    let mut listener = daemon.ws(&format!("/v1/listen?room=r&lang=es&token={speaker}")).await;
    let mut socket = daemon.ws(&format!("/v1/speak?room=r&from=en&token={speaker}")).await;
    support::say(&mut socket, "hello-en.wav", 4.0).await;
    let (seen, _) = support::events(&mut listener, |e| e["final"] == true && e["kind"] == "translation").await;
    let id = seen.last().expect("a caption")["id"].as_str().expect("an id");
    let body = serde_json::json!({ "id": id, "text": "Buenas  tardes,\nseñores." }).to_string();
    assert_eq!(correct(&daemon, &speaker, &body).await, 403, "not everyone may");
    assert_eq!(correct(&daemon, &admin, "{}").await, 422);
    assert_eq!(correct(&daemon, &admin, r#"{"id": "s9.9.es", "text": "No."}"#).await, 404);
    assert_eq!(correct(&daemon, &admin, &body).await, 204);
    let (seen, _) = support::events(&mut listener, |e| e["type"] == "correction").await;
    let told = seen.last().expect("a correction");
    assert_eq!((told["id"].as_str(), told["text"].as_str()), (Some(id), Some("Buenas tardes, señores.")));
    let mut late = daemon.ws(&format!("/v1/listen?room=r&lang=es&token={speaker}")).await;
    support::events(&mut late, |e| e["type"] == "correction" && e["id"] == id).await;
    let (_, file) = daemon.get(&format!("/v1/rooms/r/captions?format=txt&lang=es&token={speaker}")).await;
    assert!(file.contains("Buenas tardes, señores."), "{file}");
}
