//! The registry of models: turns an id such as `starter/asr` or `whisper-base` into a folder, and checks files against
//! their hashes.
//!
//! `onnx/models.toml` lists what comes with the project, `onnx/published.toml` what can be fetched ([`pull`]).

pub mod cache;
pub mod checksum;
pub mod fetch;
pub mod hub;
pub mod import;
pub mod layout;
pub mod lock;
pub mod model;
pub mod places;
pub mod progress;
pub mod pull;
pub mod registry;
pub mod transport;

use crate::error::{Error, Result};
use import::manifest::Manifest;
use lock::Lock;
use model::is_plain;
pub use model::{Model, ModelFile, Published, bytes};
use places::Places;
use registry::Catalogue;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// All models that are known by an id.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registry {
    /// Those with files of their own, then those that can be fetched.
    #[serde(rename = "model")]
    pub models: Vec<Model>,
    /// The published ones as written, for rules and sizes.
    #[serde(skip)]
    pub catalogue: Catalogue,
    /// The folder that the first ones' paths are relative to.
    #[serde(skip)]
    pub root: PathBuf,
    /// Where fetched and imported ones lie.
    #[serde(skip)]
    pub places: Places,
}

/// Where a model is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It came with the project.
    Shipped,
    /// `models import` made it.
    Imported,
    /// It was fetched.
    Pulled,
    /// It can be fetched, or its files are gone.
    Absent,
}

/// What a check of a file found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
        Self::read(&root, Places::from_env())
    }

    /// Reads the registry of a folder. Without a `published.toml` there is nothing to fetch.
    ///
    /// # Errors
    /// As [`find`](Self::find).
    pub fn read(root: &Path, places: Places) -> Result<Self> {
        let path = root.join("models.toml");
        let text = std::fs::read_to_string(&path).map_err(|e| Error::missing(format!("{}: {e}", path.display())))?;
        let mut registry: Self =
            toml::from_str(&text).map_err(|e| Error::config(format!("{}: {}", path.display(), e.message())))?;
        let path = root.join("published.toml");
        if let Ok(text) = std::fs::read_to_string(&path) {
            let catalogue: Catalogue =
                toml::from_str(&text).map_err(|e| Error::config(format!("{}: {}", path.display(), e.message())))?;
            catalogue.check().map_err(|e| e.context(path.display()))?;
            registry.models.extend(catalogue.models());
            registry.catalogue = catalogue;
        }
        registry.root = root.to_owned();
        registry.places = places;
        Ok(registry)
    }

    /// The model that the registry's files name so, or make of this id by a rule.
    fn registered(&self, id: &str) -> Option<Model> {
        self.models.iter().find(|m| m.id == id).cloned().or_else(|| self.catalogue.find(id))
    }

    /// The model of this id.
    ///
    /// # Errors
    /// A missing-model error that suggests the nearest id.
    pub fn get(&self, id: &str) -> Result<Model> {
        let close = |m: &&Model| (strsim::jaro_winkler(id, &m.id) * 1e6) as u64;
        let imported = || Manifest::model(&self.places.imported(id), id).filter(|_| is_plain(id));
        self.registered(id).or_else(imported).ok_or_else(|| {
            let nearest = self.models.iter().max_by_key(close).map_or("", |m| &m.id);
            Error::missing(format!("there is no model `{id}`"))
                .hint(format!("did you mean `{nearest}`? `sottovoce models list` shows all"))
        })
    }

    /// The models that are here, those of rules too.
    pub fn installed(&self) -> Vec<Model> {
        let listed = self.models.iter().filter(|m| self.state(m) != State::Absent).cloned();
        let lock = Lock::read(&self.places.lock()).unwrap_or_default();
        let is_listed = |id: &str| self.models.iter().any(|m| m.id == id);
        let others = lock.models.iter().filter(|m| !is_listed(&m.id)).filter_map(|m| self.catalogue.find(&m.id));
        listed.chain(others).chain(self.imported()).collect()
    }

    /// The models that only `models import` knows.
    fn imported(&self) -> Vec<Model> {
        let mut found = Vec::new();
        let models = self.places.imported("");
        // An id may have an owner: two levels.
        for folder in folders(&models).chain(folders(&models).flat_map(|f| folders(&f).collect::<Vec<_>>())) {
            let id = folder.strip_prefix(&models).unwrap_or(&folder).to_string_lossy().into_owned();
            found.extend(Manifest::model(&folder, &id).filter(|_| self.registered(&id).is_none()));
        }
        found
    }

    /// The folder that `models import` is to make for an id.
    ///
    /// # Errors
    /// A config error when the id can't be a folder, or is that of a model that comes with the project.
    pub fn import_folder(&self, id: &str) -> Result<PathBuf> {
        let is_fit = is_plain(id) && id.split('/').count() <= 2 && !id.split('/').any(|part| part.starts_with('.'));
        if !is_fit {
            return Err(
                Error::config(format!("`{id}` can't be a model's id")).hint("such as whisper-mine or me/whisper")
            );
        }
        match self.models.iter().any(|m| m.id == id && !m.files.is_empty()) {
            true => Err(Error::config(format!("`{id}` comes with sottovoce")).hint("choose another id")),
            false => Ok(self.places.imported(id)),
        }
    }

    /// Where a model is.
    pub fn state(&self, model: &Model) -> State {
        let has_all = |root: &Path, mut names: std::slice::Iter<ModelFile>| names.all(|f| root.join(&f.path).is_file());
        match () {
            () if self.places.imported(&model.id).is_dir() => State::Imported,
            () if !model.files.is_empty() && has_all(&self.root.join(&model.id), model.files.iter()) => State::Shipped,
            () if model.published.is_some() && is_whole(&self.places.pulled(&model.id)) => State::Pulled,
            () => State::Absent,
        }
    }

    /// The folder of a model given by id or by path; of a ggml model, its file.
    ///
    /// # Errors
    /// A missing-model error that says how to get it.
    pub fn folder(&self, id_or_path: &str) -> Result<PathBuf> {
        let (path, imported) = (Path::new(id_or_path), self.places.imported(id_or_path));
        let known = self.get(id_or_path);
        if known.is_err() {
            return match (path.exists(), is_plain(id_or_path) && imported.is_dir()) {
                (_, true) => Ok(imported),
                (true, _) => Ok(path.to_owned()),
                _ => known.map(|_| imported),
            };
        }
        let model = known?;
        let folder = match self.state(&model) {
            State::Shipped => self.root.join(&model.id),
            State::Imported => imported,
            State::Pulled => self.places.pulled(&model.id),
            State::Absent => return Err(self.absent(&model)),
        };
        let mut files = std::fs::read_dir(&folder).into_iter().flatten().flatten().map(|e| e.path());
        let ggml = files.find(|f| f.extension().is_some_and(|e| e == "bin"));
        Ok(ggml.filter(|_| model.contract == "whisper-cpp").unwrap_or(folder))
    }

    fn absent(&self, model: &Model) -> Error {
        let id = &model.id;
        let folder = self.root.join(id);
        match (&model.published, model.files.iter().find(|f| !folder.join(&f.path).is_file())) {
            (Some(published), _) => {
                Error::missing(format!("model `{id}` isn't here yet (about {})", bytes(published.size)))
                    .hint(format!("`sottovoce models pull {id}` fetches it"))
            }
            (None, Some(file)) => {
                Error::missing(format!("model `{id}` lacks its file {}", folder.join(&file.path).display()))
                    .hint("check the project's files out again (`git checkout onnx`)")
            }
            (None, None) => Error::missing(format!("model `{id}` isn't here")).hint(model.note.clone()),
        }
    }

    /// Compares the files of a model that is here with their checksums.
    ///
    /// # Errors
    /// `models.lock` can't be read.
    pub fn verify(&self, model: &Model) -> Result<Vec<(String, Health)>> {
        let (shipped, pulled) = (self.root.join(&model.id), self.places.pulled(&model.id));
        let imported = self.places.imported(&model.id);
        if let Some(manifest) = Manifest::model(&imported, &model.id) {
            let compare = |f: &ModelFile| (f.path.clone(), health(&imported.join(&f.path), f.size, &f.sha256));
            return Ok(manifest.files.iter().map(compare).collect());
        }
        let mut found: Vec<_> =
            model.files.iter().map(|f| (f.path.clone(), health(&shipped.join(&f.path), f.size, &f.sha256))).collect();
        if let Some(published) = &model.published {
            let lock = Lock::read(&self.places.lock())?;
            let files = lock.get(&model.id).into_iter().flat_map(|m| &m.files);
            found.extend(files.map(|f| {
                let path = published.place(&f.name);
                let health = health(&pulled.join(&path), f.size, &f.sha256);
                (path, health)
            }));
        }
        Ok(found)
    }
}

/// The folders in a folder.
fn folders(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).filter(|p| p.is_dir())
}

/// Compares a file with its size and sha256.
fn health(path: &Path, size: u64, sha256: &str) -> Health {
    match std::fs::metadata(path) {
        Err(_) => Health::Missing,
        Ok(m) if m.len() != size => Health::Damaged,
        Ok(_) if checksum::sha256(path).is_ok_and(|h| h == sha256) => Health::Good,
        Ok(_) => Health::Damaged,
    }
}

/// Whether a folder of links is there and each leads somewhere: the cache behind it may have been cleared.
fn is_whole(folder: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else { return false };
    let mut paths = entries.flatten().map(|e| e.path()).peekable();
    paths.peek().is_some() && paths.all(|p| if p.is_dir() { is_whole(&p) } else { p.is_file() })
}
