//! A glossary file -> what a speaker's terms are called in other languages, and which words a recogniser ought to expect;
//! for every room, or for one.
//!
//! In the order of the data: `file` (text to entries), [`Glossary`] (entries to what a room and a pair of languages need),
//! [`found`] (terms in a text, and whether its translation has them), [`live`] (terms given while it runs), [`Glossaries`] (the
//! file, read again when it changes, and these), [`Ready`] (what stages make of it).

mod file;
pub mod found;
pub mod live;
mod ready;
mod watch;

pub use found::{Found, TermUse, Terms};
pub use ready::Ready;
pub use watch::{Glossaries, Watching};

use crate::text::Lang;
use std::collections::BTreeMap;

/// What a term is called in another language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// As it is said.
    pub source: String,
    /// As it is to be written.
    pub target: String,
}

/// A glossary, as it was last read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Glossary {
    everywhere: Entries,
    rooms: BTreeMap<String, Entries>,
}

/// Entries of one room, or of all.
#[derive(Debug, Clone, Default, PartialEq)]
struct Entries {
    terms: Vec<(Lang, Lang, Term)>,
    hot_words: Vec<(Lang, String)>,
}

/// Whether what is written for one language is meant for the other: `en` is meant for `en-GB`, and not the other way.
fn serves(written: &Lang, wanted: &Lang) -> bool {
    written == wanted || written.tag() == wanted.primary()
}

impl Glossary {
    /// What is wanted of a translation in a room: its own entries come before those of all rooms.
    pub fn terms(&self, room: &str, from: &Lang, to: &Lang) -> Terms {
        let all = self.of(room).flat_map(|entries| &entries.terms);
        Terms::new(all.filter(|(a, b, _)| serves(a, from) && serves(b, to)).map(|(.., term)| term.clone()))
    }

    /// What is likely to be said in a language in a room although a recogniser may never have heard of it: the hot words,
    /// and all terms that have a translation.
    pub fn hot_words(&self, room: &str, lang: &Lang) -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        for entries in self.of(room) {
            let hot = entries.hot_words.iter().filter(|(of, _)| serves(of, lang)).map(|(_, word)| word);
            let terms = entries.terms.iter().filter(|(from, ..)| serves(from, lang)).map(|(.., term)| &term.source);
            for word in hot.chain(terms) {
                if !words.contains(word) {
                    words.push(word.clone());
                }
            }
        }
        words
    }

    /// For people: how many terms there are for each pair of languages, and hot words for each language.
    pub fn summary(&self) -> String {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for entries in std::iter::once(&self.everywhere).chain(self.rooms.values()) {
            for (from, to, _) in &entries.terms {
                *counts.entry(format!("{from} to {to}")).or_default() += 1;
            }
            for (lang, _) in &entries.hot_words {
                *counts.entry(format!("hot words {lang}")).or_default() += 1;
            }
        }
        let counts: Vec<String> = counts.into_iter().map(|(what, n)| format!("{what}: {n}")).collect();
        let rooms = match self.rooms.len() {
            0 => String::new(),
            n => format!(", with entries of their own for {n} rooms"),
        };
        if counts.is_empty() { "empty".into() } else { format!("{}{rooms}", counts.join(", ")) }
    }

    /// A room's own entries, then those of all rooms.
    fn of(&self, room: &str) -> impl Iterator<Item = &Entries> {
        self.rooms.get(room).into_iter().chain([&self.everywhere])
    }
}

#[cfg(test)]
mod tests;
