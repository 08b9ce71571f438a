//! What the evidence gate keeps back and what it costs: words written where nobody speaks, and words lost where somebody
//! does, with the gate and without. `cargo run --release --example gate -- silence 60 | speech MANIFEST`
#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used)]

mod babble;
mod hear;
mod noise;

use fastrand::Rng;
use hear::Ears;
use sottovoce::asr::gate::{GateRules, repetition};
use sottovoce::capture::file;
use sottovoce::config;
use sottovoce::error::{Error, Result};
use sottovoce::eval::{manifest, words};
use sottovoce::listen::resample::Converter;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

const USAGE: &str = "usage: gate silence MINUTES [SEED] | gate speech MANIFEST [SNR]
  silence   sounds that nobody speaks in: words a minute, by kind
  speech    recordings, with pink noise so many dB below them: words that are recalled
  TRACES=FILE writes what is known of each utterance, as lines of JSON";

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["silence", minutes] => silence(number(minutes)?, 1),
        ["silence", minutes, seed] => silence(number(minutes)?, number(seed)? as u64),
        ["speech", manifest] => speech(Path::new(manifest), None),
        ["speech", manifest, snr] => speech(Path::new(manifest), Some(number(snr)? as f32)),
        _ => Err(Error::config(USAGE)),
    }
}

fn number(text: &str) -> Result<f64> {
    text.parse().map_err(|_| Error::config(USAGE))
}

/// The starter pipeline's recogniser with the gate and without; the environment may say otherwise, as for the daemon
/// (`SOTTOVOCE__RECOGNISE__MODEL`, `SOTTOVOCE__RECOGNISE__GATE__SWING`).
fn ears() -> Result<[Ears; 2]> {
    let toml = "[translate]\nbackend = \"none\"\n[speak]\nbackend = \"none\"\n";
    let config = config::parse(toml, config::environment())?;
    let mut off = config.clone();
    off.recognise.gate.enabled = false;
    Ok([Ears::open(config)?, Ears::open(off)?])
}

/// Where to write what is known of each utterance.
struct Log(Option<std::fs::File>);

impl Log {
    fn open() -> Self {
        Self(std::env::var_os("TRACES").map(|path| std::fs::File::create(path).unwrap()))
    }
    /// Once of each sound: it is the same with the gate and without.
    fn write(&mut self, kind: &str, text: &str, traces: Vec<serde_json::Value>, pass: usize) {
        if let Some(file) = self.0.as_mut().filter(|_| pass == 0) {
            writeln!(file, "{}", serde_json::json!({ "kind": kind, "text": text, "utterances": traces })).unwrap();
        }
    }
}

/// What was written of a kind of sound.
#[derive(Default)]
struct Count {
    seconds: f64,
    /// Words and loops, with the gate and without.
    words: [usize; 2],
    loops: [usize; 2],
}

/// Sounds of 10 to 20 s, as much of each kind.
fn silence(minutes: f64, seed: u64) -> Result<()> {
    let (mut ears, mut log, mut rng) = (ears()?, Log::open(), Rng::with_seed(seed));
    let voices = babble::voices(&mut rng)?;
    let makes = noise::KINDS.iter().map(Some).chain([None]);
    let mut counts = BTreeMap::<&str, Count>::new();
    for make in makes.cycle() {
        if counts.values().map(|c| c.seconds).sum::<f64>() >= minutes * 60.0 {
            break;
        }
        let length = rng.usize(160_000..320_000);
        let (name, sound) = match make {
            Some((name, make)) => (*name, noise::make(*make, &mut rng, length)),
            None => ("babble", babble::babble(&voices, &mut rng, length)),
        };
        let sound = between_silence(sound, &mut rng);
        let count = counts.entry(name).or_default();
        count.seconds += sound.len() as f64 / 16_000.0;
        for (i, ears) in ears.iter_mut().enumerate() {
            let (words, traces) = ears.hear(&sound)?;
            count.words[i] += words.len();
            count.loops[i] += usize::from(has_loop(&words));
            log.write(name, "", traces, i);
        }
    }
    println!("{:12} {:>8} {:>12} {:>12} {:>7}", "", "minutes", "words, gate", "words, none", "loops");
    let mut all = Count::default();
    for (name, Count { seconds, words, loops }) in counts {
        println!("{name:12} {:8.1} {:12} {:12} {:>7}", seconds / 60.0, words[0], words[1], loops[0]);
        all.seconds += seconds;
        for i in 0..2 {
            (all.words[i], all.loops[i]) = (all.words[i] + words[i], all.loops[i] + loops[i]);
        }
    }
    let rate = all.words.map(|n| n as f64 / all.seconds * 60.0);
    println!(
        "words a minute: {:.3} with the gate, {:.3} without; loops: {} and {}",
        rate[0], rate[1], all.loops[0], all.loops[1]
    );
    Ok(())
}

fn has_loop(words: &[String]) -> bool {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    repetition::cut(&words, GateRules::default().repeats).places.len() < words.len()
}

/// Recordings between silence, with noise or without.
fn speech(path: &Path, snr: Option<f32>) -> Result<()> {
    let (mut ears, mut log) = (ears()?, Log::open());
    let text = std::fs::read_to_string(path).map_err(|e| Error::input(e.to_string()))?;
    let (mut length, mut right) = (0, [0; 2]);
    for (i, row) in manifest::parse(&text, path.parent().unwrap_or(Path::new(".")))?.iter().enumerate() {
        let mut rng = Rng::with_seed(i as u64);
        let spoken = read(&row.audio)?;
        let mut sound = between_silence(spoken.clone(), &mut rng);
        if let Some(snr) = snr {
            add_noise(&mut sound, power(&spoken) * noise::decibels(-snr).powi(2), &mut rng);
        }
        let said = words::normalise(&row.text);
        let said: Vec<&str> = said.split(' ').collect();
        length += said.len();
        for (i, ears) in ears.iter_mut().enumerate() {
            let (written, traces) = ears.hear(&sound)?;
            let written: Vec<String> = written.iter().map(|w| words::normalise(w)).collect();
            right[i] += recalled(&said, &written);
            log.write("speech", &row.text, traces, i);
        }
    }
    let recall = right.map(|n| 100.0 * n as f64 / length as f64);
    println!(
        "recall of {length} words: {:.2} % with the gate, {:.2} % without, {:.2} points less",
        recall[0],
        recall[1],
        recall[1] - recall[0]
    );
    Ok(())
}

/// A file as 16 kHz samples.
fn read(path: &Path) -> Result<Vec<f32>> {
    let (mut reader, mut sound, mut converter) = (file::open(path)?, Vec::new(), None);
    while let Some(block) = reader.next_block()? {
        if converter.is_none() {
            converter = Some(Converter::new(block.format)?);
        }
        sound.extend(converter.as_mut().unwrap().push(&block)?);
    }
    sound.extend(converter.map_or(Ok(Vec::new()), |mut c| c.finish())?);
    Ok(sound)
}

/// Half a second before and a second behind it in which next to nothing is heard.
fn between_silence(sound: Vec<f32>, rng: &mut Rng) -> Vec<f32> {
    let mut floor = |length: usize| -> Vec<f32> { (0..length).map(|_| 1e-4 * noise::white(rng)).collect() };
    [floor(8_000), sound, floor(16_000)].concat()
}

/// The mean power.
fn power(sound: &[f32]) -> f32 {
    sound.iter().map(|s| s * s).sum::<f32>() / sound.len().max(1) as f32
}

/// Adds pink noise of this power.
fn add_noise(sound: &mut [f32], wanted: f32, rng: &mut Rng) {
    let noise = noise::pink(rng, sound.len());
    let level = (wanted / power(&noise)).sqrt();
    sound.iter_mut().zip(noise).for_each(|(s, noise)| *s += level * noise);
}

/// Words said that are also written, in the same order: the longest common subsequence.
fn recalled(said: &[&str], written: &[String]) -> usize {
    let mut row = vec![0; written.len() + 1];
    for word in said {
        let mut diagonal = 0;
        for (i, other) in written.iter().enumerate() {
            let above = row[i + 1];
            row[i + 1] = if word == other { diagonal + 1 } else { above.max(row[i]) };
            diagonal = above;
        }
    }
    row[written.len()]
}
