//! Joins numbers that belong together: times ("half past three", "halb vier"), halves, decimals in words, years, digits
//! said one by one. Pure.

use super::digits::{Milli, ONE};
use super::numbers::{Mention, Value};
use super::words::Token;

/// How a quarter or half hour is said beside the hour: words before it, words behind it, minutes from it.
type Clock = (&'static [&'static str], &'static [&'static str], i16);

#[rustfmt::skip]
const CLOCKS: &[(&str, &[Clock])] = &[
    ("en", &[(&["half", "past"], &[], 30), (&["quarter", "past"], &[], 15), (&["quarter", "after"], &[], 15),
             (&["quarter", "to"], &[], -15), (&["quarter", "of"], &[], -15), (&["quarter", "till"], &[], -15),
             (&[], &["o'clock"], 0), (&[], &["pm"], 0), (&[], &["am"], 0)]),
    ("es", &[(&[], &["y", "media"], 30), (&[], &["y", "cuarto"], 15), (&[], &["menos", "cuarto"], -15),
             (&["a", "las"], &[], 0), (&["a", "la"], &[], 0)]),
    ("de", &[(&["halb"], &[], -30), (&["viertel", "nach"], &[], 15), (&["viertel", "vor"], &[], -15),
             (&["dreiviertel"], &[], -15), (&["viertel"], &[], -45),
             (&[], &["uhr"], 0)]),
    ("fr", &[(&[], &["heures", "et", "demie"], 30), (&[], &["heure", "et", "demie"], 30), (&[], &["heures", "et", "quart"], 15),
             (&[], &["heure", "et", "quart"], 15), (&[], &["heures", "moins", "le", "quart"], -15),
             (&[], &["heure", "moins", "le", "quart"], -15), (&[], &["heures", "moins", "quart"], -15), (&[], &["heures"], 0),
             (&[], &["heure"], 0), (&[], &["h"], 0)]),
];
/// Between minutes and their hour: language, words, whether the minutes come first, the sign of the minutes.
#[rustfmt::skip]
const MINUTES: &[(&str, &[&str], bool, i16)] = &[
    ("en", &["past"], true, 1), ("en", &["after"], true, 1), ("en", &["to"], true, -1), ("en", &["till"], true, -1),
    ("es", &["menos"], false, -1), ("de", &["nach"], true, 1), ("de", &["vor"], true, -1),
    ("fr", &["heures", "moins"], false, -1), ("fr", &["heures"], false, 1), ("de", &["uhr"], false, 1),
];
/// A half more.
#[rustfmt::skip]
const HALVES: &[(&str, &[&str])] = &[
    ("en", &["and", "a", "half"]), ("es", &["y", "medio"]), ("es", &["y", "media"]), ("fr", &["et", "demi"]),
    ("fr", &["et", "demie"]), ("fr", &["heures", "et", "demie"]), ("fr", &["heure", "et", "demie"]),
];
/// The decimal mark in words.
const POINTS: &[(&str, &str)] = &[("en", "point"), ("es", "coma"), ("es", "punto"), ("de", "komma"), ("fr", "virgule")];

/// Joins what belongs together.
pub fn join(mut found: Vec<Mention>, tokens: &[Token], words: &[&str], lang: &str) -> Vec<Mention> {
    let mut joined: Vec<Mention> = Vec::new();
    found.reverse();
    while let Some(first) = found.pop() {
        let next = found.last().cloned();
        let is_near = |from: usize, to: usize| from <= to && tokens[from..=to].iter().all(|t| !t.apart);
        let single = |m: &Mention| m.readings.first().and_then(|r| one(r)).filter(|a| a % ONE == 0).map(|a| a / ONE);
        let pair = next.as_ref().filter(|n| n.start >= first.end && is_near(first.end, n.start));
        let mention = if let Some(mention) = digits_one_by_one(&first, &found, tokens) {
            found.retain(|m| m.start >= mention.end);
            mention
        } else if let Some((second, (a, b))) = pair.and_then(|n| Some((n, (single(&first)?, single(n)?))))
            && let Some(readings) = pair_of(&words[first.end..second.start], (a, b), &first, second, lang)
        {
            found.pop();
            let is_sure = first.is_sure || second.is_sure;
            Mention { start: first.start, end: second.end, readings, is_sure, is_spelled: first.is_spelled }
        } else {
            first
        };
        joined.push(with_clock(mention, tokens, words, lang));
    }
    joined
}

fn one(reading: &[Value]) -> Option<Milli> {
    match reading {
        [Value::Amount(amount)] => Some(*amount),
        _ => None,
    }
}

fn amounts(list: &[Milli]) -> Vec<Value> {
    list.iter().map(|n| Value::Amount(n * ONE)).collect()
}

fn time(hour: Milli, minutes: i16) -> Option<Value> {
    let hour = i16::try_from(hour).ok().filter(|h| (0..=24).contains(h))?;
    let all = (hour * 60 + minutes).rem_euclid(24 * 60);
    Some(Value::Time((all / 60) as u8, (all % 60) as u8))
}

/// Two numbers and the words between them: minutes of an hour, a decimal, a year.
fn pair_of(
    between: &[&str],
    (a, b): (Milli, Milli),
    first: &Mention,
    second: &Mention,
    lang: &str,
) -> Option<Vec<Vec<Value>>> {
    let apart = amounts(&[a, b]);
    if let Some((.., minutes_first, sign)) = MINUTES.iter().find(|m| m.0 == lang && m.1 == between) {
        let (minutes, hour) = if *minutes_first { (a, b) } else { (b, a) };
        // Spanish "menos cuarto" is no fourth.
        if minutes > 0 && minutes < 60 && second.is_sure {
            return Some(vec![vec![time(hour, sign * minutes as i16)?], apart]);
        }
    }
    if POINTS.iter().any(|(l, point)| *l == lang && between == [*point]) && b < 1_000 {
        let places = b.checked_ilog10().unwrap_or(0) + 1;
        return Some(vec![vec![Value::Amount(a * ONE + b * ONE / (10 as Milli).pow(places))], apart]);
    }
    // "Nineteen ninety-five", "seven thirty": a year, a number, a time.
    let is_said = first.is_spelled && second.is_spelled && between.is_empty() && lang == "en";
    if is_said && (1..=20).contains(&a) && (10..100).contains(&b) {
        let mut readings = vec![apart, amounts(&[a * 100 + b])];
        readings.extend(time(a, b as i16).filter(|_| b < 60).map(|t| vec![t]));
        return Some(readings);
    }
    None
}

/// "Two zero five": the digits of one number.
fn digits_one_by_one(first: &Mention, rest: &[Mention], tokens: &[Token]) -> Option<Mention> {
    let digit = |m: &Mention| {
        let is_article =
            tokens[m.start].folded.len() < 4 && m.readings[0] == amounts(&[1]) && tokens[m.start].folded != "one";
        one(&m.readings[0])
            .filter(|a| m.is_spelled && m.end == m.start + 1 && !is_article && *a < 10 * ONE && a % ONE == 0)
    };
    let mut all = vec![digit(first)? / ONE];
    let mut end = first.end;
    for next in rest.iter().rev() {
        match digit(next).filter(|_| next.start == end && !tokens[end].apart) {
            Some(value) => all.push(value / ONE),
            None => break,
        }
        end = next.end;
    }
    let number = all.iter().try_fold(0, |n: Milli, d| n.checked_mul(10)?.checked_add(*d))?.checked_mul(ONE)?;
    let readings = vec![vec![Value::Amount(number)], amounts(&all)];
    (all.len() > 1).then_some(Mention { start: first.start, end, readings, is_sure: true, is_spelled: true })
}

/// A number with a half, a quarter or half hour beside it.
fn with_clock(mut mention: Mention, tokens: &[Token], words: &[&str], lang: &str) -> Mention {
    let Some(amount) = mention.readings.first().and_then(|r| one(r)) else { return mention };
    let stands = |before: &[&str], behind: &[&str]| {
        let starts = words[..mention.start].ends_with(before) && words[mention.end..].starts_with(behind);
        let inside = mention.start - before.len().min(mention.start) + 1..mention.end + behind.len();
        starts
            && tokens[inside.start.min(mention.end)..inside.end.max(mention.end).min(tokens.len())]
                .iter()
                .all(|t| !t.apart)
    };
    let clocks = CLOCKS.iter().filter(|c| c.0 == lang).flat_map(|c| c.1);
    let clock =
        clocks.filter(|(before, behind, _)| stands(before, behind)).max_by_key(|c| (c.2 != 0, c.0.len() + c.1.len()));
    let half = HALVES.iter().find(|(l, behind)| *l == lang && stands(&[], behind));
    let (mut start, mut end, mut readings) = (mention.start, mention.end, Vec::new());
    if let Some((before, behind, minutes)) = clock
        && let Some(time) = time(amount / ONE, *minutes)
    {
        if *minutes == 0 {
            // Three in the afternoon is 15 o'clock.
            mention.readings.push(vec![time]);
        } else {
            readings.push(vec![time]);
            readings.push(amounts(&[amount / ONE, Milli::from(minutes.unsigned_abs())]));
            (start, end) = (start - before.len(), end + behind.len());
        }
    }
    if let Some((_, behind)) = half {
        readings.push(vec![Value::Amount(amount + ONE / 2)]);
        end = end.max(mention.end + behind.len());
    }
    if !readings.is_empty() {
        mention = Mention { start, end, readings, is_sure: true, ..mention };
    }
    mention
}
