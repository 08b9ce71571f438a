//! Turns a CTC model's frames into words as a language model finds them likely: prefix beam search.
//!
//! Hannun et al. 2014 ("First-pass large vocabulary continuous speech recognition using bi-directional recurrent DNNs"):
//! several beginnings of the text are kept, each with the probability of all its alignments, and every new piece is also
//! weighed by an [`Ngram`]. `onnx/train/asr/beam.py` is the same in Python; `tests/it/golden.rs` compares the two.

use super::ctc::{Decode, Piece, Tokens};
use super::ngram::{Context, Ngram};
use crate::audio::StreamTime;
use crate::text::Hypothesis;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Beginnings that are kept. 16 made a tenth fewer errors than 8 on the development set of the starter model.
const BEAMS: usize = 16;
/// Pieces of a frame that are tried.
const CANDIDATES: usize = 16;
/// Pieces below this log-probability are not.
const FLOOR: f32 = -7.0;
/// Beginnings this much (in log) behind the best are dropped.
const SPREAD: f32 = 9.0;
/// Of the language model's log-probability; with `BONUS` the best of twelve pairs on the development set.
const WEIGHT: f32 = 0.6;
/// For each piece, against a language model's love of short texts.
const BONUS: f32 = 1.5;
/// How long two beginnings may disagree, in samples: 2 s. Then the best one stands, so that words get committed.
const SETTLED: u64 = 32_000;

/// A beginning: its last piece, and the node of what comes before.
struct Node {
    parent: usize,
    piece: Piece,
    context: Context,
    /// What the language model makes of it, weighed.
    prior: f32,
}

/// A beginning that is kept: log-probabilities of its alignments that end in a blank and in its last piece.
#[derive(Clone, Copy)]
struct Beam {
    node: usize,
    blank: f32,
    sound: f32,
}

/// One stream's decoding.
pub struct CtcBeam {
    tokens: Arc<Tokens>,
    lm: Arc<Ngram>,
    /// The first is the empty beginning. A node's parent always stands before it.
    nodes: Vec<Node>,
    children: HashMap<(usize, usize), usize>,
    /// The best first.
    beams: Vec<Beam>,
    now: u64,
}

impl CtcBeam {
    /// A new stream.
    pub fn new(tokens: Arc<Tokens>, lm: Arc<Ngram>) -> Self {
        let nothing = Piece { id: tokens.blank(), start: StreamTime(0), end: StreamTime(0), log_p: 0.0 };
        let nodes = vec![Node { parent: 0, piece: nothing, context: lm.start(), prior: 0.0 }];
        let beams = vec![Beam { node: 0, blank: 0.0, sound: f32::NEG_INFINITY }];
        Self { tokens, lm, nodes, children: HashMap::new(), beams, now: 0 }
    }

    fn child(&mut self, parent: usize, piece: Piece) -> usize {
        let next = self.nodes.len();
        let node = *self.children.entry((parent, piece.id)).or_insert(next);
        if node == next {
            let before = &self.nodes[parent];
            let (log_p, context) = self.lm.follow(before.context, piece.id);
            let prior = before.prior + WEIGHT * log_p + BONUS;
            self.nodes.push(Node { parent, piece, context, prior });
        }
        node
    }

    fn worth(&self, beam: &Beam) -> f32 {
        add(beam.blank, beam.sound) + self.nodes[beam.node].prior
    }

    fn advance(&mut self, log_probs: &[f32], candidates: &[usize], samples: u64) -> Vec<Beam> {
        let (start, end) = (StreamTime(self.now), StreamTime(self.now + samples));
        let blank = log_probs[self.tokens.blank()];
        // Ordered, so that the same sound always gives the same text.
        let mut ahead: BTreeMap<usize, Beam> = BTreeMap::new();
        let mut give = |node: usize, blank: f32, sound: f32| {
            let beam = ahead.entry(node).or_insert(Beam { node, blank: f32::NEG_INFINITY, sound: f32::NEG_INFINITY });
            (beam.blank, beam.sound) = (add(beam.blank, blank), add(beam.sound, sound));
        };
        for beam in std::mem::take(&mut self.beams) {
            let (total, last) = (add(beam.blank, beam.sound), self.nodes[beam.node].piece.id);
            let goes_on = if beam.node == 0 { f32::NEG_INFINITY } else { beam.sound + log_probs[last] };
            give(beam.node, total + blank, goes_on);
            for &id in candidates {
                // The same piece twice needs a blank between.
                let before = if id == last { beam.blank } else { total };
                let piece = Piece { id, start, end, log_p: log_probs[id] };
                give(self.child(beam.node, piece), f32::NEG_INFINITY, before + log_probs[id]);
            }
        }
        ahead.into_values().collect()
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
        if log_probs.len() != self.tokens.len() || log_probs.iter().any(|p| p.is_nan()) {
            self.now += samples;
            return;
        }
        let is_likely = |id: &usize| log_probs[*id] > FLOOR && self.tokens.is_spoken(*id);
        let mut candidates: Vec<usize> = (0..log_probs.len()).filter(is_likely).collect();
        candidates.sort_by(|a, b| log_probs[*b].total_cmp(&log_probs[*a]));
        candidates.truncate(CANDIDATES);
        if candidates.is_empty() && !log_probs[self.tokens.blank()].is_finite() {
            self.now += samples;
            return;
        }
        let beams = self.advance(log_probs, &candidates, samples);
        let mut worth: Vec<(f32, Beam)> = beams.into_iter().map(|b| (self.worth(&b), b)).collect();
        worth.sort_by(|a, b| b.0.total_cmp(&a.0));
        let best = worth.first().map_or(0.0, |(w, _)| *w);
        self.beams = worth.into_iter().take(BEAMS).filter(|(w, _)| *w > best - SPREAD).map(|(_, b)| b).collect();
        self.now += samples;
        self.settle();
        // What still sounds ends later.
        if let Some(Beam { node, blank, sound }) = self.beams.first().copied()
            && sound > blank
            && node > 0
        {
            self.nodes[node].piece.end = StreamTime(self.now);
        }
    }

    fn hypothesis(&self, is_done: bool) -> Hypothesis {
        let ended =
            |b: &Beam| self.worth(b) + if is_done { WEIGHT * self.lm.end(self.nodes[b.node].context) } else { 0.0 };
        let best = self.beams.iter().max_by(|a, b| ended(a).total_cmp(&ended(b)));
        let pieces = self.pieces(best.map_or(0, |b| b.node));
        let words = self.tokens.words(&pieces);
        let fixed = if is_done {
            words.len()
        } else {
            self.tokens.words(&pieces[..self.shared(&pieces)]).len().saturating_sub(1)
        };
        Hypothesis { words, fixed }
    }
}

/// ln(e^a + e^b)
fn add(a: f32, b: f32) -> f32 {
    let (low, high) = (a.min(b), a.max(b));
    if low == f32::NEG_INFINITY { high } else { high + (low - high).exp().ln_1p() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// `a`, a word that begins with `b`, and what is likely after what.
    fn beam() -> CtcBeam {
        let tokens = Arc::new(Tokens::parse("<blk> 0\n\u{2581}a 1\nb 2\n").expect("tokens"));
        let arpa = "\\data\\\n\\1-grams:\n-9\t<s>\t-0.5\n-0.5\t\u{2581}a\t-0.3\n-1\tb\t-0.1\n-0.7\t</s>\n\\2-grams:\n\
            -0.1\t<s> \u{2581}a\n-0.2\t\u{2581}a b\n-0.9\tb </s>\n\\end\\\n";
        let lm = Arc::new(Ngram::parse(arpa, &tokens).expect("a model"));
        CtcBeam::new(tokens, lm)
    }

    fn frames(most: usize) -> impl Strategy<Value = Vec<Vec<f32>>> {
        let frame = prop::collection::vec(0.05f32..1.0, 3).prop_map(|p| {
            let sum: f32 = p.iter().sum();
            p.iter().map(|p| (p / sum).ln()).collect()
        });
        prop::collection::vec(frame, 1..most)
    }

    /// Every text's probability: the sum over all its alignments, tried one by one.
    fn by_force(frames: &[Vec<f32>]) -> HashMap<Vec<usize>, f32> {
        let mut texts: HashMap<Vec<usize>, f32> = HashMap::new();
        for path in 0..3usize.pow(frames.len() as u32) {
            let symbols: Vec<usize> = (0..frames.len()).map(|i| path / 3usize.pow(i as u32) % 3).collect();
            let mut text = symbols.clone();
            text.dedup();
            text.retain(|s| *s != 0);
            *texts.entry(text).or_default() += symbols.iter().zip(frames).map(|(s, f)| f[*s]).sum::<f32>().exp();
        }
        texts
    }

    proptest! {
        // As long as no beginning is dropped, the search is exact.
        #[test]
        fn it_finds_the_best_of_all_texts(frames in frames(4)) {
            let mut ctc = beam();
            frames.iter().for_each(|f| ctc.push(f, 1));
            let worth = |(text, p): (&Vec<usize>, &f32)| {
                let mut context = ctc.lm.start();
                let log_p: f32 = text.iter().map(|piece| {
                    let (log_p, next) = ctc.lm.follow(context, *piece);
                    context = next;
                    log_p
                }).sum();
                p.ln() + WEIGHT * (log_p + ctc.lm.end(context)) + BONUS * text.len() as f32
            };
            let best = by_force(&frames).iter().map(worth).fold(f32::NEG_INFINITY, f32::max);
            let found = ctc.beams.iter().map(|b| ctc.worth(b) + WEIGHT * ctc.lm.end(ctc.nodes[b.node].context));
            let found = found.fold(f32::NEG_INFINITY, f32::max);
            prop_assert!((found - best).abs() < 1e-3, "{} is not {}", found, best);
        }

        #[test]
        fn what_it_calls_fixed_never_changes(frames in frames(200), samples in 640u64..4_000) {
            let mut ctc = beam();
            let mut fixed: Vec<String> = Vec::new();
            for (i, frame) in frames.iter().enumerate() {
                ctc.push(frame, samples);
                let h = ctc.hypothesis(i + 1 == frames.len());
                let texts: Vec<String> = h.words.iter().map(|w| w.text.clone()).collect();
                prop_assert!(texts.starts_with(&fixed), "{:?} became {:?}", fixed, texts);
                fixed = texts[..h.fixed].to_vec();
                prop_assert!(h.words.windows(2).all(|w| w[0].start <= w[1].start));
            }
        }
    }

    #[test]
    fn broken_frames_are_passed_over() {
        let mut ctc = beam();
        for frame in [vec![], vec![f32::NAN; 3], vec![f32::NEG_INFINITY; 3], vec![-9.0, -0.1, -9.0]] {
            ctc.push(&frame, 640);
        }
        let h = ctc.hypothesis(true);
        assert_eq!(h.words.iter().map(|w| (w.text.as_str(), w.start.0)).collect::<Vec<_>>(), [("a", 3 * 640)]);
    }
}
