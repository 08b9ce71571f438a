//! RECOGNISE: turns utterances of many sessions into words, committed and tentative.
//!
//! The stage says which audio belongs to which utterance and applies the commit policy; a [`Recognizer`] backend owns
//! the model and decodes all waiting streams together.

pub mod beam;
pub mod by_language;
pub mod ctc;
pub mod features;
pub mod gate;
pub mod help;
pub mod hot_words;
pub mod ngram;
pub mod spoken;
pub mod streaming;
pub mod tdt;
pub mod tokens;
mod utterance;
pub mod whisper;
#[cfg(feature = "whisper-cpp")]
pub mod whisper_cpp;

use crate::audio::StreamTime;
use crate::error::Result;
use crate::glossary::{Glossaries, Glossary, Ready};
use crate::metrics;
use crate::onnx::Compute;
use crate::pipeline::governor::Effort;
use crate::pipeline::item::{Flow, Heard, Item, Recognised, Session};
use crate::pipeline::stage::Stage;
use crate::stabilise::CommitPolicy;
use crate::text::{Hypothesis, Lang, Word};
use gate::GateRules;
use hot_words::Expected;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use utterance::Open;

/// Names one utterance inside a recogniser.
pub type StreamId = u64;

/// What a recogniser now thinks.
#[derive(Debug, Clone, PartialEq)]
pub struct Update {
    /// Of which stream.
    pub stream: StreamId,
    /// All its words, timed from the stream's start.
    pub hypothesis: Hypothesis,
    /// The language that was found out, where that is asked for.
    pub lang: Option<Lang>,
    /// Samples of the stream this rests on.
    pub heard: u64,
    /// The stream is finished and forgotten.
    pub is_done: bool,
}

/// Turns speech into words; owns its model; one thread calls it.
pub trait Recognizer: Send {
    /// Opens a stream.
    fn start(&mut self, stream: StreamId);
    /// Says what is likely to be said in a stream that was just started, where the backend can make use of it.
    fn expect(&mut self, _stream: StreamId, _expected: &Expected) {}
    /// Says which language is spoken in a stream that was just started, where that would be found out otherwise.
    fn spoken(&mut self, _stream: StreamId, _lang: &Lang) {}
    /// Adds 16 kHz samples.
    fn accept(&mut self, stream: StreamId, samples: &[f32]);
    /// Says that the stream's sound is complete.
    fn finish(&mut self, stream: StreamId);
    /// Works off all that is waiting, of all streams, in as few model calls as it can.
    ///
    /// # Errors
    /// When the model fails.
    fn decode(&mut self) -> Result<Vec<Update>>;
    /// Forgets a stream.
    fn stop(&mut self, stream: StreamId);

    /// When its words are final unless the pipeline file says otherwise. Who decodes the whole utterance anew can change
    /// every word, so that only agreement tells.
    fn policy(&self) -> CommitPolicy {
        CommitPolicy::Native
    }

    /// Samples of new sound that it waits for, where it decodes the utterance anew each time; 0: it carries on.
    fn hop(&self) -> usize {
        0
    }

    /// Hears that the first `words` words of its last hypothesis will stay, so that it needn't hear their sound again.
    fn committed(&mut self, _stream: StreamId, _words: usize) {}

    /// Whether its hypotheses say what each word attends to ([`Hypothesis::margins`]).
    fn aligns(&self) -> bool {
        false
    }

    /// Runs the model once, so that the first speaker doesn't wait for lazy work.
    ///
    /// # Errors
    /// When the model fails.
    fn warm_up(&mut self) -> Result<()> {
        self.start(StreamId::MAX);
        self.accept(StreamId::MAX, &[0.0; 16_000]);
        self.finish(StreamId::MAX);
        self.decode().map(drop)
    }

    /// The switch that ends its model calls early, where it has one.
    fn abort(&self) -> Option<Abort> {
        None
    }
}

/// A switch that another thread may throw when there is no time left: model calls end early, and what was recognised
/// last becomes final.
#[derive(Debug, Clone, Default)]
pub struct Abort(Arc<AtomicBool>);

impl Abort {
    /// Throws it, for good.
    pub fn raise(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
    /// Whether it was thrown.
    pub fn is_raised(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
    /// For libraries that look at it themselves; it is alive as long as `self` or a clone.
    pub fn flag(&self) -> &AtomicBool {
        &self.0
    }
}

/// How to run a recogniser's model.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// What it may compute with.
    pub compute: Compute,
    /// The language spoken, for models that know several.
    pub lang: Lang,
    /// Find out the language of each utterance; `lang` is only what is likely.
    pub find_lang: bool,
    /// Languages that are likely then, `lang` among them: those of the room.
    pub likely: Vec<Lang>,
    /// 1: greedy; more: so many beams, where the backend can.
    pub beam: usize,
    /// Seconds of sound that are decoded anew at the most, once what is said in it is committed.
    pub window: f64,
}

/// Seconds after which a window is cut unless the pipeline file says otherwise: `buffer_trimming_sec` of whisper_streaming.
pub const WINDOW: f64 = 15.0;

/// Builds a backend from a model folder (or, for whisper.cpp, a file).
pub type Build = fn(&Path, &Options) -> Result<Box<dyn Recognizer>>;

/// The backends by name.
pub const BACKENDS: &[(&str, Build)] = &[
    ("streaming-ctc", |model, o| Ok(Box::new(streaming::StreamingCtc::load(model, o.compute)?))),
    ("streaming-transducer", |model, o| Ok(Box::new(streaming::StreamingTransducer::load(model, o.compute, o.beam)?))),
    ("by-language", by_language::load),
    // One loader: the file says which of the two contracts it keeps.
    ("nemo-ctc", |model, o| Ok(Box::new(streaming::StreamingCtc::load(model, o.compute)?))),
    ("parakeet-tdt", |model, o| Ok(Box::new(tdt::ParakeetTdt::load(model, o.compute)?))),
    ("whisper", |model, o| Ok(Box::new(whisper::Whisper::load(model, o)?))),
    #[cfg(feature = "whisper-cpp")]
    ("whisper-cpp", |model, o| Ok(Box::new(whisper_cpp::WhisperCpp::load(model, o)?))),
    #[cfg(not(feature = "whisper-cpp"))]
    ("whisper-cpp", |_, _| {
        Err(crate::error::Error::missing("this build has no whisper.cpp (feature `whisper-cpp`)")
            .hint("build it with `cargo build --release --features whisper-cpp`; that needs cmake and libclang-dev"))
    }),
];

/// The stage.
pub struct Recognise {
    recognizer: Box<dyn Recognizer>,
    policy: CommitPolicy,
    effort: Effort,
    expected: Ready<(String, Lang), Expected>,
    boost: f32,
    gate: GateRules,
    open: HashMap<StreamId, Open>,
    by_session: HashMap<Arc<Session>, StreamId>,
    next: StreamId,
}

impl Recognise {
    /// A stage over this recogniser, that shows whatever it writes.
    pub fn new(recognizer: Box<dyn Recognizer>, policy: Option<CommitPolicy>) -> Self {
        let policy = policy.unwrap_or_else(|| recognizer.policy());
        let (effort, open, by_session) = (Effort::default(), HashMap::new(), HashMap::new());
        let (expected, gate) = (Ready::new(Arc::default()), GateRules::off());
        Self { recognizer, policy, effort, expected, boost: 0.0, gate, open, by_session, next: 1 }
    }

    /// Expects from now on the words of this glossary, each letter helped by `boost`.
    pub fn heed(&mut self, glossary: Arc<Glossaries>, boost: f32) {
        (self.expected, self.boost) = (Ready::new(glossary), boost);
    }

    /// Shows from the next utterance on only words with evidence.
    pub fn gate(&mut self, rules: GateRules) {
        self.gate = rules;
    }

    /// Does from now on as much as `effort` says.
    pub fn spare(&mut self, effort: Effort) {
        self.effort = effort;
    }

    /// Gives a stream's sound to the recogniser: under load only when there is more of it than usual.
    fn accept(&mut self, id: StreamId, samples: &[f32], is_last: bool) {
        let Some(open) = self.open.get_mut(&id) else { return };
        open.held.extend_from_slice(samples);
        let factor = self.effort.hop_factor();
        let enough = if factor > 1 { factor * self.recognizer.hop() } else { 0 };
        if !open.held.is_empty() && (is_last || open.held.len() >= enough) {
            self.recognizer.accept(id, &std::mem::take(&mut open.held));
        }
    }

    fn hear(&mut self, session: &Arc<Session>, heard: Heard, emit: &mut dyn FnMut(Item<Recognised>)) -> Result<()> {
        match heard {
            Heard::Start { utterance, at } => {
                // The last utterance's final comes before this one's first word.
                if self.by_session.contains_key(session) {
                    self.decode(emit)?;
                }
                let id = self.next;
                self.next += 1;
                self.recognizer.start(id);
                let Session { room, lang, .. } = session.as_ref();
                let make = |glossary: &Glossary| Expected::new(glossary.hot_words(room, lang), self.boost);
                let expected = self.expected.get((room.clone(), lang.clone()), make);
                if !expected.words.is_empty() {
                    self.recognizer.expect(id, expected);
                }
                if session.knows_lang {
                    self.recognizer.spoken(id, lang);
                }
                self.open.insert(id, Open::new(session, (utterance, at), self.policy, &self.gate));
                self.by_session.insert(session.clone(), id);
            }
            Heard::Speech { samples, voice } => {
                let seconds = StreamTime(samples.len() as u64).seconds();
                session.timing.taken(seconds);
                if let Some(&id) = self.by_session.get(session) {
                    metrics::get().audio_seconds.inc_by(seconds);
                    self.open.entry(id).and_modify(|open| open.hear(&samples, &voice));
                    self.accept(id, &samples, false);
                }
            }
            Heard::End(_) => {
                if let Some(&id) = self.by_session.get(session) {
                    self.accept(id, &[], true);
                    self.recognizer.finish(id);
                }
            }
        }
        Ok(())
    }

    fn decode(&mut self, emit: &mut dyn FnMut(Item<Recognised>)) -> Result<()> {
        for update in self.recognizer.decode()? {
            let Some(open) = self.open.get_mut(&update.stream) else { continue };
            let (settled, told) = open.take(&update);
            if !update.is_done {
                self.recognizer.committed(update.stream, settled);
            }
            if let Some(flow) = told {
                emit(Item { session: open.session.clone(), flow });
            }
            if update.is_done {
                let session = open.session.clone();
                self.open.remove(&update.stream);
                self.by_session.remove(&session);
            }
        }
        Ok(())
    }
}

impl Stage for Recognise {
    type In = Item<Heard>;
    type Out = Item<Recognised>;

    fn process(&mut self, batch: &mut Vec<Item<Heard>>, emit: &mut dyn FnMut(Item<Recognised>)) -> Result<()> {
        for item in batch.drain(..) {
            match item.split() {
                Ok((session, heard)) => self.hear(&session, heard, emit)?,
                Err(mark) => {
                    // A mark is passed on when all before it is done.
                    if self.by_session.contains_key(&mark.session) {
                        self.decode(emit)?;
                    }
                    if matches!(mark.flow, Flow::End)
                        && let Some(id) = self.by_session.remove(&mark.session)
                    {
                        self.recognizer.stop(id);
                        self.open.remove(&id);
                    }
                    emit(mark);
                }
            }
        }
        self.decode(emit)
    }
}

impl Recognised {
    /// All words so far.
    pub fn words(&self) -> impl Iterator<Item = &Word> {
        self.committed.iter().chain(&self.tentative)
    }
    /// Where the last word ends: the audio this text covers.
    pub fn end(&self) -> StreamTime {
        self.words().last().map_or(self.heard, |w| w.end)
    }
    /// The mean probability of the words.
    pub fn p(&self) -> f32 {
        let n = self.words().count().max(1) as f32;
        self.words().map(|w| w.p).sum::<f32>() / n
    }
}

#[cfg(test)]
mod tests;
