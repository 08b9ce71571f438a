//! A real Chromium without a screen: turns a few wishes (open, evaluate, wait, photograph) into its DevTools protocol.
//!
//! Straight over its WebSocket, because this also tells what pages complain about (exceptions, refused content), and
//! needs no driver program and no crate that we don't have already.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// A running browser whose microphone is a WAV file, played once.
pub struct Chromium {
    process: Child,
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    last_call: u64,
    complaints: Vec<String>,
    _profile: TempDir,
}

/// An open page: its session in the protocol.
pub struct Page(String);

impl Chromium {
    pub async fn start(microphone: &Path) -> Self {
        let profile = tempfile::tempdir().expect("a folder for the browser");
        let process = Command::new("chromium")
            .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-port=0"])
            .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
            .args(["--disable-background-timer-throttling", "--disable-renderer-backgrounding"])
            .args(["--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required"])
            .args(["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--hide-scrollbars"])
            .arg(format!("--use-file-for-fake-audio-capture={}%noloop", microphone.display()))
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromium is missing: `make test` installs it");
        let address = Self::address(profile.path()).await;
        let (socket, _) = tokio_tungstenite::connect_async(address).await.expect("chromium's DevTools answer");
        Self { process, socket, last_call: 0, complaints: Vec::new(), _profile: profile }
    }

    /// The browser writes its port and path into its profile once it is there.
    async fn address(profile: &Path) -> String {
        let deadline = Instant::now() + Duration::from_secs(30);
        while Instant::now() < deadline {
            let text = std::fs::read_to_string(profile.join("DevToolsActivePort")).unwrap_or_default();
            if let Some((port, path)) = text.split_once('\n').filter(|(_, path)| !path.is_empty()) {
                return format!("ws://127.0.0.1:{port}{}", path.trim());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("chromium has not started within 30 s");
    }

    /// Opens a page in a window of its own. `script` runs in it before its own scripts.
    pub async fn open(&mut self, url: &str, script: &str) -> Page {
        let target = self.call(None, "Target.createTarget", json!({"url": "about:blank", "newWindow": true})).await;
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let attached = self.call(None, "Target.attachToTarget", attach).await;
        let page = Page(attached["sessionId"].as_str().expect("a session").to_owned());
        for domain in ["Page.enable", "Runtime.enable", "Log.enable"] {
            self.call(Some(&page), domain, json!({})).await;
        }
        self.call(Some(&page), "Page.addScriptToEvaluateOnNewDocument", json!({"source": script})).await;
        self.call(Some(&page), "Page.navigate", json!({"url": url})).await;
        self.until(&page, "document.readyState === 'complete' && location.href !== 'about:blank'").await;
        page
    }

    /// The value of an expression in a page.
    pub async fn evaluate(&mut self, page: &Page, expression: &str) -> Value {
        let params =
            json!({"expression": expression, "returnByValue": true, "awaitPromise": true, "userGesture": true});
        let answer = self.call(Some(page), "Runtime.evaluate", params).await;
        assert!(answer["exceptionDetails"].is_null(), "{expression}: {answer}");
        answer["result"]["value"].clone()
    }

    /// Waits until an expression is true (or not empty) and returns its value.
    pub async fn until(&mut self, page: &Page, expression: &str) -> Value {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let value = self.evaluate(page, expression).await;
            if !matches!(value, Value::Null | Value::Bool(false)) && value != "" {
                return value;
            }
            if Instant::now() > deadline {
                let text = self.evaluate(page, "document.body.innerText").await;
                panic!("never true: {expression}\nThe page says: {text}\nIt complains: {:?}", self.complaints);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Writes what a page looks like at a window's size.
    pub async fn photograph(&mut self, page: &Page, (width, height): (u32, u32), file: &Path) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600});
        self.call(Some(page), "Emulation.setDeviceMetricsOverride", size).await;
        let settled = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))";
        self.evaluate(page, settled).await;
        let shot = self.call(Some(page), "Page.captureScreenshot", json!({"format": "png"})).await;
        let image = base64(shot["data"].as_str().expect("an image"));
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("the folder can be made");
        std::fs::write(file, image).expect("the image can be written");
    }

    /// What pages have complained about so far: exceptions, console errors, refused content.
    pub fn complaints(&self) -> &[String] {
        &self.complaints
    }

    async fn call(&mut self, page: Option<&Page>, method: &str, params: Value) -> Value {
        self.last_call += 1;
        let mut message = json!({"id": self.last_call, "method": method, "params": params});
        if let Some(Page(session)) = page {
            message["sessionId"] = json!(session);
        }
        self.socket.send(Message::text(message.to_string())).await.expect("chromium listens");
        loop {
            let answer = tokio::time::timeout(Duration::from_secs(30), self.socket.next()).await;
            let answer = answer.unwrap_or_else(|_| panic!("chromium does not answer {method}"));
            let Some(Ok(Message::Text(text))) = answer else { panic!("chromium is gone: {answer:?}") };
            let mut answer: Value = serde_json::from_str(&text).expect("JSON");
            if answer["id"] == self.last_call {
                assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
                return answer["result"].take();
            }
            self.hear(&answer);
        }
    }

    fn hear(&mut self, event: &Value) {
        let params = &event["params"];
        let is_bad = match event["method"].as_str() {
            Some("Runtime.exceptionThrown") => true,
            Some("Runtime.consoleAPICalled") => matches!(params["type"].as_str(), Some("error" | "warning" | "assert")),
            Some("Log.entryAdded") => params["entry"]["level"] == "error",
            _ => false,
        };
        if is_bad {
            self.complaints.push(params.to_string());
        }
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Decodes base64. (Fifteen lines, or a crate.)
fn base64(text: &str) -> Vec<u8> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut held, mut bytes) = (0u32, 0, Vec::with_capacity(text.len() / 4 * 3));
    for value in text.bytes().filter_map(|b| ALPHABET.iter().position(|a| *a == b)) {
        bits = bits << 6 | value as u32;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    bytes
}
