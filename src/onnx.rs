//! Turns a model file into an ONNX Runtime session: finds the library, sets threads, names what is wrong.
//!
//! The library is loaded at run time (`shared/reference/stack.md` §2), so the build needs none. Used by `asr` and `mt`.

use crate::error::{Error, Result};
use ndarray::{ArrayD, IxDyn};
use ort::environment::Environment;
use ort::session::{Session, SessionInputValue, SessionOutputs};
use ort::value::{DynValue, Outlet, Tensor, TensorElementType, ValueType};
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The library's file name on this system.
const LIBRARY: &str = if cfg!(windows) {
    "onnxruntime.dll"
} else if cfg!(target_os = "macos") {
    "libonnxruntime.dylib"
} else {
    "libonnxruntime.so"
};

/// The oldest ONNX Runtime we can talk to: 1.MINIMUM, as the `api-24` feature of `ort` demands.
pub const MINIMUM_MINOR: u32 = 24;

/// Where the ONNX Runtime library is: `ORT_DYLIB_PATH`, beside the program, or where set-up put it.
///
/// # Errors
/// A missing-library error that says how to get it.
pub fn library() -> Result<PathBuf> {
    let mut candidates = Vec::new();
    if let Some(path) = std::env::var_os("ORT_DYLIB_PATH").filter(|p| !p.is_empty()) {
        candidates.push(PathBuf::from(path));
    } else {
        let exe = std::env::current_exe().unwrap_or_default();
        candidates.extend(exe.ancestors().skip(1).flat_map(|dir| {
            [dir.join(LIBRARY), dir.join("lib").join(LIBRARY), dir.join("third_party/onnxruntime").join(LIBRARY)]
        }));
        candidates.push(Path::new("third_party/onnxruntime").join(LIBRARY));
    }
    candidates.iter().find(|p| p.is_file()).cloned().ok_or_else(|| {
        let place = candidates.first().map(|p| p.display().to_string()).unwrap_or_default();
        Error::missing(format!("the ONNX Runtime library is not there (looked for {place} and elsewhere)"))
            .hint("`make setup` unpacks it; or point ORT_DYLIB_PATH at a libonnxruntime of version 1.24 or newer")
    })
}

fn environment() -> Result<&'static Environment> {
    static ENVIRONMENT: OnceLock<Result<Environment>> = OnceLock::new();
    let environment = ENVIRONMENT.get_or_init(|| {
        let path = library()?;
        let bad = |e: String| Error::missing(format!("{} can't be used: {e}", path.display()));
        let hint = "ONNX Runtime 1.24 or newer is needed; `make setup` unpacks one";
        match ort::util::probe(&path) {
            Some(minor) if minor >= MINIMUM_MINOR => {}
            Some(minor) => return Err(bad(format!("it is version 1.{minor}")).hint(hint)),
            None => return Err(bad("it is not an ONNX Runtime library".into()).hint(hint)),
        }
        let builder = ort::init_from(&path).map_err(|e| bad(e.to_string()).hint(hint))?;
        Ok(builder.with_telemetry(false).build()?)
    });
    environment.as_ref().map_err(Clone::clone)
}

/// Loads a model that computes with `threads` threads.
///
/// # Errors
/// A missing-model error when the file isn't there or isn't a model.
pub fn load(path: &Path, threads: usize) -> Result<Session> {
    let environment = environment()?;
    if !path.is_file() {
        return Err(Error::missing(format!("model file {} is not there", path.display()))
            .hint("`sottovoce models list` shows what is installed"));
    }
    let unusable = |e: String| {
        Error::missing(format!("model file {} can't be loaded: {e}", path.display()))
            .hint("it may be damaged: `sottovoce models verify` compares it with its checksum")
    };
    let build = || -> std::result::Result<Session, ort::Error> {
        let mut builder = Session::builder(environment)?
            .with_intra_threads(threads)?
            .with_inter_threads(1)?
            // Spinning pools of several sessions fight for the same cores (`shared/reference/peers.md` §1).
            .with_intra_op_spinning(false)?;
        builder.commit_from_file(path)
    };
    build().map_err(|e| unusable(e.to_string()))
}

/// A tensor on its way into or out of a model.
#[derive(Debug, Clone)]
pub enum Array {
    /// Numbers.
    F32(ArrayD<f32>),
    /// Ids and counts.
    I64(ArrayD<i64>),
}

impl Array {
    /// Zeros of an input's element type.
    pub fn zeros(like: &Shape, shape: &[usize]) -> Self {
        if like.is_integer { Self::I64(ArrayD::zeros(IxDyn(shape))) } else { Self::F32(ArrayD::zeros(IxDyn(shape))) }
    }
    /// The tensor as a value for a session.
    ///
    /// # Errors
    /// When ONNX Runtime refuses it.
    pub fn into_value(self) -> Result<DynValue> {
        fn value<T: ort::value::PrimitiveTensorElementType + Clone + std::fmt::Debug + 'static>(
            a: ArrayD<T>,
        ) -> Result<DynValue> {
            let shape: Vec<usize> = a.shape().to_vec();
            let data: Vec<T> = a.as_standard_layout().into_owned().into_raw_vec_and_offset().0;
            Ok(Tensor::from_array((shape, data))?.into_dyn())
        }
        match self {
            Self::F32(a) => value(a),
            Self::I64(a) => value(a),
        }
    }
    /// A copy of a value's tensor.
    ///
    /// # Errors
    /// When it is neither f32 nor i64.
    pub fn from_value(value: &DynValue) -> Result<Self> {
        match value.dtype() {
            ValueType::Tensor { ty: TensorElementType::Int64, .. } => {
                Ok(Self::I64(value.try_extract_array::<i64>()?.to_owned()))
            }
            _ => Ok(Self::F32(value.try_extract_array::<f32>()?.to_owned())),
        }
    }
}

/// An input's or output's declared shape.
#[derive(Debug, Clone)]
pub struct Shape {
    /// Its name.
    pub name: String,
    /// Dimensions; `None` where the model takes any.
    pub dims: Vec<Option<usize>>,
    /// 64-bit integers, else 32-bit floats.
    pub is_integer: bool,
}

/// The shapes a model declares.
pub fn shapes(outlets: &[Outlet]) -> Vec<Shape> {
    let shape = |o: &Outlet| match o.dtype() {
        ValueType::Tensor { ty, shape, .. } => Shape {
            name: o.name().to_owned(),
            dims: shape.iter().map(|&d| usize::try_from(d).ok()).collect(),
            is_integer: *ty == TensorElementType::Int64,
        },
        _ => Shape { name: o.name().to_owned(), dims: Vec::new(), is_integer: false },
    };
    outlets.iter().map(shape).collect()
}

/// Named inputs of one run.
pub type Inputs<'a> = Vec<(Cow<'a, str>, SessionInputValue<'a>)>;

/// Runs a model, and counts the time it takes.
///
/// # Errors
/// When the model fails.
pub fn run<'s>(session: &'s mut Session, inputs: Inputs) -> Result<SessionOutputs<'s>> {
    let start = std::time::Instant::now();
    let outputs = session.run(inputs)?;
    crate::metrics::get().model_seconds.inc_by(start.elapsed().as_secs_f64());
    Ok(outputs)
}

/// Takes an output by name.
///
/// # Errors
/// When the model gave none of that name.
pub fn output(outputs: &mut SessionOutputs<'_>, name: &str) -> Result<DynValue> {
    outputs.remove(name).ok_or_else(|| Error::failed(format!("the model gave no output `{name}`")))
}
