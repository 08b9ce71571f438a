//! Whisper against its reference: openai-whisper (tokens, rules, beams, language, words) and transformers (features,
//! encoder) on small models that know a few clips by heart.
//!
//! The models and what the references answer are made by `onnx/export/fixtures` (Python); every folder of
//! `tests/fixtures/whisper` with a `config.json` is one model in one exporter's layout, and is held to all of it.

use crate::support::repo;
use ndarray::{Array2, Ix3};
use serde_json::Value;
use sottovoce::asr::whisper::Whisper;
use sottovoce::asr::whisper::decode::{Decoded, Settings};
use sottovoce::asr::whisper::mel::{LogMel, MelBank};
use sottovoce::asr::whisper::model::Model;
use sottovoce::asr::whisper::segments;
use sottovoce::asr::whisper::timing::Window;
use sottovoce::asr::whisper::tokens::Prompt;
use sottovoce::asr::{Options, Recognizer, Update};
use sottovoce::models::import::{Precision, import};
use sottovoce::models::layout::{Layout, need_file};
use sottovoce::onnx::decoder::Run;
use sottovoce::onnx::{Array, Compute, Graph, Inputs};
use sottovoce::text::{Lang, join};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn fixtures() -> PathBuf {
    repo().join("tests/fixtures/whisper")
}

fn json(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).expect("JSON")
}

/// A model in one layout of files, and what the reference answers with its weights.
struct Fixture {
    folder: PathBuf,
    golden: Value,
    /// Holds a folder of links to some of the files.
    _links: Option<tempfile::TempDir>,
}

/// All models, each in every layout that its folder has, in 32 bits.
fn models() -> Vec<Fixture> {
    let folders = std::fs::read_dir(fixtures()).expect("fixtures").flatten().map(|e| e.path());
    let mut folders: Vec<PathBuf> = folders.filter(|f| f.join("config.json").is_file()).collect();
    folders.sort();
    assert!(!folders.is_empty(), "no models in {}", fixtures().display());
    let mut all = Vec::new();
    for folder in folders {
        let has = |file: &str| folder.join(file).is_file();
        if has("decoder_model_merged.onnx") && has("decoder_with_past_model.onnx") {
            all.push(some_files(&folder, |name| name != "decoder_model_merged.onnx"));
        }
        all.push(Fixture { golden: golden(&folder), folder, _links: None });
    }
    all
}

/// A model of fewer bits that lies beside the 32-bit one.
fn in_format(folder: &str, format: &str) -> Fixture {
    some_files(&fixtures().join(folder), |name| !name.ends_with(".onnx") || name.ends_with(&format!("{format}.onnx")))
}

fn some_files(folder: &Path, keep: impl Fn(&str) -> bool) -> Fixture {
    let links = tempfile::tempdir().expect("a folder");
    let entries = |f: PathBuf| std::fs::read_dir(f).into_iter().flatten().flatten();
    for file in entries(folder.to_owned()).chain(entries(folder.join("onnx"))) {
        let name = file.file_name().to_string_lossy().into_owned();
        if file.path().is_file() && keep(&name) {
            std::os::unix::fs::symlink(file.path(), links.path().join(name)).expect("a link");
        }
    }
    Fixture { folder: links.path().to_owned(), golden: golden(folder), _links: Some(links) }
}

fn golden(folder: &Path) -> Value {
    let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
    json(&fixtures().join(format!("golden/{}.json", name.split('-').next().expect("a name"))))
}

fn wav(path: &Path) -> Vec<f32> {
    let mut reader = hound::WavReader::open(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    reader.samples::<i16>().map(|s| f32::from(s.expect("a sample")) / 32768.0).collect()
}

/// The sound that a record is about.
fn sound(audio: &Value) -> Vec<f32> {
    if let Some(zeros) = audio["zeros"].as_u64() {
        return vec![0.0; zeros as usize];
    }
    let mut samples = wav(&fixtures().join(text(&audio["wav"])));
    if audio["reversed"] == true {
        samples.reverse();
    }
    samples
}

fn features(bank: &Arc<MelBank>, samples: &[f32], frames: usize) -> Array2<f32> {
    let mut mel = LogMel::new(bank.clone());
    samples.chunks(1_234).for_each(|c| mel.push(c));
    mel.window(0, frames)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

fn float(value: &Value) -> f32 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number")) as f32
}

fn floats(value: &Value) -> Vec<f32> {
    value.as_array().expect("a list").iter().map(float).collect()
}

fn ids(value: &Value) -> Vec<u32> {
    value.as_array().expect("a list").iter().map(|v| v.as_u64().expect("an id") as u32).collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

#[test]
fn features_are_transformers() {
    for record in list(&json(&fixtures().join("golden/mel.json"))["mels"]) {
        let bins = record["bins"].as_u64().expect("a number") as usize;
        let ours = features(&Arc::new(MelBank::new(bins)), &wav(&fixtures().join(text(&record["wav"]))), 3_000);
        for (frame, theirs) in record["frames"].as_object().expect("frames") {
            let ours = ours.column(frame.parse().expect("a frame"));
            let worst = ours.iter().zip(floats(theirs)).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst < 1e-5, "{} with {bins} bins: frame {frame} is off by {worst}", record["wav"]);
        }
        for (frame, theirs) in floats(&record["frame_sums"]).iter().enumerate() {
            let sum = ours.column(frame).iter().sum::<f32>();
            assert!((sum - theirs).abs() < 1e-5 * bins as f32, "{}: frame {frame}: {sum}, not {theirs}", record["wav"]);
        }
        let sum: f64 = ours.iter().map(|v| f64::from(*v)).sum();
        assert!((sum - record["sum"].as_f64().expect("a sum")).abs() < 1e-5 * ours.len() as f64);
    }
}

#[test]
fn the_encoder_hears_what_the_references_does() {
    for Fixture { folder, golden, .. } in &models() {
        let mut encoder =
            Graph::load(&need_file(folder, "encoder_model").expect("a file"), Compute::cpu(1)).expect("loads");
        let dims = encoder.input("input_features").expect("features").dims.clone();
        let bank = Arc::new(MelBank::new(dims[1].unwrap_or_else(|| bins(folder))));
        let short = sound(&golden["encoder"]["audio"]);
        for frames in [3_000, 400] {
            let mut inputs = Inputs::new();
            // A short window is a piece of the long one here, so that the clamp is the same.
            let long =
                features(&bank, &short, 3_000).slice_move(ndarray::s![.., ..frames]).insert_axis(ndarray::Axis(0));
            encoder.bind(&mut inputs, "input_features", Array::F32(long.into_dyn())).expect("binds");
            let Ok(mut outputs) = encoder.run(inputs) else {
                assert!(frames < 3_000, "{} refuses 30 s", folder.display());
                continue;
            };
            let Ok(states) = sottovoce::onnx::output(&mut outputs, "last_hidden_state") else { continue };
            let states =
                Array::floats(&states).expect("floats").into_dimensionality::<Ix3>().expect("three dimensions");
            let theirs = &golden["encoder"][frames.to_string()];
            assert_eq!(states.dim().1, frames / 2);
            for (row, theirs) in theirs["rows"].as_object().expect("rows") {
                let ours = states.slice(ndarray::s![0, row.parse::<usize>().expect("a row"), ..]);
                let worst = ours.iter().zip(floats(theirs)).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert!(worst < 1e-4, "{}, {frames} frames: row {row} is off by {worst}", folder.display());
            }
            let sum: f64 = states.iter().map(|v| f64::from(v.abs())).sum();
            assert!((sum / f64::from(float(&theirs["abs_sum"])) - 1.0).abs() < 1e-4, "{}: {sum}", folder.display());
        }
    }
}

fn bins(folder: &Path) -> usize {
    json(&folder.join("config.json"))["num_mel_bins"].as_u64().expect("bins") as usize
}

fn load(folder: &Path) -> Model {
    Model::load(folder, Compute::cpu(1)).unwrap_or_else(|e| panic!("{}: {e}", folder.display()))
}

/// The token of a language by its code.
fn language(model: &Model, code: &str) -> Option<u32> {
    model.tokens.languages.iter().find(|(c, _)| c == code).map(|(_, id)| *id)
}

/// What a model hears in the sounds of the records, each heard once.
type Heard = HashMap<String, Run>;

/// Decodes as a record of the reference says.
fn decode(model: &mut Model, heard: &mut Heard, record: &Value) -> (Vec<u32>, Decoded) {
    let options = &record["options"];
    let times = options["without_timestamps"] != true;
    let heard = heard.entry(record["audio"].to_string()).or_insert_with(|| {
        let window = features(&model.bank, &sound(&record["audio"]), model.longest);
        model.encode(&[window]).expect("encodes")
    });
    let language = match options["language"].as_str() {
        Some(code) => language(model, code),
        None => model.guess_languages(heard).expect("guesses")[0].as_ref().map(|g| g.token),
    };
    let earlier = options["prompt"].as_str().map(|p| model.tokens.encode(&format!(" {}", p.trim())).expect("encodes"));
    let translate = options["task"] == "translate";
    let prompt = Prompt { language, translate, times, earlier: earlier.as_deref().unwrap_or_default() };
    let prefix = prompt.tokens(&model.tokens);
    let settings = Settings {
        beams: options["beam_size"].as_u64().unwrap_or(1) as usize,
        patience: options["patience"].as_f64().unwrap_or(1.0) as f32,
        times,
        most: options["sample_len"].as_u64().unwrap_or(224) as usize,
        temperatures: &[0.0],
        ..Settings::default()
    };
    let lists = (model.tokens.suppress.clone(), model.tokens.begin_suppress.clone());
    if options["suppress_tokens"] == "" {
        (model.tokens.suppress, model.tokens.begin_suppress) = Default::default();
    }
    let decoded = model.decode(heard, &[prefix.clone()], &settings).expect("decodes").remove(0);
    (model.tokens.suppress, model.tokens.begin_suppress) = lists;
    (prefix, decoded)
}

#[test]
fn tokens_are_those_of_the_reference() {
    models().iter().for_each(check_tokens);
}

/// Holds a model to all records of the reference.
fn check_tokens(Fixture { folder, golden, .. }: &Fixture) {
    let (mut model, mut heard) = (load(folder), Heard::new());
    for record in list(&golden["decode"]) {
        let name = format!("{}, {}", folder.display(), record["name"]);
        let (prefix, ours) = decode(&mut model, &mut heard, record);
        // Where it finds the language, the reference notes it elsewhere.
        let mut theirs = ids(&record["initial_tokens"]);
        if let (true, Some(language)) =
            (record["options"]["language"].is_null(), language(&model, text(&record["language"])))
        {
            theirs[1] = language;
        }
        assert_eq!(prefix, theirs, "{name}");
        assert_eq!(ours.tokens, ids(&record["tokens"]), "{name}");
        assert_eq!(model.tokens.text(&ours.tokens).trim(), text(&record["text"]), "{name}");
        let near = |what: &str, ours: f32, theirs: &Value, most: f32| {
            assert!((ours - float(theirs)).abs() <= most, "{name}: {what} is {ours}, not {theirs}");
        };
        near("avg_logprob", ours.avg_log_p, &record["avg_logprob"], 1e-4);
        near("no_speech_prob", ours.no_speech, &record["no_speech_prob"], 1e-4);
        // Another zlib may save a byte.
        near("compression_ratio", ours.compression, &record["compression_ratio"], ours.compression / 12.0);
        assert_eq!(ours.is_doubtful(), record["needs_fallback"] == true, "{name}");
        assert_eq!(ours.is_silence(), record["silence"] == true, "{name}");
    }
}

#[test]
fn fewer_bits_say_the_same() {
    for format in ["_fp16", "_quantized", "_q4"] {
        let Fixture { folder, golden, .. } = &in_format("multi-c", format);
        let mut model = load(folder);
        let is_plain =
            |r: &&Value| ["short: greedy, timestamps", "long: greedy, timestamps"].contains(&text(&r["name"]));
        for record in list(&golden["decode"]).iter().filter(is_plain) {
            let (_, ours) = decode(&mut model, &mut Heard::new(), record);
            assert_eq!(model.tokens.text(&ours.tokens).trim(), text(&record["text"]), "{format}, {}", record["name"]);
        }
    }
}

#[test]
fn ids_and_lists_are_those_of_the_reference() {
    for Fixture { folder, golden, .. } in &models() {
        let model = load(folder);
        let (tokens, ids_of) = (&model.tokens, &golden["ids"]);
        let id = |key: &str| Some(ids_of[key].as_u64().expect("an id") as u32);
        assert_eq!(Some(tokens.end), id("eot"));
        assert_eq!(Some(tokens.start), id("sot"));
        assert_eq!((tokens.translate, tokens.transcribe), (id("translate"), id("transcribe")));
        assert_eq!((tokens.previous, tokens.no_speech), (id("startofprev"), id("nospeech")));
        assert_eq!((Some(tokens.no_timestamps), Some(tokens.timestamps)), (id("notimestamps"), id("timestamp_begin")));
        if !tokens.languages.is_empty() {
            assert_eq!((language(&model, "en"), language(&model, "es")), (id("en"), id("es")));
            assert!(tokens.languages.len() >= 99);
        }
        assert_eq!(tokens.suppress, ids(&golden["suppress_tokens"]), "{}", folder.display());
        for record in list(&golden["text"]) {
            let ids = ids(&record["tokens"]);
            assert_eq!(tokens.encode(text(&record["text"])).expect("encodes"), ids);
            assert_eq!(tokens.text(&ids), text(&record["text"]));
        }
    }
}

#[test]
fn languages_are_those_of_the_reference() {
    for Fixture { folder, golden, .. } in models().iter().filter(|m| m.golden["languages"].is_array()) {
        let mut model = load(folder);
        let records = list(&golden["languages"]);
        let windows: Vec<_> =
            records.iter().map(|r| features(&model.bank, &sound(&r["audio"]), model.longest)).collect();
        let heard = model.encode(&windows).expect("encodes");
        let guesses = model.guess_languages(&heard).expect("guesses");
        for (record, guess) in records.iter().zip(guesses) {
            let guess = guess.expect("a guess");
            for (code, p) in record["best"].as_object().expect("languages") {
                let place = model.tokens.languages.iter().position(|(c, _)| c == code).expect("a language");
                assert!((guess.all[place] - float(p)).abs() < 1e-4, "{}: {code}", folder.display());
                assert!(guess.p >= guess.all[place]);
            }
        }
    }
}

#[test]
fn words_are_where_the_reference_hears_them() {
    let tested = models().iter().filter(|m| check_words(m)).count();
    assert!(tested > 0, "no model gives its attention");
}

/// Holds a model to the reference's word times; false where its files don't give the attention for them.
fn check_words(Fixture { folder, golden, .. }: &Fixture) -> bool {
    let mut model = load(folder);
    if !model.gives_attention() {
        return false;
    }
    for record in list(&golden["alignment"]) {
        let (samples, window) = window(&model, record, ids(&record["tokens"]), &[]);
        let heard = model.encode(&[samples]).expect("encodes");
        let ours = model.align(&heard, &[window]).expect("aligns").remove(0);
        let theirs = list(&record["words"]);
        assert_eq!(ours.len(), theirs.len(), "{ours:?}");
        for (ours, theirs) in ours.iter().zip(theirs) {
            assert_eq!(ours.text, text(&theirs["word"]));
            let times = [ours.start - f64::from(float(&theirs["start"])), ours.end - f64::from(float(&theirs["end"]))];
            assert!(times.iter().all(|t| t.abs() < 1e-4), "{}: {ours:?}, {theirs}", folder.display());
            assert!((ours.p - float(&theirs["probability"])).abs() < 1e-3, "{ours:?}, {theirs}");
        }
    }
    for record in list(&golden["transcribe"]) {
        check_segments(folder, &mut model, record);
    }
    true
}

#[test]
fn an_imported_model_says_the_same_in_windows_as_short_as_the_sound() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["multi-c", "multi-d", "en-d"] {
        let dest = folder.path().join(name);
        import(&fixtures().join(name), &dest, Precision::Keep, &mut |_| ()).unwrap_or_else(|e| panic!("{name}: {e}"));
        let fixture = Fixture { golden: golden(&dest), folder: dest, _links: None };
        check_tokens(&fixture);
        assert_eq!(check_words(&fixture), name == "multi-c", "the attention is kept");
        let model = load(&fixture.folder);
        assert!(model.takes_short);
        // The models have learnt this clip in a window of 4 s, too; ours has 5 s, as every window has a second of silence.
        check_utterance(&fixture);
    }
}

/// A window of a record with these tokens, and its features.
fn window(model: &Model, record: &Value, tokens: Vec<u32>, ps: &[f32]) -> (Array2<f32>, Window) {
    let samples = sound(&record["audio"]);
    let frames = samples.len() / 160;
    let features = features(&model.bank, &samples, model.longest);
    let segments = segments::split(&tokens, model.tokens.timestamps, model.tokens.end, frames / 2);
    let text: Vec<u32> = tokens.into_iter().filter(|t| *t < model.tokens.end).collect();
    let ps = if ps.is_empty() { vec![1.0; text.len()] } else { ps.to_vec() };
    let language = language(model, text_or(&record["language"], "en"));
    (features.clone(), Window { text, ps, segments, language, features, frames, last_speech: 0.0 })
}

fn text_or<'a>(value: &'a Value, other: &'a str) -> &'a str {
    value.as_str().unwrap_or(other)
}

/// Segments, and the words in them, of a whole window.
fn check_segments(folder: &Path, model: &mut Model, record: &Value) {
    let tokens: Vec<u32> = list(&record["segments"]).iter().flat_map(|s| ids(&s["tokens"])).collect();
    let (features, mut window) = window(model, record, tokens, &[]);
    // The reference's clip is padded to 30 s before, so that its window is all sound.
    window.frames = model.longest;
    let times: Vec<(f64, f64)> = window.segments.all().map(|s| (s.start as f64 * 0.02, s.end as f64 * 0.02)).collect();
    for (ours, theirs) in times.iter().zip(list(&record["segments"])) {
        let near = |ours: f64, theirs: &Value| (ours - f64::from(float(theirs))).abs() < 1e-4;
        assert!(near(ours.0, &theirs["start"]) && near(ours.1, &theirs["end"]), "{}: {ours:?}", folder.display());
    }
    assert_eq!(times.len(), list(&record["segments"]).len());
    let heard = model.encode(&[features]).expect("encodes");
    let ours = model.time_words(&heard, &[window]).expect("times").remove(0);
    let theirs: Vec<&Value> = list(&record["segments_with_words"]).iter().flat_map(|s| list(&s["words"])).collect();
    assert_eq!(ours.len(), theirs.len(), "{ours:?}");
    for (ours, theirs) in ours.iter().zip(theirs) {
        assert_eq!(ours.text, text(&theirs["word"]));
        let off = |ours: f64, theirs: &Value| (ours - f64::from(float(theirs))).abs();
        // They are rounded to a hundredth there.
        let worst = off(ours.start, &theirs["start"]).max(off(ours.end, &theirs["end"]));
        assert!(worst < 0.0101, "{}: {ours:?}, {theirs}", folder.display());
    }
}

fn options(lang: &str, beam: usize) -> Options {
    Options { compute: Compute::cpu(1), lang: Lang::parse(lang).expect("known"), find_lang: false, beam }
}

/// Feeds streams in blocks, side by side; -> the updates of each.
fn hear(whisper: &mut Whisper, streams: &[Vec<f32>], block: usize) -> Vec<Vec<Update>> {
    let mut updates = vec![Vec::new(); streams.len()];
    let longest = streams.iter().map(Vec::len).max().unwrap_or(0);
    (0..streams.len()).for_each(|i| whisper.start(i as u64));
    for at in (0..=longest).step_by(block) {
        for (i, samples) in streams.iter().enumerate() {
            if let Some(rest) = samples.get(at..) {
                whisper.accept(i as u64, &rest[..rest.len().min(block)]);
                if rest.len() <= block {
                    whisper.finish(i as u64);
                }
            }
        }
        for update in whisper.decode().expect("decodes") {
            updates[update.stream as usize].push(update);
        }
    }
    updates
}

fn clip(name: &str) -> Vec<f32> {
    wav(&fixtures().join(name))
}

#[test]
fn an_utterance_comes_out_as_it_is_said() {
    models().iter().for_each(check_utterance);
}

/// Feeds a clip in blocks and looks at all that comes out.
fn check_utterance(Fixture { folder, golden, .. }: &Fixture) {
    if !folder.ends_with("ggml") {
        assert_eq!(Layout::of(folder).expect("a layout"), Layout::Whisper);
    }
    let mut whisper = Whisper::load(folder, &options("en", 1)).expect("loads");
    whisper.warm_up().expect("warms up");
    let updates = hear(&mut whisper, &[clip("short-en.wav")], 1_600).remove(0);
    let done: Vec<&Update> = updates.iter().filter(|u| u.is_done).collect();
    assert_eq!(done.len(), 1);
    let last = done[0];
    let record = list(&golden["decode"]).iter().find(|r| r["name"] == "short: greedy, timestamps").expect("a record");
    assert_eq!(join(&last.hypothesis.words), text(&record["text"]), "{}", folder.display());
    assert_eq!(last.hypothesis.fixed, last.hypothesis.words.len());
    assert_eq!(last.heard, clip("short-en.wav").len() as u64);
    let times: Vec<u64> = last.hypothesis.words.iter().flat_map(|w| [w.start.0, w.end.0]).collect();
    assert!(times.iter().all(|t| *t <= last.heard), "{times:?}");
    let starts: Vec<u64> = last.hypothesis.words.iter().map(|w| w.start.0).collect();
    assert!(starts.is_sorted(), "{starts:?}");
    assert!(updates.len() <= 4, "a pass for every second, and one at the end: {}", updates.len());
}

#[test]
fn streams_side_by_side_are_as_alone() {
    let models = models();
    let folder = &models[0].folder;
    let short = clip("short-en.wav");
    let streams = vec![short.clone(), short[8_000..].to_vec(), vec![0.0; 20_000], short];
    let mut whisper = Whisper::load(folder, &options("en", 1)).expect("loads");
    let together = hear(&mut whisper, &streams, 4_000);
    for (stream, together) in streams.into_iter().zip(together) {
        let alone = hear(&mut whisper, &[stream], 4_000).remove(0);
        let words = |updates: &[Update]| updates.iter().map(|u| u.hypothesis.words.clone()).collect::<Vec<_>>();
        let texts = |updates: &[Update]| words(updates).iter().map(|w| join(w)).collect::<Vec<_>>();
        assert_eq!(texts(&alone), texts(&together));
    }
}

#[test]
fn what_is_longer_than_a_window_moves_on_and_loses_nothing() {
    let models = models();
    let folder = &models[0].folder;
    let mut whisper = Whisper::load(folder, &options("en", 1)).expect("loads");
    // Twelve times three seconds.
    let long: Vec<f32> = (0..12).flat_map(|_| clip("short-en.wav")).collect();
    let updates = hear(&mut whisper, &[long.clone()], 16_000).remove(0);
    let last = updates.last().expect("updates");
    assert!(last.is_done && last.heard == long.len() as u64);
    let mut fixed: Vec<String> = Vec::new();
    for update in &updates {
        let words: Vec<String> = update.hypothesis.words.iter().map(|w| w.text.clone()).collect();
        assert!(words.starts_with(&fixed), "fixed words changed: {fixed:?}, then {words:?}");
        fixed = words[..update.hypothesis.fixed].to_vec();
    }
    assert!(last.hypothesis.words.iter().all(|w| w.end.0 <= last.heard));
}

#[test]
fn a_language_is_found() {
    let models = models();
    let folder = &models.iter().find(|m| m.golden["languages"].is_array()).expect("a multilingual model").folder;
    let options = Options { find_lang: true, ..options("en", 1) };
    let mut whisper = Whisper::load(folder, &options).expect("loads");
    let updates = hear(&mut whisper, &[clip("long-es.wav"), clip("short-en.wav")], 16_000);
    // All that is shown of an utterance is in one language.
    for (updates, tag) in updates.iter().zip(["es", "en"]) {
        let langs: Vec<_> = updates.iter().map(|u| u.lang.as_ref().map(Lang::tag)).collect();
        assert!(!langs.is_empty() && langs.iter().all(|l| *l == Some(tag)), "{tag}: {langs:?}");
    }
}

#[test]
fn a_bad_model_is_told_in_one_line() {
    let models = models();
    let folder = &models[0].folder;
    let copy = tempfile::tempdir().expect("a folder");
    for entry in std::fs::read_dir(folder).expect("files").flatten().filter(|e| e.path().is_file()) {
        std::fs::copy(entry.path(), copy.path().join(entry.file_name())).expect("copies");
    }
    let refuses = |what: &str| {
        let error = Whisper::load(copy.path(), &options("en", 1)).err().unwrap_or_else(|| panic!("{what}: loads"));
        assert!(error.to_string().contains(what), "{what}: {error}");
        assert_eq!(error.to_string().lines().count(), 1);
    };
    let path = |name: &str| copy.path().join(name);
    let keep = |name: &str| std::fs::read(path(name)).expect("reads");
    let config = keep("config.json");
    std::fs::write(path("config.json"), String::from_utf8_lossy(&config).replace("\"whisper\"", "\"m2m_100\""))
        .expect("writes");
    refuses("m2m_100");
    std::fs::write(path("config.json"), "{").expect("writes");
    refuses("config.json");
    std::fs::write(path("config.json"), config).expect("writes");
    let tokenizer = keep("tokenizer.json");
    // The library that reads it panics at this (tokenizers #1627); ours must read it all the same.
    let mut null: Value = serde_json::from_slice(&tokenizer).expect("JSON");
    null["normalizer"] = serde_json::json!({"type": "Precompiled", "precompiled_charsmap": null});
    std::fs::write(path("tokenizer.json"), null.to_string()).expect("writes");
    assert!(Whisper::load(copy.path(), &options("en", 1)).is_ok());
    std::fs::write(path("tokenizer.json"), r#"{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}"#)
        .expect("writes");
    refuses("<|endoftext|>");
    std::fs::write(path("tokenizer.json"), tokenizer).expect("writes");
    let encoder = need_file(copy.path(), "encoder_model").expect("a file");
    std::fs::write(&encoder, "not a model").expect("writes");
    refuses("encoder_model");
    std::fs::remove_file(&encoder).expect("removes");
    refuses("encoder_model");
}
