use dynakv_client::{Bytes, Item, Number, Value, pb};
use proptest::prelude::*;
use prost::Message as _;

use super::*;

fn shown(value: &Value) -> String {
    serde_json::to_string(&Plain(value)).unwrap()
}

#[test]
fn each_type_has_its_notation() {
    let number = |text: &str| text.parse::<Number>().unwrap();
    let bytes = Bytes::from_static(&[0, 255]);
    for (json, of) in [
        ("\"é\\n\"", Value::from("é\n")),
        ("12345678901234567890.123456789012345678", number("12345678901234567890.123456789012345678").into()),
        ("1E+125", number("1E+125").into()),
        ("{\"N\":\"+.5\"}", number("+.5").into()),
        ("{\"B\":\"AP8=\"}", bytes.clone().into()),
        ("true", true.into()),
        ("null", Value::Null),
        ("{}", Item::new().into()),
        ("{\"a\":[1,{\"b\":null}]}", Item::from([("a".into(), Value::L(vec![1.into(), b()]))]).into()),
        ("{\"M\":{\"S\":\"small\"}}", Item::from([("S".into(), "small".into())]).into()),
        (
            "{\"M\":{\"M\":{\"M\":{\"B\":1}}}}",
            Item::from([("M".into(), Item::from([("B".into(), 1.into())]).into())]).into(),
        ),
        ("{\"SS\":[\"a\",\"b\"]}", Value::Ss(["a".into(), "b".into()].into())),
        ("{\"NS\":[\"+1\",2.50]}", Value::Ns([number("2.50"), number("+1")].into())),
        ("{\"BS\":[\"AP8=\"]}", Value::Bs([bytes].into())),
    ] {
        assert_eq!(shown(&of), json);
        assert_eq!(value(json).unwrap(), of, "{json}");
    }
}

fn b() -> Value {
    Item::from([("b".into(), Value::Null)]).into()
}

#[test]
fn what_dynamodb_writes_in_json_is_read_as_well() {
    let aws = r#"{"pk": {"S": "a"}, "n": {"N": "1"}, "m": {"M": {"S": {"S": "x"}}}, "l": {"L": [{"NULL": true}, {"BOOL": false}]}}"#;
    let plain = r#"{"pk": "a", "n": 1, "m": {"M": {"S": "x"}}, "l": [null, false]}"#;
    assert_eq!(item(aws).unwrap(), item(plain).unwrap());
}

#[test]
fn an_item_is_not_mistaken_for_a_value() {
    let one = Item::from([("B".to_owned(), Value::from("no base64"))]);
    let line = item_line(&one).unwrap();
    assert_eq!(line, b"{\"B\":\"no base64\"}\n");
    assert_eq!(item(std::str::from_utf8(&line).unwrap()).unwrap(), one);
}

#[test]
fn a_mistake_is_named_with_its_place() {
    for (text, part) in [
        ("paid", "needs quotes"),
        ("{\"a\": 1, \"a\": 2}", "twice"),
        ("{\"a\": {\"S\": 5}}", "a: "),
        ("{\"a\": [1, {\"B\": \"?\"}]}", "a[1]: is not base64"),
        ("{\"a\": {\"S\": 5}}", "{\"M\": {\"S\": ...}}"),
        ("{\"NULL\": false}", "must be true"),
        ("{\"NS\": [1, \"1\"]}", "twice"),
        ("{\"N\": \"one\"}", "number"),
        ("1 2", "JSON"),
    ] {
        let problem = value(text).unwrap_err();
        assert!(problem.contains(part), "{text}: {problem}");
    }
    for text in ["5", "[]", "\"a\"", "null"] {
        assert!(item(text).unwrap_err().contains("object"), "{text}");
    }
    assert!(value(&"[".repeat(100_000)).is_err());
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(value(&deep).is_err());
}

#[test]
fn the_members_of_a_set_may_be_a_list() {
    assert_eq!(set("[\"a\"]"), value("{\"SS\": [\"a\"]}"));
    assert_eq!(set("[1, 2]"), value("{\"NS\": [1, 2]}"));
    assert_eq!(set("{\"BS\": [\"AP8=\"]}"), value("{\"BS\": [\"AP8=\"]}"));
    for text in ["[]", "[1, \"a\"]", "1", "[[1]]"] {
        assert!(set(text).is_err(), "{text}");
    }
}

fn encoded(item: Item) -> Vec<u8> {
    let fields = item.into_iter().map(|(name, value)| (name, value.into())).collect();
    pb::AttributeMap { fields }.encode_to_vec()
}

#[test]
fn an_encoded_value_of_no_known_type_is_refused() {
    let fields = [("a".to_owned(), pb::Value { kind: None })].into();
    let item = pb::AttributeMap { fields }.encode_to_vec();
    assert!(append_line(&item, "version", &mut Vec::new()).is_err());
    let deep = (0..60).fold(Value::Null, |inner, _| Value::L(vec![inner]));
    assert!(append_line(&encoded([("a".to_owned(), deep)].into()), "version", &mut Vec::new()).is_err());
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![prop::sample::select(TYPES.to_vec()).prop_map(str::to_owned), "\\PC{0,3}"]
}

fn numbers() -> impl Strategy<Value = Number> {
    "[-+]?([0-9]{1,38}|[0-9]{0,3}\\.[0-9]{1,3})([eE][-+]?[0-9]{1,2})?".prop_map(|text| text.parse().unwrap())
}

fn values() -> impl Strategy<Value = Value> {
    let bytes = || prop::collection::vec(any::<u8>(), 0..4).prop_map(Bytes::from);
    let leaf = prop_oneof![
        ".{0,3}".prop_map(Value::S),
        numbers().prop_map(Value::N),
        bytes().prop_map(Value::B),
        any::<bool>().prop_map(Value::Bool),
        Just(Value::Null),
        prop::collection::btree_set(".{0,3}", 1..3).prop_map(Value::Ss),
        prop::collection::btree_set(numbers(), 1..3).prop_map(Value::Ns),
        prop::collection::btree_set(bytes(), 1..3).prop_map(Value::Bs),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::L),
            prop::collection::btree_map(name(), inner, 0..3).prop_map(Value::M),
        ]
    })
}

proptest! {
    #[test]
    fn every_value_makes_the_round_trip(of in values()) {
        prop_assert_eq!(value(&shown(&of)).unwrap(), of);
    }

    #[test]
    fn every_item_makes_the_round_trip(of in prop::collection::btree_map(name(), values(), 0..4)) {
        let line = item_line(&of).unwrap();
        prop_assert_eq!(item(std::str::from_utf8(&line).unwrap()).unwrap(), of);
    }

    #[test]
    fn the_line_of_an_encoded_item_is_that_of_the_item(of in prop::collection::btree_map(name(), values(), 0..4)) {
        let mut with_version = of.clone();
        with_version.insert("version".to_owned(), Value::from(7));
        let mut line = Vec::new();
        append_line(&encoded(with_version), "version", &mut line).unwrap();
        prop_assert_eq!(line, item_line(&of).unwrap());
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let _line = append_line(&bytes, "version", &mut Vec::new());
    }

    #[test]
    fn no_text_makes_it_panic(text in "[\\[\\]{}\":,SNB0-9a.eE ]{0,40}|\\PC{0,20}") {
        let _read = (value(&text), item(&text), set(&text));
    }
}
