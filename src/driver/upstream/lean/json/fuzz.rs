//! A fuzz target: see `wire::fuzz`.

use aws_sdk_dynamodb::operation::batch_get_item::builders::BatchGetItemInputBuilder;
use aws_sdk_dynamodb::operation::batch_write_item::builders::BatchWriteItemInputBuilder;
use aws_sdk_dynamodb::operation::delete_item::builders::DeleteItemInputBuilder;
use aws_sdk_dynamodb::operation::get_item::builders::GetItemInputBuilder;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemInputBuilder;
use aws_sdk_dynamodb::operation::query::QueryOutput;
use aws_sdk_dynamodb::operation::query::builders::QueryInputBuilder;
use aws_sdk_dynamodb::operation::scan::builders::ScanInputBuilder;
use aws_sdk_dynamodb::operation::transact_get_items::builders::TransactGetItemsInputBuilder;
use aws_sdk_dynamodb::operation::transact_write_items::builders::TransactWriteItemsInputBuilder;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemInputBuilder;

use super::actions::Action;
use super::error_body::read_error;
use super::read::{compact, read, read_page};
use crate::driver::store::AnswerItem;

/// Reads any bytes as the answer of each action and as the body of an error. An item that it finds is written and read again: it
/// has to be the same. The items of a page are shown to `check`, and both readers of pages have to agree.
pub(crate) fn lean_answers(body: &[u8], check: impl Fn(AnswerItem<'_>)) {
    drop(read_error(body));
    drop(read_page(body, &check));
    let make = |item: AnswerItem<'_>| item.into_owned();
    if let Some(page) = str::from_utf8(body).ok().and_then(|body| compact::page(body, &make)) {
        let general = read::<QueryOutput>(body).ok();
        // Not the capacity: it may be NaN, which equals nothing.
        let general = general.map(|page| (page.items, page.last_evaluated_key, page.count, page.scanned_count));
        let compact = (page.items, page.last_evaluated_key, page.count, page.scanned_count);
        assert!(general == Some(compact), "the readers of the compact form and of any JSON differ");
    }
    let _ = BatchGetItemInputBuilder::read(body);
    let _ = BatchWriteItemInputBuilder::read(body);
    let _ = DeleteItemInputBuilder::read(body);
    let _ = PutItemInputBuilder::read(body);
    let _ = QueryInputBuilder::read(body);
    let _ = ScanInputBuilder::read(body);
    let _ = TransactGetItemsInputBuilder::read(body);
    let _ = TransactWriteItemsInputBuilder::read(body);
    let _ = UpdateItemInputBuilder::read(body);

    let Ok(Some(item)) = GetItemInputBuilder::read(body).map(|answer| answer.item) else { return };
    let mut request = Vec::new();
    PutItemInputBuilder::default().set_item(Some(item.clone())).write(&mut request);
    let again = GetItemInputBuilder::read(&request).ok().and_then(|answer| answer.item);
    assert!(again == Some(item), "an item changes when it is written and read again");
}
