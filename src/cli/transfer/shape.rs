use dynakv_client::{Client, Reason};

use crate::cli::error::Error;

/// The default name of the version attribute.
const DEFAULT: &str = "dkv_ver";

/// What an import or export has to know of its table.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    /// The name of the version attribute, which only the server writes. It is not exported or imported: another table may
    /// have another name for it.
    pub(super) version: String,
    /// The names of the attributes of the primary key, if they are known.
    pub(super) key: Option<Vec<String>>,
}

/// Asks the server. If it is not allowed to describe the table, assumes the default.
pub(super) async fn shape(client: &Client) -> Result<Shape, Error> {
    match client.describe_table().await {
        Ok(table) => {
            let key = table.partition_key.into_iter().chain(table.sort_key).map(|attribute| attribute.name);
            let key = Some(key.collect()).filter(|key: &Vec<_>| !key.is_empty());
            Ok(Shape { version: table.attributes.version, key })
        }
        Err(error) if error.reason().is_some_and(is_denied) => Ok(Shape { version: DEFAULT.to_owned(), key: None }),
        Err(error) => Err(error.into()),
    }
}

fn is_denied(reason: &Reason) -> bool {
    let reasons =
        [Reason::Unimplemented, Reason::PermissionDenied, Reason::BackendAccessDenied, Reason::OperationDisabled];
    reasons.contains(reason)
}
