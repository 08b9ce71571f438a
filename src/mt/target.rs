//! One utterance in one language: turns what is recognised of it into jobs, and their translations into text of which
//! the committed part only grows.
//!
//! Units that are closed are done with. The open one is translated anew at each change; what was committed of it is forced
//! as the translation's beginning, so it can't be taken back, and the rest of its last translation is the draft.

use super::guards::GuardRules;
use super::retry::Retry;
use super::units::{Cut, UnitRules};
use super::{Job, TargetWord, Translation, join};
use crate::glossary::found::{Found, TermUse, Terms};
use crate::pipeline::governor::Drafts;
use crate::pipeline::item::{Recognised, Translated};
use crate::stabilise::{CommitPolicy, Stabiliser};
use crate::text::{Lang, Word};
use std::sync::Arc;

mod closing;

/// How an utterance is translated.
#[derive(Debug, Clone, PartialEq)]
pub struct Ways {
    /// When translated words become final.
    pub policy: CommitPolicy,
    /// What is translated together.
    pub units: UnitRules,
    /// A closed unit is searched with more care than a draft (beams), so that it is translated although nothing is new.
    pub again: bool,
    /// What of a closed unit's meaning is compared with its source.
    pub guards: GuardRules,
}

impl Ways {
    /// With this policy, and the usual units.
    pub fn new(policy: CommitPolicy) -> Self {
        Self { policy, units: UnitRules::default(), again: false, guards: GuardRules::default() }
    }
}

/// One utterance in one language.
pub struct Target {
    /// The language.
    pub lang: Lang,
    /// Which utterance of its session.
    pub utterance: u64,
    ways: Ways,
    /// The glossary, as it was when the utterance began.
    terms: Arc<Terms>,
    closed: Vec<TargetWord>,
    /// Sum of the closed units' log-probabilities, each as often as it has words.
    log_p: f32,
    /// Words of the source in closed units.
    from: usize,
    unit: Unit,
    /// A unit that is over but for its retry.
    retry: Option<(Retry, Cut, Lang)>,
    /// What is wrong with closed units.
    flags: Vec<&'static str>,
    /// What became of the terms in closed units.
    uses: Vec<TermUse>,
    shown: Option<(String, String)>,
    /// Committed words of the source when it was last translated.
    asked: usize,
    /// Whether a draft was spared since somebody asked.
    pub has_spared: bool,
}

/// The open unit.
struct Unit {
    stabiliser: Stabiliser<TargetWord>,
    /// What was last translated of it, and how.
    source: String,
    last: Translation,
    /// How many words of the source that were.
    words: usize,
    /// How many words of the source may be behind what is committed: the unit can't end before them.
    covered: usize,
    context: Option<Context>,
}

/// What goes before a unit in the same sentence.
struct Context {
    source: String,
    words: Vec<TargetWord>,
}

/// A text that is to be translated, and what its translation means for the target.
pub struct Work {
    /// The job.
    pub job: Job,
    /// Terms in its text.
    pub terms: Vec<Found>,
    source: String,
    words: usize,
    cut: Option<Cut>,
    is_clause: bool,
}

impl Unit {
    fn new(policy: CommitPolicy, context: Option<Context>) -> Self {
        let (source, last) = (String::new(), Translation::default());
        Self { stabiliser: Stabiliser::new(policy), source, last, words: 0, covered: 0, context }
    }

    /// Takes a translation of the source's first `words`.
    fn update(&mut self, words: usize, policy: CommitPolicy) {
        let before = self.stabiliser.committed().len();
        self.stabiliser.update_read(&self.last.words, &self.last.margins(), words);
        if self.stabiliser.committed().len() > before {
            // What several translations agree on is in the shortest of their sources.
            self.covered = match policy {
                CommitPolicy::LocalAgreement { .. } => self.words,
                CommitPolicy::SourceTail { words: masked } | CommitPolicy::AlignAtt { last: masked } => {
                    words.saturating_sub(masked)
                }
                _ => words,
            };
        }
        self.words = words;
    }

    /// Takes out of a translation what is its context's.
    fn own(&self, translation: &mut Translation) {
        let Some(context) = &self.context else { return };
        translation.words = after(&context.words, &translation.words);
        let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).count();
        let (border, mut at) = (letters(&context.source), 0);
        // How text is divided depends on the model, how many letters it has (nearly) not.
        let is_before = |(word, _): &&(String, f32)| {
            at += letters(word);
            at <= border
        };
        let before = translation.coverage.iter().take_while(is_before).count();
        for word in &mut translation.words {
            word.reads = word.reads.and_then(|reads| reads.checked_sub(before));
        }
        translation.coverage.drain(..before);
    }

    /// The context's pieces.
    fn before(&self) -> impl Iterator<Item = u32> {
        self.context.iter().flat_map(|c| tokens(&c.words))
    }

    /// Pieces the translation must begin with: the context's and what is committed.
    fn forced(&self) -> Vec<u32> {
        self.before().chain(tokens(self.stabiliser.committed())).collect()
    }

    /// Pieces of the last translation.
    fn draft(&self) -> Vec<u32> {
        self.before().chain(tokens(&self.last.words)).collect()
    }
}

impl Target {
    /// An utterance of which nothing is translated yet.
    pub fn new(lang: Lang, utterance: u64, ways: &Ways) -> Self {
        Self {
            lang,
            utterance,
            ways: ways.clone(),
            terms: Arc::default(),
            closed: Vec::new(),
            log_p: 0.0,
            from: 0,
            unit: Unit::new(ways.policy, None),
            retry: None,
            flags: Vec::new(),
            uses: Vec::new(),
            shown: None,
            asked: 0,
            has_spared: false,
        }
    }

    /// The same, to be translated with these terms.
    pub fn with_terms(self, terms: Arc<Terms>) -> Self {
        Self { terms, ..self }
    }

    /// What is to be translated next of what is recognised; `None`: nothing more. What comes of it goes to
    /// [`take`](Self::take) before this is asked again. Of a unit that is still open only the `drafts` that are wanted.
    pub fn next(&mut self, recognised: &Recognised, drafts: Drafts) -> Option<Work> {
        if let Some(work) = self.clause() {
            return Some(work);
        }
        let words: Vec<Word> = recognised.words().skip(self.from).cloned().collect();
        if words.is_empty() {
            // Words that were taken back take their translation with them, but for what is committed.
            self.unit.source.clear();
            self.unit.last = Translation::default();
            self.unit.stabiliser.update(&[], 0, recognised.is_final);
            return None;
        }
        let committed = recognised.committed.len().saturating_sub(self.from);
        let last = recognised.is_final.then_some(Cut { words: words.len(), is_inside: false });
        let cut = self.ways.units.cut(&words, committed, self.unit.covered).or(last);
        let count = cut.map_or(words.len(), |cut| cut.words);
        let source = crate::text::join(&words[..count]);
        if source == self.unit.source && !(cut.is_some() && self.ways.again) {
            // The same text needs no second look: neither a draft nor, greedily, its final.
            let cut = cut?;
            self.end(cut, recognised.lang.clone());
            return self.next(recognised, drafts);
        }
        let is_wanted = match drafts {
            Drafts::All => true,
            Drafts::Grown => recognised.committed.len() > self.asked,
            Drafts::None => false,
        };
        if cut.is_none() && !is_wanted {
            self.has_spared = true;
            return None;
        }
        self.asked = recognised.committed.len();
        let mut work = self.work(source, true, recognised.lang.clone());
        (work.job.draft, work.job.is_final) = (self.unit.draft(), cut.is_some());
        Some(Work { words: count, cut, ..work })
    }

    /// What is to be translated for a text of the open unit, with the terms in it; `begins`: it is the unit's beginning,
    /// so that what goes before it is its context, and what is committed begins its translation.
    fn work(&self, source: String, begins: bool, from: Lang) -> Work {
        let text = match self.unit.context.as_ref().filter(|_| begins) {
            Some(context) => format!("{} {source}", context.source),
            None => source.clone(),
        };
        let mut job = Job::whole(&text, &from, &self.lang);
        if begins {
            job.forced = self.unit.forced();
        }
        Work { job, terms: self.terms.find(&text), source, words: 0, cut: None, is_clause: false }
    }

    /// Takes a translation; `None`: the text couldn't be translated, and what there is stays.
    pub fn take(&mut self, work: Work, translation: Option<Translation>) {
        if work.is_clause {
            return self.take_clause(translation);
        }
        self.unit.source = work.source;
        if let Some(mut translation) = translation {
            self.unit.own(&mut translation);
            self.unit.last = translation;
        }
        match work.cut {
            Some(cut) => self.end(cut, work.job.from),
            None if self.is_doubtful() => {}
            None => self.unit.update(work.words, self.ways.policy),
        }
    }

    /// What is now to be told of it, if that is new.
    pub fn translated(&mut self, source: &Recognised) -> Option<Translated> {
        let committed: Vec<TargetWord> = self.closed.iter().chain(self.unit.stabiliser.committed()).cloned().collect();
        let text = (join(&committed), join(self.unit.stabiliser.tentative()));
        let is_new = self.shown.as_ref().map_or(!text.0.is_empty() || !text.1.is_empty(), |shown| *shown != text);
        if !is_new && !source.is_final {
            return None;
        }
        self.shown = Some(text.clone());
        Some(Translated {
            utterance: source.utterance,
            source_lang: source.lang.clone(),
            lang: self.lang.clone(),
            committed: text.0,
            tentative: text.1,
            steady: join(&self.unit.stabiliser.tentative()[..self.unit.stabiliser.steady()]),
            is_final: source.is_final,
            p: self.p(),
            start: source.start,
            end: source.end(),
            heard: source.heard,
            flags: self.flags.clone(),
            terms: self.uses.clone(),
        })
    }

    /// Whether the open unit's translation is better not shown.
    fn is_doubtful(&self) -> bool {
        self.ways.guards.doubt && self.unit.last.is_doubtful
    }

    /// The mean probability (geometric) of all units' pieces, each unit counted by its words.
    fn p(&self) -> f32 {
        let open = self.unit.last.words.len();
        let log_p = self.log_p + self.unit.last.p.ln().max(-99.0) * open as f32;
        (log_p / (self.closed.len() + open).max(1) as f32).exp()
    }
}

fn tokens(words: &[TargetWord]) -> impl Iterator<Item = u32> {
    words.iter().flat_map(|word| word.tokens.clone())
}

/// What of a translation comes after the words that it begins with. Of a word that goes on across the border, what is new
/// is glued on: what was shown stays.
fn after(before: &[TargetWord], words: &[TargetWord]) -> Vec<TargetWord> {
    let border: usize = before.iter().map(|word| word.tokens.len()).sum();
    let mut at = 0;
    let mut rest = Vec::new();
    for word in words {
        let start = at;
        at += word.tokens.len();
        if start >= border {
            rest.push(word.clone());
        } else if at > border {
            let shown = before.last().map_or("", |last| last.text.as_str());
            let text = word.text.strip_prefix(shown).unwrap_or_default().to_owned();
            let tokens = word.tokens[border - start..].to_vec();
            rest.push(TargetWord { text, tokens, glued: true, reads: word.reads });
        }
    }
    rest
}

#[cfg(test)]
mod tests;
