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

/// Words without case and marks: how many have the right ones is the cards' to say.
fn bare(text: &str) -> String {
    let text: String = text.to_lowercase().replace('-', " ");
    let kept = text.chars().filter(|c| c.is_alphanumeric() || c.is_whitespace() || *c == '\'').collect::<String>();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn word_errors_stay_within_bounds() {
    let mut groups: BTreeMap<(&str, String), (usize, usize)> = BTreeMap::new();
    for lang in ["en", "es", "de", "fr"] {
        let manifest = std::fs::read_to_string(sample(&format!("manifest-{lang}.tsv"))).expect("the manifest");
        for line in manifest.lines().skip(1) {
            let columns: Vec<&str> = line.split('\t').collect();
            let file = sample(columns[0]).display().to_string();
            let output = sottovoce(&["translate", &file, "--from", lang, "--to", lang]);
            let (wrong, words) = errors(&bare(columns[3]), &bare(&stdout(&output)));
            let group = groups.entry((lang, columns[1].into())).or_default();
            *group = (group.0 + wrong, group.1 + words);
        }
    }
    for ((lang, group), (wrong, words)) in &groups {
        println!("{lang} {group}: WER {:.1} % of {words} words", *wrong as f64 / *words as f64 * 100.0);
    }
    for ((lang, group), (wrong, words)) in groups {
        let most = if group == "natural" { 0.45 } else { 0.25 };
        let rate = wrong as f64 / words as f64;
        assert!(rate <= most, "{lang} {group}: {:.1} % of words are wrong", rate * 100.0);
    }
}
