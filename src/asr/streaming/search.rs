//! Turns a transducer's logits into pieces: modified beam search, of which one beam is the greedy search.
//!
//! As sherpa-onnx does it (`online-transducer-{greedy,modified-beam}-search-decoder.cc`): in each frame a path says one
//! piece or none, `<unk>` counts as none, paths of the same pieces are one, and the best is the one with the highest
//! log-probability per piece, those of the first context included.

use super::super::help::{self, Help, Hot, add};
use super::super::tokens::Piece;
use crate::audio::StreamTime;
use ndarray::ArrayView2;
use std::sync::Arc;

/// What the search has to know of a model.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// Paths that are kept.
    pub beam: usize,
    /// The piece that says nothing …
    pub blank: usize,
    /// … and the one that counts as such.
    pub unknown: Option<usize>,
    /// How many pieces the decoder looks back.
    pub context: usize,
}

impl Rules {
    fn says(&self, id: usize) -> bool {
        id != self.blank && Some(id) != self.unknown
    }
}

/// A text so far.
#[derive(Debug, Clone, Default)]
pub struct Path {
    pub pieces: Vec<Piece>,
    log_p: f64,
    hot: Hot,
    /// What the decoder makes of the last pieces; `None` until it was asked.
    pub predicted: Option<Arc<[f32]>>,
}

impl Path {
    /// The pieces that the decoder looks at. Before the first stands a blank, and before that nothing (-1), as in training.
    pub fn context(&self, rules: &Rules) -> Vec<i64> {
        let before = std::iter::repeat_n(-1, rules.context.saturating_sub(1)).chain([rules.blank as i64]);
        let all: Vec<i64> = before.chain(self.pieces.iter().map(|p| p.id as i64)).collect();
        all[all.len() - rules.context..].to_vec()
    }

    /// What paths are compared by.
    fn worth(&self) -> f64 {
        self.log_p + self.hot.helped
    }

    fn ids(&self) -> impl Iterator<Item = usize> {
        self.pieces.iter().map(|p| p.id)
    }
}

/// One stream's paths.
#[derive(Debug)]
pub struct Search {
    pub paths: Vec<Path>,
    help: Option<Help>,
    now: u64,
}

impl Search {
    /// Nothing said yet.
    pub fn new(help: Option<Help>) -> Self {
        Self { paths: vec![Path::default()], help, now: 0 }
    }

    /// Takes the logits `[paths, pieces]` of a frame of so many samples.
    pub fn advance(&mut self, logits: ArrayView2<f32>, rules: &Rules, samples: u64) {
        let (start, end) = (StreamTime(self.now), StreamTime(self.now + samples));
        self.now += samples;
        let help = self.help.as_ref();
        let beam = help::paths(help, rules.beam);
        let mut next: Vec<Path> = Vec::with_capacity(beam);
        let follow =
            |path: &Path, id: usize| help.filter(|_| rules.says(id)).map_or(path.hot, |h| h.follow(path.hot, id));
        let gain = |path: usize, id: usize, _| {
            let path = &self.paths[path];
            follow(path, id).helped - path.hot.helped
        };
        let rows = self.paths.iter().map(Path::worth).zip(logits.outer_iter());
        for (path, id, own) in help::best(rows, beam, gain) {
            let before = &self.paths[path];
            let mut path = Path { log_p: before.log_p + own, hot: follow(before, id), ..before.clone() };
            if rules.says(id) {
                path.pieces.push(Piece { id, start, end, log_p: own as f32 });
                path.predicted = None;
            }
            match next.iter_mut().find(|p| p.ids().eq(path.ids())) {
                Some(same) => same.log_p = add(same.log_p, path.log_p),
                None => next.push(path),
            }
        }
        // Broken logits say nothing.
        if !next.is_empty() {
            self.paths = next;
        }
    }

    /// The best path's pieces, and how many of them all paths share.
    pub fn best(&self, rules: &Rules) -> (&[Piece], usize) {
        let help = self.help.as_ref();
        let worth = |p: &Path| (p.log_p + help::earned(help, p.hot)) / (p.pieces.len() + rules.context) as f64;
        let Some(best) = self.paths.iter().max_by(|a, b| worth(a).total_cmp(&worth(b))) else { return (&[], 0) };
        let shared = |p: &Path| best.ids().zip(p.ids()).take_while(|(a, b)| a == b).count();
        (&best.pieces, self.paths.iter().map(shared).min().unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    const RULES: Rules = Rules { beam: 1, blank: 0, unknown: Some(1), context: 2 };

    fn said(rules: &Rules, frames: &[[f32; 4]]) -> Vec<usize> {
        let mut search = Search::new(None);
        for frame in frames {
            let rows = Array2::from_shape_fn((search.paths.len(), 4), |(_, id)| frame[id]);
            search.advance(rows.view(), rules, 640);
        }
        search.best(rules).0.iter().map(|p| p.id).collect()
    }

    #[test]
    fn blank_and_unknown_say_nothing_and_repeats_are_pieces() {
        let frames = [
            [0.0, 0.0, 5.0, 0.0],
            [0.0, 0.0, 5.0, 0.0],
            [5.0, 0.0, 0.0, 0.0],
            [0.0, 5.0, 0.0, 0.0],
            [0.0, 0.0, 0.0, 5.0],
        ];
        assert_eq!(said(&RULES, &frames), [2, 2, 3]);
        assert_eq!(said(&Rules { beam: 4, ..RULES }, &frames), [2, 2, 3]);
    }

    #[test]
    fn the_decoder_looks_back_at_a_blank_first() {
        let mut search = Search::new(None);
        assert_eq!(search.paths[0].context(&RULES), [-1, 0]);
        search.advance(ndarray::arr2(&[[0.0, 0.0, 9.0, 0.0]]).view(), &RULES, 640);
        assert_eq!(search.paths[0].context(&RULES), [0, 2]);
    }

    #[test]
    fn ways_to_the_same_text_add_up() {
        // Said now, said later, not said: 0.35, 0.35 * 0.65 …; each way alone is less likely than silence.
        let p = |said: f32| [(1.0 - said).ln(), f32::NEG_INFINITY, said.ln(), f32::NEG_INFINITY];
        assert!(said(&RULES, &[p(0.45), p(0.45)]).is_empty());
        assert_eq!(said(&Rules { beam: 4, ..RULES }, &[p(0.45), p(0.45)]), [2]);
    }

    #[test]
    fn broken_logits_say_nothing() {
        assert!(said(&RULES, &[[f32::NAN; 4], [f32::NEG_INFINITY; 4]]).is_empty());
    }
}
