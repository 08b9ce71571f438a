//! Turns speech into words with OpenAI's Whisper, through ONNX Runtime.
//!
//! Whisper reads windows of up to 30 s, so an utterance is decoded again as it grows, every second and at its end; which
//! words are committed on the way is up to the commit policy (LocalAgreement, AlignAtt). What the last pass wrote is the
//! next one's draft. In the order of the data: [`mel`], [`model`] (the files, the encoder), [`tokens`] and `suppress`,
//! [`before`], [`rules`], [`search`], [`verify`], [`decode`], [`language`], [`segments`], [`text`], [`align`], [`words`],
//! [`timing`], [`transcript`], [`stream`].

pub mod align;
pub mod before;
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
pub mod transcript;
pub mod verify;
pub mod words;

use super::hot_words::Expected;
use super::{Options, Recognizer, StreamId, Update};
use crate::error::Result;
use crate::onnx::decoder::Run;
use crate::stabilise::CommitPolicy;
use crate::text::Lang;
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
use transcript::Marks;
use verify::Begun;

/// Windows in one model call.
const MAX_BATCH: usize = 8;
/// Tokens that the first pass of a batch is fed, over all its rows: the logits of each are 50 thousand numbers (0.2 MB).
const MOST_FED: usize = 1_024;
/// Beginnings and drafts of a batch differ in length by less than so many tokens: the shorter rows are filled up, and one
/// that is behind makes the others feed again what they know. 24 tokens at once cost 2.7 passes of one
/// (`shared/reference/peers.md` §1c).
const SPREAD: usize = 24;
/// Tokens a window may have: some, and so many more per second. No language is spoken faster, whatever its script takes.
pub const TOKENS: (usize, usize) = (24, 25);

/// The backend.
pub struct Whisper {
    model: Model,
    /// The language token of all streams; where it is to be found out, each stream's own counts.
    language: Option<u32>,
    finds_language: bool,
    beams: usize,
    /// Frames of a window that isn't cut yet.
    limit: usize,
    streams: BTreeMap<StreamId, Stream>,
    tell: Option<Tell>,
}

/// What is said in a window, as tokens with the end last.
pub type Tell = Box<dyn Fn(&Due) -> Vec<u32> + Send>;

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
        let (beams, limit) = (options.beam.max(1), (options.window * 100.0) as usize);
        Ok(Self { model, language, finds_language, beams, limit, streams: BTreeMap::new(), tell: None })
    }

    /// Writes from now on what it is told and not what the model says, which costs the same: for measuring the speed of
    /// models whose weights mean nothing.
    pub fn told(&mut self, tell: Tell) {
        self.tell = Some(tell);
    }

    /// The windows that are due and go together: of one length, for one reason, with beginnings of about one length.
    fn next_batch(&self) -> Vec<(StreamId, Due)> {
        let Model { longest, takes_short, .. } = self.model;
        let before = |s: &Stream| s.expected.len() + s.said.earlier().len();
        let given = |s: &Stream| before(s) + if self.beams > 1 { 0 } else { s.said.draft().len() };
        let due = self.streams.iter().filter_map(|(id, s)| Some((*id, s.due(longest, takes_short)?, given(s))));
        let due: Vec<(StreamId, Due, usize)> = due.collect();
        // Beams keep step with each other, so that their beginnings must be equally long.
        let spread = if self.beams > 1 { 1 } else { SPREAD };
        let key = |d: &(StreamId, Due, usize)| (d.1.why, d.1.frames, d.2 / spread);
        let Some(first) = due.iter().map(key).min() else { return Vec::new() };
        let most = (MOST_FED / ((first.2 + 1) * spread)).clamp(1, MAX_BATCH);
        due.iter().filter(|d| key(d) == first).take(most).map(|d| (d.0, d.1)).collect()
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
        let begin = |(id, due): &(StreamId, Due)| {
            let said = self.streams.get(id).map(|s| (s.expected.as_slice(), s.said.earlier(), s.said.draft()));
            let (expected, earlier, draft) = said.unwrap_or_default();
            let prompt = Prompt { language: self.language_of(*id), expected, earlier, ..Prompt::default() };
            let told = self.tell.as_ref().map(|tell| tell(due));
            Begun { prefix: prompt.tokens(&self.model.tokens), draft: draft.to_vec(), told }
        };
        let begun: Vec<Begun> = batch.iter().map(begin).collect();
        let settings = Settings {
            beams: self.beams,
            most: (TOKENS.0 + TOKENS.1 * frames / 100).min(self.model.positions / 2),
            stop_loops: true,
            // A window that grows is decoded again anyway, so that a doubt costs a second and no more.
            temperatures: if why == Why::Grown { &LADDER[..1] } else { LADDER },
            ..Settings::default()
        };
        let decoded = self.model.decode_drafts(&sound, &begun, &settings)?;
        let rows = batch.iter().zip(&decoded).zip(features);
        let windows: Vec<Window> =
            rows.map(|((row, decoded), features)| self.window(*row, decoded, features)).collect();
        let words = self.model.time_words(&sound, &windows)?;
        for (((id, due), decoded), (window, spoken)) in batch.iter().zip(&decoded).zip(windows.iter().zip(words)) {
            let Some(stream) = self.streams.get_mut(id) else { continue };
            let segments: Vec<_> = window.segments.all().cloned().collect();
            let words = transcript::placed(spoken, &segments, due.stretch());
            match why {
                Why::Full => stream.fix(due, words, &window.segments, decoded),
                // What may be a loop is not shown; the next pass may not have it.
                Why::Grown if decoded.is_repetitive() => stream.heard(false),
                Why::Grown | Why::Last => {
                    stream.show(words, decoded);
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
    fn spoken(&mut self, stream: StreamId, lang: &Lang) {
        // A language that it doesn't know is found out like any other.
        if let (Ok(language), Some(stream)) = (self.model.tokens.language(lang), self.streams.get_mut(&stream)) {
            (stream.language, stream.is_language_sure) = (language, true);
        }
    }

    fn policy(&self) -> CommitPolicy {
        CommitPolicy::LocalAgreement { n: 2 }
    }

    fn hop(&self) -> usize {
        stream::WORTH
    }

    fn committed(&mut self, stream: StreamId, words: usize) {
        if let Some(stream) = self.streams.get_mut(&stream) {
            stream.committed(words, self.limit);
        }
    }

    fn aligns(&self) -> bool {
        self.model.gives_attention()
    }

    fn start(&mut self, stream: StreamId) {
        let marks = Marks { end: self.model.tokens.end, zero: self.model.tokens.timestamps };
        self.streams.insert(stream, Stream::new(self.model.bank.clone(), marks));
    }

    fn expect(&mut self, stream: StreamId, expected: &Expected) {
        if let Some(stream) = self.streams.get_mut(&stream) {
            stream.expected = self.model.tokens.expected(&expected.words);
        }
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
