//! Turns what the encoder hears, and drafts of its text, into text: greedily, in as few decoder passes as the drafts allow.
//!
//! What the last pass over a window wrote is the draft of the next; what comes out is what greedy decoding from scratch
//! would write, by all of Whisper's rules ([`draft`]). Windows of a batch get on at their own
//! pace, and with beginnings of any lengths: each pass begins where the caches of all of them are right, and feeds each
//! what is known of it from there on, then its guess. No token sees those after it, so what fills shorter rows up makes no
//! difference, and is forgotten again.

use super::decode::{Decoded, Settings};
use super::model::Model;
use super::rules::Rules;
use super::search::{Search, Way, Written};
use crate::error::Result;
use crate::onnx::decoder::Run;
use crate::onnx::decoder::draft::{self, Line};
use ndarray::{Array2, ArrayView2, Axis, s};

/// What a window is decoded with.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Begun {
    /// What the decoder is given first (not empty).
    pub prefix: Vec<u32>,
    /// How its text may go on.
    pub draft: Vec<u32>,
    /// What is written whatever the model says, the end last: where speed is measured and weights mean nothing.
    pub told: Option<Vec<u32>>,
}

/// One window on its way through the decoder.
struct Row<'r> {
    window: usize,
    line: Line,
    search: Search<'r>,
    told: Option<std::vec::IntoIter<u32>>,
}

impl Model {
    /// Decodes windows greedily, one for each row of `run`.
    pub(super) fn greedy(&mut self, mut run: Run, begun: &[&Begun], settings: &Settings) -> Result<Vec<Decoded>> {
        let rules = Rules::new(&self.tokens, settings.times);
        let row = |(window, begun): (usize, &&Begun)| {
            // The decoder has no more positions.
            let room = self.positions.saturating_sub(begun.prefix.len());
            let most = settings.most.min(room + 1).max(1);
            let way = Way { beams: 1, temperature: 0.0, patience: 1.0, most, stop_loops: settings.stop_loops };
            let draft = begun.draft.iter().copied().take(most.min(room)).collect();
            let line = Line::new(begun.prefix.clone(), draft);
            let told = begun.told.clone().map(Vec::into_iter);
            Row { window, line, search: Search::new(&rules, self.tokens.end, way), told }
        };
        let mut open: Vec<Row<'_>> = begun.iter().enumerate().map(row).collect();
        let mut written = vec![Written::default(); begun.len()];
        let starts: Vec<usize> = begun.iter().map(|b| self.start(&b.prefix)).collect();
        let mut no_speech = vec![0.0; begun.len()];
        while !open.is_empty() {
            let base = run.length();
            let (lines, takes_several) = (open.iter().map(|row| &row.line), self.decoder.takes_several(&run));
            let next = draft::next(lines, base, takes_several, self.positions, self.tokens.end);
            let fed = base..base + next.ncols();
            let pass = self.advance(&mut run, &next)?;
            // The output layer is run behind the last known token and the guesses, and where no speech is told.
            let mut places = Vec::new();
            let asked = |row: &Row<'_>| row.line.known() - 1..row.line.length().min(fed.end);
            for (i, row) in open.iter().enumerate() {
                places.extend(
                    asked(row)
                        .chain(fed.contains(&starts[row.window]).then_some(starts[row.window]))
                        .map(|p| (i, p - base)),
                );
            }
            let logits = self.decoder.logits(&pass, &places, None)?;
            let (mut rows, mut still, mut at) = (Vec::new(), Vec::new(), 0);
            for (i, mut row) in open.into_iter().enumerate() {
                let said = logits.slice(s![at..at + asked(&row).len(), ..]);
                at += said.nrows();
                if fed.contains(&starts[row.window]) {
                    no_speech[row.window] = self.no_speech(logits.row(at));
                    at += 1;
                }
                if walk(&mut row, said) {
                    rows.push(i);
                    still.push(row);
                } else {
                    written[row.window] = row.search.best();
                }
            }
            open = still;
            if let Some(right) = open.iter().map(|row| row.line.known() - 1).min() {
                run.truncate(right)?;
                run.select(&rows)?;
            }
        }
        Ok(written.into_iter().zip(no_speech).map(|(written, p)| self.judge(written, p, 0.0)).collect())
    }

    /// Where the start token is.
    fn start(&self, prefix: &[u32]) -> usize {
        prefix.iter().position(|t| *t == self.tokens.start).unwrap_or(0)
    }
}

/// Writes what a pass says of a row after its last known token and each right guess; `false`: its text is finished.
fn walk(row: &mut Row<'_>, said: ArrayView2<'_, f32>) -> bool {
    for logits in said.axis_chunks_iter(Axis(0), 1) {
        let next = match row.told.as_mut().and_then(Iterator::next) {
            Some(token) => row.search.step(only(token, logits.ncols()).view()),
            None => row.search.step(logits),
        };
        let Some(&token) = next.as_ref().and_then(|next| next.tokens.first()) else { return false };
        if !row.line.take(token) {
            break;
        }
    }
    true
}

/// Logits that allow one token.
fn only(token: u32, vocabulary: usize) -> Array2<f32> {
    Array2::from_shape_fn((1, vocabulary), |(_, i)| if i == token as usize { 0.0 } else { f32::NEG_INFINITY })
}
