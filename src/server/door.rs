//! The door: turns connections into requests, and turns away those that are too many, too slow, or say nothing.
//!
//! Above this, axum answers requests; a WebSocket has limits of its own ([`connection`](super::connection)).

use super::secure;
use crate::metrics;
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_rustls::TlsAcceptor;

/// A client has this long to shake hands, and to say a request's head; a connection that is kept says the next one in it.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of a request's head.
const LONGEST_HEAD: usize = 32 * 1024;
/// Clients at once that are told why they are turned away; more are only turned away.
const TOLD: usize = 256;
/// What TLS begins with: a handshake record (RFC 8446 §5.1).
const HANDSHAKE: u8 = 0x16;

/// How many may come.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at once that aren't WebSockets yet.
    pub connections: usize,
    /// Connections a second from one address.
    pub arrivals: u32,
}

/// Where connections come in.
pub struct Door {
    app: Router,
    /// With a certificate: those who come without TLS are told where to go.
    tls: Option<(TlsAcceptor, Router)>,
    places: Arc<Semaphore>,
    told: Arc<Semaphore>,
    arrivals: Mutex<Arrivals>,
}

impl Door {
    /// A door to these pages.
    pub fn new(app: Router, tls: Option<TlsAcceptor>, limits: Limits) -> Self {
        Self {
            app,
            tls: tls.map(|tls| (tls, secure::explaining())),
            places: Arc::new(Semaphore::new(limits.connections)),
            told: Arc::new(Semaphore::new(TOLD)),
            arrivals: Mutex::new(Arrivals::new(limits.arrivals)),
        }
    }

    /// Lets clients in until it is told to stop; those inside may go on.
    pub async fn open(self, listener: TcpListener, mut stop: watch::Receiver<bool>) {
        let door = Arc::new(self);
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                // An error means the server itself is gone.
                _ = stop.wait_for(|stop| *stop) => return,
            };
            match accepted {
                Ok((stream, peer)) => door.clone().take(stream, peer.ip()),
                Err(e) => {
                    // Too many open files, most likely: it passes when somebody leaves.
                    tracing::warn!(error = %e, "a connection can't be taken");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }

    fn take(self: Arc<Self>, stream: TcpStream, from: IpAddr) {
        let may_come = self.arrivals.lock().unwrap_or_else(PoisonError::into_inner).count(from, Instant::now());
        if !may_come {
            return self.turn_away(stream, "rate", "429 Too Many Requests");
        }
        match self.places.clone().try_acquire_owned() {
            Ok(place) => drop(tokio::spawn(async move { self.serve(stream, place).await })),
            Err(_) => self.turn_away(stream, "connections", "503 Service Unavailable"),
        }
    }

    /// Says why, where there is time for it; nobody who waits for the answer to be read holds up the door.
    fn turn_away(&self, mut stream: TcpStream, reason: &str, status: &'static str) {
        metrics::get().refused.with_label_values(&[reason]).inc();
        let Some(place) = self.told.clone().try_acquire_owned().ok().filter(|_| self.tls.is_none()) else { return };
        tokio::spawn(async move {
            let _place = place;
            let answer =
                format!("HTTP/1.1 {status}\r\nRetry-After: 2\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
            let say = async {
                stream.write_all(answer.as_bytes()).await?;
                stream.shutdown().await?;
                // What was asked is read, or the answer would be lost with the connection.
                let mut rest = [0; 1024];
                while stream.read(&mut rest).await? > 0 {}
                Ok::<(), std::io::Error>(())
            };
            // A client that is gone needs no answer.
            let _ = tokio::time::timeout(Duration::from_secs(1), say).await;
        });
    }

    async fn serve(&self, stream: TcpStream, _place: OwnedSemaphorePermit) {
        // Captions are small and must not wait for more.
        let _ = stream.set_nodelay(true);
        let Some((tls, explaining)) = &self.tls else { return answer(stream, self.app.clone()).await };
        let mut first = [0];
        match tokio::time::timeout(PATIENCE, stream.peek(&mut first)).await {
            Ok(Ok(1)) if first[0] == HANDSHAKE => {
                if let Ok(Ok(stream)) = tokio::time::timeout(PATIENCE, tls.accept(stream)).await {
                    answer(stream, self.app.clone()).await;
                }
            }
            Ok(Ok(1)) => answer(stream, explaining.clone()).await,
            _ => {}
        }
    }
}

/// Answers the requests of one connection.
async fn answer<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(stream: S, app: Router) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(PATIENCE).max_buf_size(LONGEST_HEAD);
    let service = TowerToHyperService::new(app);
    if let Err(e) = http.serve_connection(TokioIo::new(stream), service).with_upgrades().await {
        tracing::debug!(error = %e, "a connection ended badly");
    }
}

/// Who came within this second.
struct Arrivals {
    most: u32,
    since: Instant,
    count: HashMap<IpAddr, u32>,
}

impl Arrivals {
    fn new(most: u32) -> Self {
        Self { most, since: Instant::now(), count: HashMap::new() }
    }

    /// Counts one more; `false`: too many.
    fn count(&mut self, from: IpAddr, now: Instant) -> bool {
        if now.duration_since(self.since) >= Duration::from_secs(1) {
            self.since = now;
            self.count.clear();
        }
        let count = self.count.entry(network(from)).or_default();
        *count = count.saturating_add(1);
        *count <= self.most
    }
}

/// Who has one IPv6 address has 2^64 of them.
fn network(from: IpAddr) -> IpAddr {
    match from.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) & !u128::from(u64::MAX)).into()),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_may_come_so_often_in_a_second() {
        let mut arrivals = Arrivals::new(2);
        let ip = |text: &str| text.parse::<IpAddr>().expect("an address");
        let start = arrivals.since;
        let mut come = |from: &str, after: u64| arrivals.count(ip(from), start + Duration::from_millis(after));
        assert!(come("10.0.0.1", 0) && come("10.0.0.1", 1) && !come("10.0.0.1", 2));
        assert!(come("10.0.0.2", 3), "one does not shut out another");
        assert!(come("10.0.0.1", 1_000), "a second later");
        assert!(come("2001:db8::1", 1_001) && come("2001:db8::2", 1_002) && !come("2001:db8::3", 1_003));
        assert!(come("::ffff:10.0.0.1", 1_004) && !come("10.0.0.1", 1_005), "the same by another name");
    }
}
