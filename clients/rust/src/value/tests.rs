use pb::value::Kind;
use serde_json::json;

use super::*;
use crate::pb;

#[test]
fn every_type_goes_to_the_wire_and_back() {
    let bytes = Bytes::from_static(&[0, 255]);
    let values = [
        Value::from("text"),
        Value::from("12345678901234567890.123456789012345678".parse::<Number>().unwrap()),
        Value::from(bytes.clone()),
        Value::from(true),
        Value::Null,
        Value::from(vec![Value::from(1), Value::from(None::<i32>)]),
        Value::from(Item::from([("a".to_owned(), Value::from(Item::new()))])),
        Value::Ss(["a".to_owned(), "b".to_owned()].into()),
        Value::Ns([1.into(), 2.into()].into()),
        Value::Bs([bytes].into()),
    ];
    for value in values {
        assert_eq!(Value::try_from(pb::Value::from(value.clone())).unwrap(), value);
    }
}

#[test]
fn a_type_of_a_later_server_is_an_error_and_no_guess() {
    let list = pb::AttributeList { values: vec![pb::Value { kind: None }] };
    assert!(Value::try_from(pb::Value { kind: Some(Kind::L(list)) }).is_err());
}

#[test]
fn numbers_are_decimal_text() {
    for text in ["0", "-12.5", "+5", "1E+20", "1e-130", ".5", "5.", "00042"] {
        assert_eq!(text.parse::<Number>().unwrap().as_str(), text);
    }
    for text in ["", "-", ".", "1e", "1e1.5", "0x10", "NaN", "inf", " 1", "1_000", "1.2.3"] {
        assert_eq!(text.parse::<Number>(), Err(InvalidNumber), "{text}");
    }
}

#[test]
fn whole_numbers_are_known_however_they_are_written() {
    for (text, whole) in [
        ("100", Some(100)),
        ("1E+2", Some(100)),
        ("100.0", Some(100)),
        ("0.5e1", Some(5)),
        ("-50e-1", Some(-5)),
        ("+7", Some(7)),
        ("0E+99", Some(0)),
        ("1.5", None),
        ("1e-1", None),
        ("1e39", None),
        ("99999999999999999999999999999999999999", Some(99_999_999_999_999_999_999_999_999_999_999_999_999)),
    ] {
        assert_eq!(text.parse::<Number>().unwrap().to_i128(), whole, "{text}");
    }
}

#[test]
fn doubles_are_exact_or_no_numbers() {
    for double in [0.1, -2.5e-9, 1e100, 9_007_199_254_740_993.0] {
        assert_eq!(Number::try_from(double).unwrap().to_f64().to_bits(), double.to_bits());
    }
    assert_eq!(Number::try_from(f64::NAN), Err(InvalidNumber));
    assert_eq!(Number::try_from(f64::INFINITY), Err(InvalidNumber));
}

#[test]
fn in_json_a_value_is_as_dynamodb_writes_it() {
    let item = Item::from([("n".to_owned(), Value::from(5)), ("s".to_owned(), Value::from("x"))]);
    let json = json!({"M": {"n": {"N": "5"}, "s": {"S": "x"}}});
    assert_eq!(serde_json::to_value(Value::M(item.clone())).unwrap(), json);
    assert_eq!(serde_json::from_value::<Value>(json).unwrap(), Value::M(item));
}

#[test]
fn a_key_has_one_part_or_two() {
    let both = pb::ItemKey::from(ItemKey::from(("user-1", 7)));
    assert_eq!(both.partition, Some(Value::from("user-1").into()));
    assert_eq!(both.sort, Some(Value::from(7).into()));
    assert_eq!(pb::ItemKey::from(ItemKey::from(7)).sort, None);
}
