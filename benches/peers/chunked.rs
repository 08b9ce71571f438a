//! Turns the same sound in several streams at once into text through the recogniser stage, a tenth of a second at a time,
//! and measures what a minute of one stream costs.

use super::streamed::{session, sound};
use serde_json::json;
use sottovoce::asr::{BACKENDS, Options, Recognise, WINDOW};
use sottovoce::audio::StreamTime;
use sottovoce::error::{Error, Result};
use sottovoce::onnx::Compute;
use sottovoce::pipeline::item::{Heard, Item, Recognised, Session};
use sottovoce::pipeline::stage::Stage;
use sottovoce::text::{self, Lang};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// Samples that come at once: 0.1 s, as clients send them.
const BLOCK: usize = 1_600;

/// A recogniser of the streaming kind over so many streams; `threads` of one model call.
pub fn chunks(model: &Path, speech: &Path, streams: usize, threads: usize) -> Result<super::Round> {
    let samples = sound(speech)?;
    let (compute, lang) = (Compute::cpu(threads), Lang::parse("en")?);
    let options = Options { compute, lang, find_lang: false, likely: Vec::new(), beam: 1, window: WINDOW };
    let build = BACKENDS.iter().find(|b| b.0 == "streaming-ctc").ok_or_else(|| Error::failed("no such backend"))?.1;
    let mut stage = Recognise::new(build(model, &options)?, None);
    let sessions: Vec<Arc<Session>> = (0..streams as u64).map(session).collect::<Result<_>>()?;
    Ok(Box::new(move || {
        let (cpu, start) = (super::cpu_seconds(), Instant::now());
        let mut texts = vec![String::new(); sessions.len()];
        let mut emit = |item: Item<Recognised>| {
            if let Ok((session, said)) = item.split::<()>() {
                texts[session.number as usize] = text::join(&said.committed);
            }
        };
        let mut feed = |heard: &dyn Fn() -> Heard| {
            stage.process(&mut sessions.iter().map(|s| Item::data(s, heard())).collect(), &mut emit)
        };
        feed(&|| Heard::Start { utterance: 1, at: StreamTime(0) })?;
        for block in samples.chunks(BLOCK) {
            feed(&|| Heard::Speech { samples: block.to_vec(), voice: Vec::new() })?;
        }
        feed(&|| Heard::End(StreamTime(samples.len() as u64)))?;
        let minutes = samples.len() as f64 / 16_000.0 / 60.0 * streams as f64;
        let [used, wall] = [super::cpu_seconds() - cpu, start.elapsed().as_secs_f64()].map(|s| 1e3 * s / minutes);
        Ok(json!({ "stream": used, "wall_ms": wall, "text": texts }))
    }))
}
