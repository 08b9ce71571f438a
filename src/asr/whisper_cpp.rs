//! Turns speech into words with Whisper in whisper.cpp's own format (`ggml-*.bin`), on the processor.
//!
//! One context holds the weights; a state holds what one call computes. An utterance is recognised anew with each second
//! of new sound, and once at its end, so nothing needs to be kept between calls: states are borrowed from a pool, one for
//! each call that runs at the same time, whatever the number of streams. Waiting streams share the threads.

mod call;
mod file;
mod pass;
mod utterance;

use super::hot_words::Expected;
use super::whisper::before::{before, expected};
use super::whisper::text::UNSPACED;
use super::{Abort, Options, Recognizer, StreamId, Update};
use crate::error::{Error, Result};
use crate::metrics;
use crate::onnx::Device;
use crate::stabilise::CommitPolicy;
use crate::text::Word;
use call::Params;
use pass::{Call, Marks};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;
use utterance::Utterance;
use whisper_rs::{WhisperContext, WhisperContextParameters, WhisperState, WhisperTokenId};

/// The backend.
pub struct WhisperCpp {
    context: WhisperContext,
    params: Params,
    threads: usize,
    marks: Marks,
    /// States that no call is using.
    pool: Vec<WhisperState>,
    streams: BTreeMap<StreamId, Utterance>,
}

impl WhisperCpp {
    /// Loads a ggml file, or the only one of a folder.
    ///
    /// # Errors
    /// A missing-model error when there is no such file or it isn't whole; a config error when it doesn't know the language.
    pub fn load(model: &Path, options: &Options) -> Result<Self> {
        whisper_rs::install_logging_hooks();
        let path = ggml_file(model)?;
        file::check(&path)?;
        if options.compute.device == Device::Cuda {
            tracing::warn!("device = \"cuda\" can't be used: this build's whisper.cpp computes on the processor only");
        }
        if options.find_lang {
            tracing::warn!("whisper.cpp is told its language here: {} is taken for all", options.lang.name());
        }
        let mut parameters = WhisperContextParameters::new();
        parameters.use_gpu(false);
        let context = WhisperContext::new_with_params(&path, parameters).map_err(|e| {
            Error::missing(format!("model file {} can't be loaded: {e}", path.display()))
                .hint("it may be damaged, or made for another version of whisper.cpp")
        })?;
        let (lang, is_english) = (&options.lang, options.lang.primary() == "en");
        let known = whisper_rs::get_lang_id(lang.primary()).and_then(whisper_rs::get_lang_str);
        let lang = match (context.is_multilingual(), known) {
            (true, Some(known)) => Some(known),
            (false, _) if is_english => None,
            _ => {
                return Err(Error::config(format!("{} doesn't understand {} speech", path.display(), lang.name()))
                    .hint("files with `.en` in their name know English only; the others know some hundred languages"));
            }
        };
        let params = Params::new(lang, options.beam, Abort::default());
        let threads = options.compute.threads.max(1);
        let id = |token: WhisperTokenId| token.unsigned_abs();
        let (end, zero) = (id(context.token_eot()), id(context.token_beg()));
        let marks = Marks { end, zero, is_spaced: !UNSPACED.contains(&options.lang.primary()) };
        Ok(Self { context, params, threads, marks, pool: Vec::new(), streams: BTreeMap::new() })
    }

    /// The tokens that whisper.cpp finds in at most 30 s of 16 kHz sound, heard with so many of the encoder's 1500
    /// positions (where it isn't said, with as many as the length needs), with or without times among them.
    ///
    /// # Errors
    /// When whisper.cpp fails.
    pub fn tokens(&mut self, window: &[f32], positions: Option<usize>, has_times: bool) -> Result<Vec<u32>> {
        let mut state = self.state()?;
        let positions = positions.unwrap_or_else(|| pass::audio_ctx(window.len()));
        let call = Call { params: &self.params, threads: self.threads, positions, has_times, before: &[] };
        let is_done = call.run(&mut state, window)?;
        let tokens = if is_done { pass::tokens(&state)? } else { Vec::new() };
        self.pool.push(state);
        Ok(tokens.into_iter().map(|t| t.id).filter(|id| *id != self.marks.end).collect())
    }

    fn state(&mut self) -> Result<WhisperState> {
        let new = || self.context.create_state().map_err(|e| Error::failed(format!("whisper.cpp gives no state: {e}")));
        self.pool.pop().map_or_else(new, Ok)
    }

    /// Recognises the windows of these streams, as many at once as there are threads.
    fn pass(&mut self, due: &[StreamId]) -> Result<()> {
        let workers = due.len().min(self.threads);
        let mut states = (0..workers).map(|_| self.state()).collect::<Result<Vec<_>>>()?;
        let (params, threads, marks) = (&self.params, self.threads / workers.max(1), self.marks);
        let encode = |text: &str| pass::encode(&self.context, text);
        let before = |u: &Utterance| before(&u.expected, &encode(&u.earlier(marks.is_spaced)).unwrap_or_default());
        let due_now = due.iter().filter_map(|id| self.streams.get(id));
        let windows: Vec<(&[f32], Vec<WhisperTokenId>)> = due_now.map(|u| (u.window(), before(u))).collect();
        let recognise = |state: &mut WhisperState, (window, before): &(&[f32], Vec<_>)| -> Result<Option<Vec<Word>>> {
            let start = Instant::now();
            let call = Call { params, threads, positions: pass::audio_ctx(window.len()), has_times: true, before };
            let is_done = call.run(state, window)?;
            metrics::get().model_seconds.inc_by(start.elapsed().as_secs_f64());
            let words = || Ok(pass::words(&pass::tokens(state)?, marks, window.len()));
            is_done.then(words).transpose()
        };
        let recognise = &recognise;
        let mut found = Vec::with_capacity(due.len());
        for windows in windows.chunks(workers.max(1)) {
            let jobs = states.iter_mut().zip(windows);
            // One job needs no thread of its own.
            let done = match windows {
                [_] => jobs.map(|(state, window)| recognise(state, window)).collect::<Result<Vec<_>>>()?,
                _ => std::thread::scope(|scope| {
                    let running: Vec<_> = jobs.map(|(s, window)| scope.spawn(move || recognise(s, window))).collect();
                    let crashed = |_| Err(Error::failed("a call of whisper.cpp panicked"));
                    running.into_iter().map(|job| job.join().unwrap_or_else(crashed)).collect::<Result<Vec<_>>>()
                })?,
            };
            found.extend(done);
        }
        self.pool.append(&mut states);
        for (id, words) in due.iter().zip(found) {
            match (self.streams.get_mut(id), words) {
                (Some(utterance), Some(words)) => utterance.take(words),
                (Some(utterance), None) => utterance.give_up(),
                (None, _) => {}
            }
        }
        Ok(())
    }

    fn update(&self, id: StreamId) -> Option<Update> {
        let utterance = self.streams.get(&id)?;
        let (hypothesis, heard) = (utterance.hypothesis(), utterance.heard().0);
        Some(Update { stream: id, hypothesis, lang: None, heard, is_done: utterance.is_done() })
    }
}

impl Recognizer for WhisperCpp {
    fn policy(&self) -> CommitPolicy {
        CommitPolicy::LocalAgreement { n: 2 }
    }

    fn hop(&self) -> usize {
        utterance::HOP
    }

    fn start(&mut self, stream: StreamId) {
        self.streams.insert(stream, Utterance::default());
    }

    fn expect(&mut self, stream: StreamId, likely: &Expected) {
        if let Some(utterance) = self.streams.get_mut(&stream) {
            utterance.expected = expected(&likely.words, |text| pass::encode(&self.context, text));
        }
    }

    fn accept(&mut self, stream: StreamId, samples: &[f32]) {
        if let Some(utterance) = self.streams.get_mut(&stream) {
            utterance.push(samples);
        }
    }

    fn finish(&mut self, stream: StreamId) {
        if let Some(utterance) = self.streams.get_mut(&stream) {
            utterance.is_finished = true;
        }
    }

    fn decode(&mut self) -> Result<Vec<Update>> {
        let mut updates = Vec::new();
        loop {
            let due: Vec<StreamId> = self.streams.iter().filter(|(_, u)| u.is_due()).map(|(id, _)| *id).collect();
            if due.is_empty() {
                break;
            }
            self.pass(&due)?;
            updates.extend(due.iter().filter_map(|id| self.update(*id)).filter(|u| !u.is_done));
        }
        let done: Vec<StreamId> = self.streams.iter().filter(|(_, u)| u.is_done()).map(|(id, _)| *id).collect();
        updates.extend(done.iter().filter_map(|id| self.update(*id)));
        done.iter().for_each(|id| drop(self.streams.remove(id)));
        Ok(updates)
    }

    fn stop(&mut self, stream: StreamId) {
        self.streams.remove(&stream);
    }

    fn abort(&self) -> Option<Abort> {
        Some(self.params.abort().clone())
    }
}

/// The model's file, where a folder is given.
fn ggml_file(model: &Path) -> Result<PathBuf> {
    if !model.is_dir() {
        return Ok(model.to_owned());
    }
    let entries = std::fs::read_dir(model).into_iter().flatten().flatten().map(|e| e.path());
    let mut found: Vec<PathBuf> = entries.filter(|p| p.extension().is_some_and(|e| e == "bin")).collect();
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(Error::missing(format!("there is no ggml-*.bin in {}", model.display()))
            .hint("`sottovoce models list` shows what is installed")),
        _ => Err(Error::missing(format!("{} has several ggml files", model.display()))
            .hint("name the one to use as the model: its path, not the folder's")),
    }
}
