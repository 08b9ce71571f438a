//! Turns tracks into the logs of other evaluators, so that they can check our figures.
//!
//! - `instances.log` (SimulEval; OmniSTEval reads it): a line for each recording, times in milliseconds for each word (or
//!   character, and then without spaces, so that all count the same);
//! - `simulstream.jsonl` (simulstream): a line for each step, in seconds; nothing is ever deleted from what is committed.

use super::track::Track;
use serde_json::{Value, json};

/// SimulEval's line. `source_length` in seconds.
pub fn instance(index: usize, source: &str, source_length: f64, reference: &str, track: &Track) -> Value {
    let ms = |seconds: f64| (seconds * 1e6).round() / 1e3;
    json!({
        "index": index,
        "prediction": track.unit.join(&track.words().map(|w| w.word.as_str()).collect::<Vec<_>>()),
        "delays": track.words().map(|w| ms(w.heard)).collect::<Vec<_>>(),
        "elapsed": track.words().map(|w| ms(w.out)).collect::<Vec<_>>(),
        "prediction_length": track.words().count(),
        "reference": track.unit.join(&track.unit.split(reference)),
        "source": [source],
        "source_length": ms(source_length),
    })
}

/// simulstream's lines: the recording's name, then one for each time that words were committed.
pub fn simulstream(id: usize, source: &str, track: &Track) -> Vec<Value> {
    // As in the other log: microseconds, so that both tell the same end.
    let seconds = |seconds: f64| (seconds * 1e6).round() / 1e6;
    let line = |(heard, out, words): &(f64, f64, Vec<&str>)| {
        json!({
            "id": id,
            "total_audio_processed": seconds(*heard),
            "computation_time": seconds((out - heard).max(0.0)),
            "generated_tokens": words,
            "deleted_tokens": [],
        })
    };
    let name = json!({ "id": id, "metadata": { "wav_name": source } });
    std::iter::once(name).chain(track.steps().iter().map(line)).collect()
}
