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

#[tokio::test(flavor = "multi_thread")]
async fn the_overlay_is_transparent_and_shows_two_lines() {
    let (_daemon, mut browser, page) = page("/overlay/main?lang=es&linger=2", "").await;
    let ground = "[document.documentElement, document.body].map((e) => getComputedStyle(e).backgroundColor).join()";
    assert_eq!(browser.evaluate(&page, ground).await, "rgba(0, 0, 0, 0),rgba(0, 0, 0, 0)");
    let height = "document.querySelector('main').getBoundingClientRect().height";
    assert_eq!(browser.evaluate(&page, height).await, 0, "nobody has spoken");
    let text = "palabra ".repeat(60);
    browser
        .evaluate(&page, &format!("caption(1, 'translation', 'es', '{text}'), caption(1, 'source', 'en', 'word')"))
        .await;
    let lines =
        format!("Math.round({height} / parseFloat(getComputedStyle(document.querySelector('.line')).lineHeight))");
    assert_eq!(browser.evaluate(&page, &lines).await, 2);
    assert!(!browser.evaluate(&page, &seen("main")).await.as_str().expect("text").contains("word"));
    browser.until(&page, &format!("{height} === 0")).await;
    assert!(browser.complaints().is_empty(), "{:#?}", browser.complaints());
}

#[tokio::test(flavor = "multi_thread")]
async fn captions_tell_who_spoke_how_sure_it_is_and_which_way_it_runs() {
    let langs = "langs = ['en', 'es', 'ar'];";
    let (_daemon, mut browser, page) = page("/r/main?lang=ar", langs).await;
    let said = "const words = [{ text: 'Hello', p: 0.9 }, { text: 'Bob.', p: 0.2 }];
        caption(1, 'source', 'en', 'Hello Bob.', { speaker: 'Ana', words });
        caption(1, 'translation', 'ar', 'OpenAI مرحبا', { speaker: 'Ana', flags: ['omitted'] });
        caption(2, 'source', 'en', 'Yes.', { speaker: 'Bo', session: 's2' });
        caption(3, 'source', 'en', 'No.', { speaker: 'Ana', session: 's3' });";
    browser.evaluate(&page, said).await;
    assert_eq!(browser.evaluate(&page, &seen(".doubtful")).await, "Bob.");
    assert_eq!(browser.evaluate(&page, &seen("[lang=ar] .remark")).await, "something is missing");
    let way = "getComputedStyle(document.querySelector('.line[lang=ar]')).direction";
    assert_eq!(browser.evaluate(&page, way).await, "rtl");
    let colours = "[...document.querySelectorAll('.row')].map((row) => getComputedStyle(row).borderInlineStartColor)";
    let colours = browser.evaluate(&page, colours).await;
    assert!(colours[0] == colours[2] && colours[0] != colours[1], "Ana, Bo, Ana: {colours}");
    // Read out: finals in the chosen language, once.
    assert_eq!(browser.evaluate(&page, "document.querySelector('#log').textContent").await, "OpenAI مرحبا");
    let choose = "document.forms.controls.original.value = 'none';
        document.forms.controls.original.dispatchEvent(new Event('change'));
        document.querySelector('.transcript .line[data-kind=source]').offsetHeight";
    assert_eq!(browser.evaluate(&page, choose).await, 0, "the original can be hidden");
    assert!(browser.complaints().is_empty(), "{:#?}", browser.complaints());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_microphone_that_is_held_sends_silence_until_then() {
    let daemon = support::Daemon::server().await;
    let mut browser = Chromium::start(&support::sample("meeting-en.wav")).await;
    let page = browser.open(&format!("http://{}/r/main/speak", daemon.addr), FAKE).await;
    browser
        .evaluate(&page, "document.forms.controls.pushToTalk.click(), document.querySelector('#start').click()")
        .await;
    browser.until(&page, "sockets[0]?.sent.length > 30").await;
    let loud = "sockets[0].sent.slice(1).some((pcm) => new Int16Array(pcm).some((s) => s !== 0))";
    assert_eq!(browser.evaluate(&page, loud).await, false);
    browser.evaluate(&page, "document.querySelector('#push').click()").await;
    browser.until(&page, loud).await;
    assert!(browser.complaints().is_empty(), "{:#?}", browser.complaints());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_reads_the_way_into_the_room() {
    let (daemon, mut browser, page) = page("/r/main%20hall#token=secret", "").await;
    // As it is drawn, four pixels a module at the least.
    let drawn = "(async () => {
        const image = document.querySelector('#qr');
        await image.decode();
        const canvas = Object.assign(document.createElement('canvas'), { width: 240, height: 240 });
        const brush = canvas.getContext('2d');
        brush.drawImage(image, 0, 0, 240, 240);
        const { data } = brush.getImageData(0, 0, 240, 240);
        return Array.from({ length: 240 * 240 }, (_, i) => (data[4 * i] < 128 ? '#' : '.')).join('');
    })()";
    let drawn = browser.evaluate(&page, drawn).await;
    let dots = drawn.as_str().expect("dots").as_bytes();
    let mut image =
        rqrr::PreparedImage::prepare_from_greyscale(240, 240, |x, y| if dots[y * 240 + x] == b'#' { 0 } else { 255 });
    let (_, text) = image.detect_grids().first().expect("a QR code").decode().expect("it can be read");
    assert_eq!(text, format!("http://{}/r/main%20hall", daemon.addr));
}

/// Every page, in every theme, with captions on it and everything unfolded.
#[tokio::test(flavor = "multi_thread")]
async fn the_pages_are_accessible() {
    let at = std::env::var_os("AXE_JS").map_or_else(|| support::repo().join("third_party/axe/axe.min.js"), Into::into);
    let axe = std::fs::read_to_string(at).expect("axe-core is missing: `make test` fetches it");
    let daemon = support::Daemon::server().await;
    let mut browser = Chromium::start(&support::sample("hello-en.wav")).await;
    for path in ["/", "/r/main?lang=es", "/r/main/speak", "/c/main", "/overlay/main?lang=es"] {
        for theme in ["light", "dark", "contrast"] {
            let script = format!("{FAKE} localStorage.setItem('sottovoce.theme', '{theme}');");
            let page = browser.open(&format!("http://{}{path}", daemon.addr), &script).await;
            browser.evaluate(&page, "document.querySelector('#start')?.click()").await;
            browser.until(&page, "sockets.some((s) => s.readyState === 1)").await;
            let said = "caption(1, 'source', 'en', 'Hello.', { speaker: 'Ana', words: [{ text: 'Hello.', p: 0.1 }] });
                caption(1, 'translation', 'es', 'Hola.', { speaker: 'Ana', flags: ['names'] });
                caption(2, 'translation', 'es', 'Sí', { final: false, tentative: 'claro', session: 's2' });
                document.querySelectorAll('details').forEach((details) => (details.open = true));";
            browser.evaluate(&page, said).await;
            browser.evaluate(&page, &format!("{axe}; true")).await;
            let wanted = "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
                .then(({ violations }) => violations.map((v) => [v.id, ...v.nodes.map((node) => node.html)].join(' ')))";
            let violations = browser.evaluate(&page, wanted).await;
            assert_eq!(violations, serde_json::json!([]), "{path} in {theme}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_can_be_installed_and_keep_no_captions() {
    let daemon = support::Daemon::server().await;
    let mut browser = Chromium::start(&support::sample("hello-en.wav")).await;
    let page = browser.open(&format!("http://{}/r/main", daemon.addr), "").await;
    let manifest = "fetch(document.querySelector('[rel=manifest]').href).then((r) => r.json())
        .then((m) => Promise.all(m.icons.map((i) => fetch(i.src).then((r) => r.ok)))).then((all) => all.every(Boolean))";
    assert_eq!(browser.evaluate(&page, manifest).await, true);
    browser.until(&page, "navigator.serviceWorker.ready.then((r) => r.active?.state === 'activated')").await;
    browser.evaluate(&page, "location.reload()").await;
    browser.until(&page, "!!navigator.serviceWorker.controller").await;
    browser.evaluate(&page, "fetch('/v1/rooms/main/captions?format=txt').then((r) => r.text())").await;
    let kept = "caches.open('pages-1').then((c) => c.keys()).then((all) => all.map((r) => r.url).join(' '))";
    browser
        .until(&page, &format!("{kept}.then((all) => all.includes('/r/main') && all.includes('/static/words.js'))"))
        .await;
    let kept = browser.evaluate(&page, kept).await;
    assert!(!kept.as_str().expect("addresses").contains("/v1/"), "{kept}");
}
