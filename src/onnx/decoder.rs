//! Turns tokens into logits with the decoder half of an encoder/decoder model and its key/value cache, row by row.
//!
//! Translation and Whisper share it. Three layouts (`shared/reference/models.md` §1.2, §3.1), told by file names:
//! - merged: `decoder_model_merged`, whose `use_cache_branch` says whether the cache counts;
//! - split: `decoder_model` for the first pass, `decoder_with_past_model` for the rest;
//! - prepared by `models import`: `decoder_model_prepared`, the cached step alone, from an empty cache on, without its output
//!   layer where that is a file of its own ([`head`](super::head)); for any number
//!   of tokens, unless `input_ids` is declared for one. The encoder gives the cross-attention caches as further outputs
//!   `present.N.encoder.{key,value}`.
//!
//! Everything is bound by name and optional inputs only where declared. The cross-attention cache is kept from where it
//! first came: later passes give it again, or empty, or not at all.

pub mod draft;
mod probe;
mod run;

pub use run::{Run, Step};

use super::head::{HIDDEN, Head, Picked};
use super::{Array, Compute, Graph, Inputs};
use crate::error::{Error, Result};
use crate::models::layout::{find_file, need_file};
use ndarray::{Array1, Array2, ArrayD, ArrayView2, Axis, IxDyn};
use ort::session::SessionOutputs;
use std::path::Path;
use std::sync::Arc;

/// What outputs are called that say what each token looks at in the source: `cross_attentions.N` for layer N, each
/// `[rows, heads, n, source length]` (optimum's name).
pub const ATTENTION: &str = "cross_attentions.";

/// The decoder's model files.
pub struct Decoder {
    /// The only file, or that of the first pass.
    first: Graph,
    /// The file for later passes, where they are two.
    next: Option<Graph>,
    /// The caches for what was decoded, then those for what was heard or read.
    caches: Vec<Cache>,
    multi_token: bool,
    is_prepared: bool,
    /// The output layer, where it is a graph of its own.
    head: Option<Head>,
}

/// One tensor of the key/value cache.
struct Cache {
    input: String,
    output: String,
    /// It belongs to the encoder's states: made once, and the same in every pass.
    is_cross: bool,
}

impl Decoder {
    /// Loads the decoder of a model folder, and tries out whether its cache takes several tokens at once.
    ///
    /// # Errors
    /// A missing-model error when the files aren't there or aren't a decoder with a cache.
    pub fn load(folder: &Path, compute: Compute) -> Result<Self> {
        let prepared = find_file(folder, "decoder_model_prepared");
        let is_prepared = prepared.is_some();
        let (first, next) = match prepared.or_else(|| find_file(folder, "decoder_model_merged")) {
            Some(file) => (Graph::load(&file, compute)?, None),
            None => {
                let files = [need_file(folder, "decoder_model")?, need_file(folder, "decoder_with_past_model")?];
                (Graph::load(&files[0], compute)?, Some(Graph::load(&files[1], compute)?))
            }
        };
        let cached = next.as_ref().unwrap_or(&first);
        let inputs = cached.inputs().iter().filter(|i| i.name.starts_with("past_key_values."));
        let caches = inputs.map(|i| Cache {
            input: i.name.clone(),
            output: i.name.replacen("past_key_values.", "present.", 1),
            is_cross: i.name.contains(".encoder."),
        });
        let mut caches: Vec<Cache> = caches.collect();
        caches.sort_by_key(|c| c.is_cross);
        if caches.is_empty() {
            let hint = "export it with a task that ends in `-with-past`";
            return Err(cached.error("it is no decoder with a key/value cache").hint(hint));
        }
        let own: Vec<&str> = caches.iter().filter(|c| !c.is_cross).map(|c| c.output.as_str()).collect();
        let head = if is_prepared { Head::load(folder, compute)? } else { None };
        for graph in [Some(&first), next.as_ref()].into_iter().flatten() {
            graph.demand(&["input_ids"], &[given(&head)])?;
            graph.demand(&[], &own)?;
        }
        let mut decoder = Self { first, next, caches, multi_token: false, is_prepared, head };
        decoder.multi_token = decoder.takes_several_tokens()?;
        Ok(decoder)
    }

    /// Whether a pass with a cache takes several tokens at once; where not, [`step`](Self::step) feeds one by one.
    pub fn multi_token(&self) -> bool {
        self.multi_token
    }

    /// Whether the next pass of a run takes several tokens at once: one without a cache always does.
    pub fn takes_several(&self, run: &Run) -> bool {
        self.multi_token || (run.length == 0 && !self.is_prepared)
    }

    /// Whether the first pass says what it looks at ([`ATTENTION`]).
    pub fn has_attention(&self) -> bool {
        self.first.outputs().iter().any(|o| o.name.starts_with(ATTENTION))
    }

    /// How many tokens it knows, where the file says so.
    pub fn vocabulary(&self) -> Option<usize> {
        if let Some(head) = &self.head {
            return head.vocabulary();
        }
        let logits = self.first.outputs().iter().find(|o| o.name == "logits")?;
        logits.dims.last().copied().flatten()
    }

    /// A batch over what an encoder gave (it is taken out of `outputs`): `last_hidden_state` `[rows, length, d]`, and
    /// from a prepared encoder the cross-attention caches; `mask` `[rows, length]` where rows differ in length.
    ///
    /// # Errors
    /// When a tensor that the decoder needs is not there.
    pub fn begin(&self, outputs: &mut SessionOutputs<'_>, mask: Option<Array2<i64>>) -> Result<Run> {
        let mut run = Run { mask: mask.map(Arc::new), ..Run::default() };
        let states = "encoder_hidden_states";
        for cache in self.caches.iter().filter(|c| c.is_cross && self.is_prepared) {
            run.cross.push(Arc::new(self.first.fit(&cache.input, super::output(outputs, &cache.output)?)?));
        }
        if self.first.input(states).is_some() {
            let value = super::output(outputs, "last_hidden_state")?;
            run.states = Some(Arc::new(self.first.fit(states, value)?));
        }
        run.number_rows();
        Ok(run)
    }

    /// Feeds the next tokens `[rows, n]`; -> what may come after each.
    ///
    /// # Errors
    /// When the model fails.
    pub fn step(&mut self, run: &mut Run, tokens: &Array2<i64>) -> Result<Step> {
        let mut step = self.advance(run, tokens)?;
        if self.head.is_some() {
            let (rows, columns, _) = step.logits.dim();
            let places: Vec<(usize, usize)> = (0..rows).flat_map(|r| (0..columns).map(move |c| (r, c))).collect();
            let logits = self.logits(&step, &places, None)?;
            let width = logits.ncols();
            let shaped = logits.into_shape_with_order((rows, columns, width));
            step.logits = shaped.map_err(run::unequal)?;
        }
        Ok(step)
    }

    /// Picks words of the vocabulary (in rising order) that alone are looked at; `None`: this model can't.
    ///
    /// # Errors
    /// When there is no such word.
    pub fn pick(&mut self, ids: Vec<u32>) -> Result<Option<Picked>> {
        self.head.as_mut().map_or(Ok(None), |head| head.pick(ids))
    }

    /// The logits `[places, vocabulary]` after tokens at these places (row, column) of a pass; of the picked words alone,
    /// if there are some.
    ///
    /// # Errors
    /// When the model fails.
    pub fn logits(&mut self, pass: &Step, places: &[(usize, usize)], picked: Option<&Picked>) -> Result<Array2<f32>> {
        let width = pass.logits.len_of(Axis(2));
        let mut states = Array2::zeros((places.len(), width));
        for (mut row, &(r, c)) in states.outer_iter_mut().zip(places) {
            row.assign(&pass.logits.slice(ndarray::s![r, c, ..]));
        }
        match &mut self.head {
            Some(head) => head.run(states.view(), picked),
            None => Ok(states),
        }
    }

    /// Feeds the next tokens `[rows, n]`; what may come after them, [`logits`](Self::logits) says.
    ///
    /// # Errors
    /// When the model fails.
    pub fn advance(&mut self, run: &mut Run, tokens: &Array2<i64>) -> Result<Step> {
        if tokens.ncols() == 1 || self.takes_several(run) {
            return self.pass(run, tokens.view());
        }
        let columns = tokens.axis_iter(Axis(1));
        let steps: Result<Vec<Step>> = columns.map(|c| self.pass(run, c.insert_axis(Axis(1)))).collect();
        Step::join(steps?)
    }

    /// One pass of the model.
    fn pass(&mut self, run: &mut Run, tokens: ArrayView2<i64>) -> Result<Step> {
        let is_first = run.length == 0;
        let graph = match &mut self.next {
            Some(next) if !is_first => next,
            _ => &mut self.first,
        };
        let mut inputs: Inputs = Vec::with_capacity(self.caches.len() + 5);
        graph.bind(&mut inputs, "input_ids", Array::I64(tokens.to_owned().into_dyn()))?;
        graph.bind(&mut inputs, "use_cache_branch", Array::Bool(ArrayD::from_elem(IxDyn(&[1]), !is_first)))?;
        let end = run.length + tokens.ncols();
        let positions = Array1::from_iter(run.length as i64..end as i64);
        graph.bind(&mut inputs, "cache_position", Array::I64(positions.into_dyn()))?;
        if let Some(mask) = &run.mask {
            graph.bind(&mut inputs, "encoder_attention_mask", Array::I64(mask.as_ref().clone().into_dyn()))?;
        }
        if let Some(states) = run.states.as_deref().filter(|_| graph.input("encoder_hidden_states").is_some()) {
            inputs.push(("encoder_hidden_states".into(), states.into()));
        }
        let (mut own, mut cross) = (run.own.iter(), run.cross.iter());
        for cache in &self.caches {
            let value = if cache.is_cross { cross.next() } else { own.next() };
            let Some(input) = graph.input(&cache.input) else { continue };
            let value = match value {
                Some(value) => value.as_ref().into(),
                None => {
                    let [heads, size] = [1, 3].map(|axis| input.dims.get(axis).copied().flatten().unwrap_or(1));
                    Array::F32(ArrayD::zeros(IxDyn(&[tokens.nrows(), heads, 0, size]))).into_value_for(input)?.into()
                }
            };
            inputs.push((cache.input.as_str().into(), value));
        }
        let outputs = graph.run(inputs)?;
        let mut step = Step::default();
        let (mut own, mut cross) = (Vec::new(), Vec::new());
        let mut outputs: Vec<(String, _)> = outputs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        for cache in &self.caches {
            if let Some(at) = outputs.iter().position(|(name, _)| *name == cache.output) {
                let list = if cache.is_cross { &mut cross } else { &mut own };
                list.push(Arc::new(outputs.remove(at).1));
            }
        }
        run.own = own;
        if run.cross.is_empty() {
            run.cross = cross;
        }
        run.length = end;
        step.take(outputs, given(&self.head))?;
        let (rows, columns, _) = step.logits.dim();
        if (rows, columns) != tokens.dim() {
            return Err(Error::failed(format!(
                "the decoder gave {rows} x {columns} logits for {:?} tokens",
                tokens.dim()
            )));
        }
        Ok(step)
    }
}

/// What a pass gives after each token.
fn given(head: &Option<Head>) -> &'static str {
    if head.is_some() { HIDDEN } else { "logits" }
}
