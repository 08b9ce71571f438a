//! Turns speech into words with OpenAI's Whisper, through ONNX Runtime.
//!
//! Whisper reads windows of up to 30 s, so an utterance is decoded again as it grows, every second and at its end; which
//! words are committed on the way is up to the commit policy (LocalAgreement). In the order of the data: [`mel`],
//! [`model`] (the files, the encoder), [`tokens`] and `suppress`, [`rules`], [`search`], [`decode`], [`language`],
//! [`segments`], [`text`], [`align`], [`words`], [`timing`], [`stream`].

pub mod align;
pub mod decode;
pub mod language;
pub mod mel;
pub mod model;
pub mod rules;
pub mod search;
pub mod segments;
pub mod stream;
mod suppress;
pub mod text;
pub mod timing;
pub mod tokens;
pub mod words;

use super::{Options, Recognizer, StreamId, Update};
use crate::error::Result;
use crate::metrics;
use crate::onnx::decoder::Run;
use crate::stabilise::CommitPolicy;
use decode::{Decoded, LADDER, Settings};
use model::Model;
use ndarray::Array2;
use search::without_loop;
use segments::FRAMES_PER_STEP;
use std::collections::BTreeMap;
use std::path::Path;
use stream::{Due, Stream, Why};
use timing::Window;
use tokens::Prompt;

/// Windows in one model call.
const MAX_BATCH: usize = 8;
/// Tokens a window may have: some, and so many more per second. No language is spoken faster, whatever its script takes.
pub const TOKENS: (usize, usize) = (24, 25);

/// The backend.
pub struct Whisper {
    model: Model,
    /// The language token of all streams; where it is to be found out, each stream's own counts.
    language: Option<u32>,
    finds_language: bool,
    beams: usize,
    streams: BTreeMap<StreamId, Stream>,
}

impl Whisper {
    /// Loads a model folder.
    ///
    /// # Errors
    /// A missing-model error when a file isn't there or isn't Whisper's; a config error when the model doesn't know the
    /// language.
    pub fn load(folder: &Path, options: &Options) -> Result<Self> {
        let model = Model::load(folder, options.compute)?;
        let language = model.tokens.language(&options.lang)?;
        // An English-only model has nothing to find.
        let finds_language = options.find_lang && !model.tokens.languages.is_empty();
        Ok(Self { model, language, finds_language, beams: options.beam.max(1), streams: BTreeMap::new() })
    }

    /// The windows that are due and go together: of one length, for one reason, with beginnings of one length.
    fn next_batch(&self) -> Vec<(StreamId, Due)> {
        let Model { longest, takes_short, .. } = self.model;
        let due = self.streams.iter().filter_map(|(id, s)| Some((*id, s.due(longest, takes_short)?, s.earlier.len())));
        let due: Vec<(StreamId, Due, usize)> = due.collect();
        let key = |d: &(StreamId, Due, usize)| (d.1.why, d.1.frames, d.2);
        let Some(first) = due.iter().map(key).min() else { return Vec::new() };
        due.iter().filter(|d| key(d) == first).take(MAX_BATCH).map(|d| (d.0, d.1)).collect()
    }

    /// Decodes windows that go together.
    fn pass(&mut self, batch: &[(StreamId, Due)], updates: &mut Vec<Update>) -> Result<()> {
        let Some((_, Due { frames, why, .. })) = batch.first().copied() else { return Ok(()) };
        let of = |(id, due): &(StreamId, Due)| self.streams.get(id).map(|s| s.mel.window(due.from, due.frames));
        let features: Vec<Array2<f32>> = batch.iter().filter_map(of).collect();
        let sound = self.model.encode(&features)?;
        if self.finds_language {
            self.guess_languages(batch, &sound)?;
        }
        let prefix = |(id, _): &(StreamId, Due)| {
            let earlier = self.streams.get(id).map_or(&[][..], |s| &s.earlier);
            Prompt { language: self.language_of(*id), earlier, ..Prompt::default() }.tokens(&self.model.tokens)
        };
        let prefixes: Vec<Vec<u32>> = batch.iter().map(prefix).collect();
        let settings = Settings {
            beams: self.beams,
            most: (TOKENS.0 + TOKENS.1 * frames / 100).min(self.model.positions / 2),
            stop_loops: true,
            // A window that grows is decoded again anyway, so that a doubt costs a second and no more.
            temperatures: if why == Why::Grown { &LADDER[..1] } else { LADDER },
            ..Settings::default()
        };
        let draft = |(id, _): &(StreamId, Due)| self.streams.get(id).map_or_else(Vec::new, |s| s.draft.clone());
        let drafts: Vec<Vec<u32>> = batch.iter().map(draft).collect();
        let before = self.model.passes();
        let decoded = self.model.decode_with(&sound, &prefixes, &drafts, &settings)?;
        metrics::get().decoder_steps.with_label_values(&["asr"]).inc_by(self.model.passes() - before);
        metrics::get().updates.with_label_values(&["asr"]).inc_by(batch.len() as u64);
        let rows = batch.iter().zip(&decoded).zip(features);
        let windows: Vec<Window> =
            rows.map(|((row, decoded), features)| self.window(*row, decoded, features)).collect();
        let words = self.model.time_words(&sound, &windows)?;
        for (((id, due), decoded), (window, spoken)) in batch.iter().zip(&decoded).zip(windows.iter().zip(words)) {
            let Some(stream) = self.streams.get_mut(id) else { continue };
            let words = stream::words(spoken, due);
            stream.draft.clone_from(&decoded.tokens);
            match why {
                Why::Full => stream.fix(due, words, &window.segments, decoded),
                // What may be a loop is not shown; the next pass may not have it.
                Why::Grown if decoded.is_repetitive() => stream.heard(false),
                Why::Grown | Why::Last => {
                    stream.show(words, !decoded.is_doubtful());
                    // What is shown in a language stays in it, so that nothing is shown before it is sure.
                    let is_shown = why == Why::Grown && (!self.finds_language || stream.is_language_sure);
                    updates.extend(is_shown.then(|| stream.update(*id, self.model.tokens.lang(stream.language))));
                }
            }
        }
        Ok(())
    }

    /// What was decoded, ready to be timed; nothing of it where there is silence.
    fn window(&self, (id, due): (StreamId, Due), decoded: &Decoded, features: Array2<f32>) -> Window {
        let tokens = &self.model.tokens;
        let written = if decoded.is_silence() { &[] } else { without_loop(&decoded.tokens, tokens.end) };
        let mut segments = segments::split(written, tokens.timestamps, tokens.end, due.sound / FRAMES_PER_STEP);
        if due.why == Why::Full {
            // The next window hears it whole.
            segments.open = None;
        }
        let texts = segments.all().last().map_or(0, |s| s.text.end);
        let text = written.iter().zip(&decoded.log_ps).filter(|(t, _)| **t < tokens.end).take(texts);
        let (text, ps) = text.map(|(t, log_p)| (*t, log_p.exp())).unzip();
        let last_speech = self.streams.get(&id).map_or(0.0, Stream::last_speech);
        Window { text, ps, segments, language: self.language_of(id), features, frames: due.sound, last_speech }
    }

    fn language_of(&self, id: StreamId) -> Option<u32> {
        self.streams.get(&id).and_then(|s| s.language).or(self.language)
    }

    /// Finds out the languages of streams in which that isn't sure yet.
    fn guess_languages(&mut self, batch: &[(StreamId, Due)], sound: &Run) -> Result<()> {
        let is_sure = |id: &StreamId| self.streams.get(id).is_some_and(|s| s.is_language_sure);
        if batch.iter().all(|(id, _)| is_sure(id)) {
            return Ok(());
        }
        let guesses = self.model.guess_languages(sound)?;
        for ((id, due), guess) in batch.iter().zip(guesses) {
            if let (Some(stream), Some(guess)) = (self.streams.get_mut(id), guess)
                && !stream.is_language_sure
            {
                stream.language = Some(guess.token);
                let is_clear = guess.p >= language::SURE && due.sound >= language::ENOUGH;
                stream.is_language_sure = is_clear || due.why != Why::Grown;
            }
        }
        Ok(())
    }
}

impl Recognizer for Whisper {
    fn policy(&self) -> CommitPolicy {
        CommitPolicy::LocalAgreement { n: 2 }
    }

    fn hop(&self) -> usize {
        stream::WORTH
    }

    fn start(&mut self, stream: StreamId) {
        self.streams.insert(stream, Stream::new(self.model.bank.clone()));
    }

    fn accept(&mut self, stream: StreamId, samples: &[f32]) {
        if let Some(stream) = self.streams.get_mut(&stream) {
            stream.mel.push(samples);
        }
    }

    fn finish(&mut self, stream: StreamId) {
        if let Some(stream) = self.streams.get_mut(&stream) {
            stream.is_finished = true;
        }
    }

    fn decode(&mut self) -> Result<Vec<Update>> {
        let mut updates = Vec::new();
        loop {
            let batch = self.next_batch();
            if batch.is_empty() {
                break;
            }
            self.pass(&batch, &mut updates)?;
        }
        // Who is finished and has nothing due any more is done.
        self.streams.retain(|id, stream| {
            updates.extend(stream.is_finished.then(|| stream.update(*id, self.model.tokens.lang(stream.language))));
            !stream.is_finished
        });
        Ok(updates)
    }

    fn stop(&mut self, stream: StreamId) {
        self.streams.remove(&stream);
    }

    /// One window and one step; what silence might make the model say is of no use.
    fn warm_up(&mut self) -> Result<()> {
        let frames = if self.model.takes_short { model::SHORT } else { self.model.longest };
        let sound = self.model.encode(&[Array2::zeros((self.model.bank.bins(), frames))])?;
        let once = Settings { most: 2, temperatures: &LADDER[..1], ..Settings::default() };
        let prefix = Prompt { language: self.language, ..Prompt::default() }.tokens(&self.model.tokens);
        self.model.decode(&sound, &[prefix], &once).map(drop)
    }
}
