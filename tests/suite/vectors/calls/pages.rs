use dynakv_client::{Call, Client, Error, Paged};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::super::document::{item, map};
use super::super::native::{Names, Test, Values};
use super::{Options, Outcome, With, on_table, outcome};

#[derive(Deserialize, Default, Clone, Copy, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Mode {
    #[default]
    All,
    Page,
    Pages,
    Count,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListKeys {
    prefix: Option<String>,
    glob: Option<String>,
    #[serde(default)]
    consistent: bool,
    page_size: Option<u32>,
    page_token: Option<String>,
    #[serde(default)]
    mode: Mode,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Query {
    key_condition: Test,
    filter: Option<Test>,
    #[serde(default)]
    names: Names,
    #[serde(default)]
    values: Values,
    projection: Option<String>,
    index: Option<String>,
    #[serde(default)]
    descending: bool,
    #[serde(default)]
    consistent: bool,
    page_size: Option<u32>,
    page_token: Option<String>,
    #[serde(default)]
    mode: Mode,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Scan {
    filter: Option<Test>,
    #[serde(default)]
    names: Names,
    #[serde(default)]
    values: Values,
    projection: Option<String>,
    index: Option<String>,
    segments: Option<u32>,
    #[serde(default)]
    consistent: bool,
    page_size: Option<u32>,
    page_token: Option<String>,
    #[serde(default)]
    mode: Mode,
}

/// Sets the common options of queries and scans.
macro_rules! items {
    ($call:expr, $args:ident) => {{
        let mut call = $call;
        for (alias, name) in $args.names {
            call = call.name(alias, name);
        }
        for (placeholder, value) in $args.values {
            call = call.value(placeholder, value.0);
        }
        call.with($args.filter, |call, test| call.filter(test.0))
            .with($args.projection, |call, projection| call.projection(projection))
            .with($args.index, |call, index| call.index(index))
            .when($args.consistent, |call| call.consistent())
            .with($args.page_size, |call, size| call.page_size(size))
            .with($args.page_token, |call, token| call.page_token(token))
    }};
}

pub(super) async fn list_keys(client: &Client, args: ListKeys, options: &Options) -> Result<Outcome, String> {
    let call = on_table!(options, client.list_keys())
        .with(args.prefix, |call, prefix| call.prefix(prefix))
        .with(args.glob, |call, glob| call.glob(glob))
        .when(args.consistent, |call| call.consistent())
        .with(args.page_size, |call, size| call.page_size(size))
        .with(args.page_token, |call, token| call.page_token(token));
    Ok(outcome(read(call, args.mode, Json::from).await, |document| document))
}

pub(super) async fn query(client: &Client, args: Query, options: &Options) -> Result<Outcome, String> {
    let call = on_table!(options, client.query(args.key_condition.0)).when(args.descending, |call| call.descending());
    let call = items!(call, args);
    Ok(match args.mode {
        Mode::Count => outcome(call.count().await, |count| json!({ "count": count })),
        mode => outcome(read(call, mode, |row| item(&row)).await, |document| document),
    })
}

pub(super) async fn scan(client: &Client, args: Scan, options: &Options) -> Result<Outcome, String> {
    let call = on_table!(options, client.scan()).with(args.segments, |call, segments| call.segments(segments));
    let call = items!(call, args);
    Ok(match args.mode {
        Mode::Count => outcome(call.count().await, |count| json!({ "count": count })),
        mode => outcome(read(call, mode, |row| item(&row)).await, |document| document),
    })
}

async fn read<R: Paged>(call: Call<R>, mode: Mode, row: impl Fn(R::Row) -> Json) -> Result<Json, Error> {
    let mut rows = Vec::new();
    match mode {
        Mode::Page => {
            let page = call.await?;
            rows.extend(page.rows.into_iter().map(row));
            let token = page.next_page_token.map(Into::into);
            Ok(map([("rows", Some(rows.into())), ("count", Some(page.count.into())), ("next_page_token", token)]))
        }
        Mode::Pages => {
            let mut pages = call.pages();
            let mut count = 0;
            while let Some(page) = pages.next().await {
                rows.extend(page?.rows.into_iter().map(&row));
                count += 1;
            }
            Ok(json!({"rows": rows, "pages": count}))
        }
        Mode::All | Mode::Count => {
            let mut all = call.stream();
            while let Some(next) = all.next().await {
                rows.push(row(next?));
            }
            Ok(json!({ "rows": rows }))
        }
    }
}
