use super::*;

fn sentences(text: &str) -> Vec<String> {
    Phonemizer { voice: "en-us".into(), as_piper: true }.sentences(text).expect("eSpeak NG is installed by `make test`")
}

#[test]
fn what_was_read_tells_how_a_clause_ends() {
    let cases = [
        ("Hello. W", End::sentence(".")),
        ("What?! N", End::sentence("?")),
        ("Wait... y", End::clause("")),
        ("one, t", End::clause(",")),
        ("no – n", End::clause(";")),
        ("said.) O", End::clause("")),
        ("(he said.)", End::sentence(".")),
        ("a line\n\nA", End::sentence("")),
        ("it was so long that it was cut h", End::clause("")),
    ];
    for (read, end) in cases {
        assert_eq!(End::from_text(read, false), end, "{read:?}");
    }
    assert_eq!(End::from_text("The end. ", true), End::sentence("."));
    assert_eq!(End::from_text("The end ", true), End::sentence(""));
    assert_eq!(End::from_text("\". ", true), End::sentence(""));
}

#[test]
fn flags_of_other_languages_go() {
    assert_eq!(without_flags("(en)hˈaɪ(de) vɛlt"), "hˈaɪ vɛlt");
    assert_eq!(without_flags("a () b ( c"), "a () b ( c");
}

#[test]
fn a_last_clause_of_one_character_is_said_and_not_kept_for_the_next_text() {
    let (a, b) = (sentences("Plan B. A"), sentences("Yes."));
    assert_eq!((a.len(), b), (2, sentences("Yes.")));
    assert!(a[1].contains('ɐ') || a[1].contains("eɪ"), "{a:?}");
}

#[test]
fn raw_phonemes_stay_as_they_are() {
    assert_eq!(sentences("[[ wˈɜːld! ]]"), ["wˈɜːld!"]);
    assert!(sentences("Hello [[ wˈɜːld ]], you.")[0].contains(" wˈɜːld"));
    assert!(sentences("").is_empty() && sentences(" … ").is_empty());
}

#[test]
fn words_run_together_only_where_piper_lets_them() {
    let said = |as_piper| Phonemizer { voice: "en-us".into(), as_piper }.sentences("Well... yes").expect("pronounces");
    assert_eq!(said(true).concat(), said(false).concat().replace(' ', ""));
    assert_eq!(said(false).concat().split(' ').count(), 2);
}
