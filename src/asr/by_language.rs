//! Several recognisers, one for each language, as one that finds out which language is spoken: each utterance's first second
//! or two is held back, then all of it goes to the language's own recogniser.

use super::features::{Features, Filterbank, kaldi};
use super::hot_words::Expected;
use super::spoken::{self, Spoken, Tell};
use super::streaming::StreamingCtc;
use super::{Options, Recognizer, StreamId, Update};
use crate::error::{Error, Result};
use crate::stabilise::CommitPolicy;
use crate::text::Lang;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Frames (10 ms) after which it is asked for the first time, how often then, and after which the likeliest is taken: 1 to
/// 2 s (`shared/reference/models.md` §7), as the aim is given at 2 s.
const FIRST: usize = 100;
const EACH: usize = 25;
const ENOUGH: usize = 200;
/// So probable a language is believed before there is enough: what is shown stays in it, so a wrong guess costs the utterance.
const SURE: f32 = 0.95;

/// The backend.
pub struct ByLanguage<T: Tell> {
    spoken: T,
    bank: Arc<Filterbank>,
    /// In any order; each language is one that is told apart.
    members: Vec<(Lang, Box<dyn Recognizer>)>,
    streams: BTreeMap<StreamId, Stream>,
}

/// An utterance.
enum Stream {
    /// Nobody knows yet in which language.
    Open { features: Features, frames: Vec<f32>, held: Vec<f32>, asked: usize, expected: Expected, is_finished: bool },
    /// It is this member's.
    Of(usize),
}

/// Loads what a folder has: the recogniser of one language (`FOLDER/es`), or, where that is to be found out, `lid.onnx` and
/// the recognisers of the likely languages, or of all.
///
/// # Errors
/// A missing-model error when the folder doesn't have the language, or a file isn't what it should be.
pub fn load(folder: &Path, options: &Options) -> Result<Box<dyn Recognizer>> {
    let of = |lang: &Lang| folder.join(lang.primary());
    if !options.find_lang && of(&options.lang).is_dir() {
        return Ok(Box::new(StreamingCtc::load(&of(&options.lang), options.compute)?));
    }
    let spoken = Spoken::load(&folder.join("lid.onnx"), options.compute)?;
    let langs = spoken.langs().to_vec();
    if !options.find_lang {
        let known: Vec<&str> = langs.iter().map(Lang::tag).collect();
        return Err(Error::missing(format!("{} doesn't understand {}", folder.display(), options.lang.name()))
            .hint(format!("it understands {}", known.join(", "))));
    }
    let likely: Vec<Lang> =
        langs.iter().filter(|l| options.likely.iter().any(|o| o.primary() == l.primary())).cloned().collect();
    // One language alone is no choice: then it may be any.
    let wanted = if likely.len() > 1 { likely } else { langs };
    let member = |lang: Lang| {
        let model = StreamingCtc::load(&of(&lang), options.compute)?;
        Ok((lang, Box::new(model) as Box<dyn Recognizer>))
    };
    Ok(Box::new(ByLanguage::new(spoken, wanted.into_iter().map(member).collect::<Result<_>>()?)))
}

impl<T: Tell> ByLanguage<T> {
    /// Of these recognisers, each of a language that `spoken` knows.
    pub fn new(spoken: T, members: Vec<(Lang, Box<dyn Recognizer>)>) -> Self {
        Self { spoken, bank: Arc::new(spoken::filterbank()), members, streams: BTreeMap::new() }
    }

    /// The likeliest member and how likely it is among them.
    fn ask(&mut self, frames: &[f32]) -> Result<(usize, f32)> {
        let all = self.spoken.tell(frames)?;
        let langs = self.spoken.langs();
        let of = |lang: &Lang| langs.iter().position(|l| l.primary() == lang.primary()).map_or(0.0, |i| all[i]);
        let own: Vec<f32> = self.members.iter().map(|(lang, _)| of(lang)).collect();
        let best = (0..own.len()).max_by(|a, b| own[*a].total_cmp(&own[*b])).unwrap_or(0);
        Ok((best, own.get(best).copied().unwrap_or(0.0) / own.iter().sum::<f32>().max(f32::MIN_POSITIVE)))
    }

    /// Gives the utterances whose language is known by now to their recognisers.
    fn decide(&mut self) -> Result<()> {
        let ids: Vec<StreamId> = self.streams.keys().copied().collect();
        for id in ids {
            let Some(Stream::Open { frames, asked, is_finished, .. }) = self.streams.get_mut(&id) else { continue };
            let length = frames.len() / kaldi::BINS;
            let is_last = *is_finished || length >= ENOUGH;
            if !is_last && length < (*asked + EACH).max(FIRST) {
                continue;
            }
            *asked = length;
            let sound = frames[..length.min(ENOUGH) * kaldi::BINS].to_vec();
            // Less than a frame is no language.
            let (member, p) = if length == 0 { (0, 1.0) } else { self.ask(&sound)? };
            if is_last || p >= SURE {
                tracing::debug!(lang = %self.members[member].0, p, frames = length, "a language was found");
                self.give(id, member);
            }
        }
        Ok(())
    }

    fn give(&mut self, id: StreamId, to: usize) {
        let stream = self.streams.insert(id, Stream::Of(to));
        let Some(Stream::Open { held, expected, is_finished, .. }) = stream else { return };
        let Some((_, member)) = self.members.get_mut(to) else { return };
        member.start(id);
        member.expect(id, &expected);
        member.accept(id, &held);
        if is_finished {
            member.finish(id);
        }
    }

    /// The recogniser of a stream whose language is known.
    fn member(&mut self, id: StreamId) -> Option<&mut Box<dyn Recognizer>> {
        match self.streams.get(&id) {
            Some(Stream::Of(member)) => self.members.get_mut(*member).map(|(_, member)| member),
            _ => None,
        }
    }
}

impl<T: Tell> Recognizer for ByLanguage<T> {
    fn start(&mut self, stream: StreamId) {
        let (features, expected) = (Features::new(self.bank.clone()), Expected::default());
        let (frames, held) = (Vec::new(), Vec::new());
        self.streams.insert(stream, Stream::Open { features, frames, held, asked: 0, expected, is_finished: false });
    }

    fn expect(&mut self, stream: StreamId, words: &Expected) {
        if let Some(Stream::Open { expected, .. }) = self.streams.get_mut(&stream) {
            expected.clone_from(words);
        }
    }

    fn spoken(&mut self, stream: StreamId, lang: &Lang) {
        // A language that none of them understands is heard as the likeliest of theirs.
        if let Some(member) = self.members.iter().position(|(own, _)| own.primary() == lang.primary()) {
            self.give(stream, member);
        }
    }

    fn accept(&mut self, stream: StreamId, samples: &[f32]) {
        match self.streams.get_mut(&stream) {
            Some(Stream::Open { features, frames, held, .. }) => {
                held.extend_from_slice(samples);
                features.push(samples, frames);
            }
            _ => self.member(stream).into_iter().for_each(|member| member.accept(stream, samples)),
        }
    }

    fn finish(&mut self, stream: StreamId) {
        match self.streams.get_mut(&stream) {
            Some(Stream::Open { features, frames, is_finished, .. }) => {
                features.rest(frames);
                *is_finished = true;
            }
            _ => self.member(stream).into_iter().for_each(|member| member.finish(stream)),
        }
    }

    fn decode(&mut self) -> Result<Vec<Update>> {
        self.decide()?;
        let mut updates = Vec::new();
        for (lang, member) in &mut self.members {
            let own = member.decode()?.into_iter();
            updates.extend(own.map(|update| Update { lang: Some(lang.clone()), ..update }));
        }
        for update in updates.iter().filter(|update| update.is_done) {
            self.streams.remove(&update.stream);
        }
        Ok(updates)
    }

    fn stop(&mut self, stream: StreamId) {
        self.member(stream).into_iter().for_each(|member| member.stop(stream));
        self.streams.remove(&stream);
    }

    fn policy(&self) -> CommitPolicy {
        self.members.first().map_or(CommitPolicy::Native, |(_, member)| member.policy())
    }

    fn committed(&mut self, stream: StreamId, words: usize) {
        self.member(stream).into_iter().for_each(|member| member.committed(stream, words));
    }

    fn warm_up(&mut self) -> Result<()> {
        self.spoken.tell(&vec![0.0; FIRST * kaldi::BINS])?;
        self.members.iter_mut().try_for_each(|(_, member)| member.warm_up())
    }
}

#[cfg(test)]
mod tests;
