//! A transducer's folder -> a streaming recogniser: each frame is a vector that the joiner weighs against the last pieces.
//!
//! The encoder gives frames, the (stateless) decoder looks at the last pieces said, the joiner has logits of both
//! (`shared/reference/models.md` §4.1). All paths of all streams share each call; the decoder is asked about new
//! pieces only. What greedy search says never changes.

use super::super::help::Help;
use super::super::hot_words::HotWords;
use super::super::tokens::Tokens;
use super::model::ChunkModel;
use super::search::{Rules, Search};
use super::{Head, Streaming};
use crate::error::{Error, Result};
use crate::models::layout;
use crate::onnx::{self, Array, Compute, Shape};
use crate::text::Hypothesis;
use ndarray::{Array2, ArrayView3, Axis, Ix2, s};
use ort::session::Session;
use std::path::Path;
use std::sync::Arc;

/// Decoder and joiner, for all streams.
pub struct Transducer {
    decoder: Rows,
    joiner: Rows,
    tokens: Arc<Tokens>,
    rules: Rules,
}

impl Streaming<Transducer> {
    /// Loads `encoder*.onnx`, `decoder*.onnx`, `joiner*.onnx` and `tokens.txt` of a folder. `beam`: 1 for greedy search.
    ///
    /// # Errors
    /// A missing-model error when a file isn't there or the three don't belong together.
    pub fn load(folder: &Path, compute: Compute, beam: usize) -> Result<Self> {
        let part = |name: &str| {
            let missing =
                |e: Error| e.hint("a transducer is an encoder, a decoder and a joiner, all three of one export");
            layout::need_part(folder, name).map_err(missing)
        };
        let (encoder, decoder, joiner) = (part("encoder")?, part("decoder")?, part("joiner")?);
        let model = ChunkModel::load(&encoder, compute)?;
        if model.is_nemo() {
            return Err(Error::missing(format!(
                "{} is a streaming NeMo transducer, which can't be run",
                encoder.display()
            ))
            .hint("choose the CTC branch of the same model, or a Parakeet TDT model"));
        }
        let (decoder, joiner) = (Rows::load(&decoder, compute, 1)?, Rows::load(&joiner, compute, 2)?);
        let tokens = Arc::new(Tokens::load(&layout::tokens_file(folder)?)?);
        let unknown = tokens.pieces().position(|p| p == "<unk>");
        let rules = Rules { beam: beam.max(1), blank: tokens.blank(), unknown, context: decoder.context()? };
        fits("vectors of", model.width(), joiner.width_in(0), folder)?;
        fits("vectors of", decoder.width_out(), joiner.width_in(1), folder)?;
        fits("pieces,", joiner.width_out(), Some(tokens.len()), folder)?;
        Ok(Self::new(model, Transducer { decoder, joiner, tokens, rules }))
    }
}

/// Where both are known, they must be the same.
fn fits(what: &str, one: Option<usize>, other: Option<usize>, folder: &Path) -> Result<()> {
    match (one, other) {
        (Some(a), Some(b)) if a != b => {
            Err(Error::missing(format!("the parts of {} don't fit together: {what} {a} and {b}", folder.display()))
                .hint("encoder, decoder, joiner and tokens.txt must come from one export"))
        }
        _ => Ok(()),
    }
}

impl Transducer {
    /// Asks the decoder about every path that said something new.
    fn predict(&mut self, streams: &mut [&mut Search]) -> Result<()> {
        let Self { decoder, rules, .. } = self;
        let new: Vec<_> = streams.iter_mut().flat_map(|s| &mut s.paths).filter(|p| p.predicted.is_none()).collect();
        if new.is_empty() {
            return Ok(());
        }
        let contexts: Vec<i64> = new.iter().flat_map(|path| path.context(rules)).collect();
        let ids = Array2::from_shape_vec((new.len(), rules.context), contexts);
        let ids = ids.map_err(|e| Error::failed(e.to_string()))?;
        let out = decoder.run(&[Array::I64(ids.into_dyn())])?;
        for (path, row) in new.into_iter().zip(out.outer_iter()) {
            path.predicted = Some(row.iter().copied().collect());
        }
        Ok(())
    }
}

impl Head for Transducer {
    type Stream = Search;

    fn start(&self, hot_words: Option<Arc<HotWords>>) -> Search {
        Search::new(hot_words.map(|words| Help { words, tokens: self.tokens.clone() }))
    }

    fn push(&mut self, frames: ArrayView3<f32>, streams: &mut [&mut Search], samples: u64) -> Result<()> {
        for t in 0..frames.len_of(Axis(1)) {
            self.predict(streams)?;
            let (mut heard, mut said, mut rows) = (Vec::new(), Vec::new(), Vec::new());
            for (stream, frame) in streams.iter().zip(frames.index_axis(Axis(1), t).outer_iter()) {
                rows.push(stream.paths.len());
                for path in &stream.paths {
                    heard.extend(frame.iter());
                    said.extend_from_slice(path.predicted.as_deref().unwrap_or_default());
                }
            }
            let n: usize = rows.iter().sum();
            let matrix = |values: Vec<f32>| {
                let array = Array2::from_shape_vec((n, values.len() / n.max(1)), values);
                array.map(|a| Array::F32(a.into_dyn())).map_err(|e| Error::failed(e.to_string()))
            };
            let logits = self.joiner.run(&[matrix(heard)?, matrix(said)?])?;
            let mut from = 0;
            for (stream, n) in streams.iter_mut().zip(rows) {
                stream.advance(logits.slice(s![from..from + n, ..]), &self.rules, samples);
                from += n;
            }
        }
        Ok(())
    }

    fn hypothesis(&self, stream: &Search, is_done: bool) -> Hypothesis {
        let (pieces, shared) = stream.best(&self.rules);
        let words = self.tokens.words(pieces);
        // The last word that is certain may still grow.
        let fixed = self.tokens.words(&pieces[..shared]).len().saturating_sub(1);
        Hypothesis { fixed: if is_done { words.len() } else { fixed }, words, margins: Vec::new() }
    }
}

/// A model without states: rows in, rows out. Inputs are bound by position, since exporters name them as they like.
struct Rows {
    session: Session,
    file: String,
    inputs: Vec<Shape>,
    output: Shape,
}

impl Rows {
    fn load(path: &Path, compute: Compute, inputs: usize) -> Result<Self> {
        let session = onnx::load(path, compute)?;
        let (declared, outputs) = (onnx::shapes(session.inputs()), onnx::shapes(session.outputs()));
        let file = path.display().to_string();
        match outputs.into_iter().next() {
            Some(output) if declared.len() == inputs && declared.iter().all(|i| i.dims.len() == 2) => {
                Ok(Self { session, file, inputs: declared, output })
            }
            _ => Err(Error::missing(format!(
                "{file} is not that part of a zipformer transducer: it has {} inputs",
                declared.len()
            ))
            .hint(format!("one with {inputs} inputs of two dimensions is due"))),
        }
    }

    fn width_in(&self, input: usize) -> Option<usize> {
        self.inputs[input].dims[1]
    }

    fn width_out(&self) -> Option<usize> {
        self.output.dims.last().copied().flatten()
    }

    /// How many pieces the decoder looks back.
    fn context(&self) -> Result<usize> {
        let wrong = || Error::missing(format!("{}: its input `{}` takes no pieces", self.file, self.inputs[0].name));
        let metadata = self.session.metadata()?;
        let written = metadata.custom("context_size").and_then(|v| v.trim().parse().ok());
        let size = self.width_in(0).or(written).filter(|n| (1..=8).contains(n) && self.inputs[0].is_integer());
        size.ok_or_else(|| wrong().hint("a stateless decoder with `y [N, context_size]` is due"))
    }

    fn run(&mut self, arrays: &[Array]) -> Result<Array2<f32>> {
        let mut inputs: onnx::Inputs = Vec::with_capacity(arrays.len());
        for (shape, array) in self.inputs.iter().zip(arrays) {
            let value = array.clone().into_value_for(shape).map_err(|e| e.context(&self.file))?;
            inputs.push((shape.name.as_str().into(), value.into()));
        }
        let mut outputs = onnx::run(&mut self.session, inputs)?;
        let rows = Array::floats(&onnx::output(&mut outputs, &self.output.name)?)?.into_dimensionality::<Ix2>();
        rows.map_err(|e| Error::failed(format!("{}: `{}` is not [N, values]: {e}", self.file, self.output.name)))
    }
}
