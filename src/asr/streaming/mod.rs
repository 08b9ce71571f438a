//! Turns the speech of many streams into words, chunk by chunk, with a model that carries states: CTC and transducers.
//!
//! What all of them share is here: features, states and chunks of each stream, and one model call for all streams that
//! have a chunk ready. `contract` knows what is published; a [`Head`] makes words of the model's frames.
//!
//! An int8 model scales each call's numbers by the largest among them, so there a stream's neighbours in a batch can
//! change a close decision; in fp32 they can't.

mod contract;
mod ctc;
mod model;
mod search;
mod transducer;

pub use ctc::Ctc;
pub use transducer::Transducer;

use super::features::{Features, Filterbank, HOP};
use super::hot_words::{Expected, HotWords};
use super::{Recognizer, StreamId, Update};
use crate::error::{Error, Result};
use crate::onnx::Array;
use crate::text::Hypothesis;
use contract::Chunk;
use model::ChunkModel;
use ndarray::{Array3, ArrayView3, Axis};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Streams in one model call; more gains nothing on a CPU and delays the first.
const MAX_BATCH: usize = 32;

/// Makes words of the frames that a chunk model gives.
pub trait Head: Send {
    /// What it keeps of one stream.
    type Stream: Send;
    /// A new stream, in which these words are likely.
    fn start(&self, hot_words: Option<Arc<HotWords>>) -> Self::Stream;
    /// Takes frames `[N, frames, values]` of so many streams; each frame covers `samples`.
    ///
    /// # Errors
    /// When a model of its own fails.
    fn push(&mut self, frames: ArrayView3<f32>, streams: &mut [&mut Self::Stream], samples: u64) -> Result<()>;
    /// All words so far, and how many of them no later frame can change.
    fn hypothesis(&self, stream: &Self::Stream, is_done: bool) -> Hypothesis;
}

/// A streaming CTC model: zipformer2's, NeMo's or the starter model.
pub type StreamingCtc = Streaming<Ctc>;
/// A streaming zipformer2 transducer.
pub type StreamingTransducer = Streaming<Transducer>;

/// The backend.
pub struct Streaming<H: Head> {
    model: ChunkModel,
    bank: Arc<Filterbank>,
    head: H,
    streams: BTreeMap<StreamId, Stream<H::Stream>>,
}

struct Stream<S> {
    features: Features,
    frames: Vec<f32>,
    states: Vec<Array>,
    head: S,
    samples: u64,
    consumed: u64,
    /// Frames that must be decoded before the stream is done; known once it is finished.
    until: Option<u64>,
}

impl<S> Stream<S> {
    fn is_open(&self) -> bool {
        self.until.is_none_or(|until| self.consumed < until)
    }
}

impl<H: Head> Streaming<H> {
    fn new(model: ChunkModel, head: H) -> Self {
        Self { bank: Arc::new(model.filterbank()), model, head, streams: BTreeMap::new() }
    }

    /// One model call for these streams.
    fn step(&mut self, ids: &[StreamId], updates: &mut Vec<Update>) -> Result<()> {
        let Self { model, bank, head, streams } = self;
        let Chunk { window, shift, .. } = model.chunk();
        let (mut parts, mut windows, mut states, mut heads) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (id, stream) in streams.iter_mut().filter(|(id, _)| ids.contains(id)) {
            let Stream { frames, states: own, head, samples, consumed, until, .. } = stream;
            windows.extend_from_slice(&frames[..window * bank.bins()]);
            states.push(own);
            heads.push(head);
            parts.push((*id, frames, samples, consumed, until));
        }
        let windows = Array3::from_shape_vec((states.len(), window, bank.bins()), windows);
        let frames = model.step(windows.map_err(|e| Error::failed(e.to_string()))?, &mut states)?;
        let samples_per_frame = (shift * HOP / frames.len_of(Axis(1)).max(1)) as u64;
        head.push(frames.view(), &mut heads, samples_per_frame)?;
        for ((id, frames, samples, consumed, until), stream) in parts.into_iter().zip(heads) {
            frames.drain(..shift * bank.bins());
            *consumed += shift as u64;
            let is_done = until.is_some_and(|until| *consumed >= until);
            let heard = (*consumed * HOP as u64).min(*samples);
            let hypothesis = head.hypothesis(stream, is_done);
            updates.push(Update { stream: id, hypothesis, lang: None, heard, is_done });
        }
        Ok(())
    }
}

impl<H: Head> Recognizer for Streaming<H> {
    fn start(&mut self, stream: StreamId) {
        let new = Stream {
            features: Features::new(self.bank.clone()),
            frames: vec![0.0; self.model.chunk().lead * self.bank.bins()],
            states: self.model.start(),
            head: self.head.start(None),
            samples: 0,
            consumed: 0,
            until: None,
        };
        self.streams.insert(stream, new);
    }

    fn expect(&mut self, stream: StreamId, words: &Expected) {
        if let Some(stream) = self.streams.get_mut(&stream) {
            stream.head = self.head.start(words.tree.clone());
        }
    }

    fn accept(&mut self, stream: StreamId, samples: &[f32]) {
        if let Some(stream) = self.streams.get_mut(&stream) {
            stream.samples += samples.len() as u64;
            stream.features.push(samples, &mut stream.frames);
        }
    }

    fn finish(&mut self, stream: StreamId) {
        let Chunk { window, shift, lead, tail } = self.model.chunk();
        if let Some(stream) = self.streams.get_mut(&stream) {
            // Of sound: what stands before the first is none.
            let frames = stream.consumed + (stream.frames.len() / self.bank.bins()) as u64 - lead as u64;
            let until = frames.max(1) + tail as u64;
            // Whole chunks of silence, so that the last one is complete whatever it looks ahead.
            let missing = (until as usize).next_multiple_of(shift) + window + 3 - frames as usize;
            stream.features.push(&vec![0.0; missing * HOP], &mut stream.frames);
            stream.until = Some(until);
        }
    }

    fn decode(&mut self) -> Result<Vec<Update>> {
        let mut updates = Vec::new();
        loop {
            let needed = self.model.chunk().window * self.bank.bins();
            let most = if self.model.is_batchable() { MAX_BATCH } else { 1 };
            let ready = self.streams.iter().filter(|(_, s)| s.frames.len() >= needed && s.is_open());
            let ids: Vec<StreamId> = ready.map(|(id, _)| *id).collect();
            if ids.is_empty() {
                return Ok(updates);
            }
            for batch in ids.chunks(most) {
                self.step(batch, &mut updates)?;
            }
            for update in updates.iter().filter(|u| u.is_done) {
                self.streams.remove(&update.stream);
            }
        }
    }

    fn stop(&mut self, stream: StreamId) {
        self.streams.remove(&stream);
    }
}
