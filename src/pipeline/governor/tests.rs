//! What a stage spares on a step of the ladder.

use super::*;
use crate::asr::{Recognise, Recognizer, StreamId, Update};
use crate::audio::StreamTime;
use crate::pipeline::item::{Flow, Heard, Item};
use crate::pipeline::stage::Stage;
use crate::testing::live_session;
use std::sync::{Arc, Mutex};

/// Notes how much sound it is given at once.
struct Noting(Arc<Mutex<Vec<usize>>>);

impl Recognizer for Noting {
    fn start(&mut self, _: StreamId) {}
    fn accept(&mut self, _: StreamId, samples: &[f32]) {
        self.0.lock().expect("lock").push(samples.len());
    }
    fn finish(&mut self, _: StreamId) {}
    fn decode(&mut self) -> Result<Vec<Update>> {
        Ok(Vec::new())
    }
    fn stop(&mut self, _: StreamId) {}
    fn hop(&self) -> usize {
        100
    }
}

#[test]
fn a_larger_hop_gives_twice_the_sound_at_once_and_loses_none() {
    for (step, expected) in [(Step::Full, vec![60, 60, 60, 60, 60]), (Step::LargerHop, vec![240, 60])] {
        let given = Arc::new(Mutex::new(Vec::new()));
        let mut stage = Recognise::new(Box::new(Noting(given.clone())), None);
        let (effort, session) = (Effort::default(), live_session());
        effort.set(step);
        stage.spare(effort);
        let speech = std::iter::repeat_n(Heard::Speech { samples: vec![0.0; 60], voice: Vec::new() }, 5);
        let start = Heard::Start { utterance: 1, at: StreamTime(0) };
        let heard = std::iter::once(start).chain(speech).chain([Heard::End(StreamTime(300))]);
        for heard in heard {
            stage.process(&mut vec![Item::data(&session, heard)], &mut |_| {}).expect("recognises");
        }
        assert_eq!(*given.lock().expect("lock"), expected, "{step:?}");
        let end = Item { session, flow: Flow::End };
        stage.process(&mut vec![end], &mut |_| {}).expect("ends");
    }
}
