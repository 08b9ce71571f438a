//! Requests to the hub: redirects, the token, tries, and what an answer that is no file means.
//!
//! Large files come by a redirect from another host, which is never told the token.

use super::fetch::Stop;
use super::places::hf_home;
use crate::error::{Error, Result as OrError};
use std::env::{var, var_os};
use std::result::Result;
use std::time::{Duration, Instant};
use ureq::http::{Request, Response, Uri};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body};

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

/// The client.
pub struct Transport {
    agent: Agent,
    token: Option<String>,
}

impl Transport {
    /// As the environment says: `HF_TOKEN` or the token file, `HF_HUB_DOWNLOAD_TIMEOUT`, `SSL_CERT_FILE`, proxies.
    ///
    /// # Errors
    /// The certificates can't be read.
    pub fn from_env() -> OrError<Self> {
        let seconds = var("HF_HUB_DOWNLOAD_TIMEOUT").ok().and_then(|s| s.parse().ok()).unwrap_or(10);
        let patience = Some(Duration::from_secs(seconds));
        let config = Agent::config_builder()
            .user_agent(concat!("sottovoce/", env!("CARGO_PKG_VERSION")))
            .http_status_as_error(false)
            // Followed here, so that the token goes nowhere else.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .tls_config(TlsConfig::builder().root_certs(authorities()?).build())
            .timeout_connect(patience)
            .timeout_recv_response(patience)
            .timeout_per_read(patience)
            .build();
        Ok(Self { agent: config.new_agent(), token: token() })
    }

    /// Asks, and follows redirects; a HEAD stops at the answer that has what was asked for.
    ///
    /// # Errors
    /// Nobody answers.
    pub fn ask(&self, method: &str, url: &str, from: Option<u64>) -> Result<Response<Body>, Fault> {
        let mut url: Uri = url.parse().map_err(|e| Fault::Final(Error::config(format!("HF_ENDPOINT: {url}: {e}"))))?;
        let home = url.clone();
        for _ in 0..MAX_REDIRECTS {
            let mut request = Request::builder().method(method).uri(&url).header("Accept-Encoding", "identity");
            let is_home = url.authority() == home.authority() && url.scheme() == home.scheme();
            if let Some(token) = self.token.as_ref().filter(|_| is_home) {
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
    let end = Instant::now() + wait;
    while Instant::now() < end && !stop.came() {
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Whom to believe that a host is who it says: Mozilla's list, or that of the environment, for mirrors behind a company's
/// own authority.
fn authorities() -> OrError<RootCerts> {
    let Some(path) = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"].iter().find_map(var_os) else {
        return Ok(RootCerts::WebPki);
    };
    let bad = |e: String| Error::config(format!("SSL_CERT_FILE: {}: {e}", path.display()));
    let pem = std::fs::read(&path).map_err(|e| bad(e.to_string()))?;
    let certificates: Vec<Certificate> = parse_pem(&pem)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(Ok(certificate)),
            Ok(_) => None,
            Err(e) => Some(Err(bad(e.to_string()))),
        })
        .collect::<OrError<_>>()?;
    Ok(RootCerts::new_with_certs(&certificates))
}

/// `HF_TOKEN`, or what the login of other tools left.
fn token() -> Option<String> {
    let set = ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"].iter().find_map(|v| var(v).ok());
    let file = var_os("HF_TOKEN_PATH").map_or_else(|| hf_home().join("token"), Into::into);
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

/// Turns an answer that is no file into what to do about it.
///
/// # Errors
/// Whether to try again, and what to tell.
pub fn accept(answer: &Response<Body>, repo: &str, file: &str) -> Result<(), Fault> {
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
