//! `POST /v1/rooms/{room}/corrections`: a person's better text -> the room's event `correction`.

use super::Shared;
use super::access::Request;
use super::access::grant::Right;
use crate::error::Error;
use crate::hub::HubIn;
use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use crossbeam_channel::bounded;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;

/// Characters of a corrected caption: several times what is said in an utterance of the greatest length.
const LONGEST: usize = 2_000;

#[derive(Debug, Deserialize)]
pub(super) struct Correction {
    id: String,
    text: String,
}

pub(super) async fn correct(
    State(shared): State<Arc<Shared>>,
    Path(room): Path<String>,
    headers: HeaderMap,
    // JSON has a content type that a foreign page can't send without asking first.
    correction: Result<Json<Correction>, JsonRejection>,
) -> Response {
    let wanted = Request { token: None, right: Right::Admin, room: Some(&room) };
    if let Err(refusal) = shared.admit(&headers, wanted) {
        return *refusal;
    }
    let Correction { id, text } = match correction {
        Ok(Json(correction)) => correction,
        Err(e) => return (e.status(), "{\"id\": \"...\", \"text\": \"...\"} is understood\n").into_response(),
    };
    let text = text.split_whitespace().collect::<Vec<&str>>().join(" ");
    if text.is_empty() || text.chars().count() > LONGEST || text.chars().any(char::is_control) {
        return (StatusCode::BAD_REQUEST, format!("a caption has 1 to {LONGEST} characters\n")).into_response();
    }
    match tokio::task::block_in_place(|| tell(&shared, room, id, text)) {
        Ok(true) => StatusCode::NO_CONTENT.into_response(),
        Ok(false) => (StatusCode::NOT_FOUND, "no final caption of the last two minutes has this id\n").into_response(),
        Err(e) => (StatusCode::SERVICE_UNAVAILABLE, format!("{e}\n")).into_response(),
    }
}

fn tell(shared: &Shared, room: String, id: String, text: String) -> Result<bool, Error> {
    let (reply, answer) = bounded(1);
    shared.pipeline.tell(HubIn::Correct(room, id, text, reply))?;
    answer.recv_timeout(Duration::from_secs(5)).map_err(|_| Error::failed("the hub doesn't answer"))
}
