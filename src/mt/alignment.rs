//! Turns what a decoder looked at while it wrote into an alignment: which word of the source each word of the translation
//! comes from, and how much of each word of the source went into it. Pure.

use super::TargetWord;
use ndarray::{ArrayD, Axis, Ix4};

/// What the decoder looked at in each place: a weight for each piece of the source, marks included. Empty where a model
/// doesn't tell. What is seen in a place is behind the token that comes next.
pub type Looks = Vec<Vec<f32>>;

/// Which of a decoder's layers looks where its words come from: two thirds up (the fourth of six in AlignAtt, Papi et al.
/// 2023, arXiv 2305.11408; the last ones already prepare what comes next, Garg et al. 2019, arXiv 1909.02074).
pub fn layer(layers: usize) -> usize {
    (2 * layers).div_ceil(3).saturating_sub(1)
}

/// The mean over a layer's heads: `[rows, heads, n, length]` of all layers that tell → for each row its places.
pub fn mean(layers: &[ArrayD<f32>]) -> Vec<Looks> {
    let Some(Ok(one)) = layers.get(layer(layers.len())).map(|a| a.view().into_dimensionality::<Ix4>()) else {
        return Vec::new();
    };
    let mean = one.mean_axis(Axis(1)).unwrap_or_default();
    mean.outer_iter().map(|row| row.outer_iter().map(|place| place.to_vec()).collect()).collect()
}

/// Which word each piece belongs to; none that is a mark.
fn owners(words: &[TargetWord], pieces: &[u32]) -> Vec<Option<usize>> {
    let mut owners = vec![None; pieces.len()];
    let mut at = 0;
    for (i, word) in words.iter().enumerate() {
        // What lies between has no text.
        let begin = (at..pieces.len()).find(|start| pieces[*start..].starts_with(&word.tokens));
        let Some(begin) = begin.filter(|_| !word.tokens.is_empty()) else { continue };
        at = begin + word.tokens.len();
        owners[begin..at].fill(Some(i));
    }
    owners
}

/// A text and its pieces.
pub struct Side<'a> {
    /// Its words.
    pub words: &'a [TargetWord],
    /// Their pieces, and marks between them.
    pub pieces: &'a [u32],
}

/// How much each of the target's pieces looked at each word of the source.
fn weights(source: &Side, looks: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let owners = owners(source.words, source.pieces);
    let sums = |look: &Vec<f32>| {
        let mut sums = vec![0.0; source.words.len()];
        owners.iter().zip(look).for_each(|(owner, weight)| owner.iter().for_each(|word| sums[*word] += weight));
        sums
    };
    looks.iter().map(sums).collect()
}

/// What belongs together.
#[derive(Debug, Default, PartialEq)]
pub struct Aligned {
    /// For each word of the target the word of the source that it looks at most.
    pub reads: Vec<Option<usize>>,
    /// For each word of the source how much went into the target: pieces, as many in all as it has. How much of a look
    /// goes to marks instead, as it does when nothing is needed, differs from model to model.
    pub coverage: Vec<f32>,
}

/// Aligns a target with its source; `looks`: for each of the target's pieces a weight for each of the source's.
pub fn align(source: &Side, target: &Side, looks: &[Vec<f32>]) -> Aligned {
    let weights = weights(source, looks);
    let mut of_words = vec![vec![0.0; source.words.len()]; target.words.len()];
    for (owner, weights) in owners(target.words, target.pieces).iter().zip(&weights) {
        if let Some(word) = *owner {
            of_words[word].iter_mut().zip(weights).for_each(|(sum, weight)| *sum += weight);
        }
    }
    let most = |sums: &Vec<f32>| {
        let best = sums.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
        best.filter(|(_, sum)| **sum > 0.0).map(|(word, _)| word)
    };
    let mut coverage: Vec<f32> =
        (0..source.words.len()).map(|word| weights.iter().map(|row| row[word]).sum()).collect();
    let scale = weights.len() as f32 / coverage.iter().sum::<f32>().max(f32::MIN_POSITIVE);
    coverage.iter_mut().for_each(|sum| *sum *= scale);
    Aligned { reads: of_words.iter().map(most).collect(), coverage }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str, tokens: &[u32]) -> TargetWord {
        TargetWord { text: text.into(), tokens: tokens.to_vec(), ..TargetWord::default() }
    }

    #[test]
    fn the_layer_is_two_thirds_up() {
        assert_eq!([1, 2, 3, 6, 12].map(layer), [0, 1, 1, 3, 7]);
    }

    #[test]
    fn pieces_are_summed_over_words_and_marks_left_out() {
        let source = [word("the", &[5]), word("station", &[6, 7])];
        let target = [word("la", &[8]), word("estación", &[9, 10])];
        // A mark, 1, stands within either.
        let side = |words, pieces| Side { words, pieces };
        let looks = [[0.5, 0.4, 0.05, 0.05], [0.9, 0.0, 0.0, 0.1], [0.1, 0.3, 0.2, 0.3], [0.2, 0.0, 0.4, 0.4]];
        let looks: Vec<Vec<f32>> = looks.iter().map(|look| look.to_vec()).collect();
        let aligned = align(&side(&source, &[1, 5, 6, 7]), &side(&target, &[8, 1, 9, 10]), &looks);
        assert_eq!(aligned.reads, [Some(0), Some(1)]);
        let (the, station) = (aligned.coverage[0], aligned.coverage[1]);
        assert!((the + station - 4.0).abs() < 1e-5 && (station / the - 1.5 / 0.7).abs() < 1e-5, "{aligned:?}");
        assert_eq!(align(&side(&source, &[1, 5, 6, 7]), &side(&target, &[8, 1, 9, 10]), &[]).reads, [None, None]);
        assert_eq!(align(&side(&[], &[]), &side(&[], &[]), &[]), Aligned::default());
    }
}
