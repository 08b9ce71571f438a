//! `listen`: a room of a running daemon -> captions in the terminal, or its events as lines of JSON.

use super::client::{address, closed, connect, runtime};
use super::{Interrupt, quiet, say};
use crate::error::{Error, Result};
use crate::event::Event;
use crate::out::terminal::Terminal;
use clap::Args;
use futures_util::StreamExt;
use std::time::Duration;
use tokio_tungstenite::tungstenite::Message;

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
                Ok(Some(Ok(Message::Close(frame)))) => return closed(frame),
                Ok(Some(Ok(_))) => {}
                Ok(Some(Err(e))) => return Err(Error::failed(format!("the connection broke: {e}"))),
                Ok(None) => return Err(Error::failed("the daemon ended the connection")),
            }
        }
    })
}
