//! LISTEN: turns any audio of many sessions into utterances of 16 kHz mono speech.
//!
//! Sound → mono 16 kHz → voice activity per window → endpoint rules → speech with its pre-roll. Pure of I/O.

pub mod endpoint;
pub mod original;
pub mod resample;
pub mod vad;

use crate::audio::{SAMPLE_RATE, StreamTime, samples_in_ms};
use crate::error::Result;
use crate::pipeline::item::{Flow, Heard, Item, Session, Sound};
use crate::pipeline::stage::Stage;
use endpoint::{Decision, EndpointRules, Endpointer};
use original::{Original, Pieces};
use resample::Converter;
use std::collections::HashMap;
use std::sync::Arc;
use vad::{VoiceActivity, WINDOW};

/// Lost audio up to this length is bridged with silence; after more, the utterance ends. In samples.
const BRIDGED_GAP: u64 = samples_in_ms(100);

/// Builds a voice activity detector for a new session.
pub type NewVad = Box<dyn Fn() -> Result<Box<dyn VoiceActivity>> + Send>;

/// The stage.
pub struct Listen {
    rules: EndpointRules,
    new_vad: NewVad,
    /// A live session's audio may wait this many seconds; what is older is dropped and announced.
    max_waiting: f64,
    original: Option<Original>,
    sessions: HashMap<Arc<Session>, Ear>,
}

impl Listen {
    /// A stage that builds a detector for each session and drops live audio that waited longer than `max_waiting` s.
    pub fn new(rules: EndpointRules, new_vad: NewVad, max_waiting: f64) -> Self {
        Self { rules, new_vad, max_waiting, original: None, sessions: HashMap::new() }
    }

    /// Lets others hear the sound of live sessions as it is.
    pub fn share(&mut self, original: Original) {
        self.original = Some(original);
    }

    fn sound(&mut self, session: &Arc<Session>, sound: Sound, emit: &mut dyn FnMut(Item<Heard>)) -> Result<()> {
        if !self.sessions.contains_key(session) {
            let ear = Ear::new(session, self.rules.clone(), (self.new_vad)()?)?;
            self.sessions.insert(session.clone(), ear);
        }
        let Some(ear) = self.sessions.get_mut(session) else { return Ok(()) };
        match sound {
            Sound::Lost(frames) => {
                ear.catch_up(emit)?;
                ear.gap(frames, "overrun", emit)
            }
            Sound::Block(block) => {
                session.timing.taken(block.seconds());
                // Once behind, it drops until there is room to breathe: one long gap is better than many short ones.
                let most = if ear.behind > 0 { self.max_waiting / 2.0 } else { self.max_waiting };
                if session.is_live() && session.timing.waiting() > most {
                    ear.behind += block.frames() as u64;
                    return Ok(());
                }
                ear.catch_up(emit)?;
                let samples = ear.converter.push(&block)?;
                ear.share(&samples, self.original.as_ref());
                ear.hear(&samples, emit);
                Ok(())
            }
        }
    }
}

impl Stage for Listen {
    type In = Item<Sound>;
    type Out = Item<Heard>;

    fn process(&mut self, batch: &mut Vec<Item<Sound>>, emit: &mut dyn FnMut(Item<Heard>)) -> Result<()> {
        for item in batch.drain(..) {
            match item.split() {
                Ok((session, sound)) => self.sound(&session, sound, emit)?,
                Err(mark) => {
                    if matches!(mark.flow, Flow::End)
                        && let Some(mut ear) = self.sessions.remove(&mark.session)
                    {
                        ear.finish(emit)?;
                    }
                    emit(mark);
                }
            }
        }
        Ok(())
    }
}

/// One session's state.
struct Ear {
    session: Arc<Session>,
    converter: Converter,
    vad: Box<dyn VoiceActivity>,
    endpointer: Endpointer,
    /// Samples from `kept_from` on that may still be needed (pre-roll) or have not been looked at.
    kept: Vec<f32>,
    kept_from: StreamTime,
    /// How many of `kept` voice activity has seen.
    seen: usize,
    /// What it said of the open utterance's windows that aren't sent yet.
    voice: Vec<f32>,
    utterance: u64,
    pre_roll: usize,
    /// Frames that were dropped because too much waits, and are not announced yet.
    behind: u64,
    pieces: Pieces,
}

impl Ear {
    fn new(session: &Arc<Session>, rules: EndpointRules, vad: Box<dyn VoiceActivity>) -> Result<Self> {
        let pre_roll = samples_in_ms(rules.pre_roll_ms + rules.min_speech_ms) as usize + WINDOW;
        Ok(Self {
            session: session.clone(),
            converter: Converter::new(session.format)?,
            vad,
            endpointer: Endpointer::new(rules),
            kept: Vec::new(),
            kept_from: StreamTime(0),
            seen: 0,
            voice: Vec::new(),
            utterance: 0,
            pre_roll,
            behind: 0,
            pieces: Pieces::default(),
        })
    }

    fn share(&mut self, samples: &[f32], original: Option<&Original>) {
        let Some(original) = original.filter(|o| self.session.is_live() && (o.is_wanted)(&self.session)) else {
            return;
        };
        let start = self.kept_from.plus(self.kept.len() as u64);
        if let Some(piece) = self.pieces.push(start, samples) {
            (original.tell)(&self.session, piece);
        }
    }

    fn hear(&mut self, samples: &[f32], emit: &mut dyn FnMut(Item<Heard>)) {
        self.kept.extend_from_slice(samples);
        while self.kept.len() - self.seen >= WINDOW {
            let probability = self.vad.probability(&self.kept[self.seen..self.seen + WINDOW]);
            self.seen += WINDOW;
            let decision = self.endpointer.push(WINDOW as u64, probability);
            if self.endpointer.open_since().is_some() {
                self.voice.push(probability);
            }
            self.decided(decision, emit);
        }
        if self.endpointer.open_since().is_some() {
            self.send_speech(emit);
        } else {
            let excess = self.seen.saturating_sub(self.pre_roll);
            self.forget(excess);
        }
    }

    fn decided(&mut self, decision: Option<Decision>, emit: &mut dyn FnMut(Item<Heard>)) {
        match decision {
            Some(Decision::Start(at)) => {
                self.forget((at.0 - self.kept_from.0) as usize);
                self.utterance += 1;
                emit(Item::data(&self.session, Heard::Start { utterance: self.utterance, at: self.kept_from }));
            }
            Some(Decision::End(at)) => {
                self.send_speech(emit);
                emit(Item::data(&self.session, Heard::End(at)));
            }
            None => {}
        }
    }

    fn send_speech(&mut self, emit: &mut dyn FnMut(Item<Heard>)) {
        if self.seen > 0 {
            self.session.timing.waits(StreamTime(self.seen as u64).seconds());
            let (samples, voice) = (self.kept[..self.seen].to_vec(), std::mem::take(&mut self.voice));
            emit(Item::data(&self.session, Heard::Speech { samples, voice }));
            self.forget(self.seen);
        }
    }

    fn forget(&mut self, samples: usize) {
        self.kept.drain(..samples);
        self.kept_from = self.kept_from.plus(samples as u64);
        self.seen -= samples;
    }

    /// Announces what was dropped, where anything was.
    fn catch_up(&mut self, emit: &mut dyn FnMut(Item<Heard>)) -> Result<()> {
        match std::mem::take(&mut self.behind) {
            0 => Ok(()),
            frames => self.gap(frames, "behind", emit),
        }
    }

    fn gap(&mut self, frames: u64, reason: &'static str, emit: &mut dyn FnMut(Item<Heard>)) -> Result<()> {
        let lost = frames * u64::from(SAMPLE_RATE) / u64::from(self.session.format.rate);
        let tail = self.converter.finish()?;
        self.converter = Converter::new(self.session.format)?;
        self.hear(&tail, emit);
        let start = self.kept_from.plus(self.kept.len() as u64);
        if lost <= BRIDGED_GAP {
            self.hear(&vec![0.0; lost as usize], emit);
        } else {
            let decision = self.endpointer.finish();
            self.decided(decision, emit);
            self.vad.reset();
            let unseen = (self.kept.len() - self.seen) as u64;
            self.kept_from = self.kept_from.plus(self.kept.len() as u64 + lost);
            self.endpointer.skip(unseen + lost);
            self.kept.clear();
            self.seen = 0;
        }
        let flow = Flow::Gap { start, end: start.plus(lost), reason };
        emit(Item { session: self.session.clone(), flow });
        Ok(())
    }

    fn finish(&mut self, emit: &mut dyn FnMut(Item<Heard>)) -> Result<()> {
        self.catch_up(emit)?;
        let tail = self.converter.finish()?;
        self.hear(&tail, emit);
        if self.endpointer.open_since().is_some() {
            // The last, incomplete window belongs to the utterance.
            self.seen = self.kept.len();
        }
        let decision = self.endpointer.finish();
        self.decided(decision, emit);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
