//! Tries out whether a decoder takes several tokens at once when it has a cache.
//!
//! Many published files accept them and answer wrongly without an error, since their exporter traced a single token
//! and no mask among several (`shared/reference/models.md` §0.2). No name or version tells, so it is measured.

use super::{Decoder, Run};
use crate::error::Result;
use crate::onnx::{Array, Shape};
use ndarray::{Array2, Array3, ArrayD, Axis, IxDyn, concatenate, s};
use std::sync::Arc;

/// Ordinary pieces in every vocabulary we know: behind the marks, before the languages. None of them is padding, which
/// the M2M100 family would not count as a position.
const TOKENS: [i64; 4] = [4, 5, 6, 7];
/// Encoder states to look at, where the file takes any number.
const LENGTH: usize = 8;
/// How far (relative to the spread of the logits) right answers may be apart: what 16-bit floats make of it.
const NEAR: f32 = 1e-2;
/// In 8-bit files every pass rounds by its own scale, so passes of one token are compared as well; several at once may
/// be so many times further off. Measured wrong answers are off by 0.5 and more in 32-bit files.
const NOISE: f32 = 2.0;

impl Decoder {
    /// Compares four tokens at once without a cache, one and three with it, and one by one.
    pub(super) fn takes_several_tokens(&mut self) -> Result<bool> {
        let cached = self.next.as_ref().unwrap_or(&self.first);
        if cached.input("input_ids").is_some_and(|i| i.dims.get(1) == Some(&Some(1))) {
            return Ok(false);
        }
        // Who prepared it has tried it out, and would have declared one token.
        if self.is_prepared {
            return Ok(true);
        }
        let Some(run) = self.blank()? else { return Ok(false) };
        let whole = self.feed(run.clone(), &[4])?;
        let single = self.feed(run.clone(), &[1, 1, 1, 1])?;
        // A file that refuses several tokens has answered as well.
        let Ok(several) = self.feed(run, &[1, 3]) else { return Ok(false) };
        let (noise, distance) = (distance(&whole, &single), distance(&whole, &several));
        let answer = distance <= NEAR + NOISE * noise;
        tracing::debug!(distance, noise, answer, "several tokens at once with a cache");
        Ok(answer)
    }

    /// Feeds the tokens in pieces of these sizes. -> the logits after each.
    fn feed(&mut self, mut run: Run, sizes: &[usize]) -> Result<Array3<f32>> {
        let mut all = Vec::new();
        for &size in sizes {
            let start = run.length();
            let tokens = Array2::from_shape_fn((1, size), |(_, i)| TOKENS[start + i]);
            all.push(self.pass(&mut run, tokens.view())?.logits);
        }
        let views: Vec<_> = all.iter().map(|logits| logits.view()).collect();
        concatenate(Axis(1), &views).map_err(super::run::unequal)
    }

    /// A run over noise in place of an encoder's states; none where the file doesn't say how wide they are.
    fn blank(&self) -> Result<Option<Run>> {
        let mut run = Run::default();
        let Some(input) = self.first.input("encoder_hidden_states") else { return Ok(None) };
        let [length, width] = [1, 2].map(|axis| input.dims.get(axis).copied().flatten());
        let (length, Some(width)) = (length.unwrap_or(LENGTH), width) else { return Ok(None) };
        run.states = Some(Arc::new(noise(input, &[1, length, width])?));
        run.mask = Some(Arc::new(Array2::ones((1, length))));
        run.number_rows();
        Ok(Some(run))
    }
}

/// Numbers between -1 and 1 without a pattern, the same every time.
fn noise(input: &Shape, shape: &[usize]) -> Result<ort::value::DynValue> {
    let mut random = fastrand::Rng::with_seed(1);
    let numbers = ArrayD::from_shape_simple_fn(IxDyn(shape), || random.f32() * 2.0 - 1.0);
    Array::F32(numbers).into_value_for(input)
}

/// How far apart two sets of logits are, relative to their spread; the first token's never differ.
fn distance(a: &Array3<f32>, b: &Array3<f32>) -> f32 {
    let (a, b) = (a.slice(s![.., 1.., ..]), b.slice(s![.., 1.., ..]));
    let difference = (&a - &b).mapv(|d| d * d).mean().unwrap_or(f32::NAN);
    (difference / a.var(0.0).max(f32::MIN_POSITIVE)).sqrt()
}
