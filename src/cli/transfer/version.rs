use dynakv_client::{Client, Reason};

use crate::cli::error::Error;

/// The attribute that holds the version where nothing else is configured.
const DEFAULT: &str = "dkv_ver";

/// The name of the attribute that holds the version, which the server writes and no request may. It is not exported, and not
/// imported: another table may have another name for it.
///
/// A server that may not say is taken to use the default.
pub(super) async fn attribute(client: &Client) -> Result<String, Error> {
    match client.describe_table().await {
        Ok(table) => Ok(table.attributes.version),
        Err(error) if error.reason().is_some_and(may_not_say) => Ok(DEFAULT.to_owned()),
        Err(error) => Err(error.into()),
    }
}

fn may_not_say(reason: &Reason) -> bool {
    let reasons =
        [Reason::Unimplemented, Reason::PermissionDenied, Reason::BackendAccessDenied, Reason::OperationDisabled];
    reasons.contains(reason)
}
