use std::ffi::OsString;

use clap::Args;
use dynakv_client::Expected;

use super::input::bytes_of;

/// What must be true of the entry for `cas` to write it.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
#[expect(clippy::struct_field_names, reason = "clap names the flags after them")]
pub(super) struct SwapCondition {
    /// If there is no such entry.
    #[arg(long)]
    if_absent: bool,
    /// If there is one, whatever it holds.
    #[arg(long)]
    if_present: bool,
    /// If there is one and it still has this version.
    #[arg(long, value_name = "VERSION")]
    if_version: Option<String>,
    /// If there is one and it holds exactly this value.
    #[arg(long, value_name = "VALUE", allow_negative_numbers = true)]
    if_value: Option<OsString>,
}

impl SwapCondition {
    pub(super) fn expected(self) -> Expected {
        // clap lets exactly one of the four through.
        expected(self.if_version, self.if_value).unwrap_or(if self.if_absent {
            Expected::Absent
        } else {
            Expected::Present
        })
    }
}

/// What must be true of the entry for `del` to delete it.
#[derive(Debug, Args)]
#[group(multiple = false)]
#[expect(clippy::struct_field_names, reason = "clap names the flags after them")]
pub(super) struct DeleteCondition {
    /// Only if there is one, whatever it holds.
    #[arg(long)]
    if_present: bool,
    /// Only if it still has this version.
    #[arg(long, value_name = "VERSION")]
    if_version: Option<String>,
    /// Only if it holds exactly this value.
    #[arg(long, value_name = "VALUE", allow_negative_numbers = true)]
    if_value: Option<OsString>,
}

impl DeleteCondition {
    /// `None` if the entry is to be deleted whatever it holds.
    pub(super) fn expected(self) -> Option<Expected> {
        expected(self.if_version, self.if_value).or(self.if_present.then_some(Expected::Present))
    }
}

fn expected(version: Option<String>, value: Option<OsString>) -> Option<Expected> {
    version.map(Expected::version).or(value.map(|value| Expected::Value(bytes_of(value))))
}
