//! What a stage makes of the glossary -> the same, made once for each glossary and not for each utterance.

use super::{Glossaries, Glossary};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

/// Values that are kept; more rooms and languages than this are made anew.
const KEPT: usize = 64;

/// Values by room and languages, of the glossary as it is now.
#[derive(Debug)]
pub struct Ready<K, V> {
    glossaries: Arc<Glossaries>,
    /// Of which glossary the values are.
    of: Arc<Glossary>,
    values: HashMap<K, V>,
}

impl<K: Eq + Hash, V> Ready<K, V> {
    /// None yet.
    pub fn new(glossaries: Arc<Glossaries>) -> Self {
        Self { glossaries, of: Arc::default(), values: HashMap::new() }
    }

    /// The value of a key, made of the glossary if need be.
    pub fn get(&mut self, key: K, make: impl FnOnce(&Glossary) -> V) -> &V {
        let now = self.glossaries.now();
        if !Arc::ptr_eq(&now, &self.of) || self.values.len() > KEPT {
            self.values.clear();
            self.of = now;
        }
        self.values.entry(key).or_insert_with(|| make(&self.of))
    }
}
