//! Nothing is written that nobody said: sounds without speech give no words, speech still gives its own, and a recogniser
//! that loops isn't shown looping.

#[path = "../../benches/gate/babble.rs"]
mod babble;
#[path = "../../benches/gate/noise.rs"]
mod noise;

use crate::support::{keeps_promises, program, sample, stderr, stdout};
use crossbeam_channel::bounded;
use serde_json::Value;
use sottovoce::asr::{Recognizer, StreamId, Update};
use sottovoce::audio::StreamTime;
use sottovoce::capture::file;
use sottovoce::config;
use sottovoce::error::Result;
use sottovoce::event::Body;
use sottovoce::hub::Subscription;
use sottovoce::hub::fanout::{Dial, Filter};
use sottovoce::out::Patient;
use sottovoce::pipeline::{Opening, Pipeline};
use sottovoce::plan::{Models, Plan};
use sottovoce::text::{Hypothesis, Word};
use std::path::Path;
use std::time::Duration;

/// The events of a file.
fn events(file: &Path, gate: bool) -> Vec<Value> {
    let mut command = program();
    command.env("SOTTOVOCE__RECOGNISE__GATE__ENABLED", gate.to_string());
    command.args(["translate", "--to", "en", "--format", "jsonl"]).arg(file);
    let output = command.output().expect("the program starts");
    assert!(output.status.success(), "{}", stderr(&output));
    let events: Vec<Value> =
        stdout(&output).lines().map(|line| serde_json::from_str(line).expect("an event")).collect();
    keeps_promises(&events);
    events
}

/// The words of the final transcripts.
fn words(events: &[Value]) -> Vec<String> {
    let finals = crate::support::finals(events, "source");
    finals.iter().flat_map(|text| text.split_whitespace()).map(str::to_owned).collect()
}

/// Ten seconds of each kind of sound, with silence between; two of babble.
fn without_speech() -> Vec<f32> {
    let mut rng = fastrand::Rng::with_seed(7);
    let voices = babble::voices(&mut rng).expect("eSpeak NG");
    let mut sounds = Vec::new();
    for (_, make) in noise::KINDS {
        sounds.extend([noise::make(*make, &mut rng, 160_000), vec![0.0; 16_000]]);
    }
    for _ in 0..2 {
        sounds.extend([babble::babble(&voices, &mut rng, 160_000), vec![0.0; 16_000]]);
    }
    sounds.concat()
}

fn write(path: &Path, sound: &[f32]) {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 16_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec).expect("a file");
    sound.iter().for_each(|s| writer.write_sample((s * 32767.0) as i16).expect("written"));
    writer.finalize().expect("written");
}

#[test]
fn what_is_no_speech_gives_no_words() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("noise.wav");
    write(&file, &without_speech());
    let (gated, free) = (events(&file, true), events(&file, false));
    assert_eq!(words(&gated), [""; 0]);
    assert!(!gated.iter().any(|e| e["type"] == "caption"), "something was shown and taken back");
    assert!(!words(&free).is_empty(), "these sounds try nothing");
    // Each utterance is told of: with a caption, or as nothing.
    let utterances = |events: &[Value], kind: &str| {
        let mut all: Vec<u64> =
            events.iter().filter(|e| e["type"] == kind).map(|e| e["utterance"].as_u64().expect("n")).collect();
        all.dedup();
        all
    };
    let mut told = [utterances(&free, "caption"), utterances(&free, "nothing")].concat();
    told.sort_unstable();
    // Without the gate a draft is shown now and then of what is nothing in the end.
    told.dedup();
    assert_eq!(utterances(&gated, "nothing"), told);
    let is_timed = |e: &Value| e["end"].as_f64() > e["start"].as_f64() && e["session"].is_string();
    assert!(gated.iter().filter(|e| e["type"] == "nothing").all(is_timed));
}

#[test]
fn speech_gives_all_its_words() {
    for name in ["hello-en.wav", "travel-en.wav", "meeting-en.wav"] {
        let (gated, free) = (events(&sample(name), true), events(&sample(name), false));
        assert!(!words(&free).is_empty());
        assert_eq!(words(&gated), words(&free), "{name}");
    }
}

/// Says a sentence, five words a second, and then thanks for ever.
struct Looping {
    stream: StreamId,
    heard: usize,
    is_finished: bool,
}

impl Recognizer for Looping {
    fn start(&mut self, stream: StreamId) {
        *self = Self { stream, heard: 0, is_finished: false };
    }
    fn accept(&mut self, _: StreamId, samples: &[f32]) {
        self.heard += samples.len();
    }
    fn finish(&mut self, _: StreamId) {
        self.is_finished = true;
    }
    fn decode(&mut self) -> Result<Vec<Update>> {
        let time = |i: usize| StreamTime(3_200 * i as u64);
        let said = "we will leave tomorrow morning".split(' ').chain("thank you".split(' ').cycle());
        let word = |(i, w): (usize, &str)| Word { text: w.into(), start: time(i), end: time(i + 1), p: 0.9 };
        let words: Vec<Word> = said.take(self.heard / 3_200).enumerate().map(word).collect();
        let is_done = std::mem::take(&mut self.is_finished);
        let hypothesis = Hypothesis { fixed: words.len(), words, margins: Vec::new() };
        Ok(vec![Update { stream: self.stream, hypothesis, lang: None, heard: self.heard as u64, is_done }])
    }
    fn stop(&mut self, _: StreamId) {}
}

#[test]
fn a_loop_is_never_shown() {
    let toml = "[translate]\nbackend = \"none\"\n[speak]\nbackend = \"none\"";
    let plan = Plan::new(config::parse(toml, std::iter::empty()).expect("valid")).expect("the starter models");
    let recognizer = Box::new(Looping { stream: 0, heard: 0, is_finished: false });
    let pipeline = Pipeline::start(plan, Models { recognizer, translator: None, synthesizer: None }).expect("starts");
    let mut reader = file::open(&sample("meeting-en.wav")).expect("the sample");
    let mut block = reader.next_block().expect("sound").expect("sound");
    let opening =
        Opening { room: "loop".into(), speaker: String::new(), lang: None, format: block.format, live: false };
    let mut speaker = pipeline.open(opening).expect("opens");
    let (sender, frames) = bounded(65_536);
    let filter = Filter { session: Some(speaker.session().number), dial: Dial::Instant, ..Filter::default() };
    let (id, sink) = (pipeline.next_id(), Box::new(Patient(sender)));
    pipeline
        .subscribe(Subscription { id, room: "loop".into(), filter, after: None, replay: false, sink })
        .expect("listens");
    loop {
        speaker.push(block).expect("the pipeline runs");
        match reader.next_block().expect("sound") {
            Some(next) => block = next,
            None => break,
        }
    }
    drop(speaker);
    let (mut longest, mut finals, mut committed) = (0, Vec::new(), (String::new(), String::new()));
    for frame in frames {
        let Body::Caption(caption) = &frame.event.body else { continue };
        if committed.0 != caption.id {
            committed = (caption.id.clone(), String::new());
        }
        assert!(caption.committed.starts_with(&committed.1), "{committed:?} became {caption:?}");
        committed.1 = caption.committed.clone();
        longest = longest.max(caption.text().matches("thank you").count());
        if caption.is_final {
            finals.push(caption.committed.clone());
        }
    }
    pipeline.stop(Duration::from_secs(5)).expect("stops");
    assert!(finals.iter().any(|text| text == "we will leave tomorrow morning thank you"), "{finals:?}");
    assert!(finals.iter().all(|text| text.matches("thank you").count() < 4), "{finals:?}");
    assert!(longest < 4, "{longest} times was shown");
}
