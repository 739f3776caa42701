use std::ffi::OsString;

use clap::Args;
use dynakv_client::Expected;

use super::input::bytes_of;

/// The condition of `cas`.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
#[expect(clippy::struct_field_names, reason = "clap names the flags after them")]
pub(super) struct SwapCondition {
    /// Write only if the entry does not exist
    #[arg(long)]
    if_absent: bool,
    /// Write only if the entry exists
    #[arg(long)]
    if_present: bool,
    /// Write only if the entry has this version
    #[arg(long, value_name = "VERSION")]
    if_version: Option<String>,
    /// Write only if the entry has this value
    #[arg(long, value_name = "VALUE", allow_negative_numbers = true)]
    if_value: Option<OsString>,
}

impl SwapCondition {
    pub(super) fn expected(self) -> Expected {
        // clap requires exactly one of the four.
        expected(self.if_version, self.if_value).unwrap_or(if self.if_absent {
            Expected::Absent
        } else {
            Expected::Present
        })
    }
}

/// The condition of `del`.
#[derive(Debug, Args)]
#[group(multiple = false)]
#[expect(clippy::struct_field_names, reason = "clap names the flags after them")]
pub(super) struct DeleteCondition {
    /// Delete only if the entry exists
    #[arg(long)]
    if_present: bool,
    /// Delete only if the entry has this version
    #[arg(long, value_name = "VERSION")]
    if_version: Option<String>,
    /// Delete only if the entry has this value
    #[arg(long, value_name = "VALUE", allow_negative_numbers = true)]
    if_value: Option<OsString>,
}

impl DeleteCondition {
    /// `None` for an unconditional delete.
    pub(super) fn expected(self) -> Option<Expected> {
        expected(self.if_version, self.if_value).or(self.if_present.then_some(Expected::Present))
    }
}

fn expected(version: Option<String>, value: Option<OsString>) -> Option<Expected> {
    version.map(Expected::version).or(value.map(|value| Expected::Value(bytes_of(value))))
}
