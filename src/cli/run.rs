//! `run`: the daemon. Load → warm up → ready → open the port and the microphone; stop in the reverse order.

use super::service::Service;
use super::{Interrupt, load, say};
use crate::capture::file;
use crate::capture::paced::Paced;
use crate::config::{SourceKind, TlsConfig};
use crate::error::{Error, Result};
use crate::hub::Subscription;
use crate::hub::fanout::{Dial, Filter};
use crate::models::Registry;
use crate::out::Passing;
use crate::out::terminal::Terminal;
use crate::pipeline::speaker::Speaker;
use crate::pipeline::{Opening, Pipeline};
use crate::plan::Plan;
use crate::server::{Privacy, Server};
use clap::Args;
use crossbeam_channel::{Receiver, bounded};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// The pipeline file; without one, the starter pipeline.
    pipeline: Option<PathBuf>,
    /// Address and port to serve on.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// Encrypt with a self-made certificate: phones give a page the microphone over HTTPS only.
    #[arg(long)]
    tls: bool,
    /// Allow other machines to connect without a token.
    #[arg(long)]
    insecure: bool,
    /// Fetch models that are missing, unasked; accepts their licences.
    #[arg(short, long)]
    yes: bool,
    #[command(flatten)]
    overrides: super::Overrides,
}

pub(super) fn run(args: &RunArgs) -> Result<()> {
    let interrupt = Interrupt::watch()?;
    let mut config = load(args.pipeline.as_deref())?;
    args.overrides.apply(&mut config)?;
    config.server.insecure |= args.insecure;
    if args.tls {
        config.server.tls = TlsConfig::SelfMade;
    }
    if let Some(listen) = &args.listen {
        config.server.listen.clone_from(listen);
    }
    let plan = super::pull::plan(config, args.yes, &interrupt)?;
    let models = plan.load()?;
    let pipeline = Arc::new(Pipeline::start(plan, models)?);
    let captions = show_captions(&pipeline)?;
    let server = Server::start(pipeline.clone())?;
    say(&ready(&server))?;
    let mut service = Service::ready(&server.address.to_string());
    if let Some(advice) = advice(pipeline.plan()) {
        say(&advice)?;
    }
    let outcome = serve(&pipeline, &interrupt, &mut service);
    service.stopping();
    server.drain();
    let patience = Duration::from_secs_f64(pipeline.plan().config.server.drain_timeout);
    let stopped = pipeline.stop(patience);
    server.stop();
    drop(pipeline);
    // The terminal has shown everything once its events end, unless it is stopped: then nobody waits for it.
    let deadline = std::time::Instant::now() + Duration::from_secs(1);
    while !captions.is_finished() && std::time::Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(5));
    }
    outcome.and(stopped)
}

/// Where it serves, and how to be sure that it is us.
fn ready(server: &Server) -> String {
    let (scheme, print) = match &server.privacy {
        Privacy::None => ("http", String::new()),
        Privacy::Given => ("https", String::new()),
        Privacy::SelfMade(print) => ("https", format!("\n    its own certificate has the SHA-256 fingerprint {print}")),
    };
    format!("sottovoce is ready: {scheme}://{}/   (Ctrl-C stops it){print}", server.address)
}

/// How to get models that know human voices, while the starter ones are in use.
fn advice(plan: &Plan) -> Option<String> {
    let registry = Registry::find().ok().filter(|_| plan.config.recognise.model.starts_with("starter/"))?;
    let size = registry.catalogue.sizes.iter().find(|s| s.name == "laptop")?;
    let bytes: u64 = size.models.iter().filter_map(|id| registry.get(id).ok()).map(|m| m.size()).sum();
    let program = std::env::args().next().unwrap_or_else(|| "sottovoce".into());
    let pipeline = registry.root.parent().unwrap_or(Path::new("")).join(&size.pipeline);
    Some(format!(
        "The starter models know synthetic voices only. For human voices (fetches {} once):\n    {program} run --yes {}",
        crate::models::bytes(bytes),
        pipeline.display()
    ))
}

/// Shows the room of the local source in the terminal.
fn show_captions(pipeline: &Pipeline) -> Result<JoinHandle<()>> {
    let (sender, events): (_, Receiver<crate::hub::fanout::Frame>) = bounded(1_024);
    let room = pipeline.plan().config.source.room.clone();
    let filter = Filter { dial: Dial::Instant, ..Filter::default() };
    let (id, sink) = (pipeline.next_id(), Box::new(Passing(sender)));
    pipeline.subscribe(Subscription { id, room, filter, after: None, replay: false, sink })?;
    let show = move || {
        let mut terminal = Terminal::stdout(true);
        for frame in events {
            // A terminal that is gone must not stop the daemon.
            let _ = terminal.show(&frame.event);
        }
    };
    let thread = std::thread::Builder::new().name("terminal".into()).spawn(show);
    thread.map_err(|e| Error::failed(format!("no thread for the terminal: {e}")))
}

/// Feeds the local source until the end is asked for or something fails.
fn serve(pipeline: &Pipeline, interrupt: &Interrupt, service: &mut Service) -> Result<()> {
    let mut source = LocalSource::open(pipeline)?;
    loop {
        if let Some(fault) = pipeline.fault() {
            return Err(fault);
        }
        if interrupt.came() {
            return Ok(());
        }
        source = source.step(pipeline)?;
        service.beat(pipeline);
    }
}

/// What the daemon itself listens to.
enum LocalSource {
    #[cfg(feature = "microphone")]
    Microphone(Box<crate::capture::device::Microphone>, Box<Speaker>, Vec<f32>),
    Sample(Paced, Box<Speaker>),
    Nothing,
}

impl LocalSource {
    fn open(pipeline: &Pipeline) -> Result<Self> {
        let source = &pipeline.plan().config.source;
        if source.kind == SourceKind::None {
            return Ok(Self::Nothing);
        }
        let why = match Self::microphone(pipeline) {
            Ok(microphone) => return Ok(microphone),
            Err(e) => e,
        };
        // Without a microphone the daemon is still of use: it says so, and shows what it can do.
        eprintln!("sottovoce: {why}");
        match &pipeline.plan().sample {
            Some(path) => {
                say(&format!("There is no microphone here, so the sample speaks once: {}", path.display()))?;
                let mut reader = Paced::new(file::open(path)?);
                let Some(first) = reader.peek()? else { return Ok(Self::Nothing) };
                Ok(Self::Sample(reader, Box::new(pipeline.open(opening(pipeline, first))?)))
            }
            None => Ok(Self::Nothing),
        }
    }

    #[cfg(feature = "microphone")]
    fn microphone(pipeline: &Pipeline) -> Result<Self> {
        let source = &pipeline.plan().config.source;
        let microphone = crate::capture::device::open(&source.device)?;
        say(&format!("Listening to {}.", microphone.name))?;
        let speaker = pipeline.open(opening(pipeline, microphone.format))?;
        Ok(Self::Microphone(Box::new(microphone), Box::new(speaker), Vec::new()))
    }

    #[cfg(not(feature = "microphone"))]
    fn microphone(_: &Pipeline) -> Result<Self> {
        Err(Error::missing("this build has no microphone support (feature `microphone`)"))
    }

    /// Moves on by about 20 ms.
    fn step(self, pipeline: &Pipeline) -> Result<Self> {
        match self {
            #[cfg(feature = "microphone")]
            Self::Microphone(mut microphone, mut speaker, mut samples) => {
                std::thread::sleep(Duration::from_millis(20));
                let format = microphone.format;
                microphone.ring.take(&mut samples);
                let lost = microphone.ring.take_lost() / u64::from(format.channels);
                if !samples.is_empty() {
                    speaker.push(crate::capture::Block { format, samples: std::mem::take(&mut samples) })?;
                }
                if lost > 0 {
                    speaker.lose(lost)?;
                }
                if microphone.ring.has_failed() {
                    eprintln!("sottovoce: the microphone {} is gone; still serving the network", microphone.name);
                    return Ok(Self::Nothing);
                }
                Ok(Self::Microphone(microphone, speaker, samples))
            }
            Self::Sample(mut reader, mut speaker) => match reader.next_block()? {
                Some(block) => {
                    speaker.push(block)?;
                    Ok(Self::Sample(reader, speaker))
                }
                None => {
                    drop(speaker);
                    say(&format!("That was the sample. Still serving http://{}/", pipeline.plan().listen))?;
                    Ok(Self::Nothing)
                }
            },
            Self::Nothing => {
                std::thread::sleep(Duration::from_millis(50));
                Ok(self)
            }
        }
    }
}

fn opening(pipeline: &Pipeline, format: crate::audio::AudioFormat) -> Opening {
    let source = &pipeline.plan().config.source;
    Opening { room: source.room.clone(), speaker: source.speaker.clone(), lang: None, format, live: true }
}
