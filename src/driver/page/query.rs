use super::assembly::Assembly;
use super::request::{Page, PageRequest, Query};
use super::rows::ItemRows;
use super::source::{Kind, Source};
use crate::driver::deadline::Deadline;
use crate::driver::error::Error;
use crate::driver::handle::Driver;
use crate::driver::store::ItemForm;
use crate::model::Attributes;

impl Driver {
    /// Reads items of one partition of a table or of an index, in the order of the sort key.
    ///
    /// # Contract
    /// If nothing is written meanwhile, each matching item that has not expired is on exactly one page. A page may be empty
    /// without being the last one.
    ///
    /// # Cost
    /// Half a unit for every 4 KB that is read; double if strongly consistent. If the index does not project the expiry time,
    /// also a read of each item in the table.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an unknown index and for a strongly consistent read of a global one;
    /// [`Error::InvalidExpression`]. A transient failure is an error only if the page has made no progress.
    pub async fn query(
        &self,
        table: &str,
        query: &Query,
        page: PageRequest,
        deadline: Deadline,
    ) -> Result<Page<Attributes>, Error> {
        self.query_as(table, query, page, deadline).await
    }

    /// The same, with another form of items.
    pub(crate) async fn query_as<T: ItemForm>(
        &self,
        table: &str,
        query: &Query,
        page: PageRequest,
        deadline: Deadline,
    ) -> Result<Page<T>, Error> {
        let Query { key_condition, order, selection } = query;
        let kind = Kind::Query { key_condition, order: *order };
        let source = Source::new(self, table, kind, selection, deadline).await?;
        let source = Source { wants_capacity: page.wants_capacity, ..source };
        let rows = ItemRows::new(&source);
        Ok(Assembly::new(&source, &rows, 1, page)?.read().await?.into_items())
    }
}
