//! `translate`: files or standard input through the same pipeline, as fast as possible or paced in real time.

use super::writer::{Wanted, Writer, name};
use super::{Interrupt, load};
use crate::audio::AudioFormat;
use crate::capture::file::{self, Reader};
use crate::capture::paced::Paced;
use crate::error::{Error, Result};
use crate::hub::Subscription;
use crate::hub::fanout::{Dial, Filter};
use crate::out::Patient;
use crate::out::subtitles::Format;
use crate::pipeline::{Opening, Pipeline};
use clap::Args;
use crossbeam_channel::bounded;
use indicatif::{ProgressBar, ProgressStyle};
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(super) struct TranslateArgs {
    /// Audio files (WAV, FLAC, MP3, Ogg, AAC, …), or - for standard input.
    #[arg(required = true)]
    input: Vec<PathBuf>,
    /// The pipeline file; without one, the starter pipeline.
    #[arg(short, long, value_name = "FILE")]
    pipeline: Option<PathBuf>,
    #[command(flatten)]
    overrides: super::Overrides,
    /// Give the audio at the speed of real time, as a microphone would.
    #[arg(long)]
    paced: bool,
    /// What to write: jsonl (every event), txt, vtt, srt, wav (the translated voice). Several with --output.
    #[arg(long, value_delimiter = ',', default_value = "txt")]
    format: Vec<String>,
    /// A folder for the results, named after the input, its language and the format.
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Fetch models that are missing, unasked; accepts their licences.
    #[arg(short, long)]
    yes: bool,
    /// Standard input is raw 16-bit little-endian samples of this rate (Hz).
    #[arg(long, value_name = "HZ")]
    rate: Option<u32>,
    /// Channels of raw standard input.
    #[arg(long, default_value_t = 1, requires = "rate")]
    channels: u16,
}

pub(super) fn translate(args: &TranslateArgs) -> Result<()> {
    let interrupt = Interrupt::watch()?;
    let mut config = load(args.pipeline.as_deref())?;
    args.overrides.apply(&mut config)?;
    let formats = args.format.iter().map(|f| Format::parse(f)).collect::<Result<Vec<_>>>()?;
    if !formats.contains(&Format::Wav) {
        config.speak.backend = "none".into();
    }
    let langs = config.translate.to.clone();
    // Work on a file can take every place there is.
    config.server.max_sessions = config.server.max_sessions.max(1);
    let wanted = Wanted { formats, langs, output: args.output.clone() };
    wanted.check(&args.input)?;
    // Bad input is told before models are fetched and loaded, and before good input is worked on.
    let mut readers = Vec::new();
    for input in &args.input {
        readers.push((input, open(input, args)?));
    }
    let plan = super::pull::plan(config, args.yes, &interrupt)?;
    let models = plan.load()?;
    let pipeline = Pipeline::start(plan, models)?;
    let mut outcome = Ok(());
    for (input, reader) in readers {
        let result = one(&pipeline, input, reader, args.paced, &wanted, &interrupt);
        // What could be read of a broken file was translated; the others still get their turn.
        outcome = outcome.and(result.map_err(|e| e.context(input.display())));
        if interrupt.came() {
            break;
        }
    }
    let stopped = pipeline.stop(std::time::Duration::from_secs(10));
    outcome.and(stopped)
}

fn open(input: &Path, args: &TranslateArgs) -> Result<Box<dyn Reader>> {
    if input != Path::new("-") {
        return file::open(input);
    }
    let raw = args.rate.map(|rate| AudioFormat { rate, channels: args.channels });
    if raw.is_some_and(|f| !f.is_usable()) {
        return Err(Error::config("--rate or --channels can't be used").hint("4000 to 384000 Hz, 1 to 64 channels"));
    }
    file::from_stream(std::io::stdin(), raw)
}

/// Translates one input, writing as events come.
fn one(
    pipeline: &Pipeline,
    input: &Path,
    reader: Box<dyn Reader>,
    is_paced: bool,
    wanted: &Wanted,
    interrupt: &Interrupt,
) -> Result<()> {
    let bar = progress(reader.seconds(), wanted);
    let mut reader = Paced::new(reader);
    let Some(format) = reader.peek()? else {
        return Err(Error::input("there is no sound in it"));
    };
    let opening = Opening { room: name(input), speaker: String::new(), lang: None, format, live: is_paced };
    let mut speaker = pipeline.open(opening)?;
    let (sender, events) = bounded(256);
    let filter = Filter {
        session: Some(speaker.session().number),
        voice: wanted.formats.contains(&Format::Wav),
        dial: Dial::Instant,
        ..Filter::default()
    };
    let (id, sink) = (pipeline.next_id(), Box::new(Patient(sender)));
    let room = speaker.session().room.clone();
    pipeline.subscribe(Subscription { id, room, filter, after: None, replay: false, sink })?;
    let mut writer = Writer::new(input, wanted)?;
    let (feed_done, written) = std::thread::scope(|scope| {
        let feeder = scope.spawn(move || -> Result<()> {
            let result = loop {
                if interrupt.came() {
                    break Ok(());
                }
                match if is_paced { reader.next_block() } else { reader.next_unpaced() } {
                    Ok(Some(block)) => speaker.push(block)?,
                    Ok(None) => break Ok(()),
                    Err(e) => break Err(e),
                }
            };
            // Ends the session: what was said so far is finished and written.
            drop(speaker);
            result
        });
        let written = writer.follow(&events, &bar);
        // Free the hub should we have stopped reading early.
        drop(events);
        let fed = feeder.join().unwrap_or_else(|_| Err(Error::failed("the reader panicked")));
        (fed, written)
    });
    bar.finish_and_clear();
    if let Some(fault) = pipeline.fault() {
        return Err(fault);
    }
    written.and(writer.finish()).and(feed_done)
}

fn progress(seconds: Option<f64>, wanted: &Wanted) -> ProgressBar {
    use std::io::IsTerminal;
    let is_quiet = wanted.output.is_none() && std::io::stdout().is_terminal();
    match seconds {
        Some(seconds) if !is_quiet && seconds > 5.0 => {
            let style = ProgressStyle::with_template("{wide_bar} {percent}% of {msg}, {eta} left");
            let bar = ProgressBar::new((seconds * 1000.0) as u64).with_message(format!("{seconds:.0} s of audio"));
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        }
        _ => ProgressBar::hidden(),
    }
}
