//! Checks the tables before the first call and reports each problem in one sentence with the command that fixes it.
//! Also chooses the secret for page tokens.

use std::time::Duration;

use super::backend::is_loopback;
use crate::config::{EndpointUrl, PageTokens as Configured};
use crate::driver::{self, Deadline, Driver, TableState, TtlState};
use crate::embedded::{self, Engine};
use crate::model::{KeyAttribute, Secret, TableSpec};
use crate::wire::page_token::PageTokens;

/// Timeout of the checks of one table, so that an unreachable backend does not delay the start for longer.
const CHECK_TIMEOUT: Duration = Duration::from_secs(10);

/// What keeps the server from starting.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Tables that do not exist in DynamoDB.
    #[error("{}", .0.join("\n"))]
    Missing(Vec<String>),
    /// A table could not be created in the embedded engine.
    #[error("the table {table:?} could not be made")]
    Create {
        /// Its name in the configuration.
        table: String,
        /// Why.
        #[source]
        source: driver::Error,
    },
    /// The secret in the data folder cannot be read or created.
    #[error(transparent)]
    Secret(#[from] embedded::Error),
    /// The operating system has no random bytes for a secret.
    #[error("the operating system gives no randomness")]
    NoRandomness(#[from] getrandom::Error),
}

/// Prints AWS CLI commands for the configured backend.
#[derive(Debug, Clone)]
pub struct AwsCli {
    options: String,
    is_local: bool,
}

impl AwsCli {
    /// For the configured region and endpoint.
    #[must_use]
    pub fn new(region: Option<&str>, endpoint_url: Option<&EndpointUrl>) -> Self {
        let region = region.map(|region| format!(" --region {}", quoted(region)));
        // Without user and password: the command is logged.
        let endpoint = endpoint_url.map(|url| format!(" --endpoint-url {}", quoted(&url.to_string())));
        let options = [region, endpoint].into_iter().flatten().collect();
        Self { options, is_local: endpoint_url.is_some_and(|url| is_loopback(url.expose())) }
    }

    fn create_table(&self, table: &TableSpec) -> String {
        let name = quoted(&table.physical_name);
        let definition = quoted(&format!("AttributeName={},AttributeType=S", table.attributes.key));
        let schema = quoted(&format!("AttributeName={},KeyType=HASH", table.attributes.key));
        format!(
            "aws dynamodb create-table --table-name {name} --attribute-definitions {definition} --key-schema {schema} \
             --billing-mode PAY_PER_REQUEST{}",
            self.options
        )
    }

    fn enable_ttl(&self, table: &TableSpec) -> String {
        let name = quoted(&table.physical_name);
        let ttl = quoted(&format!("Enabled=true,AttributeName={}", table.attributes.ttl));
        format!(
            "aws dynamodb update-time-to-live --table-name {name} --time-to-live-specification {ttl}{}",
            self.options
        )
    }
}

/// Checks every table in DynamoDB.
///
/// A missing table is an error. Everything else is a warning: it may work later, and health reports whether it does.
pub async fn check(driver: &Driver, aws: &AwsCli) -> Result<(), Error> {
    let mut missing = Vec::new();
    for table in driver.tables() {
        match driver.describe_table(&table.name, Deadline::after(CHECK_TIMEOUT)).await {
            Ok(state) => warnings(table, &state, aws).iter().for_each(|warning| tracing::warn!("{warning}")),
            Err(driver::Error::TableNotFound(..)) => missing.push(format!(
                "DynamoDB has no table {:?}; create it with: {}",
                table.physical_name,
                aws.create_table(table)
            )),
            Err(error) => tracing::warn!("{}", unknown(table, &error, aws)),
        }
    }
    if missing.is_empty() { Ok(()) } else { Err(Error::Missing(missing)) }
}

/// Creates the tables that the embedded engine does not have yet.
pub async fn create_tables(driver: &Driver) -> Result<(), Error> {
    for table in driver.tables() {
        let created = driver.ensure_table(&table.name, Deadline::after(CHECK_TIMEOUT)).await;
        created.map_err(|source| Error::Create { table: table.name.clone(), source })?;
    }
    Ok(())
}

/// Page tokens with the configured secrets. Without any: with the secret in the embedded engine's data folder, or else
/// with a random secret of this process.
pub fn page_tokens(configured: &Configured, engine: Option<&Engine>) -> Result<PageTokens, Error> {
    if let Some((newest, older)) = configured.secrets.split_first() {
        return Ok(PageTokens::new(newest, older));
    }
    if let Some(secret) = engine.map(Engine::secret).transpose()?.flatten() {
        return Ok(PageTokens::new(&secret, &[]));
    }
    tracing::info!(
        "page tokens live as long as this process; configure page_tokens.secrets for tokens that outlive it and that other \
         instances take"
    );
    Ok(PageTokens::new(&Secret::random()?, &[]))
}

/// Problems of an existing table.
fn warnings(table: &TableSpec, state: &TableState, aws: &AwsCli) -> Vec<String> {
    let name = &table.physical_name;
    let mut warnings = Vec::new();
    if !state.is_active() {
        warnings.push(format!("the table {name:?} is {}; calls fail until it is ACTIVE", state.status));
    }
    if let (Some(partition), false) = (&state.partition_key, state.fits_key_values()) {
        let shown = |key: &KeyAttribute| format!("{:?} ({})", key.name, key.attribute_type.as_str());
        let sort = state.sort_key.as_ref().map(|key| format!(" and the sort key {}", shown(key)));
        warnings.push(format!(
            "the table {name:?} has the partition key {}{}, but key-value calls need {:?} (S) alone; they will answer \
             TABLE_SHAPE",
            shown(partition),
            sort.unwrap_or_default(),
            table.attributes.key
        ));
    }
    match &state.ttl {
        TtlState::Enabled(enabled) | TtlState::Enabling(enabled) if *enabled == table.attributes.ttl => {}
        TtlState::Enabled(other) | TtlState::Enabling(other) => warnings.push(format!(
            "the table {name:?} has TTL on the attribute {other:?} instead of {:?}, so DynamoDB will not delete expired \
             entries; configure that attribute for the table, or disable TTL there and run: {}",
            table.attributes.ttl,
            aws.enable_ttl(table)
        )),
        TtlState::Disabled | TtlState::Disabling(_) => warnings.push(format!(
            "the table {name:?} has no TTL, so DynamoDB will not delete expired entries; enable it with: {}",
            aws.enable_ttl(table)
        )),
        TtlState::Unknown => {
            warnings.push(format!("it is not known whether the table {name:?} has TTL on {:?}", table.attributes.ttl));
        }
    }
    warnings
}

/// The warning for a table that could not be checked.
fn unknown(table: &TableSpec, error: &driver::Error, aws: &AwsCli) -> String {
    let name = &table.physical_name;
    match error {
        driver::Error::BackendAccessDenied(_) => {
            format!("the table {name:?} could not be checked: the AWS role lacks dynamodb:DescribeTable on it")
        }
        driver::Error::BackendCredentials(_) if aws.is_local => format!(
            "the table {name:?} could not be checked: there are no AWS credentials; a local endpoint takes any, so set \
             AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=x"
        ),
        _ => format!(
            "the table {name:?} could not be checked: {error}; the service is NOT_SERVING until DynamoDB answers"
        ),
    }
}

/// Quotes text as one word of a shell.
fn quoted(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.,:/=@%+".contains(&byte);
    if text.bytes().all(is_plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ScalarType;

    fn key(name: &str, attribute_type: ScalarType) -> KeyAttribute {
        KeyAttribute { name: name.to_owned(), attribute_type }
    }

    fn state() -> TableState {
        TableState {
            spec: TableSpec::named("users"),
            is_default: true,
            status: "ACTIVE".into(),
            partition_key: Some(key("pk", ScalarType::S)),
            sort_key: None,
            indexes: Vec::new(),
            throughput: None,
            ttl: TtlState::Enabled("ttl".into()),
            item_count: 0,
            size_bytes: 0,
            is_protected: false,
        }
    }

    fn warned(state: &TableState) -> String {
        warnings(&TableSpec::named("users"), state, &AwsCli::new(Some("eu-central-1"), None)).join("\n")
    }

    #[test]
    fn a_table_that_fits_needs_no_words() {
        assert_eq!(warned(&state()), "");
    }

    #[test]
    fn a_missing_ttl_is_named_with_the_command_that_enables_it() {
        let warned = warned(&TableState { ttl: TtlState::Disabled, ..state() });
        let command = "aws dynamodb update-time-to-live --table-name users --time-to-live-specification \
                       Enabled=true,AttributeName=ttl --region eu-central-1";
        assert!(warned.ends_with(command), "{warned}");
    }

    #[test]
    fn another_key_schema_is_named() {
        for (partition, sort_key) in [
            (key("id", ScalarType::S), None),
            (key("pk", ScalarType::N), None),
            (key("pk", ScalarType::S), Some(key("sk", ScalarType::S))),
        ] {
            let other = TableState { partition_key: Some(partition), sort_key, ..state() };
            assert!(warned(&other).contains("TABLE_SHAPE"));
        }
    }

    #[test]
    fn commands_survive_a_shell() {
        let mut table = TableSpec::named("users");
        table.attributes.key = "it's a key".into();
        let url = "http://127.0.0.1:8000".parse().unwrap();
        let command = AwsCli::new(None, Some(&url)).create_table(&table);
        assert_eq!(
            command,
            "aws dynamodb create-table --table-name users --attribute-definitions \
             'AttributeName=it'\\''s a key,AttributeType=S' --key-schema 'AttributeName=it'\\''s a key,KeyType=HASH' \
             --billing-mode PAY_PER_REQUEST --endpoint-url http://127.0.0.1:8000"
        );
    }

    #[test]
    fn commands_name_an_endpoint_without_its_password() {
        let url = "http://admin:s3cret@127.0.0.1:8000/".parse().unwrap();
        let command = AwsCli::new(None, Some(&url)).create_table(&TableSpec::named("users"));
        assert!(command.ends_with(" --endpoint-url 'http://(redacted)@127.0.0.1:8000/'"), "{command}");
    }
}
