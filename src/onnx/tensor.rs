//! Turns `ndarray` arrays into ONNX Runtime values of the element type a model declares, and back.
//!
//! Names of inputs, their order and their element types differ between exporters of the same model
//! (`shared/reference/models.md` §0), so everything is read from the session: what a model wants in 16-bit floats or
//! 32-bit integers is converted here, and nobody else needs to know.

use crate::error::{Error, Result};
use half::f16;
use ndarray::{ArrayD, Axis, IxDyn, Slice};
use ort::value::{DynValue, Outlet, PrimitiveTensorElementType, Tensor, TensorElementType, ValueType};
use std::fmt::Debug;

/// A tensor on its way into or out of a model.
#[derive(Debug, Clone, PartialEq)]
pub enum Array {
    /// Numbers.
    F32(ArrayD<f32>),
    /// Ids and counts.
    I64(ArrayD<i64>),
    /// Switches.
    Bool(ArrayD<bool>),
}

impl Array {
    /// Zeros for an input: numbers or ids, as it declares.
    pub fn zeros(like: &Shape, shape: &[usize]) -> Self {
        if like.is_integer() { Self::I64(ArrayD::zeros(IxDyn(shape))) } else { Self::F32(ArrayD::zeros(IxDyn(shape))) }
    }

    /// The tensor as a value for a session, as it is.
    ///
    /// # Errors
    /// When ONNX Runtime refuses it.
    pub fn into_value(self) -> Result<DynValue> {
        match self {
            Self::F32(a) => value(a),
            Self::I64(a) => value(a),
            Self::Bool(a) => value(a),
        }
    }

    /// The tensor as a value for this input: in the element type it declares.
    ///
    /// # Errors
    /// When the input wants what can't be made of this, or ONNX Runtime refuses it.
    pub fn into_value_for(self, input: &Shape) -> Result<DynValue> {
        match (self, input.ty) {
            (Self::F32(a), TensorElementType::Float16) => value(a.mapv(f16::from_f32)),
            (Self::I64(a), TensorElementType::Int32) => value(a.mapv(|i| i as i32)),
            (a @ Self::F32(_), TensorElementType::Float32)
            | (a @ Self::I64(_), TensorElementType::Int64)
            | (a @ Self::Bool(_), TensorElementType::Bool) => a.into_value(),
            (_, ty) => Err(Error::missing(format!("its input `{}` wants {ty}, which is not as published", input.name))
                .hint("export the model again with optimum, or choose another export")),
        }
    }

    /// A copy of a value's tensor: floats as f32, integers as i64.
    ///
    /// # Errors
    /// When it is neither.
    pub fn from_value(value: &DynValue) -> Result<Self> {
        let ValueType::Tensor { ty, .. } = value.dtype() else {
            return Err(Error::failed("the model gave something that is not a tensor"));
        };
        Ok(match ty {
            TensorElementType::Float32 => Self::F32(value.try_extract_array::<f32>()?.to_owned()),
            TensorElementType::Float16 => Self::F32(value.try_extract_array::<f16>()?.mapv(f16::to_f32)),
            TensorElementType::Int64 => Self::I64(value.try_extract_array::<i64>()?.to_owned()),
            TensorElementType::Int32 => Self::I64(value.try_extract_array::<i32>()?.mapv(i64::from)),
            TensorElementType::Bool => Self::Bool(value.try_extract_array::<bool>()?.to_owned()),
            other => return Err(Error::failed(format!("the model gave a tensor of {other}"))),
        })
    }

    /// A copy of a value's numbers.
    ///
    /// # Errors
    /// When they are no floats.
    pub fn floats(value: &DynValue) -> Result<ArrayD<f32>> {
        match Self::from_value(value)? {
            Self::F32(a) => Ok(a),
            _ => Err(Error::failed("the model gave integers where numbers were due")),
        }
    }

    /// A copy of a value's integers.
    ///
    /// # Errors
    /// When they are none.
    pub fn integers(value: &DynValue) -> Result<ArrayD<i64>> {
        match Self::from_value(value)? {
            Self::I64(a) => Ok(a),
            _ => Err(Error::failed("the model gave numbers where integers were due")),
        }
    }
}

/// A copy of these rows of a value's tensor.
///
/// # Errors
/// When it is not of numbers.
pub fn rows(of: &DynValue, rows: &[usize]) -> Result<DynValue> {
    match of.dtype() {
        ValueType::Tensor { ty: TensorElementType::Float16, .. } => {
            value(of.try_extract_array::<f16>()?.select(Axis(0), rows))
        }
        _ => value(of.try_extract_array::<f32>()?.select(Axis(0), rows)),
    }
}

/// A copy of the first `length` of a value's tensor along an axis.
///
/// # Errors
/// When it is not of numbers.
pub fn first(of: &DynValue, axis: Axis, length: usize) -> Result<DynValue> {
    let slice = Slice::from(..length);
    match of.dtype() {
        ValueType::Tensor { ty: TensorElementType::Float16, .. } => {
            value(of.try_extract_array::<f16>()?.slice_axis(axis, slice).to_owned())
        }
        _ => value(of.try_extract_array::<f32>()?.slice_axis(axis, slice).to_owned()),
    }
}

fn value<T: PrimitiveTensorElementType + Clone + Debug + 'static>(a: ArrayD<T>) -> Result<DynValue> {
    let shape: Vec<usize> = a.shape().to_vec();
    let data: Vec<T> = a.as_standard_layout().into_owned().into_raw_vec_and_offset().0;
    Ok(Tensor::from_array((shape, data))?.into_dyn())
}

/// An input's or output's declared shape.
#[derive(Debug, Clone)]
pub struct Shape {
    /// Its name.
    pub name: String,
    /// Dimensions; `None` where the model takes any.
    pub dims: Vec<Option<usize>>,
    /// Its element type.
    pub ty: TensorElementType,
}

impl Shape {
    /// Whether it holds ids and counts, not numbers.
    pub fn is_integer(&self) -> bool {
        matches!(self.ty, TensorElementType::Int64 | TensorElementType::Int32)
    }
}

/// The shapes a model declares.
pub fn shapes(outlets: &[Outlet]) -> Vec<Shape> {
    let shape = |o: &Outlet| match o.dtype() {
        ValueType::Tensor { ty, shape, .. } => {
            Shape { name: o.name().to_owned(), dims: shape.iter().map(|&d| usize::try_from(d).ok()).collect(), ty: *ty }
        }
        _ => Shape { name: o.name().to_owned(), dims: Vec::new(), ty: TensorElementType::Undefined },
    };
    outlets.iter().map(shape).collect()
}
