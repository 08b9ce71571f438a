//! `listen` and `speak`: the command line as a client of a running daemon, over its WebSocket.

use super::{Interrupt, quiet, say};
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
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::{Error as WsError, Message};

#[derive(Debug, Args)]
pub(super) struct ListenArgs {
    /// The daemon, such as ws://127.0.0.1:8000 (http:// is understood, too).
    url: String,
    /// The room.
    #[arg(long, default_value = "main")]
    room: String,
    /// The language to read.
    #[arg(long)]
    lang: String,
    /// How steady: instant, balanced or reading.
    #[arg(long, default_value = "instant")]
    dial: String,
    /// Print every event as a line of JSON.
    #[arg(long)]
    json: bool,
    /// The daemon's token.
    #[arg(long)]
    token: Option<String>,
}

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

type Socket = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

/// Builds a WebSocket address from what a user types.
fn address(url: &str, path: &str, query: &[(&str, &str)]) -> String {
    let url = url.trim_end_matches('/');
    let url = match url.split_once("://") {
        Some(("http", rest)) => format!("ws://{rest}"),
        Some(("https", rest)) => format!("wss://{rest}"),
        Some(_) => url.to_owned(),
        None => format!("ws://{url}"),
    };
    let pairs: Vec<String> = query.iter().map(|(k, v)| format!("{k}={}", escape(v))).collect();
    format!("{url}{path}?{}", pairs.join("&"))
}

/// Percent-encodes all but unreserved characters (RFC 3986 §2.3).
fn escape(text: &str) -> String {
    let is_plain = |b: &u8| b.is_ascii_alphanumeric() || b"-._~".contains(b);
    text.bytes().map(|b| if is_plain(&b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

async fn connect(address: &str, token: Option<&str>) -> Result<Socket> {
    use tokio_tungstenite::tungstenite::client::IntoClientRequest;
    let bad = |e: &WsError| {
        let place = address.split("/v1/").next().unwrap_or(address);
        match e {
            WsError::Http(response) => {
                let why = response.body().as_deref().map(String::from_utf8_lossy).unwrap_or_default();
                Error::failed(format!("{place} refuses: {} {why}", response.status().as_u16()))
            }
            e => Error::failed(format!("{place} can't be reached: {e}")).hint("is the daemon running? `sottovoce run`"),
        }
    };
    let mut request = address.into_client_request().map_err(|e| Error::config(format!("`{address}`: {e}")))?;
    if let Some(token) = token {
        let value = format!("Bearer {token}")
            .parse()
            .map_err(|_| Error::config("the token has characters that can't be sent"))?;
        request.headers_mut().insert("Authorization", value);
    }
    tokio_tungstenite::connect_async(request).await.map(|(socket, _)| socket).map_err(|e| bad(&e))
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|e| Error::failed(format!("the client can't start: {e}")))
}

pub(super) fn listen(args: &ListenArgs) -> Result<()> {
    crate::text::Lang::parse(&args.lang).map_err(|e| e.context("--lang"))?;
    crate::hub::fanout::Dial::parse(&args.dial).map_err(|e| e.context("--dial"))?;
    let interrupt = Interrupt::watch()?;
    let query = [("room", args.room.as_str()), ("lang", &args.lang), ("dial", &args.dial)];
    let address = address(&args.url, "/v1/listen", &query);
    runtime()?.block_on(async {
        let mut socket = connect(&address, args.token.as_deref()).await?;
        let mut terminal = Terminal::stdout(true);
        loop {
            let message = tokio::time::timeout(Duration::from_millis(100), socket.next()).await;
            if interrupt.came() {
                return Ok(());
            }
            match message {
                Err(_) => {}
                Ok(Some(Ok(Message::Text(text)))) if args.json => say(&text)?,
                Ok(Some(Ok(Message::Text(text)))) => {
                    // An event of a newer server that we don't know is to be ignored.
                    if let Ok(event) = serde_json::from_str::<Event>(&text) {
                        terminal.show(&event).or_else(quiet)?;
                    }
                }
                Ok(Some(Ok(Message::Close(frame)))) => {
                    return closed(frame.map(|f| (f.code.into(), f.reason.to_string())));
                }
                Ok(Some(Ok(_))) => {}
                Ok(Some(Err(e))) => return Err(Error::failed(format!("the connection broke: {e}"))),
                Ok(None) => return Err(Error::failed("the daemon ended the connection")),
            }
        }
    })
}

fn closed(frame: Option<(u16, String)>) -> Result<()> {
    match frame {
        None | Some((1000 | 1001, _)) => Ok(()),
        Some((1008, why)) => Err(Error::config(format!("the daemon refuses: {why}"))),
        Some((code, why)) => Err(Error::failed(format!("the daemon ended the connection ({code}): {why}"))),
    }
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
        let config = serde_json::json!({"type": "config", "rate": format.rate, "format": "s16le", "channels": format.channels});
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
                            if let (Body::Bye { .. }, Some(e)) = (&event.body, input_error.take()) {
                                return Err(e);
                            }
                        }
                    }
                    Some(Ok(Message::Close(frame))) => return closed(frame.map(|f| (f.code.into(), f.reason.to_string()))),
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
