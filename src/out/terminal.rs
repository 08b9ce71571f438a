//! Shows captions in a terminal as they grow: committed in normal type, tentative in grey, finals on lines of their own.

use crate::event::{Body, Caption, Event, State};
use std::io::{IsTerminal, Result, Write};

/// A terminal, or a file that looks at finals only.
pub struct Terminal<W> {
    out: W,
    is_live: bool,
    width: usize,
    /// Whether the current line shows an open caption.
    is_open: bool,
    /// Names languages before the text.
    tagged: bool,
}

impl Terminal<std::io::Stdout> {
    /// Standard output: live if it is a terminal.
    pub fn stdout(tagged: bool) -> Self {
        let is_live = std::io::stdout().is_terminal();
        let columns = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
        Self::new(std::io::stdout(), is_live, columns.unwrap_or(80), tagged)
    }
}

impl<W: Write> Terminal<W> {
    /// A writer; `is_live` shows open captions on a line that is overwritten.
    pub fn new(out: W, is_live: bool, width: usize, tagged: bool) -> Self {
        Self { out, is_live, width: width.max(20), is_open: false, tagged }
    }

    /// Shows an event.
    ///
    /// # Errors
    /// When it can't be written (the reader has left).
    pub fn show(&mut self, event: &Event) -> Result<()> {
        match &event.body {
            Body::Caption(caption) => self.caption(caption, event.t),
            Body::Correction { text, .. } => self.line(&format!("[corrected: {text}]")),
            Body::Gap { start, end, reason, .. } => {
                self.line(&format!("[{:.1} s of audio lost: {reason}]", end - start))
            }
            Body::Status { state: State::Behind, detail, lag, .. } => {
                self.line(&format!("[{lag:.1} s late. {detail}]"))
            }
            Body::Error { message, .. } => self.line(&format!("[error: {message}]")),
            _ => Ok(()),
        }
    }

    fn caption(&mut self, caption: &Caption, _t: f64) -> Result<()> {
        let tag = if self.tagged { format!("{:<3}", caption.lang.tag()) } else { String::new() };
        if caption.is_final {
            self.clear()?;
            let mark =
                if caption.flags.iter().any(|f| f == "uncertain") && self.is_live { " \x1b[2m(?)\x1b[0m" } else { "" };
            writeln!(self.out, "{tag}{}{mark}", caption.committed)?;
        } else if self.is_live {
            self.clear()?;
            // Only the end of a long caption fits a line; the final shows all.
            let room = self.width - tag.len() - 1;
            let tentative: String = last(&caption.tentative, room);
            let committed = last(&caption.committed, room.saturating_sub(tentative.chars().count() + 1));
            let space = if committed.is_empty() { "" } else { " " };
            write!(self.out, "{tag}{committed}{space}\x1b[90m{tentative}\x1b[0m")?;
            self.is_open = true;
        }
        self.out.flush()
    }

    fn line(&mut self, text: &str) -> Result<()> {
        self.clear()?;
        writeln!(self.out, "{text}")
    }

    fn clear(&mut self) -> Result<()> {
        if std::mem::take(&mut self.is_open) {
            write!(self.out, "\r\x1b[K")?;
        }
        Ok(())
    }
}

fn last(text: &str, characters: usize) -> String {
    let skip = text.chars().count().saturating_sub(characters);
    text.chars().skip(skip).collect()
}
