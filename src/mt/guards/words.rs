//! Turns text into the words, numerals, codes and signs that the guards look at. Pure.

use super::digits::{self, Numeral};
use crate::text::{Lang, fold};

/// A piece of text with a meaning of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// As written.
    pub text: String,
    /// In lower case, without accents: `n't` and `ü` are written in several ways, and recognisers leave accents out.
    pub folded: String,
    /// What kind of piece.
    pub kind: Kind,
    /// It begins a sentence.
    pub begins: bool,
    /// A mark, other than a hyphen, stands before it.
    pub apart: bool,
}

/// Kinds of pieces.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Letters.
    Word,
    /// A number in digits.
    Digits(Numeral),
    /// Letters and digits: `B12`, `COVID-19`.
    Code,
    /// A sign that means a unit: `%`, `€`.
    Sign,
}

/// Signs that are words.
const SIGNS: &str = "%٪％€$£¥°";
/// Marks behind which a sentence begins.
const ENDS: &str = ".?!…。？！।؟۔";
/// Languages whose short words are written onto the next with an apostrophe (l'heure, dell'anno).
const ELIDING: [&str; 4] = ["fr", "it", "ca", "oc"];

/// The pieces of a text.
pub fn tokens(text: &str, lang: &Lang) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let elides = ELIDING.contains(&lang.primary());
    let (mut tokens, mut begins, mut apart, mut at) = (Vec::new(), true, false, 0);
    while at < chars.len() {
        let c = chars[at];
        let (kind, length) = if digits::value(c).is_some() {
            let (numeral, length) = digits::read(&chars[at..], lang);
            (Kind::Digits(numeral), length)
        } else if c.is_alphabetic() {
            word(&chars[at..], elides)
        } else if SIGNS.contains(c) {
            (Kind::Sign, 1)
        } else {
            let ends = ENDS.contains(c) && chars.get(at + 1).is_none_or(|next| !next.is_alphanumeric());
            begins |= ends;
            // An apostrophe that elides, a hyphen and the mark of an ordinal (`3.`, `3º`) hold together what they stand in.
            apart |= !(c.is_whitespace() || "-'\u{2019}ºª".contains(c));
            at += 1;
            continue;
        };
        let text: String = chars[at..at + length].iter().collect();
        tokens.push(Token { folded: fold(&text), text, kind, begins, apart });
        (begins, apart) = (false, false);
        at += length;
    }
    tokens
}

/// A word or a code, and how many characters it has.
fn word(chars: &[char], elides: bool) -> (Kind, usize) {
    let is_part = |at: usize| {
        let inside = |c: char| chars.get(at + 1).is_some_and(|next| c == '-' || next.is_alphabetic());
        match chars[at] {
            '\'' | '\u{2019}' => !elides && inside('\''),
            // `COVID-19`, but `twenty-one` is two words.
            '-' => chars[..at].iter().all(|c| c.is_uppercase()) && chars.get(at + 1).is_some_and(char::is_ascii_digit),
            c => c.is_alphanumeric() || ('\u{300}'..='\u{36F}').contains(&c),
        }
    };
    let length = (1..chars.len()).find(|&at| !is_part(at)).unwrap_or(chars.len());
    let has_digit = chars[..length].iter().any(|c| digits::value(*c).is_some());
    (if has_digit { Kind::Code } else { Kind::Word }, length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str, lang: &str) -> Vec<String> {
        tokens(text, &Lang::parse(lang).expect("known")).into_iter().map(|t| t.folded).collect()
    }

    #[test]
    fn pieces_are_told_apart() {
        assert_eq!(texts("I don\u{2019}t pay 3,500 €.", "en"), ["i", "don't", "pay", "3,500", "€"]);
        assert_eq!(texts("L'heure, n'est-ce pas", "fr"), ["l", "heure", "n", "est", "ce", "pas"]);
        assert_eq!(
            texts("Room B12, COVID-19, twenty-one 5kg", "en"),
            ["room", "b12", "covid-19", "twenty", "one", "5", "kg"]
        );
        assert_eq!(texts("Dreißig Züge", "de"), ["dreissig", "zuge"]);
    }

    #[test]
    fn sentences_and_marks_are_seen() {
        let tokens = tokens("Hello. It is 3.5, twenty-one", &Lang::parse("en").expect("known"));
        let begins: Vec<bool> = tokens.iter().map(|t| t.begins).collect();
        assert_eq!(begins, [true, true, false, false, false, false]);
        assert_eq!(tokens.iter().map(|t| t.apart).collect::<Vec<_>>(), [false, true, false, false, true, false]);
    }
}
