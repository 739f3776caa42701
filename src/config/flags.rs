use std::path::PathBuf;

#[cfg(feature = "cli")]
use clap::builder::{NonEmptyStringValueParser, TypedValueParser};

use super::fault::Origin;
use super::source::Tree;

/// The settings with a command line flag. All others are set in the file or in the environment.
#[derive(Debug, Clone, Default)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Flags {
    /// Address to listen on: IP:PORT (port 0 takes a free one) or unix:/PATH [default: 127.0.0.1:50051]
    #[cfg_attr(feature = "cli", arg(long, value_name = "ADDRESS"))]
    pub listen: Option<String>,

    /// Serve addresses other than loopback without TLS or without authentication
    #[cfg_attr(feature = "cli", arg(long))]
    pub insecure: bool,

    /// Where entries are stored: embedded or dynamodb [default: embedded, if nothing below is given]
    #[cfg_attr(feature = "cli", arg(long, value_name = "BACKEND"))]
    pub backend: Option<String>,

    /// Folder of the embedded engine
    #[cfg_attr(feature = "cli", arg(long, value_name = "FOLDER", value_parser = utf8_path()))]
    pub data_dir: Option<PathBuf>,

    /// Run the embedded engine in memory: its data is lost when the process exits
    #[cfg_attr(feature = "cli", arg(long))]
    pub memory: bool,

    /// DynamoDB endpoint, such as `http://127.0.0.1:8000` for DynamoDB Local
    #[cfg_attr(feature = "cli", arg(long, value_name = "URL"))]
    pub endpoint_url: Option<String>,

    /// AWS region [default: that of the AWS configuration]
    #[cfg_attr(feature = "cli", arg(long, value_name = "REGION"))]
    pub region: Option<String>,

    /// Table to serve; may be repeated, the first one is the default table [default: dynakv]
    #[cfg_attr(feature = "cli", arg(long = "table", value_name = "TABLE"))]
    pub tables: Vec<String>,

    /// TOML file with settings; flags and environment variables (DYNAKV__KEY, DYNAKV__SECTION__KEY) win over it
    #[cfg_attr(feature = "cli", arg(long, value_name = "FILE", value_parser = utf8_path()))]
    pub config: Option<PathBuf>,
}

/// A path in UTF-8, which a TOML file and the environment require too.
#[cfg(feature = "cli")]
fn utf8_path() -> impl TypedValueParser<Value = PathBuf> {
    NonEmptyStringValueParser::new().map(PathBuf::from)
}

impl Flags {
    /// The given flags, with the keys of the configuration file.
    pub(super) fn tree(&self) -> Tree {
        let mut tree = Tree::default();
        let mut text = |key, flag, value: Option<String>| {
            if let Some(value) = value {
                tree.insert(&[key], value.into(), &Origin::Flag(flag));
            }
        };
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.to_string_lossy().into_owned());
        text("listen", "--listen", self.listen.clone());
        text("backend", "--backend", self.backend.clone());
        text("data_dir", "--data-dir", path(&self.data_dir));
        text("endpoint_url", "--endpoint-url", self.endpoint_url.clone());
        text("region", "--region", self.region.clone());
        text("config", "--config", path(&self.config));
        if self.insecure {
            tree.insert(&["insecure"], true.into(), &Origin::Flag("--insecure"));
        }
        if self.memory {
            tree.insert(&["memory"], true.into(), &Origin::Flag("--memory"));
        }
        if !self.tables.is_empty() {
            tree.insert(&["tables"], self.tables.clone().into(), &Origin::Flag("--table"));
        }
        tree
    }
}
