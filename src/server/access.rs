//! Decides who may connect: what a token allows, the page's origin, and names that can't be names.

pub mod grant;

use crate::config::ServerConfig;
use crate::error::{Error, Result};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use grant::{Issuer, Right};
use std::time::SystemTime;

/// A WebSocket's subprotocol, for browsers: they can send a token in no other header.
pub const SUBPROTOCOL: &str = "sottovoce.v1";
/// What goes before a token among the subprotocols (percent-encoded).
const BEARER_PROTOCOL: &str = "bearer.";

/// The rules.
pub struct Access {
    token: Option<String>,
    issuer: Option<Issuer>,
    /// Only under a name that means this machine.
    only_local: bool,
}

/// What somebody asks for.
#[derive(Debug, Clone, Copy)]
pub struct Request<'r> {
    /// The token in the address, if there is one.
    pub token: Option<&'r str>,
    /// To do what.
    pub right: Right,
    /// In which room; `None`: in no particular one.
    pub room: Option<&'r str>,
}

/// Who was let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pass {
    /// Until when; `None`: as long as they like.
    pub until: Option<SystemTime>,
}

impl Pass {
    /// Whether it is over.
    pub fn is_over(&self) -> bool {
        self.until.is_some_and(|until| until <= SystemTime::now())
    }
}

/// Why somebody wasn't.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Who they are isn't known (RFC 6750 §3.1).
    Unknown(&'static str),
    /// It is known, or doesn't matter.
    Forbidden(&'static str),
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Unknown(why) => {
                (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Bearer")], why).into_response()
            }
            Self::Forbidden(why) => (StatusCode::FORBIDDEN, why).into_response(),
        }
    }
}

impl Access {
    /// As the configuration says; `is_loopback`: the server can be reached from this machine only.
    ///
    /// # Errors
    /// A config error when the secret could be guessed.
    pub fn new(config: &ServerConfig, is_loopback: bool) -> Result<Self> {
        let token = config.master().map(str::to_owned);
        let issuer = config.secret().map(|secret| Issuer::new(secret.to_owned())).transpose()?;
        Ok(Self { only_local: is_loopback && token.is_none() && issuer.is_none(), token, issuer })
    }

    /// Lets a request in, or says why not. A page of another origin may not use a listener's browser to get in (it
    /// could otherwise reach a server on loopback); programs send no origin.
    ///
    /// # Errors
    /// Why it may not.
    pub fn check(&self, headers: &HeaderMap, wanted: Request<'_>) -> std::result::Result<Pass, Refusal> {
        let text = |name| headers.get(name).and_then(|v| v.to_str().ok());
        // A foreign page may have its own name resolved to loopback (DNS rebinding), and then its origin is ours.
        if self.only_local && text(header::HOST).is_some_and(|host| !is_local(host)) {
            return Err(Refusal::Forbidden("unknown host name; with a token any name will do"));
        }
        if let Some(origin) = text(header::ORIGIN) {
            let host = origin.split_once("://").map_or(origin, |(_, host)| host);
            if text(header::HOST).is_none_or(|own| !own.eq_ignore_ascii_case(host)) {
                return Err(Refusal::Forbidden("foreign origin"));
            }
        }
        if self.token.is_none() && self.issuer.is_none() {
            return Ok(Pass { until: None });
        }
        let bearer = text(header::AUTHORIZATION).and_then(|v| v.strip_prefix("Bearer ")).map(str::to_owned);
        let among = text(header::SEC_WEBSOCKET_PROTOCOL).and_then(protocol_token);
        let Some(given) = bearer.or(among).or(wanted.token.map(str::to_owned)) else {
            return Err(Refusal::Unknown("a token is needed"));
        };
        if self.token.as_ref().is_some_and(|own| same(own, &given)) {
            return Ok(Pass { until: None });
        }
        let grant = self.issuer.as_ref().and_then(|issuer| issuer.read(&given));
        let grant = grant.ok_or(Refusal::Unknown("the token is wrong or over"))?;
        if !grant.allows(wanted.right, wanted.room) {
            return Err(Refusal::Forbidden("the token doesn't allow this here"));
        }
        Ok(Pass { until: Some(grant.end()) })
    }
}

/// The token among a WebSocket's subprotocols.
fn protocol_token(protocols: &str) -> Option<String> {
    let encoded = protocols.split(',').find_map(|name| name.trim().strip_prefix(BEARER_PROTOCOL))?;
    // As in a query, but that `+` is itself.
    let pairs = format!("t={}", encoded.replace('+', "%2B"));
    form_urlencoded::parse(pairs.as_bytes()).next().map(|(_, token)| token.into_owned())
}

/// The room that a request names; without one it is `main`.
pub fn room(given: Option<&String>) -> String {
    given.map_or_else(|| "main".to_owned(), Clone::clone)
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
    use grant::Grant;
    use std::time::Duration;

    const SECRET: &str = "0123456789abcdef0123456789abcdef";

    fn check(
        config: ServerConfig,
        given: Option<&str>,
        headers: &[(&'static str, &str)],
    ) -> std::result::Result<Pass, Refusal> {
        let headers = headers.iter().map(|(k, v)| {
            (k.parse::<header::HeaderName>().expect("name"), v.parse::<header::HeaderValue>().expect("value"))
        });
        let wanted = Request { token: given, right: Right::Speak, room: Some("main") };
        Access::new(&config, true).expect("sound").check(&headers.collect(), wanted)
    }

    fn open() -> ServerConfig {
        ServerConfig::default()
    }

    fn with_token() -> ServerConfig {
        ServerConfig { token: Some("s3/cret".into()), ..open() }
    }

    #[test]
    fn tokens_and_origins() {
        let pass = Ok(Pass { until: None });
        assert_eq!(check(open(), None, &[]), pass);
        assert!(matches!(check(with_token(), None, &[]), Err(Refusal::Unknown(_))));
        assert!(matches!(check(with_token(), Some("s3/creT"), &[]), Err(Refusal::Unknown(_))));
        assert_eq!(check(with_token(), Some("s3/cret"), &[]), pass);
        assert_eq!(check(with_token(), None, &[("authorization", "Bearer s3/cret")]), pass);
        assert_eq!(check(with_token(), None, &[("sec-websocket-protocol", "sottovoce.v1, bearer.s3%2Fcret")]), pass);
        let own = [("origin", "http://localhost:8000"), ("host", "localhost:8000")];
        assert_eq!(check(open(), None, &own), pass);
        let foreign = [("origin", "http://evil.example"), ("host", "localhost:8000")];
        assert!(matches!(check(open(), None, &foreign), Err(Refusal::Forbidden(_))));
    }

    #[test]
    fn a_signed_token_allows_what_it_says() {
        let config = || ServerConfig { token_secret: Some(SECRET.into()), ..open() };
        let issuer = Issuer::new(SECRET.into()).expect("long enough");
        let given = |can, rooms: Option<&str>| {
            let grant = Grant::lasting(Duration::from_secs(60), vec![can], rooms.map(|room| vec![room.to_owned()]));
            check(config(), Some(&issuer.write(&grant).expect("signed")), &[])
        };
        assert!(given(Right::Speak, Some("main")).is_ok_and(|pass| pass.until.is_some() && !pass.is_over()));
        assert!(given(Right::Admin, None).is_ok());
        assert!(given(Right::Speak, None).is_ok());
        assert!(matches!(given(Right::Listen, Some("main")), Err(Refusal::Forbidden(_))));
        assert!(matches!(given(Right::Speak, Some("other")), Err(Refusal::Forbidden(_))));
        assert!(matches!(check(config(), Some("s3cret"), &[]), Err(Refusal::Unknown(_))));
        assert!(matches!(check(config(), None, &[]), Err(Refusal::Unknown(_))));
    }

    #[test]
    fn a_name_that_was_made_to_mean_this_machine_is_refused() {
        let rebound = [("origin", "http://evil.example:8000"), ("host", "evil.example:8000")];
        assert!(check(open(), None, &rebound).is_err());
        assert!(check(with_token(), Some("s3/cret"), &rebound).is_ok());
        for host in ["localhost", "127.0.0.1:8000", "[::1]:8000", "sotto.localhost:80", "192.168.0.7"] {
            assert!(check(open(), None, &[("host", host)]).is_ok(), "{host}");
        }
    }
}
