//! The network's edge: turns WebSocket and HTTP requests into sessions, subscriptions and pages.
//!
//! All of tokio lives here (and in the command line's clients). Nothing upstream ever waits for a network client.

pub mod access;
mod captions;
mod connection;
mod correct;
mod door;
mod inside;
mod listen;
mod pages;
mod said;
pub mod schema;
mod secure;
mod speak;
mod terms;

use crate::error::{Error, Result};
use crate::metrics;
use crate::models::places::Places;
use crate::pipeline::Pipeline;
use access::grant::Right;
use access::{Access, Pass, Request};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use door::Door;
use inside::Inside;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// What every request may need.
pub(crate) struct Shared {
    pipeline: Arc<Pipeline>,
    access: Access,
    ready: AtomicBool,
    inside: Arc<Inside>,
    /// Turns true when the daemon stops.
    draining: watch::Receiver<bool>,
}

impl Shared {
    /// Lets a request in, or answers it with the reason why not.
    fn admit(&self, headers: &HeaderMap, wanted: Request<'_>) -> std::result::Result<Pass, Box<Response>> {
        self.access.check(headers, wanted).map_err(|why| {
            metrics::get().refused.with_label_values(&["access"]).inc();
            Box::new(why.into_response())
        })
    }
}

/// Whether what is said on the way can be read, and how clients are sure that it is us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Privacy {
    /// HTTP.
    None,
    /// HTTPS, with a certificate of the owner's.
    Given,
    /// HTTPS, with a certificate of our own making, which people know by its SHA-256 fingerprint.
    SelfMade(String),
}

/// A running server.
pub struct Server {
    runtime: Option<Runtime>,
    shared: Arc<Shared>,
    drain: watch::Sender<bool>,
    /// Where it listens.
    pub address: SocketAddr,
    /// Whether over TLS.
    pub privacy: Privacy,
}

impl Server {
    /// Takes the address and starts to serve.
    ///
    /// # Errors
    /// When the address can't be taken.
    pub fn start(pipeline: Arc<Pipeline>) -> Result<Self> {
        let failed = |e: std::io::Error| Error::failed(format!("the server can't start: {e}"));
        // The models want the cores; two threads carry thousands of text frames a second.
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("server")
            .enable_all()
            .build()
            .map_err(failed)?;
        let wanted = pipeline.plan().listen;
        let listener = runtime.block_on(TcpListener::bind(wanted)).map_err(|e| {
            let e = Error::failed(format!("{wanted} can't be used: {e}"));
            e.hint("another program has this port; choose one with `--listen 127.0.0.1:PORT`")
        })?;
        let address = listener.local_addr().map_err(failed)?;
        let (drain, draining) = watch::channel(false);
        let config = pipeline.plan().config.server.clone();
        let access = Access::new(&config, wanted.ip().is_loopback())?;
        let secured = secure::acceptor(&config.tls, wanted, &Places::from_env().data)?;
        let privacy = secured
            .as_ref()
            .map_or(Privacy::None, |secured| secured.fingerprint.clone().map_or(Privacy::Given, Privacy::SelfMade));
        let shared =
            Arc::new(Shared { pipeline, access, ready: AtomicBool::new(true), inside: Arc::default(), draining });
        let limits = door::Limits { connections: config.max_connections, arrivals: config.max_arrivals };
        let door = Door::new(router(shared.clone()), secured.map(|secured| secured.acceptor), limits);
        runtime.spawn(door.open(listener, shared.draining.clone()));
        Ok(Self { runtime: Some(runtime), shared, drain, address, privacy })
    }

    /// Says "not ready" and lets the speakers finish: their sessions end, their last captions still go out.
    pub fn drain(&self) {
        self.shared.ready.store(false, Ordering::Relaxed);
        // Nobody connected: nobody to tell.
        let _ = self.drain.send(true);
    }

    /// Ends all connections, waiting for those that are saying good-bye.
    pub fn stop(mut self) {
        self.drain();
        if let Some(runtime) = self.runtime.take() {
            let deadline = std::time::Instant::now() + Duration::from_secs(1);
            while self.shared.inside.count() > 0 && std::time::Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(10));
            }
            runtime.shutdown_timeout(Duration::from_millis(500));
        }
    }
}

fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/livez", get(|| async { "ok\n" }))
        .route("/readyz", get(readyz))
        .route("/metrics", get(numbers))
        .route("/v1/schema", get(|| async { axum::Json(schema::document()) }))
        .route("/v1/listen", get(listen::upgrade))
        .route("/v1/speak", get(speak::upgrade))
        .route("/v1/rooms/{room}/captions", get(captions::lately))
        .route("/v1/rooms/{room}/corrections", post(correct::correct))
        .route("/v1/rooms/{room}/terms", get(terms::list).post(terms::change).delete(terms::change))
        .merge(pages::router())
        .with_state(shared)
}

/// What the server counts, for Prometheus: not for everyone, where there are tokens.
async fn numbers(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    match shared.admit(&headers, Request { token: None, right: Right::Admin, room: None }) {
        Ok(_) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], metrics::get().text()).into_response(),
        Err(refusal) => *refusal,
    }
}

async fn readyz(State(shared): State<Arc<Shared>>) -> (StatusCode, &'static str) {
    match shared.ready.load(Ordering::Relaxed) {
        true => (StatusCode::OK, "ready\n"),
        false => (StatusCode::SERVICE_UNAVAILABLE, "draining\n"),
    }
}
