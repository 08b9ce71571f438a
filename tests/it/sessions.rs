//! Many speakers at once, in real time, on the machine the tests run on.

use crate::support::{Daemon, events, finals, keeps_promises, say};

#[tokio::test(flavor = "multi_thread")]
async fn twenty_sessions_all_get_their_captions() {
    let daemon = Daemon::server().await;
    let mut speakers = Vec::new();
    for i in 0..20 {
        let mut socket = daemon.ws(&format!("/v1/speak?room=room{}", i % 5)).await;
        speakers.push(tokio::spawn(async move {
            // Not all at the same instant: people aren't.
            tokio::time::sleep(std::time::Duration::from_millis(37 * i)).await;
            say(&mut socket, "hello-en.wav", 1.0).await;
            events(&mut socket, |e| e["type"] == "bye").await.0
        }));
    }
    let mut texts = Vec::new();
    for speaker in speakers {
        let seen = speaker.await.expect("speaks");
        keeps_promises(&seen);
        assert!(!seen.iter().any(|e| e["type"] == "gap"), "audio was lost");
        texts.push((finals(&seen, "source"), finals(&seen, "translation")));
    }
    assert!(!texts[0].0.concat().is_empty() && !texts[0].1.concat().is_empty());
    assert!(texts.iter().all(|t| t.0 == texts[0].0), "the same sound gave different words: {texts:?}");
}
