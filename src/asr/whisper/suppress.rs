//! Turns a model's `generation_config.json` into the tokens that are never written, or not written first.

use super::tokens::{Tokens, number};
use serde_json::Value;

impl Tokens {
    /// The symbols that nobody says, and the marks that only we set.
    pub(super) fn never(&self, config: &Value) -> Vec<u32> {
        let mut never = match config["suppress_tokens"].as_array() {
            Some(list) => list.iter().filter_map(number).collect(),
            None => self.symbols(),
        };
        let marks = [self.transcribe, self.translate, self.previous, self.no_speech];
        let language_model = self.tokenizer.token_to_id("<|startoflm|>");
        never.extend(marks.into_iter().flatten().chain([self.start]).chain(language_model));
        never.sort_unstable();
        never.dedup();
        never
    }

    /// A blank and the end. The configs of large models name another end, so it is added whatever they say.
    pub(super) fn not_first(&self, config: &Value) -> Vec<u32> {
        let listed = config["begin_suppress_tokens"].as_array().into_iter().flatten().filter_map(number);
        // A blank as byte-level BPE writes it.
        let mut list: Vec<u32> = listed.chain(self.tokenizer.token_to_id("\u{120}")).chain([self.end]).collect();
        list.sort_unstable();
        list.dedup();
        list
    }

    /// OpenAI's `non_speech_tokens`: brackets, music notes and the like, which stand for what is not said.
    fn symbols(&self) -> Vec<u32> {
        const SINGLE: &str = "\"#()*+/:;<=>@[\\]^_`{|}~「」『』";
        const SEVERAL: &str = "<< >> <<< >>> -- --- -( -[ (' (\" (( )) ((( ))) [[ ]] {{ }} ♪♪ ♪♪♪";
        // Where these are several tokens, the first is theirs alone: all begin with the same two bytes.
        const NOTES: &str = "♩♪♫♬♭♮♯";
        let ids = |text: &str| self.encode(text).unwrap_or_default();
        let mut found: Vec<u32> = [" -", " '"].iter().filter_map(|t| ids(t).first().copied()).collect();
        let single = SINGLE.chars().chain(NOTES.chars()).map(String::from);
        for symbol in single.chain(SEVERAL.split(' ').map(String::from)) {
            let is_note = NOTES.contains(&symbol);
            for ids in [ids(&symbol), ids(&format!(" {symbol}"))] {
                if ids.len() == 1 || is_note {
                    found.extend(ids.first());
                }
            }
        }
        found
    }
}
