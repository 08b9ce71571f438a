//! Turns a closed unit whose translation means something else into clauses to be translated by themselves, and says which
//! of the two translations is kept. Pure but for the metrics.

use super::guards::{Finding, clauses};
use super::{TargetWord, Translation};
use crate::metrics;
use std::collections::VecDeque;
use std::ops::Range;

/// Marks that a clause's translation gets although its clause has none.
const ENDS: [char; 3] = ['.', '?', '!'];

/// A unit on its way through its clauses.
pub struct Retry {
    /// The clauses that are still to be translated, in order.
    clauses: VecDeque<String>,
    /// The one that is being translated.
    open: String,
    /// What the others became.
    done: Translation,
    /// What was wrong with the translation of the whole.
    pub findings: Vec<Finding>,
}

/// Counts what was found wrong with a translation that is about to become final.
pub fn count(findings: &[Finding]) {
    for finding in findings {
        tracing::debug!(
            kind = finding.kind.flag(),
            source = finding.source,
            target = finding.target,
            "a translation differs"
        );
        metrics::get().guard_findings.with_label_values(&[finding.kind.flag()]).inc();
    }
}

impl Retry {
    /// A retry of a source of which the first `covered` words may be behind committed text: they stay in one clause. One
    /// that has no clauses is divided around what was left out. `None`: it can't be divided.
    pub fn new(source: &str, covered: usize, left_out: Option<Range<usize>>, findings: Vec<Finding>) -> Option<Self> {
        let count = source.split_whitespace().count();
        let mut lengths = clauses::split(source);
        if let Some(row) = left_out.filter(|row| lengths.len() == 1 && row.end <= count) {
            lengths = vec![row.start, row.len(), count - row.end];
            lengths.retain(|length| *length > 0);
        }
        let mut words = source.split_whitespace();
        let mut clauses: VecDeque<String> = VecDeque::new();
        let mut at = 0;
        for length in lengths {
            let clause = words.by_ref().take(length).collect::<Vec<_>>().join(" ");
            match clauses.back_mut().filter(|_| at < covered) {
                Some(first) => *first = format!("{first} {clause}"),
                None => clauses.push_back(clause),
            }
            at += length;
        }
        let is_divided = clauses.len() > 1;
        let open = clauses.pop_front().filter(|_| is_divided)?;
        Some(Self { clauses, open, done: Translation::default(), findings })
    }

    /// The clause to be translated, and whether it is the first: what is committed belongs to it.
    pub fn clause(&self) -> (&str, bool) {
        (&self.open, self.done.words.is_empty())
    }

    /// Takes the clause's translation; `true`: it was the last.
    pub fn take(&mut self, translation: Translation) -> bool {
        let mut words = translation.words;
        let ends = |text: &str| text.ends_with(ENDS);
        // Models end everything with a full stop, and begin it with a capital.
        if !self.clauses.is_empty() && !ends(&self.open) {
            words.last_mut().into_iter().for_each(|last| last.text = last.text.trim_end_matches(ENDS).to_owned());
        }
        let begins_small = self.open.chars().next().is_some_and(char::is_lowercase);
        if let Some(first) = words.first_mut().filter(|_| begins_small && !self.done.words.is_empty()) {
            let mut chars = first.text.chars();
            first.text = chars.next().into_iter().flat_map(char::to_lowercase).chain(chars).collect();
        }
        self.done.words.extend(words.into_iter().filter(|word| !word.text.is_empty()));
        self.done.coverage.extend(translation.coverage);
        match self.clauses.pop_front() {
            Some(next) => self.open = next,
            None => return true,
        }
        false
    }

    /// Which translation is kept: the clauses' (with what is still wrong with it) where less is wrong with it, and it
    /// begins with what is committed. The outcome is counted.
    pub fn outcome(
        mut self,
        committed: &[TargetWord],
        judge: impl Fn(&Translation) -> Vec<Finding>,
    ) -> (Option<Vec<TargetWord>>, Vec<Finding>) {
        let findings = judge(&self.done);
        let keeps = self.done.words.len() >= committed.len()
            && self.done.words.iter().zip(committed).all(|(a, b)| a.text.starts_with(b.text.trim_end_matches(ENDS)));
        if keeps {
            // A mark that was committed behind the first clause stays.
            for (word, committed) in
                self.done.words.iter_mut().zip(committed).filter(|(a, b)| !a.text.starts_with(&b.text))
            {
                word.clone_from(committed);
            }
        }
        let outcome = match (findings.is_empty(), findings.len() < self.findings.len()) {
            (true, _) if keeps => "mended",
            (_, true) if keeps => "better",
            _ => "kept",
        };
        metrics::get().guard_retries.with_label_values(&[outcome]).inc();
        if outcome == "kept" { (None, self.findings) } else { (Some(self.done.words), findings) }
    }
}
