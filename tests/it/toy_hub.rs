//! A hub for tests: speaks the protocol of model hubs on two ports of this machine, the second being the store that large
//! files are redirected to; and misbehaves as it is told.

use sha1::{Digest, Sha1};
use sha2::Sha256;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// Content from here on is "large": stated by its sha256, given out by the store.
const LARGE: usize = 1_000;

/// What was asked.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub range: Option<String>,
    pub authorization: Option<String>,
    /// Whether the store was asked, not the hub.
    pub of_store: bool,
}

/// What the hub has, and how it misbehaves.
#[derive(Debug, Default)]
pub struct Behaviour {
    pub files: BTreeMap<String, Vec<u8>>,
    pub commit: String,
    /// The next bodies of the store end after so many bytes each.
    pub cuts: Vec<usize>,
    /// Always begins with the first byte.
    pub ignores_range: bool,
    /// This file's bytes aren't those that are stated.
    pub spoils: Option<String>,
    /// So many answers are 503.
    pub troubles: usize,
    /// Wants to know who asks, and does not like the answer.
    pub is_gated: bool,
    /// This size is stated for large files.
    pub boasts: Option<u64>,
    /// Wait between blocks of 64 KiB.
    pub dawdles: Duration,
    pub requests: Vec<Request>,
    /// Checksums by name and size: these tests change no content without its size.
    sums: BTreeMap<(String, usize), (String, String)>,
}

/// Running until the tests end.
pub struct Hub {
    pub endpoint: String,
    state: Arc<Mutex<Behaviour>>,
}

impl Hub {
    /// A hub with one repository of these files, whatever repository is asked for.
    pub fn start(files: &[(&str, Vec<u8>)]) -> Self {
        let files = files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.clone())).collect();
        let state =
            Arc::new(Mutex::new(Behaviour { files, commit: "c0ffee".repeat(7)[..40].into(), ..Behaviour::default() }));
        let store = serve(state.clone(), None);
        let endpoint = serve(state.clone(), Some(store));
        Self { endpoint, state }
    }

    /// To look and to change.
    pub fn state(&self) -> MutexGuard<'_, Behaviour> {
        self.state.lock().expect("the hub lives")
    }

    /// What the store was asked for.
    pub fn bodies(&self) -> Vec<Request> {
        self.state().requests.iter().filter(|r| r.of_store).cloned().collect()
    }
}

/// Serves on a port of its own; a hub sends for large files to its store.
fn serve(state: Arc<Mutex<Behaviour>>, store: Option<String>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (state, store) = (state.clone(), store.clone());
            // A client that left is no fault of the test's.
            std::thread::spawn(move || drop(answer(stream, &state, store.as_deref())));
        }
    });
    address
}

fn answer(stream: TcpStream, state: &Mutex<Behaviour>, store: Option<&str>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let mut words = first.split(' ').map(str::to_owned);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut request = Request { method, path, range: None, authorization: None, of_store: store.is_none() };
    for line in lines.map_while(Result::ok).take_while(|l| !l.is_empty()) {
        match line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned())) {
            Some((name, value)) if name == "range" => request.range = Some(value),
            Some((name, value)) if name == "authorization" => request.authorization = Some(value),
            _ => {}
        }
    }
    let mut hub = state.lock().expect("the hub lives");
    hub.requests.push(request.clone());
    if hub.troubles > 0 {
        hub.troubles -= 1;
        return head(&stream, "503 Service Unavailable", &[("Content-Length", "0".into())]);
    }
    if hub.is_gated {
        let headers = [("X-Error-Code", "GatedRepo".into()), ("Content-Length", "0".into())];
        return head(&stream, "403 Forbidden", &headers);
    }
    if request.path.starts_with("/api/models/") {
        let names: Vec<_> = hub.files.keys().map(|n| serde_json::json!({ "rfilename": n })).collect();
        let text = serde_json::json!({ "sha": hub.commit, "siblings": names }).to_string();
        head(&stream, "200 OK", &[("Content-Length", text.len().to_string())])?;
        return (&stream).write_all(text.as_bytes());
    }
    let name = request.path.splitn(6, '/').nth(5).unwrap_or_default().to_owned();
    let Some(bytes) = hub.files.get(&name).cloned() else {
        return head(
            &stream,
            "404 Not Found",
            &[("X-Error-Code", "EntryNotFound".into()), ("Content-Length", "0".into())],
        );
    };
    let sums = hub.sums.entry((name.clone(), bytes.len())).or_insert_with(|| checksums(&bytes));
    let (sha256, git) = sums.clone();
    let is_large = bytes.len() >= LARGE;
    let mut headers = vec![("X-Repo-Commit", hub.commit.clone()), ("ETag", format!("\"{git}\""))];
    if let Some(store) = store.filter(|_| is_large) {
        let size = hub.boasts.unwrap_or(bytes.len() as u64);
        headers[1].1 = "\"the-store's-own\"".into();
        headers.extend([("X-Linked-ETag", format!("\"{sha256}\"")), ("X-Linked-Size", size.to_string())]);
        headers.extend([("Location", format!("{store}{}", request.path)), ("Content-Length", "0".into())]);
        return head(&stream, "302 Found", &headers);
    }
    let body = if hub.spoils.as_ref() == Some(&name) { bytes.iter().map(|b| b ^ 1).collect() } else { bytes };
    let cut = if is_large && request.method == "GET" { hub.cuts.pop() } else { None };
    let (from, dawdles) = (request.range.as_deref().filter(|_| !hub.ignores_range).map(first_byte), hub.dawdles);
    drop(hub);
    give(&stream, &request, headers, &body[from.unwrap_or(0)..], from.map(|f| (f, body.len())), cut, dawdles)
}

/// Gives a body, or as much of it as it is told to.
fn give(
    mut stream: &TcpStream,
    request: &Request,
    mut headers: Vec<(&str, String)>,
    body: &[u8],
    part: Option<(usize, usize)>,
    cut: Option<usize>,
    dawdles: Duration,
) -> std::io::Result<()> {
    headers.push(("Content-Length", body.len().to_string()));
    if let Some((from, size)) = part {
        headers.push(("Content-Range", format!("bytes {from}-{}/{size}", size - 1)));
    }
    head(stream, if part.is_some() { "206 Partial Content" } else { "200 OK" }, &headers)?;
    if request.method == "HEAD" {
        return Ok(());
    }
    for block in body[..cut.unwrap_or(body.len()).min(body.len())].chunks(1 << 16) {
        stream.write_all(block)?;
        std::thread::sleep(dawdles);
    }
    Ok(())
}

fn head(mut stream: &TcpStream, status: &str, headers: &[(&str, String)]) -> std::io::Result<()> {
    let lines: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    stream.write_all(format!("HTTP/1.1 {status}\r\n{lines}Connection: close\r\n\r\n").as_bytes())
}

/// `bytes=100-` → 100
fn first_byte(range: &str) -> usize {
    range.trim_start_matches("bytes=").trim_end_matches('-').parse().expect("a range that goes on to the end")
}

/// sha256, and git's of a blob.
pub fn checksums(bytes: &[u8]) -> (String, String) {
    let hex = |digest: &[u8]| digest.iter().map(|b| format!("{b:02x}")).collect::<String>();
    let git = Sha1::new_with_prefix(format!("blob {}\0", bytes.len())).chain_update(bytes);
    (hex(&Sha256::digest(bytes)), hex(&git.finalize()))
}
