//! Turns text into the form that a SentencePiece model was trained on, as `normalizer.cc` of sentencepiece 0.2 does.

use crate::error::{Error, Result};
use sentencepiece_model::NormalizerSpec;

/// How a space is written inside pieces (U+2581).
const SPACE: char = '\u{2581}';

/// The rules of one model.
pub struct Normaliser {
    /// A double array (darts-clone) from what is replaced to where its replacement begins in `replacements`.
    trie: Vec<u32>,
    /// Each ends with a zero byte.
    replacements: Vec<u8>,
    /// Pieces that are taken as they stand, the longest first.
    symbols: Vec<String>,
    add_space: bool,
    is_suffix: bool,
    remove_extra_spaces: bool,
    escape_spaces: bool,
}

impl Normaliser {
    /// Reads a model's rules. `symbols`: pieces that are taken as they stand; `is_suffix`: spaces end words.
    ///
    /// # Errors
    /// When the table of replacements is damaged.
    pub fn new(spec: Option<&NormalizerSpec>, mut symbols: Vec<String>, is_suffix: bool) -> Result<Self> {
        let spec = spec.cloned().unwrap_or_default();
        let table = spec.precompiled_charsmap();
        let damaged = || Error::missing("has a damaged table of replacements");
        let (trie, replacements) = match table.split_first_chunk::<4>() {
            None if table.is_empty() => (Vec::new(), Vec::new()),
            None => return Err(damaged()),
            Some((size, rest)) => {
                let size = u32::from_le_bytes(*size) as usize;
                let (trie, replacements) = rest.split_at_checked(size).ok_or_else(damaged)?;
                let units = trie.chunks_exact(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
                (units.collect(), replacements.to_vec())
            }
        };
        symbols.sort_by_key(|s| std::cmp::Reverse(s.len()));
        Ok(Self {
            trie,
            replacements,
            symbols,
            is_suffix,
            add_space: spec.add_dummy_prefix(),
            remove_extra_spaces: spec.remove_extra_whitespaces(),
            escape_spaces: spec.escape_whitespaces(),
        })
    }

    /// The text as the pieces spell it.
    pub fn normalise(&self, text: &str) -> String {
        let space = if self.escape_spaces { SPACE } else { ' ' };
        let mut out = String::with_capacity(text.len() + 3);
        let mut rest = text;
        while self.remove_extra_spaces && !rest.is_empty() {
            let (part, length) = self.prefix(rest);
            if part != " " {
                break;
            }
            rest = &rest[length..];
        }
        if rest.is_empty() {
            return out;
        }
        if self.add_space && !self.is_suffix {
            out.push(space);
        }
        let mut after_space = self.remove_extra_spaces;
        while !rest.is_empty() {
            let (part, length) = self.prefix(rest);
            let part = if after_space { part.trim_start_matches(' ') } else { part };
            if !part.is_empty() {
                out.extend(part.chars().map(|c| if c == ' ' { space } else { c }));
                after_space = part.ends_with(' ');
            }
            after_space &= self.remove_extra_spaces;
            rest = &rest[length..];
        }
        if self.remove_extra_spaces {
            out.truncate(out.trim_end_matches(space).len());
        }
        if self.add_space && self.is_suffix {
            out.push(space);
        }
        out
    }

    /// The first character of a text or the symbol it begins with: its bytes, and whether it is a symbol.
    pub fn symbol(&self, text: &str) -> (usize, bool) {
        match self.symbols.iter().find(|s| text.starts_with(s.as_str())) {
            Some(symbol) => (symbol.len(), true),
            None => (text.chars().next().map_or(0, char::len_utf8), false),
        }
    }

    /// What the beginning of a text becomes, and how many of its bytes that was: the longest rule wins.
    fn prefix<'a>(&'a self, text: &'a str) -> (&'a str, usize) {
        let (length, is_symbol) = self.symbol(text);
        let unchanged = (&text[..length], length);
        if is_symbol {
            return unchanged;
        }
        self.longest_rule(text).unwrap_or(unchanged)
    }

    fn longest_rule(&self, text: &str) -> Option<(&str, usize)> {
        // A unit of darts-clone: bit 31 and bits 0-7 its label, bit 8 whether a value hangs on it, the rest an offset.
        let offset = |unit: u32| ((unit >> 10) << ((unit & (1 << 9)) >> 6)) as usize;
        let mut node = offset(*self.trie.first()?);
        let mut found = None;
        for (i, byte) in text.bytes().enumerate() {
            node ^= usize::from(byte);
            let unit = *self.trie.get(node).unwrap_or(&0);
            if unit & 0x8000_00FF != u32::from(byte) {
                break;
            }
            node ^= offset(unit);
            if unit & (1 << 8) != 0 {
                let value = self.trie.get(node).map_or(0, |leaf| leaf & 0x7FFF_FFFF);
                found = Some((value as usize, i + 1));
            }
        }
        let (start, length) = found?;
        let replacement = self.replacements.get(start..)?.split(|b| *b == 0).next()?;
        // A rule may end inside a character only in a damaged table.
        text.is_char_boundary(length).then_some((std::str::from_utf8(replacement).ok()?, length))
    }
}
