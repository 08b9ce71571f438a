//! Turns a session's events into what `translate` was asked for: files in a folder, or one format on standard output.

use super::quiet;
use crate::error::{Error, Result};
use crate::event::{Body, Caption, Event};
use crate::hub::fanout::Frame;
use crate::out::subtitles::{self, Format};
use crate::out::terminal::Terminal;
use crate::out::voice::Recording;
use crate::text::Lang;
use crossbeam_channel::Receiver;
use indicatif::ProgressBar;
use std::io::Write;
use std::path::{Path, PathBuf};

/// What is to be written, checked before anything is loaded.
pub(super) struct Wanted {
    pub formats: Vec<Format>,
    pub langs: Vec<Lang>,
    pub output: Option<PathBuf>,
}

impl Wanted {
    pub fn check(&self, inputs: &[PathBuf]) -> Result<()> {
        let hint = "name a folder with `--output DIR`";
        if self.output.is_some() {
            let mut names: Vec<String> = inputs.iter().map(|input| name(input)).collect();
            names.sort();
            return match names.windows(2).find(|pair| pair[0] == pair[1]) {
                Some(pair) => Err(Error::config(format!("two inputs are called `{}`", pair[0]))
                    .hint("their results would have the same names; translate them into two folders")),
                None => Ok(()),
            };
        }
        if self.formats.len() > 1 {
            return Err(Error::config("standard output takes one format only").hint(hint));
        }
        let one_file = [Format::Vtt, Format::Srt, Format::Wav];
        if one_file.contains(&self.formats[0]) && (self.langs.len() > 1 || inputs.len() > 1) {
            let name = self.formats[0].name();
            return Err(Error::config(format!("standard output takes one {name} file only")).hint(hint));
        }
        Ok(())
    }
}

/// Writes a session's events in every format that was asked for.
pub(super) struct Writer<'a> {
    wanted: &'a Wanted,
    stem: String,
    terminal: Option<Terminal<std::io::Stdout>>,
    jsonl: Option<Box<dyn Write>>,
    captions: Vec<Caption>,
    recordings: Vec<(Lang, Recording)>,
}

impl<'a> Writer<'a> {
    pub fn new(input: &Path, wanted: &'a Wanted) -> Result<Self> {
        let stem = name(input);
        if let Some(folder) = &wanted.output {
            std::fs::create_dir_all(folder).map_err(|e| Error::config(format!("{}: {e}", folder.display())))?;
        }
        let jsonl: Option<Box<dyn Write>> = match (wanted.formats.contains(&Format::Jsonl), &wanted.output) {
            (false, _) => None,
            (true, None) => Some(Box::new(std::io::stdout())),
            (true, Some(folder)) => Some(Box::new(create(&folder.join(format!("{stem}.jsonl")))?)),
        };
        let on_terminal = wanted.output.is_none() && wanted.formats.contains(&Format::Txt);
        let terminal = on_terminal.then(|| Terminal::stdout(wanted.langs.len() > 1));
        let recordings = wanted.langs.iter().map(|l| (l.clone(), Recording::default())).collect();
        Ok(Self { wanted, stem, terminal, jsonl, captions: Vec::new(), recordings })
    }

    pub fn follow(&mut self, events: &Receiver<Frame>, bar: &ProgressBar) -> Result<()> {
        for frame in events {
            if let Some(out) = &mut self.jsonl {
                writeln!(out, "{}", frame.json).and_then(|()| out.flush()).or_else(quiet)?;
            }
            self.take(&frame.event, bar)?;
        }
        Ok(())
    }

    fn take(&mut self, event: &Event, bar: &ProgressBar) -> Result<()> {
        match &event.body {
            Body::Caption(caption) => {
                bar.set_position((caption.end * 1000.0) as u64);
                let is_wanted = self.wanted.langs.iter().any(|l| l.primary() == caption.lang.primary());
                if !is_wanted {
                    return Ok(());
                }
                if let Some(terminal) = &mut self.terminal {
                    terminal.show(event).or_else(quiet)?;
                }
                if caption.is_final {
                    self.captions.push(caption.clone());
                }
            }
            Body::Speech { lang, start, format, audio, .. } => {
                let rate = format.rsplit('=').next().and_then(|r| r.parse().ok()).unwrap_or(22_050);
                if let Some((_, recording)) = self.recordings.iter_mut().find(|(l, _)| l == lang) {
                    recording.add(*start, rate, audio)?;
                }
            }
            Body::Gap { .. } | Body::Error { .. } => {
                if let Some(terminal) = &mut self.terminal {
                    terminal.show(event).or_else(quiet)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Writes what is only known at the end.
    pub fn finish(self) -> Result<()> {
        for format in &self.wanted.formats {
            for lang in &self.wanted.langs {
                let path =
                    self.wanted.output.as_ref().map(|dir| dir.join(format!("{}.{lang}.{}", self.stem, format.name())));
                match (format, path) {
                    (Format::Jsonl, _) | (Format::Txt, None) => {}
                    (Format::Wav, path) => self.write_wav(lang, path.as_deref())?,
                    (_, path) => {
                        let text = subtitles::render(
                            *format,
                            self.captions.iter().filter(|c| c.lang.primary() == lang.primary()),
                        );
                        match path {
                            Some(path) => create(&path)?.write_all(text.as_bytes()).map_err(|e| failed(&path, &e))?,
                            None => std::io::stdout().write_all(text.as_bytes()).or_else(quiet)?,
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn write_wav(&self, lang: &Lang, path: Option<&Path>) -> Result<()> {
        let Some((_, recording)) = self.recordings.iter().find(|(l, _)| l == lang) else { return Ok(()) };
        match path {
            Some(path) => recording.write(std::io::BufWriter::new(create(path)?)),
            None => {
                let mut bytes = std::io::Cursor::new(Vec::new());
                recording.write(&mut bytes)?;
                std::io::stdout().write_all(&bytes.into_inner()).or_else(quiet)
            }
        }
    }
}

fn create(path: &Path) -> Result<std::fs::File> {
    std::fs::File::create(path).map_err(|e| failed(path, &e))
}

fn failed(path: &Path, e: &std::io::Error) -> Error {
    Error::failed(format!("{}: {e}", path.display()))
}

/// What an input is called: its room, and its results' first name.
pub(super) fn name(input: &Path) -> String {
    let stem = input.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    if stem.is_empty() || stem == "-" { "stdin".into() } else { stem }
}
