//! TRANSLATE: turns the words of an utterance into other languages, committed and tentative, while it grows.
//!
//! The whole utterance is translated anew at each change; what was committed is forced as the translation's beginning,
//! so it can't be taken back. Work of many sessions and languages waits together and goes to the model in one call;
//! of one utterance only the newest text does.

pub mod beam;
pub mod family;
pub mod limits;
pub mod seq2seq;
pub mod spm;
pub mod tokens;

pub use limits::Limits;

use crate::error::Result;
use crate::onnx::Compute;
use crate::pipeline::item::{Flow, Item, Recognised, Session, Translated};
use crate::pipeline::stage::Stage;
use crate::stabilise::{CommitPolicy, Same, Stabiliser};
use crate::text::Lang;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

/// A word of the translation and the model's pieces it is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetWord {
    /// As shown.
    pub text: String,
    /// Its pieces.
    pub tokens: Vec<u32>,
    /// No space comes before it (Chinese, Japanese, Thai …).
    pub glued: bool,
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
}

/// A translation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Translation {
    /// Its words, the forced ones included.
    pub words: Vec<TargetWord>,
    /// The mean probability of its pieces (geometric), 0 to 1.
    pub p: f32,
}

impl Translation {
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
}

/// How to run a translation model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// What it may compute with.
    pub compute: Compute,
    /// 1: greedy. More: beam search with so many beams (for finals; drafts are always greedy).
    pub beam: usize,
    /// How long a translation may be, and how often it may say the same.
    pub limits: Limits,
}

impl Options {
    /// Greedy, or with so many beams, and the usual limits.
    pub fn new(compute: Compute, beam: usize) -> Self {
        Self { compute, beam, limits: Limits::default() }
    }
}

/// Builds a backend from a model folder.
pub type Build = fn(&Path, Options) -> Result<Box<dyn Translator>>;

/// The backends by name.
pub const BACKENDS: &[(&str, Build)] =
    &[("seq2seq", |folder, options| Ok(Box::new(seq2seq::Seq2Seq::load(folder, options)?)))];

/// The stage. Without a translator it only hands marks on.
pub struct Translate {
    translator: Option<Box<dyn Translator>>,
    policy: CommitPolicy,
    open: HashMap<Arc<Session>, Vec<Target>>,
}

/// One session's open utterance in one language.
struct Target {
    lang: Lang,
    utterance: u64,
    stabiliser: Stabiliser<TargetWord>,
    source: String,
    last: Translation,
}

impl Translate {
    /// A stage over this translator.
    pub fn new(translator: Option<Box<dyn Translator>>, policy: CommitPolicy) -> Self {
        Self { translator, policy, open: HashMap::new() }
    }

    /// Translates the newest text of each utterance and forgets `pending`.
    fn flush(&mut self, pending: &mut Vec<(Arc<Session>, Recognised)>, emit: &mut dyn FnMut(Item<Translated>)) {
        let Some(translator) = self.translator.as_mut() else {
            pending.clear();
            return;
        };
        let policy = self.policy;
        let mut jobs = Vec::new();
        for (session, recognised) in pending.iter() {
            let targets = self.open.entry(session.clone()).or_default();
            for lang in session.to.iter().filter(|l| l.primary() != recognised.lang.primary()) {
                let target = Target::find(targets, lang, recognised.utterance, policy);
                let source = source_text(recognised);
                // The same text needs no second look: neither a draft nor, greedily, its final.
                if source != target.source {
                    let forced = target.stabiliser.committed().iter().flat_map(|w| w.tokens.clone()).collect();
                    jobs.push(Job { source, from: recognised.lang.clone(), to: lang.clone(), forced });
                }
            }
        }
        let mut translations = all(translator.as_mut(), &jobs).into_iter().zip(jobs);
        for (session, recognised) in pending.drain(..) {
            let targets = self.open.entry(session.clone()).or_default();
            for lang in session.to.iter().filter(|l| l.primary() != recognised.lang.primary()) {
                let target = Target::find(targets, lang, recognised.utterance, policy);
                let is_new = source_text(&recognised) != target.source;
                if is_new && let Some((translation, job)) = translations.next() {
                    target.source = job.source;
                    // What can't be translated keeps what it has: the meeting goes on, and the original is there.
                    target.last = translation.unwrap_or_else(|| std::mem::take(&mut target.last));
                }
                let words = target.last.words.clone();
                let changed =
                    (is_new || recognised.is_final) && target.stabiliser.update(&words, 0, recognised.is_final);
                if changed || recognised.is_final {
                    emit(Item::data(&session, target.translated(&recognised)));
                }
            }
            if recognised.is_final {
                self.open.remove(&session);
            }
        }
    }
}

/// Translates all jobs in one call; where that fails, each by itself, so that one text is no other's trouble.
fn all(translator: &mut dyn Translator, jobs: &[Job]) -> Vec<Option<Translation>> {
    if let Ok(done) = translator.translate(jobs) {
        return done.into_iter().map(Some).collect();
    }
    let mut alone = |job| match translator.translate(std::slice::from_ref(job)) {
        Ok(mut done) => done.pop(),
        Err(e) => {
            tracing::error!(error = %e, lang = %job.to, "a text can't be translated");
            None
        }
    };
    jobs.iter().map(&mut alone).collect()
}

fn source_text(recognised: &Recognised) -> String {
    recognised.words().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ")
}

impl Target {
    fn find<'a>(targets: &'a mut Vec<Self>, lang: &Lang, utterance: u64, policy: CommitPolicy) -> &'a mut Self {
        targets.retain(|t| t.utterance == utterance);
        let index = targets.iter().position(|t| &t.lang == lang).unwrap_or_else(|| {
            let stabiliser = Stabiliser::new(policy);
            let (source, last) = (String::new(), Translation::default());
            targets.push(Self { lang: lang.clone(), utterance, stabiliser, source, last });
            targets.len() - 1
        });
        &mut targets[index]
    }

    fn translated(&self, source: &Recognised) -> Translated {
        Translated {
            utterance: source.utterance,
            source_lang: source.lang.clone(),
            lang: self.lang.clone(),
            committed: join(self.stabiliser.committed()),
            tentative: join(self.stabiliser.tentative()),
            is_final: source.is_final,
            p: self.last.p,
            start: source.start,
            end: source.end(),
            heard: source.heard,
            flags: Vec::new(),
        }
    }
}

impl Stage for Translate {
    type In = Item<Recognised>;
    type Out = Item<Translated>;

    fn process(&mut self, batch: &mut Vec<Item<Recognised>>, emit: &mut dyn FnMut(Item<Translated>)) -> Result<()> {
        let mut pending: Vec<(Arc<Session>, Recognised)> = Vec::new();
        for item in batch.drain(..) {
            match item.split() {
                Ok((session, recognised)) => {
                    let waiting =
                        pending.iter().position(|(s, r)| *s == session && r.utterance == recognised.utterance);
                    let is_next_utterance = waiting.is_none() && pending.iter().any(|(s, _)| *s == session);
                    match waiting {
                        // A file has time for every draft; live, the newest text wins.
                        Some(i) if session.is_live() || recognised.is_final => pending[i].1 = recognised,
                        Some(_) => {
                            self.flush(&mut pending, emit);
                            pending.push((session, recognised));
                        }
                        None => {
                            if is_next_utterance {
                                self.flush(&mut pending, emit);
                            }
                            pending.push((session, recognised));
                        }
                    }
                }
                Err(mark) => {
                    if pending.iter().any(|(s, _)| *s == mark.session) {
                        self.flush(&mut pending, emit);
                    }
                    if matches!(mark.flow, Flow::End) {
                        self.open.remove(&mark.session);
                    }
                    emit(mark);
                }
            }
        }
        self.flush(&mut pending, emit);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
