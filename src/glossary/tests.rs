//! Files of good and bad form, terms in texts, and a file that is edited.

use super::found::{switch, uses};
use super::*;
use proptest::prelude::*;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

fn lang(tag: &str) -> Lang {
    Lang::parse(tag).expect("known")
}

fn term(source: &str, target: &str) -> Term {
    Term { source: source.into(), target: target.into() }
}

const TOML: &str = r#"
hot_words.en = ["Quillfeather"]

[en.es]
"gate" = "puerta"
"boarding gate" = "puerta de embarque"
"São Tomé" = "Santo Tomás"

[rooms.surgery.en.es]
"gate" = "compuerta"

[rooms.surgery.hot_words]
en = ["stent"]
"#;

#[test]
fn a_room_has_its_own_terms_and_those_of_all() {
    let glossary = Glossary::from_toml(TOML).expect("valid");
    let found = |room: &str, from: &str, text: &str| {
        let terms = glossary.terms(room, &lang(from), &lang("es-MX"));
        terms.find(text).into_iter().map(|f| f.term.target).collect::<Vec<_>>()
    };
    assert_eq!(found("main", "en-GB", "the GATE, the boarding gate and gates"), ["puerta", "puerta de embarque"]);
    assert_eq!(found("surgery", "en", "gate at sao tome"), ["compuerta", "Santo Tomás"]);
    assert!(found("main", "es", "gate").is_empty());
    assert_eq!(glossary.hot_words("main", &lang("en")), ["Quillfeather", "São Tomé", "boarding gate", "gate"]);
    assert_eq!(glossary.hot_words("surgery", &lang("en"))[..2], ["stent", "gate"]);
    assert_eq!(glossary.summary(), "en to es: 4, hot words en: 2, with entries of their own for 1 rooms");
}

#[test]
fn a_table_serves_every_pair_of_its_columns() {
    let glossary = Glossary::from_tsv("en\tes\tde\ngate\tpuerta\tTor\n\nflight\t\tFlug\n").expect("valid");
    let find = |from: &str, to: &str, text: &str| {
        let found = glossary.terms("main", &lang(from), &lang(to)).find(text);
        found.first().map(|f| f.term.target.clone())
    };
    assert_eq!(find("de", "es", "das Tor"), Some("puerta".into()));
    assert_eq!(find("en", "de", "flight nine"), Some("Flug".into()));
    assert_eq!(find("en", "es", "flight nine"), None);
}

#[test]
fn what_is_wrong_with_a_file_is_told_with_its_place() {
    for (text, due) in [
        ("[en.es]\ngate = 3\n", "en.es: `gate` needs its translation"),
        ("[klingon.es]\n", "klingon: unknown language"),
        ("[en.es]\n\"gate\" = \"...\"\n", "en.es: `...` can't be a term"),
        ("[rooms.a]\nen = 3\n", "rooms.a.en: a table is due"),
        ("[hot_words]\nen = \"one\"\n", "hot_words.en: a list of words is due"),
        ("[en.es\n", "line 1: "),
    ] {
        let e = Glossary::from_toml(text).expect_err(text);
        assert!(e.to_string().contains(due), "{e}");
    }
    assert!(Glossary::from_tsv("en\tes\na\tb\tc\n").expect_err("too many").to_string().contains("line 2"));
    assert!(Glossary::from_tsv("en\tspanish\n").expect_err("a name").to_string().contains("line 1"));
}

#[test]
fn a_text_is_switched_and_a_translation_is_judged() {
    let terms = Terms::new([term("gate", "puerta"), term("東京", "Tokio"), term("sun", "sol")]);
    let found = terms.find("Gate one, gate two: 東京へ");
    assert_eq!(switch("Gate one, gate two: 東京へ", &found), "puerta one, puerta two: Tokioへ");
    let honoured = |text: &str| uses(&found, text).iter().map(|u| u.honoured).collect::<Vec<_>>();
    assert_eq!(honoured("Las puertas uno: a Tókio."), [true, false, true]);
    assert_eq!(honoured("la puerta uno y la puerta dos"), [true, true, false]);
    assert!(!uses(&terms.find("sun"), "solo")[0].honoured, "short words have no endings");
}

#[test]
fn a_file_is_read_again_when_it_changes_and_kept_when_it_breaks() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("terms.toml");
    let mut saved = SystemTime::now() - Duration::from_secs(60);
    let mut save = |text: &str| {
        saved += Duration::from_secs(1);
        std::fs::write(&path, text).expect("written");
        std::fs::File::options().write(true).open(&path).and_then(|f| f.set_modified(saved)).expect("dated");
    };
    save("[en.es]\ngate = \"puerta\"\n");
    let glossaries = Glossaries::open(Some(path.clone())).expect("valid");
    let target = || glossaries.now().terms("main", &lang("en"), &lang("es")).find("gate")[0].term.target.clone();
    let first = glossaries.now();
    glossaries.look();
    assert!(Arc::ptr_eq(&first, &glossaries.now()), "nothing changed");
    save("[en.es]\ngate = \"compuerta\"\n");
    glossaries.look();
    assert_eq!(target(), "compuerta");
    save("[en.es\n");
    glossaries.look();
    assert_eq!(target(), "compuerta");
    std::fs::remove_file(&path).expect("removed");
    glossaries.look();
    assert_eq!(target(), "compuerta");
    assert!(Glossaries::open(Some(path)).is_err(), "at the start it must be there");
}

proptest! {
    #[test]
    fn no_file_makes_it_panic(text in "(\\[[a-z.]{0,8}\\]\n)?([a-z\"\t.]{0,6}=?[\"a-z\\[\\]3]{0,6}\n){0,6}") {
        let _ = (Glossary::from_toml(&text), Glossary::from_tsv(&text));
    }

    #[test]
    fn found_terms_are_in_order_and_switching_leaves_the_rest(
        text in "[ab東 .,é]{0,30}",
        terms in prop::collection::vec("[abe東]{1,2}( [ab])?", 0..4),
    ) {
        let terms = Terms::new(terms.iter().map(|t| term(t, "X")));
        let found = terms.find(&text);
        prop_assert!(found.windows(2).all(|w| w[0].at.end <= w[1].at.start));
        let mut rest = text.clone();
        found.iter().rev().for_each(|f| rest.replace_range(f.at.clone(), "X"));
        prop_assert_eq!(switch(&text, &found), rest);
    }
}
