//! Turns named arrays into a model's outputs: one loaded file that is bound by name, and whose errors name it.
//!
//! What the exporters of a model disagree about (`shared/reference/models.md` §0) is settled here: an input that the
//! file doesn't declare is left out, and what it wants in another element type is converted.

use super::{Array, Compute, Inputs, Shape, shapes};
use crate::error::{Error, Result};
use ort::session::{Session, SessionOutputs};
use ort::value::{DynValue, ValueType};
use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// A loaded model file and what it declares.
pub struct Graph {
    file: PathBuf,
    session: Session,
    inputs: Vec<Shape>,
    outputs: Vec<Shape>,
}

impl Graph {
    /// Loads a model file.
    ///
    /// # Errors
    /// A missing-model error when it isn't there or isn't a model.
    pub fn load(file: &Path, compute: Compute) -> Result<Self> {
        let session = super::load(file, compute)?;
        let (inputs, outputs) = (shapes(session.inputs()), shapes(session.outputs()));
        Ok(Self { file: file.to_owned(), session, inputs, outputs })
    }

    /// The declared inputs, in the file's order.
    pub fn inputs(&self) -> &[Shape] {
        &self.inputs
    }

    /// The declared outputs, in the file's order.
    pub fn outputs(&self) -> &[Shape] {
        &self.outputs
    }

    /// The input of this name, if there is one.
    pub fn input(&self, name: &str) -> Option<&Shape> {
        self.inputs.iter().find(|i| i.name == name)
    }

    /// Demands inputs and outputs without which the file is another model than it should be.
    ///
    /// # Errors
    /// A missing-model error that names the first that is not there.
    pub fn demand(&self, inputs: &[&str], outputs: &[&str]) -> Result<()> {
        let lacks = |declared: &[Shape], name: &str| !declared.iter().any(|s| s.name == name);
        let missing = inputs.iter().find(|n| lacks(&self.inputs, n)).map(|n| ("input", n));
        let missing = missing.or_else(|| outputs.iter().find(|n| lacks(&self.outputs, n)).map(|n| ("output", n)));
        missing.map_or(Ok(()), |(what, name)| {
            Err(self
                .error(format!("it has no {what} `{name}`"))
                .hint("it is a model of another kind, or another export"))
        })
    }

    /// Adds an input, in the element type that the file wants; nothing where it declares none of that name.
    ///
    /// # Errors
    /// When it wants what can't be made of this.
    pub fn bind(&self, inputs: &mut Inputs, name: &'static str, array: Array) -> Result<()> {
        if let Some(input) = self.input(name) {
            let value = array.into_value_for(input).map_err(|e| e.context(self.name()))?;
            inputs.push((Cow::Borrowed(name), value.into()));
        }
        Ok(())
    }

    /// A tensor that another model gave, in the element type that this input wants: as it is, or converted.
    ///
    /// # Errors
    /// When it can't be converted.
    pub fn fit(&self, name: &str, value: DynValue) -> Result<DynValue> {
        match (self.input(name), value.dtype()) {
            (Some(input), ValueType::Tensor { ty, .. }) if input.ty != *ty => {
                Array::from_value(&value)?.into_value_for(input).map_err(|e| e.context(self.name()))
            }
            _ => Ok(value),
        }
    }

    /// Runs the model.
    ///
    /// # Errors
    /// When it fails; told with the file's name.
    pub fn run<'s>(&'s mut self, inputs: Inputs) -> Result<SessionOutputs<'s>> {
        let name = || format!("model file {}", self.file.display());
        super::run(&mut self.session, inputs).map_err(|e| e.context(name()))
    }

    /// A missing-model error about this file.
    pub fn error(&self, what: impl std::fmt::Display) -> Error {
        Error::missing(format!("{}: {what}", self.name()))
    }

    fn name(&self) -> String {
        format!("model file {}", self.file.display())
    }
}
