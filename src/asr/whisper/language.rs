//! Turns what the encoder hears into the language that is spoken: one decoder step after the start token.

use super::model::Model;
use super::search::log_sum_exp;
use crate::error::Result;
use crate::onnx::decoder::Run;
use ndarray::{Array2, Axis};

/// A language that is likelier than this is believed (faster-whisper's threshold).
pub const SURE: f32 = 0.5;
/// Frames of sound that it takes to be sure: 2 s (`shared/reference/models.md` §7: 1 to 3 s).
pub const ENOUGH: usize = 200;

/// What language a window is in.
#[derive(Debug, Clone, PartialEq)]
pub struct Guess {
    /// The likeliest language's token.
    pub token: u32,
    /// Its probability among all languages.
    pub p: f32,
    /// The probability of each, in the order of [`Tokens::languages`](super::tokens::Tokens::languages).
    pub all: Vec<f32>,
}

impl Model {
    /// The language of each row; nothing where the model knows English only.
    ///
    /// # Errors
    /// When the model fails.
    pub fn guess_languages(&mut self, sound: &Run) -> Result<Vec<Option<Guess>>> {
        if self.tokens.languages.is_empty() {
            return Ok(vec![None; sound.rows()]);
        }
        let start = Array2::from_elem((sound.rows(), 1), i64::from(self.tokens.start));
        let step = self.step(&mut sound.clone(), &start)?;
        let guess = |logits: ndarray::ArrayView1<'_, f32>| {
            let of = |(_, id): &(String, u32)| logits.get(*id as usize).copied().unwrap_or(f32::NEG_INFINITY);
            let logits: Vec<f32> = self.tokens.languages.iter().map(of).collect();
            let norm = log_sum_exp(&logits);
            let all: Vec<f32> = logits.iter().map(|l| (l - norm).exp()).collect();
            let best = all.iter().enumerate().filter(|(_, p)| !p.is_nan()).reduce(|a, b| if b.1 > a.1 { b } else { a });
            best.map(|(i, p)| Guess { token: self.tokens.languages[i].1, p: *p, all: all.clone() })
        };
        let last = step.last();
        Ok(last.axis_iter(Axis(0)).map(guess).collect())
    }
}
