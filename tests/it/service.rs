//! The daemon as those see it who run it: a service manager, a monitor, and the files in `examples/service`.

use crate::support::{self, Daemon, finals};
use serde_json::Value;
use std::os::unix::net::UnixDatagram;
use std::time::{Duration, Instant};

fn example(name: &str) -> String {
    std::fs::read_to_string(support::repo().join("examples/service").join(name)).expect(name)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_manager_hears_that_it_is_ready_alive_and_stopping() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("notify");
    let manager = UnixDatagram::bind(&path).expect("a socket");
    manager.set_read_timeout(Some(Duration::from_secs(20))).expect("set");
    let told = || {
        let mut message = [0; 1024];
        let length = manager.recv(&mut message).expect("the daemon tells something");
        String::from_utf8_lossy(&message[..length]).into_owned()
    };
    let socket = path.display().to_string();
    let envs = [("NOTIFY_SOCKET", socket.as_str()), ("WATCHDOG_USEC", "1000000")];
    let daemon = Daemon::start(&support::server_toml(support::free_port()), &envs).await;
    let ready = told();
    assert!(ready.contains("READY=1") && ready.contains(&daemon.addr.to_string()), "{ready}");
    let since = Instant::now();
    for _ in 0..3 {
        assert_eq!(told().trim(), "WATCHDOG=1");
    }
    assert!(since.elapsed() >= Duration::from_millis(900), "twice in the manager's patience, not more");
    daemon.signal("-TERM");
    while !told().contains("STOPPING=1") {}
}

#[tokio::test(flavor = "multi_thread")]
async fn utterances_are_logged_without_their_words() {
    let log = tempfile::NamedTempFile::new().expect("a file");
    let toml = support::server_toml(support::free_port());
    let daemon = Daemon::start_logging(&toml, &[("RUST_LOG", "warn,utterance=info")], Some(log.path())).await;
    let mut speaker = daemon.ws("/v1/speak?room=board&from=en").await;
    support::say(&mut speaker, "travel-en.wav", 8.0).await;
    let (seen, _) = support::events(&mut speaker, |e| e["type"] == "bye").await;
    drop(daemon);
    let log = std::fs::read_to_string(log.path()).expect("the log");
    let said = [finals(&seen, "source"), finals(&seen, "translation")].concat();
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("board")).collect();
    assert!(said.len() > 4 && lines.len() == said.len(), "{} captions, {log}", said.len());
    assert!(lines.iter().all(|line| ["lag=", "words=", "lang=", "kind="].iter().all(|field| line.contains(field))));
    for word in said.iter().flat_map(|text| text.split_whitespace()).filter(|word| word.len() > 5) {
        assert!(!log.contains(word), "{word}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dashboard_shows_what_is_counted() {
    let daemon = Daemon::server().await;
    let mut speaker = daemon.ws("/v1/speak?room=r&from=en").await;
    support::say(&mut speaker, "hello-en.wav", 8.0).await;
    support::events(&mut speaker, |e| e["type"] == "bye").await;
    let counted = daemon.get("/metrics").await.1;
    let dashboard: Value = serde_json::from_str(&example("grafana.json")).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("panels");
    let asked = panels.iter().flat_map(|panel| panel["targets"].as_array().expect("targets"));
    let mut names = 0;
    for query in asked.map(|target| target["expr"].as_str().expect("a query")) {
        for name in
            query.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| word.starts_with("sottovoce_"))
        {
            let plain = ["_bucket", "_sum"].iter().fold(name, |name, end| name.strip_suffix(end).unwrap_or(name));
            names += 1;
            // What hasn't happened yet has no numbers, but all have a line that says what they are.
            let is_known = counted.contains(&format!("# TYPE {plain} ")) || KNOWN_LATER.contains(&plain);
            assert!(is_known, "{name} in `{query}`");
        }
    }
    assert!(names > 10);
}

/// Counted by a reason that hasn't come yet: without one they have no line.
const KNOWN_LATER: &[&str] = &[
    "sottovoce_refused_total",
    "sottovoce_gap_seconds",
    "sottovoce_link_dropped_total",
    "sottovoce_guard_findings_total",
    "sottovoce_words_held_total",
    "sottovoce_waiting_age_seconds",
];

#[test]
fn the_unit_starts_what_there_is() {
    let unit = example("sottovoce.service");
    let start = unit.lines().find_map(|line| line.strip_prefix("ExecStart=")).expect("a command");
    let args: Vec<&str> = start.split(' ').skip(1).collect();
    assert!(support::repo().join(args.last().expect("a pipeline")).is_file());
    assert!(unit.contains("Type=notify") && unit.contains("WatchdogSec="));
    // What the image copies is there, and its command is one that the program knows.
    let image = example("Dockerfile");
    for folder in ["onnx", "pipelines", "scripts/setup.sh"] {
        assert!(image.contains(folder) && support::repo().join(folder).exists(), "{folder}");
    }
}
