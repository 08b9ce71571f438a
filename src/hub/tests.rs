//! The promises of design 5.3, kept whatever the models say: recognise, translate and the hub as plain objects, fed
//! with arbitrary hypotheses and translations, and looked at by listeners of every dial, patient and slow.

use super::fanout::{Dial, Filter, Frame, Refusal, Sink};
use super::*;
use crate::asr::{Recognise, Recognizer, StreamId, Update};
use crate::audio::StreamTime;
use crate::event::{Caption, Event};
use crate::mt::target::Ways;
use crate::mt::{Job, TargetWord, Translate, Translation, Translator};
use crate::pipeline::item::Heard;
use crate::stabilise::CommitPolicy;
use crate::testing::session;
use crate::text::{Hypothesis, Word};
use proptest::prelude::*;
use std::collections::VecDeque;
use std::sync::Mutex;

/// Words and how many of them the model promises.
type Guess = (Vec<String>, usize);

/// Says the next guess for every block of audio, and the last one again as the final.
struct Guessing {
    guesses: VecDeque<Guess>,
    waiting: Vec<(StreamId, u64, Guess, bool)>,
}

impl Recognizer for Guessing {
    fn start(&mut self, stream: StreamId) {
        self.waiting.push((stream, 0, Guess::default(), false));
    }
    fn accept(&mut self, stream: StreamId, samples: &[f32]) {
        let guess = self.guesses.pop_front().unwrap_or_default();
        for waiting in self.waiting.iter_mut().filter(|w| w.0 == stream) {
            waiting.1 += samples.len() as u64;
            waiting.2 = guess.clone();
        }
    }
    fn finish(&mut self, stream: StreamId) {
        self.waiting.iter_mut().filter(|w| w.0 == stream).for_each(|w| w.3 = true);
    }
    fn decode(&mut self) -> Result<Vec<Update>> {
        let word = |text: &String| Word { text: text.clone(), start: StreamTime(0), end: StreamTime(1), p: 0.5 };
        let update = |(stream, heard, (words, fixed), is_done): &(StreamId, u64, Guess, bool)| Update {
            lang: None,
            stream: *stream,
            hypothesis: Hypothesis { words: words.iter().map(word).collect(), fixed: *fixed, margins: Vec::new() },
            heard: *heard,
            is_done: *is_done,
        };
        let updates = self.waiting.iter().map(update).collect();
        self.waiting.retain(|w| !w.3);
        Ok(updates)
    }
    fn stop(&mut self, stream: StreamId) {
        self.waiting.retain(|w| w.0 != stream);
    }
}

/// Begins with the forced pieces, as the trait asks, and goes on as it likes. A piece is a letter.
struct Rambling(VecDeque<String>);

impl Translator for Rambling {
    fn translate(&mut self, jobs: &[Job]) -> Result<Vec<Translation>> {
        let translate = |job: &Job| {
            let forced = job.forced.iter().filter_map(|t| char::from_u32(*t));
            let text: String = forced.chain(self.0.pop_front().unwrap_or_default().chars()).collect();
            let word = |c: char| TargetWord { text: c.to_string(), tokens: vec![c.into()], glued: false, reads: None };
            Translation { words: text.chars().map(word).collect(), p: 0.5, ..Translation::default() }
        };
        Ok(jobs.iter().map(translate).collect())
    }
    fn check(&self, _: &Lang, _: &Lang) -> Result<()> {
        Ok(())
    }
}

/// Keeps what it is offered; has no room whenever `full` says so.
struct Keeping(Arc<Mutex<Vec<Event>>>, VecDeque<bool>);

impl Sink for Keeping {
    fn offer(&mut self, frame: &Frame) -> std::result::Result<(), Refusal> {
        if self.1.pop_front().unwrap_or(false) {
            return Err(Refusal::Full);
        }
        self.0.lock().expect("lock").push((*frame.event).clone());
        Ok(())
    }
}

/// What one listener saw breaks a promise: which?
fn broken_promise(events: &[Event]) -> Option<String> {
    let mut last: HashMap<&str, &Caption> = HashMap::new();
    let mut times: HashMap<&str, f64> = HashMap::new();
    for event in events {
        let Body::Caption(c) = &event.body else { continue };
        let time = times.entry(&c.session).or_insert(0.0);
        if event.t < *time || c.end < c.start {
            return Some(format!("time goes back: {event:?}"));
        }
        *time = event.t;
        if let Some(before) = last.insert(&c.id, c)
            && (before.is_final || !c.committed.starts_with(&before.committed) || c.revision <= before.revision)
        {
            return Some(format!("{before:?}\nbecame {c:?}"));
        }
        if c.is_final && !c.tentative.is_empty() {
            return Some(format!("a final is open: {c:?}"));
        }
    }
    let open = last.values().find(|c| !c.is_final)?;
    Some(format!("no final: {open:?}"))
}

/// Everything there is to choose.
#[derive(Debug, Clone)]
struct Case {
    policies: (CommitPolicy, CommitPolicy),
    /// Of two sessions: utterances of guesses.
    guesses: [Vec<Vec<Guess>>; 2],
    ramblings: Vec<String>,
    /// How many items a stage gets at once.
    batches: Vec<usize>,
    full: Vec<bool>,
}

fn cases() -> impl Strategy<Value = Case> {
    let policy = || {
        prop_oneof![
            Just(CommitPolicy::Native),
            Just(CommitPolicy::FinalOnly),
            (0usize..3).prop_map(|n| CommitPolicy::HoldN { n }),
            (1usize..4).prop_map(|n| CommitPolicy::LocalAgreement { n }),
        ]
    };
    let guess = (prop::collection::vec("[ab]", 0..5), 0usize..6);
    let spoken = prop::collection::vec(prop::collection::vec(guess, 0..5), 0..4);
    let rest = (prop::collection::vec("[xy]{0,4}", 0..40), prop::collection::vec(1usize..6, 1..8));
    (policy(), policy(), spoken.clone(), spoken, rest, prop::collection::vec(any::<bool>(), 0..40)).prop_map(
        |(asr, mt, one, two, (ramblings, batches), full)| Case {
            policies: (asr, mt),
            guesses: [one, two],
            ramblings,
            batches,
            full,
        },
    )
}

/// The audio of both sessions, a block for each guess, in turns.
fn sound(sessions: &[Arc<Session>; 2], guesses: &[Vec<Vec<Guess>>; 2]) -> Vec<Item<Heard>> {
    let mut queues = [0, 1].map(|i| {
        let (session, mut items) = (&sessions[i], VecDeque::new());
        for (n, utterance) in guesses[i].iter().enumerate() {
            let at = StreamTime(1_000 * n as u64);
            items.push_back(Item::data(session, Heard::Start { utterance: 1 + n as u64, at }));
            let speech = || Heard::Speech { samples: vec![0.0; 160], voice: Vec::new() };
            items.extend(utterance.iter().map(|_| Item::data(session, speech())));
            items.push_back(Item::data(session, Heard::End(at.plus(900))));
        }
        items.push_back(Item { session: session.clone(), flow: Flow::End });
        items
    });
    let mut out = Vec::new();
    while queues.iter().any(|q| !q.is_empty()) {
        out.extend(queues.iter_mut().filter_map(VecDeque::pop_front));
    }
    out
}

const DIALS: [Dial; 3] = [Dial::Instant, Dial::Balanced, Dial::Reading];

/// Runs the stages over the case. -> what the listeners saw: instant, balanced, reading, and a slow one that comes
/// back, perhaps with another dial, if it was sent away.
fn watch(case: &Case) -> Vec<Vec<Event>> {
    let sessions = [session(), session()];
    let guesses = case.guesses.iter().flatten().flatten().cloned().collect();
    let mut recognise = Recognise::new(Box::new(Guessing { guesses, waiting: Vec::new() }), Some(case.policies.0));
    let rambling = Rambling(case.ramblings.iter().cloned().collect());
    let mut translate = Translate::new(Some(Box::new(rambling)), Ways::new(case.policies.1));
    let langs = sessions[0].to.clone();
    let mut hub = Hub::new(Offer { spoken: langs.clone(), langs, sound: true }, Arc::default());
    let seen: Vec<Arc<Mutex<Vec<Event>>>> = (0..4).map(|_| Arc::default()).collect();
    for (id, events) in seen.iter().enumerate() {
        let dial = DIALS[id % 3];
        // The slow one hears hello and status first, as all do.
        let full = if id == 3 { [false; 2].iter().chain(&case.full).copied().collect() } else { VecDeque::new() };
        let filter = Filter { dial, ..Filter::default() };
        let sink = Box::new(Keeping(events.clone(), full));
        hub.subscribe(Subscription { id: id as u64, room: "test".into(), filter, after: None, replay: true, sink });
    }
    let (mut sound, mut sizes) = (VecDeque::from(sound(&sessions, &case.guesses)), case.batches.iter().cycle());
    let mut is_back = false;
    while !sound.is_empty() {
        let size = sizes.next().map_or(1, |n| (*n).min(sound.len()));
        let mut words = Vec::new();
        let emit = &mut |item| words.push(item);
        recognise.process(&mut sound.drain(..size).collect(), emit).expect("recognises");
        words.iter().for_each(|w| hub.handle(HubIn::Recognised(w.clone())));
        let emit = &mut |item| hub.handle(HubIn::Translated(item));
        translate.process(&mut words, emit).expect("translates");
        if is_back || hub.listeners["test"].iter().any(|l| l.id == 3) {
            continue;
        }
        is_back = true;
        let after = seen[3].lock().expect("lock").last().map(|e| format!("{}.{}", e.epoch, e.seq));
        let filter = Filter { dial: DIALS[case.batches[0] % 3], ..Filter::default() };
        let sink = Box::new(Keeping(seen[3].clone(), VecDeque::new()));
        hub.subscribe(Subscription { id: 4, room: "test".into(), filter, after, replay: true, sink });
        assert_eq!(committed(&seen[3].lock().expect("lock")), committed(&seen[0].lock().expect("lock")), "on return");
    }
    seen.into_iter().map(|events| events.lock().expect("lock").clone()).collect()
}

/// What stands of every caption.
fn committed(events: &[Event]) -> HashMap<String, String> {
    let text = |e: &Event| match &e.body {
        Body::Caption(c) if !c.committed.is_empty() => Some((c.id.clone(), c.committed.clone())),
        _ => None,
    };
    events.iter().filter_map(text).collect()
}

/// The final captions' ids and texts.
fn finals(events: &[Event]) -> Vec<(String, String)> {
    let text = |e: &Event| match &e.body {
        Body::Caption(c) if c.is_final => Some((c.id.clone(), c.committed.clone())),
        _ => None,
    };
    events.iter().filter_map(text).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]
    #[test]
    fn whatever_the_models_say_the_promises_are_kept(case in cases()) {
        let seen = watch(&case);
        for events in &seen {
            prop_assert_eq!(broken_promise(events), None);
            prop_assert_eq!(finals(events), finals(&seen[0]));
        }
    }
}
