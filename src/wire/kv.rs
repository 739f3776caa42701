//! KeyValueService: converts requests to commands and outcomes to responses.
//!
//! Every request is destructured field by field, so that the compiler reports a new field of the proto here.

use prost_types::{Duration as ProtoDuration, Timestamp};

use super::{InField, OnTable, Violation};
use crate::driver::{Consistency, Count, Deletion, Expiry, Persistence, Previous, Remaining, Swap, Written};
use crate::model::{
    CompareAndDelete, CompareAndSet, Entry, Expected, ExpireTime, Increment, Invalid, Key, Millis, RequestId, Set,
    SetExpiry, Ttl, Value, Version,
};
use crate::pb;

/// A read of one entry.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) key: Key,
    pub(crate) consistency: Consistency,
}

/// An existence check of several keys.
#[derive(Debug)]
pub(crate) struct Exists {
    pub(crate) keys: Vec<Key>,
    pub(crate) consistency: Consistency,
}

/// A new TTL for one entry.
#[derive(Debug)]
pub(crate) struct Expire {
    pub(crate) key: Key,
    pub(crate) ttl: Ttl,
    pub(crate) request_id: RequestId,
}

/// A write that needs only the key and the request id.
#[derive(Debug)]
pub(crate) struct Persist {
    pub(crate) key: Key,
    pub(crate) request_id: RequestId,
}

/// Maximum number of keys in Exists: as many as one BatchGetItem of DynamoDB reads.
pub(super) const MAX_EXISTS_KEYS: usize = 100;

impl TryFrom<pb::GetRequest> for OnTable<Read> {
    type Error = Violation;

    fn try_from(request: pb::GetRequest) -> Result<Self, Violation> {
        let pb::GetRequest { table, key, consistent_read } = request;
        Ok(Self { table, command: Read { key: parse_key(key)?, consistency: consistency(consistent_read) } })
    }
}

impl TryFrom<pb::GetTtlRequest> for OnTable<Read> {
    type Error = Violation;

    fn try_from(request: pb::GetTtlRequest) -> Result<Self, Violation> {
        let pb::GetTtlRequest { table, key, consistent_read } = request;
        Ok(Self { table, command: Read { key: parse_key(key)?, consistency: consistency(consistent_read) } })
    }
}

impl TryFrom<pb::ExistsRequest> for OnTable<Exists> {
    type Error = Violation;

    fn try_from(request: pb::ExistsRequest) -> Result<Self, Violation> {
        let pb::ExistsRequest { table, keys, consistent_read } = request;
        if keys.is_empty() || keys.len() > MAX_EXISTS_KEYS {
            let problem = format!("has {} keys, 1 to {MAX_EXISTS_KEYS} are allowed", keys.len());
            return Err(Invalid::limit(problem, format!("1..{MAX_EXISTS_KEYS} keys"))).in_field("keys");
        }
        let parse = |(index, key)| Key::try_from(key).in_field(format!("keys[{index}]"));
        let keys = keys.into_iter().enumerate().map(parse).collect::<Result<_, _>>()?;
        Ok(Self { table, command: Exists { keys, consistency: consistency(consistent_read) } })
    }
}

impl TryFrom<pb::SetRequest> for OnTable<Set> {
    type Error = Violation;

    fn try_from(request: pb::SetRequest) -> Result<Self, Violation> {
        use pb::set_request::Expiry;
        let pb::SetRequest { table, key, value, expiry, return_previous, request_id } = request;
        let expiry = match expiry {
            None | Some(Expiry::KeepTtl(false)) => SetExpiry::Never,
            Some(Expiry::KeepTtl(true)) => SetExpiry::Keep,
            Some(Expiry::Ttl(ttl)) => SetExpiry::After(parse_ttl(ttl)?),
        };
        let (key, request_id) = (parse_key(key)?, parse_request_id(&request_id)?);
        Ok(Self { table, command: Set { key, value, expiry, return_previous, request_id } })
    }
}

impl TryFrom<pb::CompareAndSetRequest> for OnTable<CompareAndSet> {
    type Error = Violation;

    fn try_from(request: pb::CompareAndSetRequest) -> Result<Self, Violation> {
        use pb::compare_and_set_request::Expiry;
        let pb::CompareAndSetRequest { table, key, value, expected, return_current, request_id, expiry } = request;
        let expiry = match expiry {
            None | Some(Expiry::KeepTtl(false)) => SetExpiry::Never,
            Some(Expiry::KeepTtl(true)) => SetExpiry::Keep,
            Some(Expiry::Ttl(ttl)) => SetExpiry::After(parse_ttl(ttl)?),
        };
        let (key, request_id) = (parse_key(key)?, parse_request_id(&request_id)?);
        let expected = parse_expected(expected)?;
        Ok(Self { table, command: CompareAndSet { key, value, expiry, expected, return_current, request_id } })
    }
}

/// A delete of one entry without a condition.
#[derive(Debug)]
pub(crate) enum Delete {
    /// It does not report whether the entry existed.
    Plain(Key),
    ReportingExistence(Key),
}

impl TryFrom<pb::DeleteRequest> for OnTable<Delete> {
    type Error = Violation;

    fn try_from(request: pb::DeleteRequest) -> Result<Self, Violation> {
        let pb::DeleteRequest { table, key, request_id, omit_existed } = request;
        // A delete stores no nonce, but an invalid id is refused here as everywhere.
        let _checked = parse_request_id(&request_id)?;
        let key = parse_key(key)?;
        Ok(Self { table, command: if omit_existed { Delete::Plain(key) } else { Delete::ReportingExistence(key) } })
    }
}

impl TryFrom<pb::CompareAndDeleteRequest> for OnTable<CompareAndDelete> {
    type Error = Violation;

    fn try_from(request: pb::CompareAndDeleteRequest) -> Result<Self, Violation> {
        let pb::CompareAndDeleteRequest { table, key, expected, return_current, request_id } = request;
        let _checked = parse_request_id(&request_id)?;
        let key = parse_key(key)?;
        let expected = parse_expected(expected)?;
        if expected == Expected::Absent {
            return Err(Invalid::new("leaves nothing to delete; use present, version or value"))
                .in_field("expected.absent");
        }
        Ok(Self { table, command: CompareAndDelete { key, expected, return_current } })
    }
}

impl TryFrom<pb::ExpireRequest> for OnTable<Expire> {
    type Error = Violation;

    fn try_from(request: pb::ExpireRequest) -> Result<Self, Violation> {
        let pb::ExpireRequest { table, key, ttl, request_id } = request;
        let ttl = parse_ttl(ttl.ok_or_else(|| Invalid::new("is required")).in_field("ttl")?)?;
        let (key, request_id) = (parse_key(key)?, parse_request_id(&request_id)?);
        Ok(Self { table, command: Expire { key, ttl, request_id } })
    }
}

impl TryFrom<pb::PersistRequest> for OnTable<Persist> {
    type Error = Violation;

    fn try_from(request: pb::PersistRequest) -> Result<Self, Violation> {
        let pb::PersistRequest { table, key, request_id } = request;
        Ok(Self { table, command: Persist { key: parse_key(key)?, request_id: parse_request_id(&request_id)? } })
    }
}

impl TryFrom<pb::IncrementRequest> for OnTable<Increment> {
    type Error = Violation;

    fn try_from(request: pb::IncrementRequest) -> Result<Self, Violation> {
        let pb::IncrementRequest { table, key, ttl, delta, initial, request_id } = request;
        let ttl = ttl.map(parse_ttl).transpose()?;
        let (key, request_id) = (parse_key(key)?, parse_request_id(&request_id)?);
        Ok(Self { table, command: Increment { key, delta: delta.unwrap_or(1), initial, ttl, request_id } })
    }
}

pub(super) fn parse_key(key: String) -> Result<Key, Violation> {
    Key::try_from(key).in_field("key")
}

pub(super) fn parse_ttl(ttl: ProtoDuration) -> Result<Ttl, Violation> {
    let ProtoDuration { seconds, nanos } = ttl;
    Ttl::from_parts(seconds, nanos).in_field("ttl")
}

pub(super) fn parse_request_id(text: &str) -> Result<RequestId, Violation> {
    RequestId::parse_or_new(text).in_field("request_id")
}

pub(super) fn parse_expected(expected: Option<pb::Expected>) -> Result<Expected, Violation> {
    use pb::expected::Kind;
    match expected.and_then(|pb::Expected { kind }| kind) {
        Some(Kind::Absent(pb::expected::Absent {})) => Ok(Expected::Absent),
        Some(Kind::Present(pb::expected::Present {})) => Ok(Expected::Present),
        Some(Kind::Version(version)) => Version::try_from(version).map(Expected::Version).in_field("expected.version"),
        Some(Kind::Value(value)) => Ok(Expected::Value(value)),
        None => Err(Invalid::new("needs one of absent, present, version or value")).in_field("expected"),
    }
}

pub(super) fn consistency(consistent_read: bool) -> Consistency {
    if consistent_read { Consistency::Strong } else { Consistency::Eventual }
}

impl From<Entry> for pb::Entry {
    fn from(entry: Entry) -> Self {
        let Entry { key, value, version, expire_time } = entry;
        Self {
            key: key.into_string(),
            value: value.map(Value::into_bytes),
            version: version.map(Version::into_string),
            expire_time: expire_time.map(timestamp),
        }
    }
}

impl From<Option<Entry>> for pb::GetResponse {
    fn from(entry: Option<Entry>) -> Self {
        Self { entry: entry.map(Into::into) }
    }
}

impl From<(Written, Previous)> for pb::SetResponse {
    fn from((Written { version, expire_time }, previous): (Written, Previous)) -> Self {
        let (previous, previous_lost) = match previous {
            Previous::NotAsked => (None, false),
            Previous::Known(entry) => (entry.map(Into::into), false),
            Previous::Lost => (None, true),
        };
        Self { version: version.into_string(), expire_time: expire_time.map(timestamp), previous, previous_lost }
    }
}

impl From<Swap> for pb::CompareAndSetResponse {
    fn from(swap: Swap) -> Self {
        use pb::compare_and_set_response::Outcome;
        match swap {
            Swap::Swapped(Written { version, expire_time }) => Self {
                version: Some(version.into_string()),
                expire_time: expire_time.map(timestamp),
                outcome: Outcome::Swapped.into(),
                current: None,
            },
            Swap::NotSwapped(current) => Self {
                version: None,
                expire_time: None,
                outcome: Outcome::NotSwapped.into(),
                current: current.map(Into::into),
            },
        }
    }
}

impl From<Deletion> for pb::CompareAndDeleteResponse {
    fn from(deletion: Deletion) -> Self {
        match deletion {
            Deletion::Deleted => Self { deleted: true, current: None },
            Deletion::NotDeleted(current) => Self { deleted: false, current: current.map(Into::into) },
        }
    }
}

impl From<Remaining> for pb::GetTtlResponse {
    fn from(remaining: Remaining) -> Self {
        use pb::get_ttl_response::Outcome;
        match remaining {
            Remaining::Until(time, left) => {
                Self { ttl: Some(duration(left)), expire_time: Some(timestamp(time)), outcome: Outcome::Ttl.into() }
            }
            Remaining::Forever => Self { ttl: None, expire_time: None, outcome: Outcome::NoTtl.into() },
            Remaining::NotFound => Self { ttl: None, expire_time: None, outcome: Outcome::NotFound.into() },
        }
    }
}

impl From<Expiry> for pb::ExpireResponse {
    fn from(expiry: Expiry) -> Self {
        use pb::expire_response::Outcome;
        match expiry {
            Expiry::Set(Written { version, expire_time }) => Self {
                version: Some(version.into_string()),
                expire_time: expire_time.map(timestamp),
                outcome: Outcome::TtlSet.into(),
            },
            Expiry::NotFound => Self { version: None, expire_time: None, outcome: Outcome::NotFound.into() },
        }
    }
}

impl From<Persistence> for pb::PersistResponse {
    fn from(persistence: Persistence) -> Self {
        use pb::persist_response::Outcome;
        let (version, outcome) = match persistence {
            Persistence::Removed(version) => (Some(version.into_string()), Outcome::TtlRemoved),
            Persistence::NoTtl => (None, Outcome::NoTtl),
            Persistence::NotFound => (None, Outcome::NotFound),
        };
        Self { version, outcome: outcome.into() }
    }
}

impl From<Count> for pb::IncrementResponse {
    fn from(Count { value, version, expire_time }: Count) -> Self {
        Self { value, version: version.into_string(), expire_time: expire_time.map(timestamp) }
    }
}

/// The range of `google.protobuf.Timestamp`: the years 1 to 9999. Other programs may store times outside of it.
const FIRST_TIMESTAMP_MILLIS: Millis = -62_135_596_800_000;
const LAST_TIMESTAMP_MILLIS: Millis = 253_402_300_799_999;

pub(super) fn timestamp(time: ExpireTime) -> Timestamp {
    let millis = time.as_millis().clamp(FIRST_TIMESTAMP_MILLIS, LAST_TIMESTAMP_MILLIS);
    Timestamp { seconds: millis.div_euclid(1000), nanos: nanos(millis) }
}

/// The range of `google.protobuf.Duration`: about 10,000 years.
const LONGEST_DURATION_MILLIS: Millis = 315_576_000_000_000;

fn duration(millis: Millis) -> ProtoDuration {
    let millis = millis.clamp(0, LONGEST_DURATION_MILLIS);
    ProtoDuration { seconds: millis.div_euclid(1000), nanos: nanos(millis) }
}

fn nanos(millis: Millis) -> i32 {
    i32::try_from(millis.rem_euclid(1000) * 1_000_000).unwrap_or_default()
}
