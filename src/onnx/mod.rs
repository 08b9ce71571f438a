//! Turns a model file into an ONNX Runtime session: finds the library, sets threads, names what is wrong.
//!
//! The library is loaded at run time (`shared/reference/stack.md` §2), so the build needs none. Used by `asr`, `mt`, `tts`.

pub mod decoder;
mod graph;
pub mod head;
pub mod proto;
mod tensor;
pub mod weights;

pub use graph::Graph;
pub use tensor::{Array, Shape, shapes};

use crate::error::{Error, Result};
use ort::environment::Environment;
use ort::ep::{self, ExecutionProvider};
use ort::logging::LogLevel;
use ort::session::{Session, SessionInputValue, SessionOutputs};
use ort::value::DynValue;
use serde::{Deserialize, Serialize};
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

/// Where a model computes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Device {
    /// The processor.
    #[default]
    Cpu,
    /// An NVIDIA card, where ONNX Runtime and the driver allow it; else the processor, and a warning says why.
    Cuda,
}

/// What a model may compute with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compute {
    /// Threads of one model call.
    pub threads: usize,
    /// Where.
    pub device: Device,
}

impl Compute {
    /// The processor, with so many threads.
    pub fn cpu(threads: usize) -> Self {
        Self { threads, device: Device::Cpu }
    }
}

/// Loads a model.
///
/// # Errors
/// A missing-model error when the file isn't there or isn't a model.
pub fn load(path: &Path, compute: Compute) -> Result<Session> {
    let environment = environment()?;
    if !path.is_file() {
        return Err(Error::missing(format!("model file {} is not there", path.display()))
            .hint("`sottovoce models list` shows what is installed"));
    }
    let unusable = |e: String| {
        // What a newer exporter writes is not damaged.
        let is_newer =
            ["pset", "IR version", "ir_version", "is not a registered function"].iter().any(|w| e.contains(w));
        let hint = match is_newer {
            true => "it was exported for a newer ONNX Runtime: point ORT_DYLIB_PATH at one, or export it for opset 18",
            false => {
                "it may be damaged: `sottovoce models verify` compares it with its checksum, `models pull` fetches it"
            }
        };
        Error::missing(format!("model file {} can't be loaded: {e}", path.display())).hint(hint)
    };
    let build = || -> std::result::Result<Session, ort::Error> {
        let mut builder = Session::builder(environment)?
            .with_intra_threads(compute.threads)?
            .with_inter_threads(1)?
            // What fails is told by us; what is only tried out may fail.
            .with_log_level(LogLevel::Fatal)?
            // Spinning pools of several sessions fight for the same cores (`shared/reference/peers.md` §1).
            .with_intra_op_spinning(false)?;
        if compute.device == Device::Cuda
            && let Err(e) = ep::CUDA::default().register(&mut builder)
        {
            warn_without_cuda(&e.to_string());
        }
        builder.commit_from_file(path)
    };
    build().map_err(|e| unusable(e.to_string()))
}

/// Says once why the processor computes although the card was asked for.
fn warn_without_cuda(why: &str) {
    static SAID: std::sync::Once = std::sync::Once::new();
    let why = why.lines().next().unwrap_or(why);
    SAID.call_once(|| {
        tracing::warn!(
            "device = \"cuda\" can't be used, the processor computes instead: {why}; it needs an ONNX Runtime with CUDA \
             (point ORT_DYLIB_PATH at that of the Python package onnxruntime-gpu) and NVIDIA's driver"
        );
    });
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
