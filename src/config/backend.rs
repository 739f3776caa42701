use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::fault::Origin;
use super::region;
use super::section::Section;
use super::sections::Timeouts;
use super::setting::{BackendName, ClientKind, EndpointUrl, Setting as _};

/// Where entries are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Backend {
    /// The embedded engine, for development, tests and single-machine use.
    Embedded {
        /// `data_dir`: its folder. None with `memory`: the data is lost when the process exits.
        data_dir: Option<PathBuf>,
    },
    /// Amazon DynamoDB, or a server that speaks its protocol.
    DynamoDb {
        /// `region`: none for the one of the AWS configuration.
        region: Option<String>,
        /// `endpoint_url`: none for the region's default.
        endpoint_url: Option<EndpointUrl>,
        /// `dynamodb.client` (lean): what sends the calls about items.
        client: ClientKind,
        /// `[timeouts]`.
        timeouts: Timeouts,
    },
}

/// The keys that require an explicit `backend`, so that nobody runs on the embedded engine by mistake.
const REQUIRE_BACKEND: [&str; 4] = ["region", "endpoint_url", "tables", "config"];

impl Backend {
    pub(super) fn read(root: &mut Section, environment: &BTreeMap<String, String>) -> Self {
        let origin = root.origin("backend");
        let is_given = origin.is_some();
        let is_required = require_backend(root);
        let name = root.optional("backend");
        // There is a fault already. Do not report more faults that follow from the default backend.
        let is_undecided = is_required || (is_given && name.is_none());
        let name = name.unwrap_or(BackendName::Embedded);
        root.show("backend", name.show());
        let [data_dir_origin, memory_origin, region_origin, endpoint_origin] =
            ["data_dir", "memory", "region", "endpoint_url"].map(|key| root.origin(key));

        let client = root.section("dynamodb", |section| section.get("client", ClientKind::Lean));
        let timeouts = root.section("timeouts", Timeouts::read);
        let endpoint_url = root.optional::<EndpointUrl>("endpoint_url");
        let data_dir = root.optional::<PathBuf>("data_dir");
        let memory = root.get("memory", false);
        match name {
            BackendName::DynamoDb => {
                let region = region::read(root, environment);
                refuse(root, "data_dir", data_dir_origin, "needs backend embedded");
                refuse(root, "memory", memory_origin.filter(|_| memory), "needs backend embedded");
                Self::DynamoDb { region, endpoint_url, client, timeouts }
            }
            BackendName::Embedded => {
                if cfg!(not(feature = "embedded")) && !is_undecided {
                    root.fault("backend", origin, "must be dynamodb: this build has no embedded engine");
                }
                let _region: Option<String> = root.optional("region");
                if !is_undecided {
                    refuse(root, "region", region_origin, "needs backend dynamodb");
                    refuse(root, "endpoint_url", endpoint_origin, "needs backend dynamodb");
                }
                if memory && data_dir.is_some() {
                    refuse(root, "data_dir", data_dir_origin, "and memory exclude each other");
                }
                if memory {
                    return Self::Embedded { data_dir: None };
                }
                let data_dir = data_dir.unwrap_or_else(|| default_data_dir(environment));
                root.show("data_dir", data_dir.show());
                Self::Embedded { data_dir: Some(data_dir) }
            }
        }
    }
}

/// Reports a missing backend if a key requires it, and returns whether one does.
fn require_backend(root: &mut Section) -> bool {
    let given = REQUIRE_BACKEND.into_iter().find_map(|key| Some((key, root.origin(key)?)));
    match (root.origin("backend"), given) {
        (None, Some((key, origin))) => {
            let problem = format!("is missing: {key} is given (from {origin}), so say --backend dynamodb or embedded");
            root.fault("backend", None, problem);
            true
        }
        (None, None) | (Some(_), _) => false,
    }
}

fn refuse(root: &mut Section, key: &str, origin: Option<Origin>, problem: &str) {
    if origin.is_some() {
        root.fault(key, origin, problem);
    }
}

/// The user's data folder (XDG Base Directory Specification), or else a folder in the working directory.
fn default_data_dir(environment: &BTreeMap<String, String>) -> PathBuf {
    let absolute = |name: &str| environment.get(name).map(Path::new).filter(|path| path.is_absolute());
    match (absolute("XDG_DATA_HOME"), absolute("HOME")) {
        (Some(data), _) => data.join("dynakv"),
        (None, Some(home)) => home.join(".local/share/dynakv"),
        (None, None) => PathBuf::from("dynakv-data"),
    }
}
