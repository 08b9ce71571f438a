//! All tests of the program as it is used: its command line, its WebSocket, its pages, its models.

mod access;
mod browser;
mod by_language;
mod captions;
mod cli;
mod eval;
mod glossary;
mod golden;
mod guards;
mod hostile;
mod import;
mod models;
mod original;
mod overload;
mod protocol;
mod pulse;
mod quality;
mod realtime;
mod service;
mod sessions;
mod silence;
mod streaming;
mod supervision;
mod support;
mod third_party;
mod toy_hub;
mod translation;
mod voices;
mod whisper;
#[cfg(feature = "whisper-cpp")]
mod whisper_cpp;
