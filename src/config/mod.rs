//! The pipeline file as written: TOML, environment over file over default, unknown keys refused with the nearest name.
//!
//! Nothing here touches the disk beyond the file itself; what paths and models mean is decided in `plan`.

pub mod reference;
mod schema;

pub use schema::*;

use crate::error::{Error, Result};
use serde::Deserialize;
use std::path::Path;

/// The prefix of environment variables: `SOTTOVOCE__SERVER__LISTEN` sets `server.listen`.
pub const ENV_PREFIX: &str = "SOTTOVOCE__";

/// Reads a pipeline file and lays the environment over it.
///
/// # Errors
/// A config error that names the file, the line and the key.
pub fn load(path: &Path) -> Result<Config> {
    let text = std::fs::read_to_string(path)
        .map_err(|e| Error::config(format!("pipeline {}: {e}", path.display())).hint("ready ones are in pipelines/"))?;
    let mut config = parse(&text, environment()).map_err(|e| e.context(path.display()))?;
    if let (TlsConfig::Files { certificate, key }, Some(folder)) = (&mut config.server.tls, path.parent()) {
        [certificate, key].into_iter().for_each(|file| *file = folder.join(&*file));
    }
    if let (Some(file), Some(folder)) = (&mut config.glossary.file, path.parent()) {
        *file = folder.join(&file);
    }
    Ok(config)
}

/// The variables that are ours. Others may hold anything, even what is no text.
pub fn environment() -> impl Iterator<Item = (String, String)> {
    let text = |(k, v): (std::ffi::OsString, std::ffi::OsString)| Some((k.into_string().ok()?, v.into_string().ok()?));
    std::env::vars_os().filter_map(text).filter(|(k, _)| k.starts_with(ENV_PREFIX))
}

/// Reads TOML text and lays these variables over it.
///
/// # Errors
/// A config error that names the line and the key.
pub fn parse(text: &str, env: impl Iterator<Item = (String, String)>) -> Result<Config> {
    // The file alone first: only its own errors have lines.
    let mut config = toml::from_str(text).map_err(|e| explain(text, &e))?;
    let mut table: toml::Table = text.parse().map_err(|e| explain(text, &e))?;
    for (name, value) in env {
        let as_text = || overlay(&table, &name, value.clone().into());
        // A value is TOML where it reads as such (numbers, lists) and such is wanted, else a string: a token may be 123.
        let read = format!("v = {value}").parse::<toml::Table>().ok().and_then(|mut t| t.remove("v"));
        (table, config) = match read {
            Some(read) => overlay(&table, &name, read).or_else(|e| as_text().map_err(|_| e))?,
            None => as_text()?,
        };
    }
    Ok(config)
}

/// The table with a variable laid over it, and the configuration that it makes.
fn overlay(table: &toml::Table, name: &str, value: toml::Value) -> Result<(toml::Table, Config)> {
    let keys: Vec<String> = name[ENV_PREFIX.len()..].split("__").map(str::to_lowercase).collect();
    let mut table = table.clone();
    set(&mut table, &keys, value).ok_or_else(|| Error::config(format!("{name} names no key")))?;
    let config = Config::deserialize(table.clone()).map_err(|e| {
        let (message, hint) = nearest(e.message());
        let e = Error::config(format!("environment ({name}): {message}"));
        hint.map_or(e.clone(), |h| e.hint(h))
    })?;
    Ok((table, config))
}

fn set(table: &mut toml::Table, keys: &[String], value: toml::Value) -> Option<()> {
    let (last, path) = keys.split_last().filter(|(last, _)| !last.is_empty())?;
    let mut table = table;
    for key in path {
        table = table.entry(key).or_insert_with(|| toml::Table::new().into()).as_table_mut()?;
    }
    table.insert(last.clone(), value);
    Some(())
}

/// What is wrong with a TOML text, and where.
pub(crate) fn explain(text: &str, e: &toml::de::Error) -> Error {
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
        let token =
            parse("", [("SOTTOVOCE__SERVER__TOKEN".to_owned(), "123456".to_owned())].into_iter()).expect("valid");
        assert_eq!(token.server.token.as_deref(), Some("123456"));
        let e = parse("", [("SOTTOVOCE__SERVER__LISTNE".to_owned(), "x".to_owned())].into_iter()).expect_err("typo");
        assert!(e.to_string().contains("SOTTOVOCE__SERVER__LISTNE"), "{e}");
    }
}
