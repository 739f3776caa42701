use proptest::collection::vec;
use proptest::prelude::*;

use super::path::{Step, steps};
use super::*;
use crate::{Value, pb};

/// A condition's text, with what its aliases and placeholders stand for in their places.
fn read(condition: Condition) -> String {
    let mut request = pb::QueryRequest::default();
    let mut text = Expression::from(condition).into_text(&mut request);
    // From the last one on, since `#attr1` is how `#attr10` begins.
    for number in (0..request.names.len()).rev() {
        let alias = format!("#attr{number}");
        text = text.replace(&alias, &request.names[&alias]);
    }
    for number in (0..request.values.len()).rev() {
        let placeholder = format!(":attr{number}");
        let value = Value::try_from(request.values[&placeholder].clone()).unwrap();
        text = text.replace(&placeholder, &serde_json::to_string(&value).unwrap());
    }
    text
}

#[test]
fn a_condition_reads_as_it_was_made() {
    let condition = attr("age").gt(18).and(attr("address.lines[0]").exists()).and(!attr("state").eq("gone"));
    assert_eq!(
        read(condition),
        r#"age > {"N":"18"} AND attribute_exists(address.lines[0]) AND (NOT state = {"S":"gone"})"#
    );
    let condition = attr("a").is_in([1, 2]).or(attr("b").between("x", "y")).and(attr("c").size().le(3));
    assert_eq!(
        read(condition),
        r#"(a IN ({"N":"1"}, {"N":"2"}) OR b BETWEEN {"S":"x"} AND {"S":"y"}) AND size(c) <= {"N":"3"}"#
    );
    assert_eq!(read(attr("tags").is_type(AttributeType::Ss)), r#"attribute_type(tags, {"S":"SS"})"#);
}

#[test]
fn a_name_has_one_alias_however_often_it_is_named() {
    let mut request = pb::QueryRequest::default();
    let text = Expression::from(attr("size").gt(1).and(attr("size").lt(9))).into_text(&mut request);
    assert_eq!(text, "#attr0 > :attr0 AND #attr0 < :attr1");
    assert_eq!(request.names["#attr0"], "size");
}

#[test]
fn conditions_of_one_request_do_not_mix_up_their_values() {
    let mut request = pb::QueryRequest::default();
    request.names.insert("#mine".into(), "mine".into());
    request.key_condition = Expression::from(attr("pk").eq("a")).into_text(&mut request);
    request.filter = Expression::from(attr("state").eq("b").and(attr("n").ne(1))).into_text(&mut request);
    assert_eq!(request.key_condition, "#attr1 = :attr0");
    assert_eq!(request.filter, "#attr2 = :attr1 AND #attr3 <> :attr2");
    assert_eq!(request.names.len(), 4);
    assert_eq!(request.values.len(), 3);
}

#[test]
fn what_is_made_keeps_clear_of_the_callers() {
    let mut request = pb::QueryRequest::default();
    request.names.insert("#attr1".into(), "mine".into());
    request.values.insert(":attr1".into(), Value::from("mine").into());
    let text = Expression::from(attr("a").is_in([1, 2]).or(attr("b").exists())).into_text(&mut request);
    assert_eq!(text, "#attr2 IN (:attr2, :attr3) OR attribute_exists(#attr3)");
    assert_eq!(request.names["#attr1"], "mine");
    assert_eq!(request.values[":attr1"], Value::from("mine").into());
    assert_eq!((request.names.len(), request.values.len()), (3, 3));
}

#[test]
fn what_is_no_path_is_no_expression_either() {
    for text in [
        "",
        ".",
        "a.",
        "a..b",
        "a[",
        "a[x]",
        "a[0",
        "a[+1]",
        "a[99999999999]",
        "a]b",
        "a\"b",
        "\"a",
        "\"a\\b\"",
        "\"\"",
    ] {
        assert_eq!(steps(text), None, "{text}");
        let mut request = pb::QueryRequest::default();
        // A quote, which no expression of DynamoDB's has, whatever else somebody has put there.
        assert!(Expression::from(attr(text).exists()).into_text(&mut request).contains('"'), "{text}");
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}

proptest! {
    #[test]
    fn every_name_can_be_named(names in vec(".{1,8}", 1..5), index: u32) {
        let path = names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(".") + &format!("[{index}]");
        let mut expected: Vec<_> = names.into_iter().map(Step::Name).collect();
        expected.push(Step::Index(index.to_string()));
        prop_assert_eq!(steps(&path), Some(expected));
    }

    #[test]
    fn nothing_of_a_path_or_value_gets_into_the_expression(path in ".{0,20}", value in ".{0,20}") {
        let mut request = pb::QueryRequest::default();
        let text = Expression::from(attr(path.as_str()).eq(value)).into_text(&mut request);
        let is_ours = |c: char| c.is_ascii_alphanumeric() || "#:.[]= ".contains(c);
        prop_assert!(text.chars().all(is_ours) || (text.starts_with('"') && steps(&path).is_none()));
    }
}
