//! The stage: turns recognised words of many sessions into their translations.
//!
//! Work of many sessions and languages waits together and goes to the model in one call; of one utterance only the newest
//! text does, and text that is as it was doesn't. Drafts that nobody reads, or that the governor spares, aren't made;
//! finals always are, so that who comes late finds what was said.

use super::target::{Target, Ways, Work};
use super::terms::Names;
use super::{Job, Translation, Translator};
use crate::error::Result;
use crate::glossary::{Found, Glossaries, Ready, Terms};
use crate::metrics;
use crate::pipeline::governor::{Drafts, Effort};
use crate::pipeline::item::{Flow, Item, Recognised, Session, Translated};
use crate::pipeline::stage::Stage;
use crate::text::Lang;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Says whether somebody reads this language of this session.
pub type Read = Box<dyn Fn(&Session, &Lang) -> bool + Send>;

/// The stage. Without a translator it only hands marks on.
pub struct Translate {
    translator: Option<Box<dyn Translator>>,
    ways: Ways,
    effort: Effort,
    is_read: Read,
    terms: Ready<(String, Lang, Lang), Arc<Terms>>,
    names: Names,
    open: HashMap<Arc<Session>, Vec<Target>>,
}

/// What waits: each session's newest text.
type Pending = Vec<(Arc<Session>, Recognised)>;

impl Translate {
    /// A stage over this translator.
    pub fn new(translator: Option<Box<dyn Translator>>, ways: Ways) -> Self {
        let (effort, names, open) = (Effort::default(), Names::default(), HashMap::new());
        let terms = Ready::new(Arc::default());
        Self { translator, ways, effort, is_read: Box::new(|_, _| true), terms, names, open }
    }

    /// Uses from now on the terms of this glossary.
    pub fn heed(&mut self, glossary: Arc<Glossaries>) {
        self.terms = Ready::new(glossary);
    }

    /// Does from now on as much as `effort` says, and drafts what `is_read` says that somebody reads.
    pub fn spare(&mut self, effort: Effort, is_read: Read) {
        (self.effort, self.is_read) = (effort, is_read);
    }

    /// Which drafts of a session are made in a language. A file has time for all of them.
    fn drafts(&self, session: &Session, lang: &Lang) -> Drafts {
        match session.is_live() {
            true if !(self.is_read)(session, lang) => Drafts::None,
            true => self.effort.drafts(),
            false => Drafts::All,
        }
    }

    /// Translates the newest text of each utterance and forgets `pending`.
    fn flush(&mut self, pending: &mut Pending, emit: &mut dyn FnMut(Item<Translated>)) {
        // Who is told nothing new of an utterance still has to be told of the next unit: until nobody has more to do.
        while self.round(pending) {}
        for (session, recognised) in pending.drain(..) {
            let mut spared = Vec::new();
            for target in self.targets(&session, &recognised) {
                spared.extend(std::mem::take(&mut target.has_spared).then(|| target.lang.clone()));
                if let Some(translated) = target.translated(&recognised) {
                    emit(Item::data(&session, translated));
                }
            }
            for lang in spared {
                let reason = if (self.is_read)(&session, &lang) { "behind" } else { "unheard" };
                metrics::get().drafts_skipped.with_label_values(&[reason]).inc();
            }
            if recognised.is_final {
                self.open.remove(&session);
            }
        }
    }

    /// Translates the next unit of each utterance and language in one call; `false`: there was none.
    fn round(&mut self, pending: &Pending) -> bool {
        let mut works: Vec<(usize, Lang, Work)> = Vec::new();
        for (i, (session, recognised)) in pending.iter().enumerate() {
            let drafts: Vec<Drafts> = session.to.iter().map(|lang| self.drafts(session, lang)).collect();
            let drafts = |lang: &Lang| session.to.iter().position(|l| l == lang).map_or(Drafts::All, |i| drafts[i]);
            let targets = self.targets(session, recognised);
            works.extend(targets.filter_map(|t| Some((i, t.lang.clone(), t.next(recognised, drafts(&t.lang))?))));
        }
        let jobs: Vec<Job> = works.iter().map(|(.., work)| work.job.clone()).collect();
        let Some(translator) = self.translator.as_mut().filter(|_| !jobs.is_empty()) else { return false };
        let terms: Vec<&[Found]> = works.iter().map(|(.., work)| work.terms.as_slice()).collect();
        let translations = all(&mut self.names, translator.as_mut(), &jobs, &terms);
        for ((i, lang, work), translation) in works.into_iter().zip(translations) {
            let (session, recognised) = &pending[i];
            if let Some(target) = self.targets(session, recognised).find(|t| t.lang == lang) {
                target.take(work, translation);
            }
        }
        true
    }

    /// The utterance in each language that is wanted; those of an earlier utterance are over.
    fn targets(&mut self, session: &Arc<Session>, recognised: &Recognised) -> impl Iterator<Item = &mut Target> {
        let targets = self.open.entry(session.clone()).or_default();
        targets.retain(|t| t.utterance == recognised.utterance);
        let is_wanted = self.translator.is_some();
        for lang in session.to.iter().filter(|l| is_wanted && l.primary() != recognised.lang.primary()) {
            if !targets.iter().any(|t| &t.lang == lang) {
                let (room, from) = (&session.room, &recognised.lang);
                let key = (room.clone(), from.clone(), lang.clone());
                let terms = self.terms.get(key, |glossary| Arc::new(glossary.terms(room, from, lang)));
                let target = Target::new(lang.clone(), recognised.utterance, &self.ways);
                targets.push(target.with_terms(terms.clone()));
            }
        }
        targets.iter_mut()
    }
}

/// Leaves out live text that newer text of its utterance follows, unless a mark stands between them.
fn collapse(batch: &mut Vec<Item<Recognised>>) {
    let mut newer: HashSet<(u64, u64)> = HashSet::new();
    let mut is_kept = |item: &Item<Recognised>| match &item.flow {
        Flow::Data(text) => {
            newer.insert((item.session.number, text.utterance)) || text.is_final || !item.session.is_live()
        }
        _ => {
            newer.retain(|(session, _)| *session != item.session.number);
            true
        }
    };
    let kept: Vec<bool> = batch.iter().rev().map(&mut is_kept).collect();
    let mut kept = kept.into_iter().rev();
    batch.retain(|_| kept.next().unwrap_or(true));
}

/// Translates all jobs in one call; where that fails, each by itself, so that one text is no other's trouble.
fn all(
    names: &mut Names,
    translator: &mut dyn Translator,
    jobs: &[Job],
    terms: &[&[Found]],
) -> Vec<Option<Translation>> {
    if let Ok(done) = names.translate(translator, jobs, terms) {
        return done.into_iter().map(Some).collect();
    }
    let mut alone = |(job, terms): (&Job, &&[Found])| match names.translate(
        translator,
        std::slice::from_ref(job),
        std::slice::from_ref(terms),
    ) {
        Ok(mut done) => done.pop(),
        Err(e) => {
            tracing::error!(error = %e, lang = %job.to, "a text can't be translated");
            None
        }
    };
    jobs.iter().zip(terms).map(&mut alone).collect()
}

impl Stage for Translate {
    type In = Item<Recognised>;
    type Out = Item<Translated>;

    fn process(&mut self, batch: &mut Vec<Item<Recognised>>, emit: &mut dyn FnMut(Item<Translated>)) -> Result<()> {
        let mut pending: Pending = Vec::new();
        collapse(batch);
        for item in batch.drain(..) {
            match item.split() {
                Ok((session, recognised)) => {
                    let waiting =
                        pending.iter().position(|(s, r)| *s == session && r.utterance == recognised.utterance);
                    let is_next_utterance = waiting.is_none() && pending.iter().any(|(s, _)| *s == session);
                    match waiting {
                        // A file has time for every draft; of live text only the newest is left.
                        Some(i) if recognised.is_final => pending[i].1 = recognised,
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
