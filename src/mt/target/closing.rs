//! Closes a unit: compares its translation's meaning with its source's, has its clauses translated where they differ, and
//! says what stays wrong.

use super::{Context, Target, Unit, Work};
use crate::glossary::found::{self, TermUse};
use crate::mt::guards::{self, Finding, Kind, coverage};
use crate::mt::retry::{self, Retry};
use crate::mt::units::Cut;
use crate::mt::{TargetWord, Translation, join};
use crate::text::Lang;
use std::ops::Range;

/// The words of a source that went into nothing.
fn left_out(words: &[(String, f32)]) -> Option<Range<usize>> {
    coverage::left_out(&words.iter().map(|(_, pieces)| *pieces).collect::<Vec<f32>>())
}

impl Target {
    /// What would be committed were the open unit closed now.
    pub(super) fn ending(&self) -> Vec<TargetWord> {
        let mut stabiliser = self.unit.stabiliser.clone();
        stabiliser.update(&self.unit.last.words, 0, true);
        stabiliser.committed().to_vec()
    }

    /// What is wrong with a translation of the open unit, into which its words went so much.
    fn judge(&self, from: &Lang, words: &[TargetWord], coverage: &[(String, f32)]) -> Vec<Finding> {
        let mut findings = self.differences(from, words);
        if self.ways.guards.omission && !findings.iter().any(|finding| finding.kind == Kind::Omitted) {
            findings.extend(left_out(coverage).map(|row| Finding {
                kind: Kind::Omitted,
                source: coverage[row].iter().map(|(word, _)| word.as_str()).collect::<Vec<_>>().join(" "),
                target: String::new(),
            }));
        }
        findings
    }

    /// What a translation of the open unit has otherwise: alone, or, since words move across its border, with what goes
    /// before it.
    fn differences(&self, from: &Lang, words: &[TargetWord]) -> Vec<Finding> {
        // What the glossary calls otherwise is compared as it calls it.
        let compare = |source: &str, words: &[TargetWord]| {
            let source = found::switch(source, &self.terms.find(source));
            guards::compare(&self.ways.guards, &source, from, &join(words), &self.lang)
        };
        let alone = compare(&self.unit.source, words);
        let Some(context) = self.unit.context.as_ref().filter(|_| !alone.is_empty()) else { return alone };
        let source = format!("{} {}", context.source, self.unit.source);
        let together = compare(&source, &[&context.words, words].concat());
        if together.len() < alone.len() { together } else { alone }
    }

    /// Closes the open unit; but if its translation means something else, its clauses are translated first.
    pub(super) fn end(&mut self, cut: Cut, from: Lang) {
        let coverage = &self.unit.last.coverage;
        let findings = self.judge(&from, &self.ending(), coverage);
        retry::count(&findings);
        let may_retry = self.ways.guards.retry && !findings.is_empty();
        let covered = if self.unit.stabiliser.committed().is_empty() { 0 } else { self.unit.covered.max(1) };
        let retry = || Retry::new(&self.unit.source, covered, left_out(coverage), findings.clone());
        match may_retry.then(retry).flatten() {
            Some(retry) => self.retry = Some((retry, cut, from)),
            None => self.conclude(cut, &findings),
        }
    }

    /// The next clause of a unit that is translated again.
    pub(super) fn clause(&self) -> Option<Work> {
        let (retry, _, from) = self.retry.as_ref()?;
        let (clause, is_first) = retry.clause();
        Some(Work { is_clause: true, ..self.work(clause.to_owned(), is_first, from.clone()) })
    }

    pub(super) fn take_clause(&mut self, translation: Option<Translation>) {
        let Some((mut retry, cut, from)) = self.retry.take() else { return };
        let Some(mut translation) = translation else {
            crate::metrics::get().guard_retries.with_label_values(&["failed"]).inc();
            return self.conclude(cut, &retry.findings);
        };
        if retry.clause().1 {
            self.unit.own(&mut translation);
        }
        if !retry.take(translation) {
            self.retry = Some((retry, cut, from));
            return;
        }
        let (kept, findings) =
            retry.outcome(self.unit.stabiliser.committed(), |all| self.judge(&from, &all.words, &all.coverage));
        if let Some(words) = kept {
            self.unit.last.words = words;
        }
        self.conclude(cut, &findings);
    }

    /// Closes a unit with what is wrong with it.
    fn conclude(&mut self, cut: Cut, findings: &[Finding]) {
        let mut flags: Vec<&'static str> = findings.iter().map(|f| f.kind.flag()).collect();
        let is_worthless = self.is_doubtful() || self.ways.guards.fail_to_source && !flags.is_empty();
        let shows_source = is_worthless && self.unit.stabiliser.committed().is_empty();
        if shows_source {
            let word = |text: &str| TargetWord { text: text.to_owned(), ..TargetWord::default() };
            self.unit.last.words = self.unit.source.split_whitespace().map(word).collect();
            flags.push("source");
        }
        let uses = found::uses(&self.terms.find(&self.unit.source), &join(&self.ending()));
        for TermUse { honoured, .. } in &uses {
            let outcome = if *honoured { "honoured" } else { "missed" };
            crate::metrics::get().glossary_terms.with_label_values(&[outcome]).inc();
            flags.extend((!honoured).then_some("terms"));
        }
        self.uses.extend(uses);
        self.flags.extend(flags);
        self.flags.sort_unstable();
        self.flags.dedup();
        self.close(cut);
        if shows_source {
            // Nothing is known of how the translation would go on.
            self.unit.context = None;
        }
    }

    /// Closes the open unit and begins the next.
    fn close(&mut self, cut: Cut) {
        let unit = &mut self.unit;
        unit.stabiliser.update(&unit.last.words, 0, true);
        let words = unit.stabiliser.committed().to_vec();
        self.log_p += unit.last.p.ln().max(-99.0) * words.len() as f32;
        self.from += cut.words;
        let context = Context { source: std::mem::take(&mut unit.source), words: words.clone() };
        let goes_on = cut.is_inside && self.ways.units.context;
        self.closed.extend(words);
        self.unit = Unit::new(self.ways.policy, goes_on.then_some(context));
    }
}
