//! `models import` as a user runs it: a folder of published files becomes a model with an id, proved, listed and checked.
//!
//! That prepared models answer as the reference does, in every layout, is in `translation` and `whisper`.

use crate::support::{program, repo, sample, stderr, stdout};
use std::path::{Path, PathBuf};
use std::process::Output;

/// A user's own data folder.
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn run(&self, args: &[&str]) -> Output {
        program().args(args).env("XDG_DATA_HOME", self.0.path()).output().expect("starts")
    }

    fn import(&self, folder: &str, id: &str, precision: &str) -> String {
        let folder = repo().join(folder).display().to_string();
        let output = self.run(&["models", "import", &folder, "--as", id, "--precision", precision]);
        assert!(output.status.success(), "{folder}: {}", stderr(&output));
        stdout(&output)
    }

    fn model(&self, id: &str) -> PathBuf {
        self.0.path().join("sottovoce/models").join(id)
    }

    fn fails(&self, folder: &Path, id: &str, code: i32, words: &[&str]) {
        let output = self.run(&["models", "import", &folder.display().to_string(), "--as", id]);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(code), "{said}");
        let lines = said.lines().filter(|l| !l.trim().is_empty()).count();
        assert!(lines <= 2 && words.iter().all(|w| said.contains(w)), "{said}");
        assert!(!self.model(id).exists(), "something is left of {id}");
        let left = std::fs::read_dir(self.0.path().join("sottovoce/models")).into_iter().flatten().count();
        assert_eq!(left, 0, "half an import is left");
    }
}

#[test]
fn an_imported_model_is_listed_checked_and_used_by_its_id() {
    let home = Home::new();
    let said = home.import("tests/fixtures/trained-en-es", "me/mt", "int8");
    assert!(said.contains("8-bit") && said.contains("equal to the original within"), "{said}");
    assert!(home.model("me/mt").join("decoder_model_prepared.onnx").is_file());
    let list = stdout(&home.run(&["models", "list"]));
    assert!(list.lines().any(|l| l.starts_with("+ me/mt ") && l.contains(" mt ")), "{list}");
    assert!(stdout(&home.run(&["models", "path", "me/mt"])).trim().ends_with("me/mt"));
    let verified = home.run(&["models", "verify", "me/mt"]);
    assert!(
        verified.status.success() && stdout(&verified).contains("good     me/mt/weights.bin"),
        "{}",
        stdout(&verified)
    );
    let pipeline = home.0.path().join("p.toml").display().to_string();
    std::fs::write(&pipeline, "[translate]\nmodel = \"me/mt\"\n").expect("written");
    let output = home.run(&["translate", "-p", &pipeline, &sample("hello-en.wav").display().to_string()]);
    assert!(stdout(&output).contains("Buenos días"), "{}{}", stdout(&output), stderr(&output));
}

#[test]
fn a_decoder_that_takes_one_token_at_a_time_says_so() {
    let home = Home::new();
    let said = home.import("tests/fixtures/mt/m2m100-a", "old", "keep");
    assert!(said.contains("one token at a time"), "{said}");
    assert!(!home.import("tests/fixtures/mt/m2m100-d", "new", "keep").contains("one token at a time"));
}

#[test]
fn other_layouts_are_copied() {
    let home = Home::new();
    for (folder, backend) in [
        ("tests/fixtures/asr/zipformer-transducer", "streaming-transducer"),
        ("tests/fixtures/asr/parakeet-tdt", "parakeet-tdt"),
        ("tests/fixtures/tts/piper", "piper"),
        ("tests/fixtures/tts/kokoro", "kokoro"),
        ("tests/fixtures/whisper/ggml/ggml-fixture.bin", "whisper-cpp"),
    ] {
        let said = home.import(folder, backend, "int8");
        assert!(said.contains(&format!("({backend})")) && said.contains("copied as it is"), "{folder}: {said}");
        assert!(home.run(&["models", "verify", backend]).status.success());
    }
}

#[test]
fn human_languages_and_voices_go_through_the_whole_pipeline() {
    let home = Home::new();
    home.import("tests/fixtures/whisper/multi-d", "w", "keep");
    home.import("tests/fixtures/mt/m2m100-d", "m", "keep");
    home.import("tests/fixtures/tts/piper", "v", "keep");
    let pipeline = home.0.path().join("p.toml").display().to_string();
    let text = "[recognise]\nmodel = \"w\"\n[translate]\nmodel = \"m\"\n[speak]\nmodels = [\"v\"]\n";
    std::fs::write(&pipeline, text).expect("written");
    let spanish = repo().join("tests/fixtures/whisper/long-es.wav").display().to_string();
    let args = ["translate", "-p", &pipeline, "--from", "auto", "--to", "en,es,de", "--format", "jsonl", &spanish];
    let output = home.run(&args);
    assert!(output.status.success(), "{}", stderr(&output));
    let events: Vec<serde_json::Value> =
        stdout(&output).lines().map(|l| serde_json::from_str(l).expect("a line is JSON")).collect();
    crate::support::keeps_promises(&events);
    // Toys trained on whole clips: what they say of a piece is beside the point; that languages hang together is not.
    assert!(!crate::support::finals(&events, "source").concat().is_empty());
    let of = |kind: &str| events.iter().filter(|e| e["kind"] == kind).cloned().collect::<Vec<_>>();
    let (sources, translations) = (of("source"), of("translation"));
    assert!(sources.iter().all(|s| s["lang"] == s["source_lang"]), "{sources:?}");
    assert!(!translations.is_empty());
    for t in translations {
        let source = sources.iter().find(|s| s["utterance"] == t["utterance"]).expect("its source");
        assert_eq!(t["source_lang"], source["lang"]);
        assert_ne!(t["lang"], source["lang"]);
    }
}

#[test]
fn what_cannot_be_imported_is_told_in_one_line_and_leaves_nothing() {
    let home = Home::new();
    let folder = tempfile::tempdir().expect("a folder");
    let copy = |name: &str| {
        let starter = repo().join("tests/fixtures/trained-en-es").join(name);
        std::fs::copy(starter, folder.path().join(name)).expect("copied");
    };
    home.fails(&folder.path().join("nowhere"), "a", 3, &["nowhere", "known layout"]);
    home.fails(folder.path(), "a", 3, &["known layout"]);
    ["config.json", "encoder_model.onnx", "tokenizer.json"].iter().for_each(|name| copy(name));
    home.fails(folder.path(), "a", 3, &["decoder_model.onnx"]);
    copy("decoder_model_merged.onnx");
    home.fails(folder.path(), "../a", 2, &["../a", "id"]);
    home.fails(folder.path(), "starter/asr", 2, &["comes with sottovoce"]);
    std::fs::write(folder.path().join("encoder_model.onnx"), "not a model at all").expect("written");
    home.fails(folder.path(), "a", 3, &["encoder_model.onnx", "not a model file"]);
    // Another model's encoder: it runs, and is found out.
    let other = repo().join("tests/fixtures/mt/m2m100-d/encoder_model.onnx");
    std::fs::copy(other, folder.path().join("encoder_model.onnx")).expect("copied");
    let output = home.run(&["models", "import", &folder.path().display().to_string(), "--as", "a"]);
    assert!(!output.status.success() && !home.model("a").exists(), "{}", stderr(&output));
}

#[test]
fn a_model_for_a_newer_runtime_is_told_from_a_damaged_one() {
    use sottovoce::onnx::{self, Compute, proto::Model};
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("encoder_model.onnx");
    let mut model = Model::read(&repo().join("tests/fixtures/trained-en-es/encoder_model.onnx")).expect("reads");
    model.proto.opset_import.iter_mut().for_each(|o| o.version = 99);
    model.write(&file).expect("writes");
    let told = |words: &str| {
        let error = onnx::load(&file, Compute::cpu(1)).expect_err("refused");
        assert!(error.to_string().contains("encoder_model.onnx") && error.to_string().lines().count() == 1, "{error}");
        assert!(error.hint_text().is_some_and(|h| h.contains(words)), "{error}: {:?}", error.hint_text());
    };
    told("newer ONNX Runtime");
    std::fs::write(&file, "not a model").expect("written");
    told("damaged");
}
