//! Query, Scan and ListKeys: requests and pages.

use super::encoded_item::EncodedItem;
use super::expression::Expressions;
use super::kv::consistency;
use super::page_token::{self, BoundTokens, PageTokens};
use super::{InField, Violation};
use crate::driver::{Consistency, Digest, ListKeys, Order, Page, PageRequest, Query, Scan, Selection};
use crate::model::{Glob, Invalid, Key, KeyPattern, PageSize, Projection, Segments, TableSpec};
use crate::pb;

/// Default page sizes.
const DEFAULT_ITEMS: PageSize = PageSize::clamped(100);
const DEFAULT_KEYS: PageSize = PageSize::clamped(1000);

/// A request for one page of a listing.
#[derive(Debug)]
pub(crate) struct Paged<L> {
    pub(crate) table: String,
    pub(crate) listing: L,
    pub(crate) page: PageSpec,
}

/// The requested page.
#[derive(Debug)]
pub(crate) struct PageSpec {
    size: PageSize,
    token: String,
    pub(crate) wants_capacity: bool,
}

impl PageSpec {
    fn new(size: i32, default: PageSize, token: String, wants_capacity: bool) -> Result<Self, Violation> {
        Ok(Self { size: PageSize::requested(size, default).in_field("page_size")?, token, wants_capacity })
    }

    /// The request for the driver, with the page token decoded.
    pub(crate) fn into_request(self, tokens: &BoundTokens<'_>) -> Result<PageRequest, page_token::Error> {
        let Self { size, token, wants_capacity } = self;
        Ok(PageRequest { size, cursor: tokens.open(&token)?, wants_capacity })
    }
}

impl TryFrom<pb::QueryRequest> for Paged<Query> {
    type Error = Violation;

    fn try_from(request: pb::QueryRequest) -> Result<Self, Violation> {
        let pb::QueryRequest {
            table,
            consistent_read,
            return_consumed_capacity,
            filter,
            names,
            values,
            projection,
            key_condition,
            index,
            order,
            page_size,
            page_token,
            count_only,
        } = request;
        let page = PageSpec::new(page_size, default_items(count_only), page_token, return_consumed_capacity)?;
        let mut expressions = Expressions::new("", names, values)?;
        let key_condition = expressions.key_condition(&key_condition)?;
        let listing = Query {
            key_condition: key_condition.ok_or_else(|| Invalid::new("is required")).in_field("key_condition")?,
            order: parse_order(order)?,
            selection: Selection {
                index: parse_index(index),
                filter: expressions.condition("filter", &filter)?,
                projection: parse_projection(&mut expressions, &projection, count_only)?,
                count_only,
                consistency: consistency(consistent_read),
            },
        };
        expressions.finish()?;
        Ok(Self { table, listing, page })
    }
}

impl TryFrom<pb::ScanRequest> for Paged<Scan> {
    type Error = Violation;

    fn try_from(request: pb::ScanRequest) -> Result<Self, Violation> {
        let pb::ScanRequest {
            table,
            consistent_read,
            return_consumed_capacity,
            filter,
            names,
            values,
            projection,
            index,
            page_size,
            page_token,
            count_only,
            segments,
        } = request;
        let page = PageSpec::new(page_size, default_items(count_only), page_token, return_consumed_capacity)?;
        let mut expressions = Expressions::new("", names, values)?;
        let listing = Scan {
            segments: segments.map_or(Ok(Segments::ONE), Segments::try_from).in_field("segments")?,
            selection: Selection {
                index: parse_index(index),
                filter: expressions.condition("filter", &filter)?,
                projection: parse_projection(&mut expressions, &projection, count_only)?,
                count_only,
                consistency: consistency(consistent_read),
            },
        };
        expressions.finish()?;
        Ok(Self { table, listing, page })
    }
}

impl TryFrom<pb::ListKeysRequest> for Paged<ListKeys> {
    type Error = Violation;

    fn try_from(request: pb::ListKeysRequest) -> Result<Self, Violation> {
        use pb::list_keys_request::Pattern;
        let pb::ListKeysRequest { table, pattern, consistent_read, return_consumed_capacity, page_size, page_token } =
            request;
        let pattern = match pattern {
            None => KeyPattern::All,
            Some(Pattern::Prefix(prefix)) => KeyPattern::prefix(prefix).in_field("prefix")?,
            Some(Pattern::Glob(glob)) => Glob::parse(&glob).map(KeyPattern::Glob).in_field("glob")?,
        };
        let page = PageSpec::new(page_size, DEFAULT_KEYS, page_token, return_consumed_capacity)?;
        Ok(Self { table, listing: ListKeys { pattern, consistency: consistency(consistent_read) }, page })
    }
}

/// A count returns no items, so it need not stop early.
fn default_items(count_only: bool) -> PageSize {
    if count_only { PageSize::MAX } else { DEFAULT_ITEMS }
}

fn parse_index(index: String) -> Option<String> {
    Some(index).filter(|index| !index.is_empty())
}

fn parse_order(order: i32) -> Result<Order, Violation> {
    use pb::query_request::Order as Kind;
    match Kind::try_from(order) {
        Ok(Kind::Unspecified | Kind::Ascending) => Ok(Order::Ascending),
        Ok(Kind::Descending) => Ok(Order::Descending),
        Err(_) => Err(Invalid::new("must be ORDER_ASCENDING or ORDER_DESCENDING")).in_field("order"),
    }
}

fn parse_projection(
    expressions: &mut Expressions,
    text: &str,
    count_only: bool,
) -> Result<Option<Projection>, Violation> {
    if count_only && !text.is_empty() {
        // Clients and the command line have names of their own for `count_only`.
        return Err(Invalid::new("shows nothing where items are only counted")).in_field("projection");
    }
    expressions.projection(text)
}

/// A request whose results come in pages.
pub(crate) trait Listing {
    /// The number of positions in its cursor.
    fn positions(&self) -> usize;

    /// Adds everything that decides which items there are and in which order.
    fn digest(&self, digest: &mut Digest);

    /// Page tokens for this listing. They are bound to the caller, if callers are authenticated, and to the table's
    /// name in DynamoDB.
    fn tokens<'a>(&self, tokens: &'a PageTokens, caller: Option<&str>, table: &TableSpec) -> BoundTokens<'a> {
        let mut digest = Digest::default();
        digest.bytes(&[u8::from(caller.is_some())]);
        digest.bytes(caller.unwrap_or_default().as_bytes());
        digest.bytes(table.physical_name.as_bytes());
        self.digest(&mut digest);
        tokens.bound_to(digest, self.positions())
    }
}

impl Listing for Query {
    fn positions(&self) -> usize {
        1
    }

    fn digest(&self, digest: &mut Digest) {
        let Self { key_condition, order, selection } = self;
        digest.bytes(b"Query");
        digest.expression(Some(key_condition));
        digest.bytes(&[u8::from(*order == Order::Descending)]);
        digest_selection(selection, digest);
    }
}

impl Listing for Scan {
    fn positions(&self) -> usize {
        self.segments.get()
    }

    fn digest(&self, digest: &mut Digest) {
        let Self { segments, selection } = self;
        digest.bytes(b"Scan");
        digest.count(segments.get());
        digest_selection(selection, digest);
    }
}

impl Listing for ListKeys {
    fn positions(&self) -> usize {
        1
    }

    fn digest(&self, digest: &mut Digest) {
        let Self { pattern, consistency } = self;
        let (kind, text) = match pattern {
            KeyPattern::All => ("all", ""),
            KeyPattern::Prefix(prefix) => ("prefix", prefix.as_str()),
            KeyPattern::Glob(glob) => ("glob", glob.as_str()),
        };
        for part in ["ListKeys", kind, text] {
            digest.bytes(part.as_bytes());
        }
        digest.bytes(&[u8::from(*consistency == Consistency::Strong)]);
    }
}

fn digest_selection(selection: &Selection, digest: &mut Digest) {
    let Selection { index, filter, projection, count_only, consistency } = selection;
    digest.bytes(index.as_deref().unwrap_or_default().as_bytes());
    digest.expression(filter.as_ref());
    digest.projection(projection.as_ref());
    digest.bytes(&[u8::from(*count_only), u8::from(*consistency == Consistency::Strong)]);
}

/// The response to a Query.
pub(crate) fn query_response(
    page: Page<EncodedItem>,
    tokens: &BoundTokens<'_>,
    wants_capacity: bool,
) -> Result<pb::QueryResponse, page_token::Error> {
    let Page { items, count, next, consumed } = page;
    Ok(pb::QueryResponse {
        items: items.into_iter().map(|EncodedItem(bytes)| bytes).collect(),
        count: i32::try_from(count).unwrap_or(i32::MAX),
        consumed_capacity: wants_capacity.then(|| consumed.into()),
        next_page_token: tokens.seal(next)?,
    })
}

/// The response to a Scan.
pub(crate) fn scan_response(
    page: Page<EncodedItem>,
    tokens: &BoundTokens<'_>,
    wants_capacity: bool,
) -> Result<pb::ScanResponse, page_token::Error> {
    let pb::QueryResponse { items, count, consumed_capacity, next_page_token } =
        query_response(page, tokens, wants_capacity)?;
    Ok(pb::ScanResponse { items, count, consumed_capacity, next_page_token })
}

/// The response to a ListKeys.
pub(crate) fn list_keys_response(
    page: Page<Key>,
    tokens: &BoundTokens<'_>,
    wants_capacity: bool,
) -> Result<pb::ListKeysResponse, page_token::Error> {
    let Page { items, count: _, next, consumed } = page;
    Ok(pb::ListKeysResponse {
        keys: items.into_iter().map(Key::into_string).collect(),
        consumed_capacity: wants_capacity.then(|| consumed.into()),
        next_page_token: tokens.seal(next)?,
    })
}

#[cfg(test)]
mod tests;
