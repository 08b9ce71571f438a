//! TRANSLATE: turns the words of an utterance into other languages, committed and tentative, while it grows.
//!
//! In the order of the data: [`stage`] (whose turn it is), [`target`] (one utterance in one language), [`units`] (what is
//! translated together), [`terms`] (what the glossary calls otherwise), [`family`] and [`tokens`] (text to pieces and back), [`seq2seq`] (the model), [`verify`],
//! [`shortlist`] (greedy, and cheap), [`beam`] (the search), [`limits`]. [`guards`] say whether a translation
//! means what its source means; [`retry`] translates again what doesn't.

pub mod alignment;
pub mod beam;
pub mod family;
pub mod guards;
pub mod limits;
pub mod retry;
pub mod seq2seq;
pub mod shortlist;
pub mod spm;
pub mod stage;
pub mod target;
pub mod terms;
pub mod tokens;
pub mod units;
pub mod verify;

pub use limits::Limits;
pub use stage::Translate;

use crate::error::Result;
use crate::onnx::Compute;
use crate::stabilise::Same;
use crate::text::Lang;
use std::path::Path;

/// A word of the translation and the model's pieces it is made of.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TargetWord {
    /// As shown; a term of the glossary is one word.
    pub text: String,
    /// Its pieces, or those of what the model wrote in its place.
    pub tokens: Vec<u32>,
    /// No space comes before it (Chinese, Japanese, Thai …).
    pub glued: bool,
    /// Which word of the source it comes from, where the model tells.
    pub reads: Option<usize>,
}

impl Same for TargetWord {
    fn same(&self, other: &Self) -> bool {
        self.text == other.text
    }
    fn extends(&self, other: &Self) -> bool {
        self.text.len() > other.text.len()
            && self.text.starts_with(&other.text)
            && self.tokens.starts_with(&other.tokens)
    }
}

/// Something to translate.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// The text.
    pub source: String,
    /// Its language.
    pub from: Lang,
    /// The language wanted.
    pub to: Lang,
    /// Pieces the translation must begin with.
    pub forced: Vec<u32>,
    /// Pieces of an earlier translation, the forced ones included: a guess that makes the work quicker and changes nothing.
    pub draft: Vec<u32>,
    /// Nothing will be added to the text: worth a beam search.
    pub is_final: bool,
}

impl Job {
    /// A whole text, without anything known of its translation.
    pub fn whole(source: &str, from: &Lang, to: &Lang) -> Self {
        let (from, to, forced, draft) = (from.clone(), to.clone(), Vec::new(), Vec::new());
        Self { source: source.to_owned(), from, to, forced, draft, is_final: true }
    }
}

/// A translation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Translation {
    /// Its words, the forced ones included.
    pub words: Vec<TargetWord>,
    /// The mean probability of its pieces (geometric), 0 to 1.
    pub p: f32,
    /// Whether it is less probable than what the model is good for, as its makers measured.
    pub is_doubtful: bool,
    /// The words of its source and how much of each went into it (attention, summed); empty where the model doesn't tell.
    pub coverage: Vec<(String, f32)>,
}

impl Translation {
    /// For each word, how many words of the source lie behind the one that it comes from; none where the model doesn't tell.
    pub fn margins(&self) -> Vec<usize> {
        let margin = |word: &TargetWord| word.reads.map_or(0, |reads| self.coverage.len().saturating_sub(reads + 1));
        if self.coverage.is_empty() { Vec::new() } else { self.words.iter().map(margin).collect() }
    }

    /// The whole text.
    pub fn text(&self) -> String {
        join(&self.words)
    }
}

/// Words joined by spaces, where their script has any.
pub fn join(words: &[TargetWord]) -> String {
    let mut text = String::new();
    for word in words {
        if !(text.is_empty() || word.glued) {
            text.push(' ');
        }
        text.push_str(&word.text);
    }
    text
}

/// Turns text into another language; owns its model; one thread calls it.
pub trait Translator: Send {
    /// Translates all jobs, in their order, in as few model calls as it can.
    ///
    /// # Errors
    /// When the model fails.
    fn translate(&mut self, jobs: &[Job]) -> Result<Vec<Translation>>;
    /// Says whether it knows both languages.
    ///
    /// # Errors
    /// A config error that names the language.
    fn check(&self, from: &Lang, to: &Lang) -> Result<()>;
    /// Whether translations say which word of the source each word comes from.
    fn aligns(&self) -> bool {
        false
    }
}

/// How to run a translation model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// What it may compute with.
    pub compute: Compute,
    /// 1: greedy. More: beam search with so many beams, for finals; what may still change is always greedy.
    pub beam: usize,
    /// How long a translation may be, and how often it may say the same.
    pub limits: Limits,
    /// Words of a language that drafts look at; 0: the whole vocabulary, always.
    pub shortlist: usize,
    /// Where the best word of the shortlist is less probable, the whole vocabulary is asked.
    pub sure: f32,
}

impl Options {
    /// Greedy, or with so many beams, and the usual limits.
    pub fn new(compute: Compute, beam: usize) -> Self {
        Self { compute, beam, limits: Limits::default(), shortlist: 0, sure: shortlist::SURE }
    }
}

/// Builds a backend from a model folder.
pub type Build = fn(&Path, Options) -> Result<Box<dyn Translator>>;

/// The backends by name.
pub const BACKENDS: &[(&str, Build)] =
    &[("seq2seq", |folder, options| Ok(Box::new(seq2seq::Seq2Seq::load(folder, options)?)))];

#[cfg(test)]
mod tests;
