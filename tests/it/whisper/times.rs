//! Segments and word times against openai-whisper's.

use super::fixture::*;
use ndarray::Array2;
use serde_json::Value;
use sottovoce::asr::whisper::model::Model;
use sottovoce::asr::whisper::segments;
use sottovoce::asr::whisper::timing::Window;
use std::path::Path;

#[test]
fn words_are_where_the_reference_hears_them() {
    let tested = models().iter().filter(|m| check_words(m)).count();
    assert!(tested > 0, "no model gives its attention");
}

/// Holds a model to the reference's word times; false where its files don't give the attention for them.
pub fn check_words(Fixture { folder, golden, .. }: &Fixture) -> bool {
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
