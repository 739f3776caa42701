use std::time::Duration;

use dynakv_client::{Client, Failure, Reason, pb};
use pb::table_service_client::TableServiceClient;
use tonic::Request;

use crate::cli::connection::Table;
use crate::cli::error::Error;

/// The attribute that holds the version where nothing else is configured.
const DEFAULT: &str = "ver";

/// The name of the attribute that holds the version, which the server writes and no request may. It is not exported, and not
/// imported: another table may have another name for it.
///
/// A server that does not say is taken to use the default.
pub(super) async fn attribute(client: &Client, table: &Table, timeout: Duration) -> Result<String, Error> {
    let mut request = Request::new(pb::DescribeTableRequest { table: table.name().to_owned() });
    request.set_timeout(timeout);
    let described = match TableServiceClient::new(client.transport()).describe_table(request).await {
        Ok(response) => response.into_inner().table.and_then(|table| table.attributes),
        Err(status) if may_not_say(&Failure::from(status.clone())) => None,
        Err(status) => return Err(status.into()),
    };
    let name = described.map(|attributes| attributes.version).filter(|name| !name.is_empty());
    Ok(name.unwrap_or_else(|| DEFAULT.to_owned()))
}

fn may_not_say(failure: &Failure) -> bool {
    let reasons =
        [Reason::Unimplemented, Reason::PermissionDenied, Reason::BackendAccessDenied, Reason::OperationDisabled];
    failure.reason().is_some_and(|reason| reasons.contains(reason))
}
