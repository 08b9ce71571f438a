//! A real sound server without a sound card: what is played into it comes out of the daemon as captions.

use crate::support;
use futures_util::StreamExt;
use serde_json::Value;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// PulseAudio with one microphone: the monitor of a sink that plays to nobody, paced in real time.
struct Pulse {
    folder: TempDir,
    processes: Vec<Child>,
}

impl Pulse {
    fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("sv").tempdir().expect("a folder for the sound server");
        let mut pulse = Self { folder, processes: Vec::new() };
        let alsa = "pcm.!default { type pulse }\nctl.!default { type pulse }\n";
        std::fs::write(pulse.path("alsa.conf"), alsa).expect("alsa.conf");
        let protocol = format!("module-native-protocol-unix auth-anonymous=1 socket={}", pulse.path("native"));
        let sink = "module-null-sink sink_name=mic rate=48000 channels=1";
        let mut server = pulse.command("pulseaudio");
        server.args(["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--realtime=no"]);
        server.args(["--high-priority=no", "-L", &protocol, "-L", sink]);
        pulse.spawn(server);
        let deadline = Instant::now() + Duration::from_secs(10);
        while !pulse.command("pactl").args(["set-default-source", "mic.monitor"]).status().is_ok_and(|s| s.success()) {
            assert!(Instant::now() < deadline, "pulseaudio has not started within 10 s");
            std::thread::sleep(Duration::from_millis(50));
        }
        // A sink that nobody plays to sleeps, and its monitor with it: silence keeps it awake.
        let mut silence = pulse.command("pacat");
        silence.args(["-p", "-d", "mic", "--raw", "--rate=48000", "--channels=1", "--format=s16le"]);
        silence.args(["--latency-msec=50", "/dev/zero"]);
        pulse.spawn(silence);
        pulse
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn envs(&self) -> Vec<(&'static str, String)> {
        vec![
            ("HOME", self.path("")),
            ("XDG_RUNTIME_DIR", self.path("")),
            ("PULSE_RUNTIME_PATH", self.path("")),
            ("PULSE_SERVER", format!("unix:{}", self.path("native"))),
            ("ALSA_CONFIG_PATH", self.path("alsa.conf")),
        ]
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.envs(self.envs()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // The server must not look for the one it is to be.
        if program == "pulseaudio" {
            command.env_remove("PULSE_SERVER");
        }
        command
    }

    fn spawn(&mut self, mut command: Command) {
        let missing = format!("{:?} is missing: `make test` installs it", command.get_program());
        self.processes.push(command.spawn().expect(&missing));
    }

    fn play(&self, wav: &Path) {
        let status = self.command("paplay").args(["-d", "mic"]).arg(wav).status();
        assert!(status.expect("paplay is missing: `make test` installs it").success(), "paplay {}", wav.display());
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        for process in self.processes.iter_mut().rev() {
            // It may be gone already.
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// The share of the expected words that were heard, wherever they stand; case and punctuation don't matter.
pub fn share_heard(expected: &str, heard: &str) -> f64 {
    let words = |text: &str| -> Vec<String> {
        let parts = text.split(|c: char| !c.is_alphanumeric() && c != '\'');
        parts.filter(|w| !w.is_empty()).map(str::to_lowercase).collect()
    };
    let (expected, mut heard) = (words(expected), words(heard));
    let found = expected.iter().filter(|word| {
        let place = heard.iter().position(|h| h == *word);
        place.map(|i| heard.swap_remove(i)).is_some()
    });
    found.count() as f64 / expected.len().max(1) as f64
}

/// How many batches of sound the daemon has listened to.
fn batches_heard(daemon: &support::Daemon) -> f64 {
    let mut text = String::new();
    let mut stream = std::net::TcpStream::connect(daemon.addr).expect("the daemon answers");
    stream.write_all(b"GET /metrics HTTP/1.0\r\n\r\n").expect("the daemon reads");
    stream.read_to_string(&mut text).expect("the daemon writes");
    let name = "sottovoce_step_duration_seconds_count{stage=\"listen\"}";
    text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn hears_a_microphone() {
    let samples = support::repo().join("onnx/starter/samples");
    let said = std::fs::read_to_string(samples.join("hello-en.txt")).expect("the sample's text");
    let pulse = Pulse::start();
    let toml = support::server_toml(support::free_port()).replace("kind = \"none\"", "kind = \"microphone\"");
    let envs = pulse.envs();
    let envs: Vec<(&str, &str)> = envs.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let daemon = support::Daemon::start(&toml, &envs).await;
    let url = format!("ws://{}/v1/listen?room=main&lang=es", daemon.addr);
    let (mut events, _) = tokio_tungstenite::connect_async(url).await.expect("the daemon takes listeners");

    // A stream's first sound may come two seconds after it was opened; what is played before that is lost.
    let deadline = Instant::now() + Duration::from_secs(20);
    while batches_heard(&daemon) < 10.0 {
        assert!(Instant::now() < deadline, "no sound has come from the microphone within 20 s");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    tokio::task::block_in_place(|| pulse.play(&samples.join("hello-en.wav")));

    let (mut source, mut translation) = (String::new(), String::new());
    let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
    while share_heard(&said, &source) < 0.6 || translation.is_empty() {
        let Ok(next) = tokio::time::timeout_at(deadline, events.next()).await else {
            panic!("within 30 s only {source:?} and {translation:?} came of {said:?}")
        };
        let message = next.expect("the daemon stays").expect("the connection holds");
        let Ok(event) = serde_json::from_str::<Value>(message.to_text().unwrap_or_default()) else { continue };
        if event["type"] == "caption" && event["final"] == true {
            let all = if event["kind"] == "source" { &mut source } else { &mut translation };
            all.push_str(event["committed"].as_str().unwrap_or_default());
            all.push(' ');
        }
    }
}

#[test]
fn shares_are_counted_word_by_word() {
    assert_eq!(share_heard("Good morning, good people!", "good people morning"), 0.75);
    assert_eq!(share_heard("", "anything"), 0.0);
}
