//! The command line of design 5.2: turns arguments into calls. One file per group of commands.

mod client;
mod eval;
mod inspect;
mod listen;
mod models;
mod pull;
mod run;
mod service;
mod speak;
mod token;
mod translate;
mod writer;

use crate::config::{self, Config};
use crate::error::{Error, Result};
use crate::text::Lang;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use std::path::{Path, PathBuf};

/// Real-time speech translation on your own machine: captions, translated captions and a translated voice.
#[derive(Debug, Parser)]
#[command(
    version,
    max_term_width = 100,
    after_help = "Try it: `sottovoce translate onnx/starter/samples/hello-en.wav`\n\
    Exit codes: 0 done, 2 usage or bad configuration, 3 a model or device is missing, 4 bad input, 5 failed while running."
)]
pub struct Cli {
    /// How logs are written (to standard error; RUST_LOG says how many).
    #[arg(long, global = true, value_enum, default_value = "text", value_name = "FORMAT")]
    log_format: LogFormat,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The daemon: listens to the microphone (or only to the network) and serves captions.
    ///
    /// When more is said than this machine can carry, it spares work step by step, tells all clients (status events),
    /// and takes it up again when it is calm: 1 speech is recognised in larger steps, 2 translations are updated less
    /// often, 3 they come sentence by sentence, 4 no new speakers are taken. Finals always come. `[governor]` in the
    /// pipeline file says when.
    Run(run::RunArgs),
    /// Translates files, or standard input as `-`, through the same pipeline.
    Translate(translate::TranslateArgs),
    /// Follows a room of a running daemon in the terminal.
    Listen(listen::ListenArgs),
    /// Sends a microphone or a file into a room of a running daemon.
    Speak(speak::SpeakArgs),
    /// Lists the microphones.
    Devices,
    /// Checks pipeline files without running them.
    Check {
        /// The files.
        #[arg(required = true, value_name = "PIPELINE")]
        pipelines: Vec<PathBuf>,
    },
    /// Looks whether everything that sottovoce needs is there.
    Doctor,
    /// Lists, fetches and checks models.
    #[command(subcommand)]
    Models(models::ModelsCommand),
    /// Measures captions of recordings against what was said: errors, steadiness, lag, cost.
    Eval(eval::EvalArgs),
    /// Writes a token that lets somebody speak or listen, in some rooms, for some time.
    Token(token::TokenArgs),
    /// Prints what other programs want to know of this one.
    Schema {
        /// Of what.
        #[arg(value_enum, default_value = "protocol")]
        of: Schema,
    },
    /// Prints a completion script for a shell.
    Completions {
        /// bash, zsh, fish, elvish or powershell.
        shell: clap_complete::Shell,
    },
    /// Prints the manual page (roff).
    Man,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Schema {
    /// The WebSockets: AsyncAPI 3, with JSON Schemas of all messages.
    Protocol,
    /// Pipeline files: a JSON Schema, for editors.
    Settings,
    /// Pipeline files: all keys, for people (Markdown).
    Reference,
}

/// Options that change a pipeline file.
#[derive(Debug, Clone, Args)]
pub(crate) struct Overrides {
    /// The language spoken (BCP-47, such as en); auto: found out for each utterance, where the model knows several.
    #[arg(long, value_name = "LANG|auto")]
    from: Option<String>,
    /// The languages to translate into; the spoken one gives its transcript.
    #[arg(long, value_name = "LANG", value_delimiter = ',')]
    to: Vec<String>,
    /// What terms are called, and which words to expect: TOML, or a table with tabs (*.tsv). Read again when it changes.
    #[arg(long, value_name = "FILE")]
    glossary: Option<PathBuf>,
}

impl Overrides {
    fn apply(&self, config: &mut Config) -> Result<()> {
        match self.from.as_deref() {
            Some("auto") => config.recognise.find_lang = true,
            Some(from) => config.recognise.lang = Lang::parse(from).map_err(|e| e.context("--from"))?,
            None => {}
        }
        if !self.to.is_empty() {
            let to = self.to.iter().map(|l| Lang::parse(l).map_err(|e| e.context("--to")));
            config.translate.to = to.collect::<Result<_>>()?;
        }
        if self.glossary.is_some() {
            config.glossary.file.clone_from(&self.glossary);
        }
        Ok(())
    }
}

/// The pipeline that is used where none is named.
const STARTER: &str = include_str!("../../pipelines/starter.toml");

fn load(pipeline: Option<&Path>) -> Result<Config> {
    match pipeline {
        Some(path) => config::load(path),
        None => config::parse(STARTER, config::environment()),
    }
}

impl Cli {
    /// Runs the command.
    ///
    /// # Errors
    /// What went wrong.
    pub fn run(self) -> Result<()> {
        start_logs(self.log_format);
        match self.command {
            Command::Run(args) => run::run(&args),
            Command::Translate(args) => translate::translate(&args),
            Command::Listen(args) => listen::listen(&args),
            Command::Speak(args) => speak::speak(&args),
            Command::Devices => inspect::devices(),
            Command::Check { pipelines } => inspect::check(&pipelines),
            Command::Doctor => inspect::doctor(),
            Command::Models(command) => models::models(&command),
            Command::Eval(args) => eval::eval(&args),
            Command::Token(args) => token::token(&args),
            Command::Schema { of } => say(&match of {
                Schema::Protocol => format!("{:#}", crate::server::schema::document()),
                Schema::Settings => format!("{:#}", config::reference::schema()),
                Schema::Reference => config::reference::markdown().trim_end().to_owned(),
            }),
            Command::Completions { shell } => {
                clap_complete::generate(shell, &mut Self::command(), "sottovoce", &mut std::io::stdout());
                Ok(())
            }
            Command::Man => {
                let page = clap_mangen::Man::new(Self::command());
                page.render(&mut std::io::stdout()).map_err(|e| Error::failed(e.to_string()))
            }
        }
    }
}

fn start_logs(format: LogFormat) {
    // What is wrong with a file is said once, by us. Each utterance is told to machines only.
    let usual = match format {
        LogFormat::Text => "warn,sottovoce=info,symphonia=off",
        LogFormat::Json => "warn,sottovoce=info,symphonia=off,utterance=info",
    };
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(usual));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    let logs = logs.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()));
    // Only the first call in a process sets the logs; tests may have done so.
    let _ = match format {
        LogFormat::Text => logs.compact().without_time().try_init(),
        LogFormat::Json => logs.json().try_init(),
    };
}

/// Writes a line to standard output; a reader that has left (`| head`) ends the program quietly.
fn say(line: &str) -> Result<()> {
    use std::io::Write;
    writeln!(std::io::stdout(), "{line}").or_else(quiet)
}

fn quiet(e: std::io::Error) -> Result<()> {
    match e.kind() {
        std::io::ErrorKind::BrokenPipe => std::process::exit(0),
        _ => Err(Error::failed(format!("standard output: {e}"))),
    }
}

/// Tells of SIGINT and SIGTERM: the first asks for a clean end, the second aborts.
pub(crate) struct Interrupt(std::sync::Arc<std::sync::atomic::AtomicBool>);

impl Interrupt {
    pub(crate) fn watch() -> Result<Self> {
        use signal_hook::consts::{SIGINT, SIGTERM};
        let flag = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            // The order matters: the second signal finds the flag up and exits.
            signal_hook::flag::register_conditional_shutdown(signal, 130, flag.clone())
                .and_then(|_| signal_hook::flag::register(signal, flag.clone()))
                .map_err(|e| Error::failed(format!("signals can't be watched: {e}")))?;
        }
        Ok(Self(flag))
    }

    pub(crate) fn flag(&self) -> &std::sync::atomic::AtomicBool {
        &self.0
    }

    pub(crate) fn came(&self) -> bool {
        self.0.load(std::sync::atomic::Ordering::Relaxed)
    }
}
