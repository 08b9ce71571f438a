//! Decides who may connect: the token, the page's origin, and names that can't be names.

use crate::error::{Error, Result};
use axum::http::{HeaderMap, header};

/// The rules.
pub struct Access {
    token: Option<String>,
    /// Only under a name that means this machine.
    only_local: bool,
}

impl Access {
    /// With a token, or open; `is_loopback`: the server can be reached from this machine only.
    pub fn new(token: Option<String>, is_loopback: bool) -> Self {
        let token = token.filter(|t| !t.is_empty());
        Self { only_local: is_loopback && token.is_none(), token }
    }

    /// Lets a request in, or says why not. A page of another origin may not use a listener's browser to get in (it
    /// could otherwise reach a server on loopback); programs send no origin.
    ///
    /// # Errors
    /// Why it may not.
    pub fn check(&self, headers: &HeaderMap, token: Option<&str>) -> std::result::Result<(), &'static str> {
        let text = |name| headers.get(name).and_then(|v| v.to_str().ok());
        // A foreign page may have its own name resolved to loopback (DNS rebinding), and then its origin is ours.
        if self.only_local && text(header::HOST).is_some_and(|host| !is_local(host)) {
            return Err("unknown host name; with a token any name will do");
        }
        if let Some(origin) = text(header::ORIGIN) {
            let host = origin.split_once("://").map_or(origin, |(_, host)| host);
            if text(header::HOST).is_none_or(|own| !own.eq_ignore_ascii_case(host)) {
                return Err("foreign origin");
            }
        }
        let bearer = text(header::AUTHORIZATION).and_then(|v| v.strip_prefix("Bearer "));
        match (&self.token, bearer.or(token)) {
            (None, _) => Ok(()),
            (Some(wanted), Some(given)) if same(wanted, given) => Ok(()),
            (Some(_), _) => Err("token missing or wrong"),
        }
    }
}

/// Whether a `Host` header names this machine or an address, which nobody else can have resolved differently.
fn is_local(host: &str) -> bool {
    let name =
        host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit())).map_or(host, |(n, _)| n);
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    let is_localhost = name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost");
    is_localhost || bare.parse::<std::net::IpAddr>().is_ok()
}

/// Compares in a time that doesn't tell how much was right.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |diff, (a, b)| diff | (a ^ b)) == 0
}

/// Checks a room's or a speaker's name: 1 to 64 characters, no control characters.
///
/// # Errors
/// A config error.
pub fn name(what: &str, name: &str) -> Result<()> {
    let is_good = !name.trim().is_empty() && name.chars().count() <= 64 && !name.chars().any(char::is_control);
    match is_good {
        true => Ok(()),
        false => Err(Error::config(format!("`{what}` must have 1 to 64 visible characters"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(token: Option<&str>, given: Option<&str>, headers: &[(&'static str, &'static str)]) -> bool {
        let headers = headers.iter().map(|(k, v)| {
            (k.parse::<header::HeaderName>().expect("name"), v.parse::<header::HeaderValue>().expect("value"))
        });
        Access::new(token.map(Into::into), true).check(&headers.collect(), given).is_ok()
    }

    #[test]
    fn tokens_and_origins() {
        assert!(check(None, None, &[]));
        assert!(!check(Some("s3cret"), None, &[]));
        assert!(!check(Some("s3cret"), Some("s3creT"), &[]));
        assert!(check(Some("s3cret"), Some("s3cret"), &[]));
        assert!(check(Some("s3cret"), None, &[("authorization", "Bearer s3cret")]));
        assert!(check(None, None, &[("origin", "http://localhost:8000"), ("host", "localhost:8000")]));
        assert!(!check(None, None, &[("origin", "http://evil.example"), ("host", "localhost:8000")]));
    }

    #[test]
    fn a_name_that_was_made_to_mean_this_machine_is_refused() {
        let rebound = [("origin", "http://evil.example:8000"), ("host", "evil.example:8000")];
        assert!(!check(None, None, &rebound));
        assert!(check(Some("s3cret"), Some("s3cret"), &rebound));
        for host in ["localhost", "127.0.0.1:8000", "[::1]:8000", "sotto.localhost:80", "192.168.0.7"] {
            assert!(check(None, None, &[("host", host)]), "{host}");
        }
    }
}
