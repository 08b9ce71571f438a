//! Turns `onnx/published.toml` into models: named lists of languages are filled in, rules such as
//! `opus-mt-{from}-{to}` become the model that an id names.

use super::{Model, Published};
use crate::error::{Error, Result};
use crate::models::import::Precision;
use crate::text::Lang;
use serde::Deserialize;
use std::collections::BTreeMap;

/// `onnx/published.toml` as written.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    languages: BTreeMap<String, Vec<String>>,
    #[serde(rename = "model")]
    entries: Vec<Entry>,
    /// The choices for sizes of machine.
    #[serde(rename = "size", default)]
    pub sizes: Vec<Size>,
}

/// What suits a machine.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Size {
    /// `tiny`, `laptop`, `gpu`.
    pub name: String,
    /// The pipeline that uses them.
    pub pipeline: String,
    /// What machine that is.
    pub about: String,
    /// Ids.
    pub models: Vec<String>,
}

/// A published model, or a rule for many.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    task: String,
    languages: Vec<String>,
    licence: String,
    commercial: Option<bool>,
    contract: String,
    repo: Option<String>,
    #[serde(default = "main_branch")]
    revision: String,
    #[serde(default)]
    folder: String,
    #[serde(default)]
    files: Vec<String>,
    #[serde(default)]
    sha256: BTreeMap<String, String>,
    #[serde(default)]
    megabytes: u64,
    #[serde(default)]
    precision: Precision,
    source: Option<String>,
    note: String,
    #[serde(default)]
    known: Vec<Known>,
}

/// What a rule's model has of its own.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    id: String,
    megabytes: Option<u64>,
    commercial: Option<bool>,
    languages: Option<Vec<String>>,
}

fn main_branch() -> String {
    "main".into()
}

impl Catalogue {
    /// All models that are named; rules stand for those they know.
    pub fn models(&self) -> impl Iterator<Item = Model> {
        self.entries.iter().flat_map(|entry| match entry.is_rule() {
            true => entry.known.iter().filter_map(|k| self.find(&k.id)).collect(),
            false => vec![self.model(entry, &entry.id, &[], &Known::default())],
        })
    }

    /// The model that a rule makes of this id.
    pub fn find(&self, id: &str) -> Option<Model> {
        self.entries.iter().filter(|e| e.is_rule()).find_map(|entry| {
            let parts = parts(&entry.id, id)?;
            let known = entry.known.iter().find(|k| k.id == id).cloned().unwrap_or_default();
            Some(self.model(entry, id, &parts, &known))
        })
    }

    /// How the rules' ids look.
    pub fn rules(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().filter(|e| e.is_rule()).map(|e| e.id.as_str())
    }

    fn model(&self, entry: &Entry, id: &str, parts: &[(&str, &str)], known: &Known) -> Model {
        let fill =
            |text: &str| parts.iter().fold(text.to_owned(), |t, (name, is)| t.replace(&format!("{{{name}}}"), is));
        let published = entry.repo.as_ref().map(|repo| Published {
            repo: fill(repo),
            revision: entry.revision.clone(),
            folder: fill(&entry.folder),
            files: entry.files.iter().map(|f| fill(f)).collect(),
            sha256: entry.sha256.clone(),
            size: known.megabytes.unwrap_or(entry.megabytes) * 1_000_000,
            precision: entry.precision,
        });
        let languages = known.languages.as_ref().unwrap_or(&entry.languages).iter().map(|l| fill(l));
        let repository =
            || format!("{}/{}", super::hub::DEFAULT_ENDPOINT, entry.repo.as_deref().map_or(String::new(), &fill));
        Model {
            id: id.to_owned(),
            task: entry.task.clone(),
            languages: languages.flat_map(|l| self.languages(&l)).collect(),
            licence: entry.licence.clone(),
            commercial: known.commercial.or(entry.commercial),
            source: entry.source.clone().unwrap_or_else(repository),
            contract: entry.contract.clone(),
            note: entry.note.clone(),
            files: Vec::new(),
            published,
        }
    }

    /// `@name` is a list, `*` all of FLORES-200, else a tag; what is no language we know (`mul` of Opus-MT) is left out.
    fn languages(&self, name: &str) -> Vec<Lang> {
        let tags = match name.strip_prefix('@') {
            Some(list) => self.languages.get(list).cloned().unwrap_or_default(),
            None if name == "*" => return Lang::all().filter(|l| l.flores() != "und").collect(),
            None => vec![name.to_owned()],
        };
        tags.iter().filter_map(|tag| Lang::parse(tag).ok()).collect()
    }

    /// What is wrong with the file, beyond its form.
    pub fn check(&self) -> Result<()> {
        let lists = self.entries.iter().flat_map(|e| e.languages.iter().filter_map(|l| l.strip_prefix('@')));
        match lists.into_iter().find(|l| !self.languages.contains_key(*l)) {
            Some(list) => Err(Error::config(format!("there is no list of languages `{list}`"))),
            None => Ok(()),
        }
    }
}

impl Entry {
    fn is_rule(&self) -> bool {
        self.id.contains('{')
    }
}

/// What the braces of a rule stand for in this id, if it follows the rule: letters, digits, dots, underscores; hyphens
/// too where nothing is to follow. So an id never leads out of a folder.
fn parts<'a>(rule: &'a str, id: &'a str) -> Option<Vec<(&'a str, &'a str)>> {
    let mut rest = id;
    let mut found = Vec::new();
    for (i, piece) in rule.split('{').enumerate() {
        let literal = match piece.split_once('}').filter(|_| i > 0) {
            None => piece,
            Some((name, literal)) => {
                let end = if literal.is_empty() { rest.len() } else { rest.find(literal)? };
                let (value, after) = rest.split_at(end);
                let is_fit =
                    |b: u8| b.is_ascii_alphanumeric() || b"._".contains(&b) || (b == b'-' && literal.is_empty());
                if value.is_empty() || value.starts_with('.') || value.contains("..") || !value.bytes().all(is_fit) {
                    return None;
                }
                found.push((name, value));
                rest = after;
                literal
            }
        };
        rest = rest.strip_prefix(literal)?;
    }
    rest.is_empty().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue() -> Catalogue {
        toml::from_str(include_str!("../../onnx/published.toml")).expect("the catalogue reads")
    }

    #[test]
    fn rules_make_models() {
        let c = catalogue();
        let opus = c.find("opus-mt-sv-fi").expect("any pair");
        assert_eq!(opus.published.as_ref().expect("published").repo, "Xenova/opus-mt-sv-fi");
        assert_eq!(opus.languages.iter().map(Lang::tag).collect::<Vec<_>>(), ["sv", "fi"]);
        let voice = c.find("piper-uk_UA-ukrainian_tts-medium").expect("any voice");
        let published = voice.published.expect("published");
        assert_eq!(published.folder, "uk/uk_UA/ukrainian_tts/medium");
        assert_eq!(published.files[0], "uk/uk_UA/ukrainian_tts/medium/uk_UA-ukrainian_tts-medium.onnx");
        let ggml = c.find("whisper-cpp-large-v3-turbo-q5_0").expect("any file");
        assert_eq!(ggml.published.expect("published").files, ["ggml-large-v3-turbo-q5_0.bin"]);
        assert_eq!(c.find("piper-en_US-lessac-medium").expect("a voice").commercial, Some(false));
    }

    #[test]
    fn an_id_never_leads_elsewhere() {
        for id in
            ["opus-mt-en", "opus-mt-en-", "opus-mt-../x-en", "whisper-cpp-..", "whisper-cpp-a/b", "piper-en-x-medium"]
        {
            assert!(catalogue().find(id).is_none(), "{id}");
        }
    }

    #[test]
    fn the_catalogue_is_whole() {
        let c = catalogue();
        c.check().expect("good");
        let tags = c.languages.values().flatten();
        assert_eq!(tags.filter(|t| Lang::parse(t).is_err()).collect::<Vec<_>>(), Vec::<&String>::new());
        let models: Vec<Model> = c.models().collect();
        for m in &models {
            assert!(!m.languages.is_empty() && ["asr", "mt", "tts"].contains(&m.task.as_str()), "{}", m.id);
            assert_eq!(models.iter().filter(|o| o.id == m.id).count(), 1, "{} is there twice", m.id);
            if let Some(p) = &m.published {
                assert!(!p.files.is_empty() && p.size > 1_000_000 && p.repo.split('/').count() == 2, "{}", m.id);
            }
        }
        for id in c.sizes.iter().flat_map(|s| &s.models) {
            let model = models.iter().find(|m| &m.id == id).unwrap_or_else(|| panic!("{id} is not there"));
            assert_ne!(model.commercial, Some(false), "{id} is a default and non-commercial");
        }
        assert!(models.iter().any(|m| m.id.starts_with("nllb") && m.commercial == Some(false)));
    }
}
