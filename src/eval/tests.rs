//! Compares the metrics with sacrebleu, jiwer and OmniSTEval (`tests/fixtures/eval/make.py`), and with what must hold.

use super::report::Score;
use super::track::Track;
use super::words::Unit;
use super::{bleu, chrf, erasure::Erasure, lag, log, words};
use crate::event::Caption;
use crate::text::Lang;
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Fixture {
    bleu_signature: String,
    chrf_signature: String,
    texts: Vec<Texts>,
    lags: Vec<Lag>,
}

#[derive(Deserialize)]
struct Texts {
    pairs: Vec<(String, String)>,
    bleu: f64,
    chrf: f64,
    wer: f64,
    cer: f64,
}

#[derive(Deserialize)]
struct Lag {
    times: Vec<f64>,
    source: f64,
    reference: usize,
    end: f64,
    laal: Option<f64>,
    long_yaal: Option<f64>,
}

fn fixture() -> Fixture {
    serde_json::from_str(include_str!("../../tests/fixtures/eval/metrics.json")).expect("make.py wrote it")
}

fn is_near(ours: f64, theirs: f64) -> bool {
    (ours - theirs).abs() <= 1e-6 * theirs.abs().max(1e-6)
}

#[test]
fn scores_are_those_of_sacrebleu_and_jiwer() {
    let fixture = fixture();
    assert_eq!((fixture.bleu_signature.as_str(), fixture.chrf_signature.as_str()), (bleu::SIGNATURE, chrf::SIGNATURE));
    assert!(fixture.texts.len() > 10);
    for texts in fixture.texts {
        let (mut b, mut c) = (bleu::Bleu::default(), chrf::Chrf::default());
        let (mut wer, mut cer) = (words::Errors::default(), words::Errors::default());
        for (said, wanted) in &texts.pairs {
            b.add(said, wanted);
            c.add(said, wanted);
            wer += words::word_errors(said, wanted);
            cer += words::char_errors(said, wanted);
        }
        let at = &texts.pairs;
        assert!(is_near(b.score(), texts.bleu), "BLEU {} for {} of {at:?}", b.score(), texts.bleu);
        assert!(is_near(c.score(), texts.chrf), "chrF {} for {} of {at:?}", c.score(), texts.chrf);
        assert!(is_near(wer.rate().expect("words"), texts.wer), "WER {wer:?} for {} of {at:?}", texts.wer);
        assert!(is_near(cer.rate().expect("characters"), texts.cer), "CER {cer:?} for {} of {at:?}", texts.cer);
    }
}

#[test]
fn lags_are_those_of_omnisteval() {
    let is_same = |ours: Option<f64>, theirs: Option<f64>| match (ours, theirs) {
        (Some(ours), Some(theirs)) => (ours - theirs).abs() < 1e-3,
        (ours, theirs) => ours == theirs,
    };
    for l in fixture().lags {
        let (laal, yaal) =
            (lag::laal(&l.times, l.source, l.reference), lag::long_yaal(&l.times, l.source, l.reference, l.end));
        assert!(is_same(laal, l.laal), "LAAL {laal:?} for {:?} of {:?}", l.laal, l.times);
        assert!(is_same(yaal, l.long_yaal), "LongYAAL {yaal:?} for {:?} of {:?}", l.long_yaal, l.times);
    }
}

#[test]
fn nothing_said_has_no_lag() {
    assert_eq!((lag::laal(&[], 1.0, 3), lag::long_yaal(&[], 1.0, 3, 2.0)), (None, None));
    assert_eq!(lag::laal(&[1.0], 0.0, 3), None);
}

#[test]
fn a_word_taken_back_takes_back_what_follows_it() {
    let shown = ["a", "a b", "a c d", "a c d e"];
    assert_eq!(Erasure::of(Unit::Word, &shown), Erasure { erased: 1, last: 4 });
    assert_eq!(Erasure::of(Unit::Word, &["a b c", "x b c"]).rate(), Some(1.0));
    assert_eq!(Erasure::of(Unit::Word, &["a b", ""]), Erasure { erased: 2, last: 0 });
    assert_eq!(Erasure::of::<&str>(Unit::Char, &[]).rate(), None);
}

#[test]
fn languages_without_spaces_are_counted_in_characters() {
    for (tag, text, due) in [
        ("es", "¿dónde está ?", 3),
        ("ko", "안녕 하세요", 2),
        ("zh", "我们 去。", 4),
        ("yue", "我哋", 2),
        ("ja", "東京へ", 3),
        ("th", "ขอบคุณ", 6),
        ("lo", "ຂອບໃຈ", 5),
        ("km", "អរគុណ", 5),
        ("my", "ကျေးဇူး", 7),
    ] {
        let unit = Unit::of(&Lang::parse(tag).expect("known"));
        let units = unit.split(text);
        assert_eq!(units.len(), due, "{tag}");
        assert_eq!(unit.split(&unit.join(&units)), units, "others count as many");
    }
    let shown = ["我们", "我们去", "我们走了"];
    assert_eq!(Erasure::of(Unit::Char, &shown), Erasure { erased: 1, last: 4 });
    assert_eq!(Erasure::of(Unit::Word, &shown), Erasure { erased: 2, last: 1 });
}

/// A track of what was committed and guessed when.
fn track(lang: &Lang, captions: &[(&str, &str, f64)]) -> Track {
    let mut track = Track::new(Unit::of(lang));
    for (i, (committed, tentative, heard)) in captions.iter().enumerate() {
        let caption = serde_json::json!({
            "id": "c", "session": "s", "speaker": "", "utterance": 1, "lang": lang, "source_lang": "en",
            "kind": "translation", "committed": committed, "tentative": tentative, "final": i + 1 == captions.len(),
            "revision": i + 1, "start": 0.0, "end": heard,
        });
        let caption: Caption = serde_json::from_value(caption).expect("a caption");
        track.see(&caption, *heard, heard + 0.25);
    }
    track
}

#[test]
fn lags_erasure_and_logs_are_of_characters_where_there_are_no_spaces() {
    let zh = Lang::parse("zh").expect("known");
    let track = track(&zh, &[("", "他", 1.0), ("我们", "走", 2.0), ("我们去 吧", "", 3.0)]);
    let mut score = Score::new(zh, false);
    score.add(4.0, Some("我们去 学校"), &track, None);
    let told = score.json();
    assert_eq!(told["unit"], "char");
    let laal = told["laal"].as_f64().expect("a lag");
    assert!(is_near(laal, 1.3), "{laal}: OmniSTEval 0.1.10 has 1.3 of the log's line, with --char_level");
    assert_eq!(told["erasure_instant"], 0.5, "two of four");
    assert_eq!([&told["first_word"], &told["first_committed"]], [1.0, 2.0]);
    assert_eq!([&told["first_word_ca"], &told["first_committed_ca"]], [1.25, 2.25]);
    let line = log::instance(0, "a.wav", 4.0, "我们去 学校", &track);
    assert_eq!((line["prediction"].as_str(), line["reference"].as_str()), (Some("我们去吧"), Some("我们去学校")));
    assert_eq!((line["prediction_length"].as_u64(), line["delays"].as_array().map(Vec::len)), (Some(4), Some(4)));
    assert_eq!(track.text(), "我们去 吧", "for scores, as it was written");
}

#[test]
fn a_committed_character_never_changes_and_a_word_may_get_an_ending() {
    let broken =
        |tag: &str, then: &str| track(&Lang::parse(tag).expect("known"), &[("a b", "", 1.0), (then, "", 2.0)]).broken;
    assert_eq!([broken("es", "a bc"), broken("es", "x b"), broken("zh", "abc"), broken("zh", "ac")], [0, 1, 0, 1]);
}

#[test]
fn a_step_waits_for_its_audio_and_for_the_step_before() {
    assert_eq!(lag::queue(&[(1.0, 0.5), (1.2, 0.5), (5.0, 0.25)]), [1.5, 2.0, 5.25]);
}

proptest! {
    #[test]
    fn the_same_text_is_without_error(text in "[a-zé.,']{1,9}( [a-z0-9¿]{1,9}){3,12}") {
        prop_assert_eq!(words::word_errors(&text, &text).edits, 0);
        let (mut b, mut c) = (bleu::Bleu::default(), chrf::Chrf::default());
        b.add(&text, &text);
        c.add(&text, &text);
        prop_assert!(is_near(b.score(), 100.0) && is_near(c.score(), 100.0));
    }

    #[test]
    fn edits_are_a_metric(a in "[ab]( [abc]){0,6}", b in "[ab]( [abc]){0,6}", c in "[ab]( [abc]){0,6}") {
        let edits = |x: &str, y: &str| words::word_errors(x, y).edits;
        prop_assert_eq!(edits(&a, &b), edits(&b, &a));
        prop_assert!(edits(&a, &c) <= edits(&a, &b) + edits(&b, &c));
    }

    #[test]
    fn any_text_can_be_scored(said in "\\PC{0,30}", wanted in "\\PC{0,30}") {
        let (mut b, mut c) = (bleu::Bleu::default(), chrf::Chrf::default());
        b.add(&said, &wanted);
        c.add(&said, &wanted);
        prop_assert!((0.0..=100.001).contains(&b.score()) && (0.0..=100.001).contains(&c.score()));
    }

    #[test]
    fn text_that_only_grows_erases_nothing(text in "[a-z]{1,5}( [a-z]{1,5}){0,20}") {
        let shown: Vec<&str> = text.match_indices(' ').map(|(i, _)| &text[..i]).chain([text.as_str()]).collect();
        prop_assert_eq!(Erasure::of(Unit::Word, &shown).erased, 0);
    }

    #[test]
    fn a_later_word_never_lowers_the_lag(times in prop::collection::vec(0.0..9.0_f64, 1..9), late in 0.0..2.0_f64) {
        let later: Vec<f64> = times.iter().map(|t| t + late).collect();
        let lag = |times: &[f64]| lag::long_yaal(times, 10.0, 4, f64::INFINITY).expect("words");
        prop_assert!((lag(&later) - lag(&times) - late).abs() < 1e-9);
    }
}
