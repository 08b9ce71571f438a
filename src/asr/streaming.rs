//! Turns speech into words with any chunk-by-chunk CTC model of the zipformer2 contract.
//!
//! The contract (`shared/reference/models.md` §4.5): input `x [N, T, 80]`, any set of state inputs `name` with outputs
//! `new_name`, output `log_probs [N, frames, V]`, metadata `T` and `decode_chunk_len`, a `tokens.txt`. State shapes are
//! read from the file; their one free dimension is the batch. Streams that have a chunk ready share one model call.

use super::beam::CtcBeam;
use super::ctc::{CtcGreedy, Decode, Tokens};
use super::features::{BINS, Features, Filterbank, HOP};
use super::ngram::Ngram;
use super::{Recognizer, StreamId, Update};
use crate::error::{Error, Result};
use crate::onnx::{self, Array, Compute, Shape};
use ndarray::{Array3, Axis, concatenate};
use ort::session::Session;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Streams in one model call; more gains nothing on a CPU and delays the first.
const MAX_BATCH: usize = 32;

/// The backend.
pub struct StreamingCtc {
    session: Session,
    tokens: Arc<Tokens>,
    /// Weighs the words, where the folder has one.
    lm: Option<Arc<Ngram>>,
    bank: Arc<Filterbank>,
    states: Vec<State>,
    chunk: Chunk,
    streams: BTreeMap<StreamId, Stream>,
}

/// A state input and where its batch dimension is.
struct State {
    shape: Shape,
    output: String,
    batch_axis: Option<usize>,
}

/// How the model eats frames.
#[derive(Clone, Copy)]
struct Chunk {
    /// Frames it looks at.
    window: usize,
    /// Frames it moves on.
    shift: usize,
    /// Frames of silence that bring out the last word.
    tail: usize,
}

struct Stream {
    features: Features,
    frames: Vec<f32>,
    states: Vec<Array>,
    ctc: Box<dyn Decode>,
    samples: u64,
    consumed: u64,
    /// Frames that must be decoded before the stream is done; known once it is finished.
    until: Option<u64>,
}

impl StreamingCtc {
    /// Loads `model.onnx` (or the only other `*.onnx`), `tokens.txt` and, if it is there, `lm.arpa` of a folder.
    ///
    /// # Errors
    /// A missing-model error when a file isn't there or doesn't keep the contract.
    pub fn load(folder: &Path, compute: Compute) -> Result<Self> {
        let session = onnx::load(&super::model_file(folder)?, compute)?;
        let tokens = Arc::new(Tokens::load(&folder.join("tokens.txt"))?);
        let lm = Some(folder.join("lm.arpa")).filter(|path| path.is_file());
        let lm = lm.map(|path| Ngram::load(&path, &tokens)).transpose()?.map(Arc::new);
        let broken = |what: String| Error::missing(format!("{}: {what}", folder.display()));
        let metadata = session.metadata()?;
        let number = |key: &str| metadata.custom(key).and_then(|v| v.trim().parse::<usize>().ok());
        let need = |key: &str| {
            number(key).ok_or_else(|| {
                broken(format!("not a streaming model: its metadata lacks `{key}`"))
                    .hint("a zipformer2-CTC export has T and decode_chunk_len")
            })
        };
        let chunk = Chunk {
            window: need("T")?,
            shift: need("decode_chunk_len")?,
            // sherpa-onnx's habit: 0.3 s of silence.
            tail: number("tail_frames").unwrap_or(30),
        };
        drop(metadata);
        let inputs = onnx::shapes(session.inputs());
        let outputs = onnx::shapes(session.outputs());
        if !inputs.iter().any(|i| i.name == "x") || !outputs.iter().any(|o| o.name == "log_probs") {
            return Err(broken("not a streaming CTC model: it has no `x` or no `log_probs`".into()));
        }
        let states = inputs.into_iter().filter(|i| i.name != "x").map(|shape| {
            let output = format!("new_{}", shape.name);
            if !outputs.iter().any(|o| o.name == output) {
                return Err(broken(format!("state `{}` has no output `{output}`", shape.name)));
            }
            let batch_axis = shape.dims.iter().position(Option::is_none);
            Ok(State { shape, output, batch_axis })
        });
        let states = states.collect::<Result<Vec<_>>>()?;
        let (bank, streams) = (Arc::new(Filterbank::new()), BTreeMap::new());
        Ok(Self { session, tokens, lm, bank, states, chunk, streams })
    }

    fn is_batchable(&self) -> bool {
        self.states.iter().all(|s| s.batch_axis.is_some())
    }

    /// One model call for these streams.
    fn step(&mut self, ids: &[StreamId], updates: &mut Vec<Update>) -> Result<()> {
        let Self { session, states, chunk, streams, .. } = self;
        let mut batch: Vec<(&StreamId, &mut Stream)> = streams.iter_mut().filter(|(id, _)| ids.contains(id)).collect();
        let mut x = Array3::<f32>::zeros((batch.len(), chunk.window, BINS));
        for (mut row, (_, stream)) in x.outer_iter_mut().zip(&batch) {
            let frames = &stream.frames[..chunk.window * BINS];
            row.iter_mut().zip(frames).for_each(|(to, from)| *to = *from);
        }
        let mut inputs: onnx::Inputs = vec![("x".into(), Array::F32(x.into_dyn()).into_value()?.into())];
        for (i, state) in states.iter().enumerate() {
            let parts: Vec<Array> = batch
                .iter_mut()
                .map(|(_, s)| std::mem::replace(&mut s.states[i], Array::F32(Default::default())))
                .collect();
            inputs.push((state.shape.name.as_str().into(), stack(parts, state.batch_axis)?.into_value()?.into()));
        }
        let mut outputs = onnx::run(session, inputs)?;
        for (i, state) in states.iter().enumerate() {
            let new = Array::from_value(&onnx::output(&mut outputs, &state.output)?)?;
            for ((_, stream), part) in batch.iter_mut().zip(unstack(new, state.batch_axis)) {
                stream.states[i] = part;
            }
        }
        let log_probs = outputs["log_probs"].try_extract_array::<f32>()?;
        for (row, (id, stream)) in log_probs.outer_iter().zip(batch) {
            let frames: Vec<_> = row.outer_iter().collect();
            let samples_per_frame = (chunk.shift * HOP / frames.len().max(1)) as u64;
            for frame in &frames {
                stream.ctc.push(frame.as_slice().unwrap_or_default(), samples_per_frame);
            }
            stream.frames.drain(..chunk.shift * BINS);
            stream.consumed += chunk.shift as u64;
            let is_done = stream.until.is_some_and(|until| stream.consumed >= until);
            let heard = (stream.consumed * HOP as u64).min(stream.samples);
            updates.push(Update {
                stream: *id,
                hypothesis: stream.ctc.hypothesis(is_done),
                lang: None,
                heard,
                is_done,
            });
        }
        Ok(())
    }
}

impl Recognizer for StreamingCtc {
    fn start(&mut self, stream: StreamId) {
        let zeros = |s: &State| {
            let dims: Vec<usize> = s.shape.dims.iter().map(|d| d.unwrap_or(1)).collect();
            Array::zeros(&s.shape, &dims)
        };
        let new = Stream {
            features: Features::new(self.bank.clone()),
            frames: Vec::new(),
            states: self.states.iter().map(zeros).collect(),
            ctc: match &self.lm {
                Some(lm) => Box::new(CtcBeam::new(self.tokens.clone(), lm.clone())),
                None => Box::new(CtcGreedy::new(self.tokens.clone())),
            },
            samples: 0,
            consumed: 0,
            until: None,
        };
        self.streams.insert(stream, new);
    }

    fn accept(&mut self, stream: StreamId, samples: &[f32]) {
        if let Some(stream) = self.streams.get_mut(&stream) {
            stream.samples += samples.len() as u64;
            stream.features.push(samples, &mut stream.frames);
        }
    }

    fn finish(&mut self, stream: StreamId) {
        let Chunk { window, shift, tail } = self.chunk;
        if let Some(stream) = self.streams.get_mut(&stream) {
            let frames = stream.consumed + (stream.frames.len() / BINS) as u64;
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
            let needed = self.chunk.window * BINS;
            let most = if self.is_batchable() { MAX_BATCH } else { 1 };
            let is_open = |s: &Stream| s.until.is_none_or(|until| s.consumed < until);
            let ready = self.streams.iter().filter(|(_, s)| s.frames.len() >= needed && is_open(s));
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

fn stack(mut parts: Vec<Array>, axis: Option<usize>) -> Result<Array> {
    let (Some(axis), true) = (axis, parts.len() > 1) else {
        return parts.pop().ok_or_else(|| Error::failed("an empty batch"));
    };
    let failed = |e: ndarray::ShapeError| Error::failed(format!("model states don't fit together: {e}"));
    match &parts[0] {
        Array::F32(_) => {
            let views: Vec<_> =
                parts.iter().filter_map(|p| if let Array::F32(a) = p { Some(a.view()) } else { None }).collect();
            Ok(Array::F32(concatenate(Axis(axis), &views).map_err(failed)?))
        }
        _ => {
            let views: Vec<_> =
                parts.iter().filter_map(|p| if let Array::I64(a) = p { Some(a.view()) } else { None }).collect();
            Ok(Array::I64(concatenate(Axis(axis), &views).map_err(failed)?))
        }
    }
}

fn unstack(array: Array, axis: Option<usize>) -> Vec<Array> {
    let Some(axis) = axis.map(Axis) else { return vec![array] };
    match array {
        Array::F32(a) if a.len_of(axis) > 1 => a.axis_chunks_iter(axis, 1).map(|c| Array::F32(c.to_owned())).collect(),
        Array::I64(a) if a.len_of(axis) > 1 => a.axis_chunks_iter(axis, 1).map(|c| Array::I64(c.to_owned())).collect(),
        single => vec![single],
    }
}
