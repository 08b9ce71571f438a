//! Several voices as one synthesizer: each language is spoken by the first voice that knows it, the rest by eSpeak NG.

use super::espeak::Espeak;
use super::{Options, Synthesizer, kokoro, piper};
use crate::audio::Voice;
use crate::error::{Error, Result};
use crate::models::layout::Layout;
use crate::text::Lang;
use std::path::Path;

/// A model that speaks.
pub struct Loaded {
    /// The languages it says it speaks; none where it doesn't say, or says one we don't know.
    pub languages: Vec<Lang>,
    /// Why it can't speak as the speaker that was asked for; it has its default speaker then.
    pub refused: Option<Error>,
    /// It.
    pub synthesizer: Box<dyn Synthesizer>,
}

/// Loads a voice's folder.
type Load = fn(&Path, &Options) -> Result<Loaded>;

/// Voices by language.
pub struct Voices {
    voices: Vec<(Vec<Lang>, Box<dyn Synthesizer>)>,
    /// For languages that no voice speaks, once one was asked for.
    fallback: Option<Espeak>,
    /// The languages whose lack was told.
    told: Vec<Lang>,
}

impl Voices {
    /// Loads every model of the options with `load`, or, where that is none, with what its files need.
    ///
    /// # Errors
    /// What is missing, a speaker whom no model has, or a language that is unknown.
    pub fn load(options: &Options, load: Option<Load>) -> Result<Self> {
        if options.models.is_empty() {
            return Err(Error::config("speak.models names no voice")
                .hint("write the folder of one, or set speak.backend = \"espeak\""));
        }
        let (mut voices, mut refusals) = (Vec::new(), Vec::new());
        for (folder, registered) in &options.models {
            let load = match load {
                Some(load) => load,
                None => by_layout(folder)?,
            };
            let loaded = load(folder, options)?;
            let languages = languages(registered, loaded.languages);
            if languages.is_empty() {
                let message = format!("{}: it is not known which language this voice speaks", folder.display());
                return Err(Error::missing(message).hint("its config names it in `language.code`, such as en_US"));
            }
            refusals.push(loaded.refused);
            voices.push((languages, loaded.synthesizer));
        }
        // One voice of several may well lack a speaker that another has.
        let missed: Option<Vec<Error>> = refusals.into_iter().collect();
        match missed.and_then(|all| all.into_iter().next()) {
            Some(refusal) => Err(refusal.context("speak.speaker")),
            None => Ok(Self { voices, fallback: None, told: Vec::new() }),
        }
    }

    fn fallback(&mut self, lang: &Lang) -> Result<&mut Espeak> {
        if !self.told.contains(lang) {
            tracing::warn!("no voice of speak.models speaks {}: eSpeak NG does", lang.name());
            self.told.push(lang.clone());
        }
        match &mut self.fallback {
            Some(espeak) => Ok(espeak),
            none => Ok(none.insert(Espeak::find()?)),
        }
    }
}

impl Synthesizer for Voices {
    fn speak(&mut self, text: &str, lang: &Lang, speed: f32, sink: &mut dyn FnMut(Voice)) -> Result<()> {
        let exact = self.voices.iter().position(|(langs, _)| langs.contains(lang));
        let near = || self.voices.iter().position(|(langs, _)| langs.iter().any(|l| l.primary() == lang.primary()));
        match exact.or_else(near) {
            Some(i) => self.voices[i].1.speak(text, lang, speed, sink),
            None => self.fallback(lang)?.speak(text, lang, speed, sink),
        }
    }
}

fn by_layout(folder: &Path) -> Result<Load> {
    match Layout::of(folder)? {
        Layout::Piper => Ok(piper::load),
        Layout::Kokoro => Ok(kokoro::load),
        other => Err(Error::config(format!("{} is no voice, but a model for `{}`", folder.display(), other.backend()))
            .hint("speak.models takes Piper voices and Kokoro")),
    }
}

/// The registry's word where it has one, but nothing that a voice with its own list doesn't know.
fn languages(registered: &[Lang], own: Vec<Lang>) -> Vec<Lang> {
    let knows = |l: &&Lang| own.iter().any(|o| o.primary() == l.primary());
    let both: Vec<Lang> = registered.iter().filter(knows).cloned().collect();
    match (both.is_empty(), own.is_empty()) {
        (false, _) => both,
        (true, true) => registered.to_vec(),
        (true, false) => own,
    }
}

/// `: a, b, c …`, for a hint; nothing where there are no names.
pub fn some_names(names: &[&str]) -> String {
    let shown = names.iter().take(10).copied().collect::<Vec<_>>().join(", ");
    let more = if names.len() > 10 { " …" } else { "" };
    if names.is_empty() { shown } else { format!(": {shown}{more}") }
}
