//! Turns the first second or two of an utterance into the language that is spoken in it.
//!
//! A small model of its own (`lid.onnx`): `x [N, T, 80]`, Kaldi's log-mel frames of any number → `log_probs [N, languages]`;
//! its metadata `languages` names them (`en,es,de,fr`).

use super::features::{Filterbank, kaldi};
use crate::error::{Error, Result};
use crate::onnx::{self, Array, Compute};
use crate::text::Lang;
use ndarray::Array3;
use ort::session::Session;
use std::path::Path;

/// Tells what is spoken.
pub trait Tell: Send {
    /// The languages that it tells apart.
    fn langs(&self) -> &[Lang];
    /// The probability of each, from frames of 80 features.
    ///
    /// # Errors
    /// When the model fails.
    fn tell(&mut self, frames: &[f32]) -> Result<Vec<f32>>;
}

/// The model.
pub struct Spoken {
    session: Session,
    langs: Vec<Lang>,
}

impl Spoken {
    /// Loads the file.
    ///
    /// # Errors
    /// A missing-model error when it isn't there, or doesn't name its languages.
    pub fn load(path: &Path, compute: Compute) -> Result<Self> {
        let session = onnx::load(path, compute)?;
        let names = session.metadata()?.custom("languages").unwrap_or_default();
        let langs = names.split(',').filter(|tag| !tag.is_empty()).map(Lang::parse).collect::<Result<Vec<Lang>>>();
        let langs = langs.map_err(|e| e.context(path.display()))?;
        if langs.is_empty() {
            return Err(Error::missing(format!("{} doesn't say which languages it tells apart", path.display()))
                .hint("its metadata `languages` must name them: `en,es`"));
        }
        Ok(Self { session, langs })
    }
}

impl Tell for Spoken {
    fn langs(&self) -> &[Lang] {
        &self.langs
    }

    fn tell(&mut self, frames: &[f32]) -> Result<Vec<f32>> {
        let shape = (1, frames.len() / kaldi::BINS, kaldi::BINS);
        let x = Array3::from_shape_vec(shape, frames.to_vec()).map_err(|e| Error::failed(e.to_string()))?;
        let inputs: onnx::Inputs = vec![("x".into(), Array::F32(x.into_dyn()).into_value()?.into())];
        let mut outputs = onnx::run(&mut self.session, inputs)?;
        let log_probs = Array::floats(&onnx::output(&mut outputs, "log_probs")?)?;
        if log_probs.len() != self.langs.len() {
            return Err(Error::failed(format!("{} languages, {} probabilities", self.langs.len(), log_probs.len())));
        }
        Ok(log_probs.iter().map(|p| p.exp()).collect())
    }
}

/// The features that it wants.
pub fn filterbank() -> Filterbank {
    Filterbank::new(kaldi::recipe())
}
