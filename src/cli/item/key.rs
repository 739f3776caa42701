use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use clap::{Args, ValueEnum};
use dynakv_client::{ItemKey, Number, Value};

use crate::cli::error::Error;

/// The primary key of an item.
#[derive(Debug, Args)]
pub(super) struct Key {
    /// The partition key.
    #[arg(allow_negative_numbers = true)]
    partition: String,
    /// The sort key, if the table has one.
    #[arg(allow_negative_numbers = true)]
    sort: Option<String>,
    /// The type of the partition key: a string, a number or bytes in base64.
    #[arg(long, value_enum, value_name = "TYPE", default_value = "S", help_heading = "Key")]
    partition_type: Type,
    /// The type of the sort key.
    #[arg(long, value_enum, value_name = "TYPE", default_value = "S", help_heading = "Key")]
    sort_type: Type,
}

/// DynamoDB's names of the types of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "UPPER")]
enum Type {
    S,
    N,
    B,
}

impl Key {
    pub(super) fn key(self) -> Result<ItemKey, Error> {
        let bad = |place: &str, problem: String| Error::Usage(format!("the {place} key {problem}").into());
        let partition = self.partition_type.value(self.partition).map_err(|problem| bad("partition", problem))?;
        let key = ItemKey::new(partition);
        let Some(sort) = self.sort else { return Ok(key) };
        Ok(key.sort(self.sort_type.value(sort).map_err(|problem| bad("sort", problem))?))
    }
}

impl Type {
    fn value(self, text: String) -> Result<Value, String> {
        match self {
            Self::S => Ok(text.into()),
            Self::N => text.parse::<Number>().map(Value::N).map_err(|error| error.to_string()),
            Self::B => {
                let bytes = BASE64_STANDARD.decode(text).map_err(|error| format!("is not base64: {error}"))?;
                Ok(Value::B(Bytes::from(bytes)))
            }
        }
    }
}
