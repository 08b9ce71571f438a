//! The listen stage, called as a plain object.

use super::*;
use crate::audio::AudioFormat;
use crate::capture::Block;
use crate::pipeline::item::Clock;
use crate::testing::session;

/// Says "speech" where the window is loud.
struct Loudness;
impl VoiceActivity for Loudness {
    fn probability(&mut self, window: &[f32]) -> f32 {
        if window.iter().any(|s| s.abs() > 0.1) { 1.0 } else { 0.0 }
    }
    fn reset(&mut self) {}
}

fn listen() -> Listen {
    Listen::new(EndpointRules::default(), Box::new(|| Ok(Box::new(Loudness))), 5.0)
}

fn tone(ms: u32, level: f32) -> Vec<f32> {
    (0..samples_in_ms(ms)).map(|i| level * if i % 32 < 16 { 1.0 } else { -1.0 }).collect()
}

fn run(stage: &mut Listen, session: &Arc<Session>, sounds: Vec<Sound>) -> Vec<Item<Heard>> {
    let mut out = Vec::new();
    for sound in sounds {
        stage.process(&mut vec![Item::data(session, sound)], &mut |i| out.push(i)).expect("processes");
    }
    let end = Item { session: session.clone(), flow: Flow::End };
    stage.process(&mut vec![end], &mut |i| out.push(i)).expect("ends");
    out
}

fn blocks(samples: &[f32]) -> Vec<Sound> {
    let block = |c: &[f32]| Sound::Block(Block { format: AudioFormat::PIPELINE, samples: c.to_vec() });
    samples.chunks(313).map(block).collect()
}

#[test]
fn two_utterances_come_with_their_sound_and_time() {
    let sound = [tone(1_000, 0.0), tone(1_000, 0.5), tone(1_500, 0.0), tone(500, 0.5)].concat();
    let out = run(&mut listen(), &session(), blocks(&sound));
    let mut spans = Vec::new();
    let mut length = 0;
    for item in &out {
        match &item.flow {
            Flow::Data(Heard::Start { at, .. }) => {
                spans.push((at.0, 0, 0));
                length = 0;
            }
            Flow::Data(Heard::Speech { samples, .. }) => length += samples.len() as u64,
            Flow::Data(Heard::End(at)) => {
                let last = spans.last_mut().expect("started");
                (last.1, last.2) = (at.0, length);
            }
            _ => {}
        }
    }
    assert_eq!(spans.len(), 2);
    for (start, end, length) in &spans {
        // The sound of an utterance is exactly the time it says it covers; a last partial window may add to it.
        assert!(length >= &(end - start) && length - (end - start) < WINDOW as u64, "{spans:?}");
    }
    assert!(spans[0].0.abs_diff(samples_in_ms(680)) <= WINDOW as u64, "pre-roll: {spans:?}");
    assert!(matches!(out.last().map(|i| &i.flow), Some(Flow::End)));
}

#[test]
fn a_long_gap_ends_the_utterance_and_moves_time_on() {
    let mut sounds = blocks(&[tone(500, 0.0), tone(1_000, 0.5)].concat());
    sounds.push(Sound::Lost(16_000));
    sounds.extend(blocks(&[tone(200, 0.0), tone(1_000, 0.5)].concat()));
    let out = run(&mut listen(), &session(), sounds);
    let gap =
        out.iter().find_map(|i| if let Flow::Gap { start, end, .. } = i.flow { Some((start, end)) } else { None });
    let (start, end) = gap.expect("announced");
    assert_eq!((start.0, end.0 - start.0), (24_000, 16_000));
    let starts: Vec<_> = out
        .iter()
        .filter_map(|i| if let Flow::Data(Heard::Start { at, .. }) = i.flow { Some(at.0) } else { None })
        .collect();
    assert_eq!(starts.len(), 2);
    assert!(starts[1] >= 40_000, "{starts:?}");
}

/// Gives seconds of sound to a live session, as its speaker does. -> what comes out
fn give(stage: &mut Listen, session: &Arc<Session>, seconds: u32) -> Vec<Item<Heard>> {
    let block = Block { format: AudioFormat::PIPELINE, samples: tone(seconds * 1_000, 0.0) };
    session.timing.waits(f64::from(seconds));
    let mut out = Vec::new();
    stage.process(&mut vec![Item::data(session, Sound::Block(block))], &mut |i| out.push(i)).expect("processes");
    out
}

#[test]
fn who_is_behind_loses_audio_in_one_announced_gap() {
    let session = Arc::into_inner(session()).expect("nobody else has it");
    let session = Arc::new(Session { clock: Clock::Wall(std::time::Instant::now()), ..session });
    let mut stage = listen();
    // A large message is not late by itself.
    assert!(give(&mut stage, &session, 8).is_empty());
    // The recogniser has 5.5 s to do, where 5 are allowed; it is heard again when half of that is done.
    session.timing.waits(5.5);
    assert!(give(&mut stage, &session, 1).is_empty());
    session.timing.taken(2.0);
    assert!(give(&mut stage, &session, 1).is_empty());
    session.timing.taken(2.0);
    let gaps: Vec<_> = give(&mut stage, &session, 1)
        .iter()
        .filter_map(
            |i| if let Flow::Gap { start, end, reason } = i.flow { Some((start.0, end.0, reason)) } else { None },
        )
        .collect();
    assert_eq!(gaps, [(8 * 16_000, 10 * 16_000, "behind")]);
}
