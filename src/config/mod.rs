//! The configuration: flags over environment variables over a TOML file over defaults.
//!
//! A key has the same name everywhere: `limits.default_deadline` is `default_deadline` under `[limits]` in the file and
//! `DYNAKV__LIMITS__DEFAULT_DEADLINE` in the environment. Durations have a unit (`60ms`, `5s`, `1h`). A list in the
//! environment is TOML (`DYNAKV__TABLES='[{name = "a", physical_name = "prod-a"}]'`) or, for tables, names separated by
//! commas. All faults are reported at once, with the key and its origin; an unknown key is a fault. No fault quotes a
//! file or a list, because a secret may be in the wrong place.

mod auth;
mod backend;
mod exposure;
mod fault;
mod flags;
mod log;
mod open_files;
mod page_tokens;
mod region;
mod secret_file;
mod section;
mod sections;
mod setting;
mod source;
mod tables;
#[cfg(test)]
#[cfg(all(feature = "cli", feature = "embedded"))]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use auth::{Auth, Token};
pub use backend::Backend;
pub use fault::{Error, Fault, Origin};
pub use flags::Flags;
pub use log::Log;
pub(crate) use log::{LIBRARIES_LEVEL, is_own};
pub use open_files::raise_limit as raise_open_files_limit;
pub use page_tokens::PageTokens;
pub(crate) use region::is_host_label;
pub use sections::{Coalescing, Connections, Health, Limits, Shutdown, Timeouts, Tls};
pub use setting::{Bytes, ClientKind, EndpointUrl, Listen, LogFormat, NoHttpUrl};

use crate::model::TableSpec;
use section::{Findings, Section};
use source::Tree;

/// All settings of the server. Each field documents its key and default.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// `listen` (`127.0.0.1:50051`): an IP address and a port, or `unix:/path`.
    pub listen: Listen,
    /// `insecure` (false): serve addresses other than loopback without TLS or without authentication.
    pub insecure: bool,
    /// `backend`, `data_dir`, `memory`, `region`, `endpoint_url`, `[dynamodb]`, `[timeouts]`.
    pub backend: Backend,
    /// `tables` (one named `dynakv`): the tables that requests may name; and `default_table` (the first of them), the
    /// table of requests that name none. Here the default table comes first.
    pub tables: Vec<TableSpec>,
    /// `allow_delete_table` (false): whether DeleteTable is allowed. It deletes tables with all their data.
    pub allow_delete_table: bool,
    /// `[tls]`.
    pub tls: Option<Tls>,
    /// `[auth]`.
    pub auth: Auth,
    /// `[page_tokens]`.
    pub page_tokens: PageTokens,
    /// `[limits]`.
    pub limits: Limits,
    /// `[coalescing]`.
    pub coalescing: Coalescing,
    /// `[connections]`.
    pub connections: Connections,
    /// `[health]`.
    pub health: Health,
    /// `[shutdown]`.
    pub shutdown: Shutdown,
    /// `[log]`.
    pub log: Log,
    /// Probable mistakes and exposed secrets. The server starts nevertheless.
    pub warnings: Vec<Fault>,
    effective: toml::Table,
}

impl Config {
    /// Reads the configuration from the arguments and the files that they name.
    pub fn load(flags: &Flags, environment: &BTreeMap<String, String>) -> Result<Self, Error> {
        let mut given = Tree::environment(environment);
        given.overlay(flags.tree());
        let (mut merged, unreadable) = match given.text("config").map(|path| Tree::file(Path::new(path))) {
            Some(Ok(file)) => (file, None),
            Some(Err(fault)) => (Tree::default(), Some(fault)),
            None => (Tree::default(), None),
        };
        merged.overlay(given);
        let mut root = Section::root(merged);
        let mut config = Self::read(&mut root, environment);
        let Findings { effective, faults, warnings } = root.finish();
        config.effective = effective;
        config.warnings = warnings;
        let faults: Vec<Fault> = unreadable.into_iter().chain(faults).collect();
        if faults.is_empty() { Ok(config) } else { Err(Error { faults }) }
    }

    fn read(root: &mut Section, environment: &BTreeMap<String, String>) -> Self {
        let listen_origin = root.origin("listen");
        let backend = Backend::read(root, environment);
        if let (Some(origin @ Origin::File(_)), _) = (root.origin("config"), root.optional::<PathBuf>("config")) {
            root.fault("config", Some(origin), "cannot be set in the file itself");
        }
        let tables = tables::read(root);
        let config = Self {
            listen: root.get("listen", Listen::Tcp(([127, 0, 0, 1], 50051).into())),
            insecure: root.get("insecure", false),
            backend,
            tables,
            allow_delete_table: root.get("allow_delete_table", false),
            tls: root.section("tls", Tls::read),
            auth: root.section("auth", Auth::read),
            page_tokens: root.section("page_tokens", PageTokens::read),
            limits: root.section("limits", Limits::read),
            coalescing: root.section("coalescing", Coalescing::read),
            connections: root.section("connections", Connections::read),
            health: root.section("health", Health::read),
            shutdown: root.section("shutdown", Shutdown::read),
            log: root.section("log", Log::read),
            warnings: Vec::new(),
            effective: toml::Table::new(),
        };
        if !config.listen.is_local() && !config.insecure && !config.is_guarded() {
            let problem = "can be reached from other machines, so it needs TLS (tls.cert, tls.key) and authentication \
                           (auth.tokens or tls.client_ca), or an explicit --insecure";
            root.fault("listen", listen_origin, problem);
        }
        config
    }

    fn is_guarded(&self) -> bool {
        let authenticates = |tls: &Tls| tls.client_ca.is_some() || !self.auth.tokens.is_empty();
        self.tls.as_ref().is_some_and(authenticates)
    }

    /// The effective configuration as TOML, with defaults and without secrets.
    #[must_use]
    pub fn to_toml(&self) -> String {
        self.effective.to_string()
    }
}

/// The environment variables of this process, except for those that are not UTF-8.
#[must_use]
pub fn environment() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}
