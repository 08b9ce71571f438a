//! Terms in a text, and whether its translation has them. Pure.
//!
//! Words are compared without case, accents and punctuation, since recognisers leave those out. In scripts that are
//! written without spaces a term is found wherever it is written.

use super::Term;
use crate::text::{fold, has_no_spaces};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::ops::Range;

/// A translated word may have so many letters more than the term at its end: plurals, cases.
const ENDING: usize = 2;
/// And only if the term has so many: `sol` isn't in `solo`.
const STEM: usize = 4;

/// A term in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Which.
    pub term: Term,
    /// Where, in bytes.
    pub at: Range<usize>,
}

/// What became of a term.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TermUse {
    /// As it is said.
    pub source: String,
    /// As it was to be written.
    pub target: String,
    /// Whether it is.
    pub honoured: bool,
}

/// A word of a text, folded, and its bytes.
type Spot = (String, Range<usize>);

/// The terms of a pair of languages, ready to be found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Terms {
    /// Each with the words it is made of.
    terms: Vec<(Vec<String>, Term)>,
    /// Those that begin with a word, the longest first.
    by_first: HashMap<String, Vec<usize>>,
}

impl Terms {
    /// Of two entries for one term the first counts.
    pub fn new(terms: impl IntoIterator<Item = Term>) -> Self {
        let mut all = Self::default();
        for term in terms {
            let spelled: Vec<String> = words(&term.source).into_iter().map(|(word, _)| word).collect();
            let Some(first) = spelled.first() else { continue };
            let known = all.by_first.entry(first.clone()).or_default();
            if known.iter().any(|i| all.terms[*i].0 == spelled) {
                continue;
            }
            let place = known.partition_point(|i| all.terms[*i].0.len() >= spelled.len());
            known.insert(place, all.terms.len());
            all.terms.push((spelled, term));
        }
        all
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Those in a text, in its order: at each place the longest, and none inside another.
    pub fn find(&self, text: &str) -> Vec<Found> {
        let (mut found, mut from) = (Vec::new(), 0);
        let text = if self.is_empty() { Vec::new() } else { words(text) };
        while let Some((first, start)) = text.get(from) {
            let is_here = |i: &&usize| {
                let (spelled, _) = &self.terms[**i];
                let here = text.get(from..from + spelled.len());
                here.is_some_and(|here| here.iter().map(|(word, _)| word).eq(spelled))
            };
            let here = self.by_first.get(first).and_then(|known| known.iter().find(is_here));
            let length = here.map_or(1, |i| self.terms[*i].0.len());
            if let Some(i) = here {
                let at = start.start..text[from + length - 1].1.end;
                found.push(Found { term: self.terms[*i].1.clone(), at });
            }
            from += length;
        }
        found
    }
}

/// The text with each term replaced by what it is called in the other language.
pub fn switch(text: &str, found: &[Found]) -> String {
    let (mut switched, mut at) = (String::new(), 0);
    for Found { term, at: place } in found {
        switched.push_str(&text[at..place.start]);
        switched.push_str(&term.target);
        at = place.end;
    }
    switched + &text[at..]
}

/// What became of each term in a translation.
pub fn uses(found: &[Found], translation: &str) -> Vec<TermUse> {
    let text = words(translation);
    let mut uses: Vec<TermUse> = Vec::new();
    for Found { term, .. } in found {
        // The second mention of a term needs a second mention of its translation.
        let before = uses.iter().filter(|u| u.target == term.target).count();
        let honoured = places(&text, &words(&term.target)).len() > before;
        uses.push(TermUse { source: term.source.clone(), target: term.target.clone(), honoured });
    }
    uses
}

/// Where these words first stand in a text, in bytes, whatever their last one's ending.
pub fn first(text: &str, wanted: &str) -> Option<Range<usize>> {
    places(&words(text), &words(wanted)).into_iter().next()
}

/// Where these words stand in a text, one behind the other; the last may have an ending.
fn places(text: &[Spot], wanted: &[Spot]) -> Vec<Range<usize>> {
    let Some(last) = wanted.len().checked_sub(1) else { return Vec::new() };
    let is = |i: usize, word: &str| {
        let wanted = wanted[i].0.as_str();
        let is_inflected = |rest: &str| i == last && rest.chars().count() <= ENDING && wanted.chars().count() >= STEM;
        word == wanted || word.strip_prefix(wanted).is_some_and(is_inflected)
    };
    let (mut places, mut from) = (Vec::new(), 0);
    while let Some(window) = text.get(from..from + wanted.len()) {
        if window.iter().enumerate().all(|(i, (word, _))| is(i, word)) {
            places.push(window[0].1.start..window[last].1.end);
            from += wanted.len();
        } else {
            from += 1;
        }
    }
    places
}

/// The words of a text: runs of letters and digits, and each letter by itself where a script has no spaces.
fn words(text: &str) -> Vec<Spot> {
    let mut words: Vec<Spot> = Vec::new();
    let mut open: Option<usize> = None;
    let is_part = |c: char| c.is_alphanumeric() || ('\u{300}'..='\u{36F}').contains(&c);
    for (at, c) in text.char_indices() {
        let is_alone = has_no_spaces(c);
        if (is_alone || !is_part(c))
            && let Some(start) = open.take()
        {
            words.push((fold(&text[start..at]), start..at));
        }
        if is_alone && is_part(c) {
            words.push((fold(&text[at..at + c.len_utf8()]), at..at + c.len_utf8()));
        } else if is_part(c) {
            open.get_or_insert(at);
        }
    }
    if let Some(start) = open {
        words.push((fold(&text[start..]), start..text.len()));
    }
    words
}
