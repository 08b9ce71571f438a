//! What several tests share: the program, a running daemon, a WebSocket client.

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};
use tokio_tungstenite::tungstenite::Message;

pub type Socket = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

/// The repository.
pub fn repo() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A sample's path.
pub fn sample(name: &str) -> PathBuf {
    repo().join("onnx/starter/samples").join(name)
}

/// A copy of hello-en.wav that ends before its header says so.
pub fn cut_sample(folder: &Path) -> String {
    let cut = folder.join("cut.wav");
    let whole = std::fs::read(sample("hello-en.wav")).expect("the sample");
    std::fs::write(&cut, &whole[..whole.len() * 3 / 4]).expect("written");
    cut.display().to_string()
}

/// The program, to be run in the repository.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sottovoce"));
    command.current_dir(repo()).env_remove("RUST_LOG");
    // Whatever models the user of this machine has fetched.
    command.env("XDG_DATA_HOME", env!("CARGO_TARGET_TMPDIR")).env("HF_HOME", env!("CARGO_TARGET_TMPDIR"));
    command
}

/// Runs the program.
pub fn sottovoce(args: &[&str]) -> Output {
    program().args(args).stdin(Stdio::null()).output().expect("the program starts")
}

/// Its standard error.
pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Its standard output.
pub fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port()
}

/// The server pipeline on this port, as it is: each speaks one of four languages and reads any of them.
pub fn rooms_toml(port: u16) -> String {
    let text = std::fs::read_to_string(repo().join("pipelines/server.toml")).expect("the pipeline");
    text.replace("127.0.0.1:8000", &format!("127.0.0.1:{port}"))
}

/// The same from English into Spanish alone: as quick as tests of everything else should be.
pub fn server_toml(port: u16) -> String {
    with(&with(&rooms_toml(port), "find_lang", "false"), "to", "[\"es\"]")
}

/// A pipeline with another value where it sets this key first.
pub fn with(toml: &str, key: &str, value: &str) -> String {
    let is_it = |line: &&str| line.split('=').next().is_some_and(|name| name.trim() == key);
    let line = toml.lines().find(is_it).unwrap_or_else(|| panic!("no `{key}` in {toml}"));
    toml.replacen(line, &format!("{key} = {value}"), 1)
}

/// A running daemon; stopped when dropped.
pub struct Daemon {
    pub addr: SocketAddr,
    pub child: Child,
    _pipeline: tempfile::NamedTempFile,
}

impl Daemon {
    /// Starts `sottovoce run` on this pipeline and waits until it is ready.
    pub async fn start(toml: &str, envs: &[(&str, &str)]) -> Self {
        Self::start_logging(toml, envs, None).await
    }

    /// The same, with its standard error in a file.
    pub async fn start_logging(toml: &str, envs: &[(&str, &str)], log: Option<&Path>) -> Self {
        let pipeline = tempfile::Builder::new().suffix(".toml").tempfile().expect("a file");
        std::fs::write(pipeline.path(), toml).expect("written");
        let mut command = program();
        command.arg("run").arg(pipeline.path()).envs(envs.iter().copied());
        if let Some(log) = log {
            command.stderr(std::fs::File::create(log).expect("a file"));
        }
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the daemon starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let ready = loop {
            let line = lines.next().expect("the daemon says where it serves").expect("text");
            if let Some(rest) = line.split("://").nth(1).filter(|_| line.contains("ready")) {
                break rest.split('/').next().expect("an address").parse().expect("an address");
            }
        };
        // Keep reading: a full pipe must not stop the daemon.
        std::thread::spawn(move || lines.for_each(drop));
        Self { addr: ready, child, _pipeline: pipeline }
    }

    /// A server without a local source.
    pub async fn server() -> Self {
        Self::start(&server_toml(free_port()), &[]).await
    }

    /// A WebSocket address.
    pub fn url(&self, path: &str) -> String {
        format!("ws://{}{path}", self.addr)
    }

    /// Opens a WebSocket.
    pub async fn ws(&self, path: &str) -> Socket {
        tokio_tungstenite::connect_async(self.url(path)).await.expect("connects").0
    }

    /// Asks for a page.
    pub async fn get(&self, path: &str) -> (u16, String) {
        self.ask("GET", path, "none", "").await
    }

    /// Asks with a token and JSON. -> the status and all of the answer
    pub async fn ask(&self, method: &str, path: &str, token: &str, json: &str) -> (u16, String) {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let mut stream = tokio::net::TcpStream::connect(self.addr).await.expect("connects");
        let access = if token == "none" { String::new() } else { format!("Authorization: Bearer {token}\r\n") };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{access}Content-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{json}",
            self.addr,
            json.len()
        );
        stream.write_all(request.as_bytes()).await.expect("sends");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.expect("reads");
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let status = answer.split(' ').nth(1).and_then(|s| s.parse().ok()).expect("a status");
        (status, answer)
    }

    /// Sends a signal.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.child.id().to_string()]).status();
        assert!(sent.expect("kill runs").success());
    }

    /// Waits for its end.
    pub fn wait(&mut self, patience: Duration) -> Option<i32> {
        let deadline = Instant::now() + patience;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().expect("waits") {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the daemon did not end within {patience:?}");
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|s| s.is_none()) {
            self.signal("-TERM");
            let deadline = Instant::now() + Duration::from_secs(5);
            while Instant::now() < deadline && self.child.try_wait().is_ok_and(|s| s.is_none()) {
                std::thread::sleep(Duration::from_millis(20));
            }
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// What ended a connection: the close code, if one came.
pub type Closed = Option<u16>;

/// Reads events until one satisfies `until`, the connection ends, or 60 s are over.
pub async fn events(socket: &mut Socket, mut until: impl FnMut(&Value) -> bool) -> (Vec<Value>, Closed) {
    let mut events = Vec::new();
    loop {
        let message = tokio::time::timeout(Duration::from_secs(60), socket.next()).await.expect("events within 60 s");
        match message {
            Some(Ok(Message::Text(text))) => {
                let event: Value = serde_json::from_str(&text).expect("an event is JSON");
                let done = until(&event);
                events.push(event);
                if done {
                    return (events, None);
                }
            }
            Some(Ok(Message::Close(frame))) => return (events, frame.map(|f| f.code.into())),
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return (events, None),
        }
    }
}

/// Says a WAV file into a socket, `speed` times as fast as real time, and then `{"end":true}`.
pub async fn say(socket: &mut Socket, name: &str, speed: f64) {
    let (config, blocks) = frames(name);
    socket.send(Message::text(config)).await.expect("sends");
    for block in blocks {
        socket.send(Message::binary(block)).await.expect("sends");
        tokio::time::sleep(Duration::from_secs_f64(0.04 / speed)).await;
    }
    socket.send(Message::text(r#"{"end":true}"#)).await.expect("sends");
}

/// A sample as the messages of a speaker: the config, and blocks of 40 ms.
pub fn frames(name: &str) -> (String, Vec<Vec<u8>>) {
    let mut reader = hound::WavReader::open(sample(name)).expect("the sample");
    let rate = reader.spec().sample_rate;
    let samples: Vec<i16> = reader.samples().map(|s| s.expect("a sample")).collect();
    let config = format!(r#"{{"type":"config","rate":{rate},"format":"s16le","channels":1}}"#);
    let block = |c: &[i16]| c.iter().flat_map(|s| s.to_le_bytes()).collect();
    (config, samples.chunks(rate as usize / 25).map(block).collect())
}

/// The committed text of final captions of a kind.
pub fn finals(events: &[Value], kind: &str) -> Vec<String> {
    let is_final = |e: &&Value| e["type"] == "caption" && e["kind"] == kind && e["final"] == true;
    events.iter().filter(is_final).map(|e| e["committed"].as_str().expect("text").to_owned()).collect()
}

/// Checks the promises of design 5.3 over a connection's or a file's events.
pub fn keeps_promises(events: &[Value]) {
    use std::collections::HashMap;
    let mut captions: HashMap<String, (String, bool, u64)> = HashMap::new();
    let mut times: HashMap<String, f64> = HashMap::new();
    let mut seq = 0;
    for event in events {
        for field in ["type", "room", "epoch", "seq", "t"] {
            assert!(!event[field].is_null(), "no `{field}` in {event}");
        }
        let is_numbered = !matches!(event["type"].as_str(), Some("hello" | "status" | "bye" | "error" | "sound"));
        if is_numbered {
            let now = event["seq"].as_u64().expect("a number");
            assert!(now > seq, "seq does not grow: {event}");
            seq = now;
        }
        if let Some(session) = event["session"].as_str() {
            let (t, last) = (event["t"].as_f64().expect("a time"), times.entry(session.into()).or_default());
            assert!(t >= *last, "time goes back: {event}");
            *last = t;
        }
        if event["type"] != "caption" {
            continue;
        }
        let (committed, revision) =
            (event["committed"].as_str().expect("text"), event["revision"].as_u64().expect("n"));
        let caption = captions.entry(event["id"].as_str().expect("id").into()).or_default();
        assert!(!caption.1, "a caption changed after its final: {event}");
        assert!(committed.starts_with(&caption.0), "committed text changed from {:?}: {event}", caption.0);
        assert!(revision > caption.2, "the revision does not grow: {event}");
        assert!(event["end"].as_f64() >= event["start"].as_f64(), "ends before it starts: {event}");
        *caption = (committed.to_owned(), event["final"] == true, revision);
        assert!(event["final"] == false || event["tentative"] == "", "a final has tentative text: {event}");
    }
    assert!(captions.values().all(|c| c.1), "a caption has no final");
}
