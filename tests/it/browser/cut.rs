//! Two readers in a real browser whose connections are cut in the middle of a sentence: nothing lost, nothing doubled,
//! nothing rewritten.

use super::chromium::{Chromium, Page};
use super::{WATCH, finals};
use crate::support::{self, Daemon};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A way to a daemon that can be cut: all who use it lose their connection, and may come again.
struct Wire {
    address: SocketAddr,
    cut: watch::Sender<()>,
}

impl Wire {
    async fn to(daemon: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (cut, is_cut) = watch::channel(());
        tokio::spawn(async move {
            while let Ok((mut outside, _)) = listener.accept().await {
                let mut is_cut = is_cut.clone();
                is_cut.mark_unchanged();
                tokio::spawn(async move {
                    let mut inside = TcpStream::connect(daemon).await.expect("connects");
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut outside, &mut inside) => {}
                        _ = is_cut.changed() => {}
                    }
                });
            }
        });
        Self { address, cut }
    }
}

/// The final captions of a page, in its order, when there are so many.
async fn read(browser: &mut Chromium, page: &Page, kind: &str, count: usize) -> Vec<String> {
    let selector = format!("[data-kind={kind}][data-final=true] .committed");
    let all = format!("[...document.querySelectorAll('{selector}')].map((e) => e.textContent.trim())");
    let texts = browser.until(page, &format!("(({all}).length >= {count}) && {all}")).await;
    texts.as_array().expect("texts").iter().map(|text| text.as_str().expect("text").to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_whose_connection_is_cut_in_a_sentence_miss_nothing() {
    let daemon = Daemon::server().await;
    let wire = Wire::to(daemon.addr).await;
    let mut browser = Chromium::start(&support::sample("hello-en.wav")).await;
    let mut pages = Vec::new();
    for (lang, kind) in [("es", "translation"), ("en", "source")] {
        let url = format!("http://{}/r/main?lang={lang}&dial=balanced", wire.address);
        let page = browser.open(&url, WATCH).await;
        browser.until(&page, "document.querySelector('#state').dataset.state === 'live'").await;
        pages.push((page, kind));
    }
    let mut speaker = daemon.ws("/v1/speak?room=main&from=en").await;
    let saying = tokio::spawn(async move {
        support::say(&mut speaker, "travel-en.wav", 1.0).await;
        support::events(&mut speaker, |e| e["type"] == "bye").await.0
    });
    for (page, _) in &pages {
        // One sentence is done, and another has begun.
        browser.until(page, &format!("{} !== ''", finals("source"))).await;
        browser.until(page, "document.querySelector('[data-final=false] .committed')?.textContent").await;
    }
    wire.cut.send_replace(());
    tokio::time::sleep(Duration::from_millis(50)).await;
    wire.cut.send_replace(());
    let seen = saying.await.expect("speaks");
    for (page, kind) in &pages {
        let due = support::finals(&seen, kind);
        assert!(due.len() > 2, "{due:?}");
        assert_eq!(read(&mut browser, page, kind, due.len()).await, due, "{kind}");
        assert_eq!(browser.evaluate(page, "rewritten.length").await, 0);
    }
}
