//! The pages beside captions and speaking, in a real browser; most with a server of the test's own making, which says
//! what no small model would: two directions, other scripts, doubts.

use super::chromium::{Chromium, Page};
use crate::support;

/// Replaces the WebSockets of a page.
const FAKE: &str = include_str!("fake.js");

/// A daemon for the files, a browser, and a page that the test speaks to.
async fn page(path: &str, script: &str) -> (support::Daemon, Chromium, Page) {
    let daemon = support::Daemon::server().await;
    let mut browser = Chromium::start(&support::sample("hello-en.wav")).await;
    let page = browser.open(&format!("http://{}{path}", daemon.addr), &[FAKE, script].concat()).await;
    browser.until(&page, "sockets.some((s) => s.readyState === 1)").await;
    (daemon, browser, page)
}

/// The text that is seen in a place.
fn seen(place: &str) -> String {
    format!("document.querySelector('{place}').innerText.trim()")
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_talk_over_one_phone() {
    let (_daemon, mut browser, page) = page("/c/main", super::OVERHEAR).await;
    browser.until(&page, "!document.querySelector('#far .talk').disabled").await;
    browser.photograph(&page, (390, 844), &support::repo().join("target/screenshots/conversation-390x844.png")).await;
    for (place, from, to) in [("#far", "es", "en"), ("#near", "en", "es")] {
        let button = format!("document.querySelector('{place} .talk')");
        browser.evaluate(&page, &format!("sockets.length = 1; {button}.click()")).await;
        // Frames of sound follow the first message.
        let spoken = "sockets.find((s) => s.url.includes('/v1/speak') && s.sent.length > 3)?.url";
        let url = browser.until(&page, spoken).await;
        let url = url.as_str().expect("an address");
        assert!(url.contains(&format!("from={from}")) && url.contains(&format!("lang={to}")), "{url}");
        assert_eq!(browser.evaluate(&page, &format!("{button}.ariaPressed")).await, "true");
        browser.evaluate(&page, &format!("voice('v-{to}', '{to}')")).await;
        browser.evaluate(&page, &format!("{button}.click()")).await;
        browser.until(&page, "sockets[1].readyState === 3 && sockets[1].sent.at(-1).includes('end')").await;
    }
    browser.until(&page, "voiced.length === 2").await;

    let said = "caption(1, 'source', 'es', '¿Dónde está?', { source_lang: 'es' });
        caption(1, 'translation', 'en', 'Where is it?', { source_lang: 'es' });";
    browser.evaluate(&page, said).await;
    assert_eq!(browser.evaluate(&page, &seen("#far .said")).await, "¿Dónde está?");
    assert_eq!(browser.evaluate(&page, &seen("#near .said")).await, "Where is it?");
    // Said again, and shown large.
    browser.evaluate(&page, "document.querySelector('#near .again').click()").await;
    browser.until(&page, "voiced.length === 3").await;
    browser.evaluate(&page, "document.querySelector('#near .show').click()").await;
    assert_eq!(browser.evaluate(&page, &seen("dialog[open] p")).await, "Where is it?");
    browser.evaluate(&page, "document.querySelector('dialog[open] button').click()").await;

    browser.evaluate(&page, "sockets.length = 1; document.querySelector('#auto').click()").await;
    browser.until(&page, "sockets[1]?.url.includes('from=auto')").await;
    browser.evaluate(&page, "document.querySelector('#auto').click()").await;
    assert!(browser.complaints().is_empty(), "{:#?}", browser.complaints());
}
