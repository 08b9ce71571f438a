//! The text of a glossary file -> entries. TOML, which can say all there is to say; or a table with tabs, as spreadsheets
//! and other translation services write it, for terms of all rooms.

use super::{Entries, Glossary, Term};
use crate::config;
use crate::error::{Error, Result};
use crate::text::Lang;
use std::path::Path;
use toml::{Table, Value};

/// A glossary is kept in memory and looked through at each caption: so many terms are far more than people write.
const MOST: usize = 20_000;
/// Characters of a term.
const LONGEST: usize = 100;

/// What such a file is, for those whose file isn't there or is something else.
const FORMS: &str = "a glossary is TOML ([en.es] with \"gate\" = \"puerta\"), or a *.tsv with tabs between the languages of its \
                     first line: \"Your own words\" in README.md";

impl Glossary {
    /// Reads a file: `*.tsv` is a table with tabs, anything else TOML.
    ///
    /// # Errors
    /// A config error that names the file and the entry.
    pub fn load(path: &Path) -> Result<Self> {
        let bad = |e: Error| e.context(path.display());
        let text = std::fs::read_to_string(path).map_err(|e| bad(Error::config(e.to_string()).hint(FORMS)))?;
        let is_table = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("tsv"));
        if is_table { Self::from_tsv(&text).map_err(bad) } else { Self::from_toml(&text).map_err(bad) }
    }

    /// Reads TOML: `[en.es]` with `"term" = "translation"`; `[hot_words]` with `en = ["word"]`; both below `[rooms.NAME]`
    /// too.
    ///
    /// # Errors
    /// A config error that names the entry.
    pub fn from_toml(text: &str) -> Result<Self> {
        let mut table: Table = text.parse().map_err(|e| config::explain(text, &e))?;
        let mut glossary = Self::default();
        if let Some(rooms) = table.remove("rooms") {
            for (room, value) in sub_table("rooms", rooms)? {
                let inside = format!("rooms.{room}");
                let entries = entries(&inside, sub_table(&inside, value)?)?;
                glossary.rooms.insert(room, entries);
            }
        }
        glossary.everywhere = entries("", table)?;
        glossary.bounded()
    }

    /// Reads a table: languages in the first line, a term in each further one, in every language that it has a word in.
    ///
    /// # Errors
    /// A config error that names the line.
    pub fn from_tsv(text: &str) -> Result<Self> {
        let mut lines =
            text.trim_start_matches('\u{FEFF}').lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
        let Some((head, _)) = lines.next() else { return Ok(Self::default()) };
        let langs = head.split('\t').map(|tag| Lang::parse(tag.trim())).collect::<Result<Vec<Lang>>>();
        let langs = langs.map_err(|e| e.context("line 1"))?;
        let mut glossary = Self::default();
        for (line, number) in lines {
            let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
            if cells.len() > langs.len() {
                let (has, due) = (cells.len(), langs.len());
                return Err(Error::config(format!("line {number} has {has} columns, the first line {due}")));
            }
            let words: Vec<(&Lang, &str)> = langs.iter().zip(cells).filter(|(_, cell)| !cell.is_empty()).collect();
            for (from, source) in &words {
                for (to, target) in words.iter().filter(|(to, _)| to != from) {
                    let term = term(source, target).map_err(|e| e.context(format!("line {number}")))?;
                    glossary.everywhere.terms.push(((*from).clone(), (*to).clone(), term));
                }
            }
        }
        glossary.bounded()
    }

    fn bounded(self) -> Result<Self> {
        let all = || std::iter::once(&self.everywhere).chain(self.rooms.values());
        let n: usize = all().map(|entries| entries.terms.len() + entries.hot_words.len()).sum();
        if n > MOST {
            return Err(Error::config(format!("{n} entries are too many")).hint(format!("at most {MOST}")));
        }
        Ok(self)
    }
}

/// The tables of languages.
fn entries(inside: &str, table: Table) -> Result<Entries> {
    let path = |key: &str| if inside.is_empty() { key.to_owned() } else { format!("{inside}.{key}") };
    let mut entries = Entries::default();
    for (key, value) in table {
        let at = path(&key);
        let value = sub_table(&at, value)?;
        if key == "hot_words" {
            for (tag, words) in value {
                let at = format!("{at}.{tag}");
                let lang = lang(&tag, &at)?;
                let Value::Array(words) = words else { return Err(wrong(&at, "a list of words is due")) };
                for word in words {
                    let Value::String(word) = word else { return Err(wrong(&at, "a list of words is due")) };
                    let word = usable(&word).map_err(|e| e.context(&at))?;
                    entries.hot_words.push((lang.clone(), word));
                }
            }
            continue;
        }
        let from = lang(&key, &at)?;
        for (tag, terms) in value {
            let at = format!("{at}.{tag}");
            let to = lang(&tag, &at)?;
            for (source, target) in sub_table(&at, terms)? {
                let Value::String(target) = target else {
                    return Err(wrong(&at, &format!("`{source}` needs its translation in quotes")));
                };
                entries.terms.push((from.clone(), to.clone(), term(&source, &target).map_err(|e| e.context(&at))?));
            }
        }
    }
    Ok(entries)
}

pub(super) fn term(source: &str, target: &str) -> Result<Term> {
    Ok(Term { source: usable(source)?, target: usable(target)? })
}

fn lang(tag: &str, at: &str) -> Result<Lang> {
    Lang::parse(tag).map_err(|e| e.context(at))
}

/// A term without needless spaces; it must have a letter or a digit.
fn usable(text: &str) -> Result<String> {
    let clean = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let length = clean.chars().count();
    let is_good = clean.chars().any(char::is_alphanumeric) && !clean.chars().any(char::is_control) && length <= LONGEST;
    let wrong = || Error::config(format!("`{}` can't be a term", text.escape_debug()));
    is_good.then_some(clean).ok_or_else(|| wrong().hint(format!("1 to {LONGEST} characters, letters among them")))
}

fn sub_table(at: &str, value: Value) -> Result<Table> {
    match value {
        Value::Table(table) => Ok(table),
        _ => Err(wrong(at, "a table is due")),
    }
}

fn wrong(at: &str, what: &str) -> Error {
    Error::config(format!("{at}: {what}"))
        .hint("[en.es] with \"gate\" = \"puerta\"; [hot_words] with en = [\"Quillfeather\"]; below [rooms.NAME] too")
}
