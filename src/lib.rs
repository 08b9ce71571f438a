//! sottovoce: speech in; captions, translated captions and a translated voice out, while the speaker still speaks.
//!
//! # The map, in the order of the data
//!
//! | place | turns | into |
//! |---|---|---|
//! | [`capture`] | microphone, files, stdin | blocks of PCM |
//! | [`listen`] | any audio of many sessions | utterances of 16 kHz mono |
//! | [`asr`] | utterances | words ([`stabilise`] says which are committed) |
//! | [`mt`] | words | words in other languages |
//! | [`tts`] | committed clauses | a voice |
//! | [`hub`] | results | numbered events per room, fanned out |
//! | [`server`] | events | WebSocket, HTTP, pages |
//! | [`out`] | events | files, terminal |
//!
//! Shared words: [`audio`], [`text`], [`event`] (all that the outside sees), [`error`]. [`pipeline`] runs stages on
//! threads; [`config`] is the file as written, [`plan`] the same, checked; [`models`] and [`onnx`] load models.
//!
//! # Where do I change …
//!
//! | wish | touch |
//! |---|---|
//! | another recogniser, translator, voice | a folder beside `asr/streaming` (`mt/`, `tts/`), one line in its `BACKENDS` |
//! | when words become final | [`stabilise`] |
//! | which words are believed | [`asr::gate`] |
//! | when an utterance ends | [`listen::endpoint`] |
//! | what clients receive | [`event`] |
//! | what is dropped under load | [`pipeline::link`], [`hub::fanout`] |
//! | what is spared under load, and when | [`pipeline::governor`] |
//! | start, stop, crash | [`pipeline`] |
//! | a device problem | `capture/device.rs` |
//! | what a published model's files look like; what is made of them | [`models::layout`]; [`models::import`] |
//! | which models have an id | `onnx/models.toml` (ours), `onnx/published.toml` |
//!
//! # What must stay true
//!
//! The capture callback never allocates, locks, logs or blocks. A committed word never changes. Stages know no thread,
//! no channel and not each other. Every queue is bounded, with its policy written where it is made.

pub mod audio;
pub mod error;
pub mod event;
pub mod text;

pub mod cli;
pub mod config;
pub mod eval;
pub mod models;
pub mod onnx;
pub mod plan;

pub mod asr;
pub mod capture;
pub mod hub;
pub mod listen;
pub mod mt;
pub mod out;
pub mod server;
pub mod stabilise;
pub mod tts;

pub mod metrics;
pub mod pipeline;

#[cfg(test)]
mod testing;
