//! Turns a CTC model's frames into words as a language model and hot words make them likely: prefix beam search.
//!
//! Hannun et al. 2014 ("First-pass large vocabulary continuous speech recognition using bi-directional recurrent DNNs"):
//! several beginnings of the text are kept, each with the probability of all its alignments, and every new piece is also
//! weighed by an [`Ngram`] and helped by [`HotWords`]. `onnx/train/asr/beam.py` is the same without hot words in Python;
//! `tests/it/golden.rs` compares the two.

use super::ctc::Decode;
use super::hot_words::{Followed, HotWords, State};
use super::ngram::{Context, Ngram};
use super::tokens::{Piece, Tokens};
use crate::audio::StreamTime;
use crate::text::Hypothesis;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Beginnings that are kept. 16 made a tenth fewer errors than 8 on the development set of the starter model.
const BEAMS: usize = 16;
/// Pieces of a frame that are tried; and with hot words, of which a model hears little: with 16 down to -7, 6 of 40
/// spoken names were found, with 40 down to -12 11 (`benches/hot_words.py`).
const CANDIDATES: [usize; 2] = [16, 40];
/// Pieces below this log-probability are not; and with hot words.
const FLOOR: [f32; 2] = [-7.0, -12.0];
/// Beginnings this much (in log) behind the best are dropped.
const SPREAD: f32 = 9.0;
/// Of the language model's log-probability; with `BONUS` the best of ten pairs on the development set (`asr.synth`'s `dev`).
const WEIGHT: f32 = 0.8;
/// For each piece, against a language model's love of short texts.
const BONUS: f32 = 2.0;
/// Beginnings that are kept beside them since they may become a hot word: a promise keeps them, and takes nobody's place.
const HOPEFUL: usize = 16;
/// How long two beginnings may disagree, in samples: 1 s. Then the best one stands, so that words get committed; 2 s made
/// no fewer errors.
const SETTLED: u64 = 16_000;

/// A beginning: its last piece, and the node of what comes before.
struct Node {
    parent: usize,
    piece: Piece,
    prior: Prior,
}

/// What is known of a beginning before it is heard.
#[derive(Clone, Copy, Default)]
struct Prior {
    /// Where it is in the language model.
    context: Context,
    /// Where it is in the hot words.
    hot: State,
    /// What the language model would have against the open hot word: it has never heard of it.
    forgiven: f32,
    /// What the language model makes of it, weighed, and what hot words help it by that are whole.
    worth: f32,
}

/// A beginning that is kept: log-probabilities of its alignments that end in a blank and in its last piece.
#[derive(Clone, Copy)]
struct Beam {
    node: usize,
    blank: f32,
    sound: f32,
}

/// A beginning after the next frame: one that is known, or a known one and a piece.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Ahead {
    Known(usize),
    New(usize, usize),
}

/// A beginning that may be kept after the next frame.
struct Candidate {
    /// How it compares with the others.
    worth: f32,
    to: Ahead,
    ways: Ways,
    beam: Beam,
    prior: Prior,
}

/// How a beginning may have come through the frame, as log-probabilities.
#[derive(Clone, Copy)]
struct Ways {
    /// With a blank.
    blank: f32,
    /// Its last piece went on.
    goes_on: f32,
    /// Its last piece began.
    begins: f32,
}

impl Ways {
    /// It hasn't.
    const NONE: Self = Self { blank: f32::NEG_INFINITY, goes_on: f32::NEG_INFINITY, begins: f32::NEG_INFINITY };
}

/// One stream's decoding.
pub struct CtcBeam {
    tokens: Arc<Tokens>,
    lm: Option<Arc<Ngram>>,
    hot_words: Option<Arc<HotWords>>,
    /// Every beginning that was ever kept; the first is the empty one. A node's parent always stands before it.
    nodes: Vec<Node>,
    children: HashMap<(usize, usize), usize>,
    /// The best first.
    beams: Vec<Beam>,
    now: u64,
}

impl CtcBeam {
    /// A new stream, weighed by a language model and helped by hot words where there are any.
    pub fn new(tokens: Arc<Tokens>, lm: Option<Arc<Ngram>>, hot_words: Option<Arc<HotWords>>) -> Self {
        let nothing = Piece { id: tokens.blank(), start: StreamTime(0), end: StreamTime(0), log_p: 0.0 };
        let context = lm.as_ref().map_or_else(Context::default, |lm| lm.start());
        let nodes = vec![Node { parent: 0, piece: nothing, prior: Prior { context, ..Prior::default() } }];
        let beams = vec![Beam { node: 0, blank: 0.0, sound: f32::NEG_INFINITY }];
        Self { tokens, lm, hot_words, nodes, children: HashMap::new(), beams, now: 0 }
    }

    /// The pieces worth trying in a frame, the likeliest first; `None` for a frame that says nothing.
    fn candidates(&self, log_probs: &[f32]) -> Option<Vec<usize>> {
        if log_probs.len() != self.tokens.len() || log_probs.iter().any(|p| p.is_nan()) {
            return None;
        }
        let hot = usize::from(self.hot_words.is_some());
        let is_likely = |id: &usize| log_probs[*id] > FLOOR[hot] && self.tokens.is_spoken(*id);
        let mut candidates: Vec<usize> = (0..log_probs.len()).filter(is_likely).collect();
        candidates.sort_by(|a, b| log_probs[*b].total_cmp(&log_probs[*a]));
        candidates.truncate(CANDIDATES[hot]);
        (!candidates.is_empty() || log_probs[self.tokens.blank()].is_finite()).then_some(candidates)
    }

    /// All that the beginnings may become with this frame.
    fn advance(&self, log_probs: &[f32], candidates: &[usize]) -> BTreeMap<Ahead, Ways> {
        let blank = log_probs[self.tokens.blank()];
        // Ordered, so that the same sound always gives the same text.
        let mut ahead: BTreeMap<Ahead, Ways> = BTreeMap::new();
        for beam in &self.beams {
            let (total, last) = (add(beam.blank, beam.sound), self.nodes[beam.node].piece.id);
            let ways = ahead.entry(Ahead::Known(beam.node)).or_insert(Ways::NONE);
            ways.blank = total + blank;
            // Before the first piece nothing sounds.
            ways.goes_on = beam.sound + log_probs[last];
            for &id in candidates {
                // The same piece twice needs a blank between.
                let before = if id == last { beam.blank } else { total };
                let known = self.children.get(&(beam.node, id)).map(|node| Ahead::Known(*node));
                let to = known.unwrap_or(Ahead::New(beam.node, id));
                ahead.entry(to).or_insert(Ways::NONE).begins = before + log_probs[id];
            }
        }
        ahead
    }

    /// What the language model and the hot words make of a beginning; and what may follow it.
    fn prior(&self, ahead: Ahead) -> Prior {
        let (parent, id) = match ahead {
            Ahead::Known(node) => return self.nodes[node].prior,
            Ahead::New(parent, id) => (&self.nodes[parent].prior, id),
        };
        let of_lm = self.lm.as_ref().map(|lm| lm.follow(parent.context, id));
        let (weighed, context) = of_lm.map_or((0.0, parent.context), |(p, next)| (WEIGHT * p + BONUS, next));
        let worth = parent.worth + weighed;
        let Some(words) = &self.hot_words else { return Prior { context, worth, ..*parent } };
        let Followed { state: hot, whole, left } = words.follow(parent.hot, self.tokens.spelling(id));
        let kept = if left { 0.0 } else { parent.forgiven };
        let paid = if whole > 0.0 { whole + parent.forgiven } else { 0.0 };
        let forgiven = if words.open(hot) > 0.0 { kept + (-weighed).max(0.0) } else { 0.0 };
        Prior { context, hot, forgiven, worth: worth + paid }
    }

    /// What a beginning is promised for the hot word that it is in, and whether that is whole, so that it counts.
    fn promise(&self, Prior { hot, forgiven, .. }: &Prior) -> (f32, bool) {
        self.hot_words.as_ref().map_or((0.0, false), |words| (words.open(*hot) + forgiven, words.is_whole(*hot)))
    }

    /// What is to be added if the text is to be read now; `ends`: if nothing more comes.
    fn due(&self, prior: &Prior, ends: bool) -> f32 {
        let (promised, is_whole) = self.promise(prior);
        let of_lm = self.lm.as_ref().filter(|_| ends).map_or(0.0, |lm| WEIGHT * lm.end(prior.context));
        of_lm + if is_whole { promised } else { 0.0 }
    }

    /// Those of the others that would be worth more than `least` if the hot word that they are in were whole.
    fn hopeful(&self, others: Vec<Candidate>, least: f32) -> Vec<Candidate> {
        if self.hot_words.is_none() {
            return Vec::new();
        }
        let hope = |candidate: Candidate| match self.promise(&candidate.prior) {
            (promised, false) if promised > 0.0 => Some((candidate.worth + promised, candidate)),
            _ => None,
        };
        let mut hopeful: Vec<_> = others.into_iter().filter_map(hope).filter(|(hope, _)| *hope > least).collect();
        hopeful.sort_by(|a, b| b.0.total_cmp(&a.0));
        hopeful.into_iter().take(HOPEFUL).map(|(_, candidate)| candidate).collect()
    }

    /// Keeps the best.
    fn select(&mut self, ahead: BTreeMap<Ahead, Ways>, log_probs: &[f32], end: StreamTime) {
        let weigh = |(to, ways): (Ahead, Ways)| {
            let beam = Beam { node: 0, blank: ways.blank, sound: add(ways.goes_on, ways.begins) };
            let prior = self.prior(to);
            let worth = add(beam.blank, beam.sound) + prior.worth + self.due(&prior, false);
            Candidate { worth, to, ways, beam, prior }
        };
        let mut kept: Vec<Candidate> = ahead.into_iter().map(weigh).collect();
        kept.sort_by(|a, b| b.worth.total_cmp(&a.worth));
        let least = kept.first().map_or(0.0, |best| best.worth) - SPREAD;
        let rest = kept.split_off(kept.iter().take(BEAMS).take_while(|c| c.worth > least).count());
        kept.extend(self.hopeful(rest, least));
        self.beams.clear();
        for Candidate { to, ways, beam, prior, .. } in kept {
            let heard = |id: usize| Piece { id, start: StreamTime(self.now), end, log_p: log_probs[id] };
            let node = match to {
                Ahead::Known(node) => {
                    let piece = &mut self.nodes[node].piece;
                    // It is where it is heard best.
                    if node > 0 && ways.begins > ways.goes_on && log_probs[piece.id] > piece.log_p {
                        *piece = heard(piece.id);
                    }
                    node
                }
                Ahead::New(parent, id) => {
                    self.nodes.push(Node { parent, piece: heard(id), prior });
                    self.children.insert((parent, id), self.nodes.len() - 1);
                    self.nodes.len() - 1
                }
            };
            self.beams.push(Beam { node, ..beam });
        }
    }

    /// Drops beginnings that disagree with the best one about what was said long ago.
    fn settle(&mut self) {
        let mut node = self.beams.first().map_or(0, |b| b.node);
        while node > 0 && self.nodes[node].piece.start.0 + SETTLED > self.now {
            node = self.nodes[node].parent;
        }
        let nodes = &self.nodes;
        let descends = |mut from: usize| {
            while from > node {
                from = nodes[from].parent;
            }
            from == node
        };
        self.beams.retain(|b| descends(b.node));
    }

    fn pieces(&self, mut node: usize) -> Vec<Piece> {
        let mut pieces = Vec::new();
        while node > 0 {
            pieces.push(self.nodes[node].piece);
            node = self.nodes[node].parent;
        }
        pieces.reverse();
        // Each was placed where it is heard best, whatever became of the others; time goes forward all the same.
        let mut now = StreamTime(0);
        for piece in &mut pieces {
            now = piece.start.max(now);
            (piece.start, piece.end) = (now, piece.end.max(now));
        }
        pieces
    }

    /// How many pieces all beginnings share: those can't change any more.
    fn shared(&self, best: &[Piece]) -> usize {
        let same = |other: Vec<Piece>| best.iter().zip(&other).take_while(|(a, b)| a.id == b.id).count();
        self.beams.iter().skip(1).map(|b| same(self.pieces(b.node))).min().unwrap_or(best.len())
    }
}

impl Decode for CtcBeam {
    fn push(&mut self, log_probs: &[f32], samples: u64) {
        let end = self.now + samples;
        if let Some(candidates) = self.candidates(log_probs) {
            let ahead = self.advance(log_probs, &candidates);
            self.select(ahead, log_probs, StreamTime(end));
        }
        self.now = end;
        self.settle();
        // What still sounds ends later.
        if let Some(Beam { node, blank, sound }) = self.beams.first().copied()
            && sound > blank
            && node > 0
        {
            self.nodes[node].piece.end = StreamTime(end);
        }
    }

    fn hypothesis(&self, is_done: bool) -> Hypothesis {
        let worth = |b: &Beam| {
            let prior = &self.nodes[b.node].prior;
            add(b.blank, b.sound) + prior.worth + self.due(prior, is_done)
        };
        let best = self.beams.iter().max_by(|a, b| worth(a).total_cmp(&worth(b)));
        let pieces = self.pieces(best.map_or(0, |b| b.node));
        let words = self.tokens.words(&pieces);
        // The last word that all share may still grow.
        let shared = self.tokens.words(&pieces[..self.shared(&pieces)]).len().saturating_sub(1);
        Hypothesis { fixed: if is_done { words.len() } else { shared }, words, margins: Vec::new() }
    }
}

/// ln(e^a + e^b)
fn add(a: f32, b: f32) -> f32 {
    let (low, high) = (a.min(b), a.max(b));
    if low == f32::NEG_INFINITY { high } else { high + (low - high).exp().ln_1p() }
}

#[cfg(test)]
mod tests;
