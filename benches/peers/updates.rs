//! Turns a record of captions (what `sottovoce translate SAMPLE --to en --format jsonl` says) into the translations that
//! they ask for, one after the other, and measures these on a model of any size.
//!
//! What is translated, and into how many pieces, and which of them are as in the translation before, is what the starter
//! model does; a model of random weights would not tell. The model that is measured does all its work, and then writes
//! what the starter model wrote.

use ndarray::ArrayViewMut1;
use serde_json::{Value, json};
use sottovoce::audio::StreamTime;
use sottovoce::error::{Error, Result};
use sottovoce::mt::beam::{self, Search};
use sottovoce::mt::limits::Limits;
use sottovoce::mt::seq2seq::Seq2Seq;
use sottovoce::mt::target::{Target, Ways};
use sottovoce::mt::verify::{Begun, Choose};
use sottovoce::mt::{Options, Translator};
use sottovoce::onnx::Compute;
use sottovoce::pipeline::governor::Drafts;
use sottovoce::pipeline::item::Recognised;
use sottovoce::stabilise::CommitPolicy;
use sottovoce::text::{Lang, Word};
use std::path::Path;
use std::time::Instant;

/// So many updates are measured.
const MOST: usize = 40;

/// One translation of a caption that grew.
struct Update {
    /// Pieces of the text, without marks.
    source: Vec<u32>,
    target: Vec<u32>,
    /// The translation before.
    draft: Vec<u32>,
}

/// Writes what it was told to, and works as a greedy search does.
struct Told {
    search: Search,
    target: std::vec::IntoIter<u32>,
}

impl Choose for Told {
    fn likeliest(&mut self, logits: ArrayViewMut1<'_, f32>, words: Option<&[u32]>) -> Option<(u32, f32)> {
        // What the search finds in random logits is of no use, and no shortlist would be sure of it.
        let _ = self.search.likeliest(logits, words);
        self.target.as_slice().first().map(|token| (*token, 0.0))
    }
    fn write(&mut self, (token, log_p): (u32, f32)) -> bool {
        let _ = self.search.write((token, log_p));
        self.target.next().is_some()
    }
}

/// The translations that recorded captions ask for, `most` at the most, unit by unit as the stage would, with what the
/// starter model makes of them; -> also its decoder passes with drafts and from scratch.
fn record(starter: &Path, captions: &Path, most: usize) -> Result<(Vec<Update>, [u64; 2])> {
    let (from, to) = (Lang::parse("en")?, Lang::parse("es")?);
    let text = std::fs::read_to_string(captions).map_err(|e| Error::input(format!("{}: {e}", captions.display())))?;
    let mut model = Seq2Seq::load(starter, Options::new(Compute::cpu(1), 1))?;
    let marks = model.source_ids("", &from, &to)?;
    let ways = Ways::new(CommitPolicy::LocalAgreement { n: 3 });
    let (mut updates, mut passes) = (Vec::<Update>::new(), [0; 2]);
    let (mut target, mut last_id) = (Target::new(to.clone(), 0, &ways), Value::Null);
    for line in text.lines() {
        let event: Value = serde_json::from_str(line).map_err(|e| Error::input(e.to_string()))?;
        if event["type"] != "caption" || event["kind"] != "source" {
            continue;
        }
        if event["id"] != last_id {
            last_id = event["id"].clone();
            target = Target::new(to.clone(), 0, &ways);
        }
        let said = recognised(&event, &from);
        while let Some(work) = target.next(&said, Drafts::All) {
            let job = work.job.clone();
            let before = model.passes();
            let translation = model.translate(std::slice::from_ref(&job))?.remove(0);
            passes[0] += model.passes() - before;
            let pieces: Vec<u32> = translation.words.iter().flat_map(|w| w.tokens.clone()).collect();
            // From scratch each piece is a pass, and so is the end.
            passes[1] += pieces.len() as u64 + 1;
            let source = model.source_ids(&job.source, &from, &to)?;
            let source = source.into_iter().filter(|id| !marks.contains(id)).collect();
            updates.push(Update { source, target: pieces, draft: job.draft });
            target.take(work, Some(translation));
        }
        if updates.len() >= most {
            break;
        }
    }
    Ok((updates, passes))
}

/// What the recogniser had said when it gave a caption.
fn recognised(event: &Value, lang: &Lang) -> Recognised {
    let seconds = |v: &Value| StreamTime::from_seconds(v.as_f64().unwrap_or_default());
    let empty = Vec::new();
    let words = event["words"].as_array().unwrap_or(&empty).iter();
    let committed: Vec<Word> = words
        .map(|w| Word {
            text: w["text"].as_str().unwrap_or_default().into(),
            start: seconds(&w["start"]),
            end: seconds(&w["end"]),
            p: 1.0,
        })
        .collect();
    let end = seconds(&event["end"]);
    let tentative = event["tentative"].as_str().unwrap_or_default().split_whitespace();
    let tentative = tentative.map(|text| Word { text: text.into(), start: end, end, p: 1.0 }).collect();
    let is_final = event["final"] == true;
    let (lang, start, flags) = (lang.clone(), seconds(&event["start"]), Vec::new());
    Recognised { utterance: 0, lang, committed, tentative, steady: 0, is_final, start, heard: end, flags }
}

/// A model that translates the recorded captions, with the translation before as the draft or without.
pub fn replay(
    folder: &Path,
    starter: &Path,
    captions: &Path,
    how: &str,
) -> Result<(Value, Box<dyn FnMut() -> Result<Value>>)> {
    let (from, to) = (Lang::parse("en")?, Lang::parse("es")?);
    let (updates, passes) = record(starter, captions, MOST)?;
    // Of random logits nothing is sure, so that here the list is believed; how often it is not, the starter model tells.
    let shortlist = if how == "shortlist" { 4_096 } else { 0 };
    let options = Options { shortlist, sure: 0.0, ..Options::new(Compute::cpu(1), 1) };
    let mut model = Seq2Seq::load(folder, options)?;
    let with_drafts = how != "scratch";
    model.check(&from, &to)?;
    let marks = model.source_ids("", &from, &to)?;
    let prefix = model.prefix(&to, &[])?;
    // Any pieces do: all are below the smaller vocabulary.
    let whole = |source: &[u32]| -> Vec<u32> {
        let (first, last) = marks.split_at(marks.len() - 1);
        first.iter().chain(source).chain(last).copied().collect()
    };
    let sources: Vec<Vec<u32>> = updates.iter().map(|u| whole(&u.source)).collect();
    let rules = beam::Rules { limits: Limits::NONE, forces_eos: false, no_repeat_ngram: 0, ..model.search(1) };
    let shapes: Vec<[usize; 2]> = updates.iter().map(|u| [u.source.len() + marks.len(), u.target.len()]).collect();
    let said = json!({ "updates": updates.len(), "passes": passes[0], "steps": passes[1], "shapes": shapes });
    let round = move || {
        let start = Instant::now();
        let before = model.passes();
        for (source, update) in sources.iter().zip(&updates) {
            let search = Search::new(rules.clone(), prefix.clone(), source.len());
            let mut told = [Told { search, target: update.target.clone().into_iter() }];
            let draft = if with_drafts { update.draft.clone() } else { Vec::new() };
            let begun = Begun { prefix: prefix.clone(), draft, lang: "es".into(), exact: !with_drafts };
            model.verify(std::slice::from_ref(source), vec![begun], &mut told)?;
        }
        let each = start.elapsed().as_secs_f64() * 1e3 / updates.len().max(1) as f64;
        let passes = (model.passes() - before) as f64 / updates.len().max(1) as f64;
        Ok(json!({ "update": each, "passes": passes, "pieces": updates.iter().map(|u| u.target.len()).sum::<usize>() }))
    };
    Ok((said, Box::new(round)))
}
