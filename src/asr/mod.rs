//! RECOGNISE: turns utterances of many sessions into words, committed and tentative.
//!
//! The stage says which audio belongs to which utterance and applies the commit policy; a [`Recognizer`] backend owns
//! the model and decodes all waiting streams together.

pub mod beam;
pub mod ctc;
pub mod features;
pub mod gate;
pub mod ngram;
pub mod streaming;
pub mod tdt;
pub mod tokens;
pub mod whisper;
#[cfg(feature = "whisper-cpp")]
pub mod whisper_cpp;

use crate::audio::StreamTime;
use crate::error::Result;
use crate::metrics;
use crate::onnx::Compute;
use crate::pipeline::governor::Effort;
use crate::pipeline::item::{Flow, Heard, Item, Recognised, Session};
use crate::pipeline::stage::Stage;
use crate::stabilise::{CommitPolicy, Stabiliser};
use crate::text::{Hypothesis, Lang, Word};
use gate::repetition::Kept;
use gate::{Doubt, Gate, GateRules};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

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
    gate: GateRules,
    open: HashMap<StreamId, Open>,
    by_session: HashMap<Arc<Session>, StreamId>,
    next: StreamId,
}

struct Open {
    session: Arc<Session>,
    utterance: u64,
    lang: Lang,
    at: StreamTime,
    stabiliser: Stabiliser<Word>,
    gate: Gate,
    shown: bool,
    /// Sound that is held back until there is enough of it for another pass.
    held: Vec<f32>,
}

impl Recognise {
    /// A stage over this recogniser, that shows whatever it writes.
    pub fn new(recognizer: Box<dyn Recognizer>, policy: Option<CommitPolicy>) -> Self {
        let policy = policy.unwrap_or_else(|| recognizer.policy());
        let (effort, open, by_session) = (Effort::default(), HashMap::new(), HashMap::new());
        Self { recognizer, policy, effort, gate: GateRules::off(), open, by_session, next: 1 }
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
                let stabiliser = Stabiliser::new(self.policy);
                let (session, lang) = (session.clone(), session.lang.clone());
                let (gate, shown, held) = (Gate::new(&self.gate), false, Vec::new());
                self.by_session.insert(session.clone(), id);
                self.open.insert(id, Open { session, utterance, lang, at, stabiliser, gate, shown, held });
            }
            Heard::Speech { samples, voice } => {
                let seconds = StreamTime(samples.len() as u64).seconds();
                session.timing.taken(seconds);
                if let Some(&id) = self.by_session.get(session) {
                    metrics::get().audio_seconds.inc_by(seconds);
                    self.open.entry(id).and_modify(|open| open.gate.hear(&samples, &voice));
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
            let Taken { changed, settled, doubt } = open.take(&update);
            if !update.is_done {
                self.recognizer.committed(update.stream, settled);
            }
            if (changed || update.is_done) && (open.shown || open.stabiliser.has_text()) {
                // What was shown in a language stays in it.
                if let Some(lang) = update.lang.clone().filter(|_| !open.shown) {
                    open.lang = lang;
                }
                open.shown = true;
                emit(Item::data(&open.session, open.recognised(&update)));
            } else if update.is_done {
                // A noise: nobody is shown a caption of it.
                metrics::get().nothing_heard.with_label_values(&[doubt.unwrap_or(Doubt::Silent).name()]).inc();
                let (start, end) = (open.at, open.at.plus(update.heard));
                let flow = Flow::Nothing { utterance: open.utterance, start, end };
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

/// What an update did.
struct Taken {
    /// Something that is shown changed.
    changed: bool,
    /// How many words of its hypothesis will stay.
    settled: usize,
    /// What speaks against it.
    doubt: Option<Doubt>,
}

impl Open {
    /// Takes an update, unless something speaks against its words. Then nothing changes; in the end, only what is committed
    /// stays.
    fn take(&mut self, update: &Update) -> Taken {
        let (Hypothesis { words, fixed, margins }, is_final) = (&update.hypothesis, update.is_done);
        let Kept { places, open } = self.gate.without_loops(words);
        let kept: Vec<&Word> = places.iter().map(|i| &words[*i]).collect();
        let doubt = self.gate.doubt(&kept);
        let changed = if doubt.is_none() {
            let kept: Vec<Word> = kept.into_iter().cloned().collect();
            let fixed = places.iter().filter(|i| *i < fixed).count();
            let margins: Vec<usize> = places.iter().map_while(|i| margins.get(*i).copied()).collect();
            self.stabiliser.update_open(&kept, &margins, fixed, open, is_final)
        } else {
            is_final && self.stabiliser.update(&[], 0, true)
        };
        if is_final {
            let held = |reason: &str, words: usize| {
                metrics::get().words_held.with_label_values(&[reason]).inc_by(words as u64);
            };
            held("loop", words.len() - places.len());
            doubt.iter().for_each(|d| held(d.name(), places.len().saturating_sub(self.stabiliser.committed().len())));
        }
        let settled = if doubt.is_none() { self.stabiliser.settled() } else { 0 };
        let settled = settled.checked_sub(1).and_then(|last| places.get(last)).map_or(0, |last| last + 1);
        Taken { changed, settled, doubt }
    }

    fn recognised(&self, update: &Update) -> Recognised {
        let on_session = |w: &Word| Word { start: w.start.plus(self.at.0), end: w.end.plus(self.at.0), ..w.clone() };
        Recognised {
            utterance: self.utterance,
            lang: self.lang.clone(),
            committed: self.stabiliser.committed().iter().map(on_session).collect(),
            tentative: self.stabiliser.tentative().iter().map(on_session).collect(),
            steady: self.stabiliser.steady(),
            is_final: update.is_done,
            start: self.at,
            heard: self.at.plus(update.heard),
            flags: Vec::new(),
        }
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
