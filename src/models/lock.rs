//! What was fetched, written down (`models.lock`): so it can be verified without the hub, and a hub that later gives
//! other bytes for the same commit is found out.

use super::cache::write_whole;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// `models.lock`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Lock {
    /// Every model that was fetched.
    #[serde(rename = "model", default)]
    pub models: Vec<Locked>,
}

/// One model as it was fetched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Locked {
    /// Its id.
    pub id: String,
    /// The repository.
    pub repo: String,
    /// The commit.
    pub commit: String,
    /// Its files.
    pub files: Vec<LockedFile>,
}

/// One of its files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LockedFile {
    /// Its name in the repository.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Hexadecimal.
    pub sha256: String,
}

impl Lock {
    /// Reads it; where there is none, nothing was fetched.
    ///
    /// # Errors
    /// It is there and can't be read.
    pub fn read(path: &Path) -> Result<Self> {
        match std::fs::read_to_string(path) {
            Ok(text) => toml::from_str(&text).map_err(|e| {
                Error::failed(format!("{}: {}", path.display(), e.message()))
                    .hint("remove it and pull the models again; what is in the cache isn't fetched again")
            }),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(e) => Err(Error::failed(format!("{}: {e}", path.display()))),
        }
    }

    /// Writes it.
    ///
    /// # Errors
    /// The disk's.
    pub fn write(&self, path: &Path) -> Result<()> {
        let failed = |e: String| Error::failed(format!("{}: {e}", path.display()));
        let text = toml::to_string(self).map_err(|e| failed(e.to_string()))?;
        let head = "# The models that `sottovoce models pull` fetched, for `models verify`.\n\n";
        write_whole(path, format!("{head}{text}").as_bytes()).map_err(|e| failed(e.to_string()))
    }

    /// A model.
    pub fn get(&self, id: &str) -> Option<&Locked> {
        self.models.iter().find(|m| m.id == id)
    }

    /// Puts a model in the place of what was written of it before.
    pub fn put(&mut self, model: Locked) {
        self.models.retain(|m| m.id != model.id);
        self.models.push(model);
        self.models.sort_by(|a, b| a.id.cmp(&b.id));
    }

    /// The sha256 that a file of a commit had when it was fetched, for whichever model.
    pub fn sha256(&self, repo: &str, commit: &str, name: &str) -> Option<&str> {
        let same = self.models.iter().filter(|m| m.repo == repo && m.commit == commit);
        same.flat_map(|m| &m.files).find(|f| f.name == name).map(|f| f.sha256.as_str())
    }
}
