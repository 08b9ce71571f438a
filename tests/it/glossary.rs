//! The glossary over trained models: terms in translations, hot words in recognition, and a file that is edited.

use crate::support::{self, Daemon, repo, sample, sottovoce, stderr, stdout};
use serde_json::Value;
use sottovoce::audio::StreamTime;
use sottovoce::glossary::found::uses;
use sottovoce::glossary::{Term, Terms};
use sottovoce::mt::Options;
use sottovoce::mt::seq2seq::Seq2Seq;
use sottovoce::mt::target::{Target, Ways};
use sottovoce::mt::terms::Names;
use sottovoce::onnx::Compute;
use sottovoce::pipeline::governor::Drafts;
use sottovoce::pipeline::item::{Recognised, Translated};
use sottovoce::stabilise::CommitPolicy;
use sottovoce::text::{Lang, Word};
use std::process::Command;
use std::sync::Arc;

fn lang(tag: &str) -> Lang {
    Lang::parse(tag).expect("known")
}

/// What is told of a sentence whose words come one by one.
fn translate(model: &mut Seq2Seq, text: &str, terms: &[Term]) -> Translated {
    let ways = Ways::new(CommitPolicy::LocalAgreement { n: 3 });
    let mut target = Target::new(lang("es"), 1, &ways).with_terms(Arc::new(Terms::new(terms.iter().cloned())));
    let all: Vec<Word> =
        text.split(' ').map(|t| Word { text: t.into(), start: StreamTime(0), end: StreamTime(160), p: 0.9 }).collect();
    let (mut last, mut names) = (None, Names::default());
    for n in 1..=all.len() {
        let said = Recognised {
            utterance: 1,
            lang: lang("en"),
            committed: all[..n].to_vec(),
            tentative: Vec::new(),
            steady: 0,
            is_final: n == all.len(),
            start: StreamTime(0),
            heard: StreamTime(160),
            flags: Vec::new(),
        };
        while let Some(work) = target.next(&said, Drafts::All) {
            let done =
                names.translate(model, std::slice::from_ref(&work.job), &[&work.terms]).expect("translates").pop();
            target.take(work, done);
        }
        last = target.translated(&said).or(last);
    }
    last.expect("a translation")
}

fn term(source: &str, target: &str) -> Term {
    Term { source: source.into(), target: target.into() }
}

#[test]
fn terms_take_the_place_of_what_the_model_calls_them() {
    let folder = repo().join("tests/fixtures/trained-en-es");
    let mut model = Seq2Seq::load(&folder, Options::new(Compute::cpu(1), 1)).expect("loads");
    for (said, source, target, due) in [
        ("he lost his suitcase at the airport", "suitcase", "valija", "Él perdió su valija en el aeropuerto."),
        ("can you open the window please", "window", "ventanilla", "¿Puede abrir la ventanilla, por favor?"),
        (
            "the waiter recommended that crowded bookstore",
            "waiter",
            "mozo",
            "El mozo recomendó esa librería llena de gente.",
        ),
        ("can i pay by card", "card", "tarjeta de crédito", "¿Puedo pagar con tarjeta de crédito?"),
        ("some juice", "juice", "jugo", "Jugo"),
        ("my computer is broken", "Computer", "computadora", "Mi computadora está roto."),
    ] {
        let told = translate(&mut model, said, &[term(source, target), term("unsaid", "no dicho")]);
        assert_eq!(told.committed, due);
        assert_eq!(
            (told.terms.len(), told.terms[0].honoured, told.flags.contains(&"terms")),
            (1, true, false),
            "{said}"
        );
    }
    // What the model can't spell, and doesn't call anything, has no place.
    let told = translate(&mut model, "she works for quillfeather now", &[term("quillfeather", "Quillfeather")]);
    assert_eq!((told.terms[0].honoured, told.flags.contains(&"terms")), (false, true), "{}", told.committed);
}

/// The README's figure. A line of the fixture: a sentence, a term in it, and a translation that is mostly not the model's.
#[test]
fn most_terms_are_honoured_that_the_model_calls_otherwise() {
    let folder = repo().join("tests/fixtures/trained-en-es");
    let mut model = Seq2Seq::load(&folder, Options::new(Compute::cpu(1), 1)).expect("loads");
    let cases = std::fs::read_to_string(repo().join("tests/fixtures/mt/terms.tsv")).expect("the fixture");
    let (mut own, mut honoured) = (0, 0);
    for line in cases.lines() {
        let [said, source, target] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("three columns: {line}") };
        let found = Terms::new([term(source, target)]).find(said);
        own += usize::from(uses(&found, &translate(&mut model, said, &[]).committed)[0].honoured);
        honoured += usize::from(translate(&mut model, said, &[term(source, target)]).terms[0].honoured);
    }
    assert_eq!((cases.lines().count(), own, honoured), (40, 9, 36));
}

/// The events of the sample, translated with a glossary.
fn events(glossary: &str) -> Vec<Value> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("terms.toml");
    std::fs::write(&file, glossary).expect("written");
    let pipeline = folder.path().join("p.toml");
    let model = repo().join("tests/fixtures/trained-en-es");
    std::fs::write(&pipeline, format!("translate.model = {model:?}\n")).expect("written");
    let [file, pipeline, input] = [file, pipeline, sample("hello-en.wav")].map(|path| path.display().to_string());
    let output = sottovoce(&["translate", "-p", &pipeline, "--glossary", &file, "--format", "jsonl", &input]);
    assert!(output.status.success(), "{}", stderr(&output));
    stdout(&output).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn a_glossary_given_on_the_command_line_is_honoured_and_reported() {
    let all = events("[en.es]\n\"train\" = \"ferrocarril\"\n\"station\" = \"terminal\"\n");
    let last = all.iter().rfind(|e| e["kind"] == "translation" && e["final"] == true).expect("a translation");
    let text = last["committed"].as_str().expect("text");
    let terms = last["terms"].as_array().expect("terms were said");
    for used in terms {
        let is_there = text.contains(used["target"].as_str().expect("text"));
        assert_eq!(used["honoured"].as_bool(), Some(is_there), "{text}: {used}");
    }
    assert!(terms.iter().any(|used| used["honoured"] == true), "{text}");
}

/// The terms that the translations of a room's next utterances used, and whether with success.
async fn used(daemon: &Daemon, room: &str) -> Vec<(String, bool)> {
    let mut speaker = daemon.ws(&format!("/v1/speak?room={room}&from=en&token=s3cret")).await;
    support::say(&mut speaker, "hello-en.wav", 8.0).await;
    let (seen, _) = support::events(&mut speaker, |e| e["type"] == "bye").await;
    let finals = seen.iter().filter(|e| e["kind"] == "translation" && e["final"] == true);
    let terms = finals.flat_map(|e| e["terms"].as_array().cloned().unwrap_or_default());
    let text = |term: &Value| term["target"].as_str().expect("text").to_owned();
    terms.map(|term| (text(&term), term["honoured"] == true)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_term_given_live_holds_for_its_room_until_it_is_taken_back() {
    let toml = support::server_toml(support::free_port())
        .replace("\"starter/mt\"", &format!("{:?}", repo().join("tests/fixtures/trained-en-es")))
        + "token = \"s3cret\"\n";
    let daemon = Daemon::start(&toml, &[]).await;
    let path = "/v1/rooms/r/terms";
    let station = r#"{"from": "en", "to": "es", "source": "station", "target": "terminal"}"#;
    assert_eq!(daemon.ask("POST", path, "stranger", station).await.0, 401);
    for (wrong, status) in [
        ("{}", 422),
        (r#"{"from": "en", "to": "klingon!", "source": "a", "target": "b"}"#, 422),
        (r#"{"from": "en", "to": "en", "source": "a", "target": "b"}"#, 400),
        (r#"{"from": "en", "to": "es", "source": "gate"}"#, 400),
        (r#"{"from": "en", "to": "es", "source": "...", "target": "b"}"#, 400),
    ] {
        let (answer, said) = daemon.ask("POST", path, "s3cret", wrong).await;
        assert_eq!(answer, status, "{wrong}: {said}");
    }
    assert_eq!(daemon.ask("POST", path, "s3cret", station).await.0, 204);
    let (_, listed) = daemon.ask("GET", path, "s3cret", "").await;
    assert!(listed.contains(r#""source":"station","target":"terminal""#), "{listed}");
    assert_eq!(used(&daemon, "r").await, [("terminal".to_owned(), true)]);
    assert!(used(&daemon, "other").await.is_empty());
    assert_eq!(daemon.ask("DELETE", path, "s3cret", station).await.0, 204);
    assert!(daemon.ask("GET", path, "s3cret", "").await.1.ends_with("[]"));
    assert!(used(&daemon, "r").await.is_empty());
}

#[test]
fn a_hot_word_is_heard() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(file("words.toml"), "[hot_words]\nen = [\"Quillfeather\", \"Krasinski\", \"Kubernetes\"]\n")
        .expect("written");
    let text = "hello mister quillfeather how are you";
    let spoken = Command::new("espeak-ng").args(["-v", "en-us", "-s", "150", "-w", &file("name.wav"), text]).status();
    assert!(spoken.expect("espeak-ng is there").success());
    let heard = |more: &[&str]| {
        let output = sottovoce(&[&["translate", "--to", "en", &file("name.wav")], more].concat());
        stdout(&output).to_lowercase()
    };
    let (without, with) = (heard(&[]), heard(&["--glossary", &file("words.toml")]));
    assert!(!without.contains("quillfeather") && with.contains("quillfeather"), "{without:?} {with:?}");
}

#[test]
fn check_tells_what_a_glossary_holds_and_what_is_wrong_with_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("pipeline.toml"), "[glossary]\nfile = \"terms.tsv\"\n").expect("written");
    std::fs::write(path("terms.tsv"), "en\tes\ngate\tpuerta\n").expect("written");
    let check = || sottovoce(&["check", &path("pipeline.toml").display().to_string()]);
    assert!(stdout(&check()).contains("en to es: 1, es to en: 1"), "{}", stdout(&check()));
    std::fs::write(path("terms.tsv"), "en\tspanish\ngate\tpuerta\n").expect("written");
    let told = stderr(&check());
    assert!(told.contains("glossary.file") && told.contains("line 1") && told.contains("`es`"), "{told}");
    assert_eq!(check().status.code(), Some(2));
}

#[test]
fn a_glossary_that_cannot_be_read_is_bad_configuration_and_told_with_what_one_looks_like() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::create_dir(path("folder.toml")).expect("made");
    std::fs::write(path("sheet.tsv"), b"PK\x03\x04\xff\xfe").expect("written");
    for (name, what) in [("nowhere.toml", "No such file"), ("folder.toml", "directory"), ("sheet.tsv", "UTF-8")] {
        std::fs::write(path("pipeline.toml"), format!("[glossary]\nfile = \"{name}\"\n")).expect("written");
        let (file, pipeline, input) = (path(name), path("pipeline.toml"), sample("hello-en.wav").display().to_string());
        for args in [&["translate", "--glossary", &file, &input][..], &["translate", "-p", &pipeline, &input]] {
            let output = sottovoce(args);
            let told = stderr(&output);
            assert_eq!(output.status.code(), Some(2), "{told}");
            assert!(told.contains(&file) && told.contains(what), "{told}");
            assert!(told.contains("hint: ") && told.contains("[en.es]") && told.contains("README"), "{told}");
            assert_eq!(told.lines().count(), 2, "{told}");
        }
    }
}
