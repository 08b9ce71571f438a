//! The parts: ring, resampling, voice activity, features, CTC decoding, commit policy. Each names the audio one iteration covers.
#![allow(missing_docs)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sottovoce::asr::beam::CtcBeam;
use sottovoce::asr::ctc::{CtcGreedy, Decode};
use sottovoce::asr::features::{Features, Filterbank, kaldi};
use sottovoce::asr::ngram::Ngram;
use sottovoce::asr::tokens::Tokens;
use sottovoce::audio::AudioFormat;
use sottovoce::capture::Block;
use sottovoce::capture::ring::ring;
use sottovoce::listen::resample::Converter;
use sottovoce::listen::vad;
use sottovoce::stabilise::{CommitPolicy, Stabiliser};
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

fn tone(samples: usize) -> Vec<f32> {
    (0..samples).map(|i| (i as f32 * 0.05).sin() * 0.3).collect()
}

fn audio(c: &mut Criterion) {
    let mut group = c.benchmark_group("audio");
    let (mut writer, mut reader) = ring(9_600);
    let block = vec![100i16; 960];
    let mut out = Vec::with_capacity(960);
    group.throughput(Throughput::Elements(960));
    group.bench_function("ring: push and take 20 ms of 48 kHz", |b| {
        b.iter(|| {
            writer.push(&block, |s| f32::from(s) / 32768.0);
            out.clear();
            reader.take(&mut out)
        });
    });
    let format = AudioFormat { rate: 48_000, channels: 2 };
    let mut converter = Converter::new(format).expect("usable");
    let block = Block { format, samples: tone(1_920) };
    group.bench_function("resample: 20 ms of 48 kHz stereo", |b| b.iter(|| converter.push(black_box(&block))));
    let mut detector = vad::build("earshot").expect("a backend");
    let window = tone(vad::WINDOW);
    group.bench_function("voice activity: 16 ms", |b| b.iter(|| detector.probability(black_box(&window))));
    let mut features = Features::new(Arc::new(Filterbank::new(kaldi::recipe())));
    let (second, mut out) = (tone(16_000), Vec::new());
    group.bench_function("features: 1 s", |b| {
        b.iter(|| {
            out.clear();
            features.push(black_box(&second), &mut out);
        });
    });
    group.finish();
}

fn text(c: &mut Criterion) {
    let words: Vec<String> = (0..40).map(|i| format!("word{i}")).collect();
    c.bench_function("commit policy: 40 hypotheses of a 40-word utterance", |b| {
        b.iter(|| {
            let mut stabiliser = Stabiliser::new(CommitPolicy::LocalAgreement { n: 2 });
            (1..=40).for_each(|n| {
                stabiliser.update(&words[..n], 0, n == 40);
            });
            stabiliser.committed().len()
        });
    });
}

/// What a CTC model might say in 2 s: a few likely pieces in each frame, and many unlikely ones.
fn log_probs(pieces: usize) -> Vec<Vec<f32>> {
    let mut random = 1u32;
    let mut next = || {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (random >> 8) as f32 / (1 << 24) as f32
    };
    let frame = |_| {
        let logits: Vec<f32> = (0..pieces).map(|_| 12.0 * next().powi(4)).collect();
        let sum = logits.iter().map(|l| l.exp()).sum::<f32>().ln();
        logits.iter().map(|l| l - sum).collect()
    };
    (0..25).map(frame).collect()
}

fn words(c: &mut Criterion) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("onnx/starter/asr/en");
    let tokens = Arc::new(Tokens::load(&folder.join("tokens.txt")).expect("the starter model's tokens"));
    let lm = Arc::new(Ngram::load(&folder.join("lm.arpa.gz"), &tokens).expect("the starter model's language model"));
    let frames = log_probs(tokens.len());
    let decode = |mut ctc: Box<dyn Decode>| {
        frames.iter().for_each(|f| ctc.push(black_box(f), 1_280));
        ctc.hypothesis(true)
    };
    let mut group = c.benchmark_group("words");
    group.bench_function("greedy: 2 s", |b| b.iter(|| decode(Box::new(CtcGreedy::new(tokens.clone())))));
    group.bench_function("beam and language model: 2 s", |b| {
        b.iter(|| decode(Box::new(CtcBeam::new(tokens.clone(), Some(lm.clone()), None))));
    });
    group.finish();
}

criterion_group!(benches, audio, words, text);
criterion_main!(benches);
