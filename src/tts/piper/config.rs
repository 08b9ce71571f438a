//! Reads a Piper voice's `.onnx.json`: rate, language, phoneme ids, speakers.

use crate::error::{Error, Result};
use crate::text::Lang;
use serde::Deserialize;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// A voice's config, as far as speaking needs it.
#[derive(Debug, Deserialize)]
pub struct Config {
    audio: Audio,
    #[serde(default)]
    espeak: Espeak,
    #[serde(default = "espeak")]
    phoneme_type: String,
    phoneme_id_map: HashMap<String, Vec<i64>>,
    #[serde(default = "one")]
    num_speakers: i64,
    #[serde(default)]
    speaker_id_map: HashMap<String, i64>,
    #[serde(default)]
    pub(super) default_speaker_id: i64,
    #[serde(default)]
    pub(super) inference: Scales,
    #[serde(default)]
    language: Language,
    /// Vowels that are one phoneme together, such as `["a", "ɪ"]`.
    vowel_clusters: Option<Vec<Vec<String>>>,
}

#[derive(Debug, Deserialize)]
struct Audio {
    sample_rate: u32,
}

#[derive(Debug, Default, Deserialize)]
struct Espeak {
    #[serde(default)]
    voice: String,
}

#[derive(Debug, Default, Deserialize)]
struct Language {
    #[serde(default)]
    code: String,
}

/// How much chance is in a voice, and how slow it is.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(default)]
pub struct Scales {
    /// Chance in the sound.
    pub noise_scale: f32,
    /// Length of each phoneme; 1 is as trained.
    pub length_scale: f32,
    /// Chance in the lengths.
    pub noise_w: f32,
}

impl Default for Scales {
    /// piper-tts's.
    fn default() -> Self {
        Self { noise_scale: 0.667, length_scale: 1.0, noise_w: 0.8 }
    }
}

fn espeak() -> String {
    "espeak".into()
}

fn one() -> i64 {
    1
}

impl Config {
    /// The config of a model file.
    ///
    /// # Errors
    /// A missing-model error that names the file and the field.
    pub fn read(model: &Path) -> Result<Self> {
        let mut path = model.as_os_str().to_owned();
        path.push(".json");
        let path = PathBuf::from(path);
        let broken = |e: String| Error::missing(format!("voice config {}: {e}", path.display()));
        let hint = "a Piper voice is two files, NAME.onnx and NAME.onnx.json; fetch both again";
        let text = std::fs::read_to_string(&path).map_err(|e| broken(e.to_string()).hint(hint))?;
        let config: Self = serde_json::from_str(&text).map_err(|e| broken(e.to_string()).hint(hint))?;
        match config.phoneme_type.as_str() {
            "espeak" if config.espeak.voice.is_empty() => return Err(broken("espeak.voice is empty".into()).hint(hint)),
            "espeak" | "text" => {}
            other => {
                let message = format!("its phonemes are of the type `{other}`, which only Piper itself can make");
                return Err(broken(message).hint("choose a voice whose phoneme_type is espeak or text"));
            }
        }
        match ["_", "^", "$"].iter().find(|p| config.ids(p).is_none()) {
            Some(lacking) => Err(broken(format!("phoneme_id_map has no `{lacking}`")).hint(hint)),
            None => Ok(config),
        }
    }

    /// Hz. Early configs say 22500 where the voice was trained at 22050 (`shared/reference/models.md` §5.1).
    pub fn rate(&self) -> u32 {
        if self.audio.sample_rate == 22_500 { 22_050 } else { self.audio.sample_rate }
    }

    /// eSpeak NG's voice that pronounces for it; none where its phonemes are letters.
    pub fn espeak_voice(&self) -> Option<&str> {
        (self.phoneme_type == "espeak").then_some(self.espeak.voice.as_str())
    }

    /// The language it speaks, as far as we know that language.
    pub fn languages(&self) -> Vec<Lang> {
        let codes = [&self.language.code, &self.espeak.voice];
        codes.iter().find_map(|code| Lang::parse(code).ok()).into_iter().collect()
    }

    /// The ids of a phoneme.
    pub fn ids(&self, phoneme: &str) -> Option<&[i64]> {
        self.phoneme_id_map.get(phoneme).map(Vec::as_slice)
    }

    /// What follows every phoneme.
    pub fn pad(&self) -> &[i64] {
        self.ids("_").unwrap_or_default()
    }

    /// Phonemes one by one; the vowels of a cluster together, the longest first.
    pub fn clusters(&self, phonemes: &str) -> Vec<String> {
        let mut clusters: Vec<String> = self.vowel_clusters.iter().flatten().map(|c| c.concat()).collect();
        clusters.sort_by_key(|c| std::cmp::Reverse(c.chars().count()));
        let (mut parts, mut rest) = (Vec::new(), phonemes);
        while let Some(first) = rest.chars().next() {
            let cluster = clusters.iter().find(|c| !c.is_empty() && rest.starts_with(c.as_str()));
            let part = cluster.cloned().unwrap_or_else(|| first.to_string());
            rest = &rest[part.len()..];
            parts.push(part);
        }
        parts
    }

    /// A speaker's number from its name or number.
    ///
    /// # Errors
    /// A config error that says who is there.
    pub fn speaker(&self, speaker: &str) -> Result<i64> {
        let number = speaker.parse().ok().filter(|n| (0..self.num_speakers).contains(n));
        self.speaker_id_map.get(speaker).copied().or(number).ok_or_else(|| {
            let mut names: Vec<&str> = self.speaker_id_map.keys().map(String::as_str).collect();
            names.sort_unstable();
            Error::config(format!("there is no speaker `{speaker}`")).hint(format!(
                "there are the numbers 0 to {}{}",
                self.num_speakers - 1,
                super::super::voices::some_names(&names)
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(more: serde_json::Value) -> Config {
        let mut json = serde_json::json!({
            "audio": { "sample_rate": 22500 }, "espeak": { "voice": "en-us" },
            "phoneme_id_map": { "_": [0], "^": [1], "$": [2], "a": [3], "aɪ": [4], "ɪ": [5] }
        });
        json.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        serde_json::from_value(json).expect("a config")
    }

    #[test]
    fn old_configs_are_read() {
        let config = config(serde_json::json!({}));
        assert_eq!((config.rate(), config.espeak_voice()), (22_050, Some("en-us")));
        assert_eq!(config.inference, Scales { noise_scale: 0.667, length_scale: 1.0, noise_w: 0.8 });
        assert_eq!(config.languages(), [Lang::parse("en-US").expect("known")]);
    }

    #[test]
    fn clusters_are_one_phoneme_where_the_voice_says_so() {
        assert_eq!(config(serde_json::json!({})).clusters("aɪ"), ["a", "ɪ"]);
        let config = config(serde_json::json!({ "vowel_clusters": [["a", "ɪ"]] }));
        assert_eq!(config.clusters("ɪaɪa"), ["ɪ", "aɪ", "a"]);
    }

    #[test]
    fn speakers_have_names_and_numbers() {
        let config = config(serde_json::json!({ "num_speakers": 2, "speaker_id_map": { "ada": 0, "grace": 1 } }));
        assert_eq!(config.speaker("grace").expect("there"), 1);
        assert_eq!(config.speaker("1").expect("there"), 1);
        let e = config.speaker("2").expect_err("not there");
        assert_eq!(e.hint_text(), Some("there are the numbers 0 to 1: ada, grace"));
    }
}
