//! Turns text into speech with a Piper voice (VITS): phonemes → ids → one run of the model per sentence.
//!
//! Contract: `shared/reference/models.md` §5.1. Inputs `input` i64 `[1, ids]`, `input_lengths` i64 `[1]`, `scales` f32 `[3]`,
//! and `sid` i64 `[1]` where the voice has several speakers; output f32 `[1, 1, 1, samples]`. Beside `NAME.onnx` lies
//! `NAME.onnx.json`. Reference: piper-tts 1.8.0 (`voice.py`, `phoneme_ids.py`).

mod config;

use super::phonemes::{self, Phonemizer};
use super::sentences::{self, LONGEST};
use super::voices::Loaded;
use super::{Options, Synthesizer};
use crate::audio::Voice;
use crate::error::{Error, Result};
use crate::onnx::{self, Array, Shape};
use crate::text::Lang;
use config::{Config, Scales};
use ndarray::{ArrayD, IxDyn};
use ort::session::Session;
use std::path::{Path, PathBuf};
use unicode_normalization::UnicodeNormalization;

/// Below this a sentence counts as silence and is not made louder (piper-tts).
const SILENCE: f32 = 1e-8;

/// A loaded voice.
pub struct Piper {
    session: Session,
    inputs: Vec<Shape>,
    config: Config,
    /// The speaker's number, in a voice that has several.
    speaker: Option<i64>,
    /// How much chance is in the voice, and how slow it is. Without noise the same text gives the same audio.
    pub scales: Scales,
    path: PathBuf,
}

/// Loads a voice's folder for [`voices`](super::voices).
///
/// # Errors
/// A missing-model error that names the file.
pub fn load(folder: &Path, options: &Options) -> Result<Loaded> {
    let mut voice = Piper::load(folder, options.compute)?;
    let refused = options.speaker.as_deref().and_then(|speaker| voice.choose(speaker).err());
    Ok(Loaded { languages: voice.config.languages(), refused, synthesizer: Box::new(voice) })
}

impl Piper {
    /// Loads the voice of a folder, and runs it once.
    ///
    /// # Errors
    /// A missing-model error that names the file.
    pub fn load(folder: &Path, compute: onnx::Compute) -> Result<Self> {
        let path = find(folder)?;
        let config = Config::read(&path)?;
        if let Some(voice) = config.espeak_voice() {
            phonemes::library()?.set_voice(voice).map_err(|e| e.context(path.display()))?;
        }
        let session = onnx::load(&path, compute)?;
        let inputs = onnx::shapes(session.inputs());
        if let Some(name) = ["input", "input_lengths", "scales"].iter().find(|n| !inputs.iter().any(|i| i.name == **n))
        {
            let message = format!("model file {} is no Piper voice: it has no input `{name}`", path.display());
            return Err(Error::missing(message).hint("voices split in two for streaming are not supported"));
        }
        let speaker = inputs.iter().any(|i| i.name == "sid").then_some(config.default_speaker_id);
        let scales = config.inference;
        let mut voice = Self { session, inputs, config, speaker, scales, path };
        voice.run(&voice.ids("a"), 1.0)?;
        Ok(voice)
    }

    /// Chooses the speaker by name or number.
    ///
    /// # Errors
    /// A config error that says who is there.
    pub fn choose(&mut self, speaker: &str) -> Result<()> {
        if self.speaker.is_none() {
            return Err(Error::config(format!(
                "the voice {} has one speaker only, not `{speaker}`",
                self.path.display()
            )));
        }
        self.speaker = Some(self.config.speaker(speaker).map_err(|e| e.context(self.path.display()))?);
        Ok(())
    }

    /// The ids of each piece of a text that is spoken in one go: a sentence, or a part of a long one.
    ///
    /// # Errors
    /// When eSpeak NG or its voice is missing.
    pub fn sentences(&self, text: &str) -> Result<Vec<Vec<i64>>> {
        let sentences = match self.config.espeak_voice() {
            Some(voice) => Phonemizer { voice: voice.to_owned(), as_piper: true }.sentences(text)?,
            None => sentences::of_text(text).iter().map(|s| s.nfd().collect()).collect(),
        };
        Ok(sentences.iter().flat_map(|s| sentences::pieces(s, LONGEST)).map(|piece| self.ids(piece)).collect())
    }

    /// `^ _ p _ … $`: the start, every phoneme, each followed by a pad, and the end. Unknown phonemes are skipped.
    pub fn ids(&self, phonemes: &str) -> Vec<i64> {
        let phonemes = self.config.clusters(phonemes);
        let middle = phonemes.iter().filter_map(|p| self.config.ids(p)).flat_map(|ids| [ids, self.config.pad()]);
        let parts = [self.config.ids("^").unwrap_or_default(), self.config.pad()].into_iter().chain(middle);
        parts.chain(self.config.ids("$")).flatten().copied().collect()
    }

    /// The audio of one sentence's ids in [-1, 1], as loud as it can be.
    ///
    /// # Errors
    /// When the model fails.
    pub fn run(&mut self, ids: &[i64], speed: f32) -> Result<Vec<f32>> {
        let failed = |e: Error| e.context(self.path.display());
        let one = |i: i64| Array::I64(ArrayD::from_elem(IxDyn(&[1]), i));
        let scales = vec![self.scales.noise_scale, self.scales.length_scale / speed, self.scales.noise_w];
        let mut inputs = onnx::Inputs::new();
        for input in &self.inputs {
            let value = match input.name.as_str() {
                "input" => Array::I64(array(&[1, ids.len()], ids.to_vec())?),
                "input_lengths" => one(ids.len() as i64),
                "scales" => Array::F32(array(&[3], scales.clone())?),
                "sid" => one(self.speaker.unwrap_or_default()),
                other => return Err(failed(Error::missing(format!("it has an unknown input `{other}`")))),
            };
            inputs.push((input.name.as_str().into(), value.into_value_for(input).map_err(failed)?.into()));
        }
        let outputs = onnx::run(&mut self.session, inputs).map_err(failed)?;
        let audio = Array::floats(&outputs[0]).map_err(failed)?;
        let peak = audio.iter().fold(0.0f32, |peak, s| peak.max(s.abs()));
        let gain = if peak < SILENCE { 0.0 } else { 1.0 / peak };
        Ok(audio.iter().map(|s| (s * gain).clamp(-1.0, 1.0)).collect())
    }
}

impl Synthesizer for Piper {
    fn speak(&mut self, text: &str, _: &Lang, speed: f32, sink: &mut dyn FnMut(Voice)) -> Result<()> {
        for ids in self.sentences(text)? {
            let samples = self.run(&ids, speed)?.iter().map(|s| (s * 32767.0) as i16).collect();
            sink(Voice { rate: self.config.rate(), samples });
        }
        Ok(())
    }
}

/// The model file of a folder: the first that has a config, whether or not the other half of the pair is there.
fn find(folder: &Path) -> Result<PathBuf> {
    let files = std::fs::read_dir(folder).map_err(|e| Error::missing(format!("{}: {e}", folder.display())))?;
    let names = files.flatten().map(|f| f.path().display().to_string());
    let models = names.filter_map(|n| {
        n.strip_suffix(".json").unwrap_or(&n).ends_with(".onnx").then(|| n.replace(".onnx.json", ".onnx"))
    });
    let mut models: Vec<PathBuf> = models.map(PathBuf::from).collect();
    models.sort_by_key(|m| (!m.with_extension("onnx.json").is_file(), !m.is_file(), m.clone()));
    models.into_iter().next().ok_or_else(|| {
        Error::missing(format!("{} holds no Piper voice", folder.display()))
            .hint("a voice is two files, NAME.onnx and NAME.onnx.json")
    })
}

fn array<T>(shape: &[usize], values: Vec<T>) -> Result<ArrayD<T>> {
    ArrayD::from_shape_vec(IxDyn(shape), values).map_err(|e| Error::failed(e.to_string()))
}
