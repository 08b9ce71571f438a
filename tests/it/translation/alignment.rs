//! Which word of the source a word of the translation comes from: the same from every exporter, alone, in company, behind a
//! draft and behind beams; and what follows from it for words that become final and for what is left out.

use super::fixture::{TRAINED, lang, load};
use crate::support::repo;
use sottovoce::config;
use sottovoce::models::import::{Precision, import};
use sottovoce::mt::seq2seq::Seq2Seq;
use sottovoce::mt::{Job, Options, Translation, Translator, guards};
use sottovoce::onnx::Compute;
use sottovoce::plan::Plan;
use std::path::{Path, PathBuf};

fn imported(home: &Path, folder: &str) -> PathBuf {
    let dest = home.join(folder);
    import(&repo().join(folder), &dest, Precision::Keep, &mut |_| ()).unwrap_or_else(|e| panic!("{folder}: {e}"));
    dest
}

fn job(source: &str) -> Job {
    Job::whole(source, &lang("en"), &lang("es"))
}

/// `target<source` for each word.
fn pairs(translation: &Translation) -> Vec<String> {
    let read = |reads: Option<usize>| reads.map_or("?", |word| translation.coverage[word].0.as_str());
    translation.words.iter().map(|word| format!("{}<{}", word.text, read(word.reads))).collect()
}

fn near(a: &Translation, b: &Translation) {
    assert_eq!(pairs(a), pairs(b));
    assert_eq!(a.coverage.len(), b.coverage.len());
    let is_near = |((_, a), (_, b)): (&(String, f32), &(String, f32))| (a - b).abs() < 1e-3;
    assert!(a.coverage.iter().zip(&b.coverage).all(is_near), "{:?} {:?}", a.coverage, b.coverage);
}

#[test]
fn exporters_that_fold_heads_tell_the_same_as_those_that_do_not() {
    let home = tempfile::tempdir().expect("a folder");
    let [mut folded, mut plain] = ["m2m100-a", "m2m100-d"]
        .map(|name| load(&imported(home.path(), &format!("tests/fixtures/mt/{name}"))).expect("loads"));
    // Rows of one batch, of unequal length: folding mixes them up unless it is undone in the right order.
    let jobs = ["good morning", "the train to the airport leaves at nine", "we have a meeting"].map(job);
    let (folded, plain) = (folded.translate(&jobs).expect("translates"), plain.translate(&jobs).expect("translates"));
    for (folded, plain) in folded.iter().zip(&plain) {
        assert!(!plain.coverage.is_empty() && plain.words.iter().all(|word| word.reads.is_some()), "{plain:?}");
        near(folded, plain);
    }
}

#[test]
fn words_come_from_their_words_in_whatever_company() {
    let home = tempfile::tempdir().expect("a folder");
    let folder = imported(home.path(), TRAINED);
    let mut model = load(&folder).expect("loads");
    let source = "the red suitcase is in the room";
    let alone = model.translate(&[job(source)]).expect("translates").remove(0);
    let told = pairs(&alone);
    for pair in ["maleta<suitcase", "roja<red"] {
        assert!(told.iter().any(|p| p == pair), "{told:?}");
    }
    let pieces = alone.coverage.iter().map(|(_, pieces)| pieces).sum::<f32>();
    assert!((pieces - tokens(&alone).len() as f32).abs() < 1e-3, "each piece counts once: {pieces}");
    let margin = |text: &str| alone.margins()[alone.words.iter().position(|w| w.text.starts_with(text)).expect(text)];
    assert_eq!((margin("maleta"), margin("roja")), (4, 5));
    let others = ["good morning", "could you tell me what time the bus to Barcelona leaves?"];
    let mut jobs: Vec<Job> = others.map(job).to_vec();
    jobs.push(Job { draft: tokens(&alone), is_final: false, ..job(source) });
    near(&alone, &model.translate(&jobs).expect("translates")[2]);
    let forced = Job { forced: tokens(&alone)[..4].to_vec(), ..job(source) };
    near(&alone, &model.translate(&[forced]).expect("translates")[0]);
    let options = Options::new(Compute::cpu(1), 4);
    let beams =
        Seq2Seq::load(&folder, options).expect("loads").translate(&[job(source)]).expect("translates").remove(0);
    assert_eq!(beams.text(), alone.text());
    near(&alone, &beams);
}

fn tokens(translation: &Translation) -> Vec<u32> {
    translation.words.iter().flat_map(|word| word.tokens.clone()).collect()
}

/// What of a source went into none of the parts of a translation; they are looked at, not searched, so that nothing is added.
fn left_out(model: &mut Seq2Seq, source: &str, parts: &[&Translation]) -> Option<String> {
    let tokens = parts.iter().flat_map(|part| tokens(part)).collect();
    let seen = model.compare(&job(source), tokens).expect("looks");
    let row = guards::coverage::left_out(&seen.coverage.iter().map(|(_, c)| *c).collect::<Vec<_>>());
    row.map(|row| seen.coverage[row].iter().map(|(word, _)| word.as_str()).collect::<Vec<_>>().join(" "))
}

#[test]
fn what_a_translation_leaves_out_is_seen_without_marks_and_numbers() {
    let home = tempfile::tempdir().expect("a folder");
    let mut model = load(&imported(home.path(), TRAINED)).expect("loads");
    let [first, second] = ["we have decided to go home", "which document do i want to share this weekend"];
    let whole = model.translate(&[first, second].map(job)).expect("translates");
    let missing = left_out(&mut model, &format!("{first} {second}"), &[&whole[0]]).expect("half of it is missing");
    assert!(second.contains(&missing), "{missing}");
    // As a recogniser writes them that knows no marks, two together.
    let table = std::fs::read_to_string(repo().join("tests/fixtures/mt/pairs-en-es.tsv")).expect("pairs");
    let plain = |line: &str| {
        let text = line.split('\t').next().unwrap_or_default().to_lowercase().replace('-', " ");
        text.replace(|c: char| !(c.is_alphanumeric() || c == ' ' || c == '\''), "")
    };
    let is_long = |text: &String| (4..=16).contains(&text.split(' ').count());
    let texts: Vec<String> = table.lines().map(plain).filter(is_long).take(100).collect();
    let jobs: Vec<Job> = texts.iter().map(|text| job(text)).collect();
    let done = model.translate(&jobs).expect("translates");
    let (mut suspected, mut found) = (0, 0);
    for (texts, done) in texts.chunks(2).zip(done.chunks(2)) {
        let source = texts.join(" ");
        suspected += u32::from(left_out(&mut model, &source, &[&done[0], &done[1]]).is_some());
        for kept in done {
            found += u32::from(left_out(&mut model, &source, &[kept]).is_some());
        }
    }
    assert!(suspected <= 1 && found >= 93, "{found} of 100 are found, {suspected} of 50 suspected");
}

#[test]
fn align_att_is_for_models_that_tell() {
    let home = tempfile::tempdir().expect("a folder");
    let plan = |model: &Path, last: usize| {
        let toml = format!(
            "[translate]\nmodel = {model:?}\npolicy = {{ kind = \"align-att\", last = {last} }}\n[speak]\nbackend = \"none\""
        );
        Plan::new(config::parse(&toml, std::iter::empty()).expect("valid")).and_then(|plan| plan.load())
    };
    assert!(plan(&imported(home.path(), TRAINED), 2).is_ok());
    for (folder, last) in [(repo().join(TRAINED), 2), (home.path().join(TRAINED), 0)] {
        let error = plan(&folder, last).err().unwrap_or_else(|| panic!("{folder:?} loads"));
        assert!(error.to_string().contains("translate.policy"), "{error}");
        assert_eq!(error.kind().exit_code(), 2);
        assert!(last == 0 || error.hint_text().is_some_and(|hint| hint.contains("models import")));
    }
}
