//! The small models of `tests/fixtures/mt` in all their layouts, and what the reference wrote with them.

use crate::support::repo;
use serde_json::Value;
use sottovoce::error::Error;
use sottovoce::models::import::{Precision, import};
use sottovoce::mt::beam::{Output, Rules};
use sottovoce::mt::seq2seq::Seq2Seq;
use sottovoce::mt::{Limits, Options};
use sottovoce::onnx::Compute;
use sottovoce::text::Lang;
use std::path::{Path, PathBuf};

pub const TRAINED: &str = "tests/fixtures/trained-en-es";

pub fn lang(tag: &str) -> Lang {
    Lang::parse(tag).expect("known")
}

pub fn json(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

pub fn ids(value: &Value) -> Vec<u32> {
    value.as_array().expect("ids").iter().map(|i| i.as_u64().expect("an id") as u32).collect()
}

pub fn load(folder: &Path) -> Result<Seq2Seq, Error> {
    Seq2Seq::load(folder, Options::new(Compute::cpu(1), 1))
}

/// A copy of a model folder that a test may damage.
pub fn copy(model: &Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for entry in std::fs::read_dir(model).expect("the model").flatten().filter(|e| e.path().is_file()) {
        std::fs::copy(entry.path(), folder.path().join(entry.file_name())).expect("copied");
    }
    folder
}

/// A fixture in one layout.
pub struct Fixture {
    /// `m2m100-d, split`.
    pub name: String,
    pub folder: PathBuf,
    pub golden: Value,
    _copy: Option<tempfile::TempDir>,
}

/// All fixtures in all layouts: as they are (merged, where they have that), split, and perhaps prepared by `models import`;
/// NLLB with its SentencePiece model, too, which is the same as M2M100's here.
pub fn fixtures(with_prepared: bool) -> Vec<Fixture> {
    let root = repo().join("tests/fixtures/mt");
    let folders = std::fs::read_dir(&root).expect("fixtures").flatten().map(|e| e.path());
    let mut all = Vec::new();
    for folder in folders.filter(|p| p.is_dir() && !p.ends_with("golden")) {
        let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
        let family = name.rsplit_once('-').expect("family and exporter").0;
        // Another way to divide text has a record of its own, below.
        if root.join("golden").join(format!("{name}.json")).is_file() {
            continue;
        }
        let golden = json(&root.join("golden").join(format!("{family}.json")));
        let mut add = |layout: &str, folder: PathBuf, copy| {
            let name = format!("{name}, {layout}");
            all.push(Fixture { name, folder, golden: golden.clone(), _copy: copy });
        };
        let has = |file: &str| folder.join(file).is_file();
        if has("decoder_model_merged.onnx") && has("decoder_with_past_model.onnx") {
            let split = copy(&folder);
            remove(split.path(), |name| name.starts_with("decoder_model_merged"));
            add("split", split.path().to_owned(), Some(split));
        }
        if with_prepared {
            let prepared = tempfile::tempdir().expect("a folder");
            let dest = prepared.path().join("model");
            import(&folder, &dest, Precision::Keep, &mut |_| ()).unwrap_or_else(|e| panic!("{name}: {e}"));
            add("prepared", dest, Some(prepared));
        }
        if family == "nllb" {
            let spm = copy(&folder);
            let file = "sentencepiece.bpe.model";
            std::fs::copy(root.join("m2m100-d").join(file), spm.path().join(file)).expect("copied");
            add("SentencePiece", spm.path().to_owned(), Some(spm));
        }
        add("as it is", folder.clone(), None);
    }
    assert!(!all.is_empty());
    all
}

/// Files of 8 bits of a fixture that has both.
pub fn int8_of(name: &str) -> tempfile::TempDir {
    let folder = copy(&repo().join("tests/fixtures/mt").join(name));
    remove(folder.path(), |name| name.ends_with(".onnx") && !name.contains("_int8"));
    folder
}

/// Removes the files of a folder whose names are so.
pub fn remove(folder: &Path, is_unwanted: impl Fn(&str) -> bool) {
    for entry in std::fs::read_dir(folder).expect("the folder").flatten() {
        if is_unwanted(&entry.file_name().to_string_lossy()) {
            std::fs::remove_file(entry.path()).expect("removed");
        }
    }
}

/// What a row of a golden file was asked for, and what the reference wrote.
pub struct Row<'a> {
    pub source: Vec<u32>,
    pub prefix: Vec<u32>,
    pub wanted: &'a Value,
}

impl<'a> Row<'a> {
    pub fn of(row: &'a Value, wanted: &'a Value) -> Self {
        Self { source: ids(&row["input_ids"]), prefix: ids(&row["decoder_start"]), wanted }
    }

    /// Translates it alone.
    pub fn decode(&self, model: &mut Seq2Seq, rules: &Rules) -> Output {
        let (source, prefix) = (std::slice::from_ref(&self.source), std::slice::from_ref(&self.prefix));
        model.decode(source, prefix, rules).expect("translates").remove(0)
    }

    /// The reference's tokens without the end mark.
    pub fn tokens(&self, eos: u32) -> Vec<u32> {
        let mut tokens = ids(&self.wanted["tokens"]);
        if tokens.last() == Some(&eos) {
            tokens.pop();
        }
        tokens
    }
}

/// The reference's rules: what its record says, and nothing of our own.
pub fn reference_rules(model: &Seq2Seq, options: &Value, given: usize) -> Rules {
    let number = |key: &str, usual: usize| options[key].as_u64().map_or(usual, |n| n as usize);
    Rules {
        renormalise: false,
        no_repeat_ngram: number("no_repeat_ngram_size", 0),
        limits: Limits::NONE,
        early_stopping: options["early_stopping"].as_bool().unwrap_or(false),
        length_penalty: options["length_penalty"].as_f64().unwrap_or(1.0) as f32,
        max_length: number("max_length", 60),
        given,
        ..model.search(number("num_beams", 1))
    }
}
