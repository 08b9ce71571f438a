//! Turns a manifest (a table of recordings and what is said in them) into rows.
//!
//! Tab-separated, with a header. `file` (or `audio`) is a path relative to the manifest; `text` (or `reference`) is what is
//! said; a column named by a language (`es`) is what it means in it. Other columns are for people.

use crate::error::{Error, Result};
use crate::text::Lang;
use std::path::{Path, PathBuf};

/// A recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The file.
    pub audio: PathBuf,
    /// What is said.
    pub text: String,
    /// What it means, by language.
    pub translations: Vec<(Lang, String)>,
}

impl Row {
    /// What it means in a language, if that is listed.
    pub fn translation(&self, lang: &Lang) -> Option<&str> {
        self.translations.iter().find(|(l, _)| l == lang).map(|(_, text)| text.as_str())
    }
}

/// Reads a manifest's text; `folder` is where its paths begin.
///
/// # Errors
/// An input error that names the line.
pub fn parse(text: &str, folder: &Path) -> Result<Vec<Row>> {
    let hint = "a line for each recording, its columns divided by tabs: `file`, `text`, and a column for each language \
                that there are translations in, such as `es`; the first line names them";
    let bad = |line: usize, what: &str| Error::input(format!("line {line}: {what}")).hint(hint);
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let (_, header) = lines.next().ok_or_else(|| bad(1, "the manifest is empty"))?;
    let names: Vec<&str> = header.split('\t').map(str::trim).collect();
    let find = |either: [&str; 2]| names.iter().position(|name| either.contains(name));
    let audio = find(["file", "audio"]).ok_or_else(|| bad(1, "no column is called `file`"))?;
    let said = find(["text", "reference"]).ok_or_else(|| bad(1, "no column is called `text`"))?;
    let is_lang =
        |(i, name): (usize, &&str)| Lang::parse(name).ok().filter(|_| ![audio, said].contains(&i)).map(|l| (i, l));
    let langs: Vec<(usize, Lang)> = names.iter().enumerate().filter_map(is_lang).collect();
    let mut rows = Vec::new();
    for (i, line) in lines {
        let columns: Vec<&str> = line.split('\t').map(str::trim).collect();
        if columns.len() != names.len() {
            return Err(bad(i + 1, &format!("{} columns, not {}", columns.len(), names.len())));
        }
        let audio = folder.join(columns[audio]);
        if !audio.is_file() {
            return Err(bad(i + 1, &format!("{} is not there", audio.display())));
        }
        let translations = langs.iter().filter(|(i, _)| !columns[*i].is_empty());
        let translations = translations.map(|(i, lang)| (lang.clone(), columns[*i].to_owned())).collect();
        rows.push(Row { audio, text: columns[said].to_owned(), translations });
    }
    if rows.is_empty() { Err(bad(2, "no recording is listed")) } else { Ok(rows) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_their_names_and_faults_by_their_lines() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("a.wav"), "").expect("written");
        let rows = parse("group\taudio\tes\treference\nx\ta.wav\thola\thello\n", folder.path()).expect("a manifest");
        assert_eq!((rows[0].text.as_str(), rows[0].translations[0].1.as_str()), ("hello", "hola"));
        for (text, fault) in [
            ("", "line 1: the manifest is empty"),
            ("file\tx\n", "line 1: no column is called `text`"),
            ("file\ttext\n", "line 2: no recording"),
            ("file\ttext\na.wav\n", "line 2: 1 columns, not 2"),
            ("file\ttext\n\nb.wav\thi\n", "line 3: "),
        ] {
            let e = parse(text, folder.path()).expect_err(text);
            assert!(e.to_string().contains(fault) && e.hint_text().is_some(), "{e}");
        }
    }
}
