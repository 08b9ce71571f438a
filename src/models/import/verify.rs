//! Proves a prepared model by running it beside the original on the same input.
//!
//! The encoder on a whole window, the decoder on a few tokens: all at once, and one by one (exporters differ in whether
//! several tokens behind a cache are right, `shared/reference/models.md` §0.2; one by one must be).

use crate::error::{Error, Result};
use crate::models::layout::{Layout, need_file};
use crate::onnx::head::HIDDEN;
use crate::onnx::{self, Array, Compute, Inputs, Shape};
use ndarray::{ArrayD, Axis, IxDyn, Slice};
use ort::session::{Session, SessionOutputs};
use ort::value::DynValue;
use std::collections::HashMap;
use std::path::Path;

/// Exactness of what should be equal: the order of sums differs, nothing else. Relative to the greatest value.
const EXACT: f32 = 1e-3;
/// Bytes may be off by so much, root mean square against root mean square. Random weights, which are the worst case
/// (`shared/reference/models.md` §1.6), were off by 0.05 to 0.2; a wrong graph is off by 1 and more.
const ROUGH: f32 = 0.5;
/// Tokens that any model has.
const TOKENS: [i64; 4] = [2, 5, 7, 4];

/// What a comparison found.
pub struct Verdict {
    /// In words.
    pub line: String,
    /// Whether the decoder takes several tokens at once, too.
    pub takes_several: bool,
}

/// Runs both and says how far they are apart.
///
/// # Errors
/// When one doesn't run, or they are too far apart.
pub fn verify(original: &Path, prepared: &Path, layout: Layout, is_int8: bool) -> Result<Verdict> {
    let mut before = onnx::load(&need_file(original, "encoder_model")?, Compute::cpu(1))?;
    let mut input = encoder_input(&before, original, layout)?;
    let hidden = run(&mut before, &input)?.float("last_hidden_state")?;
    drop(before);
    let mut after = onnx::load(&prepared.join("encoder_model.onnx"), Compute::cpu(1))?;
    let encoded = run(&mut after, &input)?;
    let encoder = distance(&hidden, &encoded.float("last_hidden_state")?, is_int8);
    if layout == Layout::Whisper {
        short(&mut after, &mut input)?;
    }
    drop(after);

    let expected = first_pass(original, &hidden, &input)?;
    let mut step = onnx::load(&prepared.join("decoder_model_prepared.onnx"), Compute::cpu(1))?;
    let mut at_once = decode(&mut step, &encoded, &input, TOKENS.len())?;
    let mut one_by_one = decode(&mut step, &encoded, &input, 1)?;
    let head = prepared.join("lm_head.onnx");
    if head.is_file() {
        drop(step);
        let mut head = onnx::load(&head, Compute::cpu(1))?;
        for states in [&mut at_once, &mut one_by_one] {
            let input: Named = [(HIDDEN, Array::F32(std::mem::take(states)))].into();
            *states = run(&mut head, &input)?.float("logits")?;
        }
    }
    let (many, single) = (distance(&expected, &at_once, is_int8), distance(&expected, &one_by_one, is_int8));
    let limit = if is_int8 { ROUGH } else { EXACT };
    if encoder > limit || single > limit {
        let message =
            format!("the prepared model computes something else (encoder {encoder:.1e}, decoder {single:.1e} off)");
        let hint = match is_int8 {
            true => "import it with `--precision keep`",
            false => "use the original folder as it is: `model = \"DIR\"` in the pipeline file",
        };
        return Err(Error::failed(message).hint(hint));
    }
    let takes_several = many <= limit.min(2.0 * single + EXACT);
    let several = if takes_several { "" } else { "; it takes one token at a time, as its exporter meant it" };
    let line = format!("equal to the original within {encoder:.1e} (encoder) and {single:.1e} (decoder){several}");
    Ok(Verdict { line, takes_several })
}

type Named = HashMap<&'static str, Array>;

/// A window of something like sound, or a few tokens.
fn encoder_input(encoder: &Session, folder: &Path, layout: Layout) -> Result<Named> {
    if layout == Layout::Seq2Seq {
        let ids = ArrayD::from_shape_vec(IxDyn(&[1, 6]), vec![3, 5, 8, 6, 4, 2]);
        let ids = ids.map_err(|e| Error::failed(e.to_string()))?;
        let mask = ArrayD::from_elem(IxDyn(&[1, 6]), 1);
        let both = [("input_ids", Array::I64(ids)), ("attention_mask", Array::I64(mask.clone()))];
        return Ok(both.into_iter().chain([("encoder_attention_mask", Array::I64(mask))]).collect());
    }
    let mels = onnx::shapes(encoder.inputs()).first().and_then(|i| i.dims.get(1).copied().flatten());
    let mels = mels.or(super::config(folder)["num_mel_bins"].as_u64().map(|n| n as usize)).unwrap_or(80);
    let frames = 2 * super::positions(folder) as usize;
    let wave = |at: IxDyn| ((at[1] * 7 + at[2] * 3) as f32 * 0.013).sin() * 0.5 + ((at[2] % 97) as f32 / 97.0 - 0.5);
    let features = ArrayD::from_shape_fn(IxDyn(&[1, mels, frames]), wave);
    Ok([("input_features", Array::F32(features))].into())
}

/// A prepared encoder must take less than 30 s, and give as many positions as half the frames.
fn short(encoder: &mut Session, input: &mut Named) -> Result<()> {
    let Some(Array::F32(features)) = input.get_mut("input_features") else { return Ok(()) };
    let frames = 200.min(features.len_of(Axis(2)));
    let cut = features.slice_axis(Axis(2), Slice::from(..frames)).to_owned();
    let hidden = run(encoder, &[("input_features", Array::F32(cut))].into())?.float("last_hidden_state")?;
    match hidden.shape() {
        [1, positions, _] if *positions == frames / 2 => Ok(()),
        shape => Err(Error::failed(format!("a short window of {frames} frames came out as {shape:?}"))),
    }
}

/// The original's logits for the tokens, without a cache.
fn first_pass(folder: &Path, hidden: &ArrayD<f32>, input: &Named) -> Result<ArrayD<f32>> {
    let file = super::original_decoder(folder).ok_or_else(|| Error::missing("there is no decoder"))?;
    let mut session = onnx::load(&file, Compute::cpu(1))?;
    let ids = ArrayD::from_shape_vec(IxDyn(&[1, TOKENS.len()]), TOKENS.to_vec());
    let mut named: Named = input.clone();
    named.insert("input_ids", Array::I64(ids.map_err(|e| Error::failed(e.to_string()))?));
    named.insert("encoder_hidden_states", Array::F32(hidden.clone()));
    named.insert("use_cache_branch", Array::Bool(ArrayD::from_elem(IxDyn(&[1]), false)));
    named.insert("cache_position", Array::I64((0..TOKENS.len() as i64).collect::<ndarray::Array1<_>>().into_dyn()));
    run(&mut session, &named)?.float("logits")
}

/// The prepared decoder's logits for the tokens, `at_once` of them in each step, from an empty cache.
fn decode(session: &mut Session, encoded: &Outputs, input: &Named, at_once: usize) -> Result<ArrayD<f32>> {
    let mut logits: Vec<ArrayD<f32>> = Vec::new();
    let mut past: HashMap<String, DynValue> = HashMap::new();
    for (step, tokens) in TOKENS.chunks(at_once).enumerate() {
        let ids = ArrayD::from_shape_vec(IxDyn(&[1, tokens.len()]), tokens.to_vec());
        let mut named: Named = input.clone();
        named.insert("input_ids", Array::I64(ids.map_err(|e| Error::failed(e.to_string()))?));
        let from = (step * at_once) as i64;
        let positions = from..from + tokens.len() as i64;
        named.insert("cache_position", Array::I64(positions.collect::<ndarray::Array1<_>>().into_dyn()));
        named.insert("encoder_hidden_states", Array::F32(encoded.float("last_hidden_state")?));
        let outputs = run_with(session, &named, |name| {
            let present = name.replacen("past_key_values.", "present.", 1);
            past.get(&present).or_else(|| encoded.0.get(&present))
        })?;
        // A decoder without its output layer gives what that reads.
        logits.push(outputs.float("logits").or_else(|_| outputs.float(HIDDEN))?);
        past = outputs.0.into_iter().filter(|(name, _)| name.starts_with("present.")).collect();
    }
    let views: Vec<_> = logits.iter().map(|l| l.view()).collect();
    ndarray::concatenate(Axis(1), &views).map_err(|e| Error::failed(e.to_string()))
}

/// A run's outputs by name.
struct Outputs(HashMap<String, DynValue>);

impl Outputs {
    fn float(&self, name: &str) -> Result<ArrayD<f32>> {
        Array::floats(self.0.get(name).ok_or_else(|| Error::failed(format!("the model gave no output `{name}`")))?)
    }
}

fn run(session: &mut Session, named: &Named) -> Result<Outputs> {
    run_with(session, named, |_| None)
}

/// Runs a model on what it wants of these inputs; an input that nobody has is an empty cache.
fn run_with<'a>(
    session: &mut Session,
    named: &Named,
    cached: impl Fn(&str) -> Option<&'a DynValue>,
) -> Result<Outputs> {
    let mut inputs: Inputs = Vec::new();
    for shape in onnx::shapes(session.inputs()) {
        let value = match (named.get(shape.name.as_str()), cached(&shape.name)) {
            (Some(array), _) => array.clone().into_value_for(&shape)?.into(),
            (None, Some(value)) => value.into(),
            (None, None) => empty(&shape).into_value_for(&shape)?.into(),
        };
        inputs.push((shape.name.into(), value));
    }
    let outputs: SessionOutputs = onnx::run(session, inputs)?;
    Ok(Outputs(outputs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()))
}

fn empty(shape: &Shape) -> Array {
    let dim = |(i, d): (usize, &Option<usize>)| d.unwrap_or(if i == 0 { 1 } else { 0 });
    Array::zeros(shape, &shape.dims.iter().enumerate().map(dim).collect::<Vec<_>>())
}

/// How far apart: the greatest difference against the greatest value, or, for bytes, root mean square against it.
fn distance(a: &ArrayD<f32>, b: &ArrayD<f32>, is_int8: bool) -> f32 {
    if a.shape() != b.shape() {
        return f32::INFINITY;
    }
    let differences = a.iter().zip(b).map(|(a, b)| a - b);
    if is_int8 {
        let square = |sum: f32, v: f32| sum + v * v;
        return (differences.fold(0.0, square) / a.iter().copied().fold(1e-12, square)).sqrt();
    }
    let most = |m: f32, v: f32| if v.is_nan() { f32::INFINITY } else { m.max(v.abs()) };
    differences.fold(0.0, most) / a.iter().copied().fold(1e-12, most)
}
