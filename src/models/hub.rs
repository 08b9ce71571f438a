//! The hub's protocol, as huggingface_hub speaks it: what a repository has, what a file is, its bytes from any place on.
//!
//! `{endpoint}/api/models/{repo}/revision/{revision}` lists; `{endpoint}/{repo}/resolve/{revision}/{file}` gives a file,
//! often by a redirect to another host, which is never told the token.

use super::checksum::Checksum;
use super::fetch::Stop;
use super::places::hf_home;
use crate::error::Error;
use serde::Deserialize;
use std::env::var;
use std::io::Read;
use std::result::Result;
use std::time::Duration;
use ureq::http::{Response, StatusCode, Uri};
use ureq::{Agent, Body};

/// The hub, where no mirror is named.
pub const DEFAULT_ENDPOINT: &str = "https://huggingface.co";
/// Redirects that are followed: one to a repository's new name, one to a mirror, one to the store behind it, and spare.
const MAX_REDIRECTS: usize = 5;
/// How often something is tried again that may go better the next time, and the first wait between.
const TRIES: u32 = 5;
const FIRST_WAIT: Duration = Duration::from_millis(250);

/// What a request can come to.
#[derive(Debug)]
pub enum Fault {
    /// It may go better the next time.
    Again(Error),
    /// It won't.
    Final(Error),
}

impl From<Error> for Fault {
    fn from(e: Error) -> Self {
        Self::Final(e)
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        let (Fault::Again(e) | Fault::Final(e)) = fault;
        e
    }
}

/// A connection to the hub.
pub struct Hub {
    agent: Agent,
    endpoint: String,
    token: Option<String>,
}

/// What a revision has.
#[derive(Debug)]
pub struct Listing {
    /// The commit it stands for.
    pub commit: String,
    /// Its files.
    pub names: Vec<String>,
}

/// What the hub says about a file.
#[derive(Debug, Clone)]
pub struct Remote {
    /// The commit it is of.
    pub commit: String,
    /// Of its content.
    pub checksum: Checksum,
    /// Bytes.
    pub size: u64,
}

/// The bytes of a file, from `start` on.
pub struct Bytes {
    /// The first byte that comes.
    pub start: u64,
    /// The rest.
    pub body: Box<dyn Read>,
}

/// Whether the environment forbids asking the network (`HF_HUB_OFFLINE`).
pub fn is_offline() -> bool {
    var("HF_HUB_OFFLINE").is_ok_and(|v| ["1", "ON", "YES", "TRUE"].contains(&v.to_uppercase().as_str()))
}

impl Hub {
    /// As the environment says: `HF_ENDPOINT`, `HF_TOKEN` or the token file, proxies.
    pub fn from_env() -> Self {
        let endpoint = var("HF_ENDPOINT").ok().filter(|e| !e.is_empty()).unwrap_or_else(|| DEFAULT_ENDPOINT.into());
        let seconds = var("HF_HUB_DOWNLOAD_TIMEOUT").ok().and_then(|s| s.parse().ok()).unwrap_or(10);
        let patience = Some(Duration::from_secs(seconds));
        let config = Agent::config_builder()
            .user_agent(concat!("sottovoce/", env!("CARGO_PKG_VERSION")))
            .http_status_as_error(false)
            // Followed here, so that the token goes nowhere else.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(patience)
            .timeout_recv_response(patience)
            .timeout_per_read(patience)
            .build();
        Self { agent: config.new_agent(), endpoint: endpoint.trim_end_matches('/').to_owned(), token: token() }
    }

    /// Where it is.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The files of a revision.
    pub fn list(&self, repo: &str, revision: &str) -> Result<Listing, Fault> {
        #[derive(Deserialize)]
        struct Sibling {
            rfilename: String,
        }
        #[derive(Deserialize)]
        struct Info {
            sha: String,
            siblings: Vec<Sibling>,
        }
        let url = format!("{}/api/models/{repo}/revision/{}", self.endpoint, quote(revision, false));
        let mut answer = self.ask("GET", &url, None)?;
        accept(&answer, repo, "")?;
        let info: Info = answer.body_mut().read_json().map_err(|e| {
            Fault::Again(Error::failed(format!("{url}: the answer isn't a listing: {e}")).hint("is HF_ENDPOINT a hub?"))
        })?;
        Ok(Listing { commit: info.sha, names: info.siblings.into_iter().map(|s| s.rfilename).collect() })
    }

    /// What a file is.
    pub fn describe(&self, repo: &str, revision: &str, file: &str) -> Result<Remote, Fault> {
        let url = self.resolve(repo, revision, file);
        let answer = self.ask("HEAD", &url, None)?;
        accept(&answer, repo, file)?;
        let text = |name: &str| answer.headers().get(name).and_then(|v| v.to_str().ok());
        let checksum = text("x-linked-etag").or(text("etag")).and_then(Checksum::from_etag);
        let size = text("x-linked-size").or(text("content-length")).and_then(|s| s.parse().ok());
        match (text("x-repo-commit"), checksum, size) {
            (Some(commit), Some(checksum), Some(size)) => Ok(Remote { commit: commit.to_owned(), checksum, size }),
            _ => Err(Fault::Final(
                Error::failed(format!("{url}: the answer states no commit, checksum or size, so it can't be checked"))
                    .hint("is HF_ENDPOINT a hub, or a mirror that hands its headers on?"),
            )),
        }
    }

    /// A file's bytes, from this one on if the server can, else from the first.
    pub fn get(&self, repo: &str, commit: &str, file: &str, from: u64) -> Result<Bytes, Fault> {
        let url = self.resolve(repo, commit, file);
        let answer = self.ask("GET", &url, Some(from).filter(|f| *f > 0))?;
        if answer.status() == StatusCode::RANGE_NOT_SATISFIABLE {
            return self.get(repo, commit, file, 0);
        }
        accept(&answer, repo, file)?;
        let range = answer.headers().get("content-range").and_then(|v| v.to_str().ok());
        let start = match answer.status() == StatusCode::PARTIAL_CONTENT {
            // `bytes 100-199/200`
            true => range.and_then(|r| r.strip_prefix("bytes ")?.split('-').next()?.trim().parse().ok()),
            false => Some(0),
        };
        let start =
            start.ok_or_else(|| Fault::Again(Error::failed(format!("{url}: a part of a file came, unnamed"))))?;
        Ok(Bytes { start, body: Box::new(answer.into_body().into_reader()) })
    }

    fn resolve(&self, repo: &str, revision: &str, file: &str) -> String {
        format!("{}/{repo}/resolve/{}/{}", self.endpoint, quote(revision, false), quote(file, true))
    }

    /// Asks, and follows redirects; a HEAD stops at the answer that has what was asked for.
    fn ask(&self, method: &str, url: &str, from: Option<u64>) -> Result<Response<Body>, Fault> {
        let mut url: Uri = url.parse().map_err(|e| Fault::Final(Error::config(format!("HF_ENDPOINT: {url}: {e}"))))?;
        let home = url.authority().cloned();
        for _ in 0..MAX_REDIRECTS {
            let mut request =
                ureq::http::Request::builder().method(method).uri(&url).header("Accept-Encoding", "identity");
            if let Some(token) = self.token.as_ref().filter(|_| url.authority() == home.as_ref()) {
                request = request.header("Authorization", format!("Bearer {token}"));
            }
            if let Some(from) = from {
                request = request.header("Range", format!("bytes={from}-"));
            }
            let request = request.body(()).map_err(|e| Fault::Final(Error::failed(format!("{url}: {e}"))))?;
            let answer = self.agent.run(request).map_err(|e| unreachable(&url, &e))?;
            let has_all = method == "HEAD" && answer.headers().contains_key("x-linked-etag");
            let place = answer.headers().get("location").and_then(|v| v.to_str().ok());
            match place.filter(|_| answer.status().is_redirection() && !has_all) {
                Some(place) => url = follow(&url, place)?,
                None => return Ok(answer),
            }
        }
        Err(Fault::Final(Error::failed(format!("{url}: too many redirects"))))
    }
}

/// Tries until it goes well, or can't, or the end is asked for; waits twice as long each time.
///
/// # Errors
/// The last fault.
pub fn retry<T>(stop: &Stop, mut go: impl FnMut() -> Result<T, Fault>) -> Result<T, Fault> {
    let mut wait = FIRST_WAIT;
    for _ in 1..TRIES {
        match go() {
            Err(Fault::Again(_)) if !stop.came() => pause(wait, stop),
            outcome => return outcome,
        }
        wait *= 2;
    }
    go()
}

fn pause(wait: Duration, stop: &Stop) {
    let end = std::time::Instant::now() + wait;
    while std::time::Instant::now() < end && !stop.came() {
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// `HF_TOKEN`, or what the login of other tools left.
fn token() -> Option<String> {
    let set = ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"].iter().find_map(|v| var(v).ok());
    let file = std::env::var_os("HF_TOKEN_PATH").map_or_else(|| hf_home().join("token"), Into::into);
    let token = set.or_else(|| std::fs::read_to_string(file).ok())?;
    Some(token.trim().to_owned()).filter(|t| !t.is_empty())
}

fn follow(from: &Uri, place: &str) -> Result<Uri, Fault> {
    let whole = match (place.starts_with('/'), from.scheme_str(), from.authority()) {
        (true, Some(scheme), Some(authority)) => format!("{scheme}://{authority}{place}"),
        _ => place.to_owned(),
    };
    whole
        .parse()
        .map_err(|_| Fault::Final(Error::failed(format!("{from}: it leads to `{place}`, which is no address"))))
}

fn unreachable(url: &Uri, e: &ureq::Error) -> Fault {
    let host = url.authority().map_or_else(|| url.to_string(), ToString::to_string);
    Fault::Again(Error::missing(format!("{host} can't be reached: {e}")).hint(
        "is there a network? HF_ENDPOINT names a mirror, HTTPS_PROXY a proxy; what was fetched before works without",
    ))
}

/// Turns what isn't a file into what to do about it.
fn accept(answer: &Response<Body>, repo: &str, file: &str) -> Result<(), Fault> {
    let (status, of) = (answer.status(), if file.is_empty() { repo.to_owned() } else { format!("{repo}: {file}") });
    let why = answer.headers().get("x-error-code").and_then(|v| v.to_str().ok()).unwrap_or_default();
    match status.as_u16() {
        200..=399 => Ok(()),
        401 | 403 => Err(Fault::Final(
            Error::missing(format!("{of}: the hub wants to know who asks ({status} {why})"))
                .hint("accept the model's terms on its page if it has some, and set HF_TOKEN to your access token"),
        )),
        404 => Err(Fault::Final(
            Error::missing(format!("{of}: not on the hub ({status} {why})"))
                .hint("`sottovoce models list` shows models"),
        )),
        408 | 429 | 500..=599 => Err(Fault::Again(
            Error::failed(format!("{of}: the hub is in trouble ({status})")).hint("try again later; what came is kept"),
        )),
        _ => Err(Fault::Final(Error::failed(format!("{of}: the hub refuses ({status} {why})")))),
    }
}

/// Writes a name as a part of an address.
fn quote(name: &str, keep_slashes: bool) -> String {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b) || (keep_slashes && b == b'/');
    name.bytes().map(|b| if is_plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}
