//! What is particular to Marian (Opus-MT): which languages a model translates between, and how it calls them.

use crate::text::Lang;
use serde_json::Value;
use std::path::Path;

/// Source and target of a Marian model: from its tokenizer's config, or from its name (`opus-mt-en-de`).
pub fn pair(folder: &Path, config: &Value, tokenizer: &Value) -> [Option<String>; 2] {
    let said = ["source_lang", "target_lang"].map(|key| tokenizer[key].as_str().filter(|code| !code.is_empty()));
    if said.iter().any(Option::is_some) {
        return said.map(|code| code.map(str::to_owned));
    }
    let own = folder.file_name().map(|name| name.to_string_lossy().into_owned());
    let names = [config["_name_or_path"].as_str().map(str::to_owned), own];
    let of = |name: &str| {
        let (_, pair) = name.split_once("opus-mt-")?;
        let (from, to) = pair.trim_start_matches("tc-big-").split_once('-')?;
        Some([Some(from.to_owned()), Some(to.split('-').next()?.to_owned())])
    };
    names.iter().flatten().find_map(|name| of(name)).unwrap_or_default()
}

/// The marks that Opus-MT models have for a language, the most particular first (`>>pt_BR<<`, `>>cmn_Hans<<`, `>>de<<`).
pub fn marks(lang: &Lang) -> Vec<String> {
    let region = lang.tag().split('-').nth(1);
    let script = lang.flores().split('_').nth(1).unwrap_or_default();
    let regional = region.iter().flat_map(|r| [r.to_string(), r.to_ascii_lowercase()]);
    let endings: Vec<String> = regional.chain([script.to_owned()]).collect();
    let codes = lang.codes();
    let particular = codes.iter().flat_map(|code| endings.iter().map(move |ending| format!(">>{code}_{ending}<<")));
    particular.chain(codes.iter().map(|code| format!(">>{code}<<"))).collect()
}

/// Whether a piece is the mark of a Marian model's target language.
pub fn is_mark(piece: &str) -> bool {
    piece.starts_with(">>") && piece.ends_with("<<") && piece.len() > 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opus_marks_are_looked_for_from_the_particular_to_the_plain() {
        let of = |tag: &str| marks(&Lang::parse(tag).expect("known"));
        assert!(of("zh").starts_with(&[">>zh_Hans<<".into(), ">>zho_Hans<<".into(), ">>cmn_Hans<<".into()]));
        assert!(of("zh-TW").contains(&">>cmn_Hant<<".to_owned()));
        assert!(of("pt-BR").starts_with(&[">>pt_BR<<".into(), ">>pt_br<<".into()]));
        assert!(of("de").ends_with(&[">>de<<".into(), ">>deu<<".into()]));
        assert!(of("ar").contains(&">>ara<<".to_owned()));
    }

    #[test]
    fn a_pair_is_read_from_the_name_where_the_tokenizer_does_not_say() {
        let named = |name: &str| pair(Path::new("x"), &serde_json::json!({ "_name_or_path": name }), &Value::Null);
        assert_eq!(named("Helsinki-NLP/opus-mt-en-de"), [Some("en".to_owned()), Some("de".to_owned())]);
        assert_eq!(named("Helsinki-NLP/opus-mt-tc-big-en-pt"), [Some("en".to_owned()), Some("pt".to_owned())]);
        assert_eq!(named("something else"), [None, None]);
        let said = serde_json::json!({ "source_lang": "eng", "target_lang": "spa" });
        assert_eq!(pair(Path::new("opus-mt-en-de"), &Value::Null, &said)[0].as_deref(), Some("eng"));
    }
}
