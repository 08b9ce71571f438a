use super::*;
use crate::audio::StreamTime;
use crate::listen::vad::WINDOW;
use proptest::prelude::*;

fn words(text: &str, p: f32) -> Vec<Word> {
    let word = |text: &str| Word { text: text.into(), start: StreamTime(0), end: StreamTime(0), p };
    text.split_whitespace().map(word).collect()
}

/// A gate that has heard so many windows of this probability, every second one so many dB below the others.
fn gate(windows: usize, voice: f32, swing: f32) -> Gate {
    let mut gate = Gate::new(&GateRules::default());
    let quiet = 0.5 * 10f32.powf(-swing / 20.0);
    for i in 0..windows {
        gate.hear(&[if i % 2 == 0 { 0.5 } else { quiet }; WINDOW], &[voice]);
    }
    gate
}

fn doubt(gate: &Gate, words: &[Word]) -> Option<Doubt> {
    gate.doubt(&words.iter().collect::<Vec<_>>())
}

#[test]
fn each_test_has_its_say() {
    // A second of voice.
    let (speech, said) = (gate(63, 0.9, 20.0), words("where is the station", 0.8));
    assert_eq!(doubt(&speech, &said), None);
    assert_eq!(doubt(&speech, &[]), Some(Doubt::Silent));
    assert_eq!(doubt(&speech, &words("where", 0.8)), None);
    assert_eq!(doubt(&speech, &words("where is the station", 0.1)), Some(Doubt::Unsure));
    assert_eq!(doubt(&gate(63, 0.6, 20.0), &said), Some(Doubt::NoVoice));
    assert_eq!(doubt(&gate(63, 0.9, 6.0), &said), Some(Doubt::Even));
    assert_eq!(doubt(&gate(63, 0.9, 6.0), &words("where is the train station", 0.8)), None, "sure of many");
    assert_eq!(doubt(&gate(600, 0.9, 20.0), &said), Some(Doubt::Slow));
    assert_eq!(doubt(&gate(20, 0.9, 20.0), &said), Some(Doubt::Fast));
}

#[test]
fn a_gate_that_is_off_has_no_doubt() {
    let mut gate = Gate::new(&GateRules::off());
    gate.hear(&[0.0; 2 * WINDOW], &[0.0; 2]);
    assert_eq!(doubt(&gate, &words("where", 0.0)), None);
    assert_eq!(doubt(&gate, &[]), None);
    assert_eq!(gate.without_loops(&words(&"so ".repeat(50), 0.5)).places.len(), 50);
}

proptest! {
    /// Whatever is heard, in whatever pieces, it can be judged, and comes to the same.
    #[test]
    fn how_the_sound_is_cut_does_not_matter(
        windows in prop::collection::vec((0.0f32..1.0, -1.0f32..1.0), 0..40),
        pre_roll in 0usize..600,
        at in 0usize..40,
    ) {
        let of = |part: &[(f32, f32)]| {
            let samples: Vec<f32> = part.iter().flat_map(|w| vec![w.1; WINDOW]).collect();
            let voice: Vec<f32> = part.iter().map(|w| w.0).collect();
            (samples, voice)
        };
        let at = at.min(windows.len());
        let (mut whole, mut parts) = (Gate::new(&GateRules::default()), Gate::new(&GateRules::default()));
        let (samples, voice) = of(&windows);
        whole.hear(&[vec![0.0; pre_roll], samples].concat(), &voice);
        let ((first, first_voice), (second, second_voice)) = (of(&windows[..at]), of(&windows[at..]));
        parts.hear(&[vec![0.0; pre_roll], first].concat(), &first_voice);
        parts.hear(&second, &second_voice);
        let said = words("where is the station", 0.8);
        prop_assert_eq!(doubt(&whole, &said), doubt(&parts, &said));
    }
}
