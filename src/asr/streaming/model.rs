//! Turns windows of features into frames of output with a model that carries its states from chunk to chunk.
//!
//! Shapes and element types are read from the file ([`contract`](super::contract)); a state's first free dimension is the
//! batch. The first output that is no state holds the frames: log-probabilities of a CTC model, vectors of an encoder.

use super::super::features::{Filterbank, kaldi, nemo};
use super::contract::{Chunk, Metadata, State};
use crate::error::{Error, Result};
use crate::onnx::{self, Array, Compute, Shape};
use ndarray::{Array3, ArrayD, Axis, Ix3, concatenate};
use ort::session::Session;
use std::path::Path;

/// The audio input of NeMo's contract.
const NEMO: &str = "audio_signal";
/// More features than any model wants.
const MOST_BINS: usize = 512;

/// A loaded model.
pub struct ChunkModel {
    session: Session,
    audio: Shape,
    /// Counts the frames of each window, where the model wants that.
    length: Option<Shape>,
    states: Vec<State>,
    /// What holds the frames.
    output: Shape,
    chunk: Chunk,
    bins: usize,
}

impl ChunkModel {
    /// Loads the file.
    ///
    /// # Errors
    /// A missing-model error when it isn't there or keeps neither contract.
    pub fn load(path: &Path, compute: Compute) -> Result<Self> {
        let session = onnx::load(path, compute)?;
        Self::of(session).map_err(|e| e.context(path.display()))
    }

    fn of(session: Session) -> Result<Self> {
        let mut inputs = onnx::shapes(session.inputs());
        let outputs = onnx::shapes(session.outputs());
        let Some(audio) = take(&mut inputs, "x").or_else(|| take(&mut inputs, NEMO)) else {
            return Err(Error::missing("not a streaming speech model: it has no input `x` or `audio_signal`")
                .hint("known: zipformer2 (sherpa-onnx), NeMo's cache-aware FastConformer"));
        };
        let is_nemo = audio.name == NEMO;
        let length = take(&mut inputs, if is_nemo { "length" } else { "x_lens" });
        if inputs.is_empty() {
            return Err(Error::missing("it carries no states from chunk to chunk: a model for whole utterances")
                .hint("choose a streaming export of it"));
        }
        let metadata = Metadata::of(&session)?;
        let chunk = if is_nemo { metadata.nemo()? } else { metadata.zipformer()? };
        let bins = audio.dims.get(if is_nemo { 1 } else { 2 }).copied().flatten().unwrap_or(kaldi::BINS);
        if bins == 0 || bins > MOST_BINS || !is_nemo && bins != kaldi::BINS {
            return Err(Error::missing(format!("its input `{}` wants {bins} features per frame", audio.name))
                .hint("zipformer models with 80 features can be run"));
        }
        let states =
            inputs.into_iter().map(|input| State::of(input, &outputs, &metadata)).collect::<Result<Vec<_>>>()?;
        let is_state = |o: &Shape| states.iter().any(|s| s.output == o.name);
        let output = outputs.iter().find(|o| !is_state(o) && !o.is_integer()).cloned();
        let output = output.ok_or_else(|| Error::missing("not a speech model: it gives nothing but its states"))?;
        Ok(Self { session, audio, length, states, output, chunk, bins })
    }

    /// Whether the features and the layout are NeMo's.
    pub fn is_nemo(&self) -> bool {
        self.audio.name == NEMO
    }

    /// The features it wants.
    pub fn filterbank(&self) -> Filterbank {
        Filterbank::new(if self.is_nemo() { nemo::recipe(self.bins) } else { kaldi::recipe() })
    }

    /// How it eats frames.
    pub fn chunk(&self) -> Chunk {
        self.chunk
    }

    /// Whether several streams fit into one call.
    pub fn is_batchable(&self) -> bool {
        self.states.iter().all(|s| s.batch_axis.is_some())
    }

    /// Values in a frame of output, where the file says so.
    pub fn width(&self) -> Option<usize> {
        self.output.dims.last().copied().flatten()
    }

    /// The states of a stream that begins.
    pub fn start(&self) -> Vec<Array> {
        self.states.iter().map(|s| Array::zeros(&s.input, &s.dims)).collect()
    }

    /// One call: the windows `[N, frames, bins]` of some streams and their states, which it moves on.
    /// -> frames `[N, frames, values]`.
    ///
    /// # Errors
    /// When the model fails or doesn't give what it declares.
    pub fn step(&mut self, windows: Array3<f32>, streams: &mut [&mut Vec<Array>]) -> Result<Array3<f32>> {
        let (n, window, _) = windows.dim();
        let x = if self.is_nemo() { windows.permuted_axes([0, 2, 1]) } else { windows };
        let mut inputs: onnx::Inputs =
            vec![(self.audio.name.as_str().into(), Array::F32(x.into_dyn()).into_value_for(&self.audio)?.into())];
        if let Some(length) = &self.length {
            let lengths = Array::I64(ArrayD::from_elem(vec![n], window as i64));
            inputs.push((length.name.as_str().into(), lengths.into_value_for(length)?.into()));
        }
        for (i, state) in self.states.iter().enumerate() {
            let parts = streams.iter_mut().map(|s| std::mem::replace(&mut s[i], Array::F32(ArrayD::default(vec![0]))));
            let stacked = stack(parts.collect(), state.batch_axis)?;
            inputs.push((state.input.name.as_str().into(), stacked.into_value_for(&state.input)?.into()));
        }
        let mut outputs = onnx::run(&mut self.session, inputs)?;
        for (i, state) in self.states.iter().enumerate() {
            let new = Array::from_value(&onnx::output(&mut outputs, &state.output)?)?;
            let wrong = || Error::failed(format!("the model's `{}` is not of its state's shape", state.output));
            let parts = unstack(new, state.batch_axis).filter(|parts| parts.len() == n).ok_or_else(wrong)?;
            streams.iter_mut().zip(parts).for_each(|(stream, part)| stream[i] = part);
        }
        let frames = Array::floats(&onnx::output(&mut outputs, &self.output.name)?)?;
        let wrong = || Error::failed(format!("the model's `{}` is not [N, frames, values]", self.output.name));
        frames.into_dimensionality::<Ix3>().ok().filter(|frames| frames.dim().0 == n).ok_or_else(wrong)
    }
}

fn take(shapes: &mut Vec<Shape>, name: &str) -> Option<Shape> {
    shapes.iter().position(|s| s.name == name).map(|i| shapes.remove(i))
}

fn stack(mut parts: Vec<Array>, axis: Option<usize>) -> Result<Array> {
    let (Some(axis), true) = (axis, parts.len() > 1) else {
        return parts.pop().ok_or_else(|| Error::failed("an empty batch"));
    };
    let failed = |e: ndarray::ShapeError| Error::failed(format!("model states don't fit together: {e}"));
    if let Array::F32(_) = &parts[0] {
        let views: Vec<_> =
            parts.iter().filter_map(|p| if let Array::F32(a) = p { Some(a.view()) } else { None }).collect();
        return Ok(Array::F32(concatenate(Axis(axis), &views).map_err(failed)?));
    }
    let views: Vec<_> =
        parts.iter().filter_map(|p| if let Array::I64(a) = p { Some(a.view()) } else { None }).collect();
    Ok(Array::I64(concatenate(Axis(axis), &views).map_err(failed)?))
}

/// Each stream's part; `None` where there is no such axis.
fn unstack(array: Array, axis: Option<usize>) -> Option<Vec<Array>> {
    let Some(axis) = axis.map(Axis) else { return Some(vec![array]) };
    fn parts<T: Clone>(array: &ArrayD<T>, axis: Axis, kind: fn(ArrayD<T>) -> Array) -> Option<Vec<Array>> {
        let has_axis = axis.index() < array.ndim();
        has_axis.then(|| array.axis_chunks_iter(axis, 1).map(|part| kind(part.to_owned())).collect())
    }
    match array {
        Array::F32(a) => parts(&a, axis, Array::F32),
        Array::I64(a) => parts(&a, axis, Array::I64),
        Array::Bool(a) => parts(&a, axis, Array::Bool),
    }
}
