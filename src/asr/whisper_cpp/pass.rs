//! Turns a window of sound into timed words with one call of whisper.cpp.

use super::call::Params;
use crate::asr::whisper::TOKENS;
use crate::asr::whisper::search::without_loop;
use crate::audio::{SAMPLE_RATE, StreamTime};
use crate::error::{Error, Result};
use crate::text::Word;
use whisper_rs::{WhisperState, WhisperTokenId};

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
/// whisper.cpp counts time in 10 ms.
const SAMPLES_PER_TICK: i64 = SAMPLE_RATE as i64 / 100;

/// A piece of text with its time in samples and its probability.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piece {
    pub(super) id: u32,
    pub(super) bytes: Vec<u8>,
    pub(super) start: i64,
    pub(super) end: i64,
    pub(super) p: f32,
}

/// How much of the encoder a window needs.
pub(super) fn audio_ctx(samples: usize) -> usize {
    let sound = (samples * POSITIONS_PER_SECOND).div_ceil(SAMPLE_RATE as usize);
    (sound + SPARE_POSITIONS).next_multiple_of(POSITION_STEP).clamp(FEWEST_POSITIONS, MOST_POSITIONS)
}

/// Recognises a window; `None` if the call was aborted. `end_of_text`: the first token that is no text.
///
/// # Errors
/// When whisper.cpp fails.
pub(super) fn pieces(
    state: &mut WhisperState,
    params: &Params,
    threads: usize,
    positions: usize,
    window: &[f32],
    end_of_text: WhisperTokenId,
) -> Result<Option<Vec<Piece>>> {
    if params.abort().is_raised() {
        return Ok(None);
    }
    let seconds = window.len().div_ceil(SAMPLE_RATE as usize);
    let call = params.for_call(threads, positions, TOKENS.0 + TOKENS.1 * seconds);
    let outcome = match window.len() < SHORTEST {
        true => state.full(call, &[window, &vec![0.0; SHORTEST - window.len()]].concat()),
        false => state.full(call, window),
    };
    if params.abort().is_raised() {
        return Ok(None);
    }
    outcome.map_err(|e| Error::failed(format!("whisper.cpp: {e}")))?;
    let mut pieces = Vec::new();
    for segment in state.as_iter() {
        for token in (0..segment.n_tokens()).filter_map(|i| segment.get_token(i)) {
            let data = token.token_data();
            if data.id < end_of_text {
                let bytes = token.to_bytes().map_err(|e| Error::failed(format!("whisper.cpp: {e}")))?.to_vec();
                let (start, end) = (data.t0 * SAMPLES_PER_TICK, data.t1 * SAMPLES_PER_TICK);
                pieces.push(Piece { id: data.id.unsigned_abs(), bytes, start, end, p: data.p });
            }
        }
    }
    Ok(Some(pieces))
}

/// Pieces as words, a loop at their end left out. A word begins where a piece begins with a space; in languages written
/// without spaces, wherever a character ends.
///
/// Times are made to lie inside the window, and not to run backwards.
pub(super) fn words(pieces: &[Piece], samples: usize, is_spaced: bool) -> Vec<Word> {
    let ids: Vec<u32> = pieces.iter().map(|p| p.id).collect();
    let mut groups: Vec<Vec<&Piece>> = Vec::new();
    for piece in &pieces[..without_loop(&ids, u32::MAX).len()] {
        let is_whole = |group: &[&Piece]| std::str::from_utf8(&bytes(group)).is_ok();
        match groups.last_mut() {
            Some(group) if !(piece.bytes.starts_with(b" ") || !is_spaced && is_whole(group)) => group.push(piece),
            _ => groups.push(vec![piece]),
        }
    }
    let mut at = 0;
    let word = |group: Vec<&Piece>| {
        // What is left of a character that isn't complete yet is no text.
        let text = String::from_utf8_lossy(&bytes(&group)).trim_matches(['\u{fffd}', ' ']).to_owned();
        let p = group.iter().map(|p| p.p).sum::<f32>() / group.len().max(1) as f32;
        let (first, last) = (group.first()?.start, group.last()?.end);
        let mut time = |t: i64| {
            at = (t.max(0) as usize).clamp(at, samples);
            StreamTime(at as u64)
        };
        let (start, end) = (time(first), time(last));
        Some(Word { text, start, end, p: p.clamp(0.0, 1.0) })
    };
    groups.into_iter().filter_map(word).filter(|w| !w.text.is_empty()).collect()
}

/// A character's bytes may lie in several pieces.
fn bytes(pieces: &[&Piece]) -> Vec<u8> {
    pieces.iter().flat_map(|p| p.bytes.iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoder_runs_no_longer_than_the_sound_needs() {
        let seconds = |s: f32| audio_ctx((s * 16_000.0) as usize);
        assert_eq!([0.5, 1.0, 2.5, 2.6, 5.0, 20.0, 30.0].map(seconds), [256, 256, 256, 320, 384, 1_152, 1_500]);
    }

    fn piece(id: u32, bytes: &[u8], start: i64, end: i64, p: f32) -> Piece {
        Piece { id, bytes: bytes.to_vec(), start, end, p }
    }

    #[test]
    fn pieces_become_words_with_times_that_run_forwards() {
        let pieces = [
            piece(1, b" caf", 1_600, 3_200, 0.5),
            piece(2, b"\xc3", 3_200, 3_200, 1.0),
            piece(3, b"\xa9", 3_200, 4_800, 0.9),
            piece(4, b",", 4_800, 4_800, 0.8),
            piece(5, b" ", 0, 0, 0.1),
            piece(6, b" no", 4_000, 480_000, 0.25),
            piece(7, b" \xc3", 0, 0, 0.1),
        ];
        let found = words(&pieces, 16_000, true);
        let seen: Vec<_> = found.iter().map(|w| (w.text.as_str(), w.start.0, w.end.0)).collect();
        assert_eq!(seen, [("caf\u{e9},", 1_600, 4_800), ("no", 4_800, 16_000)]);
        assert!((found[0].p - 0.8).abs() < 1e-6);
        let characters = words(&pieces[1..4], 16_000, false);
        assert_eq!(characters.iter().map(|w| w.text.as_str()).collect::<Vec<_>>(), ["\u{e9}", ","]);
    }

    #[test]
    fn a_loop_is_said_once() {
        let pieces: Vec<Piece> = (0..40).map(|i| piece(if i == 0 { 8 } else { 9 }, b" no", i, i + 1, 0.5)).collect();
        let found = words(&pieces, 16_000, true);
        assert!((2..5).contains(&found.len()), "{}", found.len());
    }
}
