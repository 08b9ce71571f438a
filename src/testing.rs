//! Small parts that several unit tests share.

use crate::audio::AudioFormat;
use crate::pipeline::item::{Clock, Session};
use crate::pipeline::timing::Timing;
use crate::text::Lang;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// A session from a file, in English, to be translated into Spanish.
pub fn session() -> Arc<Session> {
    Arc::new(made(Clock::Audio))
}

/// The same from a microphone.
pub fn live_session() -> Arc<Session> {
    Arc::new(made(Clock::Wall(Instant::now())))
}

fn made(clock: Clock) -> Session {
    static NUMBER: AtomicU64 = AtomicU64::new(1);
    Session {
        number: NUMBER.fetch_add(1, Ordering::Relaxed),
        room: "test".into(),
        speaker: String::new(),
        lang: Lang::parse("en").expect("known"),
        knows_lang: false,
        to: vec![Lang::parse("es").expect("known")],
        format: AudioFormat::PIPELINE,
        clock,
        timing: Timing::default(),
    }
}
