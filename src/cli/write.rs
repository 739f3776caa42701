use std::time::Duration;

use clap::Args;
use dynakv_client::{Counter, Deletion, Swap, Written};
use serde::Serialize;

use super::condition::{DeleteCondition, SwapCondition};
use super::connection::{Connection, RequestId, Table};
use super::duration;
use super::entry::{Shown, time};
use super::error::Error;
use super::input::Input;
use super::output::{Report, Verdict};

/// Write an entry unconditionally, and print its version.
#[derive(Debug, Args)]
#[command(override_usage = "dynakv set [OPTIONS] <KEY> <VALUE|--file <FILE>>")]
pub(super) struct Set {
    /// The key.
    key: String,
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    expiry: Expiry,
    /// Write the replaced value to standard output, as get would, instead of the new version
    #[arg(long)]
    return_previous: bool,
    #[command(flatten)]
    id: RequestId,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    pub(super) connection: Connection,
}

/// The expiry of an entry. Without options it never expires.
#[derive(Debug, Args)]
#[group(multiple = false)]
struct Expiry {
    /// TTL of the entry, such as 60ms, 5s, 1h30m or 7d
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    ttl: Option<Duration>,
    /// Keep the expiry time and all other attributes of the entry
    #[arg(long)]
    keep_ttl: bool,
}

impl Set {
    pub(super) async fn run(self) -> Result<SetReport, Error> {
        let value = self.input.read()?;
        let client = self.connection.to(&self.table).await?;
        let mut call = client.set(&self.key, value).request_id(self.id.request_id);
        if let Some(ttl) = self.expiry.ttl {
            call = call.ttl(ttl);
        }
        if self.expiry.keep_ttl {
            call = call.keep_ttl();
        }
        if self.return_previous {
            call = call.return_previous();
        }
        Ok(SetReport::new(self.key, self.return_previous, call.await?))
    }
}

#[derive(Debug, Serialize)]
pub(super) struct SetReport {
    key: String,
    version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    expire_time: Option<String>,
    /// Null if there was none; absent if not requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<Shown>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    previous_lost: bool,
}

impl SetReport {
    fn new(key: String, return_previous: bool, written: Written) -> Self {
        Self {
            key,
            version: written.version.to_string(),
            expire_time: written.expire_time.map(time),
            previous: (return_previous && !written.previous_lost).then(|| written.previous.into()),
            previous_lost: written.previous_lost,
        }
    }
}

impl Report for SetReport {
    fn text(&self, terminal: bool) -> Vec<u8> {
        match &self.previous {
            Some(previous) => previous.text(terminal),
            None if self.previous_lost => Vec::new(),
            None => format!("{}\n", self.version).into_bytes(),
        }
    }

    fn remark(&self) -> Option<&'static str> {
        self.previous_lost.then_some("the entry is written, but the replaced value is lost")
    }
}

/// Write an entry if a condition holds, and print its new version.
///
/// Exits with 1 if the condition does not hold; then the entry is unchanged.
#[derive(Debug, Args)]
#[command(override_usage = concat!(
    "dynakv cas [OPTIONS] <KEY> <VALUE|--file <FILE>> ",
    "<--if-absent|--if-present|--if-version <VERSION>|--if-value <VALUE>>"
))]
pub(super) struct Cas {
    /// The key.
    key: String,
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    condition: SwapCondition,
    #[command(flatten)]
    expiry: Expiry,
    /// If the condition does not hold, write the current value to standard output, as get would
    #[arg(long)]
    return_current: bool,
    #[command(flatten)]
    id: RequestId,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    pub(super) connection: Connection,
}

impl Cas {
    pub(super) async fn run(self) -> Result<CasReport, Error> {
        let value = self.input.read()?;
        let client = self.connection.to(&self.table).await?;
        let mut call = client.compare_and_set(&self.key, value, self.condition.expected());
        call = call.request_id(self.id.request_id);
        if let Some(ttl) = self.expiry.ttl {
            call = call.ttl(ttl);
        }
        if self.expiry.keep_ttl {
            call = call.keep_ttl();
        }
        if self.return_current {
            call = call.return_current();
        }
        Ok(CasReport::new(self.key, self.return_current, call.await?))
    }
}

#[derive(Debug, Serialize)]
pub(super) struct CasReport {
    key: String,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expire_time: Option<String>,
    /// Null if there is none; absent if not requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    current: Option<Shown>,
}

impl CasReport {
    pub(super) fn new(key: String, return_current: bool, swap: Swap) -> Self {
        match swap {
            Swap::Swapped { version, expire_time } => Self {
                key,
                outcome: "SWAPPED",
                version: Some(version.to_string()),
                expire_time: expire_time.map(time),
                current: None,
            },
            Swap::NotSwapped { current } => Self {
                key,
                outcome: "NOT_SWAPPED",
                version: None,
                expire_time: None,
                current: return_current.then(|| current.into()),
            },
        }
    }
}

impl Report for CasReport {
    fn text(&self, terminal: bool) -> Vec<u8> {
        match (&self.version, &self.current) {
            (Some(version), _) => format!("{version}\n").into_bytes(),
            (None, Some(current)) => current.text(terminal),
            (None, None) => Vec::new(),
        }
    }

    fn verdict(&self) -> Verdict {
        if self.version.is_some() {
            Verdict::Done
        } else {
            Verdict::Missed("not swapped: the entry is not as expected")
        }
    }
}

/// Delete an entry.
///
/// Exits with 1 if there was none or the condition does not hold. In the latter case the entry is unchanged. With --omit-existed it
/// exits with 0 whether or not there was one.
#[derive(Debug, Args)]
pub(super) struct Del {
    /// The key.
    key: String,
    #[command(flatten)]
    condition: DeleteCondition,
    /// Do not ask whether there was an entry: such a delete may share a call to DynamoDB with other writes
    #[arg(long, conflicts_with = "DeleteCondition")]
    omit_existed: bool,
    #[command(flatten)]
    id: RequestId,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    pub(super) connection: Connection,
}

impl Del {
    pub(super) async fn run(self) -> Result<DelReport, Error> {
        let client = self.connection.to(&self.table).await?;
        let Some(expected) = self.condition.expected() else {
            let call = client.delete(&self.key).request_id(self.id.request_id);
            if self.omit_existed {
                call.omit_existed().await?;
                return Ok(DelReport::Plain { key: self.key });
            }
            return Ok(DelReport::Unconditional { key: self.key, existed: call.await? });
        };
        let call = client.compare_and_delete(&self.key, expected).request_id(self.id.request_id);
        let deleted = call.await? == Deletion::Deleted;
        Ok(DelReport::Conditional { key: self.key, deleted })
    }
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum DelReport {
    Plain { key: String },
    Unconditional { key: String, existed: bool },
    Conditional { key: String, deleted: bool },
}

impl Report for DelReport {
    fn text(&self, _terminal: bool) -> Vec<u8> {
        Vec::new()
    }

    fn verdict(&self) -> Verdict {
        match self {
            Self::Plain { .. }
            | Self::Unconditional { existed: true, .. }
            | Self::Conditional { deleted: true, .. } => Verdict::Done,
            Self::Unconditional { existed: false, .. } => Verdict::Missed("there was no such entry"),
            Self::Conditional { deleted: false, .. } => Verdict::Missed("not deleted: the entry is not as expected"),
        }
    }
}

/// Add to a counter, creating it if it is absent, and print its new value.
#[derive(Debug, Args)]
pub(super) struct Incr {
    /// The key.
    key: String,
    /// The number to add; may be negative
    #[arg(default_value_t = 1, allow_negative_numbers = true)]
    delta: i64,
    /// Start value of a new counter, before DELTA is added
    #[arg(long, value_name = "N", default_value_t = 0, allow_negative_numbers = true)]
    initial: i64,
    /// TTL of a new counter
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    ttl: Option<Duration>,
    #[command(flatten)]
    id: RequestId,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    pub(super) connection: Connection,
}

impl Incr {
    pub(super) async fn run(self) -> Result<IncrReport, Error> {
        let client = self.connection.to(&self.table).await?;
        let mut call = client.increment(&self.key).by(self.delta).initial(self.initial).request_id(self.id.request_id);
        if let Some(ttl) = self.ttl {
            call = call.ttl(ttl);
        }
        let Counter { value, version, expire_time, .. } = call.await?;
        Ok(IncrReport { key: self.key, value, version: version.to_string(), expire_time: expire_time.map(time) })
    }
}

#[derive(Debug, Serialize)]
pub(super) struct IncrReport {
    key: String,
    value: i64,
    version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    expire_time: Option<String>,
}

impl Report for IncrReport {
    fn text(&self, _terminal: bool) -> Vec<u8> {
        format!("{}\n", self.value).into_bytes()
    }
}
