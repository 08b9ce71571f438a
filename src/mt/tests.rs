//! The translate stage, called as a plain object with a scripted translator.

use super::target::Ways;
use super::*;
use crate::audio::StreamTime;
use crate::pipeline::governor::{Effort, Step};
use crate::pipeline::item::{Flow, Item, Recognised, Translated};
use crate::pipeline::stage::Stage;
use crate::stabilise::CommitPolicy;
use crate::testing::{live_session, session};
use crate::text::Word;
use std::sync::{Arc, Mutex};

/// Upper-cases words; fails where one is `bad`.
struct Scripted {
    calls: Arc<Mutex<Vec<Vec<Job>>>>,
}

impl Translator for Scripted {
    fn translate(&mut self, jobs: &[Job]) -> Result<Vec<Translation>> {
        self.calls.lock().expect("lock").push(jobs.to_vec());
        if jobs.iter().any(|job| job.source.contains("bad")) {
            return Err(crate::error::Error::failed("a bad text"));
        }
        let translate = |job: &Job| {
            let words = job.source.split(' ').enumerate();
            let words = words.map(|(i, w)| TargetWord {
                text: w.to_uppercase(),
                tokens: vec![i as u32],
                glued: false,
                reads: None,
            });
            Translation { words: words.collect(), p: 0.9, ..Translation::default() }
        };
        Ok(jobs.iter().map(translate).collect())
    }
    fn check(&self, _: &Lang, _: &Lang) -> Result<()> {
        Ok(())
    }
}

fn recognised(utterance: u64, text: &str, is_final: bool) -> Recognised {
    let word = |t: &str| Word { text: t.into(), start: StreamTime(0), end: StreamTime(160), p: 0.9 };
    let words: Vec<Word> = text.split(' ').map(word).collect();
    let (committed, tentative) = if is_final { (words, Vec::new()) } else { (Vec::new(), words) };
    let lang = Lang::parse("en").expect("known");
    Recognised {
        utterance,
        lang,
        committed,
        tentative,
        steady: 0,
        is_final,
        start: StreamTime(0),
        heard: StreamTime(320),
        flags: Vec::new(),
    }
}

fn stage() -> (Translate, Arc<Mutex<Vec<Vec<Job>>>>) {
    let calls = Arc::new(Mutex::new(Vec::new()));
    let translator = Box::new(Scripted { calls: calls.clone() });
    (Translate::new(Some(translator), Ways::new(CommitPolicy::LocalAgreement { n: 2 })), calls)
}

fn texts(items: &[Item<Translated>]) -> Vec<(String, String, bool)> {
    let text = |i: &Item<Translated>| match &i.flow {
        Flow::Data(t) => Some((t.committed.clone(), t.tentative.clone(), t.is_final)),
        _ => None,
    };
    items.iter().filter_map(text).collect()
}

#[test]
fn what_two_translations_agree_on_is_committed_and_forced() {
    let (mut stage, calls) = stage();
    let session = session();
    let mut out = Vec::new();
    for (text, is_final) in [("a", false), ("a b", false), ("a b c", true)] {
        let item = Item::data(&session, recognised(1, text, is_final));
        stage.process(&mut vec![item], &mut |i| out.push(i)).expect("translates");
    }
    let expected = [("", "A", false), ("A", "B", false), ("A B C", "", true)];
    assert_eq!(texts(&out), expected.map(|(c, t, f)| (c.to_owned(), t.to_owned(), f)));
    assert_eq!(calls.lock().expect("lock")[2][0].forced, [0], "the committed word's pieces are forced");
}

#[test]
fn waiting_work_of_many_sessions_is_one_call_and_a_final_is_never_skipped() {
    let (mut stage, calls) = stage();
    let (one, two) = (session(), session());
    let mut batch = vec![
        Item::data(&one, recognised(1, "a", false)),
        Item::data(&two, recognised(1, "x", false)),
        Item::data(&one, recognised(1, "a b", true)),
        Item { session: two.clone(), flow: Flow::End },
    ];
    let mut out = Vec::new();
    stage.process(&mut batch, &mut |i| out.push(i)).expect("translates");
    assert_eq!(calls.lock().expect("lock")[0].len(), 2);
    assert_eq!(texts(&out), [("A B".into(), String::new(), true), (String::new(), "X".into(), false)]);
    assert!(matches!(out.last().map(|i| &i.flow), Some(Flow::End)), "a mark comes after all before it");
}

#[test]
fn unchanged_text_is_not_translated_again() {
    let (mut stage, calls) = stage();
    let session = session();
    let mut out = Vec::new();
    for is_final in [false, true] {
        let item = Item::data(&session, recognised(1, "a b", is_final));
        stage.process(&mut vec![item], &mut |i| out.push(i)).expect("translates");
    }
    let sizes: Vec<usize> = calls.lock().expect("lock").iter().map(Vec::len).collect();
    assert_eq!(sizes, [1]);
    assert_eq!(texts(&out)[1], ("A B".into(), String::new(), true));
}

#[test]
fn a_text_that_fails_is_its_own_trouble_only() {
    let (mut stage, _) = stage();
    let (one, two) = (session(), session());
    let mut out = Vec::new();
    for (first, second, is_final) in [("a b", "x", false), ("a b c", "x bad", false), ("a b c", "x bad", true)] {
        let items = [(&one, first), (&two, second)].map(|(s, text)| Item::data(s, recognised(1, text, is_final)));
        stage.process(&mut items.to_vec(), &mut |i| out.push(i)).expect("goes on");
    }
    let finals: Vec<_> = texts(&out).into_iter().filter(|t| t.2).map(|t| t.0).collect();
    assert_eq!(finals, ["A B C", "X"], "each has all that could be translated, and its final");
}

/// Text that grows by a word each time, every second one committed; -> how many jobs each made.
fn jobs_of_growing_text(
    stage: &mut Translate,
    session: &Arc<crate::pipeline::item::Session>,
    calls: &Calls,
) -> Vec<usize> {
    let mut counts = Vec::new();
    for heard in 1..=6 {
        let mut said = recognised(1, &vec!["a"; heard].join(" "), false);
        said.committed = said.tentative.drain(..heard / 2).collect();
        if heard == 6 {
            said = recognised(1, "a a a a a a", true);
        }
        calls.lock().expect("lock").clear();
        stage.process(&mut vec![Item::data(session, said)], &mut |_| {}).expect("translates");
        counts.push(calls.lock().expect("lock").iter().map(Vec::len).sum());
    }
    counts
}

type Calls = Arc<Mutex<Vec<Vec<Job>>>>;

#[test]
fn drafts_are_spared_step_by_step_and_finals_never() {
    let expected = [
        (Step::Full, [1, 1, 1, 1, 1, 1]),
        (Step::LargerHop, [1, 1, 1, 1, 1, 1]),
        (Step::FewerDrafts, [0, 1, 0, 1, 0, 1]),
        (Step::NoDrafts, [0, 0, 0, 0, 0, 1]),
        (Step::Refuse, [0, 0, 0, 0, 0, 1]),
    ];
    for (step, counts) in expected {
        let (mut stage, calls) = stage();
        let effort = Effort::default();
        effort.set(step);
        stage.spare(effort, Box::new(|_, _| true));
        assert_eq!(jobs_of_growing_text(&mut stage, &live_session(), &calls), counts, "{step:?}");
        assert_eq!(jobs_of_growing_text(&mut stage, &session(), &calls), [1; 6], "a file has time, {step:?}");
    }
}

#[test]
fn what_nobody_reads_is_translated_when_it_is_final() {
    let (mut stage, calls) = stage();
    stage.spare(Effort::default(), Box::new(|_, _| false));
    assert_eq!(jobs_of_growing_text(&mut stage, &live_session(), &calls), [0, 0, 0, 0, 0, 1]);
}

#[test]
fn of_waiting_live_text_only_the_newest_is_translated_whatever_else_waits() {
    let (mut stage, calls) = stage();
    let (one, two) = (live_session(), live_session());
    let mut batch = Vec::new();
    for n in 1..=9 {
        batch.push(Item::data(&one, recognised(1, &vec!["a"; n].join(" "), false)));
        // A mark of another session used to flush all that waited.
        batch.push(Item::data(&two, recognised(n as u64, "x", true)));
        batch.push(Item { session: two.clone(), flow: Flow::Marker(n.to_string()) });
    }
    let mut out = Vec::new();
    stage.process(&mut batch, &mut |i| out.push(i)).expect("translates");
    let sources: Vec<String> =
        calls.lock().expect("lock").iter().flatten().map(|j| j.source.clone()).filter(|s| s.contains('a')).collect();
    assert_eq!(sources, ["a a a a a a a a a"]);
    assert_eq!(texts(&out).iter().filter(|t| t.2).count(), 9, "every final");
    assert_eq!(out.iter().filter(|i| matches!(i.flow, Flow::Marker(_))).count(), 9);
}
