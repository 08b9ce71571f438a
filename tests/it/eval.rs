//! `sottovoce eval` over a few of the bundled samples, as its users call it.

use crate::support::{sample, sottovoce, stderr, stdout};
use serde_json::Value;

/// A manifest of the first samples of the bundled one.
fn manifest(folder: &std::path::Path, rows: usize) -> String {
    let text = std::fs::read_to_string(sample("manifest.tsv")).expect("the manifest");
    let (header, lines) = text.split_once('\n').expect("a header");
    let absolute = |line: &str| {
        let (file, rest) = line.split_once('\t').expect("columns");
        format!("{}\t{rest}\n", sample(file).display())
    };
    let lines: String = lines.lines().take(rows).map(absolute).collect();
    let file = folder.join("manifest.tsv");
    std::fs::write(&file, format!("{header}\n{lines}")).expect("written");
    file.display().to_string()
}

#[test]
fn recordings_are_scored_and_logged() {
    let folder = tempfile::tempdir().expect("a folder");
    let (manifest, logs) = (manifest(folder.path(), 3), folder.path().join("logs"));
    let output = sottovoce(&["eval", &manifest, "--json", "--log", &logs.display().to_string()]);
    assert!(output.status.success(), "{}", stderr(&output));
    let all: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    assert_eq!(all["recordings"], 3);
    let number = |v: &Value| v.as_f64().expect("a number");
    assert!(number(&all["decoder_steps_per_update"]) >= 1.0);
    let [source, translation] = [&all["languages"][0], &all["languages"][1]];
    assert_eq!((source["lang"].as_str(), translation["lang"].as_str()), (Some("en"), Some("es")));
    assert!(number(&source["wer"]) < 50.0 && source["bleu"].is_null(), "{source}");
    assert!(number(&translation["chrf"]) > 30.0 && translation["wer"].is_null(), "{translation}");
    for of in [source, translation] {
        assert_eq!((of["committed_changed"].as_u64(), of["erasure_reading"].as_f64()), (Some(0), Some(0.0)), "{of}");
        assert!(number(&of["erasure_balanced"]) <= number(&of["erasure_instant"]), "{of}");
        assert!(number(&of["laal"]) > 0.0 && number(&of["first_word"]) <= number(&of["first_word_ca"]), "{of}");
    }
    let log = std::fs::read_to_string(logs.join("instances.es.log")).expect("a log");
    for line in log.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")) {
        let words = line["prediction"].as_str().expect("text").split_whitespace().count();
        assert_eq!(line["delays"].as_array().map(Vec::len), Some(words));
        assert_eq!(line["elapsed"].as_array().map(Vec::len), Some(words));
    }
    assert!(logs.join("simulstream.es.jsonl").is_file());
    // Fed bit by bit, nothing is left to chance.
    let again: Value = serde_json::from_str(&stdout(&sottovoce(&["eval", &manifest, "--json"]))).expect("JSON");
    for figure in ["chrf", "laal", "erasure_instant", "first_word"] {
        assert_eq!(again["languages"][1][figure], translation[figure], "{figure}");
    }
}

#[test]
fn a_bad_manifest_is_told_with_its_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("bad.tsv");
    std::fs::write(&file, "file\ttext\nnowhere.wav\thello\n").expect("written");
    let output = sottovoce(&["eval", &file.display().to_string()]);
    assert_eq!(output.status.code(), Some(4));
    assert!(stderr(&output).contains("line 2") && stderr(&output).contains("hint: "), "{}", stderr(&output));
}
