//! The pages: turns the files of `web/`, which are inside the binary, into answers with strict headers, and a room's
//! address into a QR code.

use super::Shared;
use axum::Router;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use include_dir::{Dir, include_dir};
use qrcode::render::svg::Color;
use qrcode::{EcLevel, QrCode};
use serde::Deserialize;
use std::sync::Arc;

static WEB: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/web");

/// Only our own files run, and nobody may frame the pages.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; connect-src 'self' ws: wss:; style-src 'self'; \
    script-src 'self'; img-src 'self' data:; media-src 'self' blob:; worker-src 'self' blob:; object-src 'none'; \
    base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/", get(|| async { file("index.html") }))
        .route("/r/{room}", get(|| async { file("captions.html") }))
        .route("/r/{room}/speak", get(|| async { file("speak.html") }))
        .route("/r/{room}/operate", get(|| async { file("operate.html") }))
        .route("/r/{room}/qr.svg", get(qr))
        .route("/c/{room}", get(|| async { file("conversation.html") }))
        .route("/overlay/{room}", get(|| async { file("overlay.html") }))
        // At the root, because a service worker serves only what lies below it.
        .route("/service-worker.js", get(|| async { file("service-worker.js") }))
        .route("/favicon.ico", get(|| async { StatusCode::NO_CONTENT }))
        .route("/static/{*path}", get(|Path(path): Path<String>| async move { file(&path) }))
}

fn file(path: &str) -> Response {
    let Some(file) = WEB.get_file(path) else {
        return (StatusCode::NOT_FOUND, "not found\n").into_response();
    };
    let kind = match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    };
    // Whoever works on a page sees a debug build serve it as it is now.
    let fresh = cfg!(debug_assertions).then(|| std::fs::read(WEB_ON_DISK.to_owned() + path).ok()).flatten();
    answer(kind, fresh.unwrap_or_else(|| file.contents().to_vec()))
}

/// Where the files of [`WEB`] were when this was built.
const WEB_ON_DISK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/web/");

fn answer(kind: &'static str, body: Vec<u8>) -> Response {
    let headers: [(HeaderName, &str); 5] = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, body).into_response()
}

#[derive(Deserialize)]
struct QrParams {
    /// `https` where the page came that way: a proxy may have taken the encryption off before us.
    #[serde(default)]
    scheme: String,
}

/// A QR code of the room's address under the name by which we were reached; never with a token.
async fn qr(Path(room): Path<String>, Query(params): Query<QrParams>, headers: HeaderMap) -> Response {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let svg = host.and_then(|host| qr_svg(&room_address(params.scheme == "https", host, &room)));
    match svg {
        Some(svg) => answer("image/svg+xml", svg.into_bytes()),
        None => {
            (StatusCode::BAD_REQUEST, "no address to show: the Host header is missing or too long\n").into_response()
        }
    }
}

fn room_address(is_secure: bool, host: &str, room: &str) -> String {
    let scheme = if is_secure { "https" } else { "http" };
    // A space in a path is %20; what the encoder writes as + is one, since a real + becomes %2B.
    let room: String = form_urlencoded::byte_serialize(room.as_bytes()).collect();
    format!("{scheme}://{host}/r/{}", room.replace('+', "%20"))
}

fn qr_svg(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let drawing = code.render().dark_color(Color("#000000")).light_color(Color("#ffffff")).build();
    Some(drawing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_with_any_name_has_an_address() {
        assert_eq!(room_address(false, "192.168.0.7:8000", "main"), "http://192.168.0.7:8000/r/main");
        assert_eq!(room_address(true, "sotto.example", "a+b c/ñ"), "https://sotto.example/r/a%2Bb%20c%2F%C3%B1");
    }
}
