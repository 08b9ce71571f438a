//! A folder with a recogniser for each language, through the command line: which one hears an utterance, and what is told.

use crate::support::{self, Daemon, repo, sample, sottovoce, stderr, stdout};
use onnx_protobuf::{GraphProto, ModelProto, OperatorSetIdProto, StringStringEntryProto};
use serde_json::Value;
use sottovoce::onnx::proto::{Model, declared, node, tensor, ty};
use std::path::Path;

/// A model that hears everything as the second of these languages.
fn lid(folder: &Path, langs: &str) {
    let count = langs.split(',').count();
    let log_p = |i: usize| if i == 1 { -0.01f32 } else { -6.0 };
    let bytes = (0..count).flat_map(|i| log_p(i).to_le_bytes()).collect();
    let mut graph = GraphProto { name: "lid".into(), ..Default::default() };
    graph.input.push(declared("x", ty::FLOAT, &[None, None, Some(80)]));
    graph.initializer.push(tensor("always", ty::FLOAT, &[1, count as i64], bytes));
    graph.node.push(node("Identity", &["always"], &["log_probs"]));
    graph.output.push(declared("log_probs", ty::FLOAT, &[None, Some(count as i64)]));
    let mut proto = ModelProto { ir_version: 8, graph: Some(graph).into(), ..Default::default() };
    proto.opset_import.push(OperatorSetIdProto { version: 17, ..Default::default() });
    proto.metadata_props.push(StringStringEntryProto {
        key: "languages".into(),
        value: langs.into(),
        ..Default::default()
    });
    Model { proto, folder: folder.to_owned() }.write(&folder.join("lid.onnx")).expect("written");
}

/// A folder of these languages; all of them understand English.
fn bundle(langs: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    lid(folder.path(), langs);
    for lang in langs.split(',') {
        std::os::unix::fs::symlink(repo().join("onnx/starter/asr/en"), folder.path().join(lang)).expect("linked");
    }
    folder
}

/// The final transcripts of a recording: language and text.
fn heard(model: &Path, args: &[&str]) -> Vec<(String, String)> {
    let folder = tempfile::tempdir().expect("a folder");
    let pipeline = folder.path().join("p.toml");
    let toml = format!("recognise.model = {model:?}\ntranslate.backend = \"none\"\nspeak.backend = \"none\"");
    std::fs::write(&pipeline, toml).expect("written");
    let (pipeline, sound) = (pipeline.display().to_string(), sample("meeting-en.wav").display().to_string());
    let output = sottovoce(&[&["translate", "-p", &pipeline, "--format", "jsonl"], args, &[&sound]].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    let events = stdout(&output);
    let events = events.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let finals = events.filter(|e| e["type"] == "caption" && e["final"] == true);
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    finals.map(|e| (text(&e["lang"]), text(&e["committed"]))).collect()
}

#[test]
fn the_language_is_found_and_its_recogniser_hears_all_of_the_utterance() {
    let alone = heard(&repo().join("onnx/starter/asr/en"), &[]);
    assert!(!alone.is_empty());
    let model = bundle("en,es,de");
    let found = heard(model.path(), &["--from", "auto"]);
    let spanish: Vec<(String, String)> = alone.iter().map(|(_, text)| ("es".to_owned(), text.clone())).collect();
    assert_eq!(found, spanish, "nothing of it is lost while nobody knows");
    // Who says what is spoken needs none of it.
    let german: Vec<(String, String)> = alone.iter().map(|(_, text)| ("de".to_owned(), text.clone())).collect();
    assert_eq!(heard(model.path(), &["--from", "de"]), german);
}

#[test]
fn a_language_that_is_not_there_is_told() {
    let model = bundle("en,es");
    let folder = tempfile::tempdir().expect("a folder");
    let pipeline = folder.path().join("p.toml");
    let toml = format!("recognise.model = {:?}\ntranslate.backend = \"none\"", model.path());
    std::fs::write(&pipeline, toml).expect("written");
    let (pipeline, sound) = (pipeline.display().to_string(), sample("hello-en.wav").display().to_string());
    let output = sottovoce(&["translate", "-p", &pipeline, "--from", "it", &sound]);
    let said = stderr(&output);
    assert!(!output.status.success() && said.contains("Italian") && said.contains("en, es"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_with_two_languages_are_translated_for_each_other() {
    let model = bundle("en,es");
    let toml = support::with(&support::rooms_toml(support::free_port()), "to", "[\"en\", \"es\"]")
        .replace("\"starter/asr\"", &format!("{:?}", model.path()))
        .replace("\"starter/mt\"", &format!("{:?}", repo().join("tests/fixtures/mt/m2m100-d")));
    let daemon = Daemon::start(&toml, &[]).await;
    // Who says what is spoken is believed; else it is found out, here always as Spanish.
    for (from, spoken, other) in [("en", "en", "es"), ("es", "es", "en"), ("auto", "es", "en")] {
        let mut speaker = daemon.ws(&format!("/v1/speak?room={from}&from={from}")).await;
        support::say(&mut speaker, "hello-en.wav", 8.0).await;
        let (seen, _) = support::events(&mut speaker, |e| e["type"] == "bye").await;
        let captions = seen.iter().filter(|e| e["type"] == "caption" && e["final"] == true);
        let mut langs: Vec<(&str, &str)> =
            captions.filter_map(|e| Some((e["kind"].as_str()?, e["lang"].as_str()?))).collect();
        langs.sort_unstable();
        langs.dedup();
        assert_eq!(langs, [("source", spoken), ("translation", other)], "from={from}");
    }
}

/// As it is shipped: who speaks German is found out, and nothing is drafted in a language that nobody reads.
#[tokio::test(flavor = "multi_thread")]
async fn a_room_speaks_four_languages_and_drafts_what_is_listened_to() {
    let daemon = Daemon::start(&support::rooms_toml(support::free_port()), &[]).await;
    let mut listeners = Vec::new();
    for lang in ["fr", "en", "de"] {
        let mut socket = daemon.ws(&format!("/v1/listen?room=r&lang={lang}&dial=reading")).await;
        let (hello, _) = support::events(&mut socket, |e| e["type"] == "status").await;
        assert_eq!(hello[0]["spoken"].to_string(), r#"["en","es","de","fr"]"#);
        listeners.push((lang, socket));
    }
    let mut stranger = daemon.ws("/v1/listen?room=r&lang=ja").await;
    let (told, _) = support::events(&mut stranger, |e| e["type"] == "error").await;
    let message = told.last().expect("told")["message"].to_string();
    assert!(message.contains("Japanese") && message.contains("en, es, de, fr"), "{message}");

    // The speaker reads French, too.
    let mut speaker = daemon.ws("/v1/speak?room=r&lang=fr").await;
    support::say(&mut speaker, "heldout/de-seen1.wav", 4.0).await;
    let (own, _) = support::events(&mut speaker, |e| e["type"] == "bye").await;
    assert!(!support::finals(&own, "source").is_empty(), "{own:?}");
    for (lang, mut socket) in listeners {
        let is_last = |e: &Value| e["type"] == "caption" && e["final"] == true && e["lang"] == lang;
        let (seen, _) = support::events(&mut socket, is_last).await;
        let captions = seen.iter().filter(|e| e["type"] == "caption");
        assert!(captions.clone().all(|e| e["source_lang"] == "de"), "{seen:?}");
        assert!(captions.clone().all(|e| e["lang"] == "de" || e["lang"] == lang), "{seen:?}");
    }
    // Spanish, which nobody reads, is there for who comes late: translated once.
    let (_, kept) = daemon.get("/v1/rooms/r/captions?format=json&lang=es").await;
    let kept: Value = serde_json::from_str(kept.split("\r\n\r\n").last().expect("a body")).expect("JSON");
    let spanish = kept.as_array().expect("events").iter().find(|e| e["lang"] == "es").expect("Spanish");
    assert_eq!(spanish["revision"], 1, "{spanish}");
}
