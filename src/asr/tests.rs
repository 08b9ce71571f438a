use super::*;
use crate::listen::vad::WINDOW;
use crate::testing::session;
use std::sync::Mutex;

/// What a scripted recogniser hears of its words: how many stay.
type Stays = Arc<Mutex<Vec<usize>>>;

/// Says one more of its words with each block, the last one changed each time, and how far back it attends.
struct Scripted {
    stays: Stays,
    blocks: usize,
    is_finished: bool,
}

impl Recognizer for Scripted {
    fn start(&mut self, _: StreamId) {}
    fn accept(&mut self, _: StreamId, _: &[f32]) {
        self.blocks += 1;
    }
    fn finish(&mut self, _: StreamId) {
        self.is_finished = true;
    }
    fn decode(&mut self) -> Result<Vec<Update>> {
        let time = |i: usize| StreamTime(i as u64 * 16_000);
        let text = |i: usize| if i + 1 < self.blocks { format!("w{i}") } else { format!("?{}", self.blocks) };
        let word = |i: usize| Word { text: text(i), start: time(i), end: time(i + 1), p: 1.0 };
        let words: Vec<Word> = (0..self.blocks).map(word).collect();
        let margins = (0..self.blocks).map(|i| 50 * (self.blocks - 1 - i)).collect();
        let hypothesis = Hypothesis { words, fixed: 0, margins };
        Ok(vec![Update { stream: 1, hypothesis, lang: None, heard: 1, is_done: self.is_finished }])
    }
    fn stop(&mut self, _: StreamId) {}
    fn committed(&mut self, _: StreamId, words: usize) {
        self.stays.lock().expect("no panic").push(words);
    }
}

/// Feeds four blocks and the end; -> what the recogniser heard of it, and the last committed text.
fn run(policy: CommitPolicy) -> (Vec<usize>, String) {
    let (stays, told) = told(policy, GateRules::off(), &[&[] as &[f32]; 4]);
    (stays, told.last().map(|r| crate::text::join(&r.committed)).unwrap_or_default())
}

/// Feeds blocks of so many windows, with these probabilities of voice, and the end; -> what the recogniser heard of it, and
/// what was told.
fn told(policy: CommitPolicy, rules: GateRules, blocks: &[&[f32]]) -> (Vec<usize>, Vec<Recognised>) {
    let stays = Stays::default();
    let recognizer = Scripted { stays: stays.clone(), blocks: 0, is_finished: false };
    let mut stage = Recognise::new(Box::new(recognizer), Some(policy));
    stage.gate(rules);
    let session = session();
    let start = Heard::Start { utterance: 1, at: StreamTime(0) };
    // Each second window is 20 dB below the others.
    let sound = |windows: usize| (0..windows.max(1) * WINDOW).map(|i| [0.5, 0.05][i / WINDOW % 2]).collect();
    let speech = blocks.iter().map(|voice| Heard::Speech { samples: sound(voice.len()), voice: voice.to_vec() });
    let mut out = Vec::new();
    for heard in std::iter::once(start).chain(speech).chain([Heard::End(StreamTime(640))]) {
        let mut emit = |item: Item<Recognised>| match item.flow {
            Flow::Data(recognised) => out.push(recognised),
            flow => assert!(matches!(flow, Flow::Nothing { utterance: 1, .. }), "{flow:?}"),
        };
        stage.process(&mut vec![Item::data(&session, heard)], &mut emit).expect("works");
    }
    let stays = stays.lock().expect("no panic").clone();
    (stays, out)
}

#[test]
fn the_recogniser_hears_what_stays_until_the_utterance_is_over() {
    let (stays, last) = run(CommitPolicy::LocalAgreement { n: 2 });
    assert_eq!((stays, last.as_str()), (vec![0, 0, 0, 1, 2], "w0 w1 w2 ?4"));
    let (stays, last) = run(CommitPolicy::AlignAtt { last: 50 });
    assert_eq!((stays, last.as_str()), (vec![0, 0, 1, 2, 3], "w0 w1 w2 ?4"), "a block sooner");
}

#[test]
fn without_evidence_nothing_is_shown_and_nothing_stays() {
    let (good, bad): (&[f32], &[f32]) = (&[0.9; 30], &[0.1; 30]);
    let policy = CommitPolicy::LocalAgreement { n: 2 };
    let (stays, told_of) = told(policy, GateRules::default(), &[bad; 4]);
    assert_eq!((stays, told_of), (vec![0; 5], Vec::new()));
    // What was committed on good evidence stays when the rest has none.
    let worse: &[f32] = &[[0.0; 50], [0.6; 50]].concat();
    let rules = GateRules { slowest: 0.0, ..GateRules::default() };
    let (stays, told_of) = told(policy, rules, &[good, good, good, worse, worse]);
    let shown: Vec<String> = told_of.iter().map(|r| crate::text::join(&r.committed)).collect();
    assert_eq!((stays, shown), (vec![0, 0, 0, 1, 0, 0], vec!["".into(), "".into(), "w0".into(), "w0".into()]));
    assert!(told_of.last().is_some_and(|r| r.is_final && r.tentative.is_empty()));
}
