//! `/v1/rooms/{room}/terms`: a person says what a term is called from now on (`POST`), takes that back (`DELETE`), or asks
//! what was said so far (`GET`). Kept while the daemon runs; what shall stay belongs into the glossary's file.

use super::Shared;
use super::access::Request;
use super::access::grant::Right;
use crate::text::Lang;
use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

const FORM: &str = "{\"from\": \"en\", \"to\": \"es\", \"source\": \"gate\", \"target\": \"puerta\"} is understood\n";

/// A term of a room.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Given {
    from: Lang,
    to: Lang,
    source: String,
    /// Not needed to take a term back.
    target: Option<String>,
}

pub(super) async fn list(State(shared): State<Arc<Shared>>, Path(room): Path<String>, headers: HeaderMap) -> Response {
    if let Err(refusal) = shared.admit(&headers, operator(&room)) {
        return *refusal;
    }
    let all = shared.pipeline.plan().glossary.given(&room);
    let given = |(from, to, term): (Lang, Lang, crate::glossary::Term)| Given {
        from,
        to,
        source: term.source,
        target: Some(term.target),
    };
    Json(all.into_iter().map(given).collect::<Vec<_>>()).into_response()
}

pub(super) async fn change(
    State(shared): State<Arc<Shared>>,
    Path(room): Path<String>,
    method: Method,
    headers: HeaderMap,
    given: Result<Json<Given>, JsonRejection>,
) -> Response {
    if let Err(refusal) = shared.admit(&headers, operator(&room)) {
        return *refusal;
    }
    let Given { from, to, source, target } = match given {
        Ok(Json(given)) => given,
        Err(e) => return (e.status(), FORM).into_response(),
    };
    let is_whole = method == Method::DELETE || target.is_some();
    if !is_whole || from.primary() == to.primary() {
        return (StatusCode::BAD_REQUEST, FORM).into_response();
    }
    let target = target.filter(|_| method == Method::POST);
    match shared.pipeline.plan().glossary.give(&room, &from, &to, &source, target.as_deref()) {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(e) => (StatusCode::BAD_REQUEST, format!("{e}\n")).into_response(),
    }
}

fn operator(room: &str) -> Request<'_> {
    Request { token: None, right: Right::Admin, room: Some(room) }
}
