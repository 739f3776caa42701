use tonic::Status;

use super::{Page, Paged, token};
use crate::call::Operation;
use crate::point::{consistent, rpc};
use crate::{Call, Client, Error, Expression, Item, pb, value};

impl Client {
    /// Reads the items of one partition of a table or of an index, in the order of the sort key, those that this key
    /// condition holds of: a [`Condition`](crate::Condition), or a DynamoDB key condition expression such as
    /// `pk = :user AND sk > :since`.
    ///
    /// `.await` reads one page, [`stream`](Call::stream) all items one by one, [`pages`](Call::pages) all pages, and
    /// [`count`](Call::<pb::QueryRequest>::count) counts.
    ///
    /// ```no_run
    /// # use dynakv_client::attr;
    /// # async fn query(client: dynakv_client::Client) -> Result<(), dynakv_client::Error> {
    /// let mut orders = client.query(attr("pk").eq("user-1")).descending().stream();
    /// while let Some(order) = orders.next().await {
    ///     println!("{:?}", order?);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn query(&self, key_condition: impl Into<Expression>) -> Call<pb::QueryRequest> {
        let mut request = pb::QueryRequest { table: self.table(), ..pb::QueryRequest::default() };
        request.key_condition = key_condition.into().into_text(&mut request);
        self.call(request)
    }

    /// Reads all items of a table or of an index, in no order, as [`query`](Self::query) does.
    pub fn scan(&self) -> Call<pb::ScanRequest> {
        self.call(pb::ScanRequest { table: self.table(), ..pb::ScanRequest::default() })
    }
}

macro_rules! items {
    ($request:ident, $response:ident, $method:ident, $call:ident) => {
        consistent!($request);

        impl Call<pb::$request> {
            /// Reads this secondary index of the table.
            pub fn index(self, name: impl Into<String>) -> Self {
                self.with(|request| request.index = name.into())
            }

            /// Gives only the items that match: a [`Condition`](crate::Condition), or a DynamoDB filter expression. What it
            /// drops is read, and costs, all the same.
            pub fn filter(self, filter: impl Into<Expression>) -> Self {
                self.with(|request| request.filter = filter.into().into_text(request))
            }

            /// Gives only these parts of the items: a DynamoDB projection expression.
            pub fn projection(self, expression: impl Into<String>) -> Self {
                self.with(|request| request.projection = expression.into())
            }

            /// Counts the items of all pages.
            pub async fn count(self) -> Result<u64, Error> {
                self.with(|request| request.count_only = true).sum().await
            }
        }

        impl Operation for pb::$request {
            type Output = Page<Item>;
            rpc!($method, item_stub, $call, $response);

            fn read(&self, response: pb::$response) -> Result<Page<Item>, Status> {
                Ok(Page {
                    rows: response.items.into_iter().map(value::item).collect::<Result<_, _>>()?,
                    count: response.count.try_into().unwrap_or_default(),
                    next_page_token: token(response.next_page_token),
                })
            }
        }

        impl Paged for pb::$request {
            type Row = Item;

            fn page_size(&mut self) -> &mut i32 {
                &mut self.page_size
            }

            fn page_token(&mut self) -> &mut String {
                &mut self.page_token
            }
        }
    };
}

items!(QueryRequest, QueryResponse, QUERY, query);
items!(ScanRequest, ScanResponse, SCAN, scan);

impl Call<pb::QueryRequest> {
    /// In descending order of the sort key.
    pub fn descending(self) -> Self {
        self.with(|request| request.set_order(pb::query_request::Order::Descending))
    }
}

impl Call<pb::ScanRequest> {
    /// Lets the server read the table in this many parts at the same time: 1 to 32.
    pub fn segments(self, segments: u32) -> Self {
        self.with(|request| request.segments = Some(segments.try_into().unwrap_or(i32::MAX)))
    }
}
