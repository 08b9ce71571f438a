//! `token`: turns a pipeline's secret into a token that lets somebody in, for a while.

use super::{load, say};
use crate::error::{Error, Result};
use crate::server::access::grant::{Grant, Issuer, Right};
use clap::Args;
use std::path::PathBuf;
use std::time::Duration;

/// `sottovoce token`
#[derive(Debug, Args)]
#[command(
    after_help = "The pipeline file needs a secret: `server.token_secret`, or SOTTOVOCE__SERVER__TOKEN_SECRET.\n\
    The token is a JWT (HS256) with the claims `exp`, `can` and `rooms`: any program that knows the secret can write one.\n\
    To open a page with it, put it behind the address, where servers and logs don't see it: https://HOST:PORT/r/ROOM#token=TOKEN"
)]
pub struct TokenArgs {
    /// The pipeline file that the daemon runs.
    #[arg(short, long, value_name = "FILE")]
    pipeline: Option<PathBuf>,
    /// What it allows.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "listen")]
    can: Vec<Right>,
    /// In which rooms; all, unless given.
    #[arg(long, value_name = "ROOM", value_delimiter = ',')]
    room: Vec<String>,
    /// How long, such as 90m, 8h or 7d.
    #[arg(long = "for", value_name = "TIME", default_value = "8h", value_parser = humantime::parse_duration)]
    lasts: Duration,
}

pub(super) fn token(args: &TokenArgs) -> Result<()> {
    let server = load(args.pipeline.as_deref())?.server;
    let secret = server
        .secret()
        .ok_or_else(|| Error::config("server.token_secret: there is none").hint("make one: `openssl rand -hex 32`"))?;
    let rooms = (!args.room.is_empty()).then(|| args.room.clone());
    say(&Issuer::new(secret.to_owned())?.write(&Grant::lasting(args.lasts, args.can.clone(), rooms))?)
}
