//! Turns final captions into WebVTT, SRT, plain text or JSON Lines: a whole file, or one that grows.

use crate::error::{Error, Result};
use crate::event::{Body, Caption, Event};
use std::fmt::Write;

/// What `translate` can write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Every event as a line of JSON.
    Jsonl,
    /// A caption's text per line.
    Txt,
    /// WebVTT.
    Vtt,
    /// SubRip.
    Srt,
    /// The translated voice.
    Wav,
}

impl Format {
    /// All formats, by name.
    pub const NAMES: &'static [(&'static str, Self)] =
        &[("jsonl", Self::Jsonl), ("txt", Self::Txt), ("vtt", Self::Vtt), ("srt", Self::Srt), ("wav", Self::Wav)];

    /// Reads a format's name.
    ///
    /// # Errors
    /// A config error that lists the names.
    pub fn parse(name: &str) -> Result<Self> {
        let format = Self::NAMES.iter().find(|f| f.0 == name).map(|f| f.1);
        format.ok_or_else(|| Error::config(format!("unknown format `{name}`")).hint("jsonl, txt, vtt, srt or wav"))
    }

    /// Its name, which is its file extension.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|f| f.1 == self).map_or("", |f| f.0)
    }

    /// Its MIME type.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Jsonl => "application/jsonl; charset=utf-8",
            Self::Txt => "text/plain; charset=utf-8",
            Self::Vtt => "text/vtt; charset=utf-8",
            Self::Srt => "application/x-subrip; charset=utf-8",
            Self::Wav => "audio/wav",
        }
    }
}

/// The shortest time a cue stays, in seconds, so that it can be read at all.
const SHORTEST: f64 = 1.0;

/// A whole file of one recording's final captions.
pub fn render<'a>(format: Format, captions: impl Iterator<Item = &'a Caption>) -> String {
    let mut file = Growing::new(format);
    captions.fold(file.head().to_owned(), |out, caption| out + &file.cue(caption).unwrap_or_default())
}

/// A file that grows with a room.
#[derive(Debug)]
pub struct Growing {
    format: Format,
    cues: usize,
}

impl Growing {
    /// An empty one.
    pub fn new(format: Format) -> Self {
        Self { format, cues: 0 }
    }

    /// What it begins with.
    pub fn head(&self) -> &'static str {
        if self.format == Format::Vtt { "WEBVTT\n\n" } else { "" }
    }

    /// What comes with an event: of final captions their text, at the room's time; nothing with others.
    pub fn event(&mut self, event: &Event) -> Option<String> {
        if self.format == Format::Jsonl && event.body.is_last_word() {
            // Events are plain data: they always encode.
            return Some(serde_json::to_string(event).unwrap_or_default() + "\n");
        }
        // A cue that somebody has read already can't be corrected.
        let Body::Caption(caption) = &event.body else { return None };
        let offset = event.at - event.t;
        self.cue(&Caption { start: caption.start + offset, end: caption.end + offset, ..caption.clone() })
    }

    fn cue(&mut self, caption: &Caption) -> Option<String> {
        if !caption.is_final || self.format == Format::Jsonl || caption.committed.trim().is_empty() {
            return None;
        }
        self.cues += 1;
        let mut out = String::new();
        // Writing into a string can't fail.
        let _ = cue(self.format, self.cues, caption, &mut out);
        Some(out)
    }
}

fn cue(format: Format, number: usize, caption: &Caption, out: &mut String) -> std::fmt::Result {
    let text = caption.committed.trim();
    let (start, end) = (caption.start, caption.end.max(caption.start + SHORTEST));
    match format {
        Format::Vtt => {
            let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            let voice = if caption.speaker.is_empty() {
                String::new()
            } else {
                format!("<v {}>", caption.speaker.replace(['<', '>', '&'], " "))
            };
            writeln!(out, "{} --> {}\n{voice}{text}\n", time(start, '.'), time(end, '.'))
        }
        Format::Srt => writeln!(out, "{number}\n{} --> {}\n{text}\n", time(start, ','), time(end, ',')),
        _ => writeln!(out, "{text}"),
    }
}

fn time(seconds: f64, point: char) -> String {
    let ms = (seconds * 1000.0).round().max(0.0) as u64;
    format!("{:02}:{:02}:{:02}{point}{:03}", ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Kind;
    use crate::text::Lang;

    fn caption(text: &str, start: f64, end: f64) -> Caption {
        let lang = Lang::parse("es").expect("known");
        Caption {
            id: "s1.1.es".into(),
            session: "s1".into(),
            speaker: "Ana".into(),
            utterance: 1,
            lang: lang.clone(),
            source_lang: lang,
            kind: Kind::Translation,
            committed: text.into(),
            tentative: String::new(),
            steady: String::new(),
            is_final: true,
            revision: 1,
            start,
            end,
            words: Vec::new(),
            flags: Vec::new(),
            terms: Vec::new(),
        }
    }

    #[test]
    fn cues_have_their_times_and_escapes() {
        let captions = [caption("A < B", 0.5, 3.25), caption("", 4.0, 5.0), caption("Sí.", 3661.0, 3661.1)];
        let vtt = render(Format::Vtt, captions.iter());
        assert_eq!(
            vtt,
            "WEBVTT\n\n00:00:00.500 --> 00:00:03.250\n<v Ana>A &lt; B\n\n01:01:01.000 --> 01:01:02.000\n<v Ana>Sí.\n\n"
        );
        let srt = render(Format::Srt, captions.iter());
        assert!(srt.starts_with("1\n00:00:00,500 --> 00:00:03,250\nA < B\n\n2\n"), "{srt}");
        assert_eq!(render(Format::Txt, captions.iter()), "A < B\nSí.\n");
    }

    #[test]
    fn a_growing_file_has_the_rooms_times() {
        let mut file = Growing::new(Format::Srt);
        let said = |text: &str, is_final| Event {
            room: "main".into(),
            epoch: 1,
            seq: 1,
            t: 4.0,
            at: 64.0,
            body: Body::Caption(Caption { is_final, ..caption(text, 1.0, 3.5) }),
        };
        assert_eq!(file.event(&said("Aún no", false)), None);
        assert_eq!(file.event(&said("Hola.", true)).as_deref(), Some("1\n00:01:01,000 --> 00:01:03,500\nHola.\n\n"));
        assert!(file.event(&said("Adiós.", true)).is_some_and(|cue| cue.starts_with("2\n")));
        let line = Growing::new(Format::Jsonl).event(&said("Hola.", true)).expect("a line");
        assert!(line.ends_with("}\n") && serde_json::from_str::<Event>(&line).is_ok());
    }
}
