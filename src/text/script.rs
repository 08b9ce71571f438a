//! Turns text into what is compared when case and accents don't count, and knows which scripts have no spaces.

use unicode_normalization::UnicodeNormalization;

/// Lower case without accents.
pub fn fold(text: &str) -> String {
    let plain = text.nfd().filter(|c| !('\u{300}'..='\u{36F}').contains(c)).flat_map(char::to_lowercase);
    plain.collect::<String>().replace('ß', "ss").replace('\u{2019}', "'")
}

/// Whether a script is written without spaces between words: Chinese, Japanese, Thai, Lao, Burmese, Khmer, Tibetan, and
/// the punctuation they share.
pub fn has_no_spaces(c: char) -> bool {
    matches!(c, '\u{E00}'..='\u{EFF}' | '\u{F00}'..='\u{FFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}'
        | '\u{3001}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{FF01}'..='\u{FF9F}' | '\u{20000}'..='\u{3FFFF}')
}
