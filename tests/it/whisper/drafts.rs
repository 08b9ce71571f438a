//! Drafts change what a transcript costs, never what it says: growing windows with the transcript before as a draft, and
//! with anything at all.

use super::fixture::*;
use sottovoce::asr::whisper::decode::Settings;
use sottovoce::asr::whisper::tokens::Prompt;

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
            let before = model.passes();
            let wanted = model.decode(&heard, &prefix, &settings).expect("decodes").remove(0);
            without += model.passes() - before;
            let mut wild = wanted.tokens.clone();
            for _ in 0..dice.usize(..4) {
                let (place, token) = (dice.usize(..=wild.len()), dice.u32(..model.tokens.timestamps + 100));
                wild.insert(place, token);
            }
            wild.truncate(dice.usize(..=wild.len()));
            let before = model.passes();
            let drafted = |draft: &Vec<u32>| std::slice::from_ref(draft).to_vec();
            let ours = model.decode_with(&heard, &prefix, &drafted(&draft), &settings).expect("decodes").remove(0);
            with += model.passes() - before;
            assert_eq!(ours.tokens, wanted.tokens, "{}, {second} s", folder.display());
            assert!(
                (ours.avg_log_p - wanted.avg_log_p).abs() < 1e-3 && (ours.no_speech - wanted.no_speech).abs() < 1e-4
            );
            let ours = model.decode_with(&heard, &prefix, &drafted(&wild), &settings).expect("decodes").remove(0);
            assert_eq!(ours.tokens, wanted.tokens, "{}, {second} s, after {wild:?}", folder.display());
            draft = wanted.tokens;
        }
        println!("{}: {with} passes with drafts, {without} from scratch", folder.display());
    }
}
