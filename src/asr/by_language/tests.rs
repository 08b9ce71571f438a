//! Utterances in one of two languages, told apart by how loud they are.

use super::*;
use crate::audio::StreamTime;
use crate::text::{Hypothesis, Word};

/// Loud is German, quiet is Spanish; the louder or quieter, the surer. French is known, and nobody recognises it.
struct ByLoudness(Vec<Lang>);

impl Tell for ByLoudness {
    fn langs(&self) -> &[Lang] {
        &self.0
    }
    fn tell(&mut self, frames: &[f32]) -> Result<Vec<f32>> {
        let mean = frames.iter().sum::<f32>() / frames.len() as f32;
        let loud = 1.0 / (1.0 + (-(mean + 9.0)).exp());
        Ok(vec![0.6, 0.4 * loud, 0.4 * (1.0 - loud)])
    }
}

/// Says how many samples it has heard.
#[derive(Default)]
struct Counts(BTreeMap<StreamId, (usize, bool)>);

impl Recognizer for Counts {
    fn start(&mut self, stream: StreamId) {
        assert!(self.0.insert(stream, (0, false)).is_none());
    }
    fn accept(&mut self, stream: StreamId, samples: &[f32]) {
        self.0.get_mut(&stream).expect("it was started").0 += samples.len();
    }
    fn finish(&mut self, stream: StreamId) {
        self.0.get_mut(&stream).expect("it was started").1 = true;
    }
    fn decode(&mut self) -> Result<Vec<Update>> {
        let update = |(stream, (samples, is_done)): (&StreamId, &(usize, bool))| {
            let word = Word { text: samples.to_string(), start: StreamTime(0), end: StreamTime(1), p: 1.0 };
            let hypothesis = Hypothesis { words: vec![word], ..Hypothesis::default() };
            Update { stream: *stream, hypothesis, lang: None, heard: *samples as u64, is_done: *is_done }
        };
        let updates = self.0.iter().map(update).collect();
        self.0.retain(|_, (_, is_done)| !*is_done);
        Ok(updates)
    }
    fn stop(&mut self, stream: StreamId) {
        self.0.remove(&stream);
    }
}

fn lang(tag: &str) -> Lang {
    Lang::parse(tag).expect("known")
}

fn recogniser() -> ByLanguage<ByLoudness> {
    let member = |tag: &str| (lang(tag), Box::new(Counts::default()) as Box<dyn Recognizer>);
    ByLanguage::new(ByLoudness(["fr", "de", "es"].map(lang).to_vec()), vec![member("es"), member("de")])
}

/// So many seconds of noise.
fn noise(seconds: f32, level: f32) -> Vec<f32> {
    let mut dice = fastrand::Rng::with_seed(1);
    (0..(seconds * 16_000.0) as usize).map(|_| level * (dice.f32() - 0.5)).collect()
}

#[test]
fn an_utterance_goes_whole_to_the_recogniser_of_its_language() {
    let mut all = recogniser();
    for (id, level) in [(1, 0.9), (2, 1e-5)] {
        all.start(id);
        all.accept(id, &noise(0.9, level));
    }
    assert_eq!(all.decode().expect("decodes"), [], "less than a second tells nothing");
    (1..=2).for_each(|id| all.accept(id, &noise(0.2, if id == 1 { 0.9 } else { 1e-5 })));
    let told = all.decode().expect("decodes");
    let each: Vec<(u64, &str, u64)> =
        told.iter().map(|u| (u.stream, u.lang.as_ref().map_or("", Lang::tag), u.heard)).collect();
    assert_eq!(each, [(2, "es", 17_600), (1, "de", 17_600)], "nothing of it is lost, and no French among these");
    all.accept(1, &noise(1.0, 1e-5));
    all.finish(1);
    let last = all.decode().expect("decodes");
    let german = last.iter().find(|u| u.stream == 1).expect("an update");
    assert_eq!((german.lang.as_ref().map(Lang::tag), german.heard, german.is_done), (Some("de"), 33_600, true));
    all.stop(2);
    assert_eq!(all.decode().expect("decodes"), []);
    assert!(all.streams.is_empty());
}

#[test]
fn who_isnt_sure_waits_two_seconds_and_no_longer() {
    let mut all = recogniser();
    // Between the two.
    let level = (1..200).map(|i| 1e-4 * 1.05f32.powi(i)).find(|level| {
        let (mut features, mut frames) = (Features::new(all.bank.clone()), Vec::new());
        features.push(&noise(1.0, *level), &mut frames);
        frames.iter().sum::<f32>() / frames.len() as f32 > -9.1
    });
    let level = level.expect("a level");
    all.start(1);
    for tenth in 1..=21 {
        all.accept(1, &noise(0.1, level));
        let told = all.decode().expect("decodes");
        assert_eq!(told.is_empty(), tenth < 21, "after {tenth} tenths: {told:?}");
    }
}

#[test]
fn who_stops_early_is_heard_all_the_same() {
    let mut all = recogniser();
    all.start(1);
    all.accept(1, &noise(0.3, 0.9));
    all.finish(1);
    let told = all.decode().expect("decodes");
    assert_eq!((told.len(), told[0].heard, told[0].is_done), (1, 4_800, true));
    all.start(2);
    all.finish(2);
    assert!(all.decode().expect("decodes").iter().all(|u| u.is_done && u.heard == 0));
    all.start(3);
    all.stop(3);
    assert_eq!(all.decode().expect("decodes"), []);
}
