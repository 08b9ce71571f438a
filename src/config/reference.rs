//! All settings for people and editors: turns the types of a pipeline file into a JSON Schema, and that into Markdown.
//! `pipelines/README.md` is what this gives, and a test compares them.

use super::Config;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};
use std::fmt::Write;

const HEAD: &str = "\
# Pipeline files

A pipeline file names source, models, languages and the server's address, in TOML. Flags win over the environment
(`SOTTOVOCE__SERVER__LISTEN=127.0.0.1:9000`: the table, two underscores, the key), that over the file, that over these defaults. A key
that nobody knows is an error that suggests the nearest name; `sottovoce check FILE` looks without running. `sottovoce schema settings`
prints a JSON Schema for editors.

Made from the program's own types by `sottovoce schema reference`.
";

/// A pipeline file's JSON Schema, with everything in its place.
pub fn schema() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    settings.into_generator().into_root_schema_for::<Config>().into()
}

/// The same for people: a table for each table.
pub fn markdown() -> String {
    let mut text = HEAD.to_owned();
    if let Some(tables) = schema()["properties"].as_object() {
        for (name, table) in ordered(tables) {
            describe(name, table, &mut text);
        }
    }
    text
}

/// In the order of the file's own tables: as speech passes through them.
fn ordered(tables: &Map<String, Value>) -> Vec<(&String, &Value)> {
    const ORDER: &[&str] = &["source", "listen", "recognise", "translate", "speak", "glossary", "governor", "server"];
    let place = |name: &str| ORDER.iter().position(|known| *known == name).unwrap_or(ORDER.len());
    let mut all: Vec<_> = tables.iter().collect();
    all.sort_by_key(|(name, _)| place(name));
    all
}

/// A table and those within it.
fn describe(name: &str, table: &Value, text: &mut String) {
    let Some(keys) = table["properties"].as_object() else { return };
    let about = table["description"].as_str().unwrap_or_default();
    // Writing to a string can't fail.
    let _ = writeln!(text, "\n## `[{name}]`\n\n{}\n\n| key | unless given | |\n|---|---|---|", sentence(about, name));
    for (key, value) in keys.iter().filter(|(_, value)| !is_table(value)) {
        let about = value["description"].as_str().unwrap_or_default();
        let default = value.get("default").filter(|default| !default.is_null()).map(toml);
        let default = default.map_or(String::new(), |default| format!("`{default}`"));
        let _ = writeln!(text, "| `{key}` | {default} | {} |", cell(&choices(about, value)));
    }
    for (key, value) in keys.iter().filter(|(_, value)| is_table(value)) {
        describe(&format!("{name}.{key}"), value, text);
    }
}

fn is_table(value: &Value) -> bool {
    value["properties"].is_object()
}

/// A description, without what the heading says already.
fn sentence(about: &str, name: &str) -> String {
    about.replace(&format!("`[{name}]`"), "").trim().trim_end_matches(':').to_owned()
}

/// A key's description, and what it may be where that is a list of words.
fn choices(about: &str, value: &Value) -> String {
    let words = value["oneOf"].as_array().into_iter().flatten().filter_map(|choice| {
        let word = choice["const"].as_str()?;
        (!about.contains(&format!("`{word}`")))
            .then(|| format!("`{word}`: {}", choice["description"].as_str().unwrap_or("")))
    });
    std::iter::once(about.to_owned()).chain(words).collect::<Vec<String>>().join("\n")
}

/// In one line, as Markdown's tables want it.
fn cell(text: &str) -> String {
    let lines = text.replace('|', "\\|").replace("\n- ", "<br>").replace("\n\n", "<br>");
    lines.split_whitespace().collect::<Vec<&str>>().join(" ")
}

/// As it is written in the file.
fn toml(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let fields = fields.iter().map(|(key, value)| format!("{key} = {}", toml(value)));
            format!("{{ {} }}", fields.collect::<Vec<String>>().join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(toml).collect::<Vec<String>>().join(", ")),
        // Single-precision numbers as they were written, not as double precision has them.
        Value::Number(n) if n.is_f64() => format!("{}", n.as_f64().unwrap_or_default() as f32),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_reference_is_what_the_types_say() {
        let published = include_str!("../../pipelines/README.md");
        assert!(published == markdown(), "settings have changed: `sottovoce schema reference > pipelines/README.md`");
    }

    #[test]
    fn every_key_is_described() {
        fn look(at: &str, table: &Value) {
            for (key, value) in table["properties"].as_object().into_iter().flatten() {
                assert!(value["description"].as_str().is_some_and(|text| text.len() > 3), "{at}.{key}");
                look(&format!("{at}.{key}"), value);
            }
        }
        look("", &schema());
    }
}
