//! Runs the decoder half of an encoder/decoder model with its key/value cache, for a batch of rows.
//!
//! Both layouts that optimum exports (`shared/reference/models.md` §3.1): one merged file with `use_cache_branch`, or
//! `decoder_model` for the first pass and `decoder_with_past_model` for the rest. Everything is bound by name; the
//! cross-attention cache of the first pass is kept, since the cached branch returns none.

use crate::error::{Error, Result};
use crate::onnx::{self, Array, Compute, Inputs};
use ndarray::{Array1, ArrayD, Axis, IxDyn};
use ort::session::Session;
use ort::value::{DynValue, Tensor};
use std::path::Path;

/// The decoder's model files.
pub struct Decoder {
    first: Session,
    /// The file for later passes, where they are two.
    next: Option<Session>,
    is_merged: bool,
    /// Cache inputs and the shape of an empty cache for them.
    cache: Vec<CacheInput>,
}

struct CacheInput {
    input: String,
    output: String,
    /// Heads and the size of one.
    heads: usize,
    head_dim: usize,
    is_cross: bool,
}

/// What one batch has decoded so far.
pub struct Run {
    encoder_mask: ArrayD<i64>,
    encoded: DynValue,
    /// In the order of `Decoder::cache`; empty before the first pass.
    past: Vec<DynValue>,
}

impl Run {
    /// A batch over these encoder states `[rows, length, d]` with their mask `[rows, length]`.
    pub fn new(encoded: DynValue, encoder_mask: ArrayD<i64>) -> Self {
        Self { encoder_mask, encoded, past: Vec::new() }
    }

    /// Keeps these rows of the batch, in this order, perhaps repeated (beam search).
    ///
    /// # Errors
    /// When ONNX Runtime refuses a tensor.
    pub fn select(&mut self, rows: &[usize]) -> Result<()> {
        let select = |value: &DynValue| -> Result<DynValue> {
            Array::F32(value.try_extract_array::<f32>()?.select(Axis(0), rows)).into_value()
        };
        self.encoded = select(&self.encoded)?;
        self.encoder_mask = self.encoder_mask.select(Axis(0), rows);
        self.past = self.past.iter().map(select).collect::<Result<_>>()?;
        Ok(())
    }
}

impl Decoder {
    /// Loads the decoder of a model folder.
    ///
    /// # Errors
    /// A missing-model error when the files aren't there or don't fit together.
    pub fn load(folder: &Path, compute: Compute) -> Result<Self> {
        let merged = folder.join("decoder_model_merged.onnx");
        let is_merged = merged.is_file();
        let (first, next) = if is_merged {
            (onnx::load(&merged, compute)?, None)
        } else {
            let first = onnx::load(&folder.join("decoder_model.onnx"), compute)?;
            (first, Some(onnx::load(&folder.join("decoder_with_past_model.onnx"), compute)?))
        };
        let cached = next.as_ref().unwrap_or(&first);
        let shapes = onnx::shapes(cached.inputs());
        let inputs = shapes.into_iter().filter(|i| i.name.starts_with("past_key_values."));
        let cache: Vec<CacheInput> = inputs
            .map(|i| CacheInput {
                output: i.name.replacen("past_key_values.", "present.", 1),
                heads: i.dims.get(1).copied().flatten().unwrap_or(1),
                head_dim: i.dims.get(3).copied().flatten().unwrap_or(1),
                is_cross: i.name.contains(".encoder."),
                input: i.name,
            })
            .collect();
        if cache.is_empty() {
            return Err(Error::missing(format!("{}: its decoder has no cache", folder.display()))
                .hint("export it with the task `text2text-generation-with-past`"));
        }
        Ok(Self { first, next, is_merged, cache })
    }

    /// Feeds the next tokens `[rows, n]` and returns the logits of the last of them, row after row.
    ///
    /// # Errors
    /// When the model fails.
    pub fn step(&mut self, run: &mut Run, tokens: &ndarray::Array2<i64>) -> Result<Vec<Vec<f32>>> {
        let is_first = run.past.is_empty();
        let rows = tokens.nrows();
        let session = match &mut self.next {
            Some(next) if !is_first => next,
            _ => &mut self.first,
        };
        let wants = |name: &str| session.inputs().iter().any(|i| i.name() == name);
        let mut inputs: Inputs = vec![
            ("input_ids".into(), Array::I64(tokens.clone().into_dyn()).into_value()?.into()),
            ("encoder_attention_mask".into(), Array::I64(run.encoder_mask.clone()).into_value()?.into()),
        ];
        let empty_past = if is_first && self.is_merged { empty(&self.cache, rows)? } else { Vec::new() };
        let past = if is_first { &empty_past } else { &run.past };
        if wants("encoder_hidden_states") {
            inputs.push(("encoder_hidden_states".into(), (&run.encoded).into()));
        }
        for (cache, value) in self.cache.iter().zip(past) {
            inputs.push((cache.input.as_str().into(), value.into()));
        }
        if self.is_merged {
            let use_cache = Tensor::from_array(Array1::from_elem(1, !is_first))?;
            inputs.push(("use_cache_branch".into(), use_cache.into_dyn().into()));
        }
        let mut outputs = onnx::run(session, inputs)?;
        let mut past = Vec::with_capacity(self.cache.len());
        let mut old = std::mem::take(&mut run.past).into_iter();
        for cache in &self.cache {
            // A later pass may give the cross cache again, or an empty one, or none: the first stays right.
            let kept = old.next().filter(|_| cache.is_cross);
            past.push(match kept {
                Some(value) => value,
                None => onnx::output(&mut outputs, &cache.output)?,
            });
        }
        run.past = past;
        let logits = outputs["logits"].try_extract_array::<f32>()?;
        let last = tokens.ncols() - 1;
        Ok(logits.outer_iter().map(|row| row.index_axis(Axis(0), last).iter().copied().collect()).collect())
    }
}

fn empty(cache: &[CacheInput], rows: usize) -> Result<Vec<DynValue>> {
    let of = |c: &CacheInput| Array::F32(ArrayD::zeros(IxDyn(&[rows, c.heads, 0, c.head_dim]))).into_value();
    cache.iter().map(of).collect()
}
