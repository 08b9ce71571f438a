//! Turns a window of sound into timed words with one call of whisper.cpp.

use super::call::Params;
use crate::asr::whisper::TOKENS;
use crate::asr::whisper::mel::HOP;
use crate::asr::whisper::search::without_loop;
use crate::asr::whisper::segments::{self, FRAMES_PER_STEP, Segment};
use crate::asr::whisper::text::Piece;
use crate::asr::whisper::transcript::{Stretch, placed};
use crate::asr::whisper::words::shared_out;
use crate::audio::SAMPLE_RATE;
use crate::error::{Error, Result};
use crate::text::Word;
use std::ops::Range;
use whisper_rs::{WhisperContext, WhisperError, WhisperState, WhisperTokenId};

/// Shorter input is refused by some versions: padded with silence, 1 s.
const SHORTEST: usize = SAMPLE_RATE as usize;
/// The encoder's positions for a second of sound, and the most it has.
const POSITIONS_PER_SECOND: usize = 50;
const MOST_POSITIONS: usize = 1_500;
/// Positions beyond the sound: Whisper repeats itself when there are none (`shared/reference/models.md` §2), and its
/// cross-attention cache is padded to 256 anyway.
const SPARE_POSITIONS: usize = 128;
const POSITION_STEP: usize = 64;
const FEWEST_POSITIONS: usize = 256;
/// A token with its bytes and its probability.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) id: u32,
    bytes: Vec<u8>,
    p: f32,
}

/// What tokens mean.
#[derive(Debug, Clone, Copy)]
pub(super) struct Marks {
    /// Ends the text; what is below is text.
    pub(super) end: u32,
    /// The time 0.00 s; others follow in steps of 0.02 s.
    pub(super) zero: u32,
    /// Whether the language puts spaces between words.
    pub(super) is_spaced: bool,
}

/// How much of the encoder a window needs.
pub(super) fn audio_ctx(samples: usize) -> usize {
    let sound = (samples * POSITIONS_PER_SECOND).div_ceil(SAMPLE_RATE as usize);
    (sound + SPARE_POSITIONS).next_multiple_of(POSITION_STEP).clamp(FEWEST_POSITIONS, MOST_POSITIONS)
}

/// How a window is to be heard.
pub(super) struct Call<'a> {
    pub(super) params: &'a Params,
    pub(super) threads: usize,
    /// Of the encoder.
    pub(super) positions: usize,
    /// Whether the model writes times, too.
    pub(super) has_times: bool,
    /// The tokens of text from before.
    pub(super) before: &'a [WhisperTokenId],
}

impl Call<'_> {
    /// Recognises a window; the state then holds what was found. Says whether it did: it may have been aborted.
    ///
    /// # Errors
    /// When whisper.cpp fails.
    pub(super) fn run(&self, state: &mut WhisperState, window: &[f32]) -> Result<bool> {
        let seconds = window.len().div_ceil(SAMPLE_RATE as usize);
        let most = TOKENS.0 + TOKENS.1 * seconds;
        let mut call = self.params.for_call(self.threads, self.positions, most, self.before);
        call.set_no_timestamps(!self.has_times);
        let abort = self.params.abort();
        let outcome = match window.len() {
            _ if abort.is_raised() => return Ok(false),
            0..SHORTEST => state.full(call, &[window, &vec![0.0; SHORTEST - window.len()]].concat()),
            _ => state.full(call, window),
        };
        match outcome {
            _ if abort.is_raised() => Ok(false),
            Ok(()) => Ok(true),
            Err(e) => Err(failed(&e)),
        }
    }
}

fn failed(e: &WhisperError) -> Error {
    Error::failed(format!("whisper.cpp: {e}"))
}

/// The tokens of a text; `None` where whisper.cpp doesn't take it.
pub(super) fn encode(context: &WhisperContext, text: &str) -> Option<Vec<WhisperTokenId>> {
    // A token has a byte at least. With less room than there are tokens the binding takes an error for a length.
    context.tokenize(text, text.len()).ok()
}

/// The tokens that a state holds, times included.
///
/// # Errors
/// When whisper.cpp fails.
pub(super) fn tokens(state: &WhisperState) -> Result<Vec<Token>> {
    let mut tokens = Vec::new();
    for segment in state.as_iter() {
        for token in (0..segment.n_tokens()).filter_map(|i| segment.get_token(i)) {
            let bytes = token.to_bytes().map_err(|e| failed(&e))?.to_vec();
            tokens.push(Token { id: token.token_id().unsigned_abs(), bytes, p: token.token_probability() });
        }
    }
    Ok(tokens)
}

/// Tokens as words, a loop at their end left out. Each stretch between two times is shared out among its words.
pub(super) fn words(tokens: &[Token], marks: Marks, samples: usize) -> Vec<Word> {
    let ids: Vec<u32> = tokens.iter().map(|t| t.id).take_while(|id| *id != marks.end).collect();
    let ids = without_loop(&ids, marks.end);
    let texts: Vec<&Token> = tokens[..ids.len()].iter().filter(|t| t.id < marks.end).collect();
    let sound = samples / HOP;
    let steps = sound / FRAMES_PER_STEP;
    let segments: Vec<Segment> = segments::split(ids, marks.zero, marks.end, steps).all().cloned().collect();
    let ps: Vec<f32> = texts.iter().map(|t| t.p).collect();
    let spoken = shared_out(pieces(&texts, marks.is_spaced), &segments, &(0..steps), &ps);
    placed(spoken, &segments, Stretch { from: 0, sound }).into_iter().map(|placed| placed.word).collect()
}

/// A word begins where a token begins with a space; in languages written without spaces, wherever a character ends.
fn pieces(texts: &[&Token], is_spaced: bool) -> Vec<Piece> {
    let mut groups: Vec<Range<usize>> = Vec::new();
    // A character's bytes may lie in several tokens.
    let bytes = |of: Range<usize>| -> Vec<u8> { texts[of].iter().flat_map(|t| t.bytes.iter().copied()).collect() };
    for (i, token) in texts.iter().enumerate() {
        let is_whole = |group: &Range<usize>| String::from_utf8(bytes(group.clone())).is_ok();
        match groups.last_mut() {
            Some(group) if !(token.bytes.starts_with(b" ") || !is_spaced && is_whole(group)) => group.end = i + 1,
            _ => groups.push(i..i + 1),
        }
    }
    let text = |tokens: &Range<usize>| String::from_utf8_lossy(&bytes(tokens.clone())).into_owned();
    groups.into_iter().map(|tokens| Piece { text: text(&tokens), tokens }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARKS: Marks = Marks { end: 100, zero: 200, is_spaced: true };

    #[test]
    fn the_encoder_runs_no_longer_than_the_sound_needs() {
        let seconds = |s: f32| audio_ctx((s * 16_000.0) as usize);
        assert_eq!([0.5, 1.0, 2.5, 2.6, 5.0, 20.0, 30.0].map(seconds), [256, 256, 256, 320, 384, 1_152, 1_500]);
    }

    fn token(id: u32, bytes: &[u8], p: f32) -> Token {
        Token { id, bytes: bytes.to_vec(), p }
    }

    #[test]
    fn tokens_become_words_between_their_times() {
        let tokens = [
            token(205, b"[_TT_5]", 1.0),
            token(1, b" caf", 0.5),
            token(2, b"\xc3", 1.0),
            token(3, b"\xa9", 0.9),
            token(4, b",", 0.8),
            token(5, b" no", 0.25),
            token(225, b"[_TT_25]", 1.0),
            token(100, b"[_EOT_]", 1.0),
        ];
        let found = words(&tokens, MARKS, 16_000);
        let seen: Vec<_> = found.iter().map(|w| (w.text.as_str(), w.start.0, w.end.0)).collect();
        // 0.1 to 0.5 s, shared out as six parts to three.
        assert_eq!(seen, [("caf\u{e9},", 1_600, 5_867), ("no", 5_867, 8_000)]);
        assert!((found[0].p - 0.8).abs() < 1e-6 && (found[1].p - 0.25).abs() < 1e-6);
        let characters = words(&tokens[2..6], Marks { is_spaced: false, ..MARKS }, 16_000);
        assert_eq!(characters.iter().map(|w| w.text.as_str()).collect::<Vec<_>>(), ["\u{e9},", "no"]);
        assert_eq!(characters.last().map(|w| w.end.0), Some(16_000), "without times, the whole window");
    }

    #[test]
    fn a_loop_is_said_once() {
        let tokens: Vec<Token> = (0..40).map(|i| token(if i == 0 { 8 } else { 9 }, b" no", 0.5)).collect();
        let found = words(&tokens, MARKS, 16_000);
        assert!((2..5).contains(&found.len()), "{}", found.len());
    }
}
