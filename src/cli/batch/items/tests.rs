use dynakv_client::{Item, Number, Value};

use super::record::{Key, NewItem};
use crate::cli::batch::record::Record;

fn json(key: &Key) -> String {
    serde_json::to_string(key).unwrap()
}

#[test]
fn a_key_is_a_value_or_a_pair() {
    assert_eq!(json(&Key::of_text("[1, 2]").unwrap()), r#""[1, 2]""#, "an argument is a string");
    for line in [r#""ann""#, "7", r#"{"B":"AP8="}"#, r#"["ann",7]"#] {
        let key = Key::of_json(line).unwrap();
        assert_eq!(json(&key), line);
        let shown = format!(r#"{{"key":{line},"found":true,"item":{{}}}}"#);
        assert_eq!(Key::of_json(&shown).unwrap(), key, "the output of a get is input");
    }
    assert_eq!(Key::of_json(r#"["ann"]"#).unwrap(), Key::of_text("ann").unwrap());
    for line in ["", "ann", "[]", "[1,2,3]"] {
        assert!(Key::of_json(line).is_err(), "{line}");
    }
}

#[test]
fn an_item_has_its_line_and_the_size_of_that() {
    let line = r#"{"pk":"a","n":1}"#;
    let new = NewItem::of_json(line).unwrap();
    let item: Item = [("pk".to_owned(), "a".into()), ("n".to_owned(), Value::N(Number::from(1)))].into();
    assert_eq!((new.bytes(), new.item), (line.len(), item));
    assert!(NewItem::of_json("[]").is_err() && NewItem::of_text(line).is_err());
}
