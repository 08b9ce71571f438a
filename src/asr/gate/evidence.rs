//! Turns an utterance's sound and words into what speaks for them: how much of it is voice, how its level swings, and how
//! fast the words would have been said. Pure.

use crate::audio::SAMPLE_RATE;
use crate::listen::vad::WINDOW;
use crate::text::Word;

/// A window with at least this probability has voice.
const VOICED: f32 = 0.5;
/// Signs that stand for a syllable or a word (ideographs, kana, hangul, digits) count as so many letters: the length of an
/// English syllable.
const LETTERS_OF_A_SIGN: usize = 3;

/// The sound of an utterance, window by window.
#[derive(Debug, Clone, Default)]
pub struct Sound {
    /// The probability of voice.
    voice: Vec<f32>,
    /// The mean power, in dB of full scale.
    level: Vec<f32>,
}

impl Sound {
    /// Adds samples, and how probable voice is in each window of them; what comes before the first window (the pre-roll)
    /// counts for nothing.
    pub fn hear(&mut self, samples: &[f32], voice: &[f32]) {
        let first = if self.voice.is_empty() { samples.len().saturating_sub(voice.len() * WINDOW) } else { 0 };
        let windows = samples[first..].chunks_exact(WINDOW);
        self.level.extend(windows.map(decibels).take(voice.len()));
        self.voice.extend_from_slice(&voice[..voice.len().min(self.level.len() - self.voice.len())]);
    }

    /// From the first window with voice to the last: the silence around says nothing.
    fn spoken(&self) -> std::ops::Range<usize> {
        let is_voiced = |p: &f32| *p >= VOICED;
        let first = self.voice.iter().position(is_voiced).unwrap_or(0);
        first..self.voice.iter().rposition(is_voiced).map_or(first, |last| last + 1)
    }

    /// The mean probability of voice; 0 where there is none.
    pub fn voice(&self) -> f32 {
        let spoken = &self.voice[self.spoken()];
        spoken.iter().sum::<f32>() / spoken.len().max(1) as f32
    }

    /// Between the quietest and the loudest tenth of windows, in dB: syllables rise and fall, many voices at once fill each
    /// other's gaps.
    pub fn swing(&self) -> f32 {
        let mut levels = self.level[self.spoken()].to_vec();
        if levels.is_empty() {
            return 0.0;
        }
        levels.sort_by(f32::total_cmp);
        let last = (levels.len() - 1) as f32;
        let at = |share: f32| levels[(last * share).round() as usize];
        at(0.9) - at(0.1)
    }

    /// Seconds of windows that have voice.
    pub fn seconds(&self) -> f32 {
        let voiced = self.voice.iter().filter(|p| **p >= VOICED).count();
        (voiced * WINDOW) as f32 / SAMPLE_RATE as f32
    }
}

/// The mean power of some samples, no lower than -100 dB.
fn decibels(samples: &[f32]) -> f32 {
    let power = samples.iter().map(|s| s * s).sum::<f32>() / samples.len().max(1) as f32;
    10.0 * power.max(1e-10).log10()
}

/// The letters of some words, as far as they take time to say.
pub fn letters(words: &[&Word]) -> usize {
    // Hangul, CJK and kana begin at U+1100 and U+2E80; nothing between is spoken.
    let of = |c: char| match c {
        _ if !c.is_alphanumeric() => 0,
        '\u{1100}'..='\u{11ff}' | '\u{2e80}'.. => LETTERS_OF_A_SIGN,
        _ if c.is_numeric() => LETTERS_OF_A_SIGN,
        _ => 1,
    };
    words.iter().flat_map(|w| w.text.chars()).map(of).sum()
}

/// The mean probability of some words; 1 where there is none.
pub fn certainty(words: &[&Word]) -> f32 {
    if words.is_empty() { 1.0 } else { words.iter().map(|w| w.p).sum::<f32>() / words.len() as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::StreamTime;

    /// A window of this level.
    fn window(level: f32) -> Vec<f32> {
        vec![10f32.powf(level / 20.0); WINDOW]
    }

    #[test]
    fn the_silence_around_says_nothing() {
        let mut sound = Sound::default();
        let pre_roll = vec![0.0; 5_000];
        sound.hear(&[pre_roll, window(-90.0), window(-20.0)].concat(), &[0.2, 0.9]);
        sound.hear(&[window(-30.0), window(-26.0), window(-95.0)].concat(), &[0.4, 0.8, 0.1]);
        assert!((sound.voice() - 0.7).abs() < 1e-6, "{sound:?}");
        assert!((sound.swing() - 10.0).abs() < 0.1, "{sound:?}");
        assert!((sound.seconds() - 0.032).abs() < 1e-6);
        let (nothing, mut odd) = (Sound::default(), Sound::default());
        assert_eq!((nothing.voice(), nothing.swing(), nothing.seconds()), (0.0, 0.0, 0.0));
        odd.hear(&[0.1; 10], &[0.9, 0.9]);
        assert_eq!(odd.voice(), 0.0, "no whole window");
    }

    #[test]
    fn a_sign_takes_as_long_as_a_syllable() {
        let word = |text: &str| Word { text: text.into(), start: StreamTime(0), end: StreamTime(0), p: 0.5 };
        let words = ["it's", "42", "你好", "안녕", "мир!"].map(word);
        assert_eq!(letters(&words.iter().collect::<Vec<_>>()), 3 + 6 + 6 + 6 + 3);
        assert_eq!((certainty(&[]), certainty(&[&words[0]])), (1.0, 0.5));
    }
}
