//! The pipeline file as written: TOML, environment over file over default, unknown keys refused with the nearest name.
//!
//! Nothing here touches the disk beyond the file itself; what paths and models mean is decided in `plan`.

use crate::error::{Error, Result};
use crate::listen::endpoint::EndpointRules;
use crate::stabilise::CommitPolicy;
use crate::text::Lang;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The prefix of environment variables: `SOTTOVOCE__SERVER__LISTEN` sets `server.listen`.
pub const ENV_PREFIX: &str = "SOTTOVOCE__";

/// A pipeline file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where the daemon's own speech comes from.
    pub source: SourceConfig,
    /// When somebody speaks.
    pub listen: ListenConfig,
    /// Speech to text.
    pub recognise: RecogniseConfig,
    /// Text to text.
    pub translate: TranslateConfig,
    /// Text to speech.
    pub speak: SpeakConfig,
    /// The network.
    pub server: ServerConfig,
}

/// Kinds of local source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceKind {
    /// A capture device.
    Microphone,
    /// Rooms are fed over the network only.
    #[default]
    None,
}

/// `[source]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SourceConfig {
    /// `microphone` or `none`.
    pub kind: SourceKind,
    /// A device id from `sottovoce devices`, or `default`.
    pub device: String,
    /// The room it speaks in.
    pub room: String,
    /// The speaker's name.
    pub speaker: String,
    /// An audio file that is spoken once, in real time, where there is no microphone; relative to the models' folder.
    pub sample: Option<String>,
}

impl Default for SourceConfig {
    fn default() -> Self {
        Self {
            kind: SourceKind::None,
            device: "default".into(),
            room: "main".into(),
            speaker: String::new(),
            sample: None,
        }
    }
}

/// `[listen]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListenConfig {
    /// The voice activity backend.
    pub backend: String,
    /// When speech begins and ends.
    pub endpoint: EndpointRules,
    /// Live audio that waited longer, in seconds, is dropped and announced as a gap.
    pub max_waiting: f64,
}

impl Default for ListenConfig {
    fn default() -> Self {
        Self { backend: "earshot".into(), endpoint: EndpointRules::default(), max_waiting: 5.0 }
    }
}

/// `[recognise]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RecogniseConfig {
    /// The backend.
    pub backend: String,
    /// A model id of the registry, or a folder.
    pub model: String,
    /// The language spoken, unless a session says otherwise.
    pub lang: Lang,
    /// Threads of one model call.
    pub threads: usize,
    /// When words become final.
    pub policy: CommitPolicy,
}

impl Default for RecogniseConfig {
    fn default() -> Self {
        Self {
            backend: "streaming-ctc".into(),
            model: "starter/asr-en".into(),
            lang: lang("en"),
            threads: 1,
            policy: CommitPolicy::Native,
        }
    }
}

/// `[translate]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TranslateConfig {
    /// The backend, or `none`.
    pub backend: String,
    /// A model id of the registry, or a folder.
    pub model: String,
    /// The languages to translate into.
    pub to: Vec<Lang>,
    /// Threads of one model call.
    pub threads: usize,
    /// 1: greedy; more: so many beams.
    pub beam: usize,
    /// When translated words become final.
    pub policy: CommitPolicy,
}

impl Default for TranslateConfig {
    fn default() -> Self {
        Self {
            backend: "seq2seq".into(),
            model: "starter/mt-en-es".into(),
            to: vec![lang("es")],
            threads: 1,
            beam: 1,
            policy: CommitPolicy::LocalAgreement { n: 2 },
        }
    }
}

/// `[speak]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SpeakConfig {
    /// The backend, or `none`.
    pub backend: String,
}

impl Default for SpeakConfig {
    fn default() -> Self {
        Self { backend: "espeak".into() }
    }
}

/// `[server]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerConfig {
    /// Address and port.
    pub listen: String,
    /// Who speaks or listens must know it (`Authorization: Bearer`, or `token=`). Needed beyond loopback.
    pub token: Option<String>,
    /// Serve beyond loopback without a token.
    pub insecure: bool,
    /// Speakers at once.
    pub max_sessions: usize,
    /// Listeners at once.
    pub max_listeners: usize,
    /// Bytes of one message from a client.
    pub max_message: usize,
    /// Events that may wait for a slow listener.
    pub listener_queue: usize,
    /// Seconds that stopping may take before it is cut short.
    pub drain_timeout: f64,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8000".into(),
            token: None,
            insecure: false,
            max_sessions: 64,
            max_listeners: 1_024,
            max_message: 1 << 20,
            listener_queue: 256,
            drain_timeout: 10.0,
        }
    }
}

fn lang(tag: &str) -> Lang {
    #[expect(clippy::expect_used, reason = "called with two constant tags that the tests read")]
    Lang::parse(tag).expect("a known language")
}

/// Reads a pipeline file and lays the environment over it.
///
/// # Errors
/// A config error that names the file, the line and the key.
pub fn load(path: &Path) -> Result<Config> {
    let text = std::fs::read_to_string(path)
        .map_err(|e| Error::config(format!("pipeline {}: {e}", path.display())).hint("ready ones are in pipelines/"))?;
    let env = std::env::vars().filter(|(k, _)| k.starts_with(ENV_PREFIX));
    parse(&text, env).map_err(|e| e.context(path.display()))
}

/// Reads TOML text and lays these variables over it.
///
/// # Errors
/// A config error that names the line and the key.
pub fn parse(text: &str, env: impl Iterator<Item = (String, String)>) -> Result<Config> {
    // The file alone first: only its own errors have lines.
    let config: Config = toml::from_str(text).map_err(|e| explain(text, &e))?;
    let mut variables = env.peekable();
    if variables.peek().is_none() {
        return Ok(config);
    }
    let mut table: toml::Table = text.parse().map_err(|e| explain(text, &e))?;
    let mut names = Vec::new();
    for (name, value) in variables {
        let keys: Vec<String> = name[ENV_PREFIX.len()..].split("__").map(str::to_lowercase).collect();
        set(&mut table, &keys, &value).ok_or_else(|| Error::config(format!("{name} names no key")))?;
        names.push(name);
    }
    Config::deserialize(table).map_err(|e| {
        let (message, hint) = nearest(e.message());
        let e = Error::config(format!("environment ({}): {message}", names.join(", ")));
        hint.map_or(e.clone(), |h| e.hint(h))
    })
}

fn set(table: &mut toml::Table, keys: &[String], value: &str) -> Option<()> {
    let (last, path) = keys.split_last().filter(|(last, _)| !last.is_empty())?;
    let mut table = table;
    for key in path {
        table = table.entry(key).or_insert_with(|| toml::Table::new().into()).as_table_mut()?;
    }
    // A value is TOML where it reads as such (numbers, lists), else a string.
    let parsed = format!("v = {value}").parse::<toml::Table>().ok().and_then(|mut t| t.remove("v"));
    table.insert(last.clone(), parsed.unwrap_or_else(|| value.into()));
    Some(())
}

fn explain(text: &str, e: &toml::de::Error) -> Error {
    let line = e.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
    let (message, hint) = nearest(e.message());
    let key = e.span().and_then(|span| text.get(span)).and_then(|s| s.lines().next()).unwrap_or_default().trim();
    let place = line.map_or(String::new(), |line| format!("line {line}: "));
    let quoted = if key.is_empty() || message.contains(key) { String::new() } else { format!(" (at `{key}`)") };
    let error = Error::config(format!("{place}{message}{quoted}"));
    hint.map_or(error.clone(), |h| error.hint(h))
}

/// For an unknown name, the nearest known one.
fn nearest(message: &str) -> (String, Option<String>) {
    let names: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let is_unknown = message.contains("unknown field") || message.contains("unknown variant");
    let Some((unknown, known)) = names.split_first().filter(|_| is_unknown) else {
        return (message.to_owned(), None);
    };
    let best =
        known.iter().max_by(|a, b| strsim::jaro_winkler(unknown, a).total_cmp(&strsim::jaro_winkler(unknown, b)));
    let short = message.split(", expected").next().unwrap_or(message).replace("unknown field", "unknown key");
    let hint = best.map(|best| format!("did you mean `{best}`? known here: {}", known.join(", ")));
    (short, hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn no_env() -> std::vec::IntoIter<(String, String)> {
        Vec::new().into_iter()
    }

    #[test]
    fn an_empty_file_is_the_default() {
        assert_eq!(parse("", no_env()), Ok(Config::default()));
    }

    #[test]
    fn an_unknown_key_is_told_with_its_line_and_the_nearest_name() {
        let e = parse("[server]\nlisten = \"127.0.0.1:1\"\nmax_sesions = 3\n", no_env()).expect_err("unknown");
        assert!(e.to_string().contains("line 3") && e.to_string().contains("max_sesions"), "{e}");
        assert!(e.hint_text().is_some_and(|h| h.starts_with("did you mean `max_sessions`?")), "{e:?}");
    }

    #[test]
    fn a_wrong_value_is_told_with_its_line() {
        let e = parse("[recognise]\nlang = \"klingon\"\n", no_env()).expect_err("unknown");
        assert!(e.to_string().contains("line 2") && e.to_string().contains("klingon"), "{e}");
    }

    #[test]
    fn the_environment_wins() {
        let env = [("SOTTOVOCE__SERVER__LISTEN", "0.0.0.0:9"), ("SOTTOVOCE__TRANSLATE__TO", "[\"fr\"]")];
        let env = env.map(|(k, v)| (k.to_owned(), v.to_owned())).into_iter();
        let config = parse("[server]\nlisten = \"127.0.0.1:1\"\n", env).expect("valid");
        assert_eq!((config.server.listen.as_str(), config.translate.to[0].tag()), ("0.0.0.0:9", "fr"));
        let e = parse("", [("SOTTOVOCE__SERVER__LISTNE".to_owned(), "x".to_owned())].into_iter()).expect_err("typo");
        assert!(e.to_string().contains("SOTTOVOCE__SERVER__LISTNE"), "{e}");
    }
}
