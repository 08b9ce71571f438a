//! Turns what a model file declares into how it is fed: chunk sizes from its metadata, states from its inputs and outputs.
//!
//! Two published contracts, told apart by the name of the audio input (`shared/reference/models.md` §4.1, §4.2):
//! - zipformer2 (icefall): `x [N, T, 80]`, states `name` → `new_name`; metadata `T` and `decode_chunk_len`;
//! - NeMo's cache-aware FastConformer: `audio_signal [B, 80, T]`, `length [B]`, states `name` → `name_next`; metadata
//!   `window_size` and `chunk_shift`, and the states' sizes, which the file leaves open.

use crate::error::{Error, Result};
use crate::onnx::Shape;
use ort::session::Session;
use std::collections::HashMap;

/// How a model eats frames of features.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chunk {
    /// Frames it looks at.
    pub window: usize,
    /// Frames it moves on.
    pub shift: usize,
    /// Frames of zeros before the first.
    pub lead: usize,
    /// Frames of silence that bring out the last word.
    pub tail: usize,
}

/// Values in a state of one stream. The largest published one has 24 layers, 70 frames and 1024 values: 1.7 million.
const MOST_VALUES: usize = 1 << 27;

/// A state: how it goes in, its size for one stream, and what comes out for it.
pub struct State {
    pub input: Shape,
    pub dims: Vec<usize>,
    pub output: String,
    pub batch_axis: Option<usize>,
}

impl State {
    /// Finds what comes out for this input.
    ///
    /// # Errors
    /// A missing-model error when nothing does, or its size is nowhere said.
    pub fn of(input: Shape, outputs: &[Shape], metadata: &Metadata) -> Result<Self> {
        // An output belongs to the state whose name it has, apart from the word that says it is the next one.
        let belongs = |o: &&Shape| {
            o.name.strip_prefix("new_") == Some(&input.name)
                || o.name.contains("_next") && o.name.replacen("_next", "", 1) == input.name
        };
        let Some(output) = outputs.iter().find(belongs) else {
            return Err(Error::missing(format!(
                "its input `{0}` is no state: no output is `new_{0}` or `{0}_next`",
                input.name
            ))
            .hint("only models whose inputs are sound and states can be run"));
        };
        if output.is_integer() != input.is_integer() {
            return Err(Error::missing(format!("its state `{}` changes its element type", input.name)));
        }
        let batch_axis = input.dims.iter().position(Option::is_none);
        let size = |(axis, dim): (usize, &Option<usize>)| match dim {
            Some(size) => Ok(*size),
            None if Some(axis) == batch_axis => Ok(1),
            None => metadata.need(&format!("{}_dim{axis}", input.name)),
        };
        let dims = input.dims.iter().enumerate().map(size).collect::<Result<Vec<_>>>()?;
        if dims.iter().try_fold(1usize, |n, dim| n.checked_mul(*dim)).is_none_or(|n| n > MOST_VALUES) {
            return Err(Error::missing(format!("its state `{}` is impossibly large: {dims:?}", input.name)));
        }
        Ok(Self { dims, output: output.name.clone(), batch_axis, input })
    }
}

/// What the exporter wrote beside the graph.
pub struct Metadata(HashMap<String, String>);

impl Metadata {
    /// Reads it.
    ///
    /// # Errors
    /// When ONNX Runtime can't.
    pub fn of(session: &Session) -> Result<Self> {
        let metadata = session.metadata()?;
        let entry = |key: String| metadata.custom(&key).map(|value| (key, value));
        Ok(Self(metadata.custom_keys()?.into_iter().filter_map(entry).collect()))
    }

    fn number(&self, key: &str) -> Option<usize> {
        self.0.get(key)?.trim().parse().ok().filter(|n| *n < 1 << 20)
    }

    fn need(&self, key: &str) -> Result<usize> {
        self.number(key).ok_or_else(|| {
            Error::missing(format!("its metadata lacks `{key}`"))
                .hint("sherpa-onnx's and icefall's export scripts write it; plain exports don't have it")
        })
    }

    /// icefall's.
    ///
    /// # Errors
    /// A missing-model error when something is not there or impossible.
    pub fn zipformer(&self) -> Result<Chunk> {
        if let Some(feature) = self.0.get("feature") {
            return Err(Error::missing(format!(
                "it wants the features `{feature}`, which streaming models don't get here"
            ))
            .hint("choose a zipformer trained on filterbank features (`fbank`), as most are"));
        }
        let (window, shift) = (self.need("T")?, self.need("decode_chunk_len")?);
        checked(Chunk { window, shift, lead: 0, tail: self.number("tail_frames").unwrap_or(TAIL) })
    }

    /// NeMo's windows begin with frames of the chunk before (`pre_encode_cache_size`); before the first chunk those are
    /// zeros, as the convolutions' padding was in training (`CacheAwareStreamingAudioBuffer`, `pad_and_drop_preencoded`).
    ///
    /// # Errors
    /// As above.
    pub fn nemo(&self) -> Result<Chunk> {
        if let Some(normalise) = self.0.get("normalize_type").filter(|t| !t.is_empty() && *t != "NA") {
            let what = format!("its features are to be normalised `{normalise}`, which needs the whole utterance");
            return Err(Error::missing(what).hint("choose a streaming model"));
        }
        let (window, shift) = (self.need("window_size")?, self.need("chunk_shift")?);
        checked(Chunk { window, shift, lead: window.saturating_sub(shift), tail: TAIL })
    }
}

/// sherpa-onnx's habit: 0.3 s of silence.
const TAIL: usize = 30;

fn checked(chunk: Chunk) -> Result<Chunk> {
    if chunk.shift == 0 || chunk.window < chunk.shift {
        let Chunk { window, shift, .. } = chunk;
        return Err(Error::missing(format!(
            "its metadata is wrong: it moves {shift} frames on in a window of {window}"
        ))
        .hint("export it again with the publisher's script"));
    }
    Ok(chunk)
}
