//! A CTC model's folder -> a streaming recogniser: each frame holds log-probabilities of the pieces.

use super::super::beam::CtcBeam;
use super::super::ctc::{CtcGreedy, Decode};
use super::super::hot_words::HotWords;
use super::super::ngram::Ngram;
use super::super::tokens::Tokens;
use super::model::ChunkModel;
use super::{Head, Streaming};
use crate::error::{Error, Result};
use crate::models::layout;
use crate::onnx::Compute;
use crate::text::Hypothesis;
use ndarray::ArrayView3;
use std::path::Path;
use std::sync::Arc;

/// Decodes each stream's frames by itself: greedily, or weighed by a language model where the folder has one, and
/// by hot words where the session has any.
pub struct Ctc {
    tokens: Arc<Tokens>,
    lm: Option<Arc<Ngram>>,
}

impl Streaming<Ctc> {
    /// Loads `model.onnx` (or the only other `*.onnx`), `tokens.txt` and, if it is there, `lm.arpa` or `lm.arpa.gz` of a folder.
    ///
    /// # Errors
    /// A missing-model error when a file isn't there or keeps no known contract.
    pub fn load(folder: &Path, compute: Compute) -> Result<Self> {
        let usual = folder.join("model.onnx");
        let path = if usual.is_file() { usual } else { layout::need_part(folder, "")? };
        let model = ChunkModel::load(&path, compute)?;
        let list = layout::tokens_file(folder)?;
        let tokens = Arc::new(Tokens::load(&list)?);
        if let Some(width) = model.width().filter(|width| *width != tokens.len()) {
            let what =
                format!("{} has {} pieces and {} tells {width} apart", list.display(), tokens.len(), path.display());
            return Err(Error::missing(what).hint("both files must come from one CTC model"));
        }
        let lm = Ngram::find(folder).map(|path| Ngram::load(&path, &tokens)).transpose()?.map(Arc::new);
        Ok(Self::new(model, Ctc { tokens, lm }))
    }
}

impl Head for Ctc {
    type Stream = Box<dyn Decode>;

    fn start(&self, hot_words: Option<Arc<HotWords>>) -> Self::Stream {
        if self.lm.is_none() && hot_words.is_none() {
            return Box::new(CtcGreedy::new(self.tokens.clone()));
        }
        Box::new(CtcBeam::new(self.tokens.clone(), self.lm.clone(), hot_words))
    }

    fn push(&mut self, frames: ArrayView3<f32>, streams: &mut [&mut Self::Stream], samples: u64) -> Result<()> {
        for (frames, stream) in frames.outer_iter().zip(streams) {
            for frame in frames.outer_iter() {
                stream.push(&frame.to_vec(), samples);
            }
        }
        Ok(())
    }

    fn hypothesis(&self, stream: &Self::Stream, is_done: bool) -> Hypothesis {
        stream.hypothesis(is_done)
    }
}
