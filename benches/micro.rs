//! The parts: ring, resampling, voice activity, commit policy, features. Each names the audio one iteration covers.
#![allow(missing_docs)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sottovoce::asr::features::{Features, Filterbank};
use sottovoce::audio::AudioFormat;
use sottovoce::capture::Block;
use sottovoce::capture::ring::ring;
use sottovoce::listen::resample::Converter;
use sottovoce::listen::vad;
use sottovoce::stabilise::{CommitPolicy, Stabiliser};
use std::hint::black_box;
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
    let mut features = Features::new(Arc::new(Filterbank::new()));
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

criterion_group!(benches, audio, text);
criterion_main!(benches);
