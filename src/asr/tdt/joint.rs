//! Turns a frame and the pieces so far into logits: NeMo's prediction network (an LSTM) and joint network.
//!
//! In one file, as `model.export` writes them, or in two, as sherpa-onnx's scripts do. Names differ between exports and
//! are partly machine-made (`onnx::LSTM_3`), so everything is bound by position, and its kind is checked:
//! - one file: frame `[B, D, 1]`, piece `[B, 1]`, its length `[B]`, two states `[layers, B, H]` → logits, length, two states;
//! - two: piece, length, two states → `[B, H, 1]`, length, two states; frame and that → logits.

use crate::error::{Error, Result};
use crate::models::layout;
use crate::onnx::{self, Array, Compute, Shape};
use ndarray::{ArrayD, IxDyn};
use ort::session::Session;
use std::path::Path;

/// Values in a state. Parakeet's have two layers of 640.
const MOST_VALUES: usize = 1 << 20;

/// The two networks.
pub enum Joint {
    /// In one file.
    One(Part),
    /// Prediction network and joint network.
    Two(Part, Part),
}

/// Where the decoding of an utterance stands.
#[derive(Clone)]
pub struct Cursor {
    piece: i64,
    /// Before this piece.
    states: Vec<Array>,
    /// After it, once it is known: what the prediction network gives (where that is a file of its own), and the states.
    after: Option<(Option<Array>, Vec<Array>)>,
}

impl Cursor {
    /// A piece was said.
    pub fn say(&mut self, piece: usize) {
        self.piece = piece as i64;
        if let Some((_, states)) = self.after.take() {
            self.states = states;
        }
    }

    fn inputs(&self) -> Vec<Array> {
        let ids = |value: i64, dims: &[usize]| Array::I64(ArrayD::from_elem(IxDyn(dims), value));
        [ids(self.piece, &[1, 1]), ids(1, &[1])].into_iter().chain(self.states.iter().cloned()).collect()
    }
}

impl Joint {
    /// Loads whichever layout the folder has.
    ///
    /// # Errors
    /// A missing-model error when a file isn't there or isn't such a network.
    pub fn load(folder: &Path, compute: Compute) -> Result<Self> {
        if let Ok(path) = layout::need_part(folder, "decoder_joint") {
            return Ok(Self::One(Part::load(&path, compute, 5)?));
        }
        let hint = |e: Error| e.hint("a NeMo transducer is encoder and decoder_joint, or encoder, decoder and joiner");
        let (decoder, joiner) =
            (layout::need_part(folder, "decoder").map_err(hint)?, layout::need_part(folder, "joiner").map_err(hint)?);
        Ok(Self::Two(Part::load(&decoder, compute, 4)?, Part::load(&joiner, compute, 2)?))
    }

    /// Pieces and durations, where the file says how many.
    pub fn width(&self) -> Option<usize> {
        let (Self::One(last) | Self::Two(_, last)) = self;
        last.outputs.first()?.dims.last().copied().flatten()
    }

    /// Nothing said yet: to the prediction network that is a blank.
    pub fn start(&self, blank: usize) -> Cursor {
        let (Self::One(part) | Self::Two(part, _)) = self;
        // A state's only free dimension is the batch.
        let zeros = |s: &Shape| Array::zeros(s, &s.dims.iter().map(|d| d.unwrap_or(1)).collect::<Vec<_>>());
        let states = part.inputs[part.inputs.len() - 2..].iter().map(zeros).collect();
        Cursor { piece: blank as i64, states, after: None }
    }

    /// The logits of pieces and durations for a frame of the encoder.
    ///
    /// # Errors
    /// When a model fails.
    pub fn logits(&mut self, frame: &[f32], cursor: &mut Cursor) -> Result<Vec<f32>> {
        let frame = ArrayD::from_shape_vec(IxDyn(&[1, frame.len(), 1]), frame.to_vec());
        let frame = Array::F32(frame.map_err(|e| Error::failed(e.to_string()))?);
        let logits = match self {
            Self::One(part) => {
                let mut outputs = part.run(std::iter::once(frame).chain(cursor.inputs()).collect())?;
                let states = outputs.split_off(2);
                cursor.after = Some((None, states));
                outputs.swap_remove(0)
            }
            Self::Two(decoder, joiner) => {
                if cursor.after.is_none() {
                    let mut outputs = decoder.run(cursor.inputs())?;
                    let states = outputs.split_off(2);
                    cursor.after = Some((Some(outputs.swap_remove(0)), states));
                }
                let said = cursor.after.as_ref().and_then(|(said, _)| said.clone());
                let said = said.ok_or_else(|| Error::failed("the decoder gave nothing"))?;
                joiner.run(vec![frame, said])?.swap_remove(0)
            }
        };
        match logits {
            Array::F32(logits) => Ok(logits.into_iter().collect()),
            _ => Err(Error::failed("the joint network gave no numbers")),
        }
    }
}

/// A network whose inputs and outputs are bound by position.
pub struct Part {
    session: Session,
    file: String,
    inputs: Vec<Shape>,
    outputs: Vec<Shape>,
}

impl Part {
    fn load(path: &Path, compute: Compute, inputs: usize) -> Result<Self> {
        let session = onnx::load(path, compute)?;
        let part = Self {
            file: path.display().to_string(),
            inputs: onnx::shapes(session.inputs()),
            outputs: onnx::shapes(session.outputs()),
            session,
        };
        // All but the joint network alone carry two states.
        let outputs = if inputs == 2 { 1 } else { 4 };
        if part.inputs.len() != inputs || part.outputs.len() < outputs {
            let what =
                format!("{} is not that part of a NeMo transducer: it has {} inputs", part.file, part.inputs.len());
            return Err(Error::missing(what).hint(format!("one with {inputs} inputs and {outputs} outputs is due")));
        }
        let states = if inputs == 2 { &[][..] } else { &part.inputs[inputs - 2..] };
        let size = |s: &Shape| s.dims.iter().try_fold(1usize, |n, dim| n.checked_mul(dim.unwrap_or(1)));
        if let Some(state) = states.iter().find(|s| size(s).is_none_or(|n| n > MOST_VALUES)) {
            return Err(Error::missing(format!("{}: its state `{}` is impossibly large", part.file, state.name)));
        }
        let ids: &[usize] = if inputs == 5 {
            &[1, 2]
        } else if inputs == 4 {
            &[0, 1]
        } else {
            &[]
        };
        match part.inputs.iter().enumerate().find(|(i, s)| s.is_integer() != ids.contains(i)) {
            Some((_, s)) => Err(Error::missing(format!(
                "{}: its input `{}` is a {}, which is not as published",
                part.file, s.name, s.ty
            ))
            .hint("export the model again with NeMo, or choose another export")),
            None => Ok(part),
        }
    }

    fn run(&mut self, arrays: Vec<Array>) -> Result<Vec<Array>> {
        let mut inputs: onnx::Inputs = Vec::with_capacity(arrays.len());
        for (shape, array) in self.inputs.iter().zip(arrays) {
            let value = array.into_value_for(shape).map_err(|e| e.context(&self.file))?;
            inputs.push((shape.name.as_str().into(), value.into()));
        }
        let mut outputs = onnx::run(&mut self.session, inputs)?;
        self.outputs.iter().map(|o| Array::from_value(&onnx::output(&mut outputs, &o.name)?)).collect()
    }
}
