//! Twenty speakers at once over the WebSocket, in real time: lag p50/p95 and CPU per session.
//! `cargo bench --bench sessions [COUNT]`
//!
//! With more sessions than the machine can carry it shows the governor: compare with
//! `SOTTOVOCE__GOVERNOR__ENABLED=false cargo bench --bench sessions 400`.
#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used)]

use futures_util::{SinkExt, StreamExt};
use sottovoce::config;
use sottovoce::event::{Body, Event, Kind};
use sottovoce::pipeline::Pipeline;
use sottovoce::plan::Plan;
use sottovoce::server::Server;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_tungstenite::tungstenite::Message;

/// CPU seconds of this process so far, the clients included.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    [11, 12].iter().filter_map(|i| fields.get(*i)?.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// What one speaker saw.
#[derive(Default)]
struct Seen {
    /// The lag of each committed step, by kind.
    lags: Vec<(Kind, f64)>,
    /// The governor's highest step.
    step: u8,
    /// Seconds of sound that were dropped.
    lost: f64,
    /// Whether it was turned away.
    is_refused: bool,
}

/// Speaks the sample.
async fn speak(address: String, samples: Arc<Vec<i16>>) -> Seen {
    let (mut socket, _) = tokio_tungstenite::connect_async(address).await.unwrap();
    socket.send(Message::text(r#"{"type":"config","rate":16000}"#)).await.unwrap();
    let (mut out, mut events) = socket.split();
    let sending = tokio::spawn(async move {
        let start = Instant::now();
        for (i, block) in samples.chunks(640).enumerate() {
            let bytes: Vec<u8> = block.iter().flat_map(|s| s.to_le_bytes()).collect();
            // Who is refused need not go on.
            if out.send(Message::binary(bytes)).await.is_err() {
                return;
            }
            tokio::time::sleep_until((start + Duration::from_millis(40 * (i as u64 + 1))).into()).await;
        }
        let _ = out.send(Message::text(r#"{"end":true}"#)).await;
    });
    let mut seen = Seen::default();
    let mut committed = std::collections::HashMap::new();
    while let Some(Ok(message)) = events.next().await {
        let Message::Text(text) = message else { continue };
        let (c, t) = match serde_json::from_str(&text) {
            Ok(Event { body: Body::Caption(c), t, .. }) => (c, t),
            Ok(Event { body: Body::Status { step, .. }, .. }) => {
                seen.step = seen.step.max(step);
                continue;
            }
            Ok(Event { body: Body::Gap { start, end, .. }, .. }) => {
                seen.lost += end - start;
                continue;
            }
            Ok(Event { body: Body::Error { .. }, .. }) => {
                seen.is_refused = true;
                continue;
            }
            _ => continue,
        };
        let before = committed.insert(c.id.clone(), c.committed.len()).unwrap_or(0);
        if c.committed.len() > before {
            // A transcript's last word may still be tentative; what counts is the last committed one.
            seen.lags.push((c.kind, t - c.words.last().map_or(c.end, |w| w.end)));
        }
    }
    sending.await.unwrap();
    seen
}

fn main() -> sottovoce::error::Result<()> {
    let count: usize = std::env::args().skip(1).find_map(|a| a.parse().ok()).unwrap_or(20);
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/onnx/starter/samples/travel-en.wav");
    let samples: Vec<i16> = hound::WavReader::open(sample).unwrap().samples().map(Result::unwrap).collect();
    let (samples, seconds) = (Arc::new(samples.clone()), samples.len() as f64 / 16_000.0);
    let toml = "[speak]\nbackend = \"none\"\n[server]\nlisten = \"127.0.0.1:0\"\nmax_sessions = 1000";
    let plan = Plan::new(config::parse(toml, config::environment())?)?;
    let models = plan.load()?;
    let pipeline = Arc::new(Pipeline::start(plan, models)?);
    let server = Server::start(pipeline.clone())?;
    let cpu = cpu_seconds();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let seen = runtime.block_on(async {
        let mut speakers = Vec::new();
        for i in 0..count {
            let address = format!("ws://{}/v1/speak?room=r{i}", server.address);
            speakers.push(tokio::spawn(speak(address, samples.clone())));
            tokio::time::sleep(Duration::from_millis(53)).await;
        }
        let mut seen = Vec::new();
        for speaker in speakers {
            seen.push(speaker.await.unwrap());
        }
        seen
    });
    let cpu = cpu_seconds() - cpu;
    let refused = seen.iter().filter(|s| s.is_refused).count();
    let (step, lost) = (seen.iter().map(|s| s.step).max().unwrap_or(0), seen.iter().map(|s| s.lost).sum::<f64>());
    let mut lags: Vec<(Kind, f64)> = seen.into_iter().flat_map(|s| s.lags).collect();
    lags.sort_by(|a, b| a.1.total_cmp(&b.1));
    println!(
        "{count} sessions of {seconds:.0} s: {:.1} % of a core each (clients included)",
        100.0 * cpu / seconds / count as f64
    );
    for (kind, name) in [(Kind::Source, "transcript"), (Kind::Translation, "translation")] {
        let of: Vec<f64> = lags.iter().filter(|l| l.0 == kind).map(|l| l.1).collect();
        let at = |share: f64| of.get(((of.len() as f64 - 1.0) * share) as usize).copied().unwrap_or(f64::NAN);
        println!(
            "{name}: from the last word to its commitment p50 {:.2} s, p95 {:.2} s ({} commits)",
            at(0.5),
            at(0.95),
            of.len()
        );
    }
    println!("highest step of the governor {step}, {refused} sessions refused, {lost:.1} s of sound dropped in all");
    let stopped = pipeline.stop(Duration::from_secs(5));
    server.stop();
    stopped
}
