//! Turns a model folder into Whisper, and a window's features into what the encoder hears in them.
//!
//! Files as optimum, transformers.js and `models import` name them, in any number format; what differs between their
//! exporters (`shared/reference/models.md` §0, §1.2) is read from the files or tried out once.

use super::align;
use super::mel::MelBank;
use super::tokens::{Tokens, number, read_json};
use crate::error::{Error, Result};
use crate::metrics;
use crate::models::layout::need_file;
use crate::onnx::decoder::{Decoder, Run, Step};
use crate::onnx::{Array, Compute, Graph, Inputs};
use ndarray::{Array2, Array3, s};
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;

/// Frames of the window that tells whether the encoder takes short ones: 2 s.
pub const SHORT: usize = 200;

/// Whisper.
pub struct Model {
    encoder: Graph,
    pub(super) decoder: Decoder,
    /// What its tokens mean.
    pub tokens: Tokens,
    /// Its filters.
    pub bank: Arc<MelBank>,
    /// Frames of the longest window: 3000, which is 30 s.
    pub longest: usize,
    /// Whether the encoder takes shorter windows.
    pub takes_short: bool,
    /// Tokens that fit into the decoder: 448.
    pub positions: usize,
    /// Attention heads that follow the sound, where the export gives attention.
    pub(super) heads: Vec<(usize, usize)>,
    /// Decoder passes so far.
    pub passes: u64,
}

impl Model {
    /// Loads the encoder, the decoder and the tokens of a folder.
    ///
    /// # Errors
    /// A missing-model error when a file isn't there or isn't Whisper's.
    pub fn load(folder: &Path, compute: Compute) -> Result<Self> {
        let config = read_json(&folder.join("config.json"))?;
        if let Some(kind) = config["model_type"].as_str().filter(|kind| *kind != "whisper") {
            return Err(Error::missing(format!("{} is a `{kind}` model, not Whisper", folder.display()))
                .hint("`recognise.backend = \"auto\"` chooses the backend by the model's files"));
        }
        let encoder = Graph::load(&need_file(folder, "encoder_model")?, compute)?;
        encoder.demand(&["input_features"], &[])?;
        let decoder = Decoder::load(folder, compute)?;
        let tokens = Tokens::load(folder)?;
        // A tokenizer of another model would write nonsense, or nothing.
        if let Some(vocabulary) = decoder.vocabulary().filter(|v| *v <= tokens.timestamps as usize) {
            let message = format!("{}: the model has {vocabulary} tokens, its tokenizer.json more", folder.display());
            return Err(Error::missing(message).hint("tokenizer.json belongs to another model"));
        }
        let field = |key: &str| number(&config[key]).map(|n| n as usize);
        let dims: [Option<usize>; 2] =
            [1, 2].map(|axis| encoder.input("input_features").and_then(|i| i.dims.get(axis).copied().flatten()));
        let bins = dims[0].or(field("num_mel_bins")).unwrap_or(80);
        if !matches!(bins, 80 | 128) {
            return Err(encoder.error(format!("it wants {bins} mel bins; Whisper has 80 or 128")));
        }
        let longest = dims[1].unwrap_or(2 * field("max_source_positions").unwrap_or(1_500));
        let heads = heads(&config, &read_json(&folder.join("generation_config.json")).unwrap_or_default());
        let has_attention = decoder.has_attention();
        let mut model = Self {
            encoder,
            decoder,
            tokens,
            bank: Arc::new(MelBank::new(bins)),
            longest,
            takes_short: false,
            positions: field("max_target_positions").unwrap_or(448),
            heads: if has_attention { heads } else { Vec::new() },
            passes: 0,
        };
        // Old exports declare any length, too, and refuse all but one.
        model.takes_short = dims[1].is_none() && model.longest > SHORT && model.hears_short();
        Ok(model)
    }

    fn hears_short(&mut self) -> bool {
        let silence = Array2::zeros((self.bank.bins(), SHORT));
        self.encode(&[silence]).is_ok()
    }

    /// What the encoder hears in windows `[bins, frames]` of one length.
    ///
    /// # Errors
    /// When the model fails.
    pub fn encode(&mut self, windows: &[Array2<f32>]) -> Result<Run> {
        let (bins, frames) = windows.first().map_or((0, 0), Array2::dim);
        let mut features = Array3::zeros((windows.len(), bins, frames));
        for (row, window) in windows.iter().enumerate() {
            if window.dim() != (bins, frames) {
                return Err(Error::failed("windows of unequal length"));
            }
            features.slice_mut(s![row, .., ..]).assign(window);
        }
        let mut inputs = Inputs::new();
        self.encoder.bind(&mut inputs, "input_features", Array::F32(features.into_dyn()))?;
        self.decoder.begin(&mut self.encoder.run(inputs)?, None)
    }

    /// One step of the decoder, counted.
    pub(super) fn step(&mut self, run: &mut Run, tokens: &Array2<i64>) -> Result<Step> {
        self.count(run, tokens);
        self.decoder.step(run, tokens)
    }

    /// The same without its output layer, where that is a file of its own.
    pub(super) fn advance(&mut self, run: &mut Run, tokens: &Array2<i64>) -> Result<Step> {
        self.count(run, tokens);
        self.decoder.advance(run, tokens)
    }

    fn count(&mut self, run: &Run, tokens: &Array2<i64>) {
        let passes = if self.decoder.takes_several(run) { 1 } else { tokens.ncols() as u64 };
        self.passes += passes;
        metrics::get().decoder_steps.with_label_values(&["asr"]).inc_by(passes);
    }

    /// Whether the export gives the attention that word times are read from.
    pub fn gives_attention(&self) -> bool {
        !self.heads.is_empty()
    }
}

/// The alignment heads: as published, or by the model's sizes, or all of the last half of the layers. `config.json` is
/// asked first for the sizes, so that heads beyond them are not believed.
fn heads(config: &Value, generation: &Value) -> Vec<(usize, usize)> {
    let size = |key: &str| number(&config[key]).unwrap_or(0);
    let (layers, heads) = (size("decoder_layers") as usize, size("decoder_attention_heads") as usize);
    let pair = |v: &Value| Some((number(&v[0])? as usize, number(&v[1])? as usize));
    let listed = generation["alignment_heads"].as_array().into_iter().flatten().filter_map(pair);
    let listed: Vec<(usize, usize)> = listed.filter(|(layer, head)| *layer < layers && *head < heads).collect();
    match align::known_heads(layers, heads, size("vocab_size") as usize) {
        _ if !listed.is_empty() => listed,
        Some(known) => known.to_vec(),
        None => align::default_heads(layers, heads),
    }
}
