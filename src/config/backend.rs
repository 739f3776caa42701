use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::fault::Origin;
use super::section::Section;
use super::sections::Timeouts;
use super::setting::{BackendName, EndpointUrl, Setting as _};

/// Where entries are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Backend {
    /// The embedded engine, for development, tests and single-machine use.
    Embedded {
        /// `data_dir`: its folder. None with `memory`: nothing survives the process.
        data_dir: Option<PathBuf>,
    },
    /// Amazon DynamoDB, or a server that speaks its protocol.
    DynamoDb {
        /// `region`: none for that of the AWS configuration.
        region: Option<String>,
        /// `endpoint_url`: none for that of the region.
        endpoint_url: Option<EndpointUrl>,
        /// `[timeouts]`.
        timeouts: Timeouts,
    },
}

/// The keys that demand a `backend`, wherever they are given, so that nobody runs on an embedded store by mistake.
const DEMANDING: [&str; 4] = ["region", "endpoint_url", "tables", "config"];

impl Backend {
    pub(super) fn read(root: &mut Section, environment: &BTreeMap<String, String>) -> Self {
        let is_given = root.origin("backend").is_some();
        let is_demanded = demand_backend(root);
        let name = root.optional("backend");
        // Then there is a fault already, and what would follow from the default is none.
        let is_undecided = is_demanded || (is_given && name.is_none());
        let name = name.unwrap_or(BackendName::Embedded);
        root.show("backend", name.show());
        let [data_dir_origin, memory_origin, region_origin, endpoint_origin] =
            ["data_dir", "memory", "region", "endpoint_url"].map(|key| root.origin(key));

        let timeouts = root.section("timeouts", Timeouts::read);
        let region = root.optional("region");
        let endpoint_url = root.optional::<EndpointUrl>("endpoint_url");
        let data_dir = root.optional::<PathBuf>("data_dir");
        let memory = root.get("memory", false);
        match name {
            BackendName::DynamoDb => {
                refuse(root, "data_dir", data_dir_origin, "needs backend embedded");
                refuse(root, "memory", memory_origin.filter(|_| memory), "needs backend embedded");
                Self::DynamoDb { region, endpoint_url, timeouts }
            }
            BackendName::Embedded => {
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

/// Reports a missing backend where one is demanded, and says whether it is.
fn demand_backend(root: &mut Section) -> bool {
    let given = DEMANDING.into_iter().find_map(|key| Some((key, root.origin(key)?)));
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

/// Where a user's programs keep their data (XDG Base Directory Specification), else beside where we were started.
fn default_data_dir(environment: &BTreeMap<String, String>) -> PathBuf {
    let absolute = |name: &str| environment.get(name).map(Path::new).filter(|path| path.is_absolute());
    match (absolute("XDG_DATA_HOME"), absolute("HOME")) {
        (Some(data), _) => data.join("dynakv"),
        (None, Some(home)) => home.join(".local/share/dynakv"),
        (None, None) => PathBuf::from("dynakv-data"),
    }
}
