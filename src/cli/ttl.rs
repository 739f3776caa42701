use std::time::Duration;

use clap::Args;
use dynakv_client::{ExpireOutcome, PersistOutcome, TtlOutcome};
use serde::Serialize;

use super::connection::{Connection, RequestId, Table};
use super::duration;
use super::entry::time;
use super::error::Error;
use super::output::{Report, Verdict};

const NO_ENTRY: Verdict = Verdict::Missed("there is no such entry");

/// Show the remaining TTL of an entry, or `none` if it does not expire.
#[derive(Debug, Args)]
pub(super) struct Ttl {
    /// The key.
    key: String,
    /// Use strongly consistent reads, at twice the cost
    #[arg(long)]
    consistent: bool,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    pub(super) connection: Connection,
}

impl Ttl {
    pub(super) async fn run(self) -> Result<Lifetime, Error> {
        let client = self.connection.to(&self.table).await?;
        let call = client.get_ttl(&self.key);
        let outcome = if self.consistent { call.consistent() } else { call }.await?;
        Ok(Lifetime::of(self.key, &outcome))
    }
}

/// The result of a TTL command, with the names of the proto.
#[derive(Debug, Serialize)]
pub(super) struct Lifetime {
    key: String,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expire_time: Option<String>,
    #[serde(skip)]
    text: String,
    #[serde(skip)]
    verdict: Verdict,
}

impl Lifetime {
    fn new(key: String, outcome: &'static str, verdict: Verdict) -> Self {
        Self { key, outcome, ttl_ms: None, version: None, expire_time: None, text: String::new(), verdict }
    }

    pub(super) fn of(key: String, outcome: &TtlOutcome) -> Self {
        match outcome {
            TtlOutcome::Ttl { ttl, expire_time } => {
                let ttl_ms = u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX);
                Self {
                    ttl_ms: Some(ttl_ms),
                    expire_time: Some(time(*expire_time)),
                    text: humantime::format_duration(Duration::from_millis(ttl_ms)).to_string(),
                    ..Self::new(key, "TTL", Verdict::Done)
                }
            }
            TtlOutcome::NoTtl => Self { text: "none".to_owned(), ..Self::new(key, "NO_TTL", Verdict::Done) },
            TtlOutcome::NotFound => Self::new(key, "NOT_FOUND", NO_ENTRY),
        }
    }
}

impl Report for Lifetime {
    fn text(&self, _terminal: bool) -> Vec<u8> {
        if self.text.is_empty() { Vec::new() } else { format!("{}\n", self.text).into_bytes() }
    }

    fn verdict(&self) -> Verdict {
        self.verdict
    }
}

/// Set the TTL of an entry, and print when it expires.
#[derive(Debug, Args)]
pub(super) struct Expire {
    /// The key.
    key: String,
    /// The TTL, such as 60ms, 5s, 1h30m or 7d
    #[arg(value_name = "DURATION", value_parser = duration::parse)]
    ttl: Duration,
    #[command(flatten)]
    id: RequestId,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    pub(super) connection: Connection,
}

impl Expire {
    pub(super) async fn run(self) -> Result<Lifetime, Error> {
        let client = self.connection.to(&self.table).await?;
        let call = client.expire(&self.key, self.ttl).request_id(self.id.request_id);
        Ok(match call.await? {
            ExpireOutcome::TtlSet { version, expire_time } => Lifetime {
                version: Some(version.to_string()),
                expire_time: Some(time(expire_time)),
                text: time(expire_time),
                ..Lifetime::new(self.key, "TTL_SET", Verdict::Done)
            },
            ExpireOutcome::NotFound => Lifetime::new(self.key, "NOT_FOUND", NO_ENTRY),
        })
    }
}

/// Remove the TTL of an entry. Succeeds if the entry has no TTL.
#[derive(Debug, Args)]
pub(super) struct Persist {
    /// The key.
    key: String,
    #[command(flatten)]
    id: RequestId,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    pub(super) connection: Connection,
}

impl Persist {
    pub(super) async fn run(self) -> Result<Lifetime, Error> {
        let client = self.connection.to(&self.table).await?;
        let call = client.persist(&self.key).request_id(self.id.request_id);
        Ok(match call.await? {
            PersistOutcome::TtlRemoved { version } => {
                Lifetime { version: Some(version.to_string()), ..Lifetime::new(self.key, "TTL_REMOVED", Verdict::Done) }
            }
            PersistOutcome::NoTtl => Lifetime::new(self.key, "NO_TTL", Verdict::Done),
            PersistOutcome::NotFound => Lifetime::new(self.key, "NOT_FOUND", NO_ENTRY),
        })
    }
}
