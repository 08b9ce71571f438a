use super::*;
use ndarray::Array2;

const END: u32 = 2;

/// A model that knows three texts: `3 3` is the most probable, but `4` looks best at first.
fn logits(tokens: &[u32]) -> Vec<f32> {
    let p: [f32; 5] = match tokens {
        [] => [0.0, 0.0, 0.0, 0.45, 0.55],
        [4] => [0.0, 0.0, 0.5, 0.25, 0.25],
        [3] => [0.0, 0.0, 0.05, 0.95, 0.0],
        _ => [0.0, 0.0, 1.0, 0.0, 0.0],
    };
    p.iter().map(|p| (p + 1e-9).ln()).collect()
}

fn way(beams: usize, temperature: f32) -> Way {
    Way { beams, temperature, patience: 1.0, most: 40, stop_loops: false }
}

fn search(way: Way, logits: impl Fn(&[u32]) -> Vec<f32>) -> Written {
    let rules = Rules::none(END);
    let mut search = Search::new(&rules, END, way);
    let mut rows: Vec<Vec<u32>> = vec![Vec::new()];
    loop {
        let all: Vec<Vec<f32>> = rows.iter().map(|r| logits(r)).collect();
        let all = Array2::from_shape_fn((all.len(), 5), |(row, i)| all[row][i]);
        let Some(next) = search.step(all.view()) else { return search.best() };
        rows = next.rows.iter().zip(&next.tokens).map(|(r, t)| [rows[*r].clone(), vec![*t]].concat()).collect();
    }
}

#[test]
fn more_beams_find_what_greed_misses() {
    assert_eq!(search(way(1, 0.0), logits).tokens, [4]);
    let best = search(way(3, 0.0), logits);
    assert_eq!(best.tokens, [3, 3]);
    assert!((best.sum - (0.45f32 * 0.95).ln()).abs() < 1e-4);
    assert!((best.log_ps[1] - 0.95f32.ln()).abs() < 1e-4);
}

#[test]
fn samples_are_the_same_every_time_and_never_what_is_impossible() {
    let first = search(way(5, 1.0), logits);
    assert_eq!(first, search(way(5, 1.0), logits));
    assert!(first.tokens.iter().all(|t| *t > END));
}

#[test]
fn a_text_without_an_end_is_cut() {
    let endless = |_: &[u32]| vec![0.0, 1.0, -9.0, 5.0, 2.0];
    assert_eq!(search(way(1, 0.0), endless).tokens.len(), 40);
    assert_eq!(search(way(2, 0.0), endless).tokens.len(), 40);
    assert_eq!(search(Way { most: 3, ..way(1, 0.0) }, endless).tokens, [3, 3, 3]);
}

#[test]
fn a_loop_ends_early() {
    let endless = |_: &[u32]| vec![0.0, 5.0, -9.0, 1.0, 2.0];
    assert_eq!(search(Way { stop_loops: true, ..way(1, 0.0) }, endless).tokens, [1; 12]);
    assert!(repeats(&[7; 12]) && !repeats(&[7; 11]));
    assert!(repeats(&[1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3]));
    assert!(!repeats(&[1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 4]));
}

#[test]
fn a_loop_is_cut_to_one_phrase() {
    // Times from 100 on; text below 50.
    let looping = [100, 1, 2, 110, 110, 2, 120, 120, 2, 130, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2];
    assert_eq!(without_loop(&looping, 50), [100, 1, 2, 110, 110]);
    assert_eq!(without_loop(&looping[..9], 50), &looping[..9]);
}

#[test]
fn broken_logits_end_the_search() {
    assert_eq!(search(way(2, 0.0), |_| vec![f32::NAN; 5]), Written::default());
    assert_eq!(search(way(1, 0.6), |_| vec![f32::NAN; 5]), Written::default());
}
