//! sottovoce's side of `benches/peers/run.py`: loads a model through our own loaders and does one kind of work, again and
//! again, each time a line comes in. All it says is lines of JSON.
#![allow(missing_docs, clippy::print_stdout)]

mod chunked;
mod streamed;
mod updates;

use ndarray::Array2;
use serde_json::{Value, json};
use sottovoce::asr::whisper::decode::Settings;
use sottovoce::asr::whisper::mel::LogMel;
use sottovoce::asr::whisper::model::Model;
use sottovoce::asr::whisper::tokens::Prompt;
use sottovoce::error::{Error, Result};
use sottovoce::mt::limits::Limits;
use sottovoce::mt::seq2seq::Seq2Seq;
use sottovoce::mt::{Options, beam};
use sottovoce::onnx::Compute;
use sottovoce::text::Lang;
use sottovoce::tts::piper::Piper;
use std::path::Path;
use std::time::Instant;

/// One round of work: what was measured, in milliseconds by name.
type Round = Box<dyn FnMut() -> Result<Value>>;

const USAGE: &str = "usage: ours whisper FOLDER SECONDS TOKENS | encode FOLDER SECONDS | mt FOLDER SOURCE TARGET BATCH FROM TO | tts FOLDER TEXT | \
     stream FOLDER SCRIPT | chunks FOLDER SPEECH STREAMS THREADS | \
     updates FOLDER STARTER CAPTIONS scratch|drafts|shortlist";

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let start = Instant::now();
    let mut said = json!({});
    let mut round = match args[..] {
        ["whisper", folder, seconds, tokens] => whisper(Path::new(folder), number(seconds)?, number(tokens)?)?,
        ["encode", folder, seconds] => encode(Path::new(folder), number(seconds)?)?,
        ["mt", folder, source, target, batch, from, to] => {
            mt(Path::new(folder), [number(source)?, number(target)?, number(batch)?], [from, to])?
        }
        ["updates", folder, starter, captions, how] => {
            let [folder, starter, captions] = [folder, starter, captions].map(Path::new);
            let (about, round) = updates::replay(folder, starter, captions, how)?;
            said = about;
            round
        }
        ["stream", folder, script] => streamed::stream(Path::new(folder), Path::new(script))?,
        ["chunks", folder, speech, streams, threads] => {
            chunked::chunks(Path::new(folder), Path::new(speech), number(streams)?, number(threads)?)?
        }
        ["tts", folder, text] => tts(Path::new(folder), text.to_owned())?,
        _ => return Err(Error::config(USAGE)),
    };
    println!("{}", json!({ "load_s": start.elapsed().as_secs_f64(), "rss_mb": memory("VmRSS"), "about": said }));
    for line in std::io::stdin().lines() {
        if line.is_err() {
            break;
        }
        let ms = round()?;
        println!("{}", json!({ "ms": ms, "rss_mb": memory("VmRSS"), "peak_mb": memory("VmHWM") }));
    }
    Ok(())
}

/// The encoder over so many seconds of sound, then so many tokens, one by one.
fn whisper(folder: &Path, seconds: usize, tokens: usize) -> Result<Round> {
    let mut model = Model::load(folder, Compute::cpu(1))?;
    let english = model.tokens.language(&Lang::parse("en")?)?;
    let sound: Vec<f32> = (0..seconds * 16_000).map(|i| (i as f32 * 0.05).sin() * 0.1).collect();
    let frames = if model.takes_short { seconds * 100 } else { model.longest };
    let prompt = Prompt { language: english, times: false, ..Prompt::default() }.tokens(&model.tokens);
    Ok(Box::new(move || {
        let start = Instant::now();
        let mut mel = LogMel::new(model.bank.clone());
        mel.push(&sound);
        let features = mel.window(0, frames);
        let heard = Instant::now();
        let run = model.encode(&[features])?;
        let encoded = Instant::now();
        // A model of random weights doesn't end by itself, so that all tokens are written.
        let settings = Settings { most: tokens, times: false, temperatures: &[0.0], ..Settings::default() };
        let decoded = model.decode(&run, std::slice::from_ref(&prompt), &settings)?;
        let written = decoded.first().map_or(0, |d| d.tokens.len());
        Ok(json!({
            "mel": ms(start, heard), "encode": ms(heard, encoded), "decode": ms(encoded, Instant::now()),
            "tokens": written, "frames": frames,
        }))
    }))
}

/// The encoder alone, over a window of so many seconds.
fn encode(folder: &Path, seconds: usize) -> Result<Round> {
    let mut model = Model::load(folder, Compute::cpu(1))?;
    let frames = if model.takes_short { seconds * 100 } else { model.longest };
    let window = Array2::zeros((model.bank.bins(), frames));
    Ok(Box::new(move || {
        let start = cpu_seconds();
        model.encode(std::slice::from_ref(&window))?;
        Ok(json!({ "encode": 1e3 * (cpu_seconds() - start), "frames": frames }))
    }))
}

/// A batch of sources of one length to targets of one length, greedily.
fn mt(folder: &Path, [source, target, batch]: [usize; 3], [from, to]: [&str; 2]) -> Result<Round> {
    let (from, to) = (Lang::parse(from)?, Lang::parse(to)?);
    let mut model = Seq2Seq::load(folder, Options::new(Compute::cpu(1), 1))?;
    // The marks of a source, and pieces of no meaning between them.
    let marks = model.source_ids("", &from, &to)?;
    let (first, last) = marks.split_at(1.min(marks.len()));
    let piece = |row: usize, i: usize| (100 + 37 * row + 11 * i) as u32;
    let of = |row: usize| -> Vec<u32> {
        let middle = (0..source.saturating_sub(marks.len())).map(|i| piece(row, i));
        first.iter().copied().chain(middle).chain(last.iter().copied()).collect()
    };
    let sources: Vec<Vec<u32>> = (0..batch).map(of).collect();
    let prefixes = vec![model.prefix(&to, &[])?; batch];
    let mut rules = beam::Rules { limits: Limits::NONE, forces_eos: false, no_repeat_ngram: 0, ..model.search(1) };
    rules.never.push(rules.eos);
    rules.max_length = prefixes.first().map_or(0, Vec::len) + target;
    Ok(Box::new(move || {
        let start = Instant::now();
        let outputs = model.decode(&sources, &prefixes, &rules)?;
        let written = outputs.iter().map(|o| o.tokens.len()).min().unwrap_or(0);
        Ok(json!({ "translate": ms(start, Instant::now()), "tokens": written }))
    }))
}

/// A sentence, spoken in one go.
fn tts(folder: &Path, text: String) -> Result<Round> {
    let mut voice = Piper::load(folder, Compute::cpu(1))?;
    let sentences = voice.sentences(&text)?;
    Ok(Box::new(move || {
        let start = Instant::now();
        let mut samples = 0;
        for ids in &sentences {
            samples += voice.run(ids, 1.0)?.len();
        }
        let ids = sentences.iter().map(Vec::len).sum::<usize>();
        Ok(json!({ "speak": ms(start, Instant::now()), "ids": ids, "samples": samples }))
    }))
}

fn ms(from: Instant, to: Instant) -> f64 {
    (to - from).as_secs_f64() * 1e3
}

/// CPU seconds of this process's threads so far.
fn cpu_seconds() -> f64 {
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let read = |thread: std::fs::DirEntry| std::fs::read_to_string(thread.path().join("schedstat")).ok();
    let nanoseconds = |stat: String| stat.split(' ').next()?.parse::<f64>().ok();
    threads.filter_map(read).filter_map(nanoseconds).sum::<f64>() / 1e9
}

fn number(text: &str) -> Result<usize> {
    text.parse().map_err(|_| Error::config(format!("`{text}` is no number")).hint(USAGE))
}

/// A line of `/proc/self/status`, in megabytes; zero where there is none.
fn memory(key: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with(key)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<f64>().ok()).unwrap_or_default() / 1024.0
}
