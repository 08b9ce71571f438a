//! The hub's protocol, as huggingface_hub speaks it: what a repository has, what a file is, its bytes from any place on.
//!
//! `{endpoint}/api/models/{repo}/revision/{revision}` lists; `{endpoint}/{repo}/resolve/{revision}/{file}` gives a file.

use super::checksum::Checksum;
use super::transport::{Fault, Transport, accept};
use crate::error::{Error, Result as OrError};
use serde::Deserialize;
use std::env::var;
use std::io::Read;
use std::result::Result;
use ureq::http::StatusCode;

/// The hub, where no mirror is named.
pub const DEFAULT_ENDPOINT: &str = "https://huggingface.co";
/// A connection to the hub.
pub struct Hub {
    endpoint: String,
    transport: Transport,
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
    /// As the environment says: `HF_ENDPOINT`, and all that [`Transport`] heeds.
    ///
    /// # Errors
    /// The environment names something that can't be used.
    pub fn from_env() -> OrError<Self> {
        let endpoint = var("HF_ENDPOINT").ok().filter(|e| !e.is_empty()).unwrap_or_else(|| DEFAULT_ENDPOINT.into());
        Ok(Self { endpoint: endpoint.trim_end_matches('/').to_owned(), transport: Transport::from_env()? })
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
        let mut answer = self.transport.ask("GET", &url, None)?;
        accept(&answer, repo, "")?;
        let info: Info = answer.body_mut().read_json().map_err(|e| {
            Fault::Again(Error::failed(format!("{url}: the answer isn't a listing: {e}")).hint("is HF_ENDPOINT a hub?"))
        })?;
        Ok(Listing { commit: info.sha, names: info.siblings.into_iter().map(|s| s.rfilename).collect() })
    }

    /// What a file is.
    pub fn describe(&self, repo: &str, revision: &str, file: &str) -> Result<Remote, Fault> {
        let url = self.resolve(repo, revision, file);
        let answer = self.transport.ask("HEAD", &url, None)?;
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
        let answer = self.transport.ask("GET", &url, Some(from).filter(|f| *f > 0))?;
        if answer.status() == StatusCode::RANGE_NOT_SATISFIABLE && from > 0 {
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
}

/// Writes a name as a part of an address.
fn quote(name: &str, keep_slashes: bool) -> String {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b) || (keep_slashes && b == b'/');
    name.bytes().map(|b| if is_plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}
