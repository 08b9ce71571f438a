//! Turns the decoder's cross-attention into the time at which each token is heard: dynamic time warping. Pure.
//!
//! OpenAI's `find_alignment` (`whisper/timing.py`): normalise every frame over the tokens, smooth along the frames, take
//! the mean over the alignment heads, and find the cheapest way through. What each token attends to is told for AlignAtt.

use ndarray::{Array2, Array3, ArrayView1, ArrayView3, Axis, s};

/// Frames that the median looks at.
const MEDIAN: usize = 7;

/// Heads `[layer, head]` of the published models that follow the sound, by decoder layers, heads and encoder layers
/// (`shared/reference/models.md` §1.5), for folders whose `generation_config.json` doesn't name them. Multilingual models
/// only, but for tiny.en, which alone is listed there.
const HEADS: &[(&str, &[(usize, usize)])] = &[
    ("tiny", &[(2, 2), (3, 0), (3, 2), (3, 3), (3, 4), (3, 5)]),
    ("tiny.en", &[(1, 0), (2, 0), (2, 5), (3, 0), (3, 1), (3, 2), (3, 3), (3, 4)]),
    ("base", &[(3, 1), (4, 2), (4, 3), (4, 7), (5, 1), (5, 2), (5, 4), (5, 6)]),
    ("small", &[(5, 3), (5, 9), (8, 0), (8, 4), (8, 7), (8, 8), (9, 0), (9, 7), (9, 9), (10, 5)]),
    ("medium", &[(13, 15), (15, 4), (15, 15), (16, 1), (20, 0), (23, 4)]),
    ("large-v3", &[(7, 0), (10, 17), (12, 18), (13, 12), (16, 1), (17, 14), (19, 11), (21, 4), (24, 1), (25, 6)]),
    ("turbo", &[(2, 4), (2, 11), (3, 3), (3, 6), (3, 11), (3, 14)]),
];

/// The published model of these sizes, and its alignment heads.
pub fn known_heads(layers: usize, heads: usize, vocabulary: usize) -> Option<&'static [(usize, usize)]> {
    let name = match (layers, heads, vocabulary) {
        (4, 6, 51_864) => "tiny.en",
        (4, 6, 51_865) => "tiny",
        (6, 8, 51_865) => "base",
        (12, 12, 51_865) => "small",
        (24, 16, 51_865) => "medium",
        (32, 20, 51_866) => "large-v3",
        (4, 20, 51_866) => "turbo",
        _ => return None,
    };
    HEADS.iter().find(|h| h.0 == name).map(|h| h.1)
}

/// Where no heads are known: all of the last half of the layers.
pub fn default_heads(layers: usize, heads: usize) -> Vec<(usize, usize)> {
    (layers / 2..layers).flat_map(|layer| (0..heads).map(move |head| (layer, head))).collect()
}

/// The frame (0.02 s) at which each row's token begins. `attention` `[heads, tokens, frames]` is the attention of the
/// alignment heads over the whole window (its rows sum to one), of which the first `frames` are sound; `rows` are the
/// tokens to place, all others only count as a comparison.
pub fn token_times(attention: ArrayView3<'_, f32>, frames: usize, rows: std::ops::Range<usize>) -> Vec<usize> {
    let frames = frames.min(attention.len_of(Axis(2)));
    if frames == 0 || rows.is_empty() || attention.is_empty() {
        return vec![0; rows.len()];
    }
    let heads = normalised(attention.slice(s![.., .., ..frames]));
    let heads = smooth(&heads.slice(s![.., rows, ..]).to_owned());
    let Some(mean) = heads.mean_axis(Axis(0)) else { return Vec::new() };
    warp(&mean.mapv(|v| -v))
}

/// The frame that each row attends to the most, for the same arguments: of the mean over the heads, smoothed (Papi et al.
/// 2023), the last of equals.
///
/// Not normalised over the tokens, as Simul-Whisper and [`token_times`] do: that makes much of frames at which nobody looks.
/// In our fixture's clip it sends 4 of 22 tokens astray, by 0.4 to 1.2 s; here none is.
pub fn attended(attention: ArrayView3<'_, f32>, frames: usize, rows: std::ops::Range<usize>) -> Vec<usize> {
    let frames = frames.min(attention.len_of(Axis(2)));
    let heads = attention.slice(s![.., rows, ..frames]).mapv(f64::from);
    let Some(mean) = smooth(&heads).mean_axis(Axis(0)).filter(|_| frames > 0) else { return Vec::new() };
    let most = |row: ArrayView1<'_, f64>| {
        let best = row.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
        best.map_or(0, |(frame, _)| frame)
    };
    mean.outer_iter().map(most).collect()
}

/// Softmax over the sound alone, then every frame's distance from its mean over the tokens, in standard deviations.
fn normalised(attention: ArrayView3<'_, f32>) -> Array3<f64> {
    let mut all = attention.mapv(f64::from);
    for mut row in all.lanes_mut(Axis(2)) {
        // What the softmax gave to the silence behind is taken away again.
        let sum = row.sum();
        if sum > 0.0 {
            row.mapv_inplace(|v| v / sum);
        }
    }
    for mut tokens in all.lanes_mut(Axis(1)) {
        let n = tokens.len() as f64;
        let mean = tokens.sum() / n;
        let deviation = (tokens.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
        // Where all tokens look alike, the frame says nothing.
        tokens.mapv_inplace(|v| if deviation > 0.0 { (v - mean) / deviation } else { 0.0 });
    }
    all
}

/// The median of seven frames, mirrored at both ends.
fn smooth(heads: &Array3<f64>) -> Array3<f64> {
    let frames = heads.len_of(Axis(2));
    let side = MEDIAN / 2;
    if frames <= side {
        return heads.clone();
    }
    let mirrored = |i: usize| {
        let place = i.abs_diff(side);
        if place < frames { place } else { 2 * (frames - 1) - place }
    };
    let mut out = heads.clone();
    for (row, mut smooth) in heads.lanes(Axis(2)).into_iter().zip(out.lanes_mut(Axis(2))) {
        for (frame, value) in smooth.iter_mut().enumerate() {
            let mut near: [f64; MEDIAN] = std::array::from_fn(|i| row[mirrored(frame + i)]);
            near.sort_unstable_by(f64::total_cmp);
            *value = near[side];
        }
    }
    out
}

/// The cheapest way from the first token and frame to the last: the frame where each token begins.
fn warp(cost: &Array2<f64>) -> Vec<usize> {
    let (rows, columns) = cost.dim();
    // Sums in 32 bits, as the reference keeps them: ties are then the same.
    let mut total = Array2::from_elem((rows + 1, columns + 1), f32::INFINITY);
    let mut step = Array2::<u8>::zeros((rows + 1, columns + 1));
    total[(0, 0)] = 0.0;
    for column in 1..=columns {
        for row in 1..=rows {
            let (both, down, right) =
                (total[(row - 1, column - 1)], total[(row - 1, column)], total[(row, column - 1)]);
            let (best, kind) = match () {
                () if both < down && both < right => (both, 0),
                () if down < both && down < right => (down, 1),
                () => (right, 2),
            };
            total[(row, column)] = (cost[(row - 1, column - 1)] + f64::from(best)) as f32;
            step[(row, column)] = kind;
        }
    }
    step.row_mut(0).fill(2);
    step.column_mut(0).fill(1);
    let (mut row, mut column) = (rows, columns);
    let mut begins = vec![0; rows];
    while row > 0 || column > 0 {
        if row > 0 {
            // Walking back, the last frame seen is the first one.
            begins[row - 1] = column.saturating_sub(1);
        }
        match step[(row, column)] {
            0 => (row, column) = (row - 1, column - 1),
            1 => row -= 1,
            _ => column -= 1,
        }
    }
    begins
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_found_where_they_are_looked_at() {
        // Each of four tokens looks at five frames of its own; the last ten frames are silence, where all look a bit.
        let attention = Array3::from_shape_fn((2, 4, 30), |(_, token, frame)| match frame / 5 == token {
            true => 0.16,
            false => 0.2 / 25.0,
        });
        assert_eq!(token_times(attention.view(), 20, 0..4), [0, 5, 10, 15]);
        assert_eq!(token_times(attention.view(), 20, 1..3).len(), 2);
        let attended = attended(attention.view(), 20, 0..4);
        assert_eq!(attended.len(), 4);
        assert!(attended.iter().enumerate().all(|(token, frame)| frame / 5 == token), "{attended:?}");
    }

    #[test]
    fn nothing_to_align_is_no_problem() {
        let attention = Array3::from_elem((1, 3, 2), 0.5);
        assert_eq!(token_times(attention.view(), 2, 0..3).len(), 3);
        assert_eq!(token_times(attention.view(), 0, 0..3), [0, 0, 0]);
        assert!(token_times(attention.view(), 2, 1..1).is_empty());
        assert!(attended(attention.view(), 0, 0..3).is_empty() && attended(attention.view(), 2, 1..1).is_empty());
        assert_eq!(token_times(Array3::zeros((0, 3, 2)).view(), 2, 0..3), [0, 0, 0]);
    }

    #[test]
    fn heads_are_of_the_model() {
        assert_eq!(known_heads(6, 8, 51_865).map(<[_]>::len), Some(8));
        assert_eq!(known_heads(3, 4, 51_865), None);
        assert_eq!(default_heads(3, 2), [(1, 0), (1, 1), (2, 0), (2, 1)]);
    }
}
