//! Says whether a translation leaves something out, or goes on after its source has ended: by length, and by how many
//! sentences and clauses there are. Pure.

use crate::text::Lang;

/// Variance of the target's characters for each source character: that of the program in Gale & Church 1993, "A Program for
/// Aligning Sentences in Bilingual Corpora" (`var_per_eng_char`; NLTK's `gale_church` has the same), who tried it on English,
/// French and German. The pairs in `tests/fixtures/mt/pairs-en-es.tsv` vary by 1.0.
const VARIANCE: f64 = 6.8;
/// Characters of a translation for a character of English, estimated. Spanish was measured: 1.03 over 20,000 pairs of the
/// starter grammar, 1.04 over the 600 in `tests/fixtures/mt`. For German, Kay & Röscheisen 1993, "Text-Translation Alignment",
/// counted somewhat more than 1.2 in magazine articles; for the others no source was found that counts as we do. Of a language
/// that isn't here it is one, as for all in Gale & Church's program.
#[rustfmt::skip]
const LENGTHS: &[(&str, f64)] = &[
    ("en", 1.0), ("es", 1.05), ("de", 1.1), ("fr", 1.06), ("zh", 0.35), ("yue", 0.35), ("ja", 0.45), ("ko", 0.5),
    ("he", 0.8), ("ar", 0.85),
];
/// Further from the expected length than so many standard deviations something is missing, or was added. A normal
/// distribution has 0.1 % beyond 3; short texts, where it doesn't hold, are given so many characters more.
const FAR: f64 = 3.0;
const SHORT: f64 = 12.0;
/// With fewer sentences than the source, a translation that is shorter than expected by so much lacks one.
const FEWER_SENTENCES: f64 = 0.05;
/// With fewer clauses (and the same sentences).
const FEWER_CLAUSES: f64 = 0.35;
/// With nothing to count (a recogniser may write no marks): of pairs of the starter grammar longer than [`LONG`] 0.2 % are
/// that short; of two sentences one of which is dropped 75 % are, of three 34 %.
const SHORTER: f64 = 0.4;
const LONG: f64 = 40.0;

/// What is wrong with the length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Something was left out.
    Omitted,
    /// Something was added.
    Added,
}

fn expected(lang: &Lang) -> f64 {
    LENGTHS.iter().find(|(l, _)| *l == lang.primary()).map_or(1.0, |(_, c)| *c)
}

/// Compares the lengths and the parts of a text and its translation.
pub fn fault(source: &str, from: &Lang, target: &str, to: &Lang) -> Option<Fault> {
    let length = |text: &str| text.chars().filter(|c| c.is_alphanumeric() || *c == ' ').count() as f64;
    let (said, written) = (length(source.trim()), length(target.trim()));
    if said == 0.0 {
        return None;
    }
    let usual = said * expected(to) / expected(from);
    let deviation = (usual.max(1.0) * VARIANCE).sqrt();
    let (short, sentences, clauses) = (usual - written, [source, target].map(sentences), [source, target].map(clauses));
    if short > FAR * deviation + SHORT || written == 0.0 {
        return Some(Fault::Omitted);
    }
    if -short > FAR * deviation + 2.0 * SHORT {
        return Some(Fault::Added);
    }
    let lacks = |all: [usize; 2], share: f64| all[1] < all[0] && short > share * usual;
    if usual > LONG && short > SHORTER * usual {
        return Some(Fault::Omitted);
    }
    (lacks(sentences, FEWER_SENTENCES) || lacks(clauses, FEWER_CLAUSES)).then_some(Fault::Omitted)
}

/// Marks between letters that end a sentence; of several in a row one.
fn sentences(text: &str) -> usize {
    parts(text, |c| ".?!…。？！।؟۔".contains(c))
}

fn clauses(text: &str) -> usize {
    parts(text, |c| ".?!…。？！।؟۔,;:，；：、،".contains(c))
}

/// Stretches with letters between marks that a space or the end follows (or, in scripts without spaces, anything).
fn parts(text: &str, is_mark: impl Fn(char) -> bool) -> usize {
    let chars: Vec<char> = text.chars().collect();
    let (mut count, mut has_letters) = (0, false);
    for (at, &c) in chars.iter().enumerate() {
        has_letters |= c.is_alphanumeric();
        let ends = is_mark(c) && (!c.is_ascii() || chars.get(at + 1).is_none_or(|next| !next.is_alphanumeric()));
        if ends && has_letters {
            count += 1;
            has_letters = false;
        }
    }
    count + usize::from(has_letters)
}
