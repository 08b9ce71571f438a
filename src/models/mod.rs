//! The registry of models: turns an id such as `starter/asr-en` into a folder, and checks files against their hashes.
//!
//! `onnx/models.toml` lists them with licence, languages, contract and sha256.

pub mod import;
pub mod layout;

use crate::error::{Error, Result};
use crate::text::Lang;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::io::Read;
use std::path::{Path, PathBuf};

/// `onnx/models.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registry {
    /// All models.
    #[serde(rename = "model")]
    pub models: Vec<Model>,
    /// The folder the paths are relative to.
    #[serde(skip)]
    pub root: PathBuf,
}

/// One model.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Its id, which is also its folder below the registry's.
    pub id: String,
    /// `asr`, `mt` or `tts`.
    pub task: String,
    /// The languages it knows.
    pub languages: Vec<Lang>,
    /// SPDX expression.
    pub licence: String,
    /// Where it comes from.
    pub source: String,
    /// The tensor contract it keeps.
    pub contract: String,
    /// What it is, and is not, in a sentence.
    pub note: String,
    /// Its files.
    pub files: Vec<ModelFile>,
}

/// One file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    /// Relative to the model's folder.
    pub path: String,
    /// Hexadecimal.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
}

/// What a check of a file found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// As it should be.
    Good,
    /// Not there.
    Missing,
    /// Other bytes than it should have.
    Damaged,
}

impl Registry {
    /// Finds and reads the registry: `SOTTOVOCE_ONNX`, `onnx/` here or above the program.
    ///
    /// # Errors
    /// A missing-model error when there is none, a config error when it can't be read.
    pub fn find() -> Result<Self> {
        let root = match std::env::var_os("SOTTOVOCE_ONNX") {
            Some(root) => Some(PathBuf::from(root)),
            None => {
                let exe = std::env::current_exe().unwrap_or_default();
                let above = exe.ancestors().skip(1).map(|dir| dir.join("onnx"));
                let places = std::iter::once(PathBuf::from("onnx")).chain(above);
                places.into_iter().find(|p| p.join("models.toml").is_file())
            }
        };
        let root = root.ok_or_else(|| {
            Error::missing("the model registry onnx/models.toml is not there")
                .hint("run from the project's folder, or point SOTTOVOCE_ONNX at its onnx/ folder")
        })?;
        Self::read(&root)
    }

    /// Reads the registry of a folder.
    ///
    /// # Errors
    /// As [`find`](Self::find).
    pub fn read(root: &Path) -> Result<Self> {
        let path = root.join("models.toml");
        let text = std::fs::read_to_string(&path).map_err(|e| Error::missing(format!("{}: {e}", path.display())))?;
        let mut registry: Self =
            toml::from_str(&text).map_err(|e| Error::config(format!("{}: {}", path.display(), e.message())))?;
        registry.root = root.to_owned();
        Ok(registry)
    }

    /// The model of this id.
    ///
    /// # Errors
    /// A missing-model error that suggests the nearest id.
    pub fn get(&self, id: &str) -> Result<&Model> {
        let close = |m: &&Model| (strsim::jaro_winkler(id, &m.id) * 1e6) as u64;
        self.models.iter().find(|m| m.id == id).ok_or_else(|| {
            let nearest = self.models.iter().max_by_key(close).map_or("", |m| &m.id);
            Error::missing(format!("there is no model `{id}`"))
                .hint(format!("did you mean `{nearest}`? `sottovoce models list` shows all"))
        })
    }

    /// The folder of a model given by id or by path.
    ///
    /// # Errors
    /// A missing-model error.
    pub fn folder(&self, id_or_path: &str) -> Result<PathBuf> {
        let path = Path::new(id_or_path);
        if path.is_dir() && !self.models.iter().any(|m| m.id == id_or_path) {
            return Ok(path.to_owned());
        }
        let model = self.get(id_or_path)?;
        let folder = self.root.join(&model.id);
        match model.files.iter().find(|f| !folder.join(&f.path).is_file()) {
            Some(file) => Err(Error::missing(format!(
                "model `{id_or_path}` lacks its file {}",
                folder.join(&file.path).display()
            ))
            .hint("check the project's files out again (`git checkout onnx`)")),
            None => Ok(folder),
        }
    }

    /// Compares a file of a model with its checksum.
    pub fn check(&self, model: &Model, file: &ModelFile) -> Health {
        let path = self.root.join(&model.id).join(&file.path);
        match std::fs::metadata(&path) {
            Err(_) => Health::Missing,
            Ok(m) if m.len() != file.size => Health::Damaged,
            Ok(_) if sha256(&path).is_ok_and(|h| h == file.sha256) => Health::Good,
            Ok(_) => Health::Damaged,
        }
    }
}

impl Model {
    /// Bytes of all files.
    pub fn size(&self) -> u64 {
        self.files.iter().map(|f| f.size).sum()
    }
}

fn sha256(path: &Path) -> std::io::Result<String> {
    let mut file = std::fs::File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hash.finalize().iter().map(|b| format!("{b:02x}")).collect()),
            n => hash.update(&buffer[..n]),
        }
    }
}
