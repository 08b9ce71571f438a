use super::*;
use crate::stabilise::{CommitPolicy, Stabiliser};

/// Text below 1,000, times from 2,000 on.
const MARKS: Marks = Marks { end: 1_000, zero: 2_000 };

fn spoken(text: &str, start: f64, end: f64) -> Spoken {
    Spoken { text: format!(" {text}"), start, end, p: 0.9, tokens: 1, attended: None }
}

fn time(seconds: f64) -> u32 {
    MARKS.zero + (seconds / STEP).round() as u32
}

fn segment(start: f64, end: f64, text: std::ops::Range<usize>) -> Segment {
    Segment { start: (start / STEP) as usize, end: (end / STEP) as usize, text }
}

fn texts(hypothesis: &Hypothesis) -> String {
    crate::text::join(&hypothesis.words)
}

/// A window of ten seconds with two closed segments and words behind them.
fn ten_seconds() -> Transcript {
    let mut said = Transcript::new(MARKS);
    let words = vec![
        spoken("good", 0.0, 1.0),
        spoken("morning", 1.0, 3.0),
        spoken("the", 4.0, 5.0),
        spoken("train", 5.0, 6.0),
        spoken("leaves", 7.0, 8.0),
        spoken("at", 8.0, 9.0),
    ];
    let segments = [segment(0.0, 3.5, 0..2), segment(3.5, 6.5, 2..4), segment(7.0, 10.0, 4..6)];
    let found = placed(words, &segments, Stretch { from: 0, sound: 1_000 });
    let [a, b, c, d, e] = [0.0, 3.5, 3.5, 6.5, 7.0].map(time);
    said.show(found, &[a, 1, 2, b, c, 3, 4, d, e, 5, 6]);
    said
}

#[test]
fn a_long_window_is_cut_at_the_end_of_a_committed_segment() {
    let mut said = ten_seconds();
    assert!(!said.cut(5, 1_000, 1_000), "it isn't long");
    assert!(!said.cut(0, 1_000, 800), "nothing is committed");
    assert!(said.cut(5, 1_000, 800));
    assert_eq!(said.from(), 650, "the last segment all of whose words are committed");
    assert_eq!(said.earlier(), [time(0.0), 1, 2, time(3.5), time(3.5), 3, 4, time(6.5)]);
    assert_eq!(said.draft(), [time(0.5), 5, 6], "times count from the new start");
    let hypothesis = said.hypothesis(false);
    assert_eq!((texts(&hypothesis).as_str(), hypothesis.fixed), ("good morning the train leaves at", 4));
    assert_eq!(said.end().seconds(), 6.0);
}

#[test]
fn where_segments_leave_too_much_it_is_cut_at_a_word() {
    let mut said = ten_seconds();
    assert!(said.cut(3, 1_000, 550));
    assert_eq!((said.from(), said.hypothesis(false).fixed), (500, 3), "the segment ends 6.5 s before the end");
    assert_eq!(said.draft(), [time(0.0), 4, time(1.5), time(2.0), 5, 6]);
    assert!(said.cut(4, 1_000, 350), "and again");
    assert_eq!((said.from(), said.draft()), (650, &[time(0.5), 5, 6][..]));
}

#[test]
fn words_heard_again_at_the_seam_are_dropped_and_words_said_twice_are_not() {
    let mut said = ten_seconds();
    said.cut(4, 1_000, 800);
    let rest = Stretch { from: 650, sound: 450 };
    let again = |first: &str| {
        placed(vec![spoken(first, 0.1, 0.5), spoken("leaves", 0.5, 1.5), spoken("at", 1.5, 2.5)], &[], rest)
    };
    said.show(again("train"), &[]);
    assert_eq!(texts(&said.hypothesis(false)), "good morning the train leaves at");
    said.show(again("slowly"), &[]);
    assert_eq!(texts(&said.hypothesis(false)), "good morning the train slowly leaves at");
    // Who heard it twice before the cut hears it twice after.
    let mut said = Transcript::new(MARKS);
    let twice = [spoken("no", 0.0, 1.0), spoken("no", 1.0, 2.0), spoken("no", 2.0, 3.0)];
    said.show(placed(twice.to_vec(), &[], Stretch { from: 0, sound: 300 }), &[time(0.0), 7, 7, 7]);
    assert!(said.cut(2, 300, 200));
    said.show(placed(vec![spoken("no", 0.0, 1.0)], &[], Stretch { from: 200, sound: 100 }), &[time(0.0), 7]);
    assert_eq!(texts(&said.hypothesis(false)), "no no no");
}

#[test]
fn margins_count_from_the_newest_sound() {
    let mut said = Transcript::new(MARKS);
    let word = |text: &str, attended| Spoken { attended, ..spoken(text, 0.0, 1.0) };
    let found =
        placed(vec![word("a", Some(10)), word("b", Some(49)), word("c", None)], &[], Stretch { from: 0, sound: 100 });
    said.show(found, &[]);
    assert_eq!(said.hypothesis(false).margins, [39, 0, 0]);
}

/// Somebody who never stops, heard by a recogniser that gets the newest words wrong, is unsure of times, and hears a word
/// again of which a cut left something.
struct Speech {
    words: Vec<(f64, f64)>,
    dice: fastrand::Rng,
    wrong: usize,
}

impl Speech {
    fn new(seed: u64) -> Self {
        let mut dice = fastrand::Rng::with_seed(seed);
        let mut at = dice.f64();
        let words = (0..300).map(|_| {
            let start = at + if dice.u8(..8) == 0 { 0.2 + dice.f64() } else { 0.0 };
            at = start + 0.15 + 0.5 * dice.f64();
            (start, at)
        });
        let words = words.collect();
        Self { words, dice, wrong: 0 }
    }

    /// What is heard in a stretch: words, segments and tokens.
    fn hear(&mut self, stretch: Stretch) -> (Vec<Placed>, Vec<u32>) {
        let (from, to) = (stretch.from as f64 / 100.0, (stretch.from + stretch.sound) as f64 / 100.0);
        let heard: Vec<usize> =
            (0..self.words.len()).filter(|i| self.words[*i].1 > from + 0.01 && self.words[*i].0 < to).collect();
        let (mut spoken_words, mut tokens, mut segments, mut first) = (Vec::new(), vec![MARKS.zero], Vec::new(), 0);
        for (place, &i) in heard.iter().enumerate() {
            let (start, end) = self.words[i];
            // The newest half second is a guess.
            let is_sure = end + 0.5 < to;
            self.wrong += usize::from(!is_sure);
            let text = if is_sure { format!("w{i}") } else { format!("?{}", self.wrong) };
            let jitter = |dice: &mut fastrand::Rng| 0.06 * (dice.f64() - 0.5);
            let [start, end] = [start, end].map(|t| (t - from + jitter(&mut self.dice)).max(0.0));
            spoken_words.push(Spoken { tokens: 1, ..spoken(&text, start, end.max(start)) });
            tokens.push(i as u32);
            if i % 7 == 6 {
                segments.push(segment(0.0, end, first..place + 1));
                first = place + 1;
                tokens.extend([time(end), time(end)]);
            }
        }
        segments.push(segment(0.0, to - from, first..heard.len()));
        (placed(spoken_words, &segments, stretch), tokens)
    }
}

#[test]
fn endless_speech_loses_and_doubles_no_word_at_any_seam() {
    for seed in 0..300 {
        let mut speech = Speech::new(seed);
        let (mut said, mut stabiliser) =
            (Transcript::new(MARKS), Stabiliser::new(CommitPolicy::LocalAgreement { n: 2 }));
        let limit = 100 * (5 + seed as usize % 11);
        let last = (speech.words[speech.words.len() - 1].1 * 100.0) as usize + 100;
        let (mut heard, mut cuts) = (0, 0);
        while heard < last {
            heard = (heard + 100 + speech.dice.usize(..30)).min(last);
            let stretch = Stretch { from: said.from(), sound: heard - said.from() };
            assert!(stretch.sound < limit + 600, "seed {seed}: a window of {} frames", stretch.sound);
            let (found, tokens) = speech.hear(stretch);
            said.show(found, &tokens);
            let hypothesis = said.hypothesis(false);
            stabiliser.update(&hypothesis.words, hypothesis.fixed, heard == last);
            for (i, word) in stabiliser.committed().iter().enumerate() {
                assert_eq!(word.text, format!("w{i}"), "seed {seed}, at {heard}, window from {}", said.from());
            }
            let text_before = texts(&said.hypothesis(false));
            let cut = said.cut(stabiliser.settled(), heard, limit);
            cuts += usize::from(cut);
            assert_eq!(texts(&said.hypothesis(false)), text_before, "a cut changes no word");
            assert!(!cut || said.draft().first().is_none_or(|t| *t >= MARKS.zero));
        }
        assert_eq!(stabiliser.committed().len(), speech.words.len(), "seed {seed}: all was said");
        assert!(cuts >= 5, "seed {seed}: {cuts} cuts");
    }
}
