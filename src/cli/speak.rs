//! `speak`: a file or the microphone -> a room of a running daemon, and its captions -> the terminal.

use super::client::{address, closed, connect, runtime};
use super::{Interrupt, quiet};
use crate::audio::{AudioFormat, s16le_bytes};
use crate::capture::Block;
use crate::capture::file;
use crate::capture::paced::Paced;
use crate::error::{Error, Result};
use crate::event::{Body, Event};
use crate::out::terminal::Terminal;
use clap::Args;
use futures_util::{SinkExt, StreamExt};
use std::path::PathBuf;
#[cfg(feature = "microphone")]
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::{Error as WsError, Message};

#[derive(Debug, Args)]
pub(super) struct SpeakArgs {
    /// The daemon, such as ws://127.0.0.1:8000 (http:// is understood, too).
    url: String,
    /// An audio file, sent in real time; without one, the microphone.
    input: Option<PathBuf>,
    /// The room.
    #[arg(long, default_value = "main")]
    room: String,
    /// The language spoken.
    #[arg(long, default_value = "auto")]
    from: String,
    /// Your name.
    #[arg(long, default_value = "")]
    speaker: String,
    /// The daemon's token.
    #[arg(long)]
    token: Option<String>,
}

/// Where `speak` takes its sound from: blocks, as they come.
type Blocks = mpsc::Receiver<Result<Block>>;

pub(super) fn speak(args: &SpeakArgs) -> Result<()> {
    let interrupt = std::sync::Arc::new(Interrupt::watch()?);
    let (format, mut blocks) = match &args.input {
        Some(path) => from_file(path, interrupt.clone())?,
        None => from_microphone(interrupt.clone())?,
    };
    let query = [("room", args.room.as_str()), ("from", &args.from), ("speaker", &args.speaker)];
    let address = address(&args.url, "/v1/speak", &query);
    runtime()?.block_on(async {
        let mut socket = connect(&address, args.token.as_deref()).await?;
        let config =
            serde_json::json!({"type": "config", "rate": format.rate, "format": "s16le", "channels": format.channels});
        let broke = |e: WsError| Error::failed(format!("the connection broke: {e}"));
        socket.send(Message::text(config.to_string())).await.map_err(broke)?;
        let mut terminal = Terminal::stdout(true);
        let mut input_error = None;
        let mut is_open = true;
        loop {
            tokio::select! {
                block = blocks.recv(), if is_open => {
                    let message = match block {
                        Some(Ok(block)) => Message::binary(bytes(&block)),
                        end => {
                            input_error = end.and_then(Result::err);
                            is_open = false;
                            Message::text(r#"{"end":true}"#)
                        }
                    };
                    socket.send(message).await.map_err(broke)?;
                }
                message = socket.next() => match message {
                    Some(Ok(Message::Text(text))) => {
                        if let Ok(event) = serde_json::from_str::<Event>(&text) {
                            terminal.show(&event).or_else(quiet)?;
                            if matches!(event.body, Body::Bye { .. })
                                && let Some(e) = input_error.take()
                            {
                                return Err(e);
                            }
                        }
                    }
                    Some(Ok(Message::Close(frame))) if is_open => {
                        return closed(frame).and(Err(Error::failed("the daemon stopped before all was sent")));
                    }
                    Some(Ok(Message::Close(frame))) => return closed(frame),
                    Some(Ok(_)) => {}
                    Some(Err(e)) => return Err(broke(e)),
                    None => return Err(Error::failed("the daemon ended the connection")),
                },
            }
        }
    })
}

fn bytes(block: &Block) -> Vec<u8> {
    let samples: Vec<i16> = block.samples.iter().map(|s| (s * 32767.0) as i16).collect();
    s16le_bytes(&samples)
}

/// Runs `next` on a thread of its own until it has no more, and hands its blocks over.
fn feed(
    interrupt: std::sync::Arc<Interrupt>,
    mut next: impl FnMut() -> Result<Option<Block>> + Send + 'static,
) -> Result<Blocks> {
    let (sender, blocks) = mpsc::channel(64);
    let run = move || {
        while !interrupt.came() {
            let Some(block) = next().transpose() else { break };
            let is_last = block.is_err();
            if sender.blocking_send(block).is_err() || is_last {
                break;
            }
        }
    };
    std::thread::Builder::new()
        .name("source".into())
        .spawn(run)
        .map_err(|e| Error::failed(format!("no thread: {e}")))?;
    Ok(blocks)
}

fn from_file(path: &std::path::Path, interrupt: std::sync::Arc<Interrupt>) -> Result<(AudioFormat, Blocks)> {
    let mut reader = Paced::new(file::open(path)?);
    let format = reader.peek()?.ok_or_else(|| Error::input(format!("{}: there is no sound in it", path.display())))?;
    Ok((format, feed(interrupt, move || reader.next_block())?))
}

#[cfg(feature = "microphone")]
fn from_microphone(interrupt: std::sync::Arc<Interrupt>) -> Result<(AudioFormat, Blocks)> {
    let (ready, opened) = std::sync::mpsc::channel();
    // A device may be bound to the thread that opened it, so it is opened where it is read.
    let mut microphone = None;
    let blocks = feed(interrupt, move || {
        if microphone.is_none() {
            match crate::capture::device::open("default") {
                Ok(m) => {
                    let _ = ready.send(Ok(m.format));
                    microphone = Some(OnThisThread(m));
                }
                Err(e) => {
                    let _ = ready.send(Err(e));
                    return Ok(None);
                }
            }
        }
        let Some(OnThisThread(microphone)) = &mut microphone else { return Ok(None) };
        std::thread::sleep(Duration::from_millis(20));
        let mut samples = Vec::new();
        microphone.ring.take(&mut samples);
        match microphone.ring.has_failed() {
            true => Err(Error::missing(format!("the microphone {} is gone", microphone.name))),
            false => Ok(Some(Block { format: microphone.format, samples })),
        }
    })?;
    let format = opened.recv().map_err(|_| Error::failed("the microphone's thread is gone"))??;
    Ok((format, blocks))
}

#[cfg(feature = "microphone")]
struct OnThisThread(crate::capture::device::Microphone);

#[cfg(not(feature = "microphone"))]
fn from_microphone(_: std::sync::Arc<Interrupt>) -> Result<(AudioFormat, Blocks)> {
    Err(Error::missing("this build has no microphone support").hint("name an audio file to send"))
}
