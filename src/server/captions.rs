//! `/v1/rooms/{room}/captions`: what was said lately, as JSON, WebVTT, SRT or plain text.

use super::Shared;
use super::access::Request;
use super::access::grant::Right;
use crate::error::Error;
use crate::event::{Body, Caption};
use crate::hub::HubIn;
use crate::out::subtitles::{self, Format};
use crate::text::Lang;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use crossbeam_channel::bounded;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Params {
    lang: Option<String>,
    after: Option<String>,
    format: Option<String>,
    token: Option<String>,
}

pub(super) async fn lately(
    State(shared): State<Arc<Shared>>,
    Path(room): Path<String>,
    Query(params): Query<Params>,
    headers: HeaderMap,
) -> Response {
    let wanted = Request { token: params.token.as_deref(), right: Right::Listen, room: Some(&room) };
    if let Err(refusal) = shared.admit(&headers, wanted) {
        return *refusal;
    }
    let answer = tokio::task::block_in_place(|| answer(&shared, room, &params));
    answer.unwrap_or_else(|e| (StatusCode::BAD_REQUEST, format!("{e}\n")).into_response())
}

fn answer(shared: &Shared, room: String, params: &Params) -> Result<Response, Error> {
    let lang = params.lang.as_deref().filter(|l| !l.is_empty()).map(Lang::parse).transpose()?;
    let (reply, events) = bounded(1);
    shared.pipeline.tell(HubIn::Snapshot(room, params.after.clone(), reply))?;
    let events = events.recv_timeout(Duration::from_secs(5)).map_err(|_| Error::failed("the hub doesn't answer"))?;
    let is_wanted = |c: &Caption| c.is_final && lang.as_ref().is_none_or(|l| l.primary() == c.lang.primary());
    let finals: Vec<_> =
        events.iter().filter(|p| matches!(&p.event.body, Body::Caption(c) if is_wanted(c))).map(|p| &p.event).collect();
    let captions = finals.iter().filter_map(|e| if let Body::Caption(c) = &e.body { Some(c) } else { None });
    Ok(match params.format.as_deref().unwrap_or("json") {
        "json" => axum::Json(&finals).into_response(),
        name => {
            let format = Format::parse(name)?;
            if matches!(format, Format::Jsonl | Format::Wav) {
                return Err(Error::config(format!("captions don't come as `{name}`")).hint("json, vtt, srt or txt"));
            }
            let content_type = [(header::CONTENT_TYPE, format.content_type())];
            (content_type, subtitles::render(format, captions)).into_response()
        }
    })
}
