//! The starter models' quality on committed held-out recordings, through the program itself.
//!
//! The figures in the model cards come from `onnx/train/asr/evaluate.py` on larger sets; this guards against the daemon
//! doing worse than its models.

use crate::support::{sample, sottovoce, stdout};
use std::collections::BTreeMap;

/// Word-level edit distance (Levenshtein) and the number of words of the reference.
fn errors(reference: &str, hypothesis: &str) -> (usize, usize) {
    let (r, h): (Vec<&str>, Vec<&str>) = (reference.split(' ').collect(), hypothesis.split_whitespace().collect());
    let mut row: Vec<usize> = (0..=h.len()).collect();
    for (i, a) in r.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in h.iter().enumerate() {
            let next = (row[j] + 1).min(row[j + 1] + 1).min(diagonal + usize::from(a != b));
            diagonal = std::mem::replace(&mut row[j + 1], next);
        }
    }
    (row[h.len()], r.len())
}

#[test]
fn word_errors_stay_within_bounds() {
    let manifest = std::fs::read_to_string(sample("manifest.tsv")).expect("the manifest");
    let mut groups: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for line in manifest.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let file = sample(columns[0]).display().to_string();
        let output = sottovoce(&["translate", &file, "--to", "en"]);
        let heard = stdout(&output).split_whitespace().collect::<Vec<_>>().join(" ");
        let (wrong, words) = errors(columns[3], &heard);
        let group = groups.entry(columns[1]).or_default();
        *group = (group.0 + wrong, group.1 + words);
    }
    for (group, most) in [("seen", 0.12), ("formant", 0.10), ("natural", 0.35)] {
        let (wrong, words) = groups[group];
        let rate = wrong as f64 / words as f64;
        println!("{group}: WER {:.1} % of {words} words", rate * 100.0);
        assert!(rate <= most, "{group}: {:.1} % of words are wrong", rate * 100.0);
    }
}
