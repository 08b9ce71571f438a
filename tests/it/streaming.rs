//! Streaming models and Parakeet against their reference implementations, on small random models of the real exporters.
//!
//! The recorded outputs (`tests/fixtures/asr/*/golden.json`) are sherpa-onnx's, NeMo's and onnx-asr's; the scripts that
//! made models and records are `onnx/export/zipformer.py` and `onnx/export/nemo_models.py`.

use crate::support::repo;
use serde_json::Value;
use sottovoce::asr::features::{Features, Filterbank, nemo};
use sottovoce::asr::hot_words::Expected;
use sottovoce::asr::{BACKENDS, Options, Recognizer};
use sottovoce::error::{ErrorKind, Result};
use sottovoce::models::layout::Layout;
use sottovoce::onnx::Compute;
use sottovoce::text::{Hypothesis, Lang};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Every fixture, the backend that loads it, and where its greedy golden tokens are.
const MODELS: [(&str, &str, &str, &str); 5] = [
    ("zipformer-ctc", "streaming-ctc", "zipformer-ctc", "greedy"),
    ("zipformer-transducer", "streaming-transducer", "zipformer-transducer", "greedy"),
    ("zipformer-transducer-int8", "streaming-transducer", "zipformer-transducer", "int8"),
    ("nemo-ctc", "nemo-ctc", "nemo-ctc", "greedy"),
    ("parakeet-tdt", "parakeet-tdt", "parakeet-tdt", "greedy"),
];

fn fixture(name: &str) -> PathBuf {
    repo().join("tests/fixtures/asr").join(name)
}

fn golden(name: &str) -> Value {
    let text = std::fs::read_to_string(fixture(name).join("golden.json")).expect("golden.json");
    serde_json::from_str(&text).expect("JSON")
}

fn samples(golden: &Value) -> Vec<f32> {
    let mut reader =
        hound::WavReader::open(repo().join(golden["audio"].as_str().expect("a path"))).expect("a WAV file");
    reader.samples::<i16>().map(|s| f32::from(s.expect("a sample")) / 32768.0).collect()
}

fn load(backend: &str, folder: &Path, beam: usize) -> Result<Box<dyn Recognizer>> {
    let (_, build) = BACKENDS.iter().find(|(name, _)| *name == backend).expect("a backend");
    build(
        folder,
        &Options {
            compute: Compute::cpu(1),
            lang: Lang::parse("en")?,
            find_lang: false,
            likely: Vec::new(),
            beam,
            window: sottovoce::asr::WINDOW,
        },
    )
}

/// What is recognised in the end, the sound being fed in blocks of this size. Every promise on the way is kept.
fn recognised(model: &mut dyn Recognizer, samples: &[f32], block: usize) -> Hypothesis {
    model.start(7);
    let (mut fixed, mut last): (Vec<String>, _) = (Vec::new(), None);
    let mut take = |model: &mut dyn Recognizer| {
        for update in model.decode().expect("decodes") {
            let texts: Vec<String> = update.hypothesis.words.iter().map(|w| w.text.clone()).collect();
            assert!(update.hypothesis.fixed <= texts.len());
            assert_eq!(texts[..fixed.len()], fixed, "what was promised has changed");
            fixed = texts[..update.hypothesis.fixed].to_vec();
            if update.is_done {
                last = Some(update.hypothesis);
            }
        }
    };
    for block in samples.chunks(block) {
        model.accept(7, block);
        take(model);
    }
    model.finish(7);
    take(model);
    last.expect("an end")
}

/// The model's pieces and their numbers. Each is two letters, so a word can be split again.
fn pieces(folder: &Path) -> BTreeMap<String, u64> {
    let list = ["tokens.txt", "vocab.txt"].map(|n| folder.join(n)).into_iter().find(|p| p.is_file()).expect("a list");
    let list = std::fs::read_to_string(list).expect("text");
    let lines = list.lines().map(|l| l.rsplit_once(' ').expect("two columns"));
    lines.map(|(piece, id)| (piece.to_owned(), id.parse().expect("a number"))).collect()
}

/// The numbers of the pieces that these words are made of, and when each word starts.
fn tokens(hypothesis: &Hypothesis, folder: &Path, until: f64) -> (Vec<u64>, Vec<f64>) {
    let pieces = pieces(folder);
    let (mut ids, mut times) = (Vec::new(), Vec::new());
    for word in hypothesis.words.iter().filter(|w| w.start.seconds() < until) {
        let letters: Vec<char> = word.text.chars().collect();
        for (i, pair) in letters.chunks(2).enumerate() {
            let pair: String = pair.iter().collect();
            let id = pieces.get(&format!("\u{2581}{pair}")).or_else(|| pieces.get(&pair));
            ids.push(*id.unwrap_or_else(|| panic!("no piece `{pair}` in `{}`", word.text)));
            times.extend((i == 0).then(|| word.start.seconds()));
        }
    }
    (ids, times)
}

/// As the reference recorded: numbers of the pieces, and the times of those that start a word.
fn expected(golden: &Value, folder: &Path) -> (Vec<u64>, Vec<f64>) {
    let list = |key: &str| golden[key].as_array().expect("a list").clone();
    let ids: Vec<u64> = list("tokens").iter().map(|t| t.as_u64().expect("an id")).collect();
    let times: Vec<f64> = list("times").iter().map(|t| t.as_f64().expect("seconds")).collect();
    let starts: Vec<u64> =
        pieces(folder).into_iter().filter(|(p, _)| p.starts_with('\u{2581}')).map(|(_, id)| id).collect();
    let of_words = ids.iter().zip(&times).enumerate().filter(|(i, (id, _))| *i == 0 || starts.contains(id));
    (ids.clone(), of_words.map(|(_, (_, t))| *t).collect())
}

/// Compares with a record, up to the end of the sound: how much silence behind it is decoded differs.
fn agrees(hypothesis: &Hypothesis, golden: &Value, folder: &Path, samples: &[f32]) {
    let end = samples.len() as f64 / 16_000.0;
    let (ids, times) = tokens(hypothesis, folder, end);
    let (expected_ids, expected_times) = expected(golden, folder);
    assert!(expected_ids.len() > 10, "a reference that says nothing proves nothing");
    // A word that begins within the sound may end behind it.
    let n = expected_ids.len();
    assert_eq!(ids[..n.min(ids.len())], expected_ids, "{}", folder.display());
    assert!(ids.len() <= n + 8, "more is said than the reference says: {ids:?}");
    for (ours, theirs) in times.iter().zip(&expected_times) {
        assert!((ours - theirs).abs() < 0.0015, "{}: {times:?} {expected_times:?}", folder.display());
    }
}

#[test]
fn every_model_says_what_its_reference_says_in_blocks_of_any_size() {
    for (name, backend, record, key) in MODELS {
        let (golden, folder) = (golden(record), fixture(name));
        let samples = samples(&golden);
        let mut model = load(backend, &folder, 1).expect("loads");
        for block in [777, 4_000, 1_000_000] {
            let hypothesis = recognised(&mut *model, &samples, block);
            agrees(&hypothesis, &golden[key], &folder, &samples);
        }
        assert_eq!(Layout::of(&folder).expect("known").backend(), backend);
    }
}

#[test]
fn beam_search_is_sherpas() {
    let (golden, folder) = (golden("zipformer-transducer"), fixture("zipformer-transducer"));
    assert_ne!(golden["beam"]["tokens"], golden["greedy"]["tokens"]);
    let samples = samples(&golden);
    let mut model = load("streaming-transducer", &folder, 4).expect("loads");
    agrees(&recognised(&mut *model, &samples, 1_600), &golden["beam"], &folder, &samples);
}

#[test]
fn probabilities_are_the_references() {
    for (name, backend) in [("zipformer-transducer", "streaming-transducer"), ("parakeet-tdt", "parakeet-tdt")] {
        let (golden, folder) = (golden(name), fixture(name));
        let samples = samples(&golden);
        let words = recognised(&mut *load(backend, &folder, 1).expect("loads"), &samples, 8_000).words;
        let of_words = words.iter().map(|w| w.text.chars().count() / 2);
        let mut log_p =
            golden["greedy"]["log_p"].as_array().expect("a list").iter().map(|p| p.as_f64().expect("a number"));
        // A word is as probable as its pieces are in the mean; the last may go on behind the sound.
        for (word, pieces) in words.iter().zip(of_words).take(words.len().min(12)) {
            let sum: f64 = log_p.by_ref().take(pieces).sum();
            let theirs = (sum / pieces as f64).exp();
            assert!((f64::from(word.p) - theirs).abs() < 2e-3, "{name}: {word:?} {theirs}");
        }
    }
}

#[test]
fn nemos_features_are_nemos() {
    for (name, bins, normalised) in [("nemo-ctc", 80, false), ("parakeet-tdt", 128, true)] {
        let golden = golden(name);
        let mut features = Features::new(Arc::new(Filterbank::new(nemo::recipe(bins))));
        let mut out = Vec::new();
        samples(&golden).chunks(1_000).for_each(|block| features.push(block, &mut out));
        features.rest(&mut out);
        if normalised {
            nemo::normalise(&mut out, bins);
        }
        let recorded = &golden["features"];
        assert!(recorded["count"].as_u64().expect("a number").abs_diff((out.len() / bins) as u64) <= 1);
        let rows = recorded["rows"].as_array().expect("rows").iter().map(|r| r.as_u64().expect("a row") as usize);
        for (row, theirs) in rows.zip(recorded["values"].as_array().expect("values")) {
            for (bin, theirs) in theirs.as_array().expect("a row").iter().enumerate() {
                let (ours, theirs) = (f64::from(out[row * bins + bin]), theirs.as_f64().expect("a number"));
                assert!((ours - theirs).abs() < 1e-4, "{name}: frame {row}, bin {bin}: {ours} is not {theirs}");
            }
        }
    }
}

#[test]
fn streams_in_one_batch_are_as_streams_alone() {
    for (name, backend, record, _) in MODELS.into_iter().filter(|m| !m.0.contains("int8")) {
        let samples = samples(&golden(record));
        let sounds = [&samples[..], &samples[9_000..60_000], &samples[31_111..]];
        for beam in [1, 3] {
            let mut model = load(backend, &fixture(name), beam).expect("loads");
            let alone = sounds.map(|sound| recognised(&mut *model, sound, 8_000).words);
            let mut together = [const { Vec::new() }; 3];
            (0..3).for_each(|id| model.start(id));
            for at in (0..samples.len()).step_by(8_000) {
                for (id, sound) in sounds.iter().enumerate() {
                    model.accept(id as u64, &sound[at.min(sound.len())..(at + 8_000).min(sound.len())]);
                }
                model.decode().expect("decodes");
            }
            (0..3).for_each(|id| model.finish(id));
            for update in model.decode().expect("decodes").into_iter().filter(|u| u.is_done) {
                together[update.stream as usize] = update.hypothesis.words;
            }
            for (alone, together) in alone.iter().zip(&together) {
                let texts = |words: &[sottovoce::text::Word]| words.iter().map(|w| w.text.clone()).collect::<Vec<_>>();
                assert!(!alone.is_empty());
                assert_eq!(texts(alone), texts(together), "{name}, {beam} beams");
            }
        }
    }
}

#[test]
fn a_model_for_whole_utterances_promises_nothing_before_the_end() {
    let samples = samples(&golden("parakeet-tdt"));
    let mut model = load("parakeet-tdt", &fixture("parakeet-tdt"), 1).expect("loads");
    model.start(1);
    let mut passes = 0;
    for block in samples.chunks(1_600) {
        model.accept(1, block);
        for update in model.decode().expect("decodes") {
            assert_eq!((update.hypothesis.fixed, update.is_done), (0, false));
            passes += 1;
        }
    }
    // 5.3 s in steps of a second.
    assert_eq!(passes, 5);
    model.start(2);
    model.accept(2, &[0.1; 100]);
    model.finish(2);
    let short = model.decode().expect("decodes");
    assert!(short.iter().any(|u| u.stream == 2 && u.is_done && u.hypothesis.words.is_empty()));
}

/// What a model says of a sound in the end, if these words are likely, each letter by so much.
fn helped(backend: &str, folder: &Path, samples: &[f32], likely: &[&str], boost: f32) -> Vec<String> {
    let mut model = load(backend, folder, 1).expect("loads");
    model.start(1);
    model.expect(1, &Expected::new(likely.iter().map(|w| (*w).to_owned()).collect(), boost));
    model.accept(1, samples);
    model.finish(1);
    let last = model.decode().expect("decodes").pop().expect("an update");
    last.hypothesis.words.into_iter().map(|w| w.text).collect()
}

#[test]
fn transducers_hear_words_that_are_likely() {
    for (name, backend) in [("zipformer-transducer", "streaming-transducer"), ("parakeet-tdt", "parakeet-tdt")] {
        let (folder, samples) = (fixture(name), samples(&golden(name)));
        // A word of a piece that no text of this model has, so that only help can bring it about.
        let plain = helped(backend, &folder, &samples, &[], 1.0);
        let known = pieces(&folder);
        let word = known.keys().filter_map(|p| p.strip_prefix('\u{2581}')).find(|p| !plain.iter().any(|w| w == p));
        let word = word.expect("a piece that wasn't said as a word");
        let counted = |said: &[String]| said.iter().filter(|w| *w == word).count();
        assert_eq!(counted(&plain), 0, "{name}");
        let with = helped(backend, &folder, &samples, &[word], 6.0);
        assert!(counted(&with) > 0, "{name}: `{word}` in {with:?}");
        // Words may be expected and not be helped.
        assert_eq!(helped(backend, &folder, &samples, &[word], 0.0), plain, "{name}");
    }
}

/// A copy of a fixture that can be broken.
fn copy(name: &str, only: impl Fn(&str) -> bool) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for entry in std::fs::read_dir(fixture(name)).expect("a fixture").map(|e| e.expect("an entry")) {
        if only(&entry.file_name().to_string_lossy()) {
            std::fs::copy(entry.path(), folder.path().join(entry.file_name())).expect("copied");
        }
    }
    folder
}

/// Parakeet in sherpa-onnx's layout: the same weights in three files, of which the fixture has the encoder in int8 only.
fn split_parakeet() -> tempfile::TempDir {
    let folder = copy("parakeet-tdt-sherpa", |n| !n.contains("int8"));
    let encoder = fixture("parakeet-tdt").join("encoder-model.onnx");
    std::fs::copy(encoder, folder.path().join("encoder.onnx")).expect("copied");
    folder
}

#[test]
fn parakeet_in_three_files_says_the_same_as_in_two() {
    let (golden, folder) = (golden("parakeet-tdt"), split_parakeet());
    let samples = samples(&golden);
    assert_eq!(Layout::of(folder.path()).expect("known").backend(), "parakeet-tdt");
    let hypothesis = recognised(&mut *load("parakeet-tdt", folder.path(), 1).expect("loads"), &samples, 80_000);
    agrees(&hypothesis, &golden["greedy"], folder.path(), &samples);
    // No reference decodes the int8 files from NeMo's features; they load, are recognised as what they are, and speak.
    let folder = copy("parakeet-tdt-sherpa", |n| n.contains("int8") || n == "tokens.txt");
    assert_eq!(Layout::of(folder.path()).expect("known").backend(), "parakeet-tdt");
    let hypothesis = recognised(&mut *load("parakeet-tdt", folder.path(), 1).expect("loads"), &samples, 80_000);
    assert!(!hypothesis.words.is_empty());
}
/// A model that can't be loaded: one line that names what is wrong, and a hint.
fn refused(backend: &str, folder: &Path, says: &str) {
    let error = load(backend, folder, 1).err().unwrap_or_else(|| panic!("loaded, although {says}"));
    let line = error.to_string();
    assert_eq!(error.kind(), ErrorKind::Missing, "{line}");
    assert!(line.contains(&folder.display().to_string()) && line.contains(says) && !line.contains('\n'), "{line}");
    assert!(error.hint_text().is_some(), "no hint: {line}");
}

/// Changes bytes in the file that starts so; as many as there were, so that it stays a protobuf message.
fn alter(folder: &Path, start: &str, from: &str, to: &str) {
    let files = std::fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path());
    let is_meant = |p: &PathBuf| p.file_name().is_some_and(|n| n.to_string_lossy().starts_with(start));
    let path = files.filter(is_meant).find(|p| p.extension().is_some_and(|e| e == "onnx")).expect("the file");
    let mut bytes = std::fs::read(&path).expect("read");
    let at = |bytes: &[u8]| bytes.windows(from.len()).position(|w| w == from.as_bytes());
    assert!(at(&bytes).is_some() && from.len() == to.len());
    while let Some(at) = at(&bytes) {
        bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
    }
    std::fs::write(path, bytes).expect("written");
}

#[test]
fn a_model_that_is_not_as_published_is_refused_in_one_line() {
    let all = |_: &str| true;
    let (transducer, ctc, nemo) = ("zipformer-transducer", "zipformer-ctc", "nemo-ctc");
    refused("streaming-transducer", copy(transducer, |n| !n.starts_with("joiner")).path(), "there is no joiner*.onnx");
    refused("streaming-transducer", copy(transducer, |n| !n.starts_with("tokens")).path(), "tokens.txt is not there");
    let folder = copy("parakeet-tdt-sherpa", |n| !n.starts_with("joiner"));
    refused("parakeet-tdt", folder.path(), "there is no joiner*.onnx");
    refused("streaming-ctc", copy(ctc, |n| !n.ends_with("onnx")).path(), "there is no *.onnx");
    // Metadata.
    let folder = copy(transducer, all);
    alter(folder.path(), "encoder", "decode_chunk_len", "decode_chunk_xxx");
    refused("streaming-transducer", folder.path(), "its metadata lacks `decode_chunk_len`");
    let folder = copy(nemo, all);
    alter(folder.path(), "model", "cache_last_channel_dim2", "cache_last_channel_dimX");
    refused("nemo-ctc", folder.path(), "its metadata lacks `cache_last_channel_dim2`");
    // Parts that don't belong together.
    let folder = copy(transducer, all);
    std::fs::write(folder.path().join("tokens.txt"), "<blk> 0\na 1\n").expect("written");
    refused("streaming-transducer", folder.path(), "don't fit together");
    let folder = copy(ctc, all);
    std::fs::write(folder.path().join("tokens.txt"), "<blk> 0\na 1\n").expect("written");
    refused("streaming-ctc", folder.path(), "has 2 pieces");
    let folder = copy(transducer, all);
    let file = |name: &str| folder.path().join(format!("{name}-epoch-99-avg-1-chunk-16-left-64.onnx"));
    std::fs::copy(file("joiner"), file("decoder")).expect("copied");
    refused("streaming-transducer", folder.path(), "is not that part of a zipformer transducer");
    let folder = split_parakeet();
    std::fs::copy(folder.path().join("encoder.onnx"), folder.path().join("joiner.onnx")).expect("copied");
    refused("parakeet-tdt", folder.path(), "which is not as published");
    // Another kind of model, and one for whole utterances.
    refused(
        "streaming-ctc",
        copy("parakeet-tdt", |n| n.starts_with("encoder") || n == "vocab.txt").path(),
        "whole utterances",
    );
    refused("streaming-ctc", &repo().join("tests/fixtures/trained-en-es"), "onnx");
    // A damaged file.
    let folder = copy(transducer, all);
    std::fs::write(folder.path().join("joiner-epoch-99-avg-1-chunk-16-left-64.onnx"), b"half a model")
        .expect("written");
    refused("streaming-transducer", folder.path(), "can't be loaded");
}
