//! Turns an utterance's features into frames with NeMo's FastConformer encoder.
//!
//! Inputs and outputs are bound by position: features `[B, bins, T]` and lengths in, frames `[B, D, T']` and lengths out.

use super::super::features::{HOP, nemo};
use crate::error::{Error, Result};
use crate::models::layout;
use crate::onnx::{self, Array, Compute, Shape};
use ndarray::{Array2, Array3, ArrayD, Axis, Ix3};
use ort::session::Session;
use std::path::Path;

/// Samples that one frame of a NeMo encoder covers, unless its files say otherwise: 8 hops.
const SUBSAMPLING: usize = 8;

/// The encoder of a folder.
pub struct Encoder {
    session: Session,
    inputs: [Shape; 2],
    outputs: [String; 2],
    /// Features that it wants.
    pub bins: usize,
    /// What one of its frames covers.
    pub samples_per_frame: u64,
    /// Whether the features are normalised over the utterance.
    normalises: bool,
}

impl Encoder {
    /// Loads it.
    ///
    /// # Errors
    /// A missing-model error when it isn't there or is something else.
    pub fn load(folder: &Path, compute: Compute) -> Result<Self> {
        let path = layout::need_part(folder, "encoder")?;
        let session = onnx::load(&path, compute)?;
        let wrong = |what: &str| Error::missing(format!("{} is not a NeMo encoder: {what}", path.display()));
        let outputs: Vec<String> = session.outputs().iter().map(|o| o.name().to_owned()).collect();
        let outputs = outputs.try_into().map_err(|_| wrong("two outputs are due, frames and lengths"))?;
        let inputs: [Shape; 2] = onnx::shapes(session.inputs()).try_into().map_err(|more: Vec<Shape>| {
            let is_streaming = more.iter().any(|s| s.name.starts_with("cache_"));
            let hint = match is_streaming {
                true => "it is a cache-aware transducer: choose the CTC branch of the same model",
                false => "choose NeMo's own export, or sherpa-onnx's",
            };
            wrong("two inputs are due, features and lengths").hint(hint)
        })?;
        if inputs[0].is_integer() || inputs[0].dims.len() != 3 || !inputs[1].is_integer() {
            return Err(wrong("features [B, bins, T] and whole-number lengths are due"));
        }
        let metadata = session.metadata()?;
        let number = |key: &str| metadata.custom(key).and_then(|v| v.trim().parse::<usize>().ok());
        let config = std::fs::read_to_string(folder.join("config.json")).unwrap_or_default();
        let config: serde_json::Value = serde_json::from_str(&config).unwrap_or_default();
        let field = |key: &str| config[key].as_u64().map(|n| n as usize);
        let bins = inputs[0].dims[1].or_else(|| number("feat_dim")).or_else(|| field("features_size"));
        let bins =
            bins.filter(|b| (1..=512).contains(b)).ok_or_else(|| wrong("it doesn't say how many features it wants"))?;
        let subsampling = number("subsampling_factor").or_else(|| field("subsampling_factor")).unwrap_or(SUBSAMPLING);
        let samples_per_frame = (subsampling * HOP) as u64;
        // Files without metadata come from `model.export`; all published models of that kind normalise.
        let normalises = metadata.custom("normalize_type").is_none_or(|t| t == "per_feature");
        drop(metadata);
        Ok(Self { session, inputs, outputs, bins, samples_per_frame, normalises })
    }

    /// Features, frame by frame, not normalised -> the encoder's frames.
    ///
    /// # Errors
    /// When the model fails.
    pub fn run(&mut self, mut frames: Vec<f32>) -> Result<Vec<Vec<f32>>> {
        if self.normalises {
            nemo::normalise(&mut frames, self.bins);
        }
        let n = frames.len() / self.bins;
        let features = Array2::from_shape_vec((n, self.bins), frames).map_err(|e| Error::failed(e.to_string()))?;
        let features: Array3<f32> = features.reversed_axes().insert_axis(Axis(0));
        let [audio, length] = &self.inputs;
        let lengths = Array::I64(ArrayD::from_elem(vec![1], n as i64));
        let inputs: onnx::Inputs = vec![
            (audio.name.as_str().into(), Array::F32(features.into_dyn()).into_value_for(audio)?.into()),
            (length.name.as_str().into(), lengths.into_value_for(length)?.into()),
        ];
        let mut outputs = onnx::run(&mut self.session, inputs)?;
        let encoded = Array::floats(&onnx::output(&mut outputs, &self.outputs[0])?)?.into_dimensionality::<Ix3>();
        let encoded = encoded.map_err(|e| Error::failed(format!("the encoder's frames are not [B, D, T]: {e}")))?;
        let length = Array::integers(&onnx::output(&mut outputs, &self.outputs[1])?)?;
        let length = length.iter().next().map_or(0, |&n| usize::try_from(n).unwrap_or(0));
        let columns = encoded.outer_iter().next().ok_or_else(|| Error::failed("the encoder gave no frames"))?;
        Ok(columns.axis_iter(Axis(1)).take(length).map(|column| column.to_vec()).collect())
    }
}
