//! Turns decoded windows into words with times: one decoder pass over their text, where the export gives its attention.
//!
//! As OpenAI's `find_alignment` does it: the text is given again, without times, and where the alignment heads look tells
//! where its tokens are heard. Other exports say no more than the segments' times.

use super::align;
use super::model::Model;
use super::search::log_sum_exp;
use super::segments::{Segment, Segments};
use super::text::Piece;
use super::tokens::Prompt;
use super::words::{self, Spoken};
use crate::error::{Error, Result};
use crate::onnx::decoder::{Run, Step};
use ndarray::{Array2, Array3, ArrayD, Axis, Ix4, s, stack};

/// Tokens of one alignment pass, over all its rows: the logits of each are 50 thousand numbers.
const MOST_TOKENS: usize = 256;

/// A decoded window.
pub struct Window {
    /// Its text's tokens, without times.
    pub text: Vec<u32>,
    /// The probability of each.
    pub ps: Vec<f32>,
    /// Its segments.
    pub segments: Segments,
    /// The token of its language.
    pub language: Option<u32>,
    /// What was heard, `[bins, frames]`.
    pub features: Array2<f32>,
    /// Frames of it that are not padding.
    pub frames: usize,
    /// Where the last word before it ended, in its seconds: zero or less.
    pub last_speech: f64,
}

impl Model {
    /// The words of windows, one for each row of `sound`.
    ///
    /// # Errors
    /// When the model fails.
    pub fn time_words(&mut self, sound: &Run, windows: &[Window]) -> Result<Vec<Vec<Spoken>>> {
        let is_mute = windows.iter().all(|w| w.text.is_empty());
        if !is_mute && self.gives_attention() {
            let aligned = self.align(sound, windows)?.into_iter().zip(windows);
            return Ok(aligned.map(|(words, w)| words::tidy(words, &segments(w), w.last_speech)).collect());
        }
        let shared_out = |w: &Window| {
            let voiced = words::voiced(&w.features, w.frames);
            words::shared_out(self.pieces(w), &segments(w), &voiced, &w.ps)
        };
        Ok(windows.iter().map(shared_out).collect())
    }

    fn pieces(&self, window: &Window) -> Vec<Piece> {
        let code = self.tokens.languages.iter().find(|(_, id)| Some(*id) == window.language);
        self.tokens.words(&window.text, code.map_or("en", |(code, _)| code))
    }

    /// The words of windows as the attention places them, marks still by themselves.
    ///
    /// # Errors
    /// When the model fails.
    pub fn align(&mut self, sound: &Run, windows: &[Window]) -> Result<Vec<Vec<Spoken>>> {
        let mut all = Vec::new();
        let given: Vec<(usize, Vec<u32>)> = windows.iter().map(|w| self.given(w)).collect();
        let longest = given.iter().map(|(_, g)| g.len()).max().unwrap_or(1);
        let rows: Vec<usize> = (0..windows.len()).collect();
        for rows in rows.chunks((MOST_TOKENS / longest).max(1)) {
            let mut run = sound.clone();
            run.select(rows)?;
            // No token sees those after it, so what fills the shorter ones up makes no difference.
            let token = |row: usize, i: usize| given[rows[row]].1.get(i).copied().unwrap_or(self.tokens.end);
            let tokens = Array2::from_shape_fn((rows.len(), longest), |(row, i)| i64::from(token(row, i)));
            let step = self.step(&mut run, &tokens)?;
            let attention = step.attention()?;
            for (row, &window) in rows.iter().enumerate() {
                let (begin, given) = &given[window];
                let heads = self.alignment_heads(&attention, row, given.len())?;
                let frames = windows[window].frames / 2;
                // From the mark before the text to its last token: the step that hears a token is the one that writes it.
                let rows = *begin..given.len() - 1;
                let attended = align::attended(heads.view(), frames, rows.clone());
                let begins = align::token_times(heads.view(), frames, rows);
                let ps = self.probabilities(&step, row, *begin, &windows[window].text);
                all.push(words::aligned(self.pieces(&windows[window]), &begins, &attended, &ps));
            }
        }
        Ok(all)
    }

    /// Where the alignment heads look in a row: `[heads, tokens, frames]` of the layers' `[rows, heads, tokens, frames]`.
    fn alignment_heads(&self, attention: &[ArrayD<f32>], row: usize, tokens: usize) -> Result<Array3<f32>> {
        let views = self.heads.iter().map(|&(layer, head)| {
            let layer = attention.get(layer)?.view().into_dimensionality::<Ix4>().ok()?;
            let (rows, heads, length, _) = layer.dim();
            (row < rows && head < heads && tokens <= length).then(|| layer.slice_move(s![row, head, ..tokens, ..]))
        });
        let views: Option<Vec<_>> = views.collect();
        let heads = views.and_then(|views| stack(Axis(0), &views).ok());
        heads.ok_or_else(|| Error::failed("the decoder's attention has another shape than it should"))
    }

    /// What the decoder is given for an alignment, and where in it the mark before the text is.
    fn given(&self, window: &Window) -> (usize, Vec<u32>) {
        let mut given = Prompt { language: window.language, times: false, ..Prompt::default() }.tokens(&self.tokens);
        let begin = given.len() - 1;
        given.extend(window.text.iter().take(self.positions.saturating_sub(begin + 2)));
        given.push(self.tokens.end);
        (begin, given)
    }

    /// The probability of each token of a text among all that is text.
    fn probabilities(&self, step: &Step, row: usize, begin: usize, text: &[u32]) -> Vec<f32> {
        let end = (self.tokens.end as usize).min(step.logits.len_of(Axis(2)));
        let positions = step.logits.len_of(Axis(1));
        let p = |(i, token): (usize, &u32)| {
            let logits = step.logits.slice(s![row, begin + i, ..end]).to_vec();
            logits.get(*token as usize).map_or(0.0, |l| (l - log_sum_exp(&logits)).exp())
        };
        text.iter().take(positions.saturating_sub(begin)).enumerate().map(p).collect()
    }
}

fn segments(window: &Window) -> Vec<Segment> {
    window.segments.all().cloned().collect()
}
