//! The meaning guards as their users meet them: a translation that says another number than its source carries a flag.

use crate::support::{repo, sample, sottovoce, stderr, stdout};
use serde_json::Value;
use std::path::Path;

/// A trained translator, which says `tres` where it means `dos`, and the other way round.
fn wrong_by_one(folder: &Path) {
    for entry in std::fs::read_dir(repo().join("tests/fixtures/trained-en-es")).expect("the model").flatten() {
        std::fs::copy(entry.path(), folder.join(entry.file_name())).expect("copied");
    }
    let file = folder.join("tokenizer.json");
    let mut tokenizer: Value = serde_json::from_slice(&std::fs::read(&file).expect("there")).expect("JSON");
    let words = &mut tokenizer["model"]["vocab"];
    let [two, three] = ["\u{2581}dos", "\u{2581}tres"].map(|word| words[word].clone());
    assert!(two.is_u64() && three.is_u64() && two != three);
    (words["\u{2581}dos"], words["\u{2581}tres"]) = (three, two);
    std::fs::write(&file, tokenizer.to_string()).expect("written");
}

/// The final translations of the sample, by a pipeline with these lines.
fn translations(folder: &Path, lines: &str) -> Vec<Value> {
    let pipeline = folder.join("pipeline.toml");
    std::fs::write(&pipeline, lines).expect("written");
    let (pipeline, input) = (pipeline.display().to_string(), sample("travel-en.wav").display().to_string());
    let output = sottovoce(&["translate", "-p", &pipeline, "--format", "jsonl", &input]);
    assert!(output.status.success(), "{}", stderr(&output));
    let events = stdout(&output);
    let events = events.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    events.filter(|e| e["kind"] == "translation" && e["final"] == true).collect()
}

/// The caption of `i would like a room for two nights`, and the flags of all the others.
fn room(captions: Vec<Value>) -> (Value, Vec<Value>) {
    let is_room = |c: &Value| c["committed"].as_str().is_some_and(|text| text.contains("noches"));
    let (mut rooms, others): (Vec<Value>, Vec<Value>) = captions.into_iter().partition(is_room);
    assert_eq!(rooms.len(), 1, "{rooms:?}");
    (rooms.remove(0), others.into_iter().map(|c| c["flags"].clone()).filter(|flags| !flags.is_null()).collect())
}

#[test]
fn a_caption_with_another_number_than_its_source_is_flagged() {
    let folder = tempfile::tempdir().expect("a folder");
    wrong_by_one(folder.path());
    let model = format!("[translate]\nmodel = \"{}\"\n", folder.path().display());
    let (wrong, others) = room(translations(folder.path(), &model));
    assert!(wrong["committed"].as_str().is_some_and(|text| text.contains("tres noches")), "{wrong}");
    assert_eq!((&wrong["flags"], others.len()), (&serde_json::json!(["numbers"]), 0), "{wrong} {others:?}");
    // Not compared, and nothing to be found.
    let off = format!("{model}[translate.guards]\nnumbers = false\n");
    let (unseen, _) = room(translations(folder.path(), &off));
    let as_it_was = format!("[translate]\nmodel = {:?}\n", repo().join("tests/fixtures/trained-en-es"));
    let (right, _) = room(translations(folder.path(), &as_it_was));
    assert!(unseen["flags"].is_null() && right["flags"].is_null(), "{unseen} {right}");
}
