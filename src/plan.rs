//! Turns a [`Config`] into a [`Plan`]: languages checked, paths resolved, sizes decided. The only place that says
//! "this can't run" before anything runs.

use crate::asr::{self, Recognizer};
use crate::config::{Config, RecogniseConfig};
use crate::error::{Error, Result};
use crate::glossary::Glossaries;
use crate::listen::vad;
use crate::models::layout::Layout;
use crate::models::{Model, Registry, State, bytes};
use crate::mt::{self, Translator};
use crate::onnx::Compute;
use crate::stabilise::CommitPolicy;
use crate::text::Lang;
use crate::tts::{self, Synthesizer};
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::sync::Arc;

/// A checked configuration, ready to run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// As written.
    pub config: Config,
    /// The recogniser's model folder.
    pub asr_model: PathBuf,
    /// The recogniser's backend, found out where the file says `auto`.
    pub asr_backend: String,
    /// The translator's model folder, if there is one.
    pub mt_model: Option<PathBuf>,
    /// The voices' model folders, each with the languages the registry knows of it.
    pub tts_models: Vec<(PathBuf, Vec<Lang>)>,
    /// Where the server listens.
    pub listen: SocketAddr,
    /// The sample's path, if there is one.
    pub sample: Option<PathBuf>,
    /// What terms are called.
    pub glossary: Arc<Glossaries>,
}

/// The models of a plan, loaded and warm.
pub struct Models {
    /// Speech to text.
    pub recognizer: Box<dyn Recognizer>,
    /// Text to text.
    pub translator: Option<Box<dyn Translator>>,
    /// Text to speech.
    pub synthesizer: Option<Box<dyn Synthesizer>>,
}

fn find<T: Copy>(what: &str, name: &str, backends: &[(&str, T)]) -> Result<T> {
    backends.iter().find(|b| b.0 == name).map(|b| b.1).ok_or_else(|| {
        let known: Vec<&str> = backends.iter().map(|b| b.0).collect();
        Error::config(format!("unknown {what} backend `{name}`")).hint(format!("there is: {}", known.join(", ")))
    })
}

impl Plan {
    /// Checks a configuration. Loads no model.
    ///
    /// # Errors
    /// A config error that names the key, or what is missing.
    pub fn new(config: Config) -> Result<Self> {
        let registry = Registry::find()?;
        // All that is wrong with the file comes before what is missing: that can be fetched.
        let is_auto = config.recognise.backend == "auto";
        if !is_auto {
            find("recognise", &config.recognise.backend, asr::BACKENDS).map_err(|e| e.context("recognise.backend"))?;
        }
        if config.translate.backend != "none" {
            find("translate", &config.translate.backend, mt::BACKENDS).map_err(|e| e.context("translate.backend"))?;
        }
        if config.speak.backend != "none" {
            find("speak", &config.speak.backend, tts::BACKENDS).map_err(|e| e.context("speak.backend"))?;
        }
        vad::build(&config.listen.backend).map_err(|e| e.context("listen.backend"))?;
        check_language(&config, &registry)?;
        check_numbers(&config)?;
        let listen = address(&config)?;
        let sample = config.source.sample.as_ref().map(|s| registry.root.join(s));
        let glossary = Glossaries::open(config.glossary.file.clone()).map_err(|e| e.context("glossary.file"))?;
        let glossary = Arc::new(glossary);
        let missing = Self::missing(&config, &registry);
        if missing.len() > 1 && missing.iter().all(|m| m.published.is_some()) {
            return Err(all_missing(&missing));
        }
        let mut folders = Vec::new();
        for (key, id) in used(&config) {
            folders.push(registry.folder(id).map_err(|e| e.context(key))?);
        }
        let mut folders = folders.into_iter();
        let asr_model = folders.next().unwrap_or_default();
        let asr_backend = match is_auto {
            true => Layout::of(&asr_model).map_err(|e| e.context("recognise.model"))?.backend().to_owned(),
            false => config.recognise.backend.clone(),
        };
        let mt_model = if config.translate.backend == "none" { None } else { folders.next() };
        let languages = |id: &String| registry.get(id).map_or_else(|_| Vec::new(), |m| m.languages.clone());
        let tts_models = folders.zip(config.speak.models.iter().map(languages)).collect();
        Ok(Self { config, asr_model, asr_backend, mt_model, tts_models, listen, sample, glossary })
    }

    /// The known models that a configuration uses and that aren't here.
    pub fn missing(config: &Config, registry: &Registry) -> Vec<Model> {
        let known = used(config).into_iter().filter_map(|(_, id)| registry.get(id).ok());
        let mut missing: Vec<Model> = known.filter(|m| registry.state(m) == State::Absent).collect();
        missing.dedup_by(|a, b| a.id == b.id);
        missing
    }

    /// Loads the models and runs each once.
    ///
    /// # Errors
    /// What is missing or doesn't fit, with the key that asked for it.
    pub fn load(&self) -> Result<Models> {
        let Config { recognise, translate, speak, .. } = &self.config;
        let build = find("recognise", &self.asr_backend, asr::BACKENDS)?;
        let compute = Compute { threads: recognise.threads, device: recognise.device };
        let (lang, find_lang) = (recognise.lang.clone(), recognise.find_lang);
        let likely = self.langs();
        let (beam, window) = (recognise.beam, recognise.window);
        let options = asr::Options { compute, lang, find_lang, likely, beam, window };
        let mut recognizer = build(&self.asr_model, &options)?;
        if recognise.policy.is_some_and(aligns) && !recognizer.aligns() {
            return Err(no_attention("recognise", &recognise.model).hint(
                "choose local-agreement, or a Whisper exported with its attention, such as whisper-base-timestamped",
            ));
        }
        recognizer.warm_up()?;
        let translator = match &self.mt_model {
            None => None,
            Some(folder) => {
                let build = find("translate", &translate.backend, mt::BACKENDS)?;
                let compute = Compute { threads: translate.threads, device: translate.device };
                let shortlist = translate.shortlist;
                let options = mt::Options { shortlist, ..mt::Options::new(compute, translate.beam) };
                let mut translator = build(folder, options)?;
                if aligns(translate.policy) && !translator.aligns() {
                    return Err(no_attention("translate", &translate.model)
                        .hint("choose source-tail, or import the model: `sottovoce models import DIR --as ID`"));
                }
                let langs = self.langs();
                let (from, others) = (&langs[0], &langs[1..]);
                for to in others {
                    translator.check(from, to).map_err(|e| e.context("translate.to"))?;
                }
                if let Some(to) = others.first() {
                    translator.translate(&[mt::Job::whole("hello", from, to)])?;
                }
                Some(translator)
            }
        };
        let synthesizer = match speak.backend.as_str() {
            "none" => None,
            name => Some(tts::build(
                name,
                &tts::Options {
                    compute: Compute { threads: speak.threads, device: speak.device },
                    models: self.tts_models.clone(),
                    speaker: speak.speaker.clone(),
                },
            )?),
        };
        Ok(Models { recognizer, translator, synthesizer })
    }

    /// The languages to translate into: none where there is no translator, and not the speaker's own, unless others may speak
    /// other languages.
    pub fn targets(&self) -> Vec<Lang> {
        let RecogniseConfig { lang, find_lang, .. } = &self.config.recognise;
        let is_wanted = |to: &&Lang| self.mt_model.is_some() && (*find_lang || to.primary() != lang.primary());
        self.config.translate.to.iter().filter(is_wanted).cloned().collect()
    }

    /// The languages that may be spoken, that of the file first.
    pub fn spoken(&self) -> Vec<Lang> {
        let mut langs = self.langs();
        langs.truncate(if self.config.recognise.find_lang { usize::MAX } else { 1 });
        langs
    }

    /// All languages that captions come in, the speaker's first.
    pub fn langs(&self) -> Vec<Lang> {
        let own = &self.config.recognise.lang;
        let others = self.targets().into_iter().filter(|lang| lang.primary() != own.primary());
        std::iter::once(own.clone()).chain(others).collect()
    }
}

/// The models that a configuration uses, each with the key that names it: recogniser, translator, voices.
fn used(config: &Config) -> Vec<(&'static str, &str)> {
    let translator =
        (config.translate.backend != "none").then_some(("translate.model", config.translate.model.as_str()));
    let voices = config.speak.models.iter().filter(|_| config.speak.backend != "none");
    let recognizer = ("recognise.model", config.recognise.model.as_str());
    std::iter::once(recognizer).chain(translator).chain(voices.map(|v| ("speak.models", v.as_str()))).collect()
}

fn all_missing(missing: &[Model]) -> Error {
    let ids: Vec<&str> = missing.iter().map(|m| m.id.as_str()).collect();
    let each: Vec<String> = missing.iter().map(|m| format!("{} ({})", m.id, bytes(m.size()))).collect();
    let total = bytes(missing.iter().map(Model::size).sum());
    Error::missing(format!("{} models aren't here yet: {}; about {total} in all", missing.len(), each.join(", ")))
        .hint(format!("`sottovoce models pull {}` fetches them", ids.join(" ")))
}

fn check_language(config: &Config, registry: &Registry) -> Result<()> {
    let (lang, model) = (&config.recognise.lang, registry.get(&config.recognise.model));
    let Ok(model) = model else { return Ok(()) };
    // Of an imported model nobody has said which languages it knows; its own files will.
    if model.languages.is_empty() || model.languages.iter().any(|l| l.primary() == lang.primary()) {
        return Ok(());
    }
    let known: Vec<&str> = model.languages.iter().map(Lang::tag).collect();
    Err(Error::config(format!("model `{}` doesn't understand {} speech", model.id, lang.name()))
        .hint(format!("it understands: {}", known.join(", "))))
}

fn address(config: &Config) -> Result<SocketAddr> {
    let server = &config.server;
    let resolved = server.listen.to_socket_addrs().ok().and_then(|mut all| all.next());
    let address = resolved.ok_or_else(|| {
        Error::config(format!("server.listen: `{}` is not an address", server.listen))
            .hint("write it as 127.0.0.1:8000")
    })?;
    let has_token = server.master().or(server.secret()).is_some();
    if !address.ip().is_loopback() && !has_token && !server.insecure {
        return Err(Error::config(format!(
            "server.listen: {address} can be reached from other machines, without a token"
        ))
        .hint("set `server.token` or `server.token_secret`, or allow it with `--insecure`"));
    }
    Ok(address)
}

fn aligns(policy: CommitPolicy) -> bool {
    matches!(policy, CommitPolicy::AlignAtt { .. })
}

fn no_attention(stage: &str, model: &str) -> Error {
    Error::config(format!("{stage}.policy: model `{model}` doesn't give the attention that align-att needs"))
}

fn check_numbers(config: &Config) -> Result<()> {
    // What agrees with itself alone is agreement in name only.
    let is_sound = |policy: CommitPolicy| {
        !matches!(policy, CommitPolicy::LocalAgreement { n: ..2 } | CommitPolicy::SourceTail { words: 0 })
    };
    let reads = |policy: CommitPolicy| matches!(policy, CommitPolicy::SourceTail { .. });
    let endpoint = &config.listen.endpoint;
    let gate = &config.recognise.gate;
    let is_probability = |p: f32| (0.0..=1.0).contains(&p);
    let rules = [
        ("recognise.threads", config.recognise.threads > 0, "at least 1"),
        ("recognise.beam", (1..=16).contains(&config.recognise.beam), "1 to 16"),
        ("recognise.window", (5.0..=30.0).contains(&config.recognise.window), "5 to 30"),
        (
            "recognise.policy",
            config.recognise.policy.is_none_or(|policy| is_sound(policy) && !reads(policy)),
            "an agreement of 2 or more; `source-tail` is for translate.policy",
        ),
        ("recognise.gate.voice", is_probability(gate.voice), "0 to 1"),
        ("recognise.gate.least", is_probability(gate.least), "0 to 1"),
        ("recognise.gate.swing", gate.swing >= 0.0, "0 or more"),
        ("recognise.gate.slowest", (0.0..gate.fastest).contains(&gate.slowest), "less than recognise.gate.fastest"),
        ("recognise.gate.repeats", gate.repeats != 1, "0 or at least 2"),
        (
            "translate.policy",
            is_sound(config.translate.policy) && config.translate.policy != (CommitPolicy::AlignAtt { last: 0 }),
            "an agreement of 2 or more, a tail of 1 or more",
        ),
        ("speak.threads", config.speak.threads > 0, "at least 1"),
        ("translate.threads", config.translate.threads > 0, "at least 1"),
        ("translate.beam", (1..=16).contains(&config.translate.beam), "1 to 16"),
        ("translate.unit.max_words", (1..=100).contains(&config.translate.unit.max_words), "1 to 100"),
        ("translate.unit.pause", config.translate.unit.pause > 0.0, "more than 0"),
        ("server.listener_queue", config.server.listener_queue >= 8, "at least 8"),
        ("server.max_message", config.server.max_message >= 1_024, "at least 1024"),
        ("server.drain_timeout", (0.0..=3_600.0).contains(&config.server.drain_timeout), "0 to 3600"),
        ("governor.limit", config.governor.limit > 0.0, "more than 0"),
        ("governor.calm", (0.0..config.governor.limit).contains(&config.governor.calm), "less than governor.limit"),
        ("governor.patience", config.governor.patience >= 0.0, "0 or more"),
        ("governor.recovery", config.governor.recovery > 0.0, "more than 0"),
        ("listen.max_waiting", config.listen.max_waiting > 0.0, "more than 0"),
        ("listen.endpoint.start_probability", is_probability(endpoint.start_probability), "0 to 1"),
        ("listen.endpoint.end_probability", is_probability(endpoint.end_probability), "0 to 1"),
        ("listen.endpoint.max_utterance_ms", (1_000..=120_000).contains(&endpoint.max_utterance_ms), "1000 to 120000"),
        ("listen.endpoint.pre_roll_ms", endpoint.pre_roll_ms <= 5_000, "at most 5000"),
    ];
    match rules.iter().find(|(_, is_good, _)| !is_good) {
        Some((key, _, range)) => {
            Err(Error::config(format!("{key} is out of range")).hint(format!("it must be {range}")))
        }
        None => Ok(()),
    }
}
