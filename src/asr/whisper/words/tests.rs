use super::*;

fn piece(text: &str, tokens: Range<usize>) -> Piece {
    Piece { text: text.into(), tokens }
}

fn spoken(text: &str, start: f64, end: f64) -> Spoken {
    Spoken { text: text.into(), start, end, p: 1.0, tokens: 1, attended: None }
}

fn texts(words: &[Spoken]) -> Vec<&str> {
    words.iter().map(|w| w.text.as_str()).collect()
}

#[test]
fn a_word_begins_with_its_first_token_and_ends_where_the_next_begins() {
    let pieces = vec![piece(" hello", 0..2), piece(" you", 2..3)];
    let words = aligned(pieces, &[5, 10, 20, 30], &[9, 8, 25, 0], &[0.5, 1.0, 0.25]);
    assert_eq!((words[0].attended, words[1].attended), (Some(9), Some(25)));
    assert_eq!((words[0].start, words[0].end, words[0].p), (0.1, 0.4, 0.75));
    assert_eq!((words[1].start, words[1].end, words[1].p), (0.4, 0.6, 0.25));
}

#[test]
fn without_an_alignment_a_segments_time_is_shared_out() {
    let pieces = vec![piece(" a", 0..1), piece(" bcd", 1..2), piece(" e", 2..3)];
    let segments = [Segment { start: 0, end: 60, text: 0..2 }, Segment { start: 60, end: 100, text: 2..3 }];
    let words = shared_out(pieces, &segments, &(0..80), &[0.5; 3]);
    let times: Vec<(f64, f64)> = words.iter().map(|w| (w.start, w.end)).collect();
    let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
    assert!(near(times[0].1, 0.4) && near(times[1].1, 1.2), "{times:?}");
    assert!(near(times[2].0, 1.2) && near(times[2].1, 1.6), "no word in the silence: {times:?}");
}

#[test]
fn marks_join_their_words() {
    let words = [" ¿", "Qué", " tal", "?", " -", " so", ",", " on"].iter().enumerate();
    let words = words.map(|(i, t)| spoken(t, i as f64, i as f64 + 1.0)).collect();
    let all = [Segment { start: 0, end: 400, text: 0..8 }];
    let words = tidy(words, &all, 0.0);
    assert_eq!(texts(&words), [" ¿Qué", " tal?", " - so,", " on"]);
    assert_eq!(words.iter().map(|w| w.tokens).sum::<usize>(), 8);
}

#[test]
fn a_pause_at_a_sentences_end_is_not_part_of_a_word() {
    let words = vec![
        spoken(" one", 0.0, 0.4),
        spoken(" two", 0.4, 0.8),
        spoken(".", 0.8, 3.0),
        spoken(" three", 3.0, 5.0),
        spoken(" four", 5.0, 5.4),
        spoken(" five", 5.4, 5.8),
    ];
    let words = tidy(words, &[Segment { start: 0, end: 290, text: 0..6 }], 0.0);
    assert_eq!(texts(&words), [" one", " two.", " three", " four", " five"]);
    assert!((words[2].start - (5.0 - 0.8)).abs() < 1e-9);
}

#[test]
fn sound_is_where_it_is_loud() {
    let features = Array2::from_shape_fn((80, 100), |(_, frame)| if (20..60).contains(&frame) { 1.0 } else { -1.0 });
    assert_eq!(voiced(&features, 80), 10..30);
    assert_eq!(voiced(&Array2::zeros((80, 10)), 10), 0..5);
}
