//! Turns tokens into text and words, never splitting a character: a token may end inside one.

use super::tokens::Tokens;
use std::ops::Range;

/// Languages written without spaces; OpenAI splits their words wherever a character ends.
const UNSPACED: &[&str] = &["zh", "ja", "th", "lo", "my", "yue"];
/// Python's `string.punctuation`.
const PUNCTUATION: &str = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

/// A word as the model writes it, with the space before it.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// Its text.
    pub text: String,
    /// Its tokens' place among the text's.
    pub tokens: Range<usize>,
}

impl Tokens {
    /// The bytes of a token's text; a mark has none.
    fn bytes(&self, token: u32) -> Vec<u8> {
        if token >= self.end {
            return Vec::new();
        }
        let piece = self.tokenizer.id_to_token(token).unwrap_or_default();
        piece.chars().filter_map(byte).collect()
    }

    /// The text of tokens, without marks and times; where they end inside a character, it ends in U+FFFD.
    pub fn text(&self, tokens: &[u32]) -> String {
        let bytes: Vec<u8> = tokens.iter().flat_map(|t| self.bytes(*t)).collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The words of text tokens in a language (by its Whisper code): OpenAI's `split_to_word_tokens`.
    pub fn words(&self, tokens: &[u32], language: &str) -> Vec<Piece> {
        let pieces = self.characters(tokens);
        if UNSPACED.contains(&language) {
            return pieces;
        }
        let mut words: Vec<Piece> = Vec::new();
        for piece in pieces {
            let begins = piece.text.starts_with(' ') || PUNCTUATION.contains(piece.text.trim());
            match words.last_mut() {
                Some(last) if !begins => {
                    last.text.push_str(&piece.text);
                    last.tokens.end = piece.tokens.end;
                }
                _ => words.push(piece),
            }
        }
        words
    }

    /// The fewest tokens at a time that end with a character. Bytes that stand for none even in the whole text are an
    /// error of the model's; they are U+FFFD.
    fn characters(&self, tokens: &[u32]) -> Vec<Piece> {
        const BROKEN: char = '\u{fffd}';
        let whole: Vec<char> = self.text(tokens).chars().collect();
        let mut pieces = Vec::new();
        let (mut start, mut done) = (0, 0);
        for end in 1..=tokens.len() {
            let text = self.text(&tokens[start..end]);
            let broken = text.chars().position(|c| c == BROKEN);
            if broken.is_none_or(|i| whole.get(done + i) == Some(&BROKEN)) {
                done += text.chars().count();
                pieces.push(Piece { text, tokens: start..end });
                start = end;
            }
        }
        pieces
    }
}

/// The byte that a character of a byte-level piece stands for (GPT-2's `bytes_to_unicode`): itself where it can be seen,
/// else the next free one from U+0100 on.
fn byte(character: char) -> Option<u8> {
    let is_seen = |b: u8| matches!(b, 0x21..=0x7e | 0xa1..=0xac | 0xae..=0xff);
    match u32::from(character) {
        code @ 0..=0xff => u8::try_from(code).ok().filter(|b| is_seen(*b)),
        code => (0..=u8::MAX).filter(|b| !is_seen(*b)).nth(code as usize - 0x100),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_one_character() {
        let seen: Vec<u8> = (0..=0x143).filter_map(char::from_u32).filter_map(byte).collect();
        let mut all = seen.clone();
        all.sort_unstable();
        assert_eq!(all, (0..=255).collect::<Vec<u8>>());
        assert_eq!((byte('\u{120}'), byte('A'), byte('\u{10a}')), (Some(b' '), Some(b'A'), Some(b'\n')));
    }
}
