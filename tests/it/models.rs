//! Models as a user handles them: fetched from a hub that behaves and one that doesn't, listed, checked, asked for.

use crate::support::{program, repo, sample, stderr, stdout};
use crate::toy_hub::{Hub, checksums};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Published models: `toy` (a large and two small files), `toy-nc`, which forbids commercial use, `toy-pinned`, whose
/// content was another once, `toy-asr` and `toy-mt`, which are the starter models.
const PUBLISHED: &str = r#"
[languages]
[[model]]
id = "toy"
task = "mt"
languages = ["en", "es"]
licence = "MIT"
commercial = true
contract = "seq2seq"
repo = "toys/toy"
files = ["onnx/model.onnx", "*.json"]
megabytes = 3
note = "A toy."
[[model]]
id = "toy-nc"
task = "mt"
languages = ["en", "es"]
licence = "CC-BY-NC-4.0"
commercial = false
contract = "seq2seq"
repo = "toys/toy"
files = ["onnx/model.onnx", "*.json"]
megabytes = 3
note = "A toy that isn't for sale."
[[model]]
id = "toy-pinned"
task = "mt"
languages = ["en", "es"]
licence = "MIT"
commercial = true
contract = "seq2seq"
repo = "toys/toy"
files = ["onnx/model.onnx", "*.json"]
sha256 = { "config.json" = "0000000000000000000000000000000000000000000000000000000000000000" }
megabytes = 3
note = "A toy that was another one when it was pinned."
[[model]]
id = "toy-asr"
task = "asr"
languages = ["en"]
licence = "MIT"
commercial = true
contract = "streaming-ctc"
repo = "toys/asr"
files = ["model.onnx", "tokens.txt", "lm.arpa.gz"]
megabytes = 17
note = "The starter recogniser, as if published."
[[model]]
id = "toy-mt"
task = "mt"
languages = ["en", "es"]
licence = "MIT"
commercial = true
contract = "seq2seq"
repo = "toys/mt"
files = ["encoder_model.onnx", "decoder_model_merged.onnx", "*.json"]
megabytes = 16
precision = "keep"
note = "The starter translator, as if published."
"#;

/// A machine of its own: a hub, a cache, a folder for data.
struct Machine {
    hub: Hub,
    home: tempfile::TempDir,
}

/// 3 MB that no compressor and no hash knows.
fn weights() -> Vec<u8> {
    let mut x = 1_u32;
    std::iter::repeat_with(move || {
        x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (x >> 24) as u8
    })
    .take(3_000_000)
    .collect()
}

impl Machine {
    fn new() -> Self {
        Self::with(&[
            ("onnx/model.onnx", weights()),
            ("config.json", br#"{"model_type":"toy"}"#.to_vec()),
            ("generation_config.json", b"{}".to_vec()),
            ("README.md", b"not a part of it".to_vec()),
        ])
    }

    fn with(files: &[(&str, Vec<u8>)]) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(home.path().join("onnx")).expect("made");
        let starter = std::fs::read_to_string(repo().join("onnx/models.toml")).expect("the registry");
        std::fs::write(home.path().join("onnx/models.toml"), starter).expect("written");
        std::fs::write(home.path().join("onnx/published.toml"), PUBLISHED).expect("written");
        #[cfg(unix)]
        std::os::unix::fs::symlink(repo().join("onnx/starter"), home.path().join("onnx/starter")).expect("linked");
        Self { hub: Hub::start(files), home }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = program();
        command.args(args).stdin(Stdio::null()).env("SOTTOVOCE_ONNX", self.path("onnx"));
        command.env("HF_HOME", self.path("hf")).env("XDG_DATA_HOME", self.path("data")).env("HF_TOKEN", "hf_secret");
        command.env("HF_ENDPOINT", &self.hub.endpoint).env("HF_HUB_DOWNLOAD_TIMEOUT", "5");
        for variable in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HF_HUB_OFFLINE", "HF_HUB_CACHE"] {
            command.env_remove(variable);
        }
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("starts")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// A file of the cache's repository.
    fn cached(&self, name: &str) -> PathBuf {
        self.path("hf/hub/models--toys--toy").join(name)
    }

    /// Asserts that pulling works, and that what is then there is what the hub has.
    fn pulls(&self) {
        let output = self.run(&["models", "pull", "toy"]);
        assert!(output.status.success(), "{}", stderr(&output));
        let folder = stdout(&self.run(&["models", "path", "toy"]));
        for (name, bytes) in self.hub.state().files.iter().filter(|(name, _)| *name != "README.md") {
            assert!(std::fs::read(PathBuf::from(folder.trim()).join(name)).expect(name) == *bytes, "{name} differs");
        }
    }

    /// Asserts that pulling fails so, and leaves nothing that could be used.
    fn refuses(&self, code: i32, words: &[&str]) -> String {
        let output = self.run(&["models", "pull", "toy"]);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(code), "{said}");
        for word in words {
            assert!(said.contains(word), "it doesn't say `{word}`: {said}");
        }
        assert_eq!(self.run(&["models", "path", "toy"]).status.code(), Some(3));
        said
    }

    /// Files that aren't whole, in the cache.
    fn partial(&self) -> Vec<PathBuf> {
        let blobs = std::fs::read_dir(self.cached("blobs")).into_iter().flatten().flatten();
        blobs.map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "incomplete")).collect()
    }
}

#[test]
fn a_model_is_fetched_into_the_shared_cache_and_known_from_then_on() {
    let machine = Machine::new();
    machine.pulls();
    // The layout that other programs read: content by checksum, names as relative links, the branch as a commit.
    let (sha256, git) = (checksums(&weights()).0, checksums(b"{}").1);
    let commit = std::fs::read_to_string(machine.cached("refs/main")).expect("the branch");
    let link = |name: &str| std::fs::read_link(machine.cached(&format!("snapshots/{commit}/{name}"))).expect("a link");
    assert_eq!(link("onnx/model.onnx"), PathBuf::from(format!("../../../blobs/{sha256}")));
    assert_eq!(link("generation_config.json"), PathBuf::from(format!("../../blobs/{git}")));
    let lock = std::fs::read_to_string(machine.path("data/sottovoce/models.lock")).expect("the lock");
    assert!(lock.contains(&sha256) && lock.contains(&commit) && !lock.contains("README"), "{lock}");
    let listed = stdout(&machine.run(&["models", "list"]));
    assert!(listed.lines().any(|l| l.starts_with("* toy ")), "{listed}");
    assert!(listed.lines().any(|l| l.starts_with("  toy-nc ") && l.contains("NON-COMMERCIAL")), "{listed}");
    let verified = machine.run(&["models", "verify", "toy"]);
    assert_eq!(stdout(&verified).matches("good ").count(), 3, "{}", stdout(&verified));
    // Again: asked about, but not fetched.
    let before = machine.hub.bodies().len();
    machine.pulls();
    assert_eq!(machine.hub.bodies().len(), before);
}

#[test]
fn a_cut_connection_is_gone_on_from() {
    let machine = Machine::new();
    machine.hub.state().cuts = vec![500_000, 1_200_000];
    machine.pulls();
    let ranges: Vec<_> = machine.hub.bodies().into_iter().map(|r| r.range).collect();
    assert_eq!(ranges, [None, Some("bytes=1200000-".into()), Some("bytes=1700000-".into())]);
}

#[test]
fn a_later_pull_goes_on_where_the_first_gave_up() {
    let machine = Machine::new();
    // One good start, then nothing more than cut connections.
    machine.hub.state().cuts = [vec![0; 20], vec![2_000_000]].concat();
    machine.refuses(5, &["model.onnx", "cut", "kept"]);
    assert_eq!(std::fs::metadata(&machine.partial()[0]).expect("kept").len(), 2_000_000);
    assert_eq!(machine.run(&["models", "verify", "toy"]).status.code(), Some(3));
    machine.hub.state().cuts.clear();
    machine.hub.state().requests.clear();
    machine.pulls();
    assert_eq!(machine.hub.bodies()[0].range.as_deref(), Some("bytes=2000000-"));
    assert!(machine.partial().is_empty());
}

#[test]
fn a_server_that_always_begins_at_the_beginning_will_do() {
    let machine = Machine::new();
    machine.hub.state().cuts = vec![1_000_000];
    machine.hub.state().ignores_range = true;
    machine.pulls();
}

#[test]
fn other_content_than_was_stated_is_refused() {
    for name in ["onnx/model.onnx", "config.json"] {
        let machine = Machine::new();
        machine.hub.state().spoils = Some(name.into());
        machine.refuses(5, &[name, "checksum"]);
        let (sha256, git) = checksums(&machine.hub.state().files[name]);
        for hex in [sha256, git] {
            let blob = machine.cached("blobs").join(hex);
            assert!(!blob.exists() && !blob.with_extension("incomplete").exists(), "{} is left", blob.display());
        }
        machine.hub.state().spoils = None;
        machine.pulls();
    }
}

#[test]
fn a_spoilt_beginning_is_thrown_away() {
    let machine = Machine::new();
    let partial = machine.cached("blobs").join(format!("{}.incomplete", checksums(&weights()).0));
    std::fs::create_dir_all(machine.cached("blobs")).expect("made");
    std::fs::write(&partial, vec![7; 1_000_000]).expect("written");
    machine.pulls();
    let ranges: Vec<_> = machine.hub.bodies().into_iter().map(|r| r.range).collect();
    assert_eq!(ranges, [Some("bytes=1000000-".into()), None]);
}

#[test]
fn the_same_commit_with_other_content_is_refused() {
    let machine = Machine::new();
    machine.pulls();
    machine.hub.state().files.insert("onnx/model.onnx".into(), vec![1; 5_000]);
    let output = machine.run(&["models", "pull", "toy"]);
    assert_eq!(output.status.code(), Some(5), "{}", stderr(&output));
    assert!(stderr(&output).contains("other content before"), "{}", stderr(&output));
    // What was there stays.
    assert!(machine.run(&["models", "verify", "toy"]).status.success());
    // A new commit may have new content.
    machine.hub.state().commit = "d".repeat(40);
    machine.pulls();
}

#[test]
fn pinned_content_is_insisted_on() {
    let machine = Machine::new();
    let output = machine.run(&["models", "pull", "toy-pinned"]);
    assert_eq!(output.status.code(), Some(5), "{}", stderr(&output));
    assert!(stderr(&output).contains("config.json") && stderr(&output).contains("pins"), "{}", stderr(&output));
    assert_eq!(machine.run(&["models", "path", "toy-pinned"]).status.code(), Some(3));
}

#[test]
fn a_model_behind_terms_is_told() {
    let machine = Machine::new();
    machine.hub.state().is_gated = true;
    machine.refuses(3, &["toys/toy", "GatedRepo", "HF_TOKEN"]);
}

#[test]
fn damage_is_found_and_mended() {
    let machine = Machine::new();
    machine.pulls();
    let blob = machine.cached("blobs").join(checksums(&weights()).0);
    let mut bytes = weights();
    bytes[1_234_567] ^= 1;
    std::fs::write(&blob, bytes).expect("written");
    let output = machine.run(&["models", "verify"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stdout(&output).contains("damaged  toy/onnx/model.onnx"), "{}", stdout(&output));
    assert!(stderr(&output).contains("models pull toy"), "{}", stderr(&output));
    machine.pulls();
    assert!(machine.run(&["models", "verify"]).status.success());
}

#[test]
fn no_network_is_told_and_the_cache_used() {
    let machine = Machine::new();
    let nowhere = format!("http://127.0.0.1:{}", crate::support::free_port());
    let pull = |variable: &str, value: &str, data: &str| {
        let mut command = machine.command(&["models", "pull", "toy"]);
        command.env(variable, value).env("XDG_DATA_HOME", machine.path(data)).output().expect("starts")
    };
    let output = pull("HF_ENDPOINT", &nowhere, "data");
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("can't be reached") && stderr(&output).contains("HF_ENDPOINT"),
        "{}",
        stderr(&output)
    );
    let output = pull("HF_HUB_OFFLINE", "1", "data");
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).contains("HF_HUB_OFFLINE") && stderr(&output).contains("toys/toy"), "{}", stderr(&output));
    assert!(machine.hub.state().requests.is_empty(), "it asked the network");
    machine.pulls();
    machine.hub.state().requests.clear();
    for (variable, value, data) in [("HF_ENDPOINT", nowhere.as_str(), "other"), ("HF_HUB_OFFLINE", "1", "third")] {
        let output = pull(variable, value, data);
        assert!(output.status.success(), "{}", stderr(&output));
    }
    assert!(machine.hub.state().requests.is_empty(), "it asked the network");
    // Damaged content isn't taken from the cache either.
    std::fs::write(machine.cached("blobs").join(checksums(b"{}").1), "[]").expect("written");
    assert_eq!(pull("HF_HUB_OFFLINE", "1", "fourth").status.code(), Some(3));
}

#[test]
fn the_token_is_told_to_the_hub_alone() {
    let machine = Machine::new();
    machine.pulls();
    let requests = machine.hub.state().requests.clone();
    let (store, hub): (Vec<_>, Vec<_>) = requests.into_iter().partition(|r| r.of_store);
    assert!(!store.is_empty() && store.iter().all(|r| r.authorization.is_none()), "{store:?}");
    assert!(hub.iter().all(|r| r.authorization.as_deref() == Some("Bearer hf_secret")), "{hub:?}");
}

#[test]
fn trouble_that_passes_is_waited_for() {
    let machine = Machine::new();
    machine.hub.state().troubles = 2;
    machine.pulls();
    machine.hub.state().troubles = 1_000;
    let output = machine.run(&["models", "pull", "toy-nc", "--yes"]);
    // The cache has it all, under another id.
    assert!(output.status.success(), "{}", stderr(&output));
}

#[test]
fn a_file_that_is_not_there_and_a_full_disk_are_told() {
    let machine = Machine::new();
    machine.hub.state().boasts = Some(1 << 60);
    machine.refuses(5, &["free", "are needed", "HF_HUB_CACHE"]);
    assert!(machine.hub.bodies().is_empty());
    machine.hub.state().files.remove("onnx/model.onnx");
    machine.refuses(3, &["toys/toy", "onnx/model.onnx"]);
}

#[test]
fn two_at_once_fetch_once() {
    let machine = Machine::new();
    machine.hub.state().dawdles = Duration::from_millis(5);
    let start = || {
        let mut command = machine.command(&["models", "pull", "toy"]);
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("starts")
    };
    for child in [start(), start()] {
        let output = child.wait_with_output().expect("ends");
        assert!(output.status.success(), "{}", stderr(&output));
    }
    assert_eq!(machine.hub.bodies().len(), 1);
    assert!(machine.run(&["models", "verify", "toy"]).status.success());
}

#[test]
fn an_interrupted_pull_can_be_gone_on_with() {
    let machine = Machine::new();
    machine.hub.state().dawdles = Duration::from_millis(50);
    let child = machine.command(&["models", "pull", "toy"]).stderr(Stdio::piped()).spawn().expect("starts");
    let deadline = Instant::now() + Duration::from_secs(20);
    while machine.partial().first().is_none_or(|p| p.metadata().is_ok_and(|m| m.len() < 200_000)) {
        assert!(Instant::now() < deadline, "nothing comes");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill runs").success());
    let output = child.wait_with_output().expect("ends");
    assert_eq!(output.status.code(), Some(5), "{}", stderr(&output));
    assert!(stderr(&output).contains("stopped"), "{}", stderr(&output));
    machine.hub.state().dawdles = Duration::ZERO;
    machine.hub.state().requests.clear();
    machine.pulls();
    assert!(machine.hub.bodies()[0].range.is_some(), "it began again");
}

#[test]
fn a_non_commercial_licence_is_asked_about_first() {
    let machine = Machine::new();
    let output = machine.run(&["models", "pull", "toy", "toy-nc"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("non-commercial") && stderr(&output).contains("--accept-licence"),
        "{}",
        stderr(&output)
    );
    assert!(machine.hub.state().requests.is_empty(), "it fetched before it asked");
    let (said, code) = on_terminal(&machine, "models pull toy-nc", "n\n");
    assert!(said.contains("CC-BY-NC-4.0") && said.contains("[y/N]") && code == Some(3), "{said}");
    assert!(machine.hub.state().requests.is_empty());
    let (said, code) = on_terminal(&machine, "models pull toy-nc", "y\n");
    assert_eq!(code, Some(0), "{said}");
    std::fs::remove_dir_all(machine.path("data")).expect("removed");
    assert!(machine.run(&["models", "pull", "toy-nc", "--accept-licence"]).status.success());
}

/// Runs the program on a terminal that is typed into; what it said, and how it ended.
fn on_terminal(machine: &Machine, args: &str, typed: &str) -> (String, Option<i32>) {
    let plain = machine.command(&[]);
    let mut script = Command::new("script");
    let line = format!("{} {args}", env!("CARGO_BIN_EXE_sottovoce"));
    script.args(["--quiet", "--return", "--command", &line, "/dev/null"]).current_dir(repo());
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => script.env(name, value),
            None => script.env_remove(name),
        };
    }
    let mut child = script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("script (bsdutils) starts");
    let mut input = child.stdin.take().expect("piped");
    // Kept open: its end would hang the terminal up.
    input.write_all(typed.as_bytes()).expect("typed");
    let output = child.wait_with_output().expect("ends");
    drop(input);
    (stdout(&output), output.status.code())
}

#[test]
fn a_pipeline_fetches_what_it_lacks_after_a_yes() {
    let read = |name: &str| std::fs::read(repo().join("onnx/starter/asr/en").join(name)).expect(name);
    let machine = Machine::with(&["model.onnx", "tokens.txt", "lm.arpa.gz"].map(|name| (name, read(name))));
    let pipeline = machine.path("p.toml").display().to_string();
    let toml = "[recognise]\nmodel = \"toy-asr\"\n[translate]\nmodel = \"toy\"\nto = [\"es\"]\n";
    std::fs::write(&pipeline, toml).expect("written");
    let (hello, words) =
        (sample("hello-en.wav").display().to_string(), ["toy-asr (17.0 MB)", "toy (3.0 MB)", "20.0 MB in all"]);
    for args in [&["check", &pipeline][..], &["run", &pipeline], &["translate", "-p", &pipeline, &hello]] {
        let output = machine.run(args);
        assert_eq!(output.status.code(), Some(3), "{args:?}: {}", stderr(&output));
        for word in [&words[..], &["models pull toy-asr toy"]].concat() {
            assert!(stderr(&output).contains(word), "{args:?} doesn't say `{word}`: {}", stderr(&output));
        }
    }
    assert!(machine.hub.state().requests.is_empty());
    std::fs::write(&pipeline, "[recognise]\nmodel = \"toy-asr\"\n[translate]\nbackend = \"none\"\n").expect("written");
    let (said, code) = on_terminal(&machine, &format!("translate -p {pipeline} {hello}"), "n\n");
    assert!(said.contains("toy-asr") && said.contains("17.0 MB") && code == Some(3), "{said}");
    // What is wrong with the pipeline comes before any question.
    let output = machine.run(&["translate", "--yes", "-p", &pipeline, &hello, "--from", "de"]);
    assert_eq!((output.status.code(), machine.hub.state().requests.len()), (Some(2), 0), "{}", stderr(&output));
    let output = machine.run(&["translate", "--yes", "-p", &pipeline, &hello, "--to", "en"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let starter = machine.run(&["translate", &hello, "--to", "en"]);
    assert_eq!(stdout(&output), stdout(&starter), "the fetched recogniser hears something else");
    assert!(machine.run(&["check", &pipeline]).status.success());
}

#[test]
fn an_imported_model_comes_before_a_fetched_one() {
    let machine = Machine::new();
    machine.pulls();
    for id in ["toy", "my-own"] {
        std::fs::create_dir_all(machine.path("data/sottovoce/models").join(id)).expect("made");
        let folder = stdout(&machine.run(&["models", "path", id]));
        assert!(folder.trim().ends_with(&format!("sottovoce/models/{id}")), "{folder}");
    }
    assert_eq!(machine.run(&["models", "path", "../models/toy"]).status.code(), Some(3));
}

#[test]
fn a_cleared_cache_is_noticed() {
    let machine = Machine::new();
    machine.pulls();
    std::fs::remove_dir_all(machine.path("hf/hub")).expect("removed");
    let output = machine.run(&["models", "path", "toy"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("models pull toy"), "{}", stderr(&output));
    machine.pulls();
}

#[test]
fn each_size_of_machine_has_its_pipeline() {
    let catalogue: toml::Table =
        std::fs::read_to_string(repo().join("onnx/published.toml")).expect("read").parse().expect("TOML");
    let sizes = catalogue["size"].as_array().expect("sizes");
    assert_eq!(sizes.len(), 3);
    for size in sizes {
        let path = repo().join(size["pipeline"].as_str().expect("a path"));
        let pipeline: toml::Table = std::fs::read_to_string(path).expect("the pipeline").parse().expect("TOML");
        let voices = pipeline["speak"].get("models").and_then(|m| m.as_array()).cloned().unwrap_or_default();
        let used = [pipeline["recognise"]["model"].clone(), pipeline["translate"]["model"].clone()].into_iter();
        assert_eq!(size["models"].as_array().expect("ids"), &used.chain(voices).collect::<Vec<_>>());
    }
}

#[test]
fn the_greeting_names_the_command_for_human_voices() {
    use std::io::{BufRead, BufReader};
    let machine = Machine::new();
    std::fs::copy(repo().join("onnx/published.toml"), machine.path("onnx/published.toml")).expect("copied");
    let listen = format!("127.0.0.1:{}", crate::support::free_port());
    let mut command = machine.command(&["run", "pipelines/server.toml", "--listen", &listen]);
    let mut child = command.stdout(Stdio::piped()).spawn().expect("starts");
    let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let said: Vec<String> = lines.map_while(Result::ok).take(3).collect();
    assert!(Command::new("kill").arg(child.id().to_string()).status().expect("kill runs").success());
    child.wait().expect("ends");
    assert!(said[1].contains("human voices") && said[2].trim_end().ends_with("pipelines/laptop.toml"), "{said:?}");
    assert!(said[2].contains("run --yes"), "{said:?}");
}

#[test]
fn what_is_pulled_is_prepared_unless_told_otherwise() {
    let names =
        ["encoder_model.onnx", "decoder_model_merged.onnx", "config.json", "generation_config.json", "tokenizer.json"];
    let read = |name: &str| std::fs::read(repo().join("tests/fixtures/trained-en-es").join(name)).expect(name);
    let files: Vec<(&str, Vec<u8>)> = names.iter().map(|name| (*name, read(name))).collect();
    let machine = Machine::with(&files);
    let path = || PathBuf::from(stdout(&machine.run(&["models", "path", "toy-mt"])).trim());
    let output = machine.run(&["models", "pull", "--as-is", "toy-mt"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(path().starts_with(machine.path("data/sottovoce/pulled")), "{}", path().display());
    let output = machine.run(&["models", "pull", "toy-mt"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(path().starts_with(machine.path("data/sottovoce/models")), "{}", path().display());
    assert!(path().join("decoder_model_prepared.onnx").is_file());
    let said = stdout(&machine.run(&["models", "verify", "toy-mt"]));
    assert!(said.contains("good     toy-mt/weights.bin"), "{said}");
    let pipeline = machine.path("p.toml").display().to_string();
    let hello = sample("hello-en.wav").display().to_string();
    let as_it_was = repo().join("tests/fixtures/trained-en-es").display().to_string();
    let [published, ours] = [as_it_was.as_str(), "toy-mt"].map(|model| {
        std::fs::write(&pipeline, format!("[translate]\nmodel = {model:?}\n")).expect("written");
        machine.run(&["translate", "-p", &pipeline, &hello])
    });
    assert!(!stdout(&published).is_empty());
    assert_eq!(stdout(&published), stdout(&ours), "{}", stderr(&ours));
    std::fs::write(path().join("weights.bin"), "cut short").expect("written");
    let output = machine.run(&["models", "verify", "toy-mt"]);
    assert!(stdout(&output).contains("damaged  toy-mt/weights.bin") && stderr(&output).contains("models pull toy-mt"));
}
