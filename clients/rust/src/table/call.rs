use tonic::Status;

use super::{Index, KeyAttribute, ListTables, TableDescription, Throughput, TimeToLive};
use crate::call::Operation;
use crate::entry::unreadable;
use crate::point::{on_table, rpc};
use crate::{Call, Client, pb};

on_table!(CreateTableRequest, DescribeTableRequest, EnableTtlRequest);

impl Client {
    /// Makes a table, and returns without waiting until it is ACTIVE; [`describe_table`](Self::describe_table) tells.
    /// By default it has one key, a string, as entries need it, on-demand billing and no indexes.
    ///
    /// Never sent again by itself: a second attempt would say that the table exists.
    pub fn create_table(&self) -> Call<pb::CreateTableRequest> {
        self.call(pb::CreateTableRequest { table: self.table(), ..pb::CreateTableRequest::default() })
    }

    /// Says what a table is like.
    pub fn describe_table(&self) -> Call<pb::DescribeTableRequest> {
        self.call(pb::DescribeTableRequest { table: self.table() })
    }

    /// Lists all tables that the server serves, the default one first.
    pub fn list_tables(&self) -> Call<ListTables> {
        self.call(ListTables)
    }

    /// Lets DynamoDB delete expired items of a table by itself, and returns at once; DynamoDB may take an hour. A table
    /// that has TTL stays as it is, even if it has it on another attribute than the server would choose; the result says
    /// on which.
    pub fn enable_ttl(&self) -> Call<pb::EnableTtlRequest> {
        self.call(pb::EnableTtlRequest { table: self.table() })
    }

    /// Deletes a table and all that it holds, if the server's configuration allows it. Always named, so that none is
    /// deleted by mistake.
    ///
    /// Never sent again by itself: a second attempt would say that there is no such table.
    pub fn delete_table(&self, table: impl Into<String>) -> Call<pb::DeleteTableRequest> {
        self.call(pb::DeleteTableRequest { table: table.into() })
    }
}

impl Call<pb::CreateTableRequest> {
    /// The partition key; a name alone is that of a string.
    pub fn partition_key(self, key: impl Into<KeyAttribute>) -> Self {
        self.with(|request| request.partition_key = Some(key.into().into()))
    }

    /// The sort key; a name alone is that of a string. A table with one holds items, but no entries.
    pub fn sort_key(self, key: impl Into<KeyAttribute>) -> Self {
        self.with(|request| request.sort_key = Some(key.into().into()))
    }

    /// One more secondary index.
    pub fn index(self, index: Index) -> Self {
        self.with(|request| request.indexes.push(index.into()))
    }

    /// Provisioned capacity instead of on-demand billing.
    pub fn throughput(self, throughput: Throughput) -> Self {
        self.with(|request| request.throughput = Some(throughput.into()))
    }

    /// Enables TTL as well, if the table is ACTIVE at once, which in AWS it is not: then it is
    /// [`enable_ttl`](Client::enable_ttl) that does so later.
    pub fn enable_ttl(self) -> Self {
        self.with(|request| request.enable_ttl = true)
    }
}

impl Operation for pb::CreateTableRequest {
    type Output = TableDescription;
    rpc!(CREATE_TABLE, table_stub, create_table, CreateTableResponse);

    fn read(&self, response: pb::CreateTableResponse) -> Result<TableDescription, Status> {
        described(response.table)
    }
}

impl Operation for pb::DescribeTableRequest {
    type Output = TableDescription;
    rpc!(DESCRIBE_TABLE, table_stub, describe_table, DescribeTableResponse);

    fn read(&self, response: pb::DescribeTableResponse) -> Result<TableDescription, Status> {
        described(response.table)
    }
}

impl Operation for pb::EnableTtlRequest {
    type Output = TimeToLive;
    rpc!(ENABLE_TTL, table_stub, enable_ttl, EnableTtlResponse);

    fn read(&self, response: pb::EnableTtlResponse) -> Result<TimeToLive, Status> {
        Ok(response.time_to_live.ok_or_else(|| unreadable("no state"))?.into())
    }
}

impl Operation for pb::DeleteTableRequest {
    type Output = ();
    rpc!(DELETE_TABLE, table_stub, delete_table, DeleteTableResponse);

    fn read(&self, pb::DeleteTableResponse {}: pb::DeleteTableResponse) -> Result<(), Status> {
        Ok(())
    }
}

fn described(table: Option<pb::Table>) -> Result<TableDescription, Status> {
    table.ok_or_else(|| unreadable("no table"))?.try_into()
}
