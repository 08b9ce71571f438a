//! Turns a session's 16 kHz sound into pieces for those who want to hear the speaker's own voice.

use crate::audio::{SAMPLE_RATE, StreamTime, samples_in_ms};
use crate::pipeline::item::Session;
use std::sync::Arc;

/// Its format on the wire.
pub const FORMAT: &str = "s16le;rate=16000";
const _: () = assert!(SAMPLE_RATE == 16_000);

/// Samples of a piece: sent alone, 20 ms of sound would be as much frame as sound.
const PIECE: usize = samples_in_ms(100) as usize;

/// Some of a session's sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Where it begins.
    pub start: StreamTime,
    /// 16 kHz, one channel; full scale is i16's range.
    pub samples: Vec<i16>,
}

impl Piece {
    /// Where it ends.
    pub fn end(&self) -> StreamTime {
        self.start.plus(self.samples.len() as u64)
    }
}

/// Says whether somebody wants to hear a session.
pub type IsWanted = Box<dyn Fn(&Session) -> bool + Send>;
/// Takes a piece of a session.
pub type Tell = Box<dyn Fn(&Arc<Session>, Piece) + Send>;

/// Who hears the sound of live sessions.
pub struct Original {
    /// Whether anybody does, now.
    pub is_wanted: IsWanted,
    /// Takes a piece.
    pub tell: Tell,
}

/// A session's sound that isn't a piece yet.
#[derive(Debug, Default)]
pub struct Pieces {
    start: StreamTime,
    samples: Vec<i16>,
}

impl Pieces {
    /// Takes sound that begins at `start`; what went before and doesn't touch it is forgotten.
    pub fn push(&mut self, start: StreamTime, samples: &[f32]) -> Option<Piece> {
        if self.start.plus(self.samples.len() as u64) != start {
            self.samples.clear();
        }
        if self.samples.is_empty() {
            self.start = start;
        }
        self.samples.extend(samples.iter().map(|s| (s * 32_768.0).round() as i16));
        (self.samples.len() >= PIECE).then(|| Piece { start: self.start, samples: std::mem::take(&mut self.samples) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_join_and_a_gap_is_none_of_them() {
        let mut pieces = Pieces::default();
        assert_eq!(pieces.push(StreamTime(50), &[0.5; 1_599]), None);
        let first = pieces.push(StreamTime(1_649), &[-1.0, 1.0, 2.0]).expect("full");
        assert_eq!((first.start, first.end(), first.samples.len()), (StreamTime(50), StreamTime(1_652), 1_602));
        assert_eq!(
            first.samples[1_598..],
            [16_384, -32_768, 32_767, 32_767],
            "what is too loud is cut, not turned over"
        );
        assert_eq!(pieces.push(first.end(), &[0.1; 100]), None);
        let after_gap = pieces.push(StreamTime(9_000), &[0.0; 1_600]).expect("full");
        assert_eq!((after_gap.start, after_gap.samples.len()), (StreamTime(9_000), 1_600));
    }
}
