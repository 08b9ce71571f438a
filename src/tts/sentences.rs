//! Cuts what is to be spoken into pieces, each spoken by one run of a model, so that the first is heard early. Pure.

/// The most phonemes that are spoken in one go where a model sets no limit: about 15 s of speech, 0.7 s of work for a Piper
/// voice of medium quality on one thread (`shared/reference/peers.md` §3).
pub const LONGEST: usize = 200;

/// The sentences of a text: each ends with `.`, `!`, `?` or `…` before a space, or with its line.
pub fn of_text(text: &str) -> Vec<&str> {
    let (mut sentences, mut start) = (Vec::new(), 0);
    let mut chars = text.char_indices().peekable();
    while let Some((i, c)) = chars.next() {
        let is_end = match chars.peek() {
            Some((_, next)) => ".!?…".contains(c) && next.is_whitespace() || "\n。！？".contains(c),
            None => true,
        };
        if is_end {
            let end = i + c.len_utf8();
            sentences.push(text[start..end].trim());
            start = end;
        }
    }
    sentences.retain(|s| !s.is_empty());
    sentences
}

/// A sentence as it is if it has at most `longest` characters, else in pieces of that: cut after the last clause mark that
/// fits, else at the last space, else anywhere. No piece is made short for a mark near its start.
pub fn pieces(sentence: &str, longest: usize) -> Vec<&str> {
    if sentence.chars().nth(longest).is_none() {
        return if sentence.trim().is_empty() { Vec::new() } else { vec![sentence] };
    }
    let (mut pieces, mut rest) = (Vec::new(), sentence.trim());
    while let Some((limit, _)) = rest.char_indices().nth(longest) {
        let fits = &rest[..limit];
        let after_mark =
            |m: &[char]| fits.rmatch_indices(m).map(|(i, c)| i + c.len()).find(|&end| rest[end..].starts_with(' '));
        let mark = after_mark(&[',', ';', ':', '.', '!', '?', '…', '—']).filter(|&end| end > limit / 3);
        // A space right at the limit is as good as one before it.
        let space = rest[..limit + usize::from(rest[limit..].starts_with(' '))].rfind(' ').filter(|&i| i > 0);
        let (piece, next) = rest.split_at(mark.or(space).unwrap_or(limit));
        pieces.push(piece.trim());
        rest = next.trim_start();
    }
    if !rest.is_empty() {
        pieces.push(rest);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_where_they_end() {
        let text = "Hola. ¿Qué tal? Cuesta 3.50 euros…\nBien";
        assert_eq!(of_text(text), ["Hola.", "¿Qué tal?", "Cuesta 3.50 euros…", "Bien"]);
        assert_eq!(of_text("你好。再见。"), ["你好。", "再见。"]);
        assert!(of_text(" \n ").is_empty());
    }

    #[test]
    fn long_sentences_are_cut_at_the_best_place() {
        assert_eq!(pieces("short, one", 20), ["short, one"]);
        assert_eq!(pieces("one two three, four five", 20), ["one two three,", "four five"]);
        assert_eq!(pieces("a, two three four five", 12), ["a, two three", "four five"]);
        assert_eq!(pieces("ɑɑɑɑɑɑɑ", 3), ["ɑɑɑ", "ɑɑɑ", "ɑ"]);
        assert!(pieces("  ", 3).is_empty());
    }

    proptest::proptest! {
        #[test]
        fn nothing_but_spaces_is_lost(sentence in "[a-z ,é]{0,60}", longest in 1usize..20) {
            let all = pieces(&sentence, longest);
            proptest::prop_assert!(all.iter().all(|p| p.chars().count() <= longest && !p.is_empty()));
            let letters = |s: &str| s.replace(' ', "");
            proptest::prop_assert_eq!(letters(&all.concat()), letters(&sentence));
        }
    }
}
