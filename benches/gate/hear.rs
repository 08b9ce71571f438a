//! A sound -> what the pipeline's first two stages write of it, with the gate or without.

use serde_json::{Value, json};
use sottovoce::asr::{Recognise, Recognizer, StreamId, Update};
use sottovoce::audio::{AudioFormat, SAMPLE_RATE};
use sottovoce::capture::Block;
use sottovoce::config::Config;
use sottovoce::error::Result;
use sottovoce::listen::{Listen, vad};
use sottovoce::pipeline::item::{Clock, Flow, Heard, Item, Session, Sound};
use sottovoce::pipeline::stage::Stage;
use sottovoce::pipeline::timing::Timing;
use sottovoce::plan::Plan;
use std::sync::{Arc, Mutex};

/// Samples given at once: 40 ms, as from a browser.
const BLOCK: usize = SAMPLE_RATE as usize / 25;

/// What is known of the utterances, one after another, for who looks for better rules.
pub type Traces = Arc<Mutex<Vec<Value>>>;

/// The two stages.
pub struct Ears {
    listen: Listen,
    recognise: Recognise,
    sessions: u64,
    plan: Plan,
    traces: Traces,
}

impl Ears {
    /// Loads the recogniser of this configuration.
    pub fn open(config: Config) -> Result<Self> {
        let plan = Plan::new(config)?;
        let traces = Traces::default();
        let recognizer = Box::new(Traced { recognizer: plan.load()?.recognizer, traces: traces.clone() });
        let config = &plan.config;
        let mut recognise = Recognise::new(recognizer, config.recognise.policy);
        recognise.gate(config.recognise.gate.clone());
        let backend = config.listen.backend.clone();
        let new_vad = Box::new(move || vad::build(&backend));
        let listen = Listen::new(config.listen.endpoint.clone(), new_vad, config.listen.max_waiting);
        Ok(Self { listen, recognise, sessions: 0, plan, traces })
    }

    /// The final words of a sound of 16 kHz, as a session of its own; and what was known of its utterances.
    pub fn hear(&mut self, sound: &[f32]) -> Result<(Vec<String>, Vec<Value>)> {
        self.sessions += 1;
        let session = Arc::new(Session {
            number: self.sessions,
            room: String::new(),
            speaker: String::new(),
            lang: self.plan.config.recognise.lang.clone(),
            knows_lang: true,
            to: Vec::new(),
            format: AudioFormat::PIPELINE,
            clock: Clock::Audio,
            timing: Timing::default(),
        });
        let block = |samples: &[f32]| Block { format: AudioFormat::PIPELINE, samples: samples.to_vec() };
        let blocks = sound.chunks(BLOCK).map(|s| Item::data(&session, Sound::Block(block(s))));
        let end = Item { session: session.clone(), flow: Flow::End };
        let mut words = Vec::new();
        for item in blocks.chain([end]) {
            let mut heard = Vec::new();
            self.listen.process(&mut vec![item], &mut |item| heard.push(item))?;
            self.note(&heard);
            self.recognise.process(&mut heard, &mut |item| {
                if let Flow::Data(said) = item.flow
                    && said.is_final
                {
                    words.extend(said.committed.into_iter().map(|w| w.text));
                }
            })?;
        }
        let traces = std::mem::take(&mut *self.traces.lock().unwrap());
        Ok((words, traces))
    }

    /// Notes the voice activity and the level (in dB) of each window that is heard.
    fn note(&self, heard: &[Item<Heard>]) {
        let mut traces = self.traces.lock().unwrap();
        for item in heard {
            match &item.flow {
                Flow::Data(Heard::Start { .. }) => traces.push(json!({ "voice": [], "level": [], "updates": [] })),
                Flow::Data(Heard::Speech { samples, voice }) => {
                    let Some(last) = traces.last_mut() else { continue };
                    let level =
                        |s: &[f32]| 10.0 * (s.iter().map(|s| s * s).sum::<f32>() / s.len() as f32 + 1e-10).log10();
                    // The pre-roll has no voice.
                    let first = if last["voice"] == json!([]) { samples.len() - voice.len() * vad::WINDOW } else { 0 };
                    let windows = samples[first..].chunks_exact(vad::WINDOW);
                    extend(&mut last["level"], windows.map(|s| (level(s) * 10.0).round() / 10.0));
                    extend(&mut last["voice"], voice.iter().map(|p| (p * 1e3).round() / 1e3));
                }
                _ => {}
            }
        }
    }
}

fn extend(list: &mut Value, values: impl Iterator<Item = f32>) {
    list.as_array_mut().unwrap().extend(values.map(|v| json!(v)));
}

/// A recogniser whose updates are noted. Sessions come one by one, so an update is always of the last utterance but when
/// the next has begun already.
struct Traced {
    recognizer: Box<dyn Recognizer>,
    traces: Traces,
}

impl Recognizer for Traced {
    fn start(&mut self, stream: StreamId) {
        self.recognizer.start(stream);
    }
    fn accept(&mut self, stream: StreamId, samples: &[f32]) {
        self.recognizer.accept(stream, samples);
    }
    fn finish(&mut self, stream: StreamId) {
        self.recognizer.finish(stream);
    }
    fn decode(&mut self) -> Result<Vec<Update>> {
        let updates = self.recognizer.decode()?;
        let mut traces = self.traces.lock().unwrap();
        for update in &updates {
            let open = traces.iter_mut().find(|t| t["done"].is_null());
            let Some(trace) = open else { continue };
            let word = |w: &sottovoce::text::Word| json!([w.text, w.start.seconds(), w.end.seconds(), w.p]);
            let words: Vec<Value> = update.hypothesis.words.iter().map(word).collect();
            let known = trace["voice"].as_array().map_or(0, Vec::len);
            let update_json =
                json!({ "heard": update.heard, "fixed": update.hypothesis.fixed, "known": known, "words": words });
            trace["updates"].as_array_mut().unwrap().push(update_json);
            if update.is_done {
                trace["done"] = json!(true);
            }
        }
        Ok(updates)
    }
    fn stop(&mut self, stream: StreamId) {
        self.recognizer.stop(stream);
    }
    fn policy(&self) -> sottovoce::stabilise::CommitPolicy {
        self.recognizer.policy()
    }
    fn hop(&self) -> usize {
        self.recognizer.hop()
    }
    fn committed(&mut self, stream: StreamId, words: usize) {
        self.recognizer.committed(stream, words);
    }
    fn aligns(&self) -> bool {
        self.recognizer.aligns()
    }
}
