//! The operator's page in a real browser: what is corrected there is read everywhere.

use super::chromium::Chromium;
use crate::support::{self, Daemon};

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_corrects_a_caption_and_readers_see_it() {
    let toml = support::server_toml(support::free_port()) + "token = \"s3cret\"\n";
    let daemon = Daemon::start(&toml, &[]).await;
    let url = |path: &str| format!("http://{}{path}#token=s3cret", daemon.addr);
    let mut browser = Chromium::start(&support::sample("hello-en.wav")).await;
    let reader = browser.open(&url("/r/r?lang=es"), "").await;
    let operator = browser.open(&url("/r/r/operate"), "").await;
    for page in [&reader, &operator] {
        browser.until(page, "document.querySelector('#state').dataset.state === 'live'").await;
    }
    let mut speaker = daemon.ws("/v1/speak?room=r&from=en&speaker=Ana&token=s3cret").await;
    support::say(&mut speaker, "hello-en.wav", 4.0).await;
    support::events(&mut speaker, |e| e["type"] == "bye").await;
    let area = "[...document.querySelectorAll('textarea')].find((area) => area.lang === 'es')";
    browser.until(&operator, &format!("!!{area}?.value")).await;
    let enter = "new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true })";
    browser
        .evaluate(&operator, &format!("{area}.value = 'Buenas tardes, señores.'; {area}.dispatchEvent({enter})"))
        .await;
    browser.until(&operator, &format!("{area}.closest('li').dataset.state === 'corrected'")).await;
    browser.until(&reader, "document.body.innerText.includes('Buenas tardes, señores.')").await;
    // A term for what comes next.
    let give = "const form = document.querySelector('#term').elements;
        [form.from.value, form.source.value, form.to.value, form.target.value] = ['en', 'people', 'es', 'pueblo'];
        form.source.form.requestSubmit()";
    browser.evaluate(&operator, give).await;
    browser.until(&operator, "document.querySelector('#terms').textContent.includes('pueblo')").await;
    browser.photograph(&operator, (1280, 800), &support::repo().join("target/screenshots/operate-1280x800.png")).await;
    browser.photograph(&operator, (390, 844), &support::repo().join("target/screenshots/operate-390x844.png")).await;
    browser.evaluate(&operator, "document.querySelector('#terms button').click()").await;
    browser.until(&operator, "!document.querySelector('#terms').childElementCount").await;
    assert!(browser.complaints().is_empty(), "{:#?}", browser.complaints());
}
