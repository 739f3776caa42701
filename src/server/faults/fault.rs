//! A fault, parsed from the metadata of a call.

use std::collections::HashMap;
use std::str::FromStr;
use std::time::Duration;

use tonic::metadata::{AsciiMetadataValue, MetadataMap};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use crate::wire::status::DOMAIN;

/// The faults of a call, for all its attempts.
#[derive(Debug)]
pub(super) struct Requested {
    pub(super) id: String,
    pub(super) faults: Vec<Fault>,
}

/// What happens to some attempts of a call.
#[derive(Debug)]
pub(in crate::server) struct Fault {
    code: Code,
    /// How many attempts it applies to.
    pub(super) count: u32,
    after: bool,
    message: String,
    reason: Option<String>,
    metadata: HashMap<String, String>,
    field: Option<String>,
    retry_delay: Option<Duration>,
    pushback: Option<AsciiMetadataValue>,
    pub(super) delay: Duration,
}

impl Fault {
    fn new() -> Self {
        Self {
            code: Code::Ok,
            count: 1,
            after: false,
            message: "injected".to_owned(),
            reason: None,
            metadata: HashMap::new(),
            field: None,
            retry_delay: None,
            pushback: None,
            delay: Duration::ZERO,
        }
    }

    pub(super) fn is_carried_out(&self) -> bool {
        self.after || self.code == Code::Ok
    }

    /// The status to return. `None`: the call's own response.
    pub(super) fn status(&self) -> Option<Status> {
        if self.code == Code::Ok {
            return None;
        }
        let mut details = ErrorDetails::new();
        if let Some(reason) = &self.reason {
            details.set_error_info(reason, DOMAIN, self.metadata.clone());
        }
        if let Some(field) = &self.field {
            details.add_bad_request_violation(field, self.message.as_str());
        }
        if self.retry_delay.is_some() {
            details.set_retry_info(self.retry_delay);
        }
        let mut headers = MetadataMap::new();
        if let Some(pushback) = &self.pushback {
            headers.insert("grpc-retry-pushback-ms", pushback.clone());
        }
        // Without details the field stays empty, as in a status from a proxy.
        let is_bare = self.reason.is_none() && self.field.is_none() && self.retry_delay.is_none();
        Some(if is_bare {
            Status::with_metadata(self.code, self.message.as_str(), headers)
        } else {
            Status::with_error_details_and_metadata(self.code, self.message.as_str(), details, headers)
        })
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        match key {
            "code" => self.code = code(value)?,
            "count" => self.count = number(key, value)?,
            "when" => self.after = is_after(value)?,
            "message" => value.clone_into(&mut self.message),
            "reason" => self.reason = Some(value.to_owned()),
            "outcome" => drop(self.metadata.insert(key.to_owned(), value.to_owned())),
            "field" => self.field = Some(value.to_owned()),
            "retry_delay_ms" => self.retry_delay = Some(milliseconds(key, value)?),
            "pushback_ms" => self.pushback = Some(value.parse().map_err(|_| format!("{key} is {value:?}"))?),
            "delay_ms" => self.delay = milliseconds(key, value)?,
            _ => match key.strip_prefix("metadata.") {
                Some(name) => drop(self.metadata.insert(name.to_owned(), value.to_owned())),
                None => return Err(format!("unknown key {key:?}")),
            },
        }
        Ok(())
    }
}

impl FromStr for Requested {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (id, faults) = text.split_once('|').ok_or("it has no fault")?;
        let id = id.strip_prefix("id=").filter(|id| !id.is_empty()).ok_or("it does not start with an id")?;
        Ok(Self { id: id.to_owned(), faults: faults.split('|').map(str::parse).collect::<Result<_, _>>()? })
    }
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut fault = Self::new();
        let mut has_code = false;
        for pair in text.split(';') {
            let (key, value) = pair.split_once('=').ok_or_else(|| format!("{pair:?} is not key=value"))?;
            fault.set(key, value)?;
            has_code |= key == "code";
        }
        if !has_code {
            return Err(format!("{text:?} has no code"));
        }
        if fault.reason.is_none() && !fault.metadata.is_empty() {
            return Err(format!("{text:?} has metadata but no reason"));
        }
        Ok(fault)
    }
}

fn is_after(value: &str) -> Result<bool, String> {
    match value {
        "before" => Ok(false),
        "after" => Ok(true),
        _ => Err(format!("unknown value of when: {value:?}")),
    }
}

fn number<T: FromStr>(key: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("{key} is {value:?}"))
}

/// At most 2^32 - 1, some 50 days, so that adding it to the current time cannot overflow.
fn milliseconds(key: &str, value: &str) -> Result<Duration, String> {
    number::<u32>(key, value).map(|number| Duration::from_millis(number.into()))
}

/// Parses gRPC's name of a status code.
fn code(name: &str) -> Result<Code, String> {
    (0..=16)
        .map(Code::from_i32)
        .find(|code| screaming(&format!("{code:?}")) == name)
        .ok_or_else(|| format!("unknown code {name:?}"))
}

/// `InvalidArgument` as `INVALID_ARGUMENT`.
fn screaming(camel: &str) -> String {
    camel.chars().enumerate().fold(String::new(), |mut name, (position, letter)| {
        if position > 0 && letter.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
        name
    })
}
