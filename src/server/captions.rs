//! `/v1/rooms/{room}/captions`: what was said lately, as JSON, WebVTT, SRT, plain text or JSON Lines; with `live` as a file that
//! grows as long as somebody reads it.

use super::Shared;
use super::access::Request;
use super::access::grant::Right;
use super::connection::Queue;
use super::inside::Place;
use crate::error::{Error, ErrorKind};
use crate::event::{Body, Event};
use crate::hub::fanout::{Dial, Filter, Frame};
use crate::hub::{HubIn, Subscription};
use crate::out::subtitles::{Format, Growing};
use crate::text::Lang;
use axum::body::Body as Content;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use crossbeam_channel::bounded;
use futures_util::stream;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Params {
    lang: Option<String>,
    after: Option<String>,
    format: Option<String>,
    /// Any value: the answer goes on with what is said.
    live: Option<String>,
    token: Option<String>,
}

impl Params {
    fn lang(&self) -> Result<Option<Lang>, Error> {
        self.lang.as_deref().filter(|l| !l.is_empty()).map(Lang::parse).transpose()
    }

    /// `None`: one JSON document.
    fn format(&self) -> Result<Option<Format>, Error> {
        let name = self.format.as_deref().unwrap_or("json");
        let format = if name == "json" { return Ok(None) } else { Format::parse(name)? };
        match format {
            Format::Wav => Err(Error::config("captions don't come as `wav`").hint("json, vtt, srt, txt or jsonl")),
            _ => Ok(Some(format)),
        }
    }
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
    let answer = tokio::task::block_in_place(|| match params.live {
        None => answer(&shared, room, &params),
        Some(_) => growing(&shared, room, &params),
    });
    answer.unwrap_or_else(|e| {
        let status =
            if e.kind() == ErrorKind::Failed { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::BAD_REQUEST };
        (status, format!("{e}\n")).into_response()
    })
}

/// Whether an event is a final caption in this language, or corrects one.
fn is_wanted(event: &Event, lang: Option<&Lang>) -> bool {
    let of = match &event.body {
        Body::Caption(caption) => &caption.lang,
        Body::Correction { lang, .. } => lang,
        _ => return false,
    };
    event.body.is_last_word() && lang.is_none_or(|lang| lang.primary() == of.primary())
}

fn answer(shared: &Shared, room: String, params: &Params) -> Result<Response, Error> {
    let (lang, format) = (params.lang()?, params.format()?);
    let name = room.clone();
    let (reply, events) = bounded(1);
    shared.pipeline.tell(HubIn::Snapshot(room, params.after.clone(), reply))?;
    let events = events.recv_timeout(Duration::from_secs(5)).map_err(|_| Error::failed("the hub doesn't answer"))?;
    let finals = corrected(events.iter().map(|p| &p.event).filter(|event| is_wanted(event, lang.as_ref())));
    let Some(format) = format else { return Ok(axum::Json(&finals).into_response()) };
    let mut file = Growing::new(format);
    let text = finals.iter().fold(file.head().to_owned(), |text, event| text + &file.event(event).unwrap_or_default());
    Ok((as_file(format, &name, lang.as_ref()), text).into_response())
}

/// Captions with their corrections in place.
fn corrected<'e>(events: impl Iterator<Item = &'e Event>) -> Vec<Event> {
    let mut finals: Vec<Event> = Vec::new();
    for event in events {
        let Body::Correction { id, text, .. } = &event.body else {
            finals.push(event.clone());
            continue;
        };
        let caption = finals.iter_mut().find_map(|event| match &mut event.body {
            Body::Caption(caption) if caption.id == *id => Some(caption),
            _ => None,
        });
        if let Some(caption) = caption {
            caption.committed.clone_from(text);
            caption.flags = vec!["corrected".into()];
        }
    }
    finals
}

/// What a file is, and what it is called where somebody saves it.
fn as_file(format: Format, room: &str, lang: Option<&Lang>) -> [(header::HeaderName, String); 2] {
    let lang = lang.map_or(String::new(), |lang| format!(".{lang}"));
    // A name in a header is plain (RFC 6266); whatever else a room is called stays out of it.
    let room: String =
        room.chars().map(|c| if c.is_ascii_alphanumeric() || "-_".contains(c) { c } else { '_' }).collect();
    let name = format!("inline; filename=\"{room}{lang}.{}\"", format.name());
    [(header::CONTENT_TYPE, format.content_type().to_owned()), (header::CONTENT_DISPOSITION, name)]
}

/// A file on its way to somebody, and what ends with it.
struct Reading {
    file: Growing,
    lang: Option<Lang>,
    frames: mpsc::Receiver<Frame>,
    shared: Arc<Shared>,
    listener: u64,
    has_begun: bool,
    _place: Place,
}

impl Reading {
    /// What comes next; `None`: the room has said good-bye.
    async fn next(&mut self) -> Option<String> {
        if !self.has_begun {
            self.has_begun = true;
            return Some(self.file.head().to_owned());
        }
        loop {
            let frame = self.frames.recv().await?;
            if matches!(frame.event.body, Body::Bye { .. }) {
                return None;
            }
            let cue = is_wanted(&frame.event, self.lang.as_ref()).then(|| self.file.event(&frame.event));
            if let Some(cue) = cue.flatten() {
                return Some(cue);
            }
        }
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        // A hub that is gone has forgotten us already.
        let _ = tokio::task::block_in_place(|| self.shared.pipeline.tell(HubIn::Unsubscribe(self.listener)));
    }
}

fn growing(shared: &Arc<Shared>, room: String, params: &Params) -> Result<Response, Error> {
    let (lang, server) = (params.lang()?, &shared.pipeline.plan().config.server);
    let format = params.format()?.ok_or_else(|| {
        Error::config("one JSON document can't grow").hint("live captions come as vtt, srt, txt or jsonl")
    })?;
    let place = shared.inside.enter(&room, server.max_listeners, server.max_rooms)?;
    let (queue, frames) = mpsc::channel(server.listener_queue);
    let (listener, sink) = (shared.pipeline.next_id(), Box::new(Queue(queue)));
    let filter = Filter { lang: lang.clone(), dial: Dial::Reading, ..Filter::default() };
    let headers = as_file(format, &room, lang.as_ref());
    let subscription = Subscription { id: listener, room, filter, after: params.after.clone(), replay: true, sink };
    shared.pipeline.subscribe(subscription)?;
    let file = Growing::new(format);
    let reading = Reading { file, lang, frames, shared: shared.clone(), listener, has_begun: false, _place: place };
    let cues = stream::unfold(reading, |mut reading| async move {
        let cue = reading.next().await?;
        Some((Ok::<String, std::convert::Infallible>(cue), reading))
    });
    Ok((headers, Content::from_stream(cues)).into_response())
}
