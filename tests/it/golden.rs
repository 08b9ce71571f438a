//! Our loops against the Python references: features, CTC tokens, tokenisation, greedy and beam search.
//!
//! The recorded outputs are made by `onnx/train/asr/export.py` and `onnx/train/mt/export.py` with the models themselves.

use crate::support::repo;
use serde_json::Value;
use sottovoce::asr::Recognizer;
use sottovoce::asr::features::kaldi::{self, BINS};
use sottovoce::asr::features::{Features, Filterbank};
use sottovoce::asr::streaming::StreamingCtc;
use sottovoce::mt::seq2seq::Seq2Seq;
use sottovoce::mt::{Job, Options, Translator};
use sottovoce::onnx::Compute;
use sottovoce::text::Lang;
use std::collections::BTreeSet;
use std::sync::Arc;

fn json(path: &str) -> Value {
    let text = std::fs::read_to_string(repo().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"));
    serde_json::from_str(&text).expect("JSON")
}

fn golden_samples() -> Vec<f32> {
    let mut reader = hound::WavReader::open(repo().join("onnx/train/asr/golden.wav")).expect("golden.wav");
    reader.samples::<i16>().map(|s| f32::from(s.expect("a sample")) / 32768.0).collect()
}

#[test]
fn features_are_kaldis() {
    let golden = json("onnx/train/asr/golden.json");
    let mut features = Features::new(Arc::new(Filterbank::new(kaldi::recipe())));
    let mut out = Vec::new();
    features.push(&golden_samples(), &mut out);
    let worst = |ours: &[f32], theirs: &Value| {
        let theirs = theirs.as_array().expect("a list").iter().map(|v| v.as_f64().expect("a number") as f32);
        ours.iter().zip(theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
    };
    let frames: Vec<&[f32]> = out.chunks(BINS).collect();
    for (i, theirs) in golden["first"].as_array().expect("frames").iter().enumerate() {
        let worst = worst(frames[i], theirs);
        assert!(worst < 2e-3, "frame {i} is off by {worst}");
    }
    // Kaldi mirrors the sound at its end, too; a stream never ends here, so its last frame is not ours.
    let means: Vec<f32> = frames.iter().map(|f| f.iter().sum::<f32>() / BINS as f32).collect();
    assert!(means.len() + 3 >= golden["frames"].as_u64().expect("a number") as usize);
    assert!(worst(&means, &golden["mean"]) < 2e-3);
}

fn asr() -> StreamingCtc {
    StreamingCtc::load(&repo().join("onnx/starter/asr/en"), Compute::cpu(1)).expect("the model")
}

/// The words of a stream that is fed in blocks of this size.
fn words(model: &mut StreamingCtc, stream: u64, samples: &[f32], block: usize) -> Vec<String> {
    model.start(stream);
    let mut last = Vec::new();
    for block in samples.chunks(block) {
        model.accept(stream, block);
        model.decode().expect("decodes");
    }
    model.finish(stream);
    for update in model.decode().expect("decodes") {
        last = update.hypothesis.words.iter().map(|w| w.text.clone()).collect();
    }
    last
}

#[test]
fn the_recogniser_says_what_the_reference_says() {
    let tokens = std::fs::read_to_string(repo().join("onnx/starter/asr/en/tokens.txt")).expect("tokens.txt");
    let piece = |id: u64| {
        let line = tokens.lines().find(|l| l.rsplit(' ').next() == Some(&id.to_string())).expect("a known piece");
        line.rsplit_once(' ').expect("two columns").0.to_owned()
    };
    let golden = json("onnx/train/asr/golden.json");
    let pieces = golden["tokens"].as_array().expect("tokens").iter().map(|t| piece(t[0].as_u64().expect("an id")));
    let text = pieces.collect::<String>().replace('\u{2581}', " ");
    let expected: Vec<&str> = text.split_whitespace().collect();
    assert!(!expected.is_empty());
    for block in [160, 777, 100_000] {
        assert_eq!(words(&mut asr(), 1, &golden_samples(), block), expected, "blocks of {block}");
    }
}

#[test]
fn streams_in_one_batch_are_as_streams_alone() {
    let samples = golden_samples();
    let alone = words(&mut asr(), 1, &samples, 160);
    let mut model = asr();
    // Three streams at different places of the same sound, decoded together.
    let offsets = [0usize, 3_000, 9_000];
    (0..3).for_each(|s| model.start(s));
    let mut last = vec![Vec::new(); 3];
    let length = samples.len() + offsets[2];
    for at in (0..length).step_by(800) {
        for (s, offset) in offsets.iter().enumerate() {
            let block = samples.get(at.saturating_sub(*offset)..).filter(|_| at >= *offset).unwrap_or_default();
            let from_start = at >= *offset && at - *offset < samples.len();
            if from_start {
                model.accept(s as u64, &block[..block.len().min(800)]);
            }
        }
        model.decode().expect("decodes");
    }
    (0..3).for_each(|s| model.finish(s));
    for update in model.decode().expect("decodes") {
        last[update.stream as usize] = update.hypothesis.words.iter().map(|w| w.text.clone()).collect();
    }
    // The offsets are no multiples of the block, so the tails differ by a fraction of a block: compare the first.
    assert_eq!(last[0], alone);
    assert!(last.iter().all(|l| l.first() == alone.first()), "{last:?}");
}

fn mt(beam: usize) -> Seq2Seq {
    Seq2Seq::load(&repo().join("onnx/starter/mt"), Options::new(Compute::cpu(1), beam)).expect("the model")
}

fn ids(value: &Value) -> Vec<u32> {
    value.as_array().expect("ids").iter().map(|i| i.as_u64().expect("an id") as u32).collect()
}

fn lang(tag: &str) -> Lang {
    Lang::parse(tag).expect("known")
}

#[test]
fn the_translator_says_what_the_reference_says() {
    let mut model = mt(1);
    let golden = json("onnx/train/mt/golden.json");
    let rows = golden.as_array().expect("rows");
    let directions: BTreeSet<(&str, &str)> =
        rows.iter().filter_map(|r| r["from"].as_str().zip(r["to"].as_str())).collect();
    assert_eq!(directions.len(), 12);
    let (mut sources, mut prefixes) = (Vec::new(), Vec::new());
    for row in rows {
        let [from, to] = ["from", "to"].map(|key| lang(row[key].as_str().expect("a language")));
        let source = model.source_ids(row["source"].as_str().expect("text"), &from, &to).expect("encodes");
        assert_eq!(source, ids(&row["ids"]), "{row}");
        let (one, prefix) = (std::slice::from_ref(&source), vec![model.prefix(&to, &[]).expect("known")]);
        let greedy = model.decode(one, &prefix, &model.search(1)).expect("translates");
        assert_eq!(greedy[0].tokens, ids(&row["greedy"]), "greedy: {row}");
        assert_eq!(model.text(&greedy[0].tokens), row["text"].as_str().expect("text").trim());
        let beam = model.decode(one, &prefix, &model.search(4)).expect("translates");
        assert_eq!(beam[0].tokens, ids(&row["beam4"]), "beam: {row}");
        sources.push(source);
        prefixes.extend(prefix);
    }
    for (beams, recorded) in [(1, "greedy"), (4, "beam4")] {
        let rules = model.search(beams);
        let together = model.decode(&sources, &prefixes, &rules).expect("translates");
        for (row, output) in rows.iter().zip(together) {
            assert_eq!(output.tokens, ids(&row[recorded]), "a batch differs from a single run: {row}");
        }
    }
    assert!(model.check(&lang("en"), &lang("ja")).is_err());
}

#[test]
fn what_is_forced_changes_nothing_of_the_rest() {
    let (en, es, mut model) = (lang("en"), lang("es"), mt(1));
    let job = |source: &str, forced| Job { forced, ..Job::whole(source, &en, &es) };
    let free = model.translate(&[job("where is the train station", Vec::new())]).expect("translates");
    // Whatever of it is forced, the rest comes out the same, alone and in a batch of unequal prefixes.
    let jobs: Vec<Job> = (0..=free[0].words.len())
        .map(|n| job("where is the train station", free[0].words[..n].iter().flat_map(|w| w.tokens.clone()).collect()))
        .collect();
    for translation in model.translate(&jobs).expect("translates") {
        assert_eq!(translation.text(), free[0].text());
    }
}

#[test]
fn a_text_longer_than_the_model_is_cut_and_harms_nobody() {
    let (en, es) = (lang("en"), lang("es"));
    let long = "where is the train station ".repeat(99);
    for beam in [1, 3] {
        let mut model = mt(beam);
        let job = |source: &str, forced| Job { forced, ..Job::whole(source, &en, &es) };
        let done =
            model.translate(&[job(&long, Vec::new()), job("thank you very much", Vec::new())]).expect("translates");
        let alone = model.translate(&[job("thank you very much", Vec::new())]).expect("translates");
        assert!(!alone[0].words.is_empty());
        assert_eq!(done[1].text(), alone[0].text());
        // A model that is committed to more than it has room for.
        let forced = done[0].words.iter().flat_map(|w| w.tokens.clone()).cycle().take(900).collect();
        model.translate(&[job(&long, forced)]).expect("translates");
    }
}
