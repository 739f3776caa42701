//! Adapts the engine's CreateTable.

use dynoxide::actions::create_table::{CreateTableRequest, CreateTableResponse};
use dynoxide::actions::delete_table::DeleteTableRequest;
use dynoxide::actions::describe_table::DescribeTableRequest;
use dynoxide::{DynoxideError, NativeDatabase, Result};

use super::fault::Fault;

/// The engine creates a table in several transactions. If the last ones fail, this removes the incomplete table, which
/// would otherwise count as existing.
pub(super) fn create_table(database: &NativeDatabase, request: CreateTableRequest) -> Result<CreateTableResponse> {
    let table_name = request.table_name.clone();
    let failure = match database.create_table(request) {
        Err(error) if matches!(Fault::of(&error), Some(Fault::Full | Fault::NotBegun)) => error,
        answer => return answer,
    };
    let made = database.describe_table(DescribeTableRequest { table_name: table_name.clone() });
    if matches!(made, Err(DynoxideError::ResourceNotFoundException(_))) {
        return Err(failure);
    }
    match database.delete_table(DeleteTableRequest { table_name }) {
        Ok(_) => Err(failure),
        Err(error) => Err(DynoxideError::InternalServerError(format!("a table was left half made: {error}"))),
    }
}
