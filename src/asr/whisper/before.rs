//! Words that are likely to be said, and what was said earlier -> the tokens that Whisper is given as text from before:
//! it goes on spelling as it has begun. One rule for both backends, whatever their tokens are. Pure.

/// Tokens from before that are given at most: half of the decoder's 448 positions, less one for their mark
/// (openai/whisper's `decoding.py`: `prompt[-(n_ctx // 2 - 1):]`).
pub const MOST: usize = 223;

/// And of expected words: faster-whisper's `hotwords` may take all the room; half of it leaves some for what was said.
const MOST_EXPECTED: usize = MOST / 2;

/// The tokens of words that are likely to be said: as many whole words as there is room for.
pub fn expected<T>(words: &[String], encode: impl Fn(&str) -> Option<Vec<T>>) -> Vec<T> {
    let mut tokens = Vec::new();
    for (i, word) in words.iter().enumerate() {
        let text = format!(" {word}{}", if i + 1 < words.len() { "," } else { "." });
        let Some(more) = encode(&text) else { continue };
        if tokens.len() + more.len() > MOST_EXPECTED {
            break;
        }
        tokens.extend(more);
    }
    tokens
}

/// The expected words, then the end of what was said earlier, as much as there is room for.
pub fn before<T: Copy>(expected: &[T], earlier: &[T]) -> Vec<T> {
    let room = MOST.saturating_sub(expected.len());
    [expected, &earlier[earlier.len().saturating_sub(room)..]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expected_words_come_first_and_leave_half_the_room() {
        let letters = |text: &str| (!text.contains('\0')).then(|| text.chars().collect::<Vec<char>>());
        let words = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
        assert_eq!(expected(&words(&["Quill", "\0", "Ama"]), letters).iter().collect::<String>(), " Quill, Ama.");
        let many = expected(&words(&["abcd"; 40]), letters);
        assert_eq!((many.len(), many.last()), (108, Some(&',')), "whole words, of half of 223 tokens");
        let earlier: Vec<char> = ('a'..='z').cycle().take(300).collect();
        let given = before(&many, &earlier);
        assert_eq!(given.len(), 223);
        assert!(given.starts_with(&many) && earlier.ends_with(&given[many.len()..]));
        assert_eq!(before(&[], &earlier), earlier[300 - 223..]);
        assert_eq!(before(&['a'], &['b']), ['a', 'b']);
    }
}
