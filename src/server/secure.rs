//! TLS: turns certificate files, or nothing, into what the door needs, and tells people whose browser doesn't know us.
//!
//! Phones give a page the microphone over HTTPS only. Without a certificate of one's own a self-made one will do: browsers warn
//! once, and the page at the same address without TLS explains it.

use crate::config::TlsConfig;
use crate::error::{Error, Result};
use axum::Router;
use axum::extract::Request;
use axum::http::header;
use axum::response::{Html, IntoResponse};
use sha2::{Digest, Sha256};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// A self-made certificate is made anew after this long (browsers refuse those of more than 398 days).
const LASTS: Duration = Duration::from_secs(300 * 86_400);
const PAGE: &str = include_str!("../../web/secure.html");

/// TLS as configured, and the fingerprint (SHA-256) of a self-made certificate.
pub struct Secured {
    /// For the door.
    pub acceptor: TlsAcceptor,
    /// What people can compare with what their browser shows.
    pub fingerprint: Option<String>,
}

/// # Errors
/// When a certificate or key can't be read, written, or used together.
pub fn acceptor(config: &TlsConfig, listen: SocketAddr, home: &Path) -> Result<Option<Secured>> {
    let (certificate, key, is_ours) = match config {
        TlsConfig::None => return Ok(None),
        TlsConfig::Files { certificate, key } => (certificate.clone(), key.clone(), false),
        TlsConfig::SelfMade => {
            let (certificate, key) = self_made(&home.join("tls"), listen)?;
            (certificate, key, true)
        }
    };
    let bad = |path: &Path, e: &dyn std::fmt::Display| {
        Error::config(format!("server.tls: {}: {e}", path.display()))
            .hint("PEM files: the certificate's chain, and its key")
    };
    let chain = CertificateDer::pem_file_iter(&certificate)
        .and_then(Iterator::collect::<std::result::Result<Vec<_>, _>>)
        .map_err(|e| bad(&certificate, &e))?;
    let fingerprint = chain.first().filter(|_| is_ours).map(|own| hex(&Sha256::digest(own)));
    let key_der = PrivateKeyDer::from_pem_file(&key).map_err(|e| bad(&key, &e))?;
    let tls = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key_der);
    let mut tls = tls.map_err(|e| bad(&certificate, &e))?;
    tls.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Some(Secured { acceptor: TlsAcceptor::from(Arc::new(tls)), fingerprint }))
}

/// The files of our own certificate; made when there is none, or it is old.
fn self_made(folder: &Path, listen: SocketAddr) -> Result<(PathBuf, PathBuf)> {
    let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    let age = std::fs::metadata(&certificate).and_then(|m| m.modified()).ok();
    let is_young = age.and_then(|made| SystemTime::now().duration_since(made).ok()).is_some_and(|age| age < LASTS);
    if is_young && key.is_file() {
        return Ok((certificate, key));
    }
    let failed = |e: &dyn std::fmt::Display| Error::failed(format!("a certificate can't be made: {e}"));
    let made = rcgen::generate_simple_self_signed(names(listen)).map_err(|e| failed(&e))?;
    std::fs::create_dir_all(folder).map_err(|e| failed(&e))?;
    write_secret(&key, &made.signing_key.serialize_pem()).map_err(|e| failed(&e))?;
    std::fs::write(&certificate, made.cert.pem()).map_err(|e| failed(&e))?;
    Ok((certificate, key))
}

/// Under which names this machine may be called.
fn names(listen: SocketAddr) -> Vec<String> {
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    if let Ok(host) = std::fs::read_to_string("/etc/hostname") {
        names.extend([host.trim().to_owned(), format!("{}.local", host.trim())]);
    }
    names.extend(outward().filter(|_| listen.ip().is_unspecified()).or(Some(listen.ip())).map(|ip| ip.to_string()));
    names.retain(|name| !name.is_empty() && name != ".local");
    names
}

/// The address that others in the network know us by; nothing is sent.
pub fn outward() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    // An address for documentation (RFC 5737): only the way there is looked up.
    socket.connect("192.0.2.1:9").ok()?;
    socket.local_addr().ok().map(|own| own.ip()).filter(|ip| !ip.is_unspecified())
}

fn write_secret(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}

/// What those see who come without TLS: why, and where to.
pub fn explaining() -> Router {
    Router::new().fallback(|request: Request| async move {
        let host = request.headers().get(header::HOST).and_then(|h| h.to_str().ok()).unwrap_or("localhost");
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let page = PAGE.replace("{address}", &escaped(&format!("https://{host}{path}")));
        ([(header::CACHE_CONTROL, "no-store"), (header::CONTENT_SECURITY_POLICY, "default-src 'none'")], Html(page))
            .into_response()
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_made_once_and_its_key_is_ours_alone() {
        let home = tempfile::tempdir().expect("a folder");
        let listen = "0.0.0.0:8000".parse().expect("an address");
        let secured = || acceptor(&TlsConfig::SelfMade, listen, home.path()).expect("made").expect("TLS");
        let (first, second) = (secured().fingerprint, secured().fingerprint);
        assert!(first.as_ref().is_some_and(|print| print.len() == 64) && first == second, "{first:?} {second:?}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(home.path().join("tls/key.pem")).expect("there").permissions().mode();
            assert_eq!(mode & 0o077, 0);
        }
        let files = |certificate: &str, key: &str| TlsConfig::Files {
            certificate: home.path().join("tls").join(certificate),
            key: home.path().join("tls").join(key),
        };
        assert!(acceptor(&files("certificate.pem", "key.pem"), listen, home.path()).is_ok());
        for (certificate, key) in [("none.pem", "key.pem"), ("certificate.pem", "certificate.pem")] {
            assert!(acceptor(&files(certificate, key), listen, home.path()).is_err(), "{certificate} {key}");
        }
    }

    #[test]
    fn what_a_client_calls_us_is_no_markup() {
        assert_eq!(escaped("https://a\"><script>"), "https://a&quot;&gt;&lt;script&gt;");
    }
}
