//! Compares the meaning of a text with its translation's, as far as rules can tell: numbers, units, negation, names, and
//! whether something was left out. Pure; languages are data, and what isn't known of a language is not judged.

mod cardinals;
pub mod clauses;
pub mod coverage;
mod digits;
mod names;
mod negation;
mod numbers;
mod omission;
mod times;
mod units;
mod words;

use crate::text::Lang;
use negation::Polarity;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use words::Token;

/// `[translate.guards]`: what is compared, and what follows from a difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GuardRules {
    /// Numbers, dates, times, prices: digits of any script; words in English, Spanish, German, French.
    pub numbers: bool,
    /// Units of numbers: `%`, `km`, `€`, hours (the same languages).
    pub units: bool,
    /// Whether something is denied (the same languages).
    pub negation: bool,
    /// Names, codes, addresses (Latin script).
    pub names: bool,
    /// Whether a sentence or more is missing.
    pub omission: bool,
    /// What fails is translated again, clause by clause.
    pub retry: bool,
    /// What still fails is shown in its own language, flagged `source`.
    pub fail_to_source: bool,
    /// What the model itself doubts more than its makers say it should (`doubtful_below` in its folder's `config.json`) is shown in
    /// its own language, flagged `source`; drafts of it aren't shown.
    pub doubt: bool,
}

impl Default for GuardRules {
    fn default() -> Self {
        let on = true;
        Self {
            numbers: on,
            units: on,
            negation: on,
            names: on,
            omission: on,
            retry: on,
            fail_to_source: false,
            doubt: on,
        }
    }
}

/// What differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A number.
    Numbers,
    /// A number's unit.
    Units,
    /// A negation.
    Negation,
    /// A name, a code, an address.
    Names,
    /// A part of the text is missing.
    Omitted,
    /// The translation says far more than its source.
    Added,
}

impl Kind {
    /// As captions are flagged, and the metric's label.
    pub fn flag(self) -> &'static str {
        match self {
            Self::Numbers => "numbers",
            Self::Units => "units",
            Self::Negation => "negation",
            Self::Names => "names",
            Self::Omitted => "omitted",
            Self::Added => "added",
        }
    }
}

/// A difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Of what kind.
    pub kind: Kind,
    /// What the source says; empty if it says nothing of the kind.
    pub source: String,
    /// What the translation says in its place.
    pub target: String,
}

/// A text and its translation, each in its language.
struct Pair<'a> {
    langs: [&'a Lang; 2],
    texts: [&'a str; 2],
    tokens: [Vec<Token>; 2],
}

/// What the translation has otherwise than its source.
pub fn compare(rules: &GuardRules, source: &str, from: &Lang, target: &str, to: &Lang) -> Vec<Finding> {
    let tokens = [words::tokens(source, from), words::tokens(target, to)];
    let pair = Pair { langs: [from, to], texts: [source, target], tokens };
    let mut findings = Vec::new();
    if rules.numbers || rules.units {
        pair.numbers(rules, &mut findings);
    }
    if rules.negation {
        findings.extend(pair.negation());
    }
    if rules.names {
        pair.names(&mut findings);
    }
    if rules.omission
        && let Some(fault) = omission::fault(source, from, target, to)
    {
        let kind = if fault == omission::Fault::Omitted { Kind::Omitted } else { Kind::Added };
        findings.push(Finding { kind, source: source.to_owned(), target: target.to_owned() });
    }
    findings
}

impl Pair<'_> {
    /// What was written at these tokens.
    fn text(&self, side: usize, start: usize, end: usize) -> String {
        self.tokens[side][start..end].iter().map(|t| t.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    fn numbers(&self, rules: &GuardRules, findings: &mut Vec<Finding>) {
        let (source, knows_source) = numbers::mentions(&self.tokens[0], self.langs[0]);
        let (target, knows_target) = numbers::mentions(&self.tokens[1], self.langs[1]);
        if rules.numbers {
            let (left, right) = numbers::differences(&source, &target, knows_source && knows_target);
            let said = |i: Option<&usize>| i.map_or(String::new(), |i| self.text(0, source[*i].start, source[*i].end));
            let written =
                |i: Option<&usize>| i.map_or(String::new(), |i| self.text(1, target[*i].start, target[*i].end));
            for i in 0..left.len().max(right.len()) {
                let (source, target) = (said(left.get(i)), written(right.get(i)));
                findings.push(Finding { kind: Kind::Numbers, source, target });
            }
        }
        let [from, to] = self.langs.map(Lang::primary);
        if rules.units && units::knows(from) && units::knows(to) {
            let said = [units::said(&self.tokens[0], &source, from), units::said(&self.tokens[1], &target, to)];
            let (left, right) = units::differences(&said[0], &said[1]);
            let word = |side: usize, at: Option<&usize>| at.map_or(String::new(), |at| self.text(side, *at, at + 1));
            for i in 0..left.len().max(right.len()) {
                let (source, target) = (word(0, left.get(i)), word(1, right.get(i)));
                findings.push(Finding { kind: Kind::Units, source, target });
            }
        }
    }

    fn negation(&self) -> Option<Finding> {
        let of = |side: usize| negation::polarity(&self.tokens[side], self.langs[side].primary());
        let (source, target) = match (of(0)?, of(1)?) {
            (Polarity::Denied(at), Polarity::Plain) => (self.text(0, at, at + 1), String::new()),
            (Polarity::Plain, Polarity::Denied(at)) => (String::new(), self.text(1, at, at + 1)),
            _ => return None,
        };
        Some(Finding { kind: Kind::Negation, source, target })
    }

    fn names(&self, findings: &mut Vec<Finding>) {
        let missing = names::missing(&self.tokens[0], &self.tokens[1], self.langs[0]);
        let missing = missing.into_iter().map(|at| self.text(0, at, at + 1));
        let addresses = names::missing_addresses(self.texts[0], self.texts[1]);
        let finding = |source| Finding { kind: Kind::Names, source, target: String::new() };
        findings.extend(missing.chain(addresses).map(finding));
    }
}

#[cfg(test)]
mod tests;
