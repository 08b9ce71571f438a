//! Somebody else's WebSocket library, and a client that knows of us only what the server publishes.

use crate::support::{self, Daemon};
use serde_json::Value;
use std::process::Command;

#[tokio::test(flavor = "multi_thread")]
async fn a_client_written_from_the_schema_speaks_listens_and_resumes() {
    let daemon = Daemon::server().await;
    let mut client = Command::new("/usr/bin/python3");
    client.arg(support::repo().join("tests/it/third_party/client.py"));
    client.args([daemon.addr.to_string(), support::sample("travel-en.wav").display().to_string(), "r".into()]);
    let output = tokio::task::spawn_blocking(move || client.output()).await.expect("runs").expect("python3 is there");
    assert!(output.status.success(), "{}", support::stderr(&output));
    let told: Value = serde_json::from_str(&support::stdout(&output)).expect("JSON");
    assert_eq!(told["in_order"], true, "{told}");
    assert_eq!(told["heard"], told["spoken"], "nothing is lost or doubled over two connections");
    assert!(told["heard"].as_array().is_some_and(|all| all.len() > 2), "{told}");
    assert_eq!(told["last"], "bye");
}
