//! Drafts change what a translation costs, never what it says: random texts that grow and change, random drafts, random
//! company in the batch, over every model that is here, those of 8 bits as `models import` makes them; each time what
//! greedy decoding from scratch writes.

use super::fixture::{TRAINED, fixtures, json, lang, load};
use crate::support::repo;
use sottovoce::models::import::{Precision, import};
use sottovoce::mt::seq2seq::Seq2Seq;
use sottovoce::mt::verify::Begun;
use sottovoce::mt::{Job, Options, Translation, Translator};
use sottovoce::onnx::Compute;

/// Updates per model: so many that all together are more than 10,000.
const UPDATES: usize = 600;
/// Two logits nearer than this may change places when the same sum is taken in another order.
const TIE: f32 = 1e-4;

/// A source as a recogniser tells it: it grows, and now and then its last pieces change.
struct Speech {
    source: Vec<u32>,
    draft: Vec<u32>,
}

struct Play {
    dice: fastrand::Rng,
    /// Pieces that sources and wrong drafts are made of.
    pieces: Vec<u32>,
}

impl Play {
    fn piece(&mut self) -> u32 {
        self.pieces[self.dice.usize(..self.pieces.len())]
    }

    /// The next text of a speech; a new one begins where it is long.
    fn grow(&mut self, speech: &mut Speech, longest: usize) {
        if speech.source.len() > longest || self.dice.u8(..20) == 0 {
            *speech = Speech { source: Vec::new(), draft: Vec::new() };
        }
        if self.dice.u8(..4) == 0 {
            let kept = speech.source.len().saturating_sub(self.dice.usize(1..4));
            speech.source.truncate(kept);
        }
        for _ in 0..self.dice.usize(1..4) {
            let piece = self.piece();
            speech.source.push(piece);
        }
    }

    /// Usually the last translation; at times one with a piece put in, left out or changed, or anything at all.
    fn draft(&mut self, last: &[u32]) -> Vec<u32> {
        let mut draft = last.to_vec();
        let place = self.dice.usize(..=draft.len());
        let piece = self.piece();
        match self.dice.u8(..8) {
            0 => draft.insert(place, piece),
            1 if place < draft.len() => drop(draft.remove(place)),
            2 if place < draft.len() => draft[place] = piece,
            3 => draft.truncate(place),
            4 => draft = (0..self.dice.usize(..60)).map(|_| self.piece()).collect(),
            _ => {}
        }
        draft
    }
}

/// What came of some updates.
#[derive(Debug, Default)]
struct Count {
    /// Tokens written from scratch.
    tokens: usize,
    /// Texts whose first difference is a tie, and those with another.
    ties: usize,
    differ: usize,
    /// The greatest distance of two choices that changed places.
    margin: f32,
    /// Passes with drafts and from scratch.
    passes: [u64; 2],
}

/// Plays updates.
fn play(model: &mut Seq2Seq, seed: u64, updates: usize) -> Count {
    let (from, to) = ("en", "es");
    let marks = model.source_ids("", &lang(from), &lang(to)).expect("known");
    let ids = model.source_ids("the hotel is near station and we go to a table for two people", &lang(from), &lang(to));
    let pieces = ids.expect("encodes").into_iter().filter(|id| !marks.contains(id)).collect();
    let mut play = Play { dice: fastrand::Rng::with_seed(seed), pieces };
    let mut speeches: Vec<Speech> = (0..4).map(|_| Speech { source: Vec::new(), draft: Vec::new() }).collect();
    let rules = model.search(1);
    let mut count = Count::default();
    let mut done = 0;
    while done < updates {
        let company = play.dice.usize(1..=speeches.len());
        let (mut sources, mut begun) = (Vec::new(), Vec::new());
        for speech in speeches.iter_mut().take(company) {
            play.grow(speech, 20);
            let (first, last) = marks.split_at(marks.len() - 1);
            sources.push([first, &speech.source, last].concat());
            // A part of what was written may be committed.
            let forced = if play.dice.bool() { play.dice.usize(..=speech.draft.len()) } else { 0 };
            let prefix = model.prefix(&lang(to), &speech.draft[..forced]).expect("known");
            let draft = play.draft(&speech.draft[forced..]);
            begun.push(Begun { prefix, draft, lang: to.into(), exact: false });
        }
        let prefixes: Vec<Vec<u32>> = begun.iter().map(|b| b.prefix.clone()).collect();
        let before = model.passes();
        let verified = model.greedy(&sources, begun, &rules).expect("translates");
        count.passes[0] += model.passes() - before;
        for (i, output) in verified.into_iter().enumerate() {
            let before = model.passes();
            let wanted = model.decode(&sources[i..=i], &prefixes[i..=i], &rules).expect("translates").remove(0);
            count.passes[1] += model.passes() - before;
            count.tokens += wanted.tokens.len() + 1;
            if wanted.tokens != output.tokens {
                let margin = model.margin(&sources[i], &prefixes[i], &wanted.tokens, &output.tokens).expect("decodes");
                *if margin < TIE { &mut count.ties } else { &mut count.differ } += 1;
                count.margin = count.margin.max(margin);
            }
            let forced = prefixes[i].len() - model.prefix(&lang(to), &[]).expect("known").len();
            speeches[i].draft = [&speeches[i].draft[..forced], &wanted.tokens].concat();
            done += 1;
        }
    }
    count
}

#[test]
fn whatever_the_draft_and_the_company_the_text_is_that_of_greedy_decoding() {
    let mut models: Vec<(String, Seq2Seq)> = Vec::new();
    let fixtures = fixtures(true);
    for fixture in &fixtures {
        models.push((fixture.name.clone(), load(&fixture.folder).expect("a model")));
    }
    let folder = tempfile::tempdir().expect("a folder");
    for (name, precision) in [("starter", Precision::Keep), ("starter, bytes", Precision::Int8)] {
        let dest = folder.path().join(name);
        import(&repo().join(TRAINED), &dest, precision, &mut |_| ()).expect("imported");
        models.push((name.into(), load(&dest).expect("the prepared model")));
    }
    for name in ["m2m100-d", "nllb-d"] {
        let dest = folder.path().join(name);
        import(&repo().join("tests/fixtures/mt").join(name), &dest, Precision::Int8, &mut |_| ()).expect("imported");
        models.push((format!("{name}, bytes"), load(&dest).expect("the prepared model")));
    }
    let mut updates = 0;
    for (i, (name, model)) in models.iter_mut().enumerate() {
        let count = play(model, i as u64, UPDATES);
        println!("{name}: {count:?}");
        // Bytes round what differs in the last bit of a float to another byte, now and then: 1 token in 1,000 at most.
        let most = if name.ends_with("bytes") { count.tokens / 1_000 } else { 0 };
        assert!(count.differ <= most, "{name}: {count:?}");
        updates += UPDATES;
    }
    assert!(updates >= 10_000, "{updates}");
}

#[test]
fn a_shortlist_misses_little_and_nothing_that_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let dest = folder.path().join("starter");
    import(&repo().join(TRAINED), &dest, Precision::Keep, &mut |_| ()).expect("imported");
    let options = Options { shortlist: 1_000, ..Options::new(Compute::cpu(1), 1) };
    let (mut short, mut whole) = (Seq2Seq::load(&dest, options).expect("a model"), load(&dest).expect("a model"));
    let golden = json(&repo().join(TRAINED).join("golden.json"));
    let (mut tokens, mut missed) = (0, 0);
    let pieces = |t: &Translation| t.words.iter().flat_map(|w| w.tokens.clone()).collect::<Vec<u32>>();
    // The first time round the list is learnt.
    for round in 0..2 {
        for row in golden.as_array().expect("rows") {
            let text = row["source"].as_str().expect("text");
            let mut draft = Vec::new();
            let ends: Vec<usize> = text.char_indices().filter(|(_, c)| *c == ' ').map(|(i, _)| i).collect();
            for end in ends.into_iter().chain([text.len()]) {
                let is_final = end == text.len();
                let job = Job { draft, is_final, ..Job::whole(&text[..end], &lang("en"), &lang("es")) };
                let [ours, wanted] = [&mut short, &mut whole]
                    .map(|m| pieces(&m.translate(std::slice::from_ref(&job)).expect("translates")[0]));
                assert!(!is_final || ours == wanted, "{text}");
                tokens += if round == 1 { wanted.len() + 1 } else { 0 };
                // What comes after a missed word is another text.
                missed += usize::from(round == 1 && ours != wanted);
                draft = wanted;
            }
        }
    }
    let [decided, doubted] = short.decided();
    println!("{missed} of {tokens} tokens missed; {decided} decided by the list, {doubted} by the whole layer");
    assert!(decided > 5 * doubted && missed * 1_000 <= tokens, "{missed} of {tokens}, {decided} and {doubted}");
}
