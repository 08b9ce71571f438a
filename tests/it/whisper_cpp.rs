//! whisper.cpp behind the `Recognizer` trait: what it says, how it ends early, and that no file can bring it down.

mod ggml;

use crate::support::{repo, sample, sottovoce, stderr, stdout};
use ggml::Ggml;
use serde_json::Value;
use sottovoce::asr::hot_words::Expected;
use sottovoce::asr::whisper::Whisper;
use sottovoce::asr::whisper_cpp::WhisperCpp;
use sottovoce::asr::{Options, Recognizer, Update};
use sottovoce::error::{ErrorKind, Result};
use sottovoce::onnx::{Compute, Device};
use sottovoce::text::Lang;
use std::path::{Path, PathBuf};
use std::time::Instant;

fn options(lang: &str, threads: usize, beam: usize) -> Options {
    Options {
        compute: Compute::cpu(threads),
        lang: Lang::parse(lang).expect("known"),
        find_lang: false,
        likely: Vec::new(),
        beam,
        window: sottovoce::asr::WINDOW,
    }
}

fn file(folder: &Path, bytes: &[u8]) -> PathBuf {
    let path = folder.join("ggml-test.bin");
    std::fs::write(&path, bytes).expect("written");
    path
}

/// A model of random weights, in a folder of its own.
fn model(options: &Options) -> WhisperCpp {
    let folder = tempfile::tempdir().expect("a folder");
    file(folder.path(), &Ggml::new(51_865).bytes());
    WhisperCpp::load(folder.path(), options).expect("the model")
}

fn samples(path: &Path) -> Vec<f32> {
    let mut reader = hound::WavReader::open(path).expect("a recording");
    reader.samples::<i16>().map(|s| f32::from(s.expect("a sample")) / 32_768.0).collect()
}

fn texts(update: &Update) -> Vec<&str> {
    update.hypothesis.words.iter().map(|w| w.text.as_str()).collect()
}

/// All updates of one stream that is fed in blocks of this size.
fn stream(model: &mut dyn Recognizer, sound: &[f32], block: usize) -> Vec<Update> {
    stream_with(model, sound, block, &[])
}

/// The same, in which these words are likely.
fn stream_with(model: &mut dyn Recognizer, sound: &[f32], block: usize, likely: &[&str]) -> Vec<Update> {
    let mut updates = Vec::new();
    model.start(1);
    model.expect(1, &Expected::new(likely.iter().map(|w| (*w).to_owned()).collect(), 1.0));
    for block in sound.chunks(block) {
        model.accept(1, block);
        updates.extend(model.decode().expect("decodes"));
    }
    model.finish(1);
    updates.extend(model.decode().expect("decodes"));
    updates
}

#[test]
fn an_utterance_is_recognised_anew_as_it_grows() {
    let mut model = model(&options("en", 1, 1));
    let sound = &samples(&sample("hello-en.wav"))[..56_000];
    let updates = stream(&mut model, sound, 8_000);
    let heard: Vec<u64> = updates.iter().map(|u| u.heard).collect();
    assert_eq!(heard, [16_000, 32_000, 48_000, 56_000], "a pass with every second, and one at the end");
    assert_eq!(updates.iter().filter(|u| u.is_done).count(), 1);
    assert!(updates.iter().all(|u| u.hypothesis.fixed == 0));
    let last = updates.last().expect("an update");
    assert!(last.is_done && !last.hypothesis.words.is_empty());
    for word in &last.hypothesis.words {
        assert!(word.start <= word.end && word.end.0 <= 56_000 && (0.0..=1.0).contains(&word.p), "{word:?}");
    }
    // What came before is of no matter to a pass, so the whole at once gives the same.
    let whole = stream(&mut model, sound, 56_000);
    assert_eq!(whole.last().map(texts), Some(texts(last)));
    assert_eq!(stream(&mut model, &[], 1).last().map(|u| (u.is_done, u.hypothesis.words.len())), Some((true, 0)));
}

#[test]
fn streams_that_wait_together_are_as_streams_alone() {
    let sound = samples(&sample("hello-en.wav"));
    let parts = [&sound[..30_000], &sound[10_000..50_000], &sound[20_000..30_000]];
    let mut alone = model(&options("en", 1, 1));
    let mut together = model(&options("en", 2, 1));
    for (id, part) in parts.iter().enumerate() {
        together.start(id as u64);
        together.accept(id as u64, part);
        together.finish(id as u64);
    }
    together.start(7);
    together.accept(7, &sound);
    together.stop(7);
    let mut updates = together.decode().expect("decodes");
    updates.sort_by_key(|u| u.stream);
    assert_eq!(updates.len(), parts.len());
    for (update, part) in updates.iter().zip(parts) {
        assert_eq!(texts(update), texts(&stream(&mut alone, part, part.len())[0]));
    }
}

#[test]
fn a_minute_without_a_pause_is_worked_off() {
    let sound: Vec<f32> = samples(&sample("meeting-en.wav")).into_iter().cycle().take(62 * 16_000).collect();
    let mut model = model(&options("de", 1, 1));
    let mut fixed = Vec::new();
    for update in stream(&mut model, &sound, 4 * 16_000) {
        let words = &update.hypothesis.words;
        assert!(words.starts_with(&fixed), "a fixed word changed");
        fixed = words[..update.hypothesis.fixed].to_vec();
        if update.is_done {
            assert_eq!(update.heard, sound.len() as u64);
        }
    }
    assert!(!fixed.is_empty(), "the window never moved");
}

#[test]
fn beams_search_and_more_of_them_than_there_are_is_no_fault() {
    let sound = &samples(&sample("hello-en.wav"))[..32_000];
    for beam in [3, 16] {
        let updates = stream(&mut model(&options("en", 2, beam)), sound, 32_000);
        assert!(updates.last().is_some_and(|u| u.is_done && !u.hypothesis.words.is_empty()));
    }
}

#[test]
fn a_call_ends_early_and_the_last_words_stay() {
    let mut model = model(&options("en", 1, 4));
    let abort = model.abort().expect("a switch");
    let sound: Vec<f32> = samples(&sample("meeting-en.wav")).into_iter().cycle().take(24 * 16_000).collect();
    model.start(1);
    model.accept(1, &sound);
    let start = Instant::now();
    let before = model.decode().expect("decodes");
    let undisturbed = start.elapsed();
    assert!(texts(&before[0]).len() > 10);
    model.accept(1, &sound[..16_000]);
    model.finish(1);
    let start = Instant::now();
    let thrower = std::thread::spawn(move || {
        std::thread::sleep(undisturbed / 10);
        abort.raise();
    });
    let after = model.decode().expect("decodes");
    let disturbed = start.elapsed();
    thrower.join().expect("no panic");
    // The encoder's part can't be ended, and is a fraction with so many beams.
    assert!(disturbed < undisturbed * 2 / 3, "{disturbed:?} of {undisturbed:?}");
    let last = after.last().expect("an update");
    assert!(last.is_done);
    assert_eq!(last.hypothesis, before[0].hypothesis);
    // And whoever comes later is not kept waiting.
    assert!(stream(&mut model, &sound, 16_000).iter().all(|u| u.hypothesis.words.is_empty()));
}

#[test]
fn a_pipeline_finds_the_backend_by_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    file(folder.path(), &Ggml::new(51_864).bytes());
    let pipeline = folder.path().join("p.toml");
    // Random weights believe nothing of what they write: the evidence gate would hold all of it.
    let text = format!(
        "recognise.model = \"{}\"\nrecognise.policy = {{ kind = \"local-agreement\", n = 2 }}\n\
         recognise.gate.enabled = false\ntranslate.backend = \"none\"",
        folder.path().display()
    );
    std::fs::write(&pipeline, text).expect("written");
    let sound = sample("hello-en.wav").display().to_string();
    let output = sottovoce(&["translate", "-p", &pipeline.display().to_string(), "--format", "jsonl", &sound]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    // ggml has much to say when it isn't asked to be silent.
    assert_eq!(stderr(&output), "");
    let events = stdout(&output);
    let is_final = |line: &str| line.contains("\"caption\"") && line.contains("\"final\":true");
    assert!(events.lines().any(is_final), "{events}");
}

/// The recordings that the fixture's model knows by heart.
fn fixture(name: &str) -> PathBuf {
    repo().join("tests/fixtures/whisper").join(name)
}

/// OpenAI's own answers, for the weights that are in the ggml file.
fn golden() -> Vec<Value> {
    let text = std::fs::read_to_string(fixture("golden/ggml.json")).expect("the reference's answers");
    let golden: Value = serde_json::from_str(&text).expect("JSON");
    golden["decode"].as_array().expect("cases").clone()
}

#[test]
fn it_writes_what_the_reference_writes() {
    let mut compared = 0;
    for case in golden() {
        let (options_of, audio) = (&case["options"], &case["audio"]);
        let has_only =
            |known: &[&str]| options_of.as_object().is_some_and(|o| o.keys().all(|k| known.contains(&k.as_str())));
        let Some(wav) = audio["wav"].as_str().filter(|_| has_only(&["language", "without_timestamps", "beam_size"]))
        else {
            continue;
        };
        let Some(lang) = options_of["language"].as_str().filter(|_| audio["reversed"].is_null()) else { continue };
        // Its beam search is its own; with times, as streams run, it finds the same.
        if !options_of["beam_size"].is_null() && !options_of["without_timestamps"].is_null() {
            continue;
        }
        let beams = options_of["beam_size"].as_u64().map_or(1, |n| n as usize);
        let mut model =
            WhisperCpp::load(&fixture("ggml/ggml-fixture.bin"), &options(lang, 1, beams)).expect("the model");
        let has_times = options_of["without_timestamps"].is_null();
        let tokens = model.tokens(&samples(&fixture(wav)), Some(1_500), has_times).expect("decodes");
        let theirs: Vec<u64> = case["tokens"].as_array().expect("ids").iter().filter_map(Value::as_u64).collect();
        assert_eq!(tokens.iter().map(|t| u64::from(*t)).collect::<Vec<_>>(), theirs, "{}", case["name"]);
        compared += 1;
    }
    assert!(compared >= 6, "{compared} cases");
}

#[test]
fn it_says_what_the_onnx_export_of_its_weights_says() {
    for (wav, lang) in [("short-en.wav", "en"), ("long-es.wav", "es")] {
        let sound = samples(&fixture(wav));
        let mut cpp = WhisperCpp::load(&fixture("ggml/ggml-fixture.bin"), &options(lang, 1, 1)).expect("the model");
        let mut onnx = Whisper::load(&fixture("ggml"), &options(lang, 1, 1)).expect("the model");
        let [cpp, onnx] = [&mut cpp as &mut dyn Recognizer, &mut onnx].map(|model| stream(model, &sound, 16_000));
        let (cpp, onnx) = (cpp.last().expect("an update"), onnx.last().expect("an update"));
        assert!(cpp.hypothesis.words.len() > 4 && cpp.is_done && onnx.is_done);
        assert_eq!(texts(cpp), texts(onnx), "{wav}");
        for (a, b) in cpp.hypothesis.words.iter().zip(&onnx.hypothesis.words) {
            assert!((a.start.seconds() - b.start.seconds()).abs() < 0.3 && (a.p - b.p).abs() < 0.1, "{a:?} {b:?}");
        }
    }
}

#[test]
fn expected_words_are_given_as_text_from_before() {
    let sound = samples(&fixture("short-en.wav"));
    let mut cpp = WhisperCpp::load(&fixture("ggml/ggml-fixture.bin"), &options("en", 1, 1)).expect("the model");
    let mut onnx = Whisper::load(&fixture("ggml"), &options("en", 1, 1)).expect("the model");
    let last = |model: &mut dyn Recognizer, likely: &[&str]| {
        stream_with(model, &sound, sound.len(), likely).pop().expect("an update")
    };
    let (without, with) = (last(&mut cpp, &[]), last(&mut cpp, &["Zorban"]));
    assert_ne!(texts(&with), texts(&without), "the model has learnt to write otherwise behind this word");
    assert_eq!(texts(&with), texts(&last(&mut onnx, &["Zorban"])), "as the export of its weights does");
    assert_eq!(last(&mut cpp, &[]), without, "a state that is used again remembers nothing");
    // More than there is room for, and what no text may hold.
    let many = vec!["Zorban"; 2_000];
    assert!(last(&mut cpp, &many).is_done && last(&mut cpp, &["Zor\0ban"]) == without);
}

fn refusal(model: Result<WhisperCpp>) -> (ErrorKind, String) {
    let error = model.map(drop).expect_err("it must be refused");
    let text = error.to_string();
    assert!(!text.contains('\n') && error.hint_text().is_some(), "{text}");
    (error.kind(), text)
}

#[test]
fn a_damaged_file_is_told_in_one_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let en = options("en", 1, 1);
    let try_bytes = |bytes: &[u8]| {
        let path = file(folder.path(), bytes);
        let (kind, text) = refusal(WhisperCpp::load(&path, &en));
        assert_eq!(kind, ErrorKind::Missing);
        assert!(text.contains("ggml-test.bin"), "{text}");
        text
    };
    let whole = Ggml::new(51_864).bytes();
    // Cut anywhere: in the head, the filters, the vocabulary, a tensor's head, its numbers; before the last tensor.
    for length in [0, 3, 20, 1_000, 70_000, 500_000, whole.len() / 2, whole.len() - 1, whole.len() - 155] {
        assert!(try_bytes(&whole[..length]).contains("too early"), "{length}");
    }
    assert!(try_bytes(&[&whole[..], b"more behind the end"].concat()).contains("can't be used"));
    assert!(try_bytes(b"GGUF and so on").contains("GGUF"));
    assert!(try_bytes(b"<html>404</html>").contains("not a ggml file"));
    let changed = |change: fn(&mut Ggml)| {
        let mut model = Ggml::new(51_864);
        change(&mut model);
        try_bytes(&model.bytes())
    };
    assert!(changed(|m| m.words[32] = b"\t ".to_vec()).contains("blank"));
    assert!(changed(|m| m.words.extend(vec![b"x".to_vec(); 9_000])).contains("more words"));
    assert!(changed(|m| m.head[0] = 60_000).contains("vocabulary"));
    assert!(changed(|m| m.head[0] = 51_866).contains("wrong size"));
    assert!(changed(|m| m.head[3] = 0).contains("heads"));
    assert!(changed(|m| m.head[4] = 4).contains("tensors"));
    assert!(changed(|m| m.head[6] = 64).contains("fit together"));
    assert!(changed(|m| m.head[9] = 128).contains("mel"));
    assert!(changed(|m| m.head[10] = 5).contains("number format"));
    assert!(changed(|m| m.tensors[3].0 = "encoder.conv1.weight".into()).contains("twice"));
    assert!(changed(|m| m.tensors.truncate(100)).contains("tensors"));
    // What only whisper.cpp itself finds out.
    assert!(changed(|m| m.tensors[3].0 = "encoder.conv9.weight".into()).contains("can't be loaded"));
    assert!(changed(|m| m.tensors[1].1 = vec![3, 40, 32]).contains("can't be loaded"));
}

#[test]
fn a_missing_file_and_a_foreign_language_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let (kind, text) = refusal(WhisperCpp::load(folder.path(), &options("en", 1, 1)));
    assert!(kind == ErrorKind::Missing && text.contains("no ggml-"), "{text}");
    let path = file(folder.path(), &Ggml::new(51_864).bytes());
    let (kind, text) = refusal(WhisperCpp::load(&path, &options("es", 1, 1)));
    assert!(kind == ErrorKind::Config && text.contains("Spanish"), "{text}");
    let cuda = Options { compute: Compute { threads: 1, device: Device::Cuda }, ..options("en", 1, 1) };
    assert!(WhisperCpp::load(&path, &cuda).is_ok(), "the processor computes instead");
    std::fs::copy(&path, folder.path().join("ggml-other.bin")).expect("copied");
    let (_, text) = refusal(WhisperCpp::load(folder.path(), &options("en", 1, 1)));
    assert!(text.contains("several"), "{text}");
}
