//! The small Whisper models, in each layout of files, and what the references answer about which sound.

use crate::support::repo;
use ndarray::Array2;
use serde_json::Value;
use sottovoce::asr::whisper::mel::{LogMel, MelBank};
use sottovoce::asr::whisper::model::Model;
use sottovoce::onnx::Compute;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub fn fixtures() -> PathBuf {
    repo().join("tests/fixtures/whisper")
}

pub fn json(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).expect("JSON")
}

/// A model in one layout of files, and what the reference answers with its weights.
pub struct Fixture {
    pub folder: PathBuf,
    pub golden: Value,
    /// Holds a folder of links to some of the files.
    pub _links: Option<tempfile::TempDir>,
}

/// All models, each in every layout that its folder has, in 32 bits.
pub fn models() -> Vec<Fixture> {
    let folders = std::fs::read_dir(fixtures()).expect("fixtures").flatten().map(|e| e.path());
    let mut folders: Vec<PathBuf> = folders.filter(|f| f.join("config.json").is_file()).collect();
    folders.sort();
    assert!(!folders.is_empty(), "no models in {}", fixtures().display());
    let mut all = Vec::new();
    for folder in folders {
        let has = |file: &str| folder.join(file).is_file();
        if has("decoder_model_merged.onnx") && has("decoder_with_past_model.onnx") {
            all.push(some_files(&folder, |name| name != "decoder_model_merged.onnx"));
        }
        all.push(Fixture { golden: golden(&folder), folder, _links: None });
    }
    all
}

/// A model of fewer bits that lies beside the 32-bit one.
pub fn in_format(folder: &str, format: &str) -> Fixture {
    some_files(&fixtures().join(folder), |name| !name.ends_with(".onnx") || name.ends_with(&format!("{format}.onnx")))
}

pub fn some_files(folder: &Path, keep: impl Fn(&str) -> bool) -> Fixture {
    let links = tempfile::tempdir().expect("a folder");
    let entries = |f: PathBuf| std::fs::read_dir(f).into_iter().flatten().flatten();
    for file in entries(folder.to_owned()).chain(entries(folder.join("onnx"))) {
        let name = file.file_name().to_string_lossy().into_owned();
        if file.path().is_file() && keep(&name) {
            std::os::unix::fs::symlink(file.path(), links.path().join(name)).expect("a link");
        }
    }
    Fixture { folder: links.path().to_owned(), golden: golden(folder), _links: Some(links) }
}

pub fn golden(folder: &Path) -> Value {
    let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
    json(&fixtures().join(format!("golden/{}.json", name.split('-').next().expect("a name"))))
}

pub fn wav(path: &Path) -> Vec<f32> {
    let mut reader = hound::WavReader::open(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    reader.samples::<i16>().map(|s| f32::from(s.expect("a sample")) / 32768.0).collect()
}

/// The sound that a record is about.
pub fn sound(audio: &Value) -> Vec<f32> {
    if let Some(zeros) = audio["zeros"].as_u64() {
        return vec![0.0; zeros as usize];
    }
    let mut samples = wav(&fixtures().join(text(&audio["wav"])));
    if audio["reversed"] == true {
        samples.reverse();
    }
    samples
}

pub fn features(bank: &Arc<MelBank>, samples: &[f32], frames: usize) -> Array2<f32> {
    let mut mel = LogMel::new(bank.clone());
    samples.chunks(1_234).for_each(|c| mel.push(c));
    mel.window(0, frames)
}

pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

pub fn float(value: &Value) -> f32 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number")) as f32
}

pub fn floats(value: &Value) -> Vec<f32> {
    value.as_array().expect("a list").iter().map(float).collect()
}

pub fn ids(value: &Value) -> Vec<u32> {
    value.as_array().expect("a list").iter().map(|v| v.as_u64().expect("an id") as u32).collect()
}

pub fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

pub fn bins(folder: &Path) -> usize {
    json(&folder.join("config.json"))["num_mel_bins"].as_u64().expect("bins") as usize
}

pub fn load(folder: &Path) -> Model {
    Model::load(folder, Compute::cpu(1)).unwrap_or_else(|e| panic!("{}: {e}", folder.display()))
}

/// The token of a language by its code.
pub fn language(model: &Model, code: &str) -> Option<u32> {
    model.tokens.languages.iter().find(|(c, _)| c == code).map(|(_, id)| *id)
}
