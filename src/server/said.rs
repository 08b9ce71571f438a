//! A speaker's text messages (design 5.4) -> what they say, or what is wrong with them.

use crate::audio::AudioFormat;
use crate::error::{Error, Result};
use schemars::JsonSchema;
use serde::Deserialize;

/// Bytes of a marker's id: it comes back in events, so it must not be a way to store things.
const LONGEST_MARKER: usize = 256;

/// A speaker's first message: the format of its audio.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Config {
    /// `config`.
    #[serde(rename = "type")]
    kind: String,
    /// Samples a second of one channel.
    rate: u32,
    /// `s16le`: signed 16-bit integers, the low byte first.
    #[serde(default = "s16le")]
    format: String,
    /// Interleaved; they are mixed.
    #[serde(default = "one")]
    channels: u16,
}

fn s16le() -> String {
    "s16le".into()
}

fn one() -> u16 {
    1
}

/// A speaker's later messages, between its audio.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Later {
    /// Comes back as the event `marker` once everything before it is published.
    Marker {
        /// Its id: text, or a number that comes back as text.
        marker: serde_json::Value,
    },
    /// All is said: the last captions come, then `bye`.
    End {
        /// `true`.
        end: bool,
    },
}

/// What a speaker wants between its audio.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// To get this id back once everything before it is said.
    Mark(String),
    /// To stop.
    End,
}

/// Reads the first message.
pub(super) fn config(text: &str) -> Result<AudioFormat> {
    let wanted = "the first frame must be {\"type\":\"config\",\"rate\":16000,\"format\":\"s16le\",\"channels\":1}";
    let config = match serde_json::from_str::<Config>(text) {
        Ok(config) if config.kind == "config" => config,
        _ if text.is_empty() => return Err(Error::input("no config frame").hint(wanted)),
        _ => return Err(Error::input("the config frame is not understood").hint(wanted)),
    };
    let (rate, channels) = (config.rate, config.channels);
    let audio = AudioFormat { rate, channels };
    match (config.format.as_str(), audio.is_usable()) {
        ("s16le", true) => Ok(audio),
        ("s16le", false) => Err(Error::input(format!("{rate} Hz with {channels} channels can't be used"))),
        (other, _) => Err(Error::input(format!("audio format `{other}` is not understood")).hint("s16le is")),
    }
}

/// Reads any later message.
pub(super) fn order(text: &str) -> Result<Order> {
    match serde_json::from_str(text) {
        Ok(Later::Marker { marker }) => {
            let id = marker.as_str().map_or_else(|| marker.to_string(), str::to_owned);
            if id.len() > LONGEST_MARKER {
                return Err(Error::input(format!("a marker has {LONGEST_MARKER} bytes at most")));
            }
            Ok(Order::Mark(id))
        }
        Ok(Later::End { end: true }) => Ok(Order::End),
        _ => Err(Error::input("a text frame is not understood")
            .hint("after the config only {\"marker\":id} and {\"end\":true} are")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_config_may_leave_out_the_usual() {
        let audio = config(r#"{"type":"config","rate":48000}"#).expect("understood");
        assert_eq!(audio, AudioFormat { rate: 48_000, channels: 1 });
        assert!(config(r#"{"type":"hello","rate":48000}"#).is_err());
    }

    proptest! {
        #[test]
        fn markers_come_back_as_they_were(id in ".{0,60}") {
            let text = serde_json::json!({ "marker": id }).to_string();
            prop_assert_eq!(order(&text), Ok(Order::Mark(id)));
        }
    }
}
