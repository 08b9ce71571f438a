//! Turns a decoder's states into logits: over the whole vocabulary, or over a few words that were picked from it.
//!
//! The files are made by `models import` (`models/import/head`): `lm_head`, and with it `lm_head_rows` and
//! `lm_head_short`.

use super::{Array, Compute, Graph, Inputs};
use crate::error::{Error, Result};
use crate::models::layout::find_file;
use ndarray::{Array1, Array2, ArrayView2, Axis, Ix2};
use ort::value::DynValue;
use std::path::Path;

/// What a decoder without its output layer gives in place of `logits`, and what the layer reads.
pub const HIDDEN: &str = "hidden";

/// A decoder's output layer.
pub struct Head {
    full: Graph,
    /// What picks words, and the layer over what was picked.
    short: Option<(Graph, Graph)>,
}

/// Words that were picked from the vocabulary, with their weights.
pub struct Picked {
    /// Which, in rising order.
    pub ids: Vec<u32>,
    values: Vec<(String, DynValue)>,
}

impl Head {
    /// Loads the output layer of a folder, if it is a file of its own.
    ///
    /// # Errors
    /// A missing-model error when it is there and isn't what it should be.
    pub fn load(folder: &Path, compute: Compute) -> Result<Option<Self>> {
        let Some(file) = find_file(folder, "lm_head") else { return Ok(None) };
        let full = Graph::load(&file, compute)?;
        full.demand(&[HIDDEN], &["logits"])?;
        let files = [find_file(folder, "lm_head_rows"), find_file(folder, "lm_head_short")];
        let short = match files {
            [Some(rows), Some(short)] => {
                let (rows, short) = (Graph::load(&rows, compute)?, Graph::load(&short, compute)?);
                rows.demand(&["ids"], &["weight"])?;
                short.demand(&[HIDDEN, "weight"], &["logits"])?;
                Some((rows, short))
            }
            _ => None,
        };
        Ok(Some(Self { full, short }))
    }

    /// Words of the vocabulary, where the file says so.
    pub fn vocabulary(&self) -> Option<usize> {
        self.full.outputs().iter().find(|o| o.name == "logits")?.dims.last().copied().flatten()
    }

    /// Picks these words (in rising order); `None`: the model has no short form.
    ///
    /// # Errors
    /// When there is no such word.
    pub fn pick(&mut self, ids: Vec<u32>) -> Result<Option<Picked>> {
        let Some((rows, _)) = &mut self.short else { return Ok(None) };
        let mut inputs: Inputs = Vec::new();
        let wanted = Array1::from_iter(ids.iter().map(|id| i64::from(*id)));
        rows.bind(&mut inputs, "ids", Array::I64(wanted.into_dyn()))?;
        let values = rows.run(inputs)?.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Ok(Some(Picked { ids, values }))
    }

    /// The logits `[n, vocabulary]`, or `[n, picked]`, after states `[n, d]`.
    ///
    /// # Errors
    /// When the model fails.
    pub fn run(&mut self, states: ArrayView2<'_, f32>, picked: Option<&Picked>) -> Result<Array2<f32>> {
        let graph = match (picked, &mut self.short) {
            (Some(_), Some((_, short))) => short,
            _ => &mut self.full,
        };
        let mut inputs: Inputs = Vec::new();
        let states = states.to_owned().insert_axis(Axis(0)).into_dyn();
        graph.bind(&mut inputs, HIDDEN, Array::F32(states))?;
        for (name, value) in picked.iter().flat_map(|picked| &picked.values) {
            inputs.push((name.as_str().into(), value.into()));
        }
        let mut outputs = graph.run(inputs)?;
        let logits = Array::floats(&super::output(&mut outputs, "logits")?)?;
        let logits = logits.index_axis_move(Axis(0), 0).into_dimensionality::<Ix2>();
        logits.map_err(|_| Error::failed("the output layer's logits have not three dimensions"))
    }
}
