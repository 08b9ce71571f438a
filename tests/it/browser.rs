//! A real browser: it speaks a WAV through its microphone into one page and reads Spanish captions in others.

mod chromium;
mod cut;
mod operate;
mod original;
mod pages;

use crate::pulse::share_heard;
use crate::support;
use chromium::Chromium;
use std::time::{Duration, Instant};

/// Runs before a page's own scripts: notes every change to committed text that is not an addition behind it.
const WATCH: &str = "
    window.rewritten = [];
    new MutationObserver((changes) => {
      for (const change of changes) {
        const place = change.target instanceof Element ? change.target : change.target.parentElement;
        if (!place?.closest('.committed')) continue;
        const isAddition = change.type === 'childList' && !change.removedNodes.length && !change.nextSibling;
        if (!isAddition) rewritten.push(place.textContent);
      }
    }).observe(document, { subtree: true, childList: true, characterData: true });";

/// Runs before a page's own scripts: notes every piece of sound that is set to be heard.
const OVERHEAR: &str = "
    window.voiced = [];
    const { start } = AudioBufferSourceNode.prototype;
    AudioBufferSourceNode.prototype.start = function (when) {
      const peak = this.buffer.getChannelData(0).reduce((peak, s) => Math.max(peak, Math.abs(s)), 0);
      voiced.push({ when, until: when + this.buffer.duration / this.playbackRate.value, peak });
      return start.call(this, when);
    };";

/// The finals of a kind, as a page shows them.
fn finals(kind: &str) -> String {
    let selector = format!("[data-kind={kind}][data-final=true] .committed");
    format!("[...document.querySelectorAll('{selector}')].map((e) => e.textContent).join(' ')")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_opens_a_page_and_leaves_its_address() {
    let toml = support::server_toml(support::free_port()) + "token = \"s3/cret (really)\"\n";
    let daemon = support::Daemon::start(&toml, &[]).await;
    let url = |path: &str| format!("http://{}{path}", daemon.addr);
    let mut browser = Chromium::start(&support::sample("hello-en.wav")).await;
    for path in ["/r/main?lang=es#token=s3%2Fcret+(really)", "/r/main?lang=es&token=s3%2Fcret%20(really)"] {
        let page = browser.open(&url(path), "sessionStorage.clear()").await;
        browser.until(&page, "document.querySelector('#state').dataset.state === 'live'").await;
        assert_eq!(browser.evaluate(&page, "location.href").await, url("/r/main?lang=es"), "{path}");
        // What the page leads to is opened by the same token.
        let leads = "fetch('/v1/rooms/main/captions').then((answer) => answer.status)";
        assert_eq!(browser.evaluate(&page, leads).await, 401, "no cookie carries it");
    }
    let stranger = browser.open(&url("/r/main"), "sessionStorage.clear()").await;
    browser.until(&stranger, "document.querySelector('#state').dataset.state === 'refused'").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn speaks_and_reads_in_the_browser() {
    let samples = support::repo().join("onnx/starter/samples");
    let said = std::fs::read_to_string(samples.join("hello-en.txt")).expect("the sample's text");
    let daemon = support::Daemon::start(&support::server_toml(support::free_port()), &[]).await;
    let url = |path: &str| format!("http://{}{path}", daemon.addr);
    let mut browser = Chromium::start(&samples.join("hello-en.wav")).await;

    let reader = browser.open(&url("/r/main?lang=es&dial=instant"), &[WATCH, OVERHEAR].concat()).await;
    let start_page = browser.open(&url("/"), WATCH).await;
    for page in [&reader, &start_page] {
        browser.until(page, "document.querySelector('#state').dataset.state === 'live'").await;
    }

    browser.evaluate(&reader, "document.querySelector('#voice').click()").await;
    let asked =
        "!!document.querySelector('#voice[aria-pressed=true]') && !!document.querySelector('[data-state=live]')";
    browser.until(&reader, asked).await;

    let speaker = browser.open(&url("/r/main/speak"), WATCH).await;
    // The starter model knows clean voices only, and what the browser does to the sound differs between its versions.
    browser
        .evaluate(&speaker, "document.querySelectorAll('details [type=checkbox]').forEach((box) => box.click())")
        .await;
    browser.evaluate(&speaker, "document.querySelector('#start').click()").await;
    browser.until(&speaker, "document.querySelector('#hearing').dataset.hears === 'heard'").await;
    let pictures = support::repo().join("target/screenshots");
    browser.photograph(&speaker, (390, 844), &pictures.join("speak-390x844.png")).await;
    browser.photograph(&speaker, (1280, 800), &pictures.join("speak-1280x800.png")).await;

    for page in [&reader, &start_page, &speaker] {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            browser.until(page, &finals("translation")).await;
            let heard = browser.until(page, &finals("source")).await;
            let heard = heard.as_str().unwrap_or_default();
            if share_heard(&said, heard) >= 0.6 {
                break;
            }
            assert!(Instant::now() < deadline, "of {said:?} only this was heard: {heard:?}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
    browser.photograph(&reader, (390, 844), &pictures.join("captions-390x844.png")).await;
    browser.photograph(&reader, (1280, 800), &pictures.join("captions-1280x800.png")).await;
    browser.photograph(&start_page, (390, 844), &pictures.join("index-390x844.png")).await;
    browser.photograph(&start_page, (1280, 800), &pictures.join("index-1280x800.png")).await;

    browser.evaluate(&speaker, "document.querySelector('#start').click()").await;
    browser.until(&speaker, "document.body.dataset.speaking === 'idle'").await;
    let notice = browser.evaluate(&speaker, "document.querySelector('#notice').textContent").await;
    assert_eq!(notice, "", "the speaker's page has nothing to complain about");

    let voiced = browser.until(&reader, "voiced.length > 0 && voiced").await;
    let pieces = voiced.as_array().expect("pieces of sound");
    let time = |piece: &serde_json::Value, key: &str| piece[key].as_f64().expect("a number");
    assert!(pieces.iter().all(|p| time(p, "peak") > 0.05), "the voice is silent: {pieces:?}");
    assert!(pieces.windows(2).all(|p| time(&p[1], "when") >= time(&p[0], "until")), "voices overlap: {pieces:?}");
    let seconds: f64 = pieces.iter().map(|p| time(p, "until") - time(p, "when")).sum();
    assert!(seconds > 0.5, "hardly a word was spoken: {pieces:?}");

    // Who comes later reads what was said.
    let late = browser.open(&url("/r/main?lang=es"), WATCH).await;
    browser.until(&late, &finals("translation")).await;
    for page in [&reader, &start_page, &speaker, &late] {
        let rewritten = browser.evaluate(page, "rewritten").await;
        assert_eq!(rewritten, serde_json::json!([]), "committed text was changed");
    }
    assert!(browser.complaints().is_empty(), "{:#?}", browser.complaints());
}
