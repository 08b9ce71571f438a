use super::*;
use crate::mt::TargetWord;

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn committed(policy: CommitPolicy, hypotheses: &[&str]) -> Vec<String> {
    let mut s = Stabiliser::new(policy);
    hypotheses
        .iter()
        .map(|h| {
            s.update(&words(h), 0, false);
            s.committed().join(" ")
        })
        .collect()
}

#[test]
fn local_agreement_commits_the_common_prefix() {
    let seen = committed(CommitPolicy::LocalAgreement { n: 2 }, &["the", "the cat", "the cap is", "the cap is on"]);
    assert_eq!(seen, ["", "the", "the", "the cap is"]);
}

#[test]
fn what_two_of_three_agree_on_is_steady() {
    let mut s = Stabiliser::new(CommitPolicy::LocalAgreement { n: 3 });
    let mut steady = |text: &str| {
        s.update(&words(text), 0, false);
        s.tentative()[..s.steady()].join(" ")
    };
    assert_eq!(
        ["the", "the cat", "the cat sat on a", "the cat sat on it"].map(&mut steady),
        ["", "the", "cat", "sat on"]
    );
    assert_eq!(s.committed(), words("the cat"));
    let mut s = Stabiliser::new(CommitPolicy::Native);
    s.update(&words("a b c d e f g"), 1, false);
    assert_eq!(s.steady(), 3);
}

#[test]
fn a_source_tail_is_masked_however_many_updates_it_comes_in() {
    let mut s = Stabiliser::new(CommitPolicy::SourceTail { words: 2 });
    let mut committed = |text: &str, source: usize| {
        s.update_read(&words(text), &[], source);
        s.committed().join(" ")
    };
    assert_eq!(committed("el tren", 3), "");
    assert_eq!(committed("el tren", 4), "", "two words more are due");
    assert_eq!(committed("el tren sale a", 7), "el tren", "three words at once will do");
    assert_eq!(committed("el tren sale y", 8), "el tren");
    assert_eq!(committed("el tren sale a las", 9), "el tren sale", "ever since");
}

#[test]
fn what_comes_from_the_last_words_waits() {
    let mut s = Stabiliser::new(CommitPolicy::AlignAtt { last: 2 });
    s.update_read(&words("la maleta roja esta"), &[4, 2, 3, 1], 5);
    assert_eq!(s.committed().join(" "), "la maleta roja");
    s.update_read(&words("la maleta roja esta en"), &[6, 4, 5, 1, 2], 7);
    assert_eq!(s.committed().join(" "), "la maleta roja", "what comes from older words waits for those before it");
}

#[test]
fn hold_n_keeps_the_last_words_back() {
    assert_eq!(committed(CommitPolicy::HoldN { n: 2 }, &["a b c", "a b c d"]), ["a", "a b"]);
}

#[test]
fn final_only_waits() {
    let mut s = Stabiliser::new(CommitPolicy::FinalOnly);
    s.update(&words("a b"), 2, false);
    assert!(s.committed().is_empty());
    s.update(&words("a c"), 2, true);
    assert_eq!((s.committed(), s.tentative()), (&words("a c")[..], &[][..]));
}

#[test]
fn align_att_stops_at_the_first_word_that_looks_at_the_newest_sound() {
    let mut s = Stabiliser::new(CommitPolicy::AlignAtt { last: 25 });
    let mut committed = |text: &str, margins: &[usize]| {
        s.update_open(&words(text), margins, 0, 0, false);
        s.committed().join(" ")
    };
    assert_eq!(committed("a b c d", &[90, 25, 24, 80]), "a b", "at once, and nothing behind a word that is too new");
    assert_eq!(committed("a b x d", &[0, 0, 60, 10]), "a b x", "what is committed isn't asked again");
    assert_eq!(committed("a b x d e", &[]), "a b x", "nothing without an alignment");
    assert_eq!(committed("a b x d e", &[90, 90, 90, 90]), "a b x d", "nor a word without");
}

#[test]
fn a_word_put_in_or_left_out_loses_and_doubles_nothing() {
    let mut s = Stabiliser::new(CommitPolicy::LocalAgreement { n: 2 });
    let mut committed = |texts: &[(&str, u64)]| {
        let word = |(text, start): &(&str, u64)| Word {
            text: (*text).to_owned(),
            start: StreamTime(*start * 1_000),
            end: StreamTime(*start * 1_000 + 4_000),
            p: 1.0,
        };
        s.update(&texts.iter().map(word).collect::<Vec<_>>(), 0, false);
        (crate::text::join(s.committed()), crate::text::join(s.tentative()))
    };
    let mut see = |texts: &[(&str, u64)], (done, open): (&str, &str)| {
        assert_eq!(committed(texts), (done.to_owned(), open.to_owned()));
    };
    see(&[("the", 0), ("train", 4), ("leaves", 9)], ("", "the train leaves"));
    see(&[("the", 0), ("train", 4), ("leaves", 9), ("at", 14)], ("the train leaves", "at"));
    see(&[("train", 4), ("leaves", 9), ("at", 14), ("nine", 20)], ("the train leaves at", "nine"));
    see(
        &[("oh", 0), ("the", 1), ("train", 4), ("leaves", 9), ("at", 14), ("nine", 20)],
        ("the train leaves at nine", ""),
    );
}

const CASES: u64 = 100_000;

fn any_policy(dice: &mut fastrand::Rng) -> CommitPolicy {
    match dice.u8(..7) {
        0 => CommitPolicy::Native,
        1 => CommitPolicy::FinalOnly,
        2 => CommitPolicy::HoldN { n: dice.usize(..4) },
        3 => CommitPolicy::AlignAtt { last: dice.usize(..6) },
        4 => CommitPolicy::SourceTail { words: dice.usize(1..4) },
        _ => CommitPolicy::LocalAgreement { n: dice.usize(1..4) },
    }
}

/// Feeds a row of hypotheses, each of which keeps some of the last one's beginning, and looks that committed text only
/// grows by appending.
fn check_stream<W: Same + PartialEq + std::fmt::Debug>(
    dice: &mut fastrand::Rng,
    word: impl Fn(&mut fastrand::Rng, usize) -> W,
) {
    let policy = any_policy(dice);
    let mut s = Stabiliser::new(policy);
    let (mut before, mut hypothesis): (Vec<W>, Vec<W>) = (Vec::new(), Vec::new());
    let hypotheses = dice.usize(1..8);
    for i in 1..=hypotheses {
        // At times all of it is new, so that it contradicts what is committed.
        let kept = if dice.u8(..4) == 0 { 0 } else { hypothesis.len().saturating_sub(dice.usize(..3)) };
        hypothesis.truncate(kept);
        for _ in 0..dice.usize(..5) {
            hypothesis.push(word(dice, hypothesis.len()));
        }
        if dice.u8(..8) == 0 && !hypothesis.is_empty() {
            hypothesis.remove(dice.usize(..hypothesis.len()));
        }
        let margins: Vec<usize> = hypothesis.iter().skip(dice.usize(..2)).map(|_| dice.usize(..8)).collect();
        match policy {
            CommitPolicy::SourceTail { .. } if i < hypotheses => s.update_read(&hypothesis, &margins, dice.usize(..8)),
            _ => s.update_open(&hypothesis, &margins, dice.usize(..8), dice.usize(..3), i == hypotheses),
        };
        assert!(s.committed().starts_with(&before), "{policy:?}: {before:?} became {:?}", s.committed());
        assert!(s.settled() + s.tentative().len() == hypothesis.len() && s.steady() <= s.tentative().len());
        before = s.committed().to_vec();
    }
    assert!(s.tentative().is_empty(), "a final leaves nothing open");
}

#[test]
fn committed_text_only_grows() {
    let mut dice = fastrand::Rng::with_seed(1);
    let text = |dice: &mut fastrand::Rng| ["a", "b", "c"][dice.usize(..3)].to_owned();
    for _ in 0..CASES / 2 {
        check_stream(&mut dice, |dice, _| text(dice));
        check_stream(&mut dice, |dice, place| {
            let start = (place * 5_000) as u64 + dice.u64(..2_000);
            Word { text: text(dice), start: StreamTime(start), end: StreamTime(start + dice.u64(..6_000)), p: 1.0 }
        });
    }
}

/// A recogniser that hears every word right in the end: in its hypotheses the last words are wrong, each time otherwise,
/// and words that were committed are at times changed, left out or joined by others.
#[test]
fn committed_text_is_what_was_said_nothing_lost_and_nothing_doubled() {
    let mut dice = fastrand::Rng::with_seed(2);
    let said = |i: usize| Word {
        text: format!("w{i}"),
        start: StreamTime(i as u64 * 6_000),
        end: StreamTime(i as u64 * 6_000 + 5_000),
        p: 1.0,
    };
    for case in 0..CASES / 10 {
        let mut s = Stabiliser::new(CommitPolicy::LocalAgreement { n: dice.usize(2..4) });
        let (mut heard, mut wrong) = (0, 0);
        for round in 0..12 {
            heard += dice.usize(..4);
            let mut hypothesis: Vec<Word> = (0..heard).map(said).collect();
            let done = s.committed().len();
            for _ in 0..dice.usize(..3) {
                wrong += 1;
                hypothesis.push(Word { text: format!("?{wrong}"), ..said(hypothesis.len()) });
            }
            if done > 0 && dice.bool() {
                let place = dice.usize(..done);
                match dice.u8(..3) {
                    0 => drop(hypothesis.remove(place)),
                    1 => hypothesis[place].text = "?".into(),
                    _ => hypothesis.insert(place, Word { text: "?".into(), ..said(place) }),
                }
            }
            s.update(&hypothesis, 0, false);
            let committed: Vec<Word> = (0..s.committed().len()).map(said).collect();
            assert_eq!(s.committed(), committed, "case {case}, round {round}: {hypothesis:?}");
        }
    }
}

#[test]
fn an_ending_of_the_last_committed_word_is_not_lost() {
    let words = |texts: &[&str]| -> Vec<TargetWord> {
        let tokens = |text: &&str| text.bytes().map(u32::from).collect();
        let word =
            |text: &&str| TargetWord { text: (*text).to_owned(), tokens: tokens(text), glued: false, reads: None };
        texts.iter().map(word).collect()
    };
    let mut stabiliser = Stabiliser::new(CommitPolicy::LocalAgreement { n: 2 });
    for hypothesis in [&["el", "hotel"][..], &["el", "hotel"], &["el", "hoteles"], &["el", "hoteles", "son"]] {
        stabiliser.update(&words(hypothesis), 0, false);
    }
    assert_eq!(stabiliser.committed(), words(&["el", "hotel"]));
    assert!(stabiliser.update(&words(&["el", "hoteles", "son"]), 0, false));
    assert_eq!(stabiliser.committed(), words(&["el", "hoteles", "son"]));
    // Once something stands behind it, a word is as it is.
    stabiliser.update(&words(&["el", "hoteles,", "son", "buenos"]), 0, true);
    assert_eq!(stabiliser.committed(), words(&["el", "hoteles", "son", "buenos"]));
}
