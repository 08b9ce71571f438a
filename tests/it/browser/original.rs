//! A page that plays the speaker's own sound under the translated voice.

use super::chromium::Chromium;
use crate::support::{self, Daemon};

/// A real daemon and a real speaker; the voice is the test's, so that its time is known.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_plays_it_softer_under_the_voice() {
    let daemon = Daemon::server().await;
    let mut browser = Chromium::start(&support::sample("hello-en.wav")).await;
    // What comes out of the page is measured where it would go to the ears.
    let tap = "const connect = AudioNode.prototype.connect;
        AudioNode.prototype.connect = function (to, ...more) {
            if (to === this.context.destination && this instanceof GainNode) {
                window.ear = new AnalyserNode(this.context, { fftSize: 2048 });
                window.own = this;
                connect.call(this, ear);
            }
            return connect.call(this, to, ...more);
        };
        window.loudness = () => {
            const samples = new Float32Array(ear.fftSize);
            ear.getFloatTimeDomainData(samples);
            return Math.sqrt(samples.reduce((sum, s) => sum + s * s, 0) / samples.length);
        };";
    let page = browser.open(&format!("http://{}/r/main?lang=es", daemon.addr), tap).await;
    browser.until(&page, "document.forms.controls.sound.disabled === false").await;
    let choose = "document.forms.controls.sound.value = 'on';
        document.forms.controls.sound.dispatchEvent(new Event('change'));
        document.querySelector('#voice').click()";
    browser.evaluate(&page, choose).await;
    browser.until(&page, "window.own?.context.state === 'running'").await;
    assert_eq!(browser.evaluate(&page, "own.gain.value").await, 1);
    let mut speaker = daemon.ws("/v1/speak?room=main&from=en").await;
    let speaking = tokio::spawn(async move {
        support::say(&mut speaker, "meeting-en.wav", 1.0).await;
        support::events(&mut speaker, |e| e["type"] == "bye").await
    });
    browser.until(&page, "loudness() > 0.01").await;
    // eSpeak NG's translation comes over it; then the room is as loud as before.
    browser.until(&page, "own.gain.value < 0.25").await;
    speaking.await.expect("spoke");
    browser.until(&page, "own.gain.value > 0.9").await;
    assert!(browser.complaints().is_empty(), "{:#?}", browser.complaints());
}
