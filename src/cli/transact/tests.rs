use dynakv_client::{CancelReason, Item, Transact, TransactOperation, pb};
use serde_json::{json, to_value};

use super::operation::parse;
use super::*;

/// Writes an order, deletes its cart and checks the stock: the example of the help text.
const ORDER_YAML: &str = r#"
- put_item: {item: {pk: {S: order-7}, state: {S: placed}}, condition: attribute_not_exists(pk)}
- delete: {key: cart-7}
- check:
    key: {partition: {S: widget}}
    condition: quantity > :zero
    values: {":zero": {N: "0"}}
  table: inventory
  return_current: true
"#;

fn order() -> [TransactOperation; 3] {
    let text = |text: &str| pb::Value { kind: Some(pb::value::Kind::S(text.to_owned())) };
    let zero = pb::Value { kind: Some(pb::value::Kind::N("0".to_owned())) };
    [
        Transact::new(pb::TransactPutItem {
            item: [("pk".to_owned(), text("order-7")), ("state".to_owned(), text("placed"))].into(),
            condition: "attribute_not_exists(pk)".to_owned(),
            ..Default::default()
        })
        .into(),
        TransactOperation::delete("cart-7").into(),
        Transact::new(pb::TransactCheck {
            key: Some(pb::ItemKey { partition: Some(text("widget")), sort: None }),
            condition: "quantity > :zero".to_owned(),
            values: [(":zero".to_owned(), zero)].into(),
            ..Default::default()
        })
        .table("inventory")
        .return_current()
        .into(),
    ]
}

#[test]
fn yaml_and_json_say_the_same() {
    assert_eq!(parse(ORDER_YAML).unwrap(), order());
    let json = json!([
        {"put_item": {
            "item": {"pk": {"S": "order-7"}, "state": {"S": "placed"}},
            "condition": "attribute_not_exists(pk)",
        }},
        {"delete": {"key": "cart-7"}},
        {
            "check": {
                "key": {"partition": {"S": "widget"}},
                "condition": "quantity > :zero",
                "values": {":zero": {"N": "0"}},
            },
            "table": "inventory",
            "return_current": true,
        },
    ]);
    assert_eq!(parse(&json.to_string()).unwrap(), order());
}

#[test]
fn every_type_and_every_action_is_read_and_no_digit_lost() {
    let number = "12345678901234567890.123456789012345678";
    let text = format!(
        "- update_item:\n    key: {{partition: {{B: AP8=}}, sort: {{N: {number}}}}}\n    actions:\n\
         \x20   - {{path: a, set: {{M: {{x: {{L: [{{BOOL: true}}, {{NULL: true}}]}}}}}}}}\n\
         \x20   - {{path: b, add: 1}}\n    - {{path: c, remove: true}}\n    - {{path: d, append: [{{S: yes}}]}}\n\
         \x20   - {{path: e, add_to_set: {{NS: [1, 2.50]}}}}\n"
    );
    let operations = parse(&text).unwrap();
    let shown = format!("{operations:?}");
    for part in [number, "N(\"12345", "S(\"yes\")", "Add(\"1\")", "Remove", "\"2.50\"", "\\0\\xff"] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
}

#[test]
fn sets_take_a_ttl_and_a_condition() {
    let text = "- set: {key: k, value: v, ttl: 5s, expected: absent}\n- set: {key: l, value_base64: AP8=, expected: {version: '7'}}";
    let expected: [TransactOperation; 2] = [
        TransactOperation::set("k", "v")
            .ttl(std::time::Duration::from_secs(5))
            .expected(dynakv_client::Expected::Absent)
            .into(),
        TransactOperation::set("l", vec![0, 255]).expected(dynakv_client::Expected::version("7")).into(),
    ];
    assert_eq!(parse(text).unwrap(), expected);
}

#[test]
fn what_cannot_be_meant_is_refused_with_its_place() {
    for (text, part) in [
        ("- {}", "operation 0: needs exactly one of set,"),
        ("- delete: {key: a}\n- {set: {key: k, value: v}, delete: {key: k}}", "operation 1: needs exactly one"),
        ("- set: {key: k}", "operation 0: needs exactly one of value and"),
        ("- set: {key: k, value: v, ttl: 5}", "operation 0: ttl:"),
        ("- set: {key: k, value: v, tll: 5s}", "tll"),
        ("- put_item: {item: {pk: {X: a}}}", "X"),
        ("- put_item: {item: {pk: {B: '?'}}}", "operation 0: item:"),
        ("[{\"set\": {\"key\": 7}}]", "line 1"),
        ("nonsense", ""),
    ] {
        let problem = parse(text).unwrap_err();
        assert!(problem.contains(part), "{text}: {problem}");
    }
}

#[test]
fn a_cancelled_transaction_says_why_and_shows_the_item() {
    let item = Item::from([("quantity".to_owned(), 0.into())]);
    let report = TransactReport {
        outcome: "CANCELLED",
        operations: vec![
            OperationReport::Cancelled { reason: CancelReason::None.as_str(), current: None, current_item: None },
            OperationReport::Cancelled {
                reason: CancelReason::ConditionFailed.as_str(),
                current: None,
                current_item: Some(attribute::item_to_json(item)),
            },
        ],
    };
    assert_eq!(
        to_value(&report).unwrap(),
        json!({"outcome": "CANCELLED", "operations": [
            {"reason": "NONE"},
            {"reason": "CONDITION_FAILED", "current_item": {"quantity": {"N": "0"}}},
        ]})
    );
    let text = "CANCELLED\n0\tNONE\n1\tCONDITION_FAILED\t{\"quantity\":{\"N\":\"0\"}}\n";
    assert_eq!(String::from_utf8(report.text(false)).unwrap(), text);
    assert!(matches!(report.verdict(), Verdict::Missed(_)));
}
