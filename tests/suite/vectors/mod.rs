//! Runs the clients' shared test vectors through the Rust client. `clients/vectors/README.md` describes them.

mod calls;
mod document;
mod file;
mod matching;
mod native;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write as _};

use dynakv_client::Client;
use serde_json::Value as Json;

use crate::binary::Serve;
use calls::Options;
use file::{Step, Vector};

/// Values captured by steps, by name.
type Captured = BTreeMap<String, Json>;

#[tokio::test]
async fn the_client_does_what_all_clients_do() {
    let server = Serve::in_memory().env("DYNAKV__ALLOW_DELETE_TABLE", "true").start().await;
    let vectors = file::all();
    let mut failures = Vec::new();
    for vector in &vectors {
        // Each vector gets its own client, because the failures of one would exhaust the retry budget of the next.
        let client = Client::connect(server.address()).await.unwrap();
        if let Err(failure) = run(&client, vector).await {
            failures.push(format!("{}: {failure}", vector.name));
        }
    }
    assert!(failures.is_empty(), "{} vectors of {}:\n{}", failures.len(), vectors.len(), failures.join("\n"));
    // Not `println!`, whose output the test harness captures.
    writeln!(io::stdout(), "vectors: {} passed", vectors.len()).unwrap();
}

/// The calls that are in some vector, in `snake_case`.
pub(crate) fn calls_made() -> BTreeSet<String> {
    file::all().into_iter().flat_map(|vector| vector.steps).map(|step| step.call).collect()
}

async fn run(client: &Client, vector: &Vector) -> Result<(), String> {
    let mut captured = Captured::new();
    for (number, step) in vector.steps.iter().enumerate() {
        let done = take(client, step, &mut captured).await;
        done.map_err(|failure| format!("step {}, {}: {failure}", number + 1, step.call))?;
    }
    Ok(())
}

async fn take(client: &Client, step: &Step, captured: &mut Captured) -> Result<(), String> {
    let args = file::expand(&step.args, captured)?;
    let options = Options::new(step)?;
    let (actual, expected) = match (calls::send(client, &step.call, args, options).await?, &step.expect, &step.error) {
        (Ok(result), Some(expected), None) => (result, expected),
        (Err(error), None, Some(expected)) => (error, expected),
        (Ok(result), _, _) => return Err(format!("should have failed, but gave {result}")),
        (Err(error), _, _) => return Err(format!("failed: {error}")),
    };
    matching::matches(&file::expand(expected, captured)?, &actual)
        .map_err(|problem| format!("{problem}, in {}", excerpt(&actual)))?;
    for (name, path) in &step.capture {
        let part = path.split('.').try_fold(&actual, |value, key| match value {
            Json::Array(values) => values.get(key.parse::<usize>().ok()?),
            _ => value.get(key),
        });
        captured.insert(name.clone(), part.ok_or_else(|| format!("there is no {path} to capture"))?.clone());
    }
    Ok(())
}

fn excerpt(document: &Json) -> String {
    document.to_string().chars().take(500).collect()
}
