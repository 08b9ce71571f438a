//! What an imported model's folder says of itself (`imported.toml`): where it came from and the checksums of its files,
//! so that `models list` and `models verify` know it.

use super::Precision;
use crate::error::{Error, Result};
use crate::models::layout::Layout;
use crate::models::{Model, ModelFile, checksum};
use crate::text::Lang;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The file's name.
pub const NAME: &str = "imported.toml";

/// The file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The folder it was made from.
    source: PathBuf,
    /// The backend that loads it.
    contract: String,
    /// Its number format.
    precision: Precision,
    /// What was done, in words.
    done: Vec<String>,
    /// Its files.
    #[serde(rename = "file")]
    files: Vec<ModelFile>,
}

impl Manifest {
    /// Writes down what is in a folder.
    ///
    /// # Errors
    /// When something can't be read or written.
    pub fn write(folder: &Path, source: &Path, layout: Layout, precision: Precision, done: &[String]) -> Result<()> {
        let mut files = Vec::new();
        list(folder, folder, &mut files)?;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let source = source.canonicalize().unwrap_or_else(|_| source.to_owned());
        let manifest = Self { source, contract: layout.backend().into(), precision, done: done.to_vec(), files };
        let text = toml::to_string(&manifest).map_err(|e| Error::failed(format!("{NAME}: {e}")))?;
        let path = folder.join(NAME);
        std::fs::write(&path, text).map_err(|e| Error::failed(format!("{}: {e}", path.display())))
    }

    /// The model that a folder says it is, under this id; none if it doesn't say.
    pub fn model(folder: &Path, id: &str) -> Option<Model> {
        let manifest: Self = toml::from_str(&std::fs::read_to_string(folder.join(NAME)).ok()?).ok()?;
        let task = match manifest.contract.as_str() {
            "seq2seq" => "mt",
            "piper" | "kokoro" => "tts",
            _ => "asr",
        };
        Some(Model {
            id: id.to_owned(),
            task: task.into(),
            languages: Vec::<Lang>::new(),
            licence: "as its source's".into(),
            commercial: None,
            source: manifest.source.display().to_string(),
            contract: manifest.contract,
            note: manifest.done.join("; "),
            files: manifest.files,
            published: None,
        })
    }
}

/// All files below a folder, with their checksums.
fn list(root: &Path, folder: &Path, files: &mut Vec<ModelFile>) -> Result<()> {
    let failed = |e: std::io::Error| Error::failed(format!("{}: {e}", folder.display()));
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            list(root, &path, files)?;
            continue;
        }
        let size = std::fs::metadata(&path).map_err(failed)?.len();
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
        files.push(ModelFile { path: name, sha256: checksum::sha256(&path).map_err(failed)?, size });
    }
    Ok(())
}
