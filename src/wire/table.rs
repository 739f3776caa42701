//! TableService: converts requests to drafts and table states to responses.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::{InField, OnTable, Violation};
use crate::driver::{Backend, IndexState, ListedTable, TableList, TableState, TtlState};
use crate::model::{
    IndexDraft, IndexKind, IndexProjection, Invalid, KeyAttribute, ScalarType, TableDraft, TableSpec, Throughput,
};
use crate::pb;

const DEFAULT_PAGE_SIZE: usize = 100;
const MAX_PAGE_SIZE: usize = 1000;

/// A request for a page of tables.
#[derive(Debug)]
pub(crate) struct ListTables {
    pub(crate) size: usize,
    /// None for the first page.
    pub(crate) after: Option<PageToken>,
}

/// The page token as the caller sent it.
#[derive(Debug)]
pub(crate) struct PageToken(String);

/// The prefix of a token before encoding. A token is not secret, but only the server should make one.
const TOKEN_PREFIX: &str = "tables/1/";

impl PageToken {
    fn encode(after: &str) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(format!("{TOKEN_PREFIX}{after}"))
    }

    /// The name after which the page starts; none if the server did not make this token.
    pub(crate) fn decode(self) -> Option<String> {
        let text = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(self.0).ok()?).ok()?;
        text.strip_prefix(TOKEN_PREFIX).filter(|name| !name.is_empty()).map(str::to_owned)
    }
}

impl TryFrom<pb::CreateTableRequest> for OnTable<TableDraft> {
    type Error = Violation;

    fn try_from(request: pb::CreateTableRequest) -> Result<Self, Violation> {
        let pb::CreateTableRequest { table, partition_key, sort_key, indexes, throughput, enable_ttl } = request;
        let index = |(position, index)| {
            parse_index(index).map_err(|violation: Violation| violation.within(format!("indexes[{position}]")))
        };
        let command = TableDraft {
            partition_key: partition_key.map(|key| parse_key(key, "partition_key")).transpose()?,
            sort_key: sort_key.map(|key| parse_key(key, "sort_key")).transpose()?,
            indexes: indexes.into_iter().enumerate().map(index).collect::<Result<_, _>>()?,
            throughput: parse_throughput(throughput)?,
            enable_ttl,
        };
        Ok(Self { table, command })
    }
}

impl TryFrom<pb::ListTablesRequest> for ListTables {
    type Error = Violation;

    fn try_from(request: pb::ListTablesRequest) -> Result<Self, Violation> {
        let pb::ListTablesRequest { page_size, page_token } = request;
        let size = match usize::try_from(page_size) {
            Ok(0) => DEFAULT_PAGE_SIZE,
            Ok(size) => size.min(MAX_PAGE_SIZE),
            Err(_) => {
                let invalid = Invalid::limit("must not be negative", format!("0..{MAX_PAGE_SIZE} tables"));
                return Err(invalid).in_field("page_size");
            }
        };
        Ok(Self { size, after: (!page_token.is_empty()).then_some(PageToken(page_token)) })
    }
}

impl From<pb::DescribeTableRequest> for OnTable<()> {
    fn from(pb::DescribeTableRequest { table }: pb::DescribeTableRequest) -> Self {
        Self { table, command: () }
    }
}

impl From<pb::EnableTtlRequest> for OnTable<()> {
    fn from(pb::EnableTtlRequest { table }: pb::EnableTtlRequest) -> Self {
        Self { table, command: () }
    }
}

impl TryFrom<pb::DeleteTableRequest> for OnTable<()> {
    type Error = Violation;

    fn try_from(request: pb::DeleteTableRequest) -> Result<Self, Violation> {
        let pb::DeleteTableRequest { table } = request;
        if table.is_empty() {
            return Err(Invalid::new("is required, also for the default table")).in_field("table");
        }
        Ok(Self { table, command: () })
    }
}

fn parse_key(key: pb::KeyAttribute, field: &str) -> Result<KeyAttribute, Violation> {
    use pb::key_attribute::Type;
    let pb::KeyAttribute { name, r#type } = key;
    let attribute_type = match Type::try_from(r#type) {
        Ok(Type::Unspecified | Type::S) => ScalarType::S,
        Ok(Type::N) => ScalarType::N,
        Ok(Type::B) => ScalarType::B,
        Err(_) => return Err(unknown(r#type)).in_field(format!("{field}.type")),
    };
    Ok(KeyAttribute { name, attribute_type })
}

fn parse_index(index: pb::TableIndex) -> Result<IndexDraft, Violation> {
    use pb::table_index::{Kind, Projection};
    // The output-only fields of an index are ignored in requests (AIP-203).
    let pb::TableIndex { name, kind, partition_key, sort_key, projection, projected, throughput, status: _ } = index;
    let kind = match Kind::try_from(kind) {
        Ok(Kind::Unspecified | Kind::Global) => IndexKind::Global,
        Ok(Kind::Local) => IndexKind::Local,
        Err(_) => return Err(unknown(kind)).in_field("kind"),
    };
    let projection = match (Projection::try_from(projection), projected.is_empty()) {
        (Ok(Projection::Include), _) => IndexProjection::Include(projected),
        (Ok(Projection::Unspecified | Projection::All), true) => IndexProjection::All,
        (Ok(Projection::KeysOnly), true) => IndexProjection::KeysOnly,
        (Ok(Projection::Unspecified | Projection::All | Projection::KeysOnly), false) => {
            return Err(Invalid::new("is only for the projection INCLUDE")).in_field("projected");
        }
        (Err(_), _) => return Err(unknown(projection)).in_field("projection"),
    };
    Ok(IndexDraft {
        name,
        kind,
        partition_key: partition_key.map(|key| parse_key(key, "partition_key")).transpose()?,
        sort_key: sort_key.map(|key| parse_key(key, "sort_key")).transpose()?,
        projection,
        throughput: parse_throughput(throughput)?,
    })
}

fn parse_throughput(throughput: Option<pb::Throughput>) -> Result<Option<Throughput>, Violation> {
    let Some(pb::Throughput { read_capacity_units, write_capacity_units }) = throughput else { return Ok(None) };
    let throughput = Throughput::new(read_capacity_units, write_capacity_units);
    throughput.map(Some).map_err(|violation| violation.within("throughput"))
}

fn unknown(number: i32) -> Invalid {
    Invalid::new(format!("unknown value {number}"))
}

/// The table as the API shows it.
pub(crate) fn table(state: TableState, backend: Backend, delete_table: bool) -> pb::Table {
    let key_value = state.fits_key_values();
    let TableState {
        spec,
        is_default,
        status,
        partition_key,
        sort_key,
        indexes,
        throughput,
        ttl,
        item_count,
        size_bytes,
        is_protected,
    } = state;
    let TableSpec { name, physical_name, attributes } = spec;
    pb::Table {
        name,
        physical_name,
        is_default,
        status,
        partition_key: partition_key.map(Into::into),
        sort_key: sort_key.map(Into::into),
        indexes: indexes.into_iter().map(Into::into).collect(),
        throughput: throughput.map(Into::into),
        time_to_live: Some(ttl.into()),
        attributes: Some(pb::AttributeRoles {
            key: attributes.key,
            value: attributes.value,
            ttl: attributes.ttl,
            ttl_ms: attributes.ttl_ms,
            version: attributes.version,
        }),
        capabilities: Some(pb::Capabilities { key_value, delete_table: delete_table && !is_protected }),
        approximate_item_count: item_count,
        approximate_size_bytes: size_bytes,
        backend: match backend {
            Backend::Embedded => pb::Backend::Embedded,
            Backend::DynamoDb => pb::Backend::Dynamodb,
        }
        .into(),
    }
}

impl From<KeyAttribute> for pb::KeyAttribute {
    fn from(KeyAttribute { name, attribute_type }: KeyAttribute) -> Self {
        use pb::key_attribute::Type;
        let r#type = match attribute_type {
            ScalarType::S => Type::S,
            ScalarType::N => Type::N,
            ScalarType::B => Type::B,
        };
        Self { name, r#type: r#type.into() }
    }
}

impl From<IndexState> for pb::TableIndex {
    fn from(index: IndexState) -> Self {
        use pb::table_index::{Kind, Projection};
        let IndexState { name, kind, partition_key, sort_key, projection, throughput, status } = index;
        let kind = match kind {
            IndexKind::Global => Kind::Global,
            IndexKind::Local => Kind::Local,
        };
        let (projection, projected) = match projection {
            IndexProjection::All => (Projection::All, Vec::new()),
            IndexProjection::KeysOnly => (Projection::KeysOnly, Vec::new()),
            IndexProjection::Include(names) => (Projection::Include, names),
        };
        Self {
            name,
            kind: kind.into(),
            partition_key: partition_key.map(Into::into),
            sort_key: sort_key.map(Into::into),
            projection: projection.into(),
            projected,
            throughput: throughput.map(Into::into),
            status: status.unwrap_or_default(),
        }
    }
}

impl From<Throughput> for pb::Throughput {
    fn from(throughput: Throughput) -> Self {
        Self { read_capacity_units: throughput.read(), write_capacity_units: throughput.write() }
    }
}

impl From<TtlState> for pb::TimeToLive {
    fn from(state: TtlState) -> Self {
        use pb::time_to_live::State;
        let (state, attribute) = match state {
            TtlState::Enabled(attribute) => (State::Enabled, attribute),
            TtlState::Enabling(attribute) => (State::Enabling, attribute),
            TtlState::Disabled => (State::Disabled, String::new()),
            TtlState::Disabling(attribute) => (State::Disabling, attribute),
            TtlState::Unknown => (State::Unspecified, String::new()),
        };
        Self { state: state.into(), attribute }
    }
}

impl From<TableList> for pb::ListTablesResponse {
    fn from(TableList { tables, next }: TableList) -> Self {
        let tables = tables.into_iter().map(Into::into).collect();
        Self { tables, next_page_token: next.as_deref().map(PageToken::encode).unwrap_or_default() }
    }
}

impl From<ListedTable> for pb::ListedTable {
    fn from(ListedTable { name, physical_name, is_default }: ListedTable) -> Self {
        Self { name, physical_name, is_default }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tokens_of_the_server_are_tokens() {
        let decode = |token: &str| PageToken(token.to_owned()).decode();
        let token = PageToken::encode("users");
        assert_eq!(decode(&token).as_deref(), Some("users"));
        let cut = token.get(..token.len() - 1).unwrap();
        let forged = [BASE64_URL_SAFE_NO_PAD.encode("users"), PageToken::encode(""), cut.to_owned()];
        for garbage in forged.iter().map(String::as_str).chain(["users", "AAAA", "=", "\u{0}", "💥"]) {
            assert_eq!(decode(garbage).filter(|name| name == "users"), None, "{garbage}");
        }
    }
}
