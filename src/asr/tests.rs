use super::*;
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
    let stays = Stays::default();
    let recognizer = Scripted { stays: stays.clone(), blocks: 0, is_finished: false };
    let mut stage = Recognise::new(Box::new(recognizer), Some(policy));
    let session = session();
    let start = Heard::Start { utterance: 1, at: StreamTime(0) };
    let speech = || Heard::Speech { samples: vec![0.0; 160], voice: Vec::new() };
    let mut last = String::new();
    for heard in [start, speech(), speech(), speech(), speech(), Heard::End(StreamTime(640))] {
        let mut emit = |item: Item<Recognised>| {
            if let Ok((_, recognised)) = item.split::<()>() {
                last = crate::text::join(&recognised.committed);
            }
        };
        stage.process(&mut vec![Item::data(&session, heard)], &mut emit).expect("works");
    }
    let stays = stays.lock().expect("no panic").clone();
    (stays, last)
}

#[test]
fn the_recogniser_hears_what_stays_until_the_utterance_is_over() {
    let (stays, last) = run(CommitPolicy::LocalAgreement { n: 2 });
    assert_eq!((stays, last.as_str()), (vec![0, 0, 0, 1, 2], "w0 w1 w2 ?4"));
    let (stays, last) = run(CommitPolicy::AlignAtt { last: 50 });
    assert_eq!((stays, last.as_str()), (vec![0, 0, 1, 2, 3], "w0 w1 w2 ?4"), "a block sooner");
}
