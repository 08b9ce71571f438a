//! Thousands of listeners in eight languages, from outside: how much later the last of them reads what the first has read, what
//! each costs, and whether one that doesn't read at all matters to the others.
//! `cargo bench --bench listeners [COUNT] [MINUTES]`
//!
//! Open loop: one speaks in real time, whatever the listeners do; the daemon is a process of its own, and both share the machine.
//! The translations are those of a random model (tests/fixtures): nobody understands them, but there are eight languages of them.
#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used)]

use futures_util::{SinkExt, StreamExt};
use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;
use tokio_tungstenite::tungstenite::Message;

const LANGS: [&str; 8] = ["es", "de", "fr", "it", "pt", "nl", "pl", "ru"];

/// The daemon on a free port, and its address.
fn daemon(folder: &std::path::Path) -> (Child, String) {
    let pipeline = folder.join("listeners.toml");
    let model = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/mt/m2m100-d");
    let toml = format!(
        "[translate]\nmodel = {model:?}\nto = {LANGS:?}\nguards = {{ retry = false }}\n[speak]\nbackend = \"none\"\n\
         [server]\nlisten = \"127.0.0.1:0\"\nmax_listeners = 50000\nmax_arrivals = 100000\nmax_connections = 50000\n"
    );
    std::fs::write(&pipeline, toml).unwrap();
    let mut daemon = Command::new(env!("CARGO_BIN_EXE_sottovoce"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .arg("run")
        .arg(pipeline)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(daemon.stdout.take().unwrap()).lines();
    let address =
        lines.find_map(|line| Some(line.unwrap().split_once("http://")?.1.split('/').next()?.to_owned())).unwrap();
    std::thread::spawn(move || lines.for_each(drop));
    (daemon, address)
}

/// CPU seconds and megabytes of memory of a process.
fn costs(process: u32) -> (f64, f64) {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let number = |i: usize| fields.get(i).and_then(|field| field.parse::<f64>().ok()).unwrap_or(f64::NAN);
    ((number(11) + number(12)) / 100.0, number(21) * 4096.0 / 1e6)
}

/// When each numbered caption came, until the room says good-bye.
async fn listen(address: String, lang: &'static str) -> Vec<(u64, Instant)> {
    let url = format!("ws://{address}/v1/listen?room=hall&lang={lang}&dial=instant");
    let (mut socket, _) = tokio_tungstenite::connect_async(url).await.unwrap();
    let mut came = Vec::new();
    while let Some(Ok(message)) = socket.next().await {
        let now = Instant::now();
        let Message::Text(text) = message else { continue };
        // Read as little as possible: what is measured is the server.
        let seq = text.split_once("\"seq\":").and_then(|(_, rest)| rest.split(',').next()?.parse().ok());
        if let Some(seq) = seq.filter(|_| text.contains("\"type\":\"caption\"")) {
            came.push((seq, now));
        }
        if text.contains("\"type\":\"marker\"") {
            break;
        }
    }
    came
}

/// Joins, and then doesn't read a byte until it is thrown out.
async fn stall(address: String) {
    let mut socket = tokio::net::TcpStream::connect(&address).await.unwrap();
    let request = format!(
        "GET /v1/listen?room=hall&dial=instant HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    std::future::pending::<()>().await;
}

async fn speak(address: String, samples: Arc<Vec<i16>>, seconds: f64) {
    let (mut socket, _) = tokio_tungstenite::connect_async(format!("ws://{address}/v1/speak?room=hall")).await.unwrap();
    socket.send(Message::text(r#"{"type":"config","rate":16000}"#)).await.unwrap();
    let (mut out, mut events) = socket.split();
    tokio::spawn(async move { while events.next().await.is_some() {} });
    let start = Instant::now();
    for (i, block) in samples.chunks(640).cycle().take((seconds * 25.0) as usize).enumerate() {
        let bytes: Vec<u8> = block.iter().flat_map(|s| s.to_le_bytes()).collect();
        out.send(Message::binary(bytes)).await.unwrap();
        tokio::time::sleep_until((start + Duration::from_millis(40 * (i as u64 + 1))).into()).await;
    }
    out.send(Message::text(r#"{"marker":"end"}"#)).await.unwrap();
    tokio::time::sleep(Duration::from_secs(5)).await;
}

/// One round: milliseconds by which each caption came to each listener after the first who had it, sorted.
async fn round(address: &str, count: usize, seconds: f64, samples: &Arc<Vec<i16>>, stalled: bool) -> (Vec<f64>, usize) {
    let mut listeners = Vec::new();
    for i in 0..count {
        listeners.push(tokio::spawn(listen(address.to_owned(), LANGS[i % LANGS.len()])));
        if i % 50 == 49 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    let stalling = stalled.then(|| tokio::spawn(stall(address.to_owned())));
    tokio::time::sleep(Duration::from_secs(2)).await;
    speak(address.to_owned(), samples.clone(), seconds).await;
    let mut first: HashMap<u64, Instant> = HashMap::new();
    let mut all = Vec::new();
    for listener in listeners {
        for (seq, came) in listener.await.unwrap() {
            first.entry(seq).and_modify(|first| *first = came.min(*first)).or_insert(came);
            all.push((seq, came));
        }
    }
    stalling.inspect(|task| task.abort());
    let mut later: Vec<f64> =
        all.iter().map(|(seq, came)| came.duration_since(first[seq]).as_secs_f64() * 1e3).collect();
    later.sort_by(f64::total_cmp);
    (later, first.len())
}

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|arg| arg.parse::<f64>().ok());
    let (count, minutes) = (numbers.next().unwrap_or(5_000.0) as usize, numbers.next().unwrap_or(0.5));
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/onnx/starter/samples/travel-en.wav");
    let samples: Vec<i16> = hound::WavReader::open(sample).unwrap().samples().map(Result::unwrap).collect();
    let samples = Arc::new(samples);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    println!(
        "listeners  stalled  captions  reads/s   later than the first, ms: p50   p95   p99   worst   CPU   memory of one"
    );
    for (count, stalled) in [(8, false), (count, false), (count, true)] {
        let folder = tempfile::tempdir().unwrap();
        let (mut daemon, address) = daemon(folder.path());
        let (_, empty) = costs(daemon.id());
        let (before, start) = (costs(daemon.id()).0, Instant::now());
        let (later, captions) = runtime.block_on(round(&address, count, minutes * 60.0, &samples, stalled));
        let (cpu, memory) = costs(daemon.id());
        let seconds = start.elapsed().as_secs_f64();
        let at = |share: f64| later.get(((later.len() as f64 - 1.0) * share) as usize).copied().unwrap_or(f64::NAN);
        println!(
            "{count:9}  {:7}  {captions:8}  {:7.0}  {:>31.1} {:5.1} {:5.1} {:7.1}  {:3.0} %  {:6.0} KB",
            if stalled { "one" } else { "none" },
            later.len() as f64 / seconds,
            at(0.5),
            at(0.95),
            at(0.99),
            at(1.0),
            100.0 * (cpu - before) / seconds,
            (memory - empty) * 1e3 / count as f64
        );
        daemon.kill().unwrap();
        daemon.wait().unwrap();
    }
}
