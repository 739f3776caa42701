use super::assembly::Assembly;
use super::request::{Page, PageRequest, Scan};
use super::rows::ItemRows;
use super::source::{Kind, Source};
use crate::driver::deadline::Deadline;
use crate::driver::error::Error;
use crate::driver::handle::Driver;
use crate::driver::store::ItemForm;
use crate::model::Attributes;

impl Driver {
    /// Reads the items of a table or of an index, in no order, from several segments in parallel.
    ///
    /// # Contract
    /// The same as [`Driver::query`]. Each page continues every segment where the page before it stopped.
    ///
    /// # Cost
    /// The same as [`Driver::query`], for everything that is stored.
    ///
    /// # Errors
    /// The same as [`Driver::query`].
    pub async fn scan(
        &self,
        table: &str,
        scan: &Scan,
        page: PageRequest,
        deadline: Deadline,
    ) -> Result<Page<Attributes>, Error> {
        self.scan_as(table, scan, page, deadline).await
    }

    /// The same, with another form of items.
    pub(crate) async fn scan_as<T: ItemForm>(
        &self,
        table: &str,
        scan: &Scan,
        page: PageRequest,
        deadline: Deadline,
    ) -> Result<Page<T>, Error> {
        let Scan { segments, selection } = scan;
        let segments = segments.get();
        let source = Source::new(self, table, Kind::Scan { segments }, selection, deadline).await?;
        let source = Source { wants_capacity: page.wants_capacity, ..source };
        let rows = ItemRows::new(&source);
        Ok(Assembly::new(&source, &rows, segments, page)?.read().await?.into_items())
    }
}
