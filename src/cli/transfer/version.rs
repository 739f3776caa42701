use dynakv_client::{Client, Reason};

use crate::cli::error::Error;

/// The default name of the version attribute.
const DEFAULT: &str = "dkv_ver";

/// The name of the version attribute, which only the server writes. It is not exported or imported: another table may
/// have another name for it.
///
/// If the server is not allowed to describe the table, assume the default.
pub(super) async fn attribute(client: &Client) -> Result<String, Error> {
    match client.describe_table().await {
        Ok(table) => Ok(table.attributes.version),
        Err(error) if error.reason().is_some_and(is_denied) => Ok(DEFAULT.to_owned()),
        Err(error) => Err(error.into()),
    }
}

fn is_denied(reason: &Reason) -> bool {
    let reasons =
        [Reason::Unimplemented, Reason::PermissionDenied, Reason::BackendAccessDenied, Reason::OperationDisabled];
    reasons.contains(reason)
}
