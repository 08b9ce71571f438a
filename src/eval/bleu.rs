//! Turns hypotheses and references into BLEU, as sacreBLEU's defaults do: one reference, `13a`, exponential smoothing.

use super::ngrams;

/// The longest n-gram (Papineni et al. 2002).
const ORDER: usize = 4;

/// What sacreBLEU would print beside the score.
pub const SIGNATURE: &str = "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0";

/// Counts over a corpus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bleu {
    matched: [usize; ORDER],
    total: [usize; ORDER],
    hypothesis: usize,
    reference: usize,
}

impl Bleu {
    /// Adds a sentence.
    pub fn add(&mut self, hypothesis: &str, reference: &str) {
        let (said, wanted) = (tokens(hypothesis), tokens(reference));
        self.hypothesis += said.len();
        self.reference += wanted.len();
        for n in 1..=ORDER {
            let wanted = ngrams(&wanted, n);
            for (gram, count) in ngrams(&said, n) {
                self.total[n - 1] += count;
                self.matched[n - 1] += count.min(wanted.get(gram).copied().unwrap_or(0));
            }
        }
    }

    /// The score, 0 to 100.
    pub fn score(&self) -> f64 {
        // Without any match, or without a single 4-gram, the geometric mean is zero.
        if self.matched.iter().all(|m| *m == 0) || self.total.contains(&0) {
            return 0.0;
        }
        let mut smooth = 1.0;
        let mut logs = 0.0;
        for (&matched, &total) in self.matched.iter().zip(&self.total) {
            let hits = if matched > 0 {
                matched as f64
            } else {
                // NIST's mteval-v13a: the first order without a match counts half, the next a quarter.
                smooth *= 2.0;
                1.0 / smooth
            };
            logs += (hits / total as f64).ln();
        }
        let (said, wanted) = (self.hypothesis as f64, self.reference as f64);
        let brevity = if said < wanted { (1.0 - wanted / said).exp() } else { 1.0 };
        100.0 * brevity * (logs / ORDER as f64).exp()
    }
}

/// Divides text as mteval-v13a does.
pub fn tokens(text: &str) -> Vec<String> {
    let text = text.trim_end().replace("<skipped>", "").replace("-\n", "").replace('\n', " ");
    let text = text.replace("&quot;", "\"").replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">");
    // Every mark but apostrophe, comma, hyphen and full stop stands alone.
    let is_mark = |c: char| c.is_ascii_punctuation() && !"',-.".contains(c);
    let mut line = String::from(" ");
    for c in text.chars() {
        if is_mark(c) { line.extend([' ', c, ' ']) } else { line.push(c) }
    }
    line.push(' ');
    // Full stops and commas stay only between digits; a hyphen leaves the digit before it.
    let is_point = |c: char| c == '.' || c == ',';
    let line = pairs(&line, |a, b| !a.is_ascii_digit() && is_point(b), |a, b| [a, ' ', b, ' ']);
    let line = pairs(&line, |a, b| is_point(a) && !b.is_ascii_digit(), |a, b| [' ', a, ' ', b]);
    let line = pairs(&line, |a, b| a.is_ascii_digit() && b == '-', |a, b| [a, ' ', b, ' ']);
    line.split_whitespace().map(str::to_owned).collect()
}

/// Replaces pairs of characters from the left, none twice, as a regular expression would.
fn pairs(text: &str, is_pair: impl Fn(char, char) -> bool, to: impl Fn(char, char) -> [char; 4]) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut chars = text.chars().peekable();
    while let Some(first) = chars.next() {
        match chars.next_if(|second| is_pair(first, *second)) {
            Some(second) => out.extend(to(first, second)),
            None => out.push(first),
        }
    }
    out
}
