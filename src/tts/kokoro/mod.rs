//! Turns text into speech with Kokoro: phonemes → ids, with a style for their number → one run of the model per sentence.
//!
//! Contract: `shared/reference/models.md` §5.2. Inputs `input_ids` or `tokens` i64 `[1, ids]`, `style` f32 `[1, 256]`,
//! `speed` `[1]`; the first output is the audio at 24 kHz. Reference: kokoro-onnx 0.6.1.
//!
//! Like kokoro-onnx, it takes eSpeak NG's IPA as it is. The model was trained on the phonemes of misaki, whose dictionary
//! and rules know English better (stress, homographs, its own signs for diphthongs); expect an accent here and there.
//! Unlike with kokoro-onnx, times are read whole (it cuts 7:45 in two) and quotes, brackets and ellipses leave no mark.

mod styles;
mod vocabulary;

use super::phonemes::{self, Phonemizer};
use super::sentences;
use super::voices::{Loaded, some_names};
use super::{Options, Synthesizer};
use crate::audio::Voice;
use crate::error::{Error, Result};
use crate::models::layout;
use crate::onnx::{self, Array, Compute, Shape};
use crate::text::Lang;
use ndarray::{ArrayD, IxDyn};
use ort::session::Session;
use std::path::{Path, PathBuf};
use styles::{STYLE, Style, Styles};
use vocabulary::Vocabulary;

/// Of every published Kokoro, in Hz.
const RATE: u32 = 24_000;
/// The most phonemes of one run: 512 positions less the two pads.
const LONGEST: usize = 510;

/// The languages whose voices eSpeak NG pronounces for: a voice's name begins with the letter (hexgrad's VOICES.md).
/// Japanese (`j`) and Chinese (`z`) voices need phonemes that it doesn't make.
const LANGUAGES: &[(char, &str)] =
    &[('a', "en-US"), ('b', "en-GB"), ('e', "es"), ('f', "fr"), ('h', "hi"), ('i', "it"), ('p', "pt-BR")];

/// The voice taken where none is named: the best graded one of VOICES.md.
const FAVOURITE: &str = "af_heart";

/// The loaded model with its voices.
pub struct Kokoro {
    session: Session,
    inputs: Vec<Shape>,
    vocabulary: Vocabulary,
    styles: Styles,
    speaker: Option<String>,
    path: PathBuf,
}

/// Loads a model's folder for [`voices`](super::voices).
///
/// # Errors
/// A missing-model error that names the file.
pub fn load(folder: &Path, options: &Options) -> Result<Loaded> {
    let mut kokoro = Kokoro::load(folder, options.compute)?;
    let refused = options.speaker.as_deref().and_then(|speaker| kokoro.choose(speaker).err());
    Ok(Loaded { languages: kokoro.languages(), refused, synthesizer: Box::new(kokoro) })
}

impl Kokoro {
    /// Loads the model of a folder, and runs it once.
    ///
    /// # Errors
    /// A missing-model error that names the file.
    pub fn load(folder: &Path, compute: Compute) -> Result<Self> {
        let path = find(folder)?;
        let styles = styles::read(folder)?;
        drop(phonemes::library()?);
        let session = onnx::load(&path, compute)?;
        let inputs = onnx::shapes(session.inputs());
        if inputs.len() != 3
            || inputs.iter().any(|i| !["input_ids", "tokens", "style", "speed"].contains(&i.name.as_str()))
        {
            let message = format!("model file {} is no Kokoro: its inputs are others", path.display());
            return Err(Error::missing(message).hint("they must be input_ids or tokens, style, and speed"));
        }
        let vocabulary = Vocabulary::find(folder, &session)?;
        let mut kokoro = Self { session, inputs, vocabulary, styles, speaker: None, path };
        let ids = kokoro.ids("a");
        if let Some(style) = kokoro.styles.values().next().cloned() {
            kokoro.run(&ids, &style, 1.0)?;
        }
        Ok(kokoro)
    }

    /// Chooses the voice by name or number, for the language that its name tells.
    ///
    /// # Errors
    /// A config error that says who is there.
    pub fn choose(&mut self, speaker: &str) -> Result<()> {
        let names: Vec<&str> = self.styles.keys().map(String::as_str).collect();
        let by_number = speaker.parse().ok().and_then(|n: usize| names.get(n));
        let name = names.iter().find(|n| **n == speaker).or(by_number).ok_or_else(|| {
            Error::config(format!("{}: there is no speaker `{speaker}`", self.path.display())).hint(format!(
                "there are the numbers 0 to {}{}",
                names.len() - 1,
                some_names(&names)
            ))
        })?;
        self.speaker = Some((*name).to_owned());
        Ok(())
    }

    /// The languages that voices are there for.
    pub fn languages(&self) -> Vec<Lang> {
        let spoken = LANGUAGES.iter().filter(|(initial, _)| self.styles.keys().any(|v| v.starts_with(*initial)));
        spoken.filter_map(|(_, tag)| Lang::parse(tag).ok()).collect()
    }

    /// The voice that speaks this language: the chosen one if it does, else the favourite, else the first; a chosen voice
    /// for lack of another speaks every language.
    fn voice(&self, lang: &Lang) -> Option<&str> {
        let speaks = |name: &str| {
            let mut own = LANGUAGES.iter().filter(|(initial, _)| name.starts_with(*initial));
            own.any(|(_, tag)| tag.split('-').next() == Some(lang.primary()))
        };
        let chosen = self.speaker.as_deref();
        let first = || self.styles.keys().map(String::as_str).find(|n| speaks(n));
        let favourite = self.styles.contains_key(FAVOURITE).then_some(FAVOURITE);
        chosen.filter(|n| speaks(n)).or(favourite.filter(|n| speaks(n))).or_else(first).or(chosen)
    }

    /// The phonemes of each piece of a text that is spoken in one go, as far as the model knows them.
    ///
    /// # Errors
    /// When eSpeak NG or its voice is missing.
    pub fn sentences(&self, text: &str, lang: &Lang) -> Result<Vec<String>> {
        let phonemizer = Phonemizer { voice: lang.espeak().to_owned(), as_piper: false };
        let known = phonemizer.sentences(text)?.into_iter().map(|s| self.vocabulary.known(&s));
        let pieces = |s: String| sentences::pieces(&s, LONGEST).into_iter().map(str::to_owned).collect::<Vec<_>>();
        Ok(known.flat_map(pieces).collect())
    }

    /// A pad, the phonemes that the model knows, a pad.
    pub fn ids(&self, phonemes: &str) -> Vec<i64> {
        std::iter::once(0).chain(self.vocabulary.ids(phonemes)).chain([0]).collect()
    }

    /// The style of a voice, by name.
    pub fn style(&self, voice: &str) -> Option<Style> {
        self.styles.get(voice).cloned()
    }

    /// The audio of these ids, as the model gives it.
    ///
    /// # Errors
    /// When the model fails.
    pub fn run(&mut self, ids: &[i64], style: &Style, speed: f32) -> Result<Vec<f32>> {
        let failed = |e: Error| e.context(self.path.display());
        let mut inputs = onnx::Inputs::new();
        for input in &self.inputs {
            let value = match input.name.as_str() {
                "style" => Array::F32(array(&[1, STYLE], style.row(ids.len().saturating_sub(2)).to_vec())?),
                // hexgrad's own export counts in whole speeds, and would take less than one for none.
                "speed" if input.is_integer() => Array::I64(array(&[1], vec![speed.floor().max(1.0) as i64])?),
                "speed" => Array::F32(array(&[1], vec![speed])?),
                _ => Array::I64(array(&[1, ids.len()], ids.to_vec())?),
            };
            inputs.push((input.name.as_str().into(), value.into_value_for(input).map_err(failed)?.into()));
        }
        let outputs = onnx::run(&mut self.session, inputs).map_err(failed)?;
        Ok(Array::floats(&outputs[0]).map_err(failed)?.iter().copied().collect())
    }
}

impl Synthesizer for Kokoro {
    fn speak(&mut self, text: &str, lang: &Lang, speed: f32, sink: &mut dyn FnMut(Voice)) -> Result<()> {
        let style = self
            .voice(lang)
            .and_then(|v| self.style(v))
            .ok_or_else(|| Error::failed(format!("{}: it has no voice for {}", self.path.display(), lang.name())))?;
        for phonemes in self.sentences(text, lang)? {
            let ids = self.ids(&phonemes);
            let samples = self.run(&ids, &style, speed)?;
            let samples = samples.iter().map(|s| (s.clamp(-1.0, 1.0) * 32767.0) as i16).collect();
            sink(Voice { rate: RATE, samples });
        }
        Ok(())
    }
}

/// The model file of a folder: `model*.onnx` as the hub has it, else the first `.onnx` there is.
fn find(folder: &Path) -> Result<PathBuf> {
    if let Some(path) = layout::find_file(folder, "model") {
        return Ok(path);
    }
    let files = std::fs::read_dir(folder).map_err(|e| Error::missing(format!("{}: {e}", folder.display())))?;
    let paths = files.flatten().map(|f| f.path());
    paths.filter(|p| p.extension().is_some_and(|e| e == "onnx")).min().ok_or_else(|| {
        Error::missing(format!("{} holds no Kokoro model", folder.display()))
            .hint("it needs the model's .onnx file and its voices (voices/*.bin or voices-v1.0.bin)")
    })
}

fn array<T>(shape: &[usize], values: Vec<T>) -> Result<ArrayD<T>> {
    ArrayD::from_shape_vec(IxDyn(shape), values).map_err(|e| Error::failed(e.to_string()))
}
