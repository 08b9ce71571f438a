//! The command line as a client of a running daemon: turns what a user types into an open WebSocket.

use crate::error::{Error, Result};
use tokio_tungstenite::tungstenite::Error as WsError;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

pub(super) type Socket = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

/// Builds a WebSocket address from what a user types.
pub(super) fn address(url: &str, path: &str, query: &[(&str, &str)]) -> String {
    let url = url.trim_end_matches('/');
    let url = match url.split_once("://") {
        Some(("http", rest)) => format!("ws://{rest}"),
        Some(("https", rest)) => format!("wss://{rest}"),
        Some(_) => url.to_owned(),
        None => format!("ws://{url}"),
    };
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    format!("{url}{path}?{query}")
}

/// Opens a WebSocket.
pub(super) async fn connect(address: &str, token: Option<&str>) -> Result<Socket> {
    use tokio_tungstenite::tungstenite::client::IntoClientRequest;
    let bad = |e: &WsError| {
        let place = address.split("/v1/").next().unwrap_or(address);
        match e {
            WsError::Http(response) => {
                let why = response.body().as_deref().map(String::from_utf8_lossy).unwrap_or_default();
                Error::failed(format!("{place} refuses: {} {why}", response.status().as_u16()))
            }
            e => Error::failed(format!("{place} can't be reached: {e}")).hint("is the daemon running? `sottovoce run`"),
        }
    };
    let mut request = address.into_client_request().map_err(|e| Error::config(format!("`{address}`: {e}")))?;
    if let Some(token) = token {
        let value = format!("Bearer {token}")
            .parse()
            .map_err(|_| Error::config("the token has characters that can't be sent"))?;
        request.headers_mut().insert("Authorization", value);
    }
    tokio_tungstenite::connect_async(request).await.map(|(socket, _)| socket).map_err(|e| bad(&e))
}

/// One thread is enough for one connection.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|e| Error::failed(format!("the client can't start: {e}")))
}

/// What a close frame means for whoever waits at the terminal.
pub(super) fn closed(frame: Option<CloseFrame>) -> Result<()> {
    match frame.map(|f| (u16::from(f.code), f.reason.to_string())) {
        None | Some((1000 | 1001, _)) => Ok(()),
        Some((1008, why)) => Err(Error::config(format!("the daemon refuses: {why}"))),
        Some((code, why)) => Err(Error::failed(format!("the daemon ended the connection ({code}): {why}"))),
    }
}
