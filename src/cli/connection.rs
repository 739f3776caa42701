use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use dynakv_client::{Builder, Client, DEFAULT_ADDRESS, Tls, Uuid};

use super::duration;
use super::error::Error;
use super::input::without_mark;
use super::output::Output;

/// Options of every command that connects to a server.
#[derive(Debug, Args)]
#[command(next_help_heading = "Connection")]
pub(super) struct Connection {
    #[arg(long, help = "The server: host:port, http://host:port, https://host:port or unix:/path", env = "DYNAKV_ADDRESS", hide_env_values = true, default_value = DEFAULT_ADDRESS)]
    address: String,
    /// Time limit of the command, such as 500ms or 30s
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, default_value = "10s")]
    pub(super) timeout: Duration,
    /// Bearer token. Other users of the machine can see it, so prefer --token-file
    #[arg(long, env = "DYNAKV_TOKEN", hide_env_values = true)]
    token: Option<Token>,
    /// File with the bearer token; overrides --token
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Use TLS, as with an https address
    #[arg(long, env = "DYNAKV_TLS", value_parser = clap::builder::FalseyValueParser::new())]
    tls: bool,
    /// Trust only the certificates in this PEM file. Implies --tls
    #[arg(long, value_name = "FILE", env = "DYNAKV_CA_FILE")]
    ca_file: Option<PathBuf>,
    /// PEM file with the client's certificate chain. Implies --tls
    #[arg(long, value_name = "FILE", env = "DYNAKV_CLIENT_CERT_FILE", requires = "client_key_file")]
    client_cert_file: Option<PathBuf>,
    /// Private key of --client-cert-file
    #[arg(long, value_name = "FILE", env = "DYNAKV_CLIENT_KEY_FILE", requires = "client_cert_file")]
    client_key_file: Option<PathBuf>,
    /// Expected name in the server's certificate, if it is not the host. Implies --tls
    #[arg(long, value_name = "NAME", env = "DYNAKV_TLS_SERVER_NAME")]
    tls_server_name: Option<String>,
    /// Write results and errors as JSON, one object per line
    #[arg(long, help_heading = "Output")]
    json: bool,
}

/// The table of a command.
#[derive(Debug, Args)]
pub(super) struct Table {
    /// Table to use, from the server's configuration [default: the server's default table]
    #[arg(long, env = "DYNAKV_TABLE", default_value = "", hide_default_value = true, help_heading = "Connection")]
    table: String,
}

/// The id of a write.
#[derive(Debug, Args)]
pub(super) struct RequestId {
    /// Request id of an earlier attempt with an unknown outcome, to find out or to complete it
    #[arg(long, value_name = "UUID")]
    pub(super) request_id: Option<Uuid>,
}

impl Table {
    /// Its name; empty for the server's default table.
    pub(super) fn name(&self) -> &str {
        &self.table
    }
}

impl RequestId {
    /// The id, or a new one.
    pub(super) fn id(&self) -> Uuid {
        self.request_id.unwrap_or_else(Uuid::new_v4)
    }
}

/// A secret that Debug does not show.
#[derive(Clone)]
struct Token(String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(..)")
    }
}

impl From<String> for Token {
    fn from(token: String) -> Self {
        Self(token)
    }
}

impl Connection {
    pub(super) fn output(&self) -> Output {
        Output { json: self.json }
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// A client for this table.
    pub(super) async fn to(&self, Table { table }: &Table) -> Result<Client, Error> {
        self.to_table(table).await
    }

    /// A client for the table with this name.
    pub(super) async fn to_table(&self, table: &str) -> Result<Client, Error> {
        Ok(self.builder()?.table(table).connect().await?)
    }

    /// A client for commands without a table.
    pub(super) async fn connect(&self) -> Result<Client, Error> {
        Ok(self.builder()?.connect().await?)
    }

    fn builder(&self) -> Result<Builder, Error> {
        let mut builder = Client::builder().timeout(self.timeout);
        if !self.address.is_empty() {
            builder = builder.address(&self.address);
        }
        if let Some(token) = self.token()? {
            builder = builder.token(token);
        }
        if let Some(tls) = self.tls() {
            builder = builder.tls(tls);
        }
        Ok(builder)
    }

    fn token(&self) -> Result<Option<String>, Error> {
        let token = match (&self.token_file, &self.token) {
            (Some(path), _) => {
                let read = fs::read_to_string(path);
                let text = read.map_err(|source| Error::Input { path: path.clone(), source })?;
                without_mark(&text).trim().to_owned()
            }
            (None, Some(Token(token))) => token.clone(),
            (None, None) => return Ok(None),
        };
        Ok(Some(token).filter(|token| !token.is_empty()))
    }

    fn tls(&self) -> Option<Tls> {
        let mut tls = self.tls.then(Tls::new);
        if let Some(path) = &self.ca_file {
            tls = Some(tls.unwrap_or_default().ca_file(path));
        }
        if let (Some(certificate), Some(key)) = (&self.client_cert_file, &self.client_key_file) {
            tls = Some(tls.unwrap_or_default().identity_files(certificate, key));
        }
        if let Some(name) = &self.tls_server_name {
            tls = Some(tls.unwrap_or_default().server_name(name));
        }
        tls
    }
}
