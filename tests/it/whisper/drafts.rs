//! Drafts change what a window costs, never what is written: windows that grow, side by side, with drafts that are right,
//! edited, too long or nonsense, over every model; each time what greedy decoding from scratch writes.

use super::fixture::*;
use sottovoce::asr::whisper::decode::{Decoded, LADDER, Settings};
use sottovoce::asr::whisper::mel::LogMel;
use sottovoce::asr::whisper::model::Model;
use sottovoce::asr::whisper::tokens::Prompt;
use sottovoce::asr::whisper::verify::Begun;

/// Two log-probabilities nearer than this may change places when a sum is taken in another order.
const TIE: f32 = 1e-3;

#[derive(Debug, Default)]
struct Count {
    windows: usize,
    tokens: usize,
    ties: usize,
    /// Passes from scratch, one window at a time; the same with drafts of the window before.
    passes: [u64; 2],
}

fn settings() -> Settings {
    Settings { temperatures: &LADDER[..1], stop_loops: true, most: 60, ..Settings::default() }
}

/// A draft made of what is right.
fn edited(dice: &mut fastrand::Rng, model: &Model, right: &[u32]) -> Vec<u32> {
    let mut draft = right.to_vec();
    let place = dice.usize(..=draft.len());
    let any = |dice: &mut fastrand::Rng| dice.u32(..model.tokens.timestamps + 200);
    match dice.u8(..7) {
        0 => draft.insert(place, any(dice)),
        1 if place < draft.len() => drop(draft.remove(place)),
        2 if place < draft.len() => draft[place] = any(dice),
        3 => draft.truncate(place),
        4 => draft = (0..dice.usize(..40)).map(|_| any(dice)).collect(),
        5 => draft.extend((0..600).map(|_| any(dice))),
        _ => {}
    }
    draft
}

/// Holds a text to what is written from scratch: the first difference must be a tie.
fn compare(ours: &Decoded, scratch: &Decoded, count: &mut Count, name: &str) {
    count.windows += 1;
    count.tokens += scratch.tokens.len();
    if ours.tokens == scratch.tokens {
        assert!(
            (ours.no_speech - scratch.no_speech).abs() < 1e-4 && (ours.avg_log_p - scratch.avg_log_p).abs() < 1e-3,
            "{name}"
        );
        return;
    }
    let at = ours.tokens.iter().zip(&scratch.tokens).take_while(|(a, b)| a == b).count();
    // One of them may have ended there; the mean tells its last log-probability.
    let log_p = |d: &Decoded| {
        let end = d.avg_log_p * (d.tokens.len() + 1) as f32 - d.log_ps.iter().sum::<f32>();
        d.log_ps.get(at).copied().unwrap_or(end)
    };
    let margin = (log_p(ours) - log_p(scratch)).abs();
    assert!(margin < TIE, "{name}: {:?} instead of {:?}, {margin} apart", ours.tokens, scratch.tokens);
    count.ties += 1;
}

/// Windows of both clips that grow by so many frames, and what was said before, of several lengths.
fn check_drafts(model: &mut Model, dice: &mut fastrand::Rng, name: &str, count: &mut Count) {
    let clips = ["short-en.wav", "long-es.wav"].map(|clip| {
        let mut mel = LogMel::new(model.bank.clone());
        mel.push(&wav(&fixtures().join(clip)));
        mel
    });
    let language = model.tokens.languages.first().map(|(_, id)| *id);
    let before: Vec<u32> = model.tokens.encode(" where is the train station").expect("encodes");
    let mut last: Vec<Vec<u32>> = vec![Vec::new(); clips.len()];
    for grown in [120, 240, 300, 400] {
        let frames = if model.takes_short { 500 } else { model.longest };
        let of = |mel: &LogMel| {
            let mut window = mel.window(0, frames);
            let silence = window.iter().copied().fold(f32::MAX, f32::min);
            window.slice_mut(ndarray::s![.., grown.min(frames)..]).fill(silence);
            window
        };
        let windows: Vec<_> = clips.iter().map(of).collect();
        let sound = model.encode(&windows).expect("encodes");
        let earlier = |row: usize| &before[..[0, dice_length(row, grown, before.len())][row % 2]];
        let prefix = |row: usize, model: &Model| {
            Prompt { language, earlier: earlier(row), ..Prompt::default() }.tokens(&model.tokens)
        };
        let prefixes: Vec<Vec<u32>> = (0..clips.len()).map(|row| prefix(row, model)).collect();
        let begun =
            |row: usize, draft: &[u32]| Begun { prefix: prefixes[row].clone(), draft: draft.to_vec(), told: None };
        let mut scratch = Vec::new();
        for row in 0..clips.len() {
            let mut alone = sound.clone();
            alone.select(&[row]).expect("selects");
            for (kind, draft) in [&[][..], &last[row]].into_iter().enumerate() {
                let passes = model.passes;
                let found = model.decode_drafts(&alone, &[begun(row, draft)], &settings()).expect("decodes").remove(0);
                count.passes[kind] += model.passes - passes;
                match kind {
                    0 => scratch.push(found),
                    _ => compare(&found, &scratch[row], count, name),
                }
            }
        }
        for _ in 0..10 {
            let drafts: Vec<Begun> =
                (0..clips.len()).map(|row| begun(row, &edited(dice, model, &scratch[row].tokens))).collect();
            let found = model.decode_drafts(&sound, &drafts, &settings()).expect("decodes");
            for (found, scratch) in found.iter().zip(&scratch) {
                compare(found, scratch, count, name);
            }
        }
        last = scratch.into_iter().map(|d| d.tokens).collect();
    }
}

fn dice_length(row: usize, grown: usize, most: usize) -> usize {
    (row + grown / 60) % (most + 1)
}

#[test]
fn drafts_change_no_token() {
    let mut dice = fastrand::Rng::with_seed(3);
    let mut all = Count::default();
    for Fixture { folder, .. } in &models() {
        let mut count = Count::default();
        check_drafts(&mut load(folder), &mut dice, &folder.display().to_string(), &mut count);
        println!("{}: {count:?}", folder.display());
        assert!(count.passes[1] <= count.passes[0], "{count:?}");
        all.windows += count.windows;
        all.tokens += count.tokens;
        all.ties += count.ties;
        all.passes = [all.passes[0] + count.passes[0], all.passes[1] + count.passes[1]];
    }
    println!("all: {all:?}; {:.1} times fewer passes", all.passes[0] as f64 / all.passes[1] as f64);
    assert!(all.ties * 200 <= all.windows, "{all:?}");
}

#[test]
fn whatever_the_draft_the_transcript_is_that_of_greedy_decoding() {
    for Fixture { folder, .. } in &models() {
        let mut model = load(folder);
        let speech = wav(&fixtures().join("long-es.wav"));
        let mut dice = fastrand::Rng::with_seed(7);
        let language = language(&model, if model.tokens.languages.is_empty() { "en" } else { "es" });
        let prefix = [Prompt { language, ..Prompt::default() }.tokens(&model.tokens)];
        let settings = Settings { temperatures: &[0.0], most: 60, ..Settings::default() };
        let (mut draft, mut with, mut without) = (Vec::new(), 0, 0);
        for second in 1..12 {
            let sound = &speech[..(second * 16_000).min(speech.len())];
            let window =
                features(&model.bank, sound, if model.takes_short { second * 100 + 100 } else { model.longest });
            let heard = model.encode(&[window]).expect("encodes");
            let before = model.passes;
            let wanted = model.decode(&heard, &prefix, &settings).expect("decodes").remove(0);
            without += model.passes - before;
            let mut wild = wanted.tokens.clone();
            for _ in 0..dice.usize(..4) {
                let (place, token) = (dice.usize(..=wild.len()), dice.u32(..model.tokens.timestamps + 100));
                wild.insert(place, token);
            }
            wild.truncate(dice.usize(..=wild.len()));
            let before = model.passes;
            let drafted = |draft: &Vec<u32>| [Begun { prefix: prefix[0].clone(), draft: draft.clone(), told: None }];
            let ours = model.decode_drafts(&heard, &drafted(&draft), &settings).expect("decodes").remove(0);
            with += model.passes - before;
            assert_eq!(ours.tokens, wanted.tokens, "{}, {second} s", folder.display());
            assert!(
                (ours.avg_log_p - wanted.avg_log_p).abs() < 1e-3 && (ours.no_speech - wanted.no_speech).abs() < 1e-4
            );
            let ours = model.decode_drafts(&heard, &drafted(&wild), &settings).expect("decodes").remove(0);
            assert_eq!(ours.tokens, wanted.tokens, "{}, {second} s, after {wild:?}", folder.display());
            draft = wanted.tokens;
        }
        println!("{}: {with} passes with drafts, {without} from scratch", folder.display());
    }
}
