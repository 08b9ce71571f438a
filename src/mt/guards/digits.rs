//! Turns numbers in digits of any script into what they may mean: `3.500` is three and a half, or three thousand five
//! hundred, as the language has it. Pure.

use crate::text::Lang;

/// A number in thousandths: exact for whatever is said with three decimals.
pub type Milli = u128;
/// One.
pub const ONE: Milli = 1_000;

/// A number in digits.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Numeral {
    /// What it may mean, the most likely first.
    pub values: Vec<Milli>,
    /// Hours and minutes, if it is written as a time (`10:30`).
    pub time: Option<(u8, u8)>,
    /// Both sides of a decimal mark with two digits behind it: `7.30` may be said "seven thirty".
    pub parts: Option<(Milli, Milli)>,
}

/// The zeros of the scripts that have decimal digits of their own (Unicode 16, general category Nd).
const ZEROS: [char; 19] =
    ['0', '٠', '۰', '०', '০', '੦', '૦', '୦', '௦', '౦', '೦', '൦', '๐', '໐', '༠', '၀', '០', '᠐', '０'];
/// More digits are no number that somebody means.
const LONGEST: usize = 30;
/// Characters that multiply the digits before them (Chinese, Japanese, Korean).
const MULTIPLIERS: [(char, Milli); 9] = [
    ('百', 100),
    ('千', 1_000),
    ('万', 10_000),
    ('萬', 10_000),
    ('만', 10_000),
    ('億', 100_000_000),
    ('亿', 100_000_000),
    ('억', 100_000_000),
    ('兆', 1_000_000_000_000),
];
/// Languages that write a decimal point, not a comma (Unicode CLDR 45).
const WITH_POINT: [&str; 13] = ["en", "zh", "ja", "ko", "th", "he", "hi", "bn", "ta", "te", "mr", "ur", "ms"];

/// The value of a digit of any script.
pub fn value(c: char) -> Option<u8> {
    let of = |zero: &char| (c as u32).checked_sub(*zero as u32).filter(|d| *d < 10);
    ZEROS.iter().find_map(of).map(|d| d as u8)
}

/// Reads the number that the text begins with; -> and how many characters it has.
pub fn read(chars: &[char], lang: &Lang) -> (Numeral, usize) {
    let digit = |at: usize| chars.get(at).copied().and_then(value);
    let group = |at: usize| (at..).take_while(|i| digit(*i).is_some()).count();
    let mut groups = vec![(None, 0, group(0))];
    let mut end = groups[0].2;
    while let Some(&mark) = chars.get(end) {
        let length = group(end + 1);
        let is_mark = match mark {
            '.' | ',' | '٫' | '٬' | '\'' | '\u{2019}' | '\u{A0}' | '\u{202F}' => length > 0,
            // English doesn't divide with spaces, so that a row of numbers isn't one.
            ' ' => lang.primary() != "en" && length == 3 && groups.iter().all(|g| g.2 <= 3),
            // 10:30, and 10h30 in French.
            ':' | 'h' => length == 2 && groups.len() == 1 && groups[0].2 <= 2,
            _ => false,
        };
        if !is_mark || end + length > LONGEST {
            break;
        }
        groups.push((Some(mark), end + 1, length));
        end += 1 + length;
    }
    let number = |(_, start, length): &(Option<char>, usize, usize)| {
        (*start..start + length).filter_map(digit).fold(0, |n: Milli, d| n.saturating_mul(10).saturating_add(d.into()))
    };
    if groups.get(1).is_some_and(|g| matches!(g.0, Some(':' | 'h'))) {
        let (hours, minutes) = (number(&groups[0]), number(&groups[1]));
        let time = u8::try_from(hours).ok().zip(u8::try_from(minutes).ok()).filter(|t| t.0 <= 24 && t.1 < 60);
        let (parts, values) = (Some((hours * ONE, minutes * ONE)), Vec::new());
        return (Numeral { values, time, parts }, end);
    }
    let mut numeral = of_groups(&groups, number, lang);
    if let Some((_, times)) = chars.get(end).and_then(|c| MULTIPLIERS.iter().find(|m| m.0 == *c)) {
        numeral.values.iter_mut().for_each(|v| *v = v.saturating_mul(*times));
        end += 1;
    }
    (numeral, end)
}

/// What groups of digits with marks between them may mean.
fn of_groups<G>(groups: &[(Option<char>, usize, usize)], number: G, lang: &Lang) -> Numeral
where
    G: Fn(&(Option<char>, usize, usize)) -> Milli,
{
    let joined = |groups: &[(Option<char>, usize, usize)]| {
        let join = |n: Milli, g: &_| {
            let (_, _, length): &(Option<char>, usize, usize) = g;
            n.saturating_mul((10 as Milli).saturating_pow(*length as u32)).saturating_add(number(g))
        };
        groups.iter().fold(0, join)
    };
    let whole = joined(groups).saturating_mul(ONE);
    let Some((last, head)) = groups.split_last().filter(|(_, head)| !head.is_empty()) else {
        return Numeral { values: vec![whole], ..Numeral::default() };
    };
    let fraction = number(last) * ONE / (10 as Milli).saturating_pow(last.2 as u32);
    let decimal = joined(head).saturating_mul(ONE).saturating_add(fraction);
    let is_thousands = last.2 == 3 && groups[0].2 <= 3;
    let same_mark = groups[1..].iter().all(|g| g.0 == last.0);
    let decimal_mark = if WITH_POINT.contains(&lang.primary()) { '.' } else { ',' };
    let parts = (last.2 == 2 && head.len() == 1).then(|| (joined(head) * ONE, number(last) * ONE));
    let values = match (head.len(), same_mark, is_thousands, last.0) {
        (.., Some('٫')) => vec![decimal],
        (.., Some('٬' | '\'' | '\u{2019}' | '\u{A0}' | '\u{202F}' | ' ')) => vec![whole],
        // One mark with three digits behind it is either.
        (1, _, true, mark) if mark == Some(decimal_mark) => vec![decimal, whole],
        (1, _, true, _) => vec![whole, decimal],
        (1, ..) => vec![decimal],
        (_, true, ..) => vec![whole],
        _ => vec![decimal],
    };
    Numeral { values, time: None, parts }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str, lang: &str) -> (Vec<Milli>, usize) {
        let chars: Vec<char> = text.chars().collect();
        let (numeral, length) = read(&chars, &Lang::parse(lang).expect("known"));
        (numeral.values, length)
    }

    #[test]
    fn marks_mean_what_the_language_has_them_mean() {
        assert_eq!(values("3,500 seats", "en"), (vec![3_500_000, 3_500], 5));
        assert_eq!(values("3.500 plazas", "es"), (vec![3_500_000, 3_500], 5));
        assert_eq!(values("3,5 km", "de").0, [3_500]);
        assert_eq!(values("1.234.567,89", "de").0, [1_234_567_890]);
        assert_eq!(values("1,234,567", "en").0, [1_234_567_000]);
        assert_eq!(values("10 000 euros", "fr"), (vec![10_000_000], 6));
        assert_eq!(values("10 000 people", "en"), (vec![10_000], 2));
        assert_eq!(values("1'250", "de").0, [1_250_000]);
    }

    #[test]
    fn digits_of_every_script_are_the_same() {
        for text in ["25", "٢٥", "۲۵", "२५", "২৫", "๒๕", "２５"] {
            assert_eq!(values(text, "en").0, [25_000], "{text}");
        }
        assert_eq!(values("٣٫٥", "ar").0, [3_500]);
        assert_eq!(values("3万", "ja"), (vec![30_000_000], 2));
        assert_eq!(values("3.5億", "ja").0, [350_000_000_000]);
    }

    #[test]
    fn times_and_endless_digits_are_read() {
        let chars: Vec<char> = "10:30".chars().collect();
        assert_eq!(read(&chars, &Lang::parse("en").expect("known")).0.time, Some((10, 30)));
        assert_eq!(values(&"9".repeat(60), "en").1, 60, "and nothing overflows");
        assert_eq!(values("1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1", "en").1, 31);
    }
}
