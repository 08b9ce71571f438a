//! Turns what somebody may do into a token that says so until a time, and back: a JWT (RFC 7519) signed with HS256.
//!
//! An application that embeds sottovoce writes such tokens itself, with the same secret; `sottovoce token` is for everyone else.

use crate::error::{Error, Result};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use std::time::{Duration, SystemTime};

/// Bytes of a secret: HS256 wants as many as its hash has (RFC 7518 §3.2).
pub const SHORTEST_SECRET: usize = 32;

/// What a token may allow; each allows what goes before it, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Right {
    /// Reading captions and hearing the voice.
    Listen,
    /// Speaking.
    Speak,
    /// What concerns the whole server.
    Admin,
}

/// A token's claims.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// When it ends, in seconds since 1970.
    pub exp: u64,
    /// What it allows.
    pub can: Vec<Right>,
    /// In these rooms; absent: in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rooms: Option<Vec<String>>,
}

impl Grant {
    /// From now on for this long.
    pub fn lasting(duration: Duration, can: Vec<Right>, rooms: Option<Vec<String>>) -> Self {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Self { exp: (now + duration).as_secs(), can, rooms }
    }

    /// Whether it allows this in that room (`None`: in no particular one).
    pub fn allows(&self, right: Right, room: Option<&str>) -> bool {
        let is_there = |rooms: &Vec<String>| room.is_some_and(|room| rooms.iter().any(|own| own == room));
        self.can.iter().any(|own| *own >= right) && self.rooms.as_ref().is_none_or(is_there)
    }

    /// When it ends.
    pub fn end(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.exp)
    }
}

/// Who writes and reads tokens.
pub struct Issuer {
    secret: String,
}

impl Issuer {
    /// # Errors
    /// A config error when the secret could be guessed.
    pub fn new(secret: String) -> Result<Self> {
        if secret.len() < SHORTEST_SECRET {
            return Err(Error::config(format!("server.token_secret: shorter than {SHORTEST_SECRET} characters"))
                .hint("make one: `openssl rand -hex 32`"));
        }
        Ok(Self { secret })
    }

    /// # Errors
    /// When it can't be signed.
    pub fn write(&self, grant: &Grant) -> Result<String> {
        let key = EncodingKey::from_secret(self.secret.as_bytes());
        let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), grant, &key);
        token.map_err(|e| Error::failed(format!("the token can't be signed: {e}")))
    }

    /// What a token allows; `None`: it isn't ours, isn't whole, or is over.
    pub fn read(&self, token: &str) -> Option<Grant> {
        let mut rules = Validation::new(Algorithm::HS256);
        rules.leeway = 0;
        let key = DecodingKey::from_secret(self.secret.as_bytes());
        let grant: Grant = jsonwebtoken::decode(token, &key, &rules).ok()?.claims;
        // The second in which it ends is no part of it.
        (grant.end() > SystemTime::now()).then_some(grant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issuer() -> Issuer {
        Issuer::new("0123456789abcdef0123456789abcdef".into()).expect("long enough")
    }

    #[test]
    fn a_token_says_what_was_granted_until_it_is_over() {
        let grant = Grant::lasting(Duration::from_secs(60), vec![Right::Listen], Some(vec!["main".into()]));
        let token = issuer().write(&grant).expect("signed");
        assert_eq!(issuer().read(&token), Some(grant.clone()));
        assert!(grant.allows(Right::Listen, Some("main")));
        for (right, room) in [(Right::Speak, Some("main")), (Right::Listen, Some("other")), (Right::Listen, None)] {
            assert!(!grant.allows(right, room), "{right:?} {room:?}");
        }
        let over = Grant { exp: 1_000, ..grant };
        assert_eq!(issuer().read(&issuer().write(&over).expect("signed")), None);
    }

    #[test]
    fn what_somebody_else_wrote_is_nothing() {
        let grant = Grant::lasting(Duration::from_secs(60), vec![Right::Admin], None);
        let theirs = Issuer::new("another secret, just as long as ours".into()).expect("long enough");
        let token = theirs.write(&grant).expect("signed");
        assert_eq!(issuer().read(&token), None);
        // `{"alg":"none"}`, the oldest trick.
        let claims = token.split('.').nth(1).expect("three parts");
        assert_eq!(issuer().read(&format!("eyJhbGciOiJub25lIn0.{claims}.")), None);
        assert!(Issuer::new("short".into()).is_err());
    }
}
