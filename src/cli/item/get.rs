use clap::Args;
use dynakv_client::Item;
use serde::{Serialize, Serializer};

use super::key::Key;
use super::report::text;
use crate::cli::connection::{Connection, Table};
use crate::cli::error::Error;
use crate::cli::notation::PlainItem;
use crate::cli::output::{Report, Verdict};

/// Write an item to standard output as JSON.
///
/// Exits with 1 if there is none.
#[derive(Debug, Args)]
pub(in crate::cli) struct Get {
    #[command(flatten)]
    key: Key,
    /// Use strongly consistent reads, at twice the cost
    #[arg(long)]
    consistent: bool,
    /// Show only these attributes, such as 'address.city, #n'
    #[arg(long, value_name = "EXPRESSION", help_heading = "Expressions")]
    projection: Option<String>,
    /// Attribute for an alias in the projection, such as '#n=name'
    #[arg(long = "name", value_name = "#ALIAS=ATTRIBUTE", value_parser = crate::cli::expression::name, help_heading = "Expressions")]
    names: Vec<(String, String)>,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    pub(in crate::cli) connection: Connection,
}

impl Get {
    pub(super) async fn run(self) -> Result<Got, Error> {
        let key = self.key.key()?;
        let client = self.connection.to(&self.table).await?;
        let mut call = client.get_item(key);
        if self.consistent {
            call = call.consistent();
        }
        if let Some(projection) = self.projection {
            call = call.projection(projection);
        }
        let call = self.names.into_iter().fold(call, |call, (alias, attribute)| call.name(alias, attribute));
        Ok(Got { item: call.await? })
    }
}

/// The requested item, if there is one.
#[derive(Debug)]
pub(super) struct Got {
    pub(super) item: Option<Item>,
}

impl Serialize for Got {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Json<'a> {
            found: bool,
            #[serde(skip_serializing_if = "Option::is_none")]
            item: Option<PlainItem<'a>>,
        }
        Json { found: self.item.is_some(), item: self.item.as_ref().map(PlainItem) }.serialize(serializer)
    }
}

impl Report for Got {
    fn text(&self, terminal: bool) -> Vec<u8> {
        text(self.item.as_ref(), terminal)
    }

    fn verdict(&self) -> Verdict {
        if self.item.is_some() { Verdict::Done } else { Verdict::Missed("there is no such item") }
    }
}
