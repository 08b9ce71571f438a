//! The protocol as a document: turns the types of events and messages into AsyncAPI 3.0 with their JSON Schemas, so that a client
//! can be written without reading this program. `web/asyncapi.json` is what this gives, and a test compares them.

use super::connection::code;
use super::{listen, said, speak};
use crate::event::{Event, PROTOCOL_VERSION};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Value, json};

/// The whole document.
pub fn document() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|s| s.definitions_path = "/components/schemas".into());
    let mut types = settings.into_generator();
    let (listen_query, speak_query) = (query::<listen::Params>(&mut types), query::<speak::Params>(&mut types));
    let payloads =
        [types.subschema_for::<Event>(), types.subschema_for::<said::Config>(), types.subschema_for::<said::Later>()];
    let [event, config, order] =
        payloads.map(|payload| json!({ "contentType": "application/json", "payload": payload }));
    let schemas = types.take_definitions(true);
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "sottovoce",
            "version": PROTOCOL_VERSION.to_string(),
            "description": "Captions, translated captions and a translated voice while somebody speaks. Events are JSON text \
                frames; ignore types and fields that you don't know: they may be added without a new version.",
        },
        "channels": {
            "listen": {
                "address": "/v1/listen",
                "description": format!("A room's events from where `after` says; without it what was said in the last two minutes \
                    comes first. A listener sends nothing but pings. {}", closing()),
                "bindings": { "ws": { "method": "GET", "query": listen_query } },
                "messages": { "event": reference("event"), "voice": reference("voice") },
            },
            "speak": {
                "address": "/v1/speak",
                "description": format!("One speaker's session: first `config`, then audio, with `order` in between; the events of \
                    that session come back, `bye` last. {}", closing()),
                "bindings": { "ws": { "method": "GET", "query": speak_query } },
                "messages": {
                    "event": reference("event"), "config": reference("config"), "audio": reference("audio"),
                    "order": reference("order"),
                },
            },
        },
        "operations": {
            "follow": operation("send", "listen", &["event", "voice"]),
            "hear": operation("receive", "speak", &["config", "audio", "order"]),
            "answer": operation("send", "speak", &["event"]),
        },
        "components": {
            "messages": {
                "event": event,
                "config": config,
                "order": order,
                "audio": binary("PCM as `config` says."),
                "voice": binary("The audio of the event `speech` or `sound` before it: a byte that gives the id's length, the id (UTF-8), then \
                    PCM as the event's `format` says."),
            },
            "schemas": schemas,
        },
    })
}

fn query<T: JsonSchema>(types: &mut SchemaGenerator) -> Value {
    // In place: nothing else refers to it.
    T::json_schema(types).into()
}

fn reference(message: &str) -> Value {
    json!({ "$ref": format!("#/components/messages/{message}") })
}

fn operation(action: &str, channel: &str, messages: &[&str]) -> Value {
    let messages = messages.iter().map(|m| json!({ "$ref": format!("#/channels/{channel}/messages/{m}") }));
    json!({
        "action": action,
        "channel": { "$ref": format!("#/channels/{channel}") },
        "messages": messages.collect::<Vec<Value>>(),
    })
}

fn binary(description: &str) -> Value {
    json!({ "contentType": "application/octet-stream", "description": description, "payload": {} })
}

/// What the close codes mean.
fn closing() -> String {
    format!(
        "Close codes: {} all is said, {} the server stops, {} not allowed or not understood, {} a message too large, {} our \
         fault, {} full or too slow: come back later.",
        code::NORMAL,
        code::DRAINING,
        code::POLICY,
        code::TOO_LARGE,
        code::FAILED,
        code::FULL
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_file_is_what_the_types_say() {
        let published = include_str!("../../web/asyncapi.json");
        let published: Value = serde_json::from_str(published).expect("JSON");
        assert!(published == document(), "the protocol has changed: `sottovoce schema > web/asyncapi.json`");
    }

    #[test]
    fn whatever_it_refers_to_is_there() {
        let document = document();
        let text = document.to_string();
        let references: Vec<&str> =
            text.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(references.len() > 10);
        for reference in references {
            assert!(document.pointer(reference).is_some(), "{reference}");
        }
    }
}
