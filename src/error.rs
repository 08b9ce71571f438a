//! Turns everything that can go wrong into one line for people, a hint, and a code for machines.
//!
//! The kinds are the exit codes of the command line (design 5.2) and the `code` of an `error` event, so there is one
//! place that decides what a failure means to the outside.

use std::fmt;

/// What sort of failure this is; decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The command line or the pipeline file is wrong. Exit code 2.
    Config,
    /// A model, a library, a program or a device is missing. Exit code 3.
    Missing,
    /// The input audio or message can't be used. Exit code 4.
    Input,
    /// Something failed while running. Exit code 5.
    Failed,
}

impl ErrorKind {
    /// The process exit code of design 5.2.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Config => 2,
            Self::Missing => 3,
            Self::Input => 4,
            Self::Failed => 5,
        }
    }

    /// The `code` of an `error` event.
    pub fn code(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Missing => "missing",
            Self::Input => "input",
            Self::Failed => "failed",
        }
    }
}

/// One line for people, and perhaps a hint what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    hint: Option<String>,
}

/// The result of everything in this crate that can fail.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error of this kind.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None }
    }
    /// The command line or the configuration is wrong.
    pub fn config(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Config, message)
    }
    /// A model, library, program or device is missing.
    pub fn missing(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Missing, message)
    }
    /// The input can't be used.
    pub fn input(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Input, message)
    }
    /// Something failed while running.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Failed, message)
    }
    /// The same error with a hint on its own line.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
    /// The same error, told where it happened: `context: message`.
    #[must_use]
    pub fn context(mut self, context: impl fmt::Display) -> Self {
        self.message = format!("{context}: {}", self.message);
        self
    }
    /// The kind.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
    /// What to do about it, if we know.
    pub fn hint_text(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A message is one line, whatever a library put into its own.
        let mut lines = self.message.lines().map(str::trim).filter(|l| !l.is_empty());
        f.write_str(lines.next().unwrap_or("unknown error"))?;
        lines.try_for_each(|line| write!(f, "; {line}"))
    }
}

impl std::error::Error for Error {}

impl From<ort::Error> for Error {
    fn from(e: ort::Error) -> Self {
        Self::failed(format!("ONNX Runtime: {e}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line() {
        let e = Error::input("first\n  second\n").context("a.wav");
        assert_eq!(e.to_string(), "a.wav: first; second");
        assert_eq!(e.kind().exit_code(), 4);
    }
}
