//! `sottovoce eval` over a few of the bundled samples, as its users call it.

use crate::support::{sample, sottovoce, stderr, stdout};
use serde_json::Value;
use sottovoce::eval::lag::{laal, long_yaal};

/// A manifest of the first samples of the bundled one.
fn manifest(folder: &std::path::Path, rows: usize) -> String {
    let text = std::fs::read_to_string(sample("manifest-en.tsv")).expect("the manifest");
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

/// A lag of times in seconds, of a source of so many, to so many words.
type Lag = dyn Fn(&[f64], f64, usize) -> Option<f64>;

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
    assert!(all["recogniser_steps_per_update"].is_null(), "a CTC model has no decoder");
    let [source, translation] = [&all["languages"][0], &all["languages"][1]];
    assert_eq!((source["lang"].as_str(), translation["lang"].as_str()), (Some("en"), Some("es")));
    assert!(number(&source["wer"]) < 50.0 && source["bleu"].is_null(), "{source}");
    assert!(number(&translation["chrf"]) > 30.0 && translation["wer"].is_null(), "{translation}");
    for of in [source, translation] {
        assert_eq!((of["committed_changed"].as_u64(), of["erasure_reading"].as_f64()), (Some(0), Some(0.0)), "{of}");
        assert!(number(&of["erasure_balanced"]) <= number(&of["erasure_instant"]), "{of}");
        assert!(number(&of["laal"]) > 0.0 && number(&of["first_word"]) <= number(&of["first_word_ca"]), "{of}");
        assert!(number(&of["first_word"]) < number(&of["first_committed"]), "what is shown first may change: {of}");
        assert!(number(&of["first_committed"]) <= number(&of["first_committed_ca"]), "{of}");
        assert_eq!(of["unit"], "word");
    }
    let log = std::fs::read_to_string(logs.join("instances.es.log")).expect("a log");
    for line in log.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")) {
        let words = line["prediction"].as_str().expect("text").split_whitespace().count();
        assert_eq!(line["delays"].as_array().map(Vec::len), Some(words));
        assert_eq!(line["elapsed"].as_array().map(Vec::len), Some(words));
    }
    for of in [source, translation] {
        let lang = of["lang"].as_str().expect("a language");
        lags_are_those_of_the_log(
            of,
            &std::fs::read_to_string(logs.join(format!("instances.{lang}.log"))).expect("a log"),
        );
        same_words(&logs, lang);
    }
    // Fed bit by bit, nothing is left to chance, but for one draft of an utterance: its last sound and its end may reach the
    // recogniser together or, on a busy machine, one after the other.
    let again: Value = serde_json::from_str(&stdout(&sottovoce(&["eval", &manifest, "--json"]))).expect("JSON");
    for figure in ["chrf", "laal", "erasure_reading", "first_word"] {
        assert_eq!(again["languages"][1][figure], translation[figure], "{figure}");
    }
}

/// What others compute from the log (`lag` is compared with OmniSTEval in its own tests) is what we say.
fn lags_are_those_of_the_log(of: &Value, log: &str) {
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let mean = |times: &str, lag: &Lag| {
        let each = lines.iter().filter_map(|line| {
            let seconds = |v: &Value| v.as_f64().expect("a number") / 1000.0;
            let times: Vec<f64> = line[times].as_array().expect("times").iter().map(seconds).collect();
            let words = line["reference"].as_str().expect("text").split_whitespace().count();
            lag(&times, seconds(&line["source_length"]), words)
        });
        let all: Vec<f64> = each.collect();
        (!all.is_empty()).then(|| all.iter().sum::<f64>() / all.len() as f64)
    };
    let until_the_end = |times: &[f64], source: f64, words: usize| long_yaal(times, source, words, source);
    for (figure, theirs) in [
        ("laal", mean("delays", &laal)),
        ("laal_ca", mean("elapsed", &laal)),
        ("long_yaal", mean("delays", &until_the_end)),
        ("long_yaal_ca", mean("elapsed", &until_the_end)),
    ] {
        let near = match (of[figure].as_f64(), theirs) {
            (Some(ours), Some(theirs)) => (ours - theirs).abs() < 1e-3,
            (ours, theirs) => ours == theirs,
        };
        assert!(near, "{figure} of {}: {} and from the log {theirs:?}", of["lang"], of[figure]);
    }
}

/// Both logs tell the same words and times.
fn same_words(logs: &std::path::Path, lang: &str) {
    let lines = |name: String| -> Vec<Value> {
        let text = std::fs::read_to_string(logs.join(name)).expect("a log");
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    };
    let steps = lines(format!("simulstream.{lang}.jsonl"));
    for (i, instance) in lines(format!("instances.{lang}.log")).iter().enumerate() {
        let own = steps.iter().filter(|step| step["id"] == i && step["metadata"].is_null());
        let mut said: Vec<(String, f64)> = Vec::new();
        for step in own {
            assert_eq!(step["deleted_tokens"], serde_json::json!([]));
            let heard = step["total_audio_processed"].as_f64().expect("a number") * 1000.0;
            let words = step["generated_tokens"].as_array().expect("words");
            said.extend(words.iter().map(|w| (w.as_str().expect("a word").to_owned(), heard)));
        }
        let text = said.iter().map(|(word, _)| word.as_str()).collect::<Vec<_>>().join(" ");
        assert_eq!(instance["prediction"], text);
        let delays = instance["delays"].as_array().expect("times");
        assert!(
            delays.iter().zip(&said).all(|(d, s)| (d.as_f64().expect("a number") - s.1).abs() < 1e-6),
            "{instance}"
        );
    }
}

#[test]
fn a_recogniser_with_a_decoder_tells_its_steps() {
    let folder = tempfile::tempdir().expect("a folder");
    let (manifest, pipeline) = (folder.path().join("manifest.tsv"), folder.path().join("pipeline.toml"));
    std::fs::write(&manifest, format!("file\ttext\n{}\tgood morning\n", sample("hello-en.wav").display()))
        .expect("written");
    let whisper = crate::support::repo().join("tests/fixtures/whisper/multi-d");
    let lines = format!("recognise.model = \"{}\"\ntranslate.backend = \"none\"\n", whisper.display());
    std::fs::write(&pipeline, lines).expect("written");
    let [pipeline, manifest] = [pipeline, manifest].map(|path| path.display().to_string());
    let output = sottovoce(&["eval", &manifest, "-p", &pipeline, "--json"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let all: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    assert!(all["recogniser_steps_per_update"].as_f64().is_some_and(|steps| steps >= 1.0), "{all}");
    assert!(all["decoder_steps_per_update"].is_null(), "{all}");
    let table = stdout(&sottovoce(&["eval", &manifest, "-p", &pipeline]));
    assert!(table.contains("committed s") && table.contains("translator -, recogniser "), "{table}");
}

#[test]
fn what_was_done_until_ctrl_c_is_told() {
    use std::io::{BufRead, BufReader};
    let folder = tempfile::tempdir().expect("a folder");
    let manifest = manifest(folder.path(), 24);
    let mut child = crate::support::program()
        .args(["eval", &manifest, "--json"])
        .env("RUST_LOG", "sottovoce::cli::eval=debug")
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines().map(|line| line.expect("text"));
    assert!(lines.any(|line| line.contains("scored")), "it never scored a recording");
    let sent = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(sent.expect("kill runs").success());
    assert!(lines.any(|line| line.contains("interrupted")), "it doesn't say that it was interrupted");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(5));
    let all: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    let done = all["recordings"].as_u64().expect("a number");
    assert!((1..24).contains(&done), "{done}");
    assert!(all["languages"][0]["wer"].is_number() && all["languages"][1]["chrf"].is_number(), "{all}");
    assert!(all["languages"][1]["chrf_offline"].is_null(), "{all}");
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
