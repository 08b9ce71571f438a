//! Whisper against its reference: openai-whisper (tokens, rules, beams, language, words) and transformers (features,
//! encoder) on small models that know a few clips by heart.
//!
//! The models and what the references answer are made by `onnx/export/fixtures` (Python); every folder of
//! `tests/fixtures/whisper` with a `config.json` is one model in one exporter's layout, and is held to all of it.

mod drafts;
mod fixture;
mod streams;
mod times;

use fixture::*;
use ndarray::Ix3;
use serde_json::Value;
use sottovoce::asr::whisper::decode::{Decoded, Settings};
use sottovoce::asr::whisper::mel::MelBank;
use sottovoce::asr::whisper::model::Model;
use sottovoce::asr::whisper::tokens::Prompt;
use sottovoce::models::import::{Precision, import};
use sottovoce::models::layout::need_file;
use sottovoce::onnx::decoder::Run;
use sottovoce::onnx::{Array, Compute, Graph, Inputs};
use std::collections::HashMap;
use std::sync::Arc;
use streams::check_utterance;
use times::check_words;

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

/// What a model hears in the sounds of the records, each heard once.
type Heard = HashMap<String, Run>;

/// Decodes as a record of the reference says.
fn decode(model: &mut Model, heard: &mut Heard, record: &Value) -> (Vec<u32>, Decoded) {
    let options = &record["options"];
    let times = options["without_timestamps"] != true;
    let frames = record["window_frames"].as_u64().expect("a number") as usize;
    let heard = heard.entry(format!("{} {frames}", record["audio"])).or_insert_with(|| {
        // The reference cuts its window of 30 s.
        let window = features(&model.bank, &sound(&record["audio"]), model.longest);
        model.encode(&[window.slice_move(ndarray::s![.., ..frames])]).expect("encodes")
    });
    let language = match options["language"].as_str() {
        Some(code) => language(model, code),
        None => model.guess_languages(heard).expect("guesses")[0].as_ref().map(|g| g.token),
    };
    let earlier = options["prompt"].as_str().map(|p| model.tokens.encode(&format!(" {}", p.trim())).expect("encodes"));
    let translate = options["task"] == "translate";
    let prompt =
        Prompt { language, translate, times, earlier: earlier.as_deref().unwrap_or_default(), ..Prompt::default() };
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
    let decoded = model.decode(heard, std::slice::from_ref(&prefix), &settings).expect("decodes").remove(0);
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
    let is_possible = |r: &&Value| model.takes_short || r["window_frames"] == 3_000;
    let records: Vec<&Value> = list(&golden["decode"]).iter().filter(is_possible).collect();
    for record in records {
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
    for format in ["_fp16", "_quantized"] {
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
