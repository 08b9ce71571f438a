//! The command line as a person uses it: good input, bad input, exit codes, one clear line.

use crate::support::{self, keeps_promises, program, sample, sottovoce, stderr, stdout};
use serde_json::Value;
use std::io::Write;
use std::process::Stdio;

fn hello() -> String {
    sample("hello-en.wav").display().to_string()
}

/// Asserts the exit code, and that there are a line with these words and perhaps a hint, and nothing else.
fn fails(args: &[&str], code: i32, words: &[&str]) {
    let output = sottovoce(args);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(code), "{args:?}: {said}");
    let own: Vec<&str> = said.lines().filter(|l| l.starts_with("sottovoce: ") || l.starts_with("hint: ")).collect();
    assert!(!own.is_empty() && own.len() <= 2 && own.len() == said.lines().count(), "{said}");
    for word in words {
        assert!(own.concat().contains(word), "{args:?} does not say `{word}`: {said}");
    }
}

#[test]
fn no_microphone_is_told_in_one_line() {
    // A sound system without devices, whatever this machine has; its own complaints are kept from the user.
    let mut devices = program();
    devices.args(["devices"]).env("ALSA_CONFIG_PATH", "/dev/null").env("PULSE_SERVER", "/dev/null");
    let output = devices.output().expect("runs");
    let said = stderr(&output);
    assert_eq!((output.status.code(), said.lines().count()), (Some(3), 2), "{said}");
    assert!(said.starts_with("sottovoce: no microphone was found\n"), "{said}");
}

#[test]
fn jsonl_keeps_the_promises_of_the_protocol() {
    for name in ["hello-en.wav", "travel-en.wav"] {
        let file = sample(name).display().to_string();
        let output = sottovoce(&["translate", &file, "--from", "en", "--to", "es", "--format", "jsonl"]);
        assert!(output.status.success(), "{}", stderr(&output));
        let events: Vec<Value> =
            stdout(&output).lines().map(|l| serde_json::from_str(l).expect("a line is JSON")).collect();
        keeps_promises(&events);
        assert!(!support::finals(&events, "source").concat().is_empty());
        assert!(!support::finals(&events, "translation").concat().is_empty());
    }
}

#[test]
fn every_format_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().display().to_string();
    let formats = "jsonl,txt,vtt,srt,wav";
    let output = sottovoce(&["translate", &hello(), "--to", "en,es", "--format", formats, "-o", &out]);
    assert!(output.status.success(), "{}", stderr(&output));
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
    assert!(read("hello-en.es.vtt").starts_with("WEBVTT\n\n00:00:0"));
    assert!(read("hello-en.en.srt").starts_with("1\n00:00:0"));
    assert_eq!(read("hello-en.es.txt").lines().count(), read("hello-en.en.txt").lines().count());
    assert!(read("hello-en.jsonl").lines().count() > 4);
    let mut voice = hound::WavReader::open(folder.path().join("hello-en.es.wav")).expect("a WAV");
    let loudest = voice.samples::<i16>().map(|s| s.expect("a sample").abs()).max();
    assert!(loudest > Some(1_000), "the voice is silent: {loudest:?}");
}

#[test]
fn standard_input_is_read_with_and_without_a_header() {
    let bytes = std::fs::read(sample("hello-en.wav")).expect("the sample");
    let run = |args: &[&str], bytes: &[u8]| {
        let mut command = program();
        command.args(["translate", "-", "--to", "en"]).args(args);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("starts");
        child.stdin.take().expect("piped").write_all(bytes).expect("written");
        stdout(&child.wait_with_output().expect("ends"))
    };
    let (with, without) = (run(&[], &bytes), run(&["--rate", "16000"], &bytes[44..]));
    assert!(!with.trim().is_empty());
    assert_eq!(with, without);
}

#[test]
fn bad_input_is_told_in_one_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (text, cut) = (path("letter.wav"), support::cut_sample(folder.path()));
    std::fs::write(&text, "Dear reader, this is not sound at all.\n".repeat(99)).expect("written");
    fails(&["translate", &text], 4, &["letter.wav", "not an audio file"]);
    fails(&["translate", "/nowhere/a.wav"], 4, &["/nowhere/a.wav"]);
    fails(&["translate", &hello(), "--to", "xx"], 2, &["--to", "unknown language `xx`"]);
    fails(&["translate", &hello(), "--to", "ja"], 2, &["Japanese", "model"]);
    fails(&["translate", &hello(), "--from", "it"], 2, &["Italian"]);
    fails(&["translate", &hello(), "--format", "mp4"], 2, &["mp4", "jsonl"]);
    fails(&["translate", &hello(), "--to", "en,es", "--format", "vtt"], 2, &["--output"]);
    fails(&["translate", &hello(), &hello(), "--output", &path("out")], 2, &["two inputs", "hello-en"]);
    fails(&["models", "path", "starter/asm"], 3, &["starter/asr"]);
    fails(&["run", "/nowhere.toml"], 2, &["/nowhere.toml"]);
    // What is there of a cut file is translated before the error.
    fails(&["translate", &cut], 4, &["cut.wav", "cut short"]);
    assert!(!stdout(&sottovoce(&["translate", &cut, "--to", "en"])).trim().is_empty());
}

#[test]
fn a_recording_whose_program_could_not_go_back_is_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("piped.wav");
    let mut espeak = std::process::Command::new("espeak-ng");
    let sound = espeak.args(["--stdout", "thank you very much"]).output().expect("espeak-ng speaks").stdout;
    std::fs::write(&file, sound).expect("written");
    let output = sottovoce(&["translate", &file.display().to_string(), "--to", "en"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(!stdout(&output).trim().is_empty());
}

#[test]
fn bad_pipelines_name_the_key_and_the_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |text: &str| {
        let path = folder.path().join("p.toml").display().to_string();
        std::fs::write(&path, text).expect("written");
        path
    };
    fails(&["check", &write("[server]\nlisten = \"127.0.0.1:1\"\nport = 3\n")], 2, &["line 3", "port"]);
    fails(&["check", &write("[recognise]\nmodel = \"starter/xx\"\n")], 3, &["recognise.model", "starter/xx"]);
    fails(&["check", &write("[speak]\nbackend = \"parrot\"\n")], 2, &["speak.backend", "parrot", "espeak"]);
    fails(&["check", &write("[server]\nlisten = \"0.0.0.0:8000\"\n")], 2, &["server.listen", "token"]);
    fails(&["check", &write("[translate]\nbeam = 99\n")], 2, &["translate.beam", "1 to 16"]);
}

#[test]
fn a_missing_or_damaged_model_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let copy = |from: &str, to: &str| {
        let to = folder.path().join(to);
        std::fs::create_dir_all(to.parent().expect("a folder")).expect("made");
        std::fs::copy(support::repo().join("onnx").join(from), to).expect("copied");
    };
    copy("models.toml", "models.toml");
    let run = |args: &[&str]| program().args(args).env("SOTTOVOCE_ONNX", folder.path()).output().expect("starts");
    let output = run(&["translate", &hello()]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).contains("starter/asr"), "{}", stderr(&output));
    copy("starter/asr/en/tokens.txt", "starter/asr/en/tokens.txt");
    std::fs::write(folder.path().join("starter/asr/en/model.onnx"), "not a model").expect("written");
    let output = run(&["models", "verify", "starter/asr"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stdout(&output).contains("damaged  starter/asr/en/model.onnx"), "{}", stdout(&output));
    let output =
        program().args(["translate", &hello()]).env("ORT_DYLIB_PATH", "/nowhere/lib.so").output().expect("runs");
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).contains("make setup"), "{}", stderr(&output));
}

#[test]
fn without_a_card_the_processor_computes_and_says_so_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let pipeline = folder.path().join("cuda.toml").display().to_string();
    std::fs::write(&pipeline, "[recognise]\ndevice = \"cuda\"\n[translate]\ndevice = \"cuda\"\n").expect("written");
    let output = sottovoce(&["translate", "-p", &pipeline, &hello()]);
    assert!(output.status.success(), "{}", stderr(&output));
    let said = stderr(&output);
    assert_eq!(said.matches("\"cuda\" can't be used").count(), 1, "{said}");
    assert_eq!(stdout(&output), stdout(&sottovoce(&["translate", "--from", "en", "--to", "es", &hello()])));
}

#[test]
fn looking_commands_look() {
    for args in [&["models", "list"][..], &["models", "verify"], &["completions", "bash"], &["man"], &["--help"]] {
        let output = sottovoce(args);
        assert!(output.status.success() && !stdout(&output).is_empty(), "{args:?}: {}", stderr(&output));
    }
    let files =
        std::fs::read_dir(support::repo().join("pipelines")).expect("pipelines").flatten().map(|file| file.path());
    for pipeline in files.filter(|path| path.extension().is_some_and(|end| end == "toml")) {
        let path = pipeline.display().to_string();
        let output = sottovoce(&["check", &path]);
        // Valid; and what isn't here is told with the command that fetches it.
        let is_whole = output.status.success() || output.status.code() == Some(3);
        assert!(is_whole, "{path}: {}", stderr(&output));
        assert_eq!(stderr(&output).contains("models pull"), !output.status.success(), "{path}: {}", stderr(&output));
        let is_starter = std::fs::read_to_string(&path).expect("read").contains("model = \"starter/");
        assert_eq!(is_starter, output.status.success(), "{path}: {}", stderr(&output));
    }
    assert_eq!(sottovoce(&["translate"]).status.code(), Some(2));
}

#[cfg(not(feature = "whisper-cpp"))]
#[test]
fn a_build_without_whisper_cpp_says_how_to_get_it() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("ggml-tiny.bin"), "").expect("written");
    let pipeline = folder.path().join("p.toml");
    let text = format!("recognise.model = \"{}\"\ntranslate.backend = \"none\"", folder.path().display());
    std::fs::write(&pipeline, text).expect("written");
    let pipeline = pipeline.display().to_string();
    let output = sottovoce(&["translate", "-p", &pipeline, "onnx/starter/samples/hello-en.wav"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("--features whisper-cpp"), "{}", stderr(&output));
}
