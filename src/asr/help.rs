//! Hot words in a search that keeps several paths: where each path is in the words, what they help it by, and which paths
//! go on. Pure. One rule for all transducers, whether they stream or want the whole utterance.

use super::hot_words::{HotWords, State};
use super::tokens::Tokens;
use std::sync::Arc;

/// Paths that are kept at least where words are to be helped: a greedy search has no other path that help could raise.
/// 4 is sherpa-onnx's `max_active_paths`.
const HELPED: usize = 4;

/// Hot words, and what pieces spell.
#[derive(Debug, Clone)]
pub struct Help {
    /// The words.
    pub words: Arc<HotWords>,
    /// The model's pieces.
    pub tokens: Arc<Tokens>,
}

/// How far a path is in the hot words.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hot {
    state: State,
    /// What they help it by: words that are whole, and the promise of the open one.
    pub helped: f64,
}

impl Help {
    /// Where a path is once it says this piece.
    pub fn follow(&self, hot: Hot, id: usize) -> Hot {
        let followed = self.words.follow(hot.state, self.tokens.spelling(id));
        let promised = self.words.open(followed.state) - self.words.open(hot.state);
        Hot { state: followed.state, helped: hot.helped + f64::from(followed.whole + promised) }
    }

    /// What helps a path if its text is to be read now: what is only promised helps it on, and not to be read.
    fn earned(&self, hot: Hot) -> f64 {
        let promised = if self.words.is_whole(hot.state) { 0.0 } else { self.words.open(hot.state) };
        hot.helped - f64::from(promised)
    }
}

/// How many paths are kept where so many are wanted.
pub fn paths(help: Option<&Help>, wanted: usize) -> usize {
    if help.is_some() { wanted.max(HELPED) } else { wanted }
}

/// What helps a path if its text is to be read now.
pub fn earned(help: Option<&Help>, hot: Hot) -> f64 {
    help.map_or(0.0, |help| help.earned(hot))
}

/// The likeliest continuations, the best first: path, piece, and the piece's own log-probability. Of each path come its
/// worth and the logits of all pieces; `gain` says what a path is helped by with a piece of this log-probability.
pub fn best<'a, R>(
    paths: impl Iterator<Item = (f64, R)>,
    most: usize,
    gain: impl Fn(usize, usize, f64) -> f64,
) -> Vec<(usize, usize, f64)>
where
    R: IntoIterator<Item = &'a f32> + Copy,
{
    let mut all = Vec::new();
    for (path, (worth, row)) in paths.enumerate() {
        let sum = log_sum(row);
        let each = row.into_iter().enumerate().map(|(id, &logit)| {
            let own = f64::from(logit) - sum;
            (worth + own + gain(path, id, own), (path, id, own))
        });
        all.extend(each.filter(|(worth, _)| worth.is_finite()));
    }
    let order = |a: &(f64, (usize, usize, f64)), b: &(f64, (usize, usize, f64))| {
        b.0.total_cmp(&a.0).then((a.1.0, a.1.1).cmp(&(b.1.0, b.1.1)))
    };
    if all.len() > most {
        all.select_nth_unstable_by(most, order);
        all.truncate(most);
    }
    all.sort_by(order);
    all.into_iter().map(|(_, continuation)| continuation).collect()
}

/// ln of the sum of e^x
pub fn log_sum<'a>(values: impl IntoIterator<Item = &'a f32> + Copy) -> f64 {
    let highest = f64::from(values.into_iter().copied().fold(f32::NEG_INFINITY, f32::max));
    highest + values.into_iter().map(|&v| (f64::from(v) - highest).exp()).sum::<f64>().ln()
}

/// ln(e^a + e^b)
pub fn add(a: f64, b: f64) -> f64 {
    a.max(b) + (-(a - b).abs()).exp().ln_1p()
}
