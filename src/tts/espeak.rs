//! Turns text into speech with eSpeak NG, run as the separate program the user's system provides.
//!
//! A process per clause costs 12 ms (`shared/reference/peers.md` §3) and keeps its licence (GPL) and its global state out
//! of this program: there are never two callers at once. Text goes in on standard input, so no text is an option.

use super::Synthesizer;
use crate::audio::Voice;
use crate::capture::file::from_stream;
use crate::error::{Error, Result};
use crate::text::Lang;
use std::io::Write;
use std::process::{Command, Stdio};

/// eSpeak NG's own default is 175 words a minute; a little slower is easier to follow in a foreign language.
const WORDS_PER_MINUTE: f32 = 165.0;

/// The backend.
pub struct Espeak {
    program: &'static str,
}

impl Espeak {
    /// Finds the program.
    ///
    /// # Errors
    /// A missing-program error that says how to get it.
    pub fn find() -> Result<Self> {
        for program in ["espeak-ng", "espeak"] {
            let version = Command::new(program).arg("--version").stdin(Stdio::null()).output();
            if version.is_ok_and(|v| v.status.success()) {
                return Ok(Self { program });
            }
        }
        Err(Error::missing("the program espeak-ng is not there, which gives the voice")
            .hint("`apt install espeak-ng`, or switch the voice off: `speak.backend = \"none\"`"))
    }
}

impl Synthesizer for Espeak {
    fn speak(&mut self, text: &str, lang: &Lang, speed: f32, sink: &mut dyn FnMut(Voice)) -> Result<()> {
        sink(self.say(text, lang, speed)?);
        Ok(())
    }
}

impl Espeak {
    /// Speaks a whole text: it takes no longer than starting the program.
    fn say(&self, text: &str, lang: &Lang, speed: f32) -> Result<Voice> {
        let failed = |e: String| Error::failed(format!("{}: {e}", self.program));
        let rate = (WORDS_PER_MINUTE * speed).round().to_string();
        let mut child = Command::new(self.program)
            .args(["-v", lang.espeak(), "-s", &rate, "-b", "1", "--stdin", "--stdout"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| failed(e.to_string()))?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(text.as_bytes()).map_err(|e| failed(e.to_string()))?;
        }
        let output = child.wait_with_output().map_err(|e| failed(e.to_string()))?;
        if !output.status.success() {
            return Err(failed(format!("ended with {}", output.status)));
        }
        let mut reader = from_stream(std::io::Cursor::new(output.stdout), None)?;
        let mut voice = Voice { rate: 22_050, samples: Vec::new() };
        while let Some(block) = reader.next_block()? {
            voice.rate = block.format.rate;
            voice.samples.extend(block.samples.iter().map(|s| (s * 32767.0) as i16));
        }
        Ok(voice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_speaks_spanish_and_faster_when_asked() {
        let espeak = Espeak::find().expect("espeak-ng is installed by `make test`");
        let lang = Lang::parse("es").expect("known");
        let slow = espeak.say("¿Dónde está la estación de tren?", &lang, 1.0).expect("speaks");
        let fast = espeak.say("¿Dónde está la estación de tren?", &lang, 1.5).expect("speaks");
        let seconds = slow.samples.len() as f64 / f64::from(slow.rate);
        assert!((1.0..4.0).contains(&seconds), "{seconds} s");
        assert!(slow.samples.iter().any(|s| s.abs() > 3_000), "it is silent");
        assert!(fast.samples.len() < slow.samples.len() * 9 / 10);
    }
}
