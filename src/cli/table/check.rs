use clap::Args;
use dynakv_client::{Index, IndexProjection, KeyType, Reason, TableDescription, TimeToLive};
use serde::Serialize;

use super::Server;
use crate::cli::error::Error;
use crate::cli::output::{Report, Verdict};

/// Check whether a table fits the server's configuration.
///
/// Exits with 1 if there is a problem: the table does not exist or is not ACTIVE, it cannot store entries, or TTL is
/// not enabled on the configured attribute. Additional cost is only a note.
#[derive(Debug, Args)]
pub(in crate::cli) struct Check {
    /// The table is for items only, so any key is fine
    #[arg(long)]
    items: bool,
    #[command(flatten)]
    pub(super) server: Server,
}

impl Check {
    pub(in crate::cli) async fn run(self) -> Result<Findings, Error> {
        let client = self.server.connect().await?;
        match client.describe_table().await {
            Ok(table) => Ok(Findings::of(&table, self.items)),
            Err(error) if error.reason() == Some(&Reason::TableNotFound) => {
                let missing =
                    Finding::problem("exists", "the table does not exist; create it with dynakv table create");
                Ok(Findings { fits: false, findings: vec![missing] })
            }
            Err(error) => Err(error.into()),
        }
    }
}

#[derive(Debug, Serialize)]
pub(in crate::cli) struct Findings {
    fits: bool,
    findings: Vec<Finding>,
}

#[derive(Debug, Serialize)]
struct Finding {
    about: &'static str,
    level: Level,
    text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    Ok,
    Note,
    Problem,
}

impl Level {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Problem => "problem",
        }
    }
}

impl Finding {
    fn ok(about: &'static str, text: impl Into<String>) -> Self {
        Self { about, level: Level::Ok, text: text.into() }
    }

    fn note(about: &'static str, text: impl Into<String>) -> Self {
        Self { about, level: Level::Note, text: text.into() }
    }

    fn problem(about: &'static str, text: impl Into<String>) -> Self {
        Self { about, level: Level::Problem, text: text.into() }
    }
}

impl Findings {
    fn of(table: &TableDescription, items: bool) -> Self {
        let mut findings = vec![
            Finding::ok("exists", format!("the table exists as {}", table.physical_name)),
            status(table),
            key(table, items),
            ttl(table),
        ];
        findings.extend(table.indexes.iter().filter_map(|index| self::index(table, index)));
        Self { fits: findings.iter().all(|finding| finding.level != Level::Problem), findings }
    }
}

fn status(table: &TableDescription) -> Finding {
    let text = format!("it is {}", table.status);
    if table.is_active() { Finding::ok("status", text) } else { Finding::problem("status", text) }
}

fn key(table: &TableDescription, items: bool) -> Finding {
    if table.capabilities.key_value {
        return Finding::ok("key", format!("its key is {}, one string, as entries need it", table.attributes.key));
    }
    let configured = &table.attributes.key;
    let text = match (&table.partition_key, &table.sort_key) {
        (None, _) => "its key is not known".to_owned(),
        (Some(key), _) if key.name != *configured => {
            format!("its partition key is {}, but the server is configured for {configured}", key.name)
        }
        (Some(key), _) if key.key_type != KeyType::S => format!("its partition key {} is no string", key.name),
        (Some(_), Some(key)) => format!("it has the sort key {}", key.name),
        (Some(_), None) => "its key is not what entries need".to_owned(),
    };
    if items {
        Finding::ok("key", format!("{text}, as items may have it"))
    } else {
        Finding::problem("key", format!("{text}, so it can hold items but no entries"))
    }
}

fn ttl(table: &TableDescription) -> Finding {
    let configured = &table.attributes.ttl;
    match &table.time_to_live {
        TimeToLive::Enabled { attribute } | TimeToLive::Enabling { attribute } if attribute == configured => {
            Finding::ok("ttl", format!("DynamoDB deletes expired items by {attribute}"))
        }
        TimeToLive::Enabled { attribute } | TimeToLive::Enabling { attribute } => Finding::problem(
            "ttl",
            format!(
                "TTL is on {attribute}, but the server is configured for {configured}: nothing deletes expired items"
            ),
        ),
        TimeToLive::Disabled | TimeToLive::Disabling { .. } => Finding::problem(
            "ttl",
            "TTL is disabled: nothing deletes expired items; enable it with dynakv table enable-ttl",
        ),
        TimeToLive::Unknown => Finding::note("ttl", "DynamoDB does not say whether it deletes expired items"),
    }
}

/// Reports an index without the attributes of the expiry time.
fn index(table: &TableDescription, index: &Index) -> Option<Finding> {
    let is_key = |name: &str| {
        let keys = [&index.partition_key, &index.sort_key, &table.partition_key, &table.sort_key];
        keys.into_iter().flatten().any(|key| key.name == name)
    };
    let holds = |name: &String| match &index.projection {
        IndexProjection::All => true,
        IndexProjection::KeysOnly => is_key(name),
        IndexProjection::Include(names) => names.contains(name) || is_key(name),
    };
    let roles = &table.attributes;
    let missing: Vec<&str> =
        [&roles.ttl, &roles.ttl_ms].into_iter().filter(|name| !holds(name)).map(String::as_str).collect();
    let costs = format!(
        "the index {} does not hold {}: to see what has expired, a query of it reads the table as well, at extra cost",
        index.name,
        missing.join(" and ")
    );
    (!missing.is_empty()).then(|| Finding::note("index", costs))
}

impl Report for Findings {
    fn text(&self, _terminal: bool) -> Vec<u8> {
        let line = |finding: &Finding| format!("{:9}{}\n", finding.level.word(), finding.text);
        self.findings.iter().map(line).collect::<String>().into_bytes()
    }

    fn verdict(&self) -> Verdict {
        if self.fits { Verdict::Done } else { Verdict::Missed("the table does not fit") }
    }
}
