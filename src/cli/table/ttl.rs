use clap::Args;
use serde::Serialize;

use super::Server;
use super::describe::TtlReport;
use crate::cli::error::Error;
use crate::cli::output::{Report, Verdict};

/// Enable TTL, so that DynamoDB deletes expired items of a table. Succeeds if it is enabled already.
///
/// Returns at once; DynamoDB may need an hour. Exits with 1 if TTL is enabled on another attribute than the configured
/// one.
#[derive(Debug, Args)]
pub(in crate::cli) struct EnableTtl {
    #[command(flatten)]
    pub(super) server: Server,
}

impl EnableTtl {
    pub(in crate::cli) async fn run(self) -> Result<Enabled, Error> {
        let client = self.server.connect().await?;
        let ttl = client.enable_ttl().await.map_err(Error::of_table)?;
        let table = client.describe_table().await?;
        let fits = ttl.enabled_on() == Some(table.attributes.ttl.as_str());
        Ok(Enabled { table: table.name, time_to_live: ttl.into(), fits })
    }
}

#[derive(Debug, Serialize)]
pub(in crate::cli) struct Enabled {
    table: String,
    time_to_live: TtlReport,
    #[serde(skip)]
    fits: bool,
}

impl Report for Enabled {
    fn text(&self, _terminal: bool) -> Vec<u8> {
        format!("{}\n", self.time_to_live.text()).into_bytes()
    }

    fn verdict(&self) -> Verdict {
        if self.fits {
            Verdict::Done
        } else {
            Verdict::Missed("not changed: TTL is on another attribute than the server is configured for")
        }
    }
}
