//! Compares the numbers of a text with those of its translation: digits and words, times, years, decimals. Pure.
//!
//! A number may be read in several ways ("seven thirty" is a time or two numbers); two texts agree where some reading of
//! one is found in the other. What is mostly no number ("one", "second", Spanish "once" is) may be there or not.

use super::cardinals::{self, Cardinals};
use super::digits::{Milli, ONE};
use super::words::{Kind, Token};
use crate::text::Lang;

/// What is said of an amount or a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// An amount, in thousandths.
    Amount(Milli),
    /// Hours and minutes.
    Time(u8, u8),
}

/// A number of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Mention {
    /// Its tokens: from.
    pub start: usize,
    /// To, not included.
    pub end: usize,
    /// What it may mean, the most likely first.
    pub readings: Vec<Vec<Value>>,
    /// It must be there in the translation.
    pub is_sure: bool,
    /// It is written in words.
    pub is_spelled: bool,
}

/// Numbers up to twelve are written as words in many languages (Duden, Rechtschreibung), which we may not know.
const OFTEN_SPELLED: Milli = 12 * ONE;

/// The numbers of a text, and whether its number words are known.
pub fn mentions(tokens: &[Token], lang: &Lang) -> (Vec<Mention>, bool) {
    let words: Vec<&str> = tokens.iter().map(|t| t.folded.as_str()).collect();
    let Some(cardinals) = cardinals::of(lang.primary()) else {
        return ((0..tokens.len()).filter_map(|at| digits(tokens, at, None)).collect(), false);
    };
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let mention = digits(tokens, at, Some(cardinals)).or_else(|| spelled(tokens, &words, at, cardinals));
        at = mention.as_ref().map_or(at + 1, |m| m.end);
        found.extend(mention);
    }
    (super::times::join(found, tokens, &words, lang.primary()), true)
}

/// A number in digits, alone, in a code, or before a scale's word.
fn digits(tokens: &[Token], at: usize, cardinals: Option<&Cardinals>) -> Option<Mention> {
    let amount = |value: Milli| vec![Value::Amount(value)];
    let numeral = match &tokens[at].kind {
        Kind::Digits(numeral) => numeral,
        Kind::Code => {
            // "B twelve" may have become `B12`.
            let digits = tokens[at].text.chars().filter_map(super::digits::value);
            let value = digits.fold(0, |n: Milli, d| n.saturating_mul(10).saturating_add(d.into()));
            let readings = vec![amount(value.saturating_mul(ONE))];
            return Some(Mention { start: at, end: at + 1, readings, is_sure: false, is_spelled: false });
        }
        _ => return None,
    };
    let scale = tokens.get(at + 1).filter(|t| !t.apart).and_then(|t| cardinals?.scale(&t.folded));
    let times = scale.map_or(1, Milli::from);
    let mut readings: Vec<Vec<Value>> = Vec::new();
    readings.extend(numeral.time.map(|(h, m)| vec![Value::Time(h, m)]));
    readings.extend(numeral.values.iter().map(|v| amount(v.saturating_mul(times))));
    if let Some((whole, part)) = numeral.parts.filter(|_| scale.is_none()) {
        if whole <= 24 * ONE && part < 60 * ONE {
            readings.push(vec![Value::Time((whole / ONE) as u8, (part / ONE) as u8)]);
        }
        readings.push(vec![Value::Amount(whole), Value::Amount(part)]);
    }
    let end = at + 1 + usize::from(scale.is_some());
    Some(Mention { start: at, end, readings, is_sure: true, is_spelled: false })
}

/// A number in words.
fn spelled(tokens: &[Token], words: &[&str], at: usize, cardinals: &Cardinals) -> Option<Mention> {
    let length = 1 + tokens[at + 1..].iter().take_while(|t| !t.apart && t.kind == Kind::Word).count();
    if let Some(whole) = cardinals.half(words[at]) {
        let readings = vec![vec![Value::Amount(Milli::from(whole) * ONE + ONE / 2)]];
        return Some(Mention { start: at, end: at + 1, readings, is_sure: true, is_spelled: true });
    }
    let phrase = cardinals.read(&words[at..at + length])?;
    if at > 0 && cardinals.is_percent(words[at - 1], words[at]) {
        return None;
    }
    // "The first thing", "wait a second", "un billete": often no number, or one in another word.
    let is_sure = phrase.value > if phrase.is_ordinal { 2 } else { 1 } && !UNSURE.contains(&words[at])
        || phrase.words > 1
        || phrase.value == 0;
    let readings = vec![vec![Value::Amount(Milli::from(phrase.value) * ONE)]];
    Some(Mention { start: at, end: at + phrase.words, readings, is_sure, is_spelled: true })
}

/// Words that mean something else as often: Spanish `cuarto` is a room, French `neuf` is new, German `achten` is to respect,
/// English `third` is a part.
const UNSURE: [&str; 10] =
    ["cuarto", "cuartos", "cuarta", "quinta", "quintas", "neuf", "achte", "achten", "third", "fifth"];

fn same(a: Value, b: Value) -> bool {
    let hour = |h: u8, amount: Milli| {
        [Milli::from(h), Milli::from(h) + 12].contains(&(amount / ONE)) || Milli::from(h) == amount / ONE + 12
    };
    match (a, b) {
        (Value::Amount(a), Value::Amount(b)) => a == b,
        // Half past three in the afternoon is 15:30.
        (Value::Time(h, m), Value::Time(k, n)) => h % 12 == k % 12 && m == n,
        (Value::Time(h, 0), Value::Amount(a)) | (Value::Amount(a), Value::Time(h, 0)) => a % ONE == 0 && hour(h, a),
        _ => false,
    }
}

fn same_reading(a: &[Value], b: &[Value]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(*a, *b))
}

/// Whether two numbers may be the same. Of two times the times count: "half past three" has the numbers of "halb drei".
fn agree(a: &Mention, b: &Mention) -> bool {
    let is_time = |m: &Mention| m.readings.iter().any(|r| matches!(r[..], [Value::Time(..)]));
    let both_times = is_time(a) && is_time(b);
    let fits = |r: &Vec<Value>| b.readings.iter().any(|s| same_reading(r, s) && !(both_times && r.len() > 1));
    a.readings.iter().any(fits)
}

/// What of two lists of numbers has no counterpart: indices into each.
pub fn differences(source: &[Mention], target: &[Mention], both_known: bool) -> (Vec<usize>, Vec<usize>) {
    let mut used = [vec![false; source.len()], vec![false; target.len()]];
    let sides = [source, target];
    // Sure ones find each other first.
    for sure in [true, false] {
        for (i, a) in source.iter().enumerate() {
            let fits = |j: &usize| {
                let b = &target[*j];
                !used[1][*j] && (!sure || a.is_sure && b.is_sure) && agree(a, b)
            };
            if !used[0][i]
                && let Some(j) = (0..target.len()).find(fits)
            {
                (used[0][i], used[1][j]) = (true, true);
            }
        }
    }
    // One number of several parts: a time, a year, digits said one by one.
    for side in [0, 1] {
        for i in (0..sides[side].len()).collect::<Vec<_>>() {
            if used[side][i] {
                continue;
            }
            let found = sides[side][i].readings.iter().find_map(|r| parts(r, sides[1 - side], &used[1 - side]));
            for j in found.into_iter().flatten() {
                (used[side][i], used[1 - side][j]) = (true, true);
            }
        }
    }
    // What is said twice on one side may be said once on the other.
    let is_again = |side: usize, i: usize| sides[1 - side].iter().any(|m| agree(&sides[side][i], m));
    let judged = |m: &Mention| {
        let small = |r: &Vec<Value>| r.iter().all(|v| matches!(v, Value::Amount(a) if *a <= OFTEN_SPELLED));
        m.is_sure && (both_known || !m.is_spelled && !m.readings.iter().any(small))
    };
    let left = |side: usize| -> Vec<usize> {
        let is_left = |i: &usize| !used[side][*i] && judged(&sides[side][*i]) && !is_again(side, *i);
        (0..sides[side].len()).filter(is_left).collect()
    };
    (left(0), left(1))
}

/// Mentions that together say what this reading says.
fn parts(reading: &[Value], mentions: &[Mention], used: &[bool]) -> Option<Vec<usize>> {
    let mut taken: Vec<usize> = Vec::new();
    for value in reading {
        let fits = |j: &usize| {
            let says = mentions[*j].readings.iter().any(|r| r.len() == 1 && same(r[0], *value));
            !used[*j] && !taken.contains(j) && says
        };
        let next = (0..mentions.len()).find(fits)?;
        taken.push(next);
    }
    Some(taken)
}
