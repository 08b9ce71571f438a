//! Utterances that grow and change, translated by a scripted model.

use super::*;
use crate::audio::StreamTime;
use crate::text::Word;
use proptest::prelude::*;

/// Words of 0.3 s, the first `committed` of them committed.
fn recognised(text: &str, committed: usize, is_final: bool) -> Recognised {
    let time = |i: usize| StreamTime::from_seconds(i as f64 * 0.3);
    let word = |(i, t): (usize, &str)| Word { text: t.into(), start: time(i), end: time(i + 1), p: 0.9 };
    let mut words: Vec<Word> = text.split_whitespace().enumerate().map(word).collect();
    let tentative = words.split_off(committed.min(words.len()));
    Recognised {
        utterance: 1,
        lang: Lang::parse("en").expect("known"),
        committed: words,
        tentative,
        steady: 0,
        is_final,
        start: StreamTime(0),
        heard: StreamTime(320),
        flags: Vec::new(),
    }
}

fn target(max_words: usize) -> Target {
    let units = UnitRules { max_words, min_words: 2, ..UnitRules::default() };
    let ways = Ways { units, ..Ways::new(CommitPolicy::LocalAgreement { n: 2 }) };
    Target::new(Lang::parse("es").expect("known"), 1, &ways)
}

/// A word's translation: itself in capitals; its pieces are its letters.
fn say(text: &str) -> TargetWord {
    TargetWord { text: text.to_uppercase(), tokens: text.bytes().map(u32::from).collect(), glued: false, reads: None }
}

/// Translates all that is open; -> the jobs.
fn settle(target: &mut Target, recognised: &Recognised) -> Vec<Job> {
    let mut jobs = Vec::new();
    while let Some(work) = target.next(recognised, Drafts::All) {
        let words = work.job.source.split(' ').map(say).collect();
        jobs.push(work.job.clone());
        target.take(work, Some(Translation { words, p: 0.5, ..Translation::default() }));
    }
    jobs
}

#[test]
fn a_sentence_that_is_over_is_closed_while_the_speaker_goes_on() {
    let mut target = target(20);
    settle(&mut target, &recognised("it is late", 0, false));
    let said = recognised("it is late. we go", 4, false);
    let jobs = settle(&mut target, &said);
    assert_eq!(jobs.iter().map(|j| j.source.as_str()).collect::<Vec<_>>(), ["it is late.", "we go"]);
    assert_eq!((jobs[0].is_final, jobs[1].is_final), (true, false));
    assert_eq!(
        jobs[0].draft,
        "itislate".bytes().map(u32::from).collect::<Vec<_>>(),
        "the last translation is the draft"
    );
    let told = target.translated(&said).expect("news");
    assert_eq!((told.committed.as_str(), told.tentative.as_str()), ("IT IS LATE.", "WE GO"));
}

#[test]
fn a_sentence_that_goes_on_is_translated_with_what_went_before() {
    let mut target = target(4);
    let said = recognised("a b c d e f", 6, false);
    let jobs = settle(&mut target, &said);
    assert_eq!(jobs.iter().map(|j| j.source.as_str()).collect::<Vec<_>>(), ["a b c d", "a b c d e f"]);
    assert_eq!(jobs[1].forced, "abcd".bytes().map(u32::from).collect::<Vec<_>>());
    let told = target.translated(&said).expect("news");
    assert_eq!((told.committed.as_str(), told.tentative.as_str()), ("A B C D", "E F"));
    assert!((told.p - 0.5).abs() < 1e-6);
}

#[test]
fn a_word_that_goes_on_across_a_border_is_glued_on() {
    let before = [say("mesa")];
    let rest = after(&before, &[say("mesa,"), say("y")]);
    assert_eq!((rest[0].text.as_str(), rest[0].glued), (",", true));
    assert_eq!(rest[1], say("y"));
}

#[test]
fn words_that_were_taken_back_leave_nothing_open() {
    let mut target = target(20);
    let said = recognised("a", 0, false);
    settle(&mut target, &said);
    assert_eq!(target.translated(&said).expect("a guess").tentative, "A");
    let nothing = recognised("", 0, true);
    assert!(settle(&mut target, &nothing).is_empty());
    let told = target.translated(&nothing).expect("the final");
    assert_eq!((told.committed.as_str(), told.tentative.as_str(), told.is_final), ("", "", true));
}

#[test]
fn what_fails_keeps_what_there_is() {
    let mut target = target(20);
    settle(&mut target, &recognised("a b", 0, false));
    let said = recognised("a b c", 3, true);
    let work = target.next(&said, Drafts::All).expect("work");
    target.take(work, None);
    assert!(target.next(&said, Drafts::All).is_none());
    assert_eq!(target.translated(&said).expect("the final").committed, "A B");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]
    #[test]
    fn committed_text_only_grows_and_all_is_translated(
        words in proptest::collection::vec(prop_oneof!["[a-c]{1,2}", "[a-c]\\."], 1..40),
        steps in proptest::collection::vec((0usize..6, 0usize..4), 1..30),
        max in 2usize..9,
    ) {
        let mut target = target(max);
        let (mut heard, mut committed, mut before) = (0, 0, String::new());
        let mut tell = |heard: usize, committed: usize, is_final: bool| {
            let said = recognised(&words[..heard].join(" "), committed, is_final);
            settle(&mut target, &said);
            if let Some(told) = target.translated(&said) {
                prop_assert!(told.committed.starts_with(&before), "{} after {}", told.committed, before);
                before = told.committed;
            }
            Ok(())
        };
        for (more, fewer) in steps {
            heard = (heard + more).min(words.len()).max(committed);
            committed = committed.max(heard.saturating_sub(fewer));
            tell(heard, committed, false)?;
        }
        tell(words.len(), words.len(), true)?;
        prop_assert_eq!(before, words.join(" ").to_uppercase());
    }
}

/// Translates all that is open with this model; -> the sources of the jobs, and what is told.
fn translate_as(target: &mut Target, said: &Recognised, model: impl Fn(&str) -> String) -> (Vec<Job>, Translated) {
    let mut jobs = Vec::new();
    while let Some(work) = target.next(said, Drafts::All) {
        let word = |t: &str| TargetWord {
            text: t.into(),
            tokens: t.bytes().map(u32::from).collect(),
            glued: false,
            reads: None,
        };
        let words = model(&work.job.source).split(' ').map(word).collect();
        jobs.push(work.job.clone());
        target.take(work, Some(Translation { words, p: 0.5, ..Translation::default() }));
    }
    (jobs, target.translated(said).expect("news"))
}

/// Forgets what comes behind `and` in a text of several clauses.
fn forgetful(source: &str) -> String {
    match source {
        "the train leaves at nine and the bus leaves at ten" => "El tren sale a las nueve.",
        "the train leaves at nine" => "El tren sale a las nueve.",
        "and the bus leaves at ten" => "Y el autobús sale a las diez.",
        "we don't know and they never come here" => "Lo sabemos.",
        _ => "Sí.",
    }
    .into()
}

fn target_that(fail_to_source: bool) -> Target {
    let guards = GuardRules { fail_to_source, ..GuardRules::default() };
    Target::new(Lang::parse("es").expect("known"), 1, &Ways { guards, ..Ways::new(CommitPolicy::FinalOnly) })
}

#[test]
fn what_a_translation_leaves_out_is_translated_by_clauses() {
    let said = recognised("the train leaves at nine and the bus leaves at ten", 11, true);
    let (jobs, told) = translate_as(&mut target_that(false), &said, forgetful);
    let sources: Vec<&str> = jobs.iter().map(|j| j.source.as_str()).collect();
    assert_eq!(sources[1..], ["the train leaves at nine", "and the bus leaves at ten"]);
    assert_eq!(told.committed, "El tren sale a las nueve y el autobús sale a las diez.");
    assert!(told.flags.is_empty(), "{:?}", told.flags);
}

/// A model that forgets the last six words of a longer text, and tells that it didn't look at them; alone it knows them.
fn blind(target: &mut Target, said: &Recognised) -> (Vec<String>, Translated) {
    let mut sources = Vec::new();
    while let Some(work) = target.next(said, Drafts::All) {
        let words: Vec<&str> = work.job.source.split(' ').collect();
        let seen = if words.len() > 7 { words.len() - 6 } else { words.len() };
        let went = |(i, word): (usize, &&str)| ((*word).to_owned(), if i < seen { 1.0 } else { 0.0 });
        let coverage = words.iter().enumerate().map(went).collect();
        sources.push(work.job.source.clone());
        let words = words[..seen].iter().map(|word| say(word)).collect();
        target.take(work, Some(Translation { words, p: 0.5, coverage, ..Translation::default() }));
    }
    (sources, target.translated(said).expect("news"))
}

#[test]
fn what_was_not_looked_at_is_translated_by_itself() {
    let said = recognised("we go to town today now the bus is late it seems", 12, true);
    let (sources, told) = blind(&mut target_that(false), &said);
    assert_eq!(sources[1..], ["we go to town today now", "the bus is late it seems"]);
    assert_eq!(told.committed, "WE GO TO TOWN TODAY NOW tHE BUS IS LATE IT SEEMS", "a clause begins small");
    assert!(told.flags.is_empty(), "{:?}", told.flags);
    let guards = GuardRules { retry: false, ..GuardRules::default() };
    let ways = Ways { guards, ..Ways::new(CommitPolicy::FinalOnly) };
    let (sources, told) = blind(&mut Target::new(Lang::parse("es").expect("known"), 1, &ways), &said);
    assert_eq!((sources.len(), told.flags.as_slice()), (1, &["omitted"][..]));
}

#[test]
fn what_still_differs_is_flagged_or_shown_in_its_own_language() {
    let said = recognised("we don't know and they never come here", 8, true);
    let (_, told) = translate_as(&mut target_that(false), &said, forgetful);
    assert_eq!((told.committed.as_str(), told.flags.contains(&"negation")), ("Lo sabemos.", true));
    let (_, told) = translate_as(&mut target_that(true), &said, forgetful);
    assert_eq!(told.committed, "we don't know and they never come here");
    assert!(told.flags.contains(&"source") && told.flags.contains(&"negation"), "{:?}", told.flags);
}

/// What a model makes of texts that it is sure of or isn't: draft by draft, the last one final.
fn told_of(texts: &[(&str, bool)], doubt: bool) -> Vec<(String, String, Vec<&'static str>)> {
    let guards = GuardRules { doubt, ..GuardRules::default() };
    let ways = Ways { guards, ..Ways::new(CommitPolicy::SourceTail { words: 1 }) };
    let mut target = Target::new(Lang::parse("es").expect("known"), 1, &ways);
    let mut told = Vec::new();
    for (i, (text, is_sure)) in texts.iter().enumerate() {
        let said = recognised(text, 0, i + 1 == texts.len());
        while let Some(work) = target.next(&said, Drafts::All) {
            let words = work.job.source.split(' ').map(say).collect();
            target.take(work, Some(Translation { words, p: 0.5, is_doubtful: !is_sure, ..Translation::default() }));
        }
        told.extend(target.translated(&said).map(|t| (t.committed, t.tentative, t.flags)));
    }
    told
}

#[test]
fn what_the_model_doubts_is_not_shown_but_the_source_is() {
    let doubted =
        [("quantum states", false), ("quantum states entangle", false), ("quantum states entangle twice", false)];
    let own = ("quantum states entangle twice".to_owned(), String::new(), vec!["source"]);
    assert_eq!(told_of(&doubted, true), [own], "no draft of it");
    assert_eq!(told_of(&doubted, false).last().expect("told").0, "QUANTUM STATES ENTANGLE TWICE");
    // What was committed while the model was sure stays, and goes on.
    let begun = [("we go", true), ("we go home", true), ("we go home now", true), ("we go home now alas", false)];
    let told = told_of(&begun, true);
    assert_eq!(told.last().expect("told"), &("WE GO HOME NOW ALAS".to_owned(), String::new(), vec![]));
}

#[test]
fn a_retry_keeps_what_is_committed() {
    let text = "the train leaves at nine and the bus leaves at ten";
    let mut target =
        Target::new(Lang::parse("es").expect("known"), 1, &Ways::new(CommitPolicy::LocalAgreement { n: 2 }));
    for heard in ["the train leaves at nine", "the train leaves at nine and"] {
        let (_, told) = translate_as(&mut target, &recognised(heard, 5, false), |_| "El tren sale a las nueve.".into());
        assert!("El tren sale a las nueve.".starts_with(&told.committed));
    }
    let (jobs, told) = translate_as(&mut target, &recognised(text, 11, true), forgetful);
    let clauses = &jobs[jobs.len() - 2..];
    assert_eq!(clauses[0].forced, "Eltrensalealasnueve.".bytes().map(u32::from).collect::<Vec<_>>());
    assert!(clauses[1].forced.is_empty());
    assert!(
        told.committed.starts_with("El tren sale a las nueve. ") && told.committed.ends_with("a las diez."),
        "{}",
        told.committed
    );
}

#[test]
fn guards_that_are_off_say_nothing() {
    let off = GuardRules {
        numbers: false,
        units: false,
        negation: false,
        names: false,
        omission: false,
        ..GuardRules::default()
    };
    let ways = Ways { guards: off, ..Ways::new(CommitPolicy::FinalOnly) };
    let said = recognised("the train leaves at nine and the bus leaves at ten", 11, true);
    let (jobs, told) = translate_as(&mut Target::new(Lang::parse("es").expect("known"), 1, &ways), &said, forgetful);
    assert_eq!((jobs.len(), told.flags.len()), (1, 0));
}

#[test]
fn terms_are_found_in_units_and_told_once_these_are_over() {
    let terms = [("gate", "PUERTA"), ("seat", "asiento")]
        .map(|(source, target)| crate::glossary::Term { source: source.into(), target: target.into() });
    let model = |source: &str| source.replace("gate", "puerta").to_uppercase();
    let mut target = target(4).with_terms(Arc::new(Terms::new(terms)));
    let (_, told) = translate_as(&mut target, &recognised("the gate to your seat is", 6, false), model);
    assert_eq!((told.committed.as_str(), told.terms.len()), ("THE PUERTA TO YOUR", 1));
    let (_, told) = translate_as(&mut target, &recognised("the gate to your seat is", 6, true), model);
    assert_eq!(told.terms.iter().map(|t| t.honoured).collect::<Vec<_>>(), [true, false]);
    assert_eq!(told.flags, ["terms"]);
}
