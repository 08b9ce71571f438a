//! Voices against what piper-tts and kokoro-onnx gave for the same models and texts (onnx/export/*_voices.py, *_phonemes.py).

use crate::support::repo;
use serde_json::Value;
use sottovoce::audio::Voice;
use sottovoce::error::{Error, ErrorKind};
use sottovoce::onnx::Compute;
use sottovoce::text::Lang;
use sottovoce::tts::kokoro::Kokoro;
use sottovoce::tts::phonemes::{Phonemizer, library};
use sottovoce::tts::piper::Piper;
use sottovoce::tts::{self, Options, Synthesizer};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

fn fixture(name: &str) -> PathBuf {
    repo().join("tests/fixtures/tts").join(name)
}

fn golden(name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(fixture(name)).expect("the recording");
    serde_json::from_str(&text).expect("a list")
}

fn text<'a>(case: &'a Value, key: &str) -> &'a str {
    case[key].as_str().expect("text")
}

fn integers(list: &Value) -> Vec<i64> {
    list.as_array().expect("a list").iter().map(|i| i.as_i64().expect("an integer")).collect()
}

fn lang(tag: &str) -> Lang {
    Lang::parse(tag).expect("known")
}

/// A Piper voice that leaves nothing to chance.
fn piper(name: &str) -> Piper {
    let mut voice = Piper::load(&fixture(name), Compute::cpu(1)).expect("loads");
    (voice.scales.noise_scale, voice.scales.noise_w) = (0.0, 0.0);
    voice
}

/// Everything that a voice says.
fn say(voice: &mut dyn Synthesizer, text: &str, tag: &str, speed: f32) -> Vec<Voice> {
    let mut said = Vec::new();
    voice.speak(text, &lang(tag), speed, &mut |voice| said.push(voice)).expect("speaks");
    said
}

/// Compares audio with its recording: length, evenly spaced samples, and both sums.
fn is_as_recorded(audio: &[f32], case: &Value) {
    assert_eq!(audio.len() as u64, case["length"].as_u64().expect("a length"), "{case}");
    let samples = case["samples"].as_array().expect("samples").iter().map(|s| s.as_f64().expect("a number"));
    let step = case["step"].as_u64().expect("a step") as usize;
    for (i, expected) in samples.enumerate() {
        let found = f64::from(audio[i * step]);
        assert!((found - expected).abs() < 1e-4, "sample {}: {found} for {expected} in {}", i * step, case["length"]);
    }
    let sum: f64 = audio.iter().map(|&s| f64::from(s)).sum();
    let energy: f64 = audio.iter().map(|&s| f64::from(s).powi(2)).sum();
    for (found, key) in [(sum, "sum"), (energy, "energy")] {
        let expected = case[key].as_f64().expect("a number");
        assert!((found - expected).abs() < 1e-4 * audio.len() as f64, "{key}: {found} for {expected}");
    }
}

/// The recorded edition of eSpeak NG's pronunciations that this system has, and whether it is just that one.
fn edition() -> (String, bool) {
    let version = library().expect("eSpeak NG is installed by `make test`").version().to_owned();
    match ["1.51", "1.52.0", "1.52.0.1"].contains(&version.as_str()) {
        true => (version, true),
        false => ("1.52.0.1".into(), false),
    }
}

#[test]
fn phoneme_ids_are_those_of_piper() {
    let voice = piper("piper");
    let (edition, is_exact) = edition();
    let cases = golden("phonemes.json");
    let (mut same, mut fifty, mut languages) = (0, 0, std::collections::BTreeSet::new());
    for case in &cases {
        let phonemizer = Phonemizer { voice: text(case, "voice").into(), as_piper: true };
        let sentences = phonemizer.sentences(text(case, "text")).expect("pronounces");
        let found: Vec<Vec<i64>> = sentences.iter().map(|s| voice.ids(s)).collect();
        let recorded = case["ids"].get(&edition).unwrap_or(&case["ids"]["1.51"]);
        let expected: Vec<Vec<i64>> = recorded.as_array().expect("a list").iter().map(integers).collect();
        assert!(found == expected || !is_exact, "{case}\n{sentences:?}");
        let is_edge = case["edge"] == true;
        (same, fifty) = (same + usize::from(found == expected && !is_edge), fifty + usize::from(!is_edge));
        languages.insert(text(case, "voice"));
    }
    assert_eq!((fifty, languages.len()), (50, 5));
    // Where eSpeak NG is of another edition, its dictionaries differ from any recording.
    assert!(same == 50 || !is_exact && same >= 25, "{same} of 50 are as piper-tts's");
}

#[test]
fn piper_sounds_as_in_piper_tts() {
    for name in ["piper", "piper-multi"] {
        let mut voice = piper(name);
        for case in golden(&format!("{name}/golden.json")) {
            if let Some(speaker) = case["speaker"].as_i64() {
                voice.choose(&speaker.to_string()).expect("is there");
            }
            let speed = case["speed"].as_f64().expect("a number") as f32;
            let ids = voice.sentences(text(&case, "text")).expect("pronounces");
            assert_eq!(ids, [integers(&case["ids"])]);
            is_as_recorded(&voice.run(&ids[0], speed).expect("speaks"), &case);
            let said = say(&mut voice, text(&case, "text"), "en", speed);
            assert_eq!((said.len(), said[0].rate), (1, 22_050));
            let step = case["step"].as_u64().expect("a step") as usize;
            for (found, expected) in said[0].samples.iter().step_by(step).zip(integers(&case["int16"])) {
                assert!((i64::from(*found) - expected).abs() <= 4, "{found} for {expected}");
            }
        }
    }
}

#[test]
fn speakers_of_one_model_sound_different() {
    let options = |speaker: &str| options(&["piper-multi"], Some(speaker));
    let said = ["ada", "2"].map(|s| {
        let mut voice = tts::build("auto", &options(s)).expect("loads");
        say(&mut *voice, "[[ həlˈoʊ ]]", "en", 1.0).remove(0).samples.len()
    });
    assert_ne!(said[0], said[1]);
    let e = tts::build("auto", &options("linus")).err().expect("nobody of that name");
    assert_eq!(e.kind(), ErrorKind::Config);
    assert!(e.to_string().contains("speak.speaker") && e.to_string().contains("linus"), "{e}");
    assert!(e.hint_text().is_some_and(|h| h.contains("ada, grace, hedy")), "{e:?}");
}

#[test]
fn kokoro_sounds_as_in_kokoro_onnx() {
    for name in ["kokoro", "kokoro-npz", "kokoro-int"] {
        let mut kokoro = Kokoro::load(&fixture(name), Compute::cpu(1)).expect("loads");
        for case in golden(&format!("{name}/golden.json")) {
            let ids = kokoro.ids(text(&case, "phonemes"));
            assert_eq!(ids, integers(&case["ids"]), "{name}");
            let style = kokoro.style(text(&case, "voice")).expect("a voice");
            let speed = case["speed"].as_f64().expect("a number") as f32;
            is_as_recorded(&kokoro.run(&ids, &style, speed).expect("speaks"), &case);
        }
    }
}

#[test]
fn kokoro_pronounces_as_kokoro_onnx_but_for_quotes_and_times() {
    if edition().0 != "1.51" {
        return; // recorded with that one
    }
    let kokoro = Kokoro::load(&fixture("kokoro"), Compute::cpu(1)).expect("loads");
    let is_sound = |c: &char| !" .,;:!?…\"()“”—".contains(*c);
    let (mut same, mut sounds_different) = (0, Vec::new());
    for case in golden("kokoro/phonemes.json") {
        let tag = text(&case, "voice").split('-').next().expect("a language").to_owned();
        let found = kokoro.sentences(text(&case, "text"), &lang(&tag)).expect("pronounces").join(" ");
        let expected = text(&case, "phonemes");
        if found == expected {
            assert_eq!(kokoro.ids(&found)[1..found.chars().count() + 1], integers(&case["ids"]));
            same += 1;
        } else if found.chars().filter(is_sound).ne(expected.chars().filter(is_sound)) {
            sounds_different.push(text(&case, "text").to_owned());
        }
    }
    assert_eq!(same, 28);
    let times = |s: &String| s.contains("7:45");
    assert!(sounds_different.len() == 2 && sounds_different.iter().all(times), "{sounds_different:?}");
}

#[test]
fn each_language_has_its_voice_and_the_rest_are_spoken_by_espeak() {
    let mut voices = tts::build("auto", &options(&["piper", "kokoro"], None)).expect("loads");
    let rate = |voices: &mut dyn Synthesizer, tag: &str| say(voices, "Hola.", tag, 1.0)[0].rate;
    assert_eq!(rate(&mut *voices, "en"), 22_050); // Piper, whose folder is named first
    assert_eq!(rate(&mut *voices, "es"), 24_000); // Kokoro
    assert_eq!(rate(&mut *voices, "de"), 22_050); // eSpeak NG
    let by_espeak = say(&mut *tts::build("auto", &options(&[], None)).expect("is there"), "Hola.", "de", 1.0);
    assert_eq!(say(&mut *voices, "Hola.", "de", 1.0)[0].samples.len(), by_espeak[0].samples.len());
}

#[test]
fn the_first_sentence_is_heard_long_before_the_last_is_made() {
    let mut voice = piper("piper");
    let text = "This is one of the many sentences of this text. ".repeat(12);
    let start = Instant::now();
    let mut heard = Vec::new();
    voice.speak(&text, &lang("en"), 1.0, &mut |v| heard.push((start.elapsed(), v.samples.len()))).expect("speaks");
    let whole = start.elapsed();
    assert_eq!(heard.len(), 12);
    assert!(heard[0].0 < whole / 3, "first audio after {:?} of {whole:?}", heard[0].0);
    assert!(heard.iter().all(|h| h.1 == heard[0].1), "the same sentence, another sound: {heard:?}");
}

#[test]
fn a_faster_voice_is_shorter() {
    let mut voice = piper("piper");
    let [slow, fast] =
        [1.0, 1.5].map(|speed| say(&mut voice, "Where is the train station?", "en", speed)[0].samples.len());
    assert!(fast < slow, "{fast} samples for {slow}");
}

fn options(models: &[&str], speaker: Option<&str>) -> Options {
    let models = models.iter().map(|m| (fixture(m), Vec::new())).collect();
    Options { compute: Compute::cpu(1), models, speaker: speaker.map(str::to_owned) }
}

/// What is said of a copy of a fixture after `harm`.
fn refused(backend: &str, name: &str, harm: impl Fn(&Path)) -> Error {
    let copy = tempfile::tempdir().expect("a folder");
    let copied = std::process::Command::new("cp").arg("-r").arg(fixture(name)).arg(copy.path().join("v")).status();
    assert!(copied.expect("cp runs").success());
    harm(&copy.path().join("v"));
    let options = Options { models: vec![(copy.path().join("v"), Vec::new())], ..options(&[], None) };
    let e = tts::build(backend, &options).err().expect("it is broken");
    assert!(!e.to_string().contains('\n') && e.hint_text().is_some(), "{e:?}");
    e
}

#[test]
fn a_broken_voice_is_named_in_one_line() {
    let model = "en_US-piper-low.onnx";
    let write = |file: &'static str, content: &'static str| {
        move |v: &Path| std::fs::write(v.join(file), content).expect("written")
    };
    let remove = |file: &'static str| move |v: &Path| std::fs::remove_file(v.join(file)).expect("removed");
    let edit = |file: &'static str, from: &'static str, to: &'static str| {
        move |v: &Path| {
            let text = std::fs::read_to_string(v.join(file)).expect("text");
            assert!(text.contains(from));
            std::fs::write(v.join(file), text.replacen(from, to, 1)).expect("written");
        }
    };
    let config = "en_US-piper-low.onnx.json";
    let cases = [
        (refused("piper", "piper", remove(config)), config),
        (refused("auto", "piper", remove(model)), model),
        (refused("auto", "piper", write(model, "no model")), model),
        (refused("auto", "piper", write(config, "{")), config),
        (refused("auto", "piper", edit(config, "\"$\"", "\"§\"")), "`$`"),
        (refused("auto", "piper", edit(config, "\"espeak\",", "\"pinyin\",")), "pinyin"),
        (refused("piper", "kokoro-npz", |_| ()), "kokoro-v1.0.onnx.json"),
        (refused("kokoro", "piper", |_| ()), "voices"),
        (refused("kokoro", "kokoro", remove("onnx/model.onnx")), "no Kokoro model"),
        (refused("auto", "kokoro", write("voices/af_heart.bin", "abc")), "af_heart.bin"),
        (refused("auto", "kokoro-npz", write("voices-v1.0.bin", "PK abc")), "voices-v1.0.bin"),
        (refused("auto", "kokoro", write("tokenizer.json", "[")), "tokenizer.json"),
    ];
    for (e, named) in cases {
        assert!(e.to_string().contains(named), "{e} does not name {named}");
        assert_eq!(e.kind(), ErrorKind::Missing, "{e}");
    }
    let recogniser = Options { models: vec![(repo().join("onnx/starter/asr/en"), Vec::new())], ..options(&[], None) };
    assert_eq!(tts::build("auto", &recogniser).err().map(|e| e.kind()), Some(ErrorKind::Config));
    assert_eq!(tts::build("espeak", &options(&["piper"], None)).err().map(|e| e.kind()), Some(ErrorKind::Config));
}

#[test]
fn without_espeaks_library_a_voice_says_how_to_get_it() {
    let pipeline = tempfile::Builder::new().suffix(".toml").tempfile().expect("a file");
    std::fs::write(
        pipeline.path(),
        format!("[speak]\nmodels = [{:?}]\n[server]\nlisten = \"127.0.0.1:0\"\n", fixture("piper")),
    )
    .expect("written");
    let mut run = crate::support::program();
    run.arg("run").arg(pipeline.path()).env("PHONEMIZER_ESPEAK_LIBRARY", "/nowhere/espeak.so");
    let mut child = run.stdin(Stdio::null()).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("starts");
    let start = Instant::now();
    while child.try_wait().expect("waits").is_none() && start.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(50));
    }
    let _ = child.kill();
    let run = child.wait_with_output().expect("ends");
    let said = crate::support::stderr(&run);
    assert_eq!(run.status.code(), Some(3), "{said}");
    assert!(said.contains("/nowhere/espeak.so") && said.contains("apt install espeak-ng"), "{said}");
}
