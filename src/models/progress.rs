//! Shows how far downloads are: bars on a terminal, else a line per file.

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;

/// All downloads of a pull, on standard error.
#[derive(Debug)]
pub struct Progress {
    bars: Option<MultiProgress>,
}

/// One file's.
#[derive(Debug)]
pub struct Line {
    bar: ProgressBar,
    name: String,
    on_terminal: bool,
}

impl Progress {
    /// Bars where somebody looks; `HF_HUB_DISABLE_PROGRESS_BARS` wants lines.
    pub fn new() -> Self {
        let wants_bars = std::env::var_os("HF_HUB_DISABLE_PROGRESS_BARS").is_none_or(|v| v == "0");
        Self { bars: (wants_bars && std::io::stderr().is_terminal()).then(MultiProgress::new) }
    }

    /// A file of this many bytes.
    pub fn file(&self, name: &str, size: u64) -> Line {
        let bar = ProgressBar::with_draw_target(Some(size), ProgressDrawTarget::hidden());
        let bar = self.bars.as_ref().map_or(bar.clone(), |bars| bars.add(bar));
        let template = "{msg:40!} {bar:24} {bytes:>10} of {total_bytes:>10} {bytes_per_sec:>12} {eta:>4}";
        bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(name.to_owned());
        Line { bar, name: name.to_owned(), on_terminal: self.bars.is_some() }
    }
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}

impl Line {
    /// So many bytes are there.
    pub fn at(&self, bytes: u64) {
        self.bar.set_position(bytes);
    }

    /// It was fetched and is as it should be.
    pub fn done(&self, size: u64) {
        self.end("fetched", size);
    }

    /// It was in the cache already.
    pub fn is_there(&self, size: u64) {
        self.end("cached", size);
    }

    fn end(&self, what: &str, size: u64) {
        self.bar.finish_and_clear();
        if !self.on_terminal {
            eprintln!("{what:<8} {} ({})", self.name, super::bytes(size));
        }
    }
}
