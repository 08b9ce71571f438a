//! The tables and keys of a pipeline file, with their defaults.

use crate::asr;
use crate::asr::gate::GateRules;
use crate::asr::hot_words::BOOST;
use crate::listen::endpoint::EndpointRules;
use crate::mt::guards::GuardRules;
use crate::mt::units::UnitRules;
use crate::onnx::Device;
use crate::pipeline::governor::GovernorRules;
use crate::stabilise::CommitPolicy;
use crate::text::Lang;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// A pipeline file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where the daemon's own speech comes from.
    pub source: SourceConfig,
    /// When somebody speaks.
    pub listen: ListenConfig,
    /// Speech to text.
    pub recognise: RecogniseConfig,
    /// Text to text.
    pub translate: TranslateConfig,
    /// Text to speech.
    pub speak: SpeakConfig,
    /// What terms are called.
    pub glossary: GlossaryConfig,
    /// What is spared when work comes faster than it is done.
    pub governor: GovernorRules,
    /// The network.
    pub server: ServerConfig,
}

/// Kinds of local source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SourceKind {
    /// A capture device.
    Microphone,
    /// Rooms are fed over the network only.
    #[default]
    None,
}

/// `[source]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SourceConfig {
    /// `microphone` or `none`.
    pub kind: SourceKind,
    /// A device id from `sottovoce devices`, or `default`.
    pub device: String,
    /// The room it speaks in.
    pub room: String,
    /// The speaker's name.
    pub speaker: String,
    /// An audio file that is spoken once, in real time, where there is no microphone; relative to the models' folder.
    pub sample: Option<String>,
}

impl Default for SourceConfig {
    fn default() -> Self {
        Self {
            kind: SourceKind::None,
            device: "default".into(),
            room: "main".into(),
            speaker: String::new(),
            sample: None,
        }
    }
}

/// `[listen]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ListenConfig {
    /// The voice activity backend.
    pub backend: String,
    /// When speech begins and ends.
    pub endpoint: EndpointRules,
    /// Live audio that waited longer, in seconds, is dropped and announced as a gap.
    pub max_waiting: f64,
}

impl Default for ListenConfig {
    fn default() -> Self {
        Self { backend: "earshot".into(), endpoint: EndpointRules::default(), max_waiting: 5.0 }
    }
}

/// `[recognise]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RecogniseConfig {
    /// The backend; `auto` finds out from the model's files.
    pub backend: String,
    /// A model id of the registry, or a folder.
    pub model: String,
    /// The language spoken, unless a session says otherwise.
    pub lang: Lang,
    /// Find out the language of each utterance (`--from auto`), for models that can; `lang` is then only what is likely.
    pub find_lang: bool,
    /// Threads of one model call.
    pub threads: usize,
    /// `cpu` or `cuda`.
    pub device: Device,
    /// 1: greedy; more: so many beams, where the backend can.
    pub beam: usize,
    /// When words become final; unless given, as suits the model: `native` for streaming ones, `local-agreement` of two
    /// for those that decode the utterance anew.
    /// - `{ kind = "local-agreement", n = 2 }`: what so many hypotheses in a row agree on; steady, a second late.
    /// - `{ kind = "align-att", last = 25 }`: all up to the first word that attends to the last frames of 20 ms; half a
    ///   second late. For a Whisper whose files give their attention.
    /// - `{ kind = "hold-n", n = 3 }`: all but the last words.
    /// - `{ kind = "native" }`: what the model itself can't change any more.
    /// - `{ kind = "final-only" }`: nothing before the utterance ends.
    pub policy: Option<CommitPolicy>,
    /// Seconds that Whisper decodes anew at the most: of a longer window, what is committed is cut off.
    pub window: f64,
    /// What must be known of an utterance before its words are shown.
    pub gate: GateRules,
}

impl Default for RecogniseConfig {
    fn default() -> Self {
        Self {
            backend: "auto".into(),
            model: "starter/asr".into(),
            lang: lang("en"),
            find_lang: false,
            threads: 1,
            device: Device::Cpu,
            beam: 1,
            policy: None,
            window: asr::WINDOW,
            gate: GateRules::default(),
        }
    }
}

/// `[translate]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TranslateConfig {
    /// The backend, or `none`.
    pub backend: String,
    /// A model id of the registry, or a folder.
    pub model: String,
    /// The languages to translate into.
    pub to: Vec<Lang>,
    /// Threads of one model call.
    pub threads: usize,
    /// `cpu` or `cuda`.
    pub device: Device,
    /// 1: greedy; more: so many beams.
    pub beam: usize,
    /// When translated words become final.
    /// - `{ kind = "source-tail", words = 3 }`, the default: what was said already without the last three words of the source,
    ///   and ever since. It cost no chrF against translating whole utterances, and words were final after 2.15 s (LAAL);
    ///   two words cost 1.0 chrF and gave 1.8 s.
    /// - `{ kind = "local-agreement", n = 4 }`: what four translations in a row agree on: as good, after 2.66 s; of three 0.3
    ///   chrF are lost, of two 0.95: after `the train` two agree on `el tren`, and then comes `station`.
    /// - `{ kind = "align-att", last = 2 }`: all up to the first word that comes from the last two words of the source, for
    ///   imported models.
    /// - `hold-n` and `final-only` as in `recognise.policy`.
    ///
    /// All by `sottovoce eval`, with the first edition of the starter models on its samples.
    pub policy: CommitPolicy,
    /// What is translated together.
    pub unit: UnitRules,
    /// What of a final translation's meaning is compared with its source, and what follows from a difference.
    pub guards: GuardRules,
    /// Words of a language that drafts look at in the vocabulary of an imported model, learnt while translating; 0: always
    /// all. Closed units are decided by all.
    pub shortlist: usize,
}

impl Default for TranslateConfig {
    fn default() -> Self {
        Self {
            backend: "seq2seq".into(),
            model: "starter/mt".into(),
            to: vec![lang("es")],
            threads: 1,
            device: Device::Cpu,
            beam: 1,
            policy: CommitPolicy::SourceTail { words: 3 },
            unit: UnitRules::default(),
            guards: GuardRules::default(),
            shortlist: 4_096,
        }
    }
}

/// `[glossary]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GlossaryConfig {
    /// The file: TOML, or a table with tabs (`*.tsv`); relative to the pipeline file. Read again when it changes.
    pub file: Option<PathBuf>,
    /// What each letter of its words is helped by in recognition (natural log); 0: nothing.
    pub boost: f32,
}

impl Default for GlossaryConfig {
    fn default() -> Self {
        Self { file: None, boost: BOOST }
    }
}

/// `[speak]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SpeakConfig {
    /// The backend, or `none`. `auto` takes what the models' files need, and eSpeak NG where there are no models.
    pub backend: String,
    /// Model ids of the registry, or folders: one voice per language. None for `espeak`.
    pub models: Vec<String>,
    /// The speaker of a model that has several: a name or a number.
    pub speaker: Option<String>,
    /// Threads of one model call.
    pub threads: usize,
    /// `cpu` or `cuda`.
    pub device: Device,
}

impl Default for SpeakConfig {
    fn default() -> Self {
        Self { backend: "auto".into(), models: Vec::new(), speaker: None, threads: 1, device: Device::Cpu }
    }
}

/// `server.tls`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum TlsConfig {
    /// No encryption.
    None,
    /// Our own certificate.
    SelfMade,
    /// PEM files, relative to the pipeline file.
    Files {
        /// The chain.
        certificate: PathBuf,
        /// Its key.
        key: PathBuf,
    },
}

/// `[server]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ServerConfig {
    /// Address and port.
    pub listen: String,
    /// Who knows it may do everything (`Authorization: Bearer`, the subprotocol `bearer.TOKEN`, or `token=`). Beyond loopback
    /// this or `token_secret` is needed.
    pub token: Option<String>,
    /// Signs tokens that allow some things, in some rooms, until a time (`sottovoce token`; JWT, HS256); 32 characters or more.
    pub token_secret: Option<String>,
    /// How connections are encrypted.
    /// - `{ kind = "none" }`: not at all; for loopback, or behind a proxy that does it.
    /// - `{ kind = "self-made" }`: with a certificate that is made once; browsers warn of it. (Phones need TLS for the microphone.)
    /// - `{ kind = "files", certificate = "chain.pem", key = "key.pem" }`: with one's own.
    pub tls: TlsConfig,
    /// Serve beyond loopback without a token.
    pub insecure: bool,
    /// Speakers at once.
    pub max_sessions: usize,
    /// Listeners at once.
    pub max_listeners: usize,
    /// Connections at once that ask for pages, or don't say yet what they want.
    pub max_connections: usize,
    /// Connections a second from one address (IPv6: from one network).
    pub max_arrivals: u32,
    /// Rooms at once.
    pub max_rooms: usize,
    /// Bytes of one message from a client.
    pub max_message: usize,
    /// Messages a second from one speaker: blocks of 10 ms, and five times that to catch up after a stall.
    pub max_messages: u32,
    /// Seconds that a speaker may send no sound before its session ends.
    pub idle_timeout: f64,
    /// Whether listeners may hear the speakers' own sound (`sound=on`): 32 kB a second for each who does.
    pub sound: bool,
    /// Events that may wait for a slow listener.
    pub listener_queue: usize,
    /// Seconds that stopping may take before it is cut short.
    pub drain_timeout: f64,
}

impl ServerConfig {
    /// The token that opens everything; an empty one is none.
    pub fn master(&self) -> Option<&str> {
        self.token.as_deref().filter(|token| !token.is_empty())
    }

    /// What signs tokens; an empty one is none.
    pub fn secret(&self) -> Option<&str> {
        self.token_secret.as_deref().filter(|secret| !secret.is_empty())
    }
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8000".into(),
            token: None,
            token_secret: None,
            tls: TlsConfig::None,
            insecure: false,
            max_sessions: 64,
            max_listeners: 1_024,
            max_connections: 4_096,
            max_arrivals: 100,
            max_rooms: 256,
            max_message: 1 << 20,
            max_messages: 500,
            idle_timeout: 600.0,
            sound: true,
            listener_queue: 256,
            drain_timeout: 10.0,
        }
    }
}

fn lang(tag: &str) -> Lang {
    #[expect(clippy::expect_used, reason = "called with two constant tags that the tests read")]
    Lang::parse(tag).expect("a known language")
}
