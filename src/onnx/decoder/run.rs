//! What a batch has decoded so far, and what a step of it gave.

use super::ATTENTION;
use crate::error::{Error, Result};
use crate::onnx::{Array, tensor};
use ndarray::{Array2, Array3, ArrayD, ArrayView2, ArrayViewMut2, Axis, Ix3, concatenate};
use ort::value::{DynValue, ValueType};
use std::sync::Arc;

/// What a batch has decoded so far. A clone shares all tensors: it costs nothing, and both go on by themselves.
#[derive(Clone, Default)]
pub struct Run {
    /// The encoder's states `[rows, source length, d]`, where the decoder wants them.
    pub(super) states: Option<Arc<DynValue>>,
    /// `[rows, source length]`: 1 where there is something.
    pub(super) mask: Option<Arc<Array2<i64>>>,
    /// Caches over the decoder's own tokens, each `[rows, heads, length, size]`; empty before the first pass.
    pub(super) own: Vec<Arc<DynValue>>,
    /// Caches over the encoder's states, each `[rows, heads, source length, size]`; empty until they are made.
    pub(super) cross: Vec<Arc<DynValue>>,
    /// Tokens in `own`.
    pub(super) length: usize,
    /// The encoder's row that each row belongs to.
    pub(super) sources: Vec<usize>,
}

impl Run {
    /// How many tokens each row has been fed.
    pub fn length(&self) -> usize {
        self.length
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.sources.len()
    }

    pub(super) fn number_rows(&mut self) {
        let shape = self.states.iter().chain(&self.cross).next().map(|value| value.dtype());
        let rows = match shape {
            Some(ValueType::Tensor { shape, .. }) => shape.first().copied().unwrap_or(0),
            _ => 0,
        };
        self.sources = (0..usize::try_from(rows).unwrap_or(0)).collect();
    }

    /// Keeps these rows, in this order, perhaps repeated (beam search). What belongs to the source is copied only
    /// where rows move from one source to another: beams of one text share it.
    ///
    /// # Errors
    /// When there is no such row, or ONNX Runtime refuses a tensor.
    pub fn select(&mut self, rows: &[usize]) -> Result<()> {
        if rows.iter().any(|row| *row >= self.sources.len()) {
            return Err(Error::failed("a decoder has no such row"));
        }
        if rows.iter().copied().eq(0..self.sources.len()) {
            return Ok(());
        }
        let pick = |value: &Arc<DynValue>| Ok(Arc::new(tensor::rows(value, rows)?));
        self.own = self.own.iter().map(pick).collect::<Result<_>>()?;
        let sources: Vec<usize> = rows.iter().map(|&row| self.sources[row]).collect();
        if sources != self.sources {
            self.cross = self.cross.iter().map(pick).collect::<Result<_>>()?;
            self.states = self.states.as_ref().map(pick).transpose()?;
            self.mask = self.mask.as_ref().map(|mask| Arc::new(mask.select(Axis(0), rows)));
            self.sources = sources;
        }
        Ok(())
    }

    /// Forgets all but the first `length` tokens: back to before a draft that turned out wrong. 0: the beginning,
    /// with the cross-attention caches kept.
    ///
    /// # Errors
    /// When ONNX Runtime refuses a tensor.
    pub fn truncate(&mut self, length: usize) -> Result<()> {
        if length >= self.length {
            return Ok(());
        }
        let cut = |value: &Arc<DynValue>| Ok(Arc::new(tensor::first(value, Axis(2), length)?));
        let own = std::mem::take(&mut self.own);
        self.own = if length == 0 { Vec::new() } else { own.iter().map(cut).collect::<Result<_>>()? };
        self.length = length;
        Ok(())
    }
}

/// What a step gave.
#[derive(Default)]
pub struct Step {
    /// `[rows, n, vocabulary]`: for each token that was fed, what may come after it. Of a pass alone
    /// ([`advance`](super::Decoder::advance)) perhaps `[rows, n, d]`: what the output layer makes that of.
    pub logits: Array3<f32>,
    /// The file's other outputs, in its order, as often as it was run.
    extra: Vec<Vec<(String, DynValue)>>,
}

impl Step {
    /// The logits after the last token, `[rows, vocabulary]`.
    pub fn last(&self) -> ArrayView2<'_, f32> {
        self.logits.index_axis(Axis(1), self.logits.len_of(Axis(1)).saturating_sub(1))
    }

    /// As [`last`](Self::last), to be changed.
    pub fn last_mut(&mut self) -> ArrayViewMut2<'_, f32> {
        let last = self.logits.len_of(Axis(1)).saturating_sub(1);
        self.logits.index_axis_mut(Axis(1), last)
    }

    /// What each token looks at in the source, `[rows, heads, n, source length]` for each layer that tells.
    ///
    /// # Errors
    /// When they are no floats.
    pub fn attention(&self) -> Result<Vec<ArrayD<f32>>> {
        let of = |pass: &Vec<(String, DynValue)>| -> Result<Vec<ArrayD<f32>>> {
            pass.iter().filter(|(name, _)| name.starts_with(ATTENTION)).map(|(_, value)| Array::floats(value)).collect()
        };
        let mut passes = self.extra.iter();
        let mut all = passes.next().map_or(Ok(Vec::new()), of)?;
        for pass in passes {
            for (whole, part) in all.iter_mut().zip(of(pass)?) {
                *whole = concatenate(Axis(2), &[whole.view(), part.view()]).map_err(unequal)?;
            }
        }
        Ok(all)
    }

    /// Takes what the model gave besides its caches.
    pub(super) fn take(&mut self, mut given: Vec<(String, DynValue)>, result: &str) -> Result<()> {
        let Some(at) = given.iter().position(|(name, _)| name == result) else {
            return Err(Error::failed("the decoder gave no logits"));
        };
        let logits = Array::floats(&given.remove(at).1)?.into_dimensionality::<Ix3>();
        self.logits = logits.map_err(|_| Error::failed("the decoder's logits have not three dimensions"))?;
        self.extra = vec![given];
        Ok(())
    }

    /// Steps of one batch, one after another, as if they were one.
    pub(super) fn join(steps: Vec<Self>) -> Result<Self> {
        let views: Vec<_> = steps.iter().map(|step| step.logits.view()).collect();
        let logits = concatenate(Axis(1), &views).map_err(unequal)?;
        Ok(Self { logits, extra: steps.into_iter().flat_map(|step| step.extra).collect() })
    }
}

pub(super) fn unequal(e: ndarray::ShapeError) -> Error {
    Error::failed(format!("the decoder's passes don't fit together: {e}"))
}
