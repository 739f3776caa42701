use std::time::Duration;

use clap::Args;
use dynakv_client::{Call, Client, KeyAttribute, Reason, Runtime as _, TableDescription, TokioRuntime, pb};

use super::Server;
use super::definition::{self, Billing, IndexArgument};
use super::describe::TableReport;
use crate::cli::duration;
use crate::cli::error::Error;
use crate::cli::output::{Output, Verdict};

/// Pause between two checks of a table that is being created.
const PAUSE: Duration = Duration::from_secs(1);

/// Create a table and describe it.
///
/// The default is one string key, as entries need it, and on-demand billing.
#[derive(Debug, Args)]
pub(in crate::cli) struct Create {
    /// Partition key: NAME, or NAME:TYPE with the type S, N or B [default: the configured name, a string]
    #[arg(long, value_name = "KEY", value_parser = definition::key)]
    partition_key: Option<KeyAttribute>,
    /// Sort key: NAME or NAME:TYPE. A table with a sort key stores items, but no entries
    #[arg(long, value_name = "KEY", value_parser = definition::key)]
    sort_key: Option<KeyAttribute>,
    /// Global index: NAME:PARTITION_KEY[,SORT_KEY][:PROJECTION], where the projection is all, keys, or attributes
    /// separated by +, such as by-status:status,created_at:title+owner. May be repeated
    #[arg(long, value_name = "INDEX", value_parser = IndexArgument::global)]
    gsi: Vec<IndexArgument>,
    /// Local index: NAME:SORT_KEY[:PROJECTION]. May be repeated
    #[arg(long, value_name = "INDEX", value_parser = IndexArgument::local)]
    lsi: Vec<IndexArgument>,
    /// Type of an index key that is not a string, such as created_at:N. May be repeated
    #[arg(long, value_name = "NAME:TYPE", value_parser = definition::attribute)]
    attribute: Vec<KeyAttribute>,
    /// Billing: on-demand, or provisioned:READ,WRITE in capacity units a second
    #[arg(long, default_value = "on-demand")]
    billing: Billing,
    /// Enable TTL, so that DynamoDB deletes expired items. Needs --wait, unless the table is ACTIVE at once
    #[arg(long)]
    ttl: bool,
    /// Wait until the table is ACTIVE, for at most 5m or the given time, and then enable TTL if --ttl is given
    #[arg(
        long,
        value_name = "DURATION",
        value_parser = duration::parse,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "5m"
    )]
    wait: Option<Duration>,
    #[command(flatten)]
    pub(super) server: Server,
}

impl Create {
    pub(in crate::cli) async fn run(self, output: Output) -> Result<TableReport, Error> {
        let keys: Vec<&KeyAttribute> = [&self.partition_key, &self.sort_key].into_iter().flatten().collect();
        let arguments = self.gsi.iter().chain(&self.lsi).cloned().collect();
        let indexes = definition::typed(arguments, &self.attribute, &keys)?;
        let client = self.server.connect().await?;
        let mut call = client.create_table();
        if let Some(key) = &self.partition_key {
            call = call.partition_key(key.clone());
        }
        if let Some(key) = &self.sort_key {
            call = call.sort_key(key.clone());
        }
        if let Billing::Provisioned(throughput) = self.billing {
            call = call.throughput(throughput);
        }
        if self.ttl {
            call = call.enable_ttl();
        }
        let created = indexes.into_iter().fold(call, Call::<pb::CreateTableRequest>::index).await;
        let mut table = created.map_err(Error::of_table)?;
        if let Some(patience) = self.wait {
            table = wait(&client, table, patience, output).await?;
        }
        if self.ttl && self.wait.is_some() && table.is_active() && table.time_to_live.enabled_on().is_none() {
            output.progress(&format!("enabling TTL on {}", table.attributes.ttl));
            table.time_to_live = client.enable_ttl().await.map_err(Error::of_table)?;
        }
        let verdict = self.verdict(&table);
        Ok(TableReport::new(table, verdict))
    }

    fn verdict(&self, table: &TableDescription) -> Verdict {
        if self.wait.is_some() && !table.is_active() {
            Verdict::Missed("the table is created, but not ACTIVE yet")
        } else if self.ttl && table.time_to_live.enabled_on().is_none() {
            Verdict::Missed("TTL is not enabled: when the table is ACTIVE, call dynakv table enable-ttl")
        } else {
            Verdict::Done
        }
    }
}

/// Polls the table until it is ACTIVE or the time is over.
async fn wait(
    client: &Client,
    mut table: TableDescription,
    patience: Duration,
    output: Output,
) -> Result<TableDescription, Error> {
    let begun = TokioRuntime.now();
    if !table.is_active() {
        output.progress("waiting until the table is ACTIVE");
    }
    while !table.is_active() && TokioRuntime.now().duration_since(begun) < patience {
        TokioRuntime.sleep(PAUSE).await;
        table = match client.describe_table().await {
            // For a moment, DynamoDB may not find a table that it has just created.
            Err(error) if error.reason() == Some(&Reason::TableNotFound) => continue,
            described => described?,
        };
    }
    Ok(table)
}
