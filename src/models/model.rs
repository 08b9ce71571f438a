//! What is known of one model: its languages, licence and files, and which files of a repository make it.

use crate::error::{Error, Result};
use crate::models::import::Precision;
use crate::text::Lang;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Component, Path};

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
    /// SPDX expression, or where to read it.
    pub licence: String,
    /// Whether the licence allows commercial use, where that is known.
    #[serde(default)]
    pub commercial: Option<bool>,
    /// Where it comes from.
    pub source: String,
    /// The tensor contract it keeps.
    pub contract: String,
    /// What it is, and is not, in a sentence.
    pub note: String,
    /// Its files, if they come with the project.
    #[serde(default)]
    pub files: Vec<ModelFile>,
    /// How to fetch it, if it can be.
    #[serde(skip)]
    pub published: Option<Published>,
}

/// One file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    /// Relative to the model's folder.
    pub path: String,
    /// Hexadecimal.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
}

/// A model on the hub.
#[derive(Debug, Clone)]
pub struct Published {
    /// `owner/name`.
    pub repo: String,
    /// A branch or a commit.
    pub revision: String,
    /// The folder of the repository that becomes the model's; empty for the whole.
    pub folder: String,
    /// Names, or patterns with `*`, from the repository's root.
    pub files: Vec<String>,
    /// Checksums of files that are pinned, by name.
    pub sha256: BTreeMap<String, String>,
    /// About how many bytes.
    pub size: u64,
    /// How it is prepared once it is here, where it is of a kind that gains by it.
    pub precision: Precision,
}

impl Model {
    /// Bytes of all files; of one that can be fetched, about.
    pub fn size(&self) -> u64 {
        self.published.as_ref().map_or_else(|| self.files.iter().map(|f| f.size).sum(), |p| p.size)
    }
}

impl Published {
    /// Which of a repository's files make the model.
    ///
    /// # Errors
    /// A file is not there; or a name would lead out of its folder.
    pub fn select(&self, names: &[String]) -> Result<Vec<String>> {
        let mut chosen = Vec::new();
        for file in &self.files {
            let matching: Vec<&String> = names.iter().filter(|n| matches(file, n)).collect();
            if matching.is_empty() && !file.contains('*') {
                return Err(Error::missing(format!("{}: there is no {file} in it", self.repo)));
            }
            chosen.extend(matching.into_iter().cloned());
        }
        chosen.sort();
        chosen.dedup();
        match chosen.iter().find(|n| !is_plain(n)) {
            Some(name) => Err(Error::failed(format!("{}: it has a file called `{name}`", self.repo))),
            None => Ok(chosen),
        }
    }

    /// The place of a repository's file in the model's folder.
    pub fn place(&self, name: &str) -> String {
        let inside = name.strip_prefix(&self.folder).filter(|_| !self.folder.is_empty());
        inside.map_or(name, |n| n.trim_start_matches('/')).to_owned()
    }
}

/// Whether a name fits a pattern, in which `*` stands for anything but a slash.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|name| {
            let end = name.find('/').unwrap_or(name.len());
            (0..=end).filter(|i| name.is_char_boundary(*i)).any(|i| matches(rest, &name[i..]))
        }),
    }
}

/// A size for people.
pub fn bytes(n: u64) -> String {
    match n {
        0..1_000 => format!("{n} B"),
        1_000..1_000_000 => format!("{:.1} kB", n as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", n as f64 / 1e6),
        _ => format!("{:.2} GB", n as f64 / 1e9),
    }
}

/// Whether a name stays below the folder that it is joined to.
pub(super) fn is_plain(name: &str) -> bool {
    let path = Path::new(name);
    !name.is_empty() && path.components().all(|c| matches!(c, Component::Normal(_))) && !name.contains('\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_stay_in_their_folder() {
        for (pattern, name, fits) in [
            ("*.json", "config.json", true),
            ("*.json", "onnx/config.json", false),
            ("voices/*.bin", "voices/af.bin", true),
            ("onnx/e.onnx_data*", "onnx/e.onnx_data", true),
            ("a*b*c", "a-b-b-c", true),
            ("merges.txt", "merges.txt.old", false),
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern} {name}");
        }
    }

    #[test]
    fn a_repository_cannot_write_elsewhere() {
        let published = Published {
            repo: "a/b".into(),
            revision: "main".into(),
            folder: "en/x".into(),
            files: vec!["*.json".into(), "en/x/v.onnx".into()],
            sha256: BTreeMap::new(),
            size: 1,
            precision: Precision::Keep,
        };
        let names = |names: &[&str]| published.select(&names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>());
        assert_eq!(names(&["c.json", "en/x/v.onnx", "d.txt"]), Ok(vec!["c.json".into(), "en/x/v.onnx".into()]));
        assert!(names(&["c.json"]).is_err_and(|e| e.to_string().contains("v.onnx")));
        assert!(names(&["..\\c.json", "en/x/v.onnx"]).is_err());
        assert_eq!(published.place("en/x/v.onnx"), "v.onnx");
        assert!(!is_plain("../a") && !is_plain("/a") && !is_plain("a/../../b") && is_plain("a/b"));
    }
}
