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
const WEIGHT: f32 = 0.8;
/// For each piece, against a language model's love of short texts.
const BONUS: f32 = 2.0;
/// How long two beginnings may disagree, in samples: 1 s. Then the best one stands, so that words get committed; 2 s made
/// no fewer errors.
const SETTLED: u64 = 16_000;

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

/// A beginning after the next frame: one that is known, or a known one and a piece.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Ahead {
    Known(usize),
    New(usize, usize),
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

/// One stream's decoding.
pub struct CtcBeam {
    tokens: Arc<Tokens>,
    lm: Arc<Ngram>,
    /// Every beginning that was ever kept; the first is the empty one. A node's parent always stands before it.
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

    /// The pieces worth trying in a frame, the likeliest first; `None` for a frame that says nothing.
    fn candidates(&self, log_probs: &[f32]) -> Option<Vec<usize>> {
        if log_probs.len() != self.tokens.len() || log_probs.iter().any(|p| p.is_nan()) {
            return None;
        }
        let is_likely = |id: &usize| log_probs[*id] > FLOOR && self.tokens.is_spoken(*id);
        let mut candidates: Vec<usize> = (0..log_probs.len()).filter(is_likely).collect();
        candidates.sort_by(|a, b| log_probs[*b].total_cmp(&log_probs[*a]));
        candidates.truncate(CANDIDATES);
        (!candidates.is_empty() || log_probs[self.tokens.blank()].is_finite()).then_some(candidates)
    }

    /// All that the beginnings may become with this frame.
    fn advance(&self, log_probs: &[f32], candidates: &[usize]) -> BTreeMap<Ahead, Ways> {
        const NO: f32 = f32::NEG_INFINITY;
        let blank = log_probs[self.tokens.blank()];
        // Ordered, so that the same sound always gives the same text.
        let mut ahead: BTreeMap<Ahead, Ways> = BTreeMap::new();
        for beam in &self.beams {
            let (total, last) = (add(beam.blank, beam.sound), self.nodes[beam.node].piece.id);
            let ways = ahead.entry(Ahead::Known(beam.node)).or_insert(Ways { blank: NO, goes_on: NO, begins: NO });
            ways.blank = total + blank;
            ways.goes_on = if beam.node == 0 { NO } else { beam.sound + log_probs[last] };
            for &id in candidates {
                // The same piece twice needs a blank between.
                let before = if id == last { beam.blank } else { total };
                let known = self.children.get(&(beam.node, id)).map(|node| Ahead::Known(*node));
                let to = known.unwrap_or(Ahead::New(beam.node, id));
                let ways = ahead.entry(to).or_insert(Ways { blank: NO, goes_on: NO, begins: NO });
                ways.begins = before + log_probs[id];
            }
        }
        ahead
    }

    /// What the language model makes of a beginning, weighed; and what may follow it.
    fn prior(&self, ahead: Ahead) -> (f32, Context) {
        match ahead {
            Ahead::Known(node) => (self.nodes[node].prior, self.nodes[node].context),
            Ahead::New(parent, id) => {
                let (log_p, context) = self.lm.follow(self.nodes[parent].context, id);
                (self.nodes[parent].prior + WEIGHT * log_p + BONUS, context)
            }
        }
    }

    /// Keeps the best.
    fn select(&mut self, ahead: BTreeMap<Ahead, Ways>, log_probs: &[f32], end: StreamTime) {
        let weigh = |(to, ways): (Ahead, Ways)| {
            let beam = Beam { node: 0, blank: ways.blank, sound: add(ways.goes_on, ways.begins) };
            let (prior, context) = self.prior(to);
            (add(beam.blank, beam.sound) + prior, to, ways, beam, prior, context)
        };
        let mut weighed: Vec<_> = ahead.into_iter().map(weigh).collect();
        weighed.sort_by(|a, b| b.0.total_cmp(&a.0));
        let least = weighed.first().map_or(0.0, |best| best.0) - SPREAD;
        self.beams.clear();
        for (_, to, ways, beam, prior, context) in weighed.into_iter().take(BEAMS).filter(|b| b.0 > least) {
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
                    self.nodes.push(Node { parent, piece: heard(id), context, prior });
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
            let end = if is_done { WEIGHT * self.lm.end(self.nodes[b.node].context) } else { 0.0 };
            add(b.blank, b.sound) + self.nodes[b.node].prior + end
        };
        let best = self.beams.iter().max_by(|a, b| worth(a).total_cmp(&worth(b)));
        let pieces = self.pieces(best.map_or(0, |b| b.node));
        let words = self.tokens.words(&pieces);
        // The last word that all share may still grow.
        let shared = self.tokens.words(&pieces[..self.shared(&pieces)]).len().saturating_sub(1);
        Hypothesis { fixed: if is_done { words.len() } else { shared }, words }
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
            let found = ctc.beams.iter().map(|b| {
                let node = &ctc.nodes[b.node];
                add(b.blank, b.sound) + node.prior + WEIGHT * ctc.lm.end(node.context)
            });
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
