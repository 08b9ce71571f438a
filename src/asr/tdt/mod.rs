//! Turns utterances into words with Parakeet-TDT and other NeMo transducers that want the whole utterance.
//!
//! The encoder sees all sound so far, and again whenever a second has been added; so nothing is certain before the end,
//! and the commit policy (LocalAgreement) decides what leaves. Layouts: `encoder-model.onnx` and `decoder_joint-model.onnx`
//! (NeMo's `model.export`), or `encoder.onnx`, `decoder.onnx`, `joiner.onnx` (sherpa-onnx).
//!
//! TDT (Xu et al. 2023, "Efficient Sequence Transduction by Jointly Predicting Tokens and Durations"): each step gives a
//! piece and how many frames to go on. A model without durations is a plain transducer and decoded by the same rule.

mod encoder;
mod joint;
mod search;

use super::features::{Features, Filterbank, nemo};
use super::help::Help;
use super::hot_words::Expected;
use super::tokens::{Piece, Tokens};
use super::{Recognizer, StreamId, Update};
use crate::error::{Error, Result};
use crate::models::layout;
use crate::onnx::Compute;
use crate::stabilise::CommitPolicy;
use crate::text::Hypothesis;
use encoder::Encoder;
use joint::Joint;
use search::Search;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// New sound, in samples, after which a stream is decoded again: 1 s, as whisper_streaming's `--min-chunk-size`.
const STEP: u64 = 16_000;
/// Below this many frames of features (0.1 s) there is no word, and the encoder's convolutions have nothing to do.
const FEWEST: usize = 10;

/// The backend.
pub struct ParakeetTdt {
    encoder: Encoder,
    joint: Joint,
    tokens: Arc<Tokens>,
    bank: Arc<Filterbank>,
    streams: BTreeMap<StreamId, Stream>,
}

struct Stream {
    features: Features,
    /// Not normalised.
    frames: Vec<f32>,
    samples: u64,
    decoded: u64,
    hypothesis: Hypothesis,
    /// Words that are likely to be said.
    help: Option<Help>,
    is_finished: bool,
}

impl ParakeetTdt {
    /// Loads a folder of either layout.
    ///
    /// # Errors
    /// A missing-model error when a file isn't there or they don't belong together.
    pub fn load(folder: &Path, compute: Compute) -> Result<Self> {
        let joint = Joint::load(folder, compute)?;
        let encoder = Encoder::load(folder, compute)?;
        let list = layout::tokens_file(folder)?;
        let tokens = Arc::new(Tokens::load(&list)?);
        if let Some(width) = joint.width().filter(|width| *width < tokens.len()) {
            let what = format!(
                "{} has {} pieces, but the model of {} only {width}",
                list.display(),
                tokens.len(),
                folder.display()
            );
            return Err(Error::missing(what).hint("both must come from one export"));
        }
        let bank = Arc::new(Filterbank::new(nemo::recipe(encoder.bins)));
        Ok(Self { encoder, joint, tokens, bank, streams: BTreeMap::new() })
    }

    /// What is said in these frames of features.
    fn recognise(&mut self, frames: Vec<f32>, help: Option<&Help>) -> Result<Vec<Piece>> {
        if frames.len() < FEWEST * self.encoder.bins {
            return Ok(Vec::new());
        }
        let encoded = self.encoder.run(frames)?;
        let search = Search { tokens: &self.tokens, help, samples_per_frame: self.encoder.samples_per_frame };
        search.run(&encoded, &mut self.joint)
    }

    fn update(&mut self, id: StreamId) -> Result<Option<Update>> {
        let Some(stream) = self.streams.get(&id) else { return Ok(None) };
        if stream.decoded < stream.samples {
            let mut frames = stream.frames.clone();
            stream.features.rest(&mut frames);
            let help = stream.help.clone();
            let pieces = self.recognise(frames, help.as_ref())?;
            let words = self.tokens.words(&pieces);
            if let Some(stream) = self.streams.get_mut(&id) {
                stream.decoded = stream.samples;
                stream.hypothesis = Hypothesis { words, ..Hypothesis::default() };
            }
        }
        Ok(self.streams.get(&id).map(|stream| {
            let mut hypothesis = stream.hypothesis.clone();
            if stream.is_finished {
                hypothesis.fixed = hypothesis.words.len();
            }
            Update { stream: id, hypothesis, lang: None, heard: stream.samples, is_done: stream.is_finished }
        }))
    }
}

impl Recognizer for ParakeetTdt {
    fn start(&mut self, stream: StreamId) {
        let features = Features::new(self.bank.clone());
        let (frames, hypothesis) = (Vec::new(), Hypothesis::default());
        let new = Stream { features, frames, samples: 0, decoded: 0, hypothesis, help: None, is_finished: false };
        self.streams.insert(stream, new);
    }

    fn expect(&mut self, stream: StreamId, expected: &Expected) {
        if let Some(stream) = self.streams.get_mut(&stream) {
            stream.help = expected.tree.clone().map(|words| Help { words, tokens: self.tokens.clone() });
        }
    }

    fn accept(&mut self, stream: StreamId, samples: &[f32]) {
        if let Some(stream) = self.streams.get_mut(&stream) {
            stream.samples += samples.len() as u64;
            stream.features.push(samples, &mut stream.frames);
        }
    }

    fn finish(&mut self, stream: StreamId) {
        if let Some(stream) = self.streams.get_mut(&stream) {
            stream.is_finished = true;
        }
    }

    fn decode(&mut self) -> Result<Vec<Update>> {
        let is_due = |s: &Stream| s.is_finished || s.samples >= s.decoded + STEP;
        let due: Vec<StreamId> = self.streams.iter().filter(|(_, s)| is_due(s)).map(|(id, _)| *id).collect();
        let mut updates = Vec::new();
        for id in due {
            updates.extend(self.update(id)?);
        }
        for update in updates.iter().filter(|u| u.is_done) {
            self.streams.remove(&update.stream);
        }
        Ok(updates)
    }

    fn stop(&mut self, stream: StreamId) {
        self.streams.remove(&stream);
    }

    fn policy(&self) -> CommitPolicy {
        CommitPolicy::LocalAgreement { n: 2 }
    }
}
