//! Terms that a person gives while the daemon runs, room by room -> a glossary with them before the file's own.

use super::file::term;
use super::{Glossary, Term};
use crate::error::{Error, Result};
use crate::text::Lang;
use std::collections::BTreeMap;

/// Terms of all rooms together: a person types them.
const MOST: usize = 2_000;

/// What was given since the daemon began. Nothing of it is written to a file.
#[derive(Debug, Default)]
pub struct Live(BTreeMap<String, Vec<(Lang, Lang, Term)>>);

impl Live {
    /// Takes a term; what was given for the same word before is forgotten. Without a target only that.
    ///
    /// # Errors
    /// A config error when it can't be a term, or there are too many.
    pub fn give(&mut self, room: &str, from: &Lang, to: &Lang, source: &str, target: Option<&str>) -> Result<()> {
        let given = term(source, target.unwrap_or(source))?;
        if target.is_some() && self.0.values().map(Vec::len).sum::<usize>() >= MOST {
            return Err(
                Error::config(format!("{MOST} terms are given already")).hint("write them into the glossary's file")
            );
        }
        let own = self.0.entry(room.to_owned()).or_default();
        let is_same = |(a, b, term): &(Lang, Lang, Term)| {
            a == from && b == to && term.source.to_lowercase() == given.source.to_lowercase()
        };
        own.retain(|entry| !is_same(entry));
        if target.is_some() {
            own.push((from.clone(), to.clone(), given));
        }
        self.0.retain(|_, terms| !terms.is_empty());
        Ok(())
    }

    /// What was given in a room.
    pub fn of(&self, room: &str) -> &[(Lang, Lang, Term)] {
        self.0.get(room).map_or(&[], Vec::as_slice)
    }

    /// The file's glossary with these before its own.
    pub fn before(&self, file: &Glossary) -> Glossary {
        let mut glossary = file.clone();
        for (room, terms) in &self.0 {
            let entries = glossary.rooms.entry(room.clone()).or_default();
            entries.terms.splice(0..0, terms.iter().cloned());
        }
        glossary
    }
}
