//! Who is let in and who isn't: tokens, encryption, floods, and clients that say too little or too much.

use crate::support::{self, Daemon, events};
use futures_util::SinkExt;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, Message};

const SECRET: &str = "a secret of more than 32 characters";

fn toml(lines: &str) -> String {
    support::server_toml(support::free_port()) + lines + "\n"
}

/// What `sottovoce token` writes.
fn token(args: &[&str]) -> String {
    let output = support::program().arg("token").args(args).env("SOTTOVOCE__SERVER__TOKEN_SECRET", SECRET).output();
    let output = output.expect("the program starts");
    assert!(output.status.success(), "{}", support::stderr(&output));
    support::stdout(&output).trim().to_owned()
}

/// The status of a WebSocket's answer with this subprotocol: 101, or why not.
async fn status(daemon: &Daemon, path: &str, protocol: Option<&str>) -> u16 {
    let mut request = daemon.url(path).into_client_request().expect("a request");
    if let Some(protocol) = protocol {
        request.headers_mut().insert("Sec-WebSocket-Protocol", protocol.parse().expect("a header"));
    }
    match tokio_tungstenite::connect_async(request).await {
        Ok((_, answer)) => {
            assert_eq!(
                answer.headers().get("Sec-WebSocket-Protocol").map(|p| p == "sottovoce.v1"),
                protocol.map(|_| true)
            );
            answer.status().as_u16()
        }
        Err(tungstenite::Error::Http(answer)) => answer.status().as_u16(),
        Err(e) => panic!("{e}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_opens_what_it_says_as_long_as_it_says() {
    let daemon = Daemon::start(&toml(&format!("token_secret = \"{SECRET}\"")), &[]).await;
    let listen = token(&["--room", "main,kitchen"]);
    let speak = token(&["--can", "speak", "--for", "1h"]);
    let brief = token(&["--for", "2s"]);
    let of = |path: &str, token: &str| format!("{path}{}token={token}", if path.contains('?') { '&' } else { '?' });
    for (path, wanted) in [
        (of("/v1/listen?room=main", &listen), 101),
        (of("/v1/listen?room=kitchen", &listen), 101),
        (of("/v1/listen?room=cellar", &listen), 403),
        (of("/v1/speak?room=main", &listen), 403),
        (of("/v1/speak?room=anywhere", &speak), 101),
        (of("/v1/listen?room=main", &speak), 101),
        (of("/v1/listen?room=main", "nonsense"), 401),
        ("/v1/listen?room=main".to_owned(), 401),
    ] {
        assert_eq!(status(&daemon, &path, None).await, wanted, "{path}");
    }
    // As browsers send it.
    let protocols = format!("sottovoce.v1, bearer.{listen}");
    assert_eq!(status(&daemon, "/v1/listen?room=main", Some(&protocols)).await, 101);
    assert_eq!(daemon.get("/metrics").await.0, 401);
    assert_eq!(daemon.get(&of("/v1/rooms/main/captions", &listen)).await.0, 200);
    assert_eq!(daemon.get(&of("/v1/rooms/cellar/captions", &listen)).await.0, 403);
    assert_eq!(daemon.get("/r/main").await.0, 200, "a page is no secret");
    // Whose time is over has to go.
    let mut staying = daemon.ws(&of("/v1/listen?room=main", &brief)).await;
    let (_, code) = events(&mut staying, |_| false).await;
    assert_eq!(code, Some(1008));
    assert_eq!(status(&daemon, &of("/v1/listen?room=main", &brief), None).await, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_written_down() {
    let secrets = [SECRET, "a-token-that-is-told-to-nobody"];
    let toml = toml(&format!("token_secret = \"{SECRET}\"\ntoken = \"{}\"", secrets[1]));
    let log = tempfile::NamedTempFile::new().expect("a file");
    let daemon = Daemon::start_logging(&toml, &[("RUST_LOG", "trace")], Some(log.path())).await;
    let signed = token(&[]);
    for token in [secrets[1], &signed, "wrong-but-perhaps-of-another-server"] {
        let _ = status(&daemon, &format!("/v1/listen?room=main&token={token}"), None).await;
        let _ = status(&daemon, "/v1/speak?room=main", Some(&format!("sottovoce.v1, bearer.{token}"))).await;
    }
    drop(daemon);
    let log = std::fs::read_to_string(log.path()).expect("the log");
    assert!(log.len() > 1_000, "{log}");
    for secret in [secrets[0], secrets[1], &signed, "wrong-but-perhaps-of-another-server"] {
        assert!(!log.contains(secret), "{}", log.lines().find(|line| line.contains(secret)).unwrap_or_default());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn over_tls_with_a_certificate_of_its_own() {
    let home = tempfile::tempdir().expect("a folder");
    let own = home.path().display().to_string();
    let daemon = Daemon::start(&toml("tls = { kind = \"self-made\" }"), &[("XDG_DATA_HOME", &own)]).await;
    let pem = home.path().join("sottovoce/tls/certificate.pem");
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(pem).expect("a certificate")).expect("sound");
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let connector = tokio_tungstenite::Connector::Rustls(Arc::new(config.clone()));
    let url = format!("wss://localhost:{}/v1/listen?room=main", daemon.addr.port());
    let connected = tokio_tungstenite::connect_async_tls_with_config(url, None, false, Some(connector)).await;
    let (mut socket, _) = connected.expect("connects");
    let (seen, _) = events(&mut socket, |e| e["type"] == "hello").await;
    assert_eq!(seen[0]["type"], "hello");
    let name = ServerName::try_from("localhost").expect("a name");
    let stream = TcpStream::connect(daemon.addr).await.expect("connects");
    let mut page =
        tokio_rustls::TlsConnector::from(Arc::new(config)).connect(name, stream).await.expect("shakes hands");
    page.write_all(b"GET /r/main/speak HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await.expect("sends");
    let mut body = String::new();
    // Who closes without a good-bye ends the body as well.
    let _ = page.read_to_string(&mut body).await;
    assert!(body.starts_with("HTTP/1.1 200") && body.contains("icrophone"), "{body}");
    // Who comes without is told where to go; someone who says nothing holds up nobody.
    let _silent = TcpStream::connect(daemon.addr).await.expect("connects");
    let (status, plain) = daemon.get("/r/main/speak?lang=es").await;
    let address = format!("https://{}/r/main/speak?lang=es", daemon.addr);
    assert!(status == 200 && plain.contains(&address), "{plain}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_turned_away_and_the_room_goes_on() {
    let daemon = Daemon::start(&toml("max_arrivals = 20\nmax_connections = 30"), &[]).await;
    let mut listener = daemon.ws("/v1/listen?room=main").await;
    events(&mut listener, |e| e["type"] == "status").await;
    let mut told = Vec::new();
    for _ in 0..200 {
        let mut stream = TcpStream::connect(daemon.addr).await.expect("connects");
        let _ = stream.write_all(b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await;
        let mut answer = [0; 12];
        if stream.read_exact(&mut answer).await.is_ok() {
            told.push(String::from_utf8_lossy(&answer[9..]).into_owned());
        }
    }
    assert!(told.iter().any(|code| code == "429") && told.iter().any(|code| code == "200"), "{told:?}");
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    // Silent ones keep their places only for a while.
    let mut silent = Vec::new();
    while silent.len() < 32 {
        silent.push(TcpStream::connect(daemon.addr).await.expect("connects"));
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
    let (status, answer) = daemon.get("/livez").await;
    assert!(status == 503 && answer.contains("Retry-After"), "{answer}");
    let since = Instant::now();
    let mut slow = silent.swap_remove(0);
    slow.write_all(b"GET /livez HTTP/1.1\r\nHo").await.expect("sends");
    let mut rest = Vec::new();
    let end = tokio::time::timeout(Duration::from_secs(30), slow.read_to_end(&mut rest)).await;
    assert!(end.is_ok(), "whoever never ends a request is let go (after {:?})", since.elapsed());
    assert_eq!(daemon.get("/livez").await.0, 200);
    let mut speaker = daemon.ws("/v1/speak?room=main&from=en").await;
    support::say(&mut speaker, "hello-en.wav", 8.0).await;
    let (seen, _) = events(&mut listener, |e| e["type"] == "caption" && e["final"] == true).await;
    assert!(seen.iter().any(|e| e["type"] == "caption"), "{seen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_too_much_or_nothing_has_to_go() {
    let daemon = Daemon::start(&toml("max_rooms = 2\nidle_timeout = 1.0"), &[]).await;
    let mut chatty = daemon.ws("/v1/listen?room=a").await;
    for _ in 0..40 {
        // It may be closed already.
        let _ = chatty.send(Message::text("hello")).await;
    }
    assert_eq!(events(&mut chatty, |_| false).await.1, Some(1008));
    let mut large = daemon.ws("/v1/listen?room=a").await;
    let _ = large.send(Message::text("x".repeat(100_000))).await;
    assert_eq!(events(&mut large, |_| false).await.1, Some(1009));
    let mut two = [daemon.ws("/v1/listen?room=a").await, daemon.ws("/v1/listen?room=b").await];
    for socket in &mut two {
        events(socket, |e| e["type"] == "hello").await;
    }
    let mut third = daemon.ws("/v1/listen?room=c").await;
    let (seen, code) = events(&mut third, |_| false).await;
    assert!(code == Some(1013) && seen[0]["message"].to_string().contains("rooms"), "{seen:?}");
    let mut silent = daemon.ws("/v1/speak?room=a").await;
    silent.send(Message::text(r#"{"type":"config","rate":16000}"#)).await.expect("sends");
    let (seen, code) = events(&mut silent, |_| false).await;
    assert!(code == Some(1000) && seen.last().is_some_and(|e| e["type"] == "bye"), "{seen:?}");
}

#[test]
fn a_secret_that_could_be_guessed_is_refused() {
    let output = support::program().arg("token").env("SOTTOVOCE__SERVER__TOKEN_SECRET", "short").output();
    let output = output.expect("the program starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(support::stderr(&output).contains("server.token_secret"), "{}", support::stderr(&output));
    let none = support::sottovoce(&["token"]);
    assert!(none.status.code() == Some(2) && support::stderr(&none).contains("openssl rand"));
}
