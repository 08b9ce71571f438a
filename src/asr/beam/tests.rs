//! The search against brute force, its promise of fixed words, and broken frames.

use super::*;
use proptest::prelude::*;

/// `a`, a word that begins with `b`, and what is likely after what.
fn beam() -> CtcBeam {
    beam_with(&[])
}

fn beam_with(words: &[&str]) -> CtcBeam {
    let tokens = Arc::new(Tokens::parse("<blk> 0\n\u{2581}a 1\nb 2\n").expect("tokens"));
    let arpa = "\\data\\\n\\1-grams:\n-9\t<s>\t-0.5\n-0.5\t\u{2581}a\t-0.3\n-1\tb\t-0.1\n-0.7\t</s>\n\\2-grams:\n\
        -0.1\t<s> \u{2581}a\n-0.2\t\u{2581}a b\n-0.9\tb </s>\n\\end\\\n";
    let lm = Arc::new(Ngram::parse(arpa, &tokens).expect("a model"));
    let words: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
    CtcBeam::new(tokens, Some(lm), HotWords::new(&words, 2.0).map(Arc::new))
}

fn frames(most: usize) -> impl Strategy<Value = Vec<Vec<f32>>> {
    let frame = prop::collection::vec(0.05f32..1.0, 3).prop_map(|p| {
        let sum: f32 = p.iter().sum();
        p.iter().map(|p| (p / sum).ln()).collect()
    });
    prop::collection::vec(frame, 1..most)
}

/// Every text's probability: the sum over all its alignments, tried one by one.
fn by_force(frames: &[Vec<f32>]) -> HashMap<Vec<usize>, f32> {
    let mut texts: HashMap<Vec<usize>, f32> = HashMap::new();
    for path in 0..3usize.pow(frames.len() as u32) {
        let symbols: Vec<usize> = (0..frames.len()).map(|i| path / 3usize.pow(i as u32) % 3).collect();
        let mut text = symbols.clone();
        text.dedup();
        text.retain(|s| *s != 0);
        *texts.entry(text).or_default() += symbols.iter().zip(frames).map(|(s, f)| f[*s]).sum::<f32>().exp();
    }
    texts
}

proptest! {
    // As long as no beginning is dropped, the search is exact.
    #[test]
    fn it_finds_the_best_of_all_texts(frames in frames(4)) {
        let mut ctc = beam();
        frames.iter().for_each(|f| ctc.push(f, 1));
        let worth = |(text, p): (&Vec<usize>, &f32)| {
            let lm = ctc.lm.as_ref().expect("a model");
            let mut context = lm.start();
            let log_p: f32 = text.iter().map(|piece| {
                let (log_p, next) = lm.follow(context, *piece);
                context = next;
                log_p
            }).sum();
            p.ln() + WEIGHT * (log_p + lm.end(context)) + BONUS * text.len() as f32
        };
        let best = by_force(&frames).iter().map(worth).fold(f32::NEG_INFINITY, f32::max);
        let found = ctc.beams.iter().map(|b| {
            let node = &ctc.nodes[b.node];
            add(b.blank, b.sound) + node.prior.worth + ctc.due(&node.prior, true)
        });
        let found = found.fold(f32::NEG_INFINITY, f32::max);
        prop_assert!((found - best).abs() < 1e-3, "{} is not {}", found, best);
    }

    #[test]
    fn what_it_calls_fixed_never_changes(frames in frames(200), samples in 640u64..4_000, is_hot: bool) {
        let mut ctc = beam_with(if is_hot { &["abba", "a a"] } else { &[] });
        let mut fixed: Vec<String> = Vec::new();
        for (i, frame) in frames.iter().enumerate() {
            ctc.push(frame, samples);
            let h = ctc.hypothesis(i + 1 == frames.len());
            let texts: Vec<String> = h.words.iter().map(|w| w.text.clone()).collect();
            prop_assert!(texts.starts_with(&fixed), "{:?} became {:?}", fixed, texts);
            fixed = texts[..h.fixed].to_vec();
            prop_assert!(h.words.windows(2).all(|w| w[0].start <= w[1].start));
        }
    }
}

#[test]
fn broken_frames_are_passed_over() {
    let mut ctc = beam();
    for frame in [vec![], vec![f32::NAN; 3], vec![f32::NEG_INFINITY; 3], vec![-9.0, -0.1, -9.0]] {
        ctc.push(&frame, 640);
    }
    let h = ctc.hypothesis(true);
    assert_eq!(h.words.iter().map(|w| (w.text.as_str(), w.start.0)).collect::<Vec<_>>(), [("a", 3 * 640)]);
}

#[test]
fn hot_words_turn_what_nearly_sounds_so() {
    let tokens = Arc::new(Tokens::parse("<blk> 0\n\u{2581}a 1\nb 2\nc 3\n").expect("tokens"));
    let said = |words: &[&str]| {
        let words: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
        let mut ctc = CtcBeam::new(tokens.clone(), None, HotWords::new(&words, 1.0).map(Arc::new));
        // `ab` is half as likely as `ac`.
        for p in [[0.1f32, 0.9, 1e-9, 1e-9], [0.1, 1e-9, 0.3, 0.6]] {
            ctc.push(&p.map(f32::ln), 1);
        }
        crate::text::join(&ctc.hypothesis(true).words)
    };
    assert_eq!((said(&[]), said(&["Ab"]), said(&["abba"])), ("ac".into(), "ab".into(), "ac".into()));
}
