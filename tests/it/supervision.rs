//! A stage that panics ends in a clear error for everyone, not in silence.

use crossbeam_channel::bounded;
use sottovoce::asr::{Recognizer, StreamId, Update};
use sottovoce::audio::AudioFormat;
use sottovoce::capture::Block;
use sottovoce::config::{self, Config};
use sottovoce::error::{ErrorKind, Result};
use sottovoce::event::Body;
use sottovoce::hub::Subscription;
use sottovoce::hub::fanout::Filter;
use sottovoce::out::Patient;
use sottovoce::pipeline::{Opening, Pipeline};
use sottovoce::plan::{Models, Plan};
use std::time::Duration;

struct Bomb;

impl Recognizer for Bomb {
    fn start(&mut self, _: StreamId) {}
    fn accept(&mut self, _: StreamId, _: &[f32]) {
        panic!("the model exploded");
    }
    fn finish(&mut self, _: StreamId) {}
    fn decode(&mut self) -> Result<Vec<Update>> {
        Ok(Vec::new())
    }
    fn stop(&mut self, _: StreamId) {}
}

#[test]
fn a_panic_reaches_every_listener_and_the_caller() {
    let config: Config = config::parse("[speak]\nbackend = \"none\"", std::iter::empty()).expect("valid");
    let plan = Plan::new(config).expect("the starter models are there");
    let models = Models { recognizer: Box::new(Bomb), translator: None, synthesizer: None };
    let pipeline = Pipeline::start(plan, models).expect("starts");
    let (sender, frames) = bounded(64);
    let sink = Box::new(Patient(sender));
    let (room, filter) = ("r".to_owned(), Filter::default());
    pipeline.subscribe(Subscription { id: 1, room, filter, after: None, replay: false, sink }).expect("subscribes");
    let opening =
        Opening { room: "r".into(), speaker: String::new(), lang: None, format: AudioFormat::PIPELINE, live: false };
    let mut speaker = pipeline.open(opening).expect("opens");
    // Loud enough and long enough to be taken for speech by any detector: a real voice.
    let mut wav = hound::WavReader::open(crate::support::sample("hello-en.wav")).expect("the sample");
    let samples = wav.samples::<i16>().map(|s| f32::from(s.expect("a sample")) / 32768.0).collect();
    let _ = speaker.push(Block { format: AudioFormat::PIPELINE, samples });
    let bodies: Vec<Body> = frames.iter().map(|f| f.event.body.clone()).collect();
    let told =
        bodies.iter().any(|b| matches!(b, Body::Error { message, .. } if message.contains("the model exploded")));
    assert!(told, "{bodies:?}");
    assert!(matches!(bodies.last(), Some(Body::Bye { reason, .. }) if reason == "failed"), "{bodies:?}");
    drop(speaker);
    let error = pipeline.stop(Duration::from_secs(5)).expect_err("the failure is the outcome");
    assert_eq!(error.kind(), ErrorKind::Failed);
    assert!(error.to_string().contains("stage recognise panicked"), "{error}");
}
