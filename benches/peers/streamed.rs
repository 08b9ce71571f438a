//! Turns a script (`sound.py` writes it) and its sound into a stream through the recogniser stage, a second at a time, as
//! fast as it goes, and measures what that costs.
//!
//! Everything is done as in the daemon: Whisper's windows and their cuts, drafts, agreement of two. What is said in a window
//! is the script's, since random weights say nothing: as much text for every engine.

use super::cpu_seconds;
use serde::Deserialize;
use serde_json::json;
use sottovoce::asr::whisper::Whisper;
use sottovoce::asr::whisper::model::Model;
use sottovoce::asr::whisper::stream::{Due, Why};
use sottovoce::asr::{Options, Recognise, WINDOW};
use sottovoce::audio::{AudioFormat, StreamTime};
use sottovoce::error::{Error, Result};
use sottovoce::metrics;
use sottovoce::onnx::Compute;
use sottovoce::pipeline::item::{Clock, Heard, Item, Recognised, Session};
use sottovoce::pipeline::stage::Stage;
use sottovoce::pipeline::timing::Timing;
use sottovoce::text::Lang;
use std::path::Path;
use std::sync::Arc;

/// What is said in the sound.
#[derive(Deserialize)]
struct Script {
    /// Words at the end of a window that the next pass understands otherwise.
    misheard: usize,
    sentences: Vec<Vec<Word>>,
}

#[derive(Deserialize)]
struct Word {
    /// Seconds since the sound began.
    start: f64,
    end: f64,
    tokens: Vec<u32>,
    /// What its first token is misheard as, pass by pass.
    wrong: Vec<u32>,
}

/// Frames of 10 ms in a second.
const FRAMES: f64 = 100.0;
/// A step of Whisper's times, in seconds.
const STEP: f64 = 0.02;

/// What is said in a window: its sentences, each between its times, then the end.
fn said(script: &Script, due: &Due, zero: u32, end: u32) -> Vec<u32> {
    let (from, to) = (due.from as f64 / FRAMES, (due.from + due.sound) as f64 / FRAMES);
    let is_heard = |w: &&Word| (w.start + w.end) / 2.0 >= from && w.start < to;
    let heard: Vec<Vec<&Word>> = script.sentences.iter().map(|s| s.iter().filter(is_heard).collect()).collect();
    let misheard = if due.why == Why::Last { 0 } else { script.misheard };
    let sure = heard.iter().map(Vec::len).sum::<usize>().saturating_sub(misheard);
    let time = |seconds: f64| zero + ((seconds.min(to) - from).max(0.0) / STEP) as u32;
    let (mut tokens, mut count, mut last) = (Vec::new(), 0, 0);
    for sentence in heard {
        let (Some(first), Some(closing)) = (sentence.first(), sentence.last()) else { continue };
        // Times never go back, and no sentence is empty.
        tokens.push(time(first.start).max(last));
        for word in &sentence {
            count += 1;
            let wrong = word.wrong[due.sound / FRAMES as usize % word.wrong.len()];
            tokens.push(if count > sure { wrong } else { word.tokens[0] });
            tokens.extend(&word.tokens[1..]);
        }
        last = time(closing.end).max(time(first.start).max(last) + 1);
        tokens.push(last);
    }
    tokens.push(end);
    tokens
}

/// Windows and decoder passes so far.
fn work() -> [u64; 2] {
    let m = metrics::get();
    [&m.updates, &m.decoder_steps].map(|counter| counter.with_label_values(&["asr"]).get())
}

/// A session that is a file's.
pub fn session(number: u64) -> Result<Arc<Session>> {
    let (lang, timing) = (Lang::parse("en")?, Timing::default());
    let (room, speaker, to) = ("peers".into(), String::new(), Vec::new());
    Ok(Arc::new(Session {
        number,
        room,
        speaker,
        lang,
        knows_lang: true,
        to,
        format: AudioFormat::PIPELINE,
        clock: Clock::Audio,
        timing,
    }))
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T> {
    let text = std::fs::read_to_string(path).map_err(|e| Error::input(format!("{}: {e}", path.display())))?;
    serde_json::from_str(&text).map_err(|e| Error::input(format!("{}: {e}", path.display())))
}

/// The samples of a WAV file (16 kHz, 16 bit).
pub fn sound(file: &Path) -> Result<Vec<f32>> {
    let sound = hound::WavReader::open(file).map_err(|e| Error::input(format!("{}: {e}", file.display())))?;
    Ok(sound.into_samples::<i16>().flatten().map(|s| f32::from(s) / 32_768.0).collect())
}

/// A Whisper that hears `speech.wav` of a folder and says what `script.json` tells.
pub fn stream(model: &Path, folder: &Path) -> Result<super::Round> {
    let script: Script = read(&folder.join("script.json"))?;
    let samples = sound(&folder.join("speech.wav"))?;
    let (compute, lang) = (Compute::cpu(1), Lang::parse("en")?);
    let options = Options { compute, lang, find_lang: false, likely: Vec::new(), beam: 1, window: WINDOW };
    let tokens = Model::load(model, options.compute)?.tokens;
    let mut whisper = Whisper::load(model, &options)?;
    whisper.told(Box::new(move |due| said(&script, due, tokens.timestamps, tokens.end)));
    let mut stage = Recognise::new(Box::new(whisper), None);
    let session = session(1)?;
    Ok(Box::new(move || {
        let (cpu, before) = (cpu_seconds(), work());
        let (mut words, mut lags) = (0, Vec::new());
        let mut emit = |item: Item<Recognised>| {
            if let Ok((_, said)) = item.split::<()>() {
                lags.extend(said.committed.iter().skip(words).map(|w| said.heard.seconds() - w.end.seconds()));
                words = said.committed.len();
            }
        };
        let start = Heard::Start { utterance: 1, at: StreamTime(0) };
        stage.process(&mut vec![Item::data(&session, start)], &mut emit)?;
        for second in samples.chunks(16_000) {
            stage.process(
                &mut vec![Item::data(&session, Heard::Speech { samples: second.to_vec(), voice: Vec::new() })],
                &mut emit,
            )?;
        }
        let end = Heard::End(StreamTime(samples.len() as u64));
        stage.process(&mut vec![Item::data(&session, end)], &mut emit)?;
        let minutes = samples.len() as f64 / 16_000.0 / 60.0;
        let [windows, passes] = [0, 1].map(|i| work()[i] - before[i]);
        let lag = lags.iter().sum::<f64>() / lags.len().max(1) as f64;
        Ok(json!({
            "stream": 1e3 * (cpu_seconds() - cpu) / minutes, "windows": windows, "passes": passes, "words": words, "lag_s": lag,
        }))
    }))
}
