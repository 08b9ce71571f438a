//! Turns an utterance's encoded frames into pieces: by the likeliest at each step, or by several paths where hot words help.
//!
//! A step gives a piece and how many frames to go on, so paths stand at different frames; only those at the same frame are
//! compared, the earliest frame first. Each path goes on by its likeliest duration, whatever it says. One path is the greedy
//! search of onnx-asr (`_AsrWithTransducerDecoding`); sherpa-onnx's differs in the cap only. Compared by [`help`].

use super::joint::{Cursor, Joint};
use crate::asr::help::{self, Help, Hot, add, log_sum};
use crate::asr::tokens::{Piece, Tokens};
use crate::audio::StreamTime;
use crate::error::{Error, Result};

/// Pieces in one frame; NeMo's `greedy.max_symbols` and onnx-asr's `max_tokens_per_step`. (sherpa-onnx stops at 5.)
const MAX_SYMBOLS: usize = 10;
/// A piece that is less likely (log-probability) isn't looked up in the hot words, of which a vocabulary of 8,000 pieces would
/// else make most of the work: the floor of `asr/beam.rs` with hot words.
const FLOOR: f64 = -12.0;

/// A text so far.
#[derive(Clone)]
struct Path {
    pieces: Vec<Piece>,
    log_p: f64,
    hot: Hot,
    cursor: Cursor,
    /// The frame that it hears next.
    at: usize,
    /// Pieces said in that frame.
    said: usize,
}

impl Path {
    /// What paths are compared by.
    fn worth(&self) -> f64 {
        self.log_p + self.hot.helped
    }

    fn is_same(&self, other: &Self) -> bool {
        self.at == other.at && self.pieces.iter().map(|p| p.id).eq(other.pieces.iter().map(|p| p.id))
    }

    /// The same after a step: a piece, its log-probability and that of the duration, in frames.
    fn step(&self, id: usize, own: f64, (skip, log_p): (usize, f64), search: &Search) -> Self {
        let mut path = Self { log_p: self.log_p + own + log_p, ..self.clone() };
        let is_blank = id == search.tokens.blank();
        if !is_blank {
            let at = |frame: usize| StreamTime(frame as u64 * search.samples_per_frame);
            path.pieces.push(Piece { id, start: at(self.at), end: at(self.at + skip.max(1)), log_p: own as f32 });
            path.hot = search.follow(self.hot, id);
            path.cursor.say(id);
            path.said += 1;
        }
        let moves = if skip == 0 && (is_blank || path.said == MAX_SYMBOLS) { 1 } else { skip };
        if moves > 0 {
            path.said = 0;
        }
        path.at += moves;
        path
    }
}

/// How an utterance is searched.
pub struct Search<'a> {
    /// The model's pieces.
    pub tokens: &'a Tokens,
    /// Hot words, if there are any.
    pub help: Option<&'a Help>,
    /// What a frame covers.
    pub samples_per_frame: u64,
}

impl Search<'_> {
    /// What is said in these frames.
    ///
    /// # Errors
    /// When the model fails.
    pub fn run(&self, frames: &[Vec<f32>], joint: &mut Joint) -> Result<Vec<Piece>> {
        let (cursor, hot) = (joint.start(self.tokens.blank()), Hot::default());
        let mut open = vec![Path { pieces: Vec::new(), log_p: 0.0, hot, cursor, at: 0, said: 0 }];
        while let Some(now) = open.iter().map(|p| p.at).filter(|at| *at < frames.len()).min() {
            let (here, further) = open.into_iter().partition(|p| p.at == now);
            open = self.advance(here, further, &frames[now], joint)?;
            // All that are through stand at one place.
            open.iter_mut().for_each(|p| p.at = p.at.min(frames.len()));
        }
        // Per piece, as in the streaming search.
        let worth = |p: &Path| (p.log_p + help::earned(self.help, p.hot)) / (p.pieces.len() + 1) as f64;
        let best = open.into_iter().max_by(|a, b| worth(a).total_cmp(&worth(b)));
        Ok(best.map_or_else(Vec::new, |path| path.pieces))
    }

    /// Where hot words are once a path says this piece.
    fn follow(&self, hot: Hot, id: usize) -> Hot {
        self.help.filter(|_| id != self.tokens.blank()).map_or(hot, |help| help.follow(hot, id))
    }

    /// Lets the best of the paths that stand at a frame go on, and puts them to those that are further.
    fn advance(&self, mut here: Vec<Path>, mut next: Vec<Path>, frame: &[f32], joint: &mut Joint) -> Result<Vec<Path>> {
        let beam = help::paths(self.help, 1);
        here.sort_by(|a, b| b.worth().total_cmp(&a.worth()));
        here.truncate(beam);
        let logits: Vec<Vec<f32>> =
            here.iter_mut().map(|path| joint.logits(frame, &mut path.cursor)).collect::<Result<_>>()?;
        if logits.iter().any(|l| l.len() < self.tokens.len()) {
            return Err(Error::failed("the joint network gave fewer logits than there are pieces"));
        }
        let rows = here.iter().map(Path::worth).zip(logits.iter().map(|l| &l[..self.tokens.len()]));
        let gain = |path: usize, id: usize, own: f64| {
            let hot = here[path].hot;
            if own < FLOOR { 0.0 } else { self.follow(hot, id).helped - hot.helped }
        };
        let steps = help::best(rows, beam, gain);
        // Broken logits say nothing.
        if steps.is_empty() {
            next.extend(here.iter().map(|path| Path { at: path.at + 1, said: 0, ..path.clone() }));
        }
        for (path, id, own) in steps {
            let path = here[path].step(id, own, duration(&logits[path][self.tokens.len()..]), self);
            match next.iter_mut().find(|p| p.is_same(&path)) {
                Some(same) => same.log_p = add(same.log_p, path.log_p),
                None => next.push(path),
            }
        }
        Ok(next)
    }
}

/// The likeliest duration and its log-probability; a model without durations stays where it is.
fn duration(logits: &[f32]) -> (usize, f64) {
    let best = logits.iter().enumerate().fold(0, |best, (i, v)| if *v > logits[best] { i } else { best });
    logits.get(best).map_or((0, 0.0), |logit| (best, f64::from(*logit) - log_sum(logits)))
}
