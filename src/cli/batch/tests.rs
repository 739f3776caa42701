use std::io::Cursor;
use std::path::Path;
use std::time::Duration;

use super::record::{Key, NewEntry, Record};
use super::source::{Format, part, records};
use super::tally::{Reads, Tally, Writes};
use crate::cli::error::Error;

fn read<R: Record + Send + 'static>(text: &'static str, format: Format) -> Result<Vec<(u64, R)>, Error> {
    records(Cursor::new(text), Path::new("f"), format).collect()
}

fn entry(key: &str, value: &[u8], ttl_s: Option<u64>) -> NewEntry {
    let value = bytes::Bytes::copy_from_slice(value);
    NewEntry { key: key.to_owned(), value, ttl: ttl_s.map(Duration::from_secs) }
}

#[test]
fn keys_are_read_from_text_json_and_csv() {
    let expected = vec![(1, Key("a".into())), (3, Key(" {b} ".into())), (4, Key("é,".into()))];
    assert_eq!(read("\u{feff}a\r\n\n {b} \né,", Format::Text).unwrap(), expected);
    let json = "\"a\"\n\n{\"key\": \" {b} \", \"found\": true}\n{\"key\": \"\\u00e9,\", \"value\": null}\n";
    assert_eq!(read(json, Format::Jsonl).unwrap(), expected);
    let keys: Vec<(u64, Key)> = read("value,key\n1,a\n2,\" {b} \"\n3,\"é,\"\n", Format::Csv).unwrap();
    assert_eq!(
        keys.into_iter().map(|(_, key)| key).collect::<Vec<_>>(),
        expected.into_iter().map(|(_, key)| key).collect::<Vec<_>>()
    );
}

#[test]
fn entries_are_read_from_json_and_csv() {
    let expected = vec![(1, entry("a", b"one", None)), (2, entry("b", &[0, 255], Some(5))), (3, entry("c", b"", None))];
    let json = "{\"key\":\"a\",\"value\":\"one\"}\n{\"key\":\"b\",\"value_base64\":\"AP8=\",\"ttl\":\"5s\"}\n{\"key\":\"c\",\"value\":\"\"}";
    assert_eq!(read(json, Format::Jsonl).unwrap(), expected);
    let csv = "key,value,value_base64,ttl\na,one,,\nb,,AP8=,5s\nc,,,\n";
    let entries: Vec<(u64, NewEntry)> = read(csv, Format::Csv).unwrap();
    assert_eq!(entries, expected.into_iter().map(|(line, entry)| (line + 1, entry)).collect::<Vec<_>>());
}

#[test]
fn a_bad_line_is_named() {
    for (text, format, line, part) in [
        ("{\"key\":\"a\",\"value\":\"v\"}\n{\"key\":\"b\"}\n", Format::Jsonl, 2, "value_base64"),
        ("{\"key\":\"a\",\"value\":\"v\",\"tll\":\"5s\"}", Format::Jsonl, 1, "tll"),
        ("{\"key\":\"a\",\"value\":\"v\",\"ttl\":\"5\"}", Format::Jsonl, 1, "ttl"),
        ("{\"key\":\"a\",\"value_base64\":\"?\"}", Format::Jsonl, 1, "value_base64"),
        ("\n\nnonsense", Format::Jsonl, 3, ""),
        ("key,value\na,v\nb\n", Format::Csv, 3, ""),
        ("key,value,tll\na,v,5s\n", Format::Csv, 2, "tll"),
        ("name,value\na,v\n", Format::Csv, 2, "name"),
        ("a\n", Format::Text, 1, "keys only"),
    ] {
        let Err(Error::BadLine { line: found, problem, .. }) = read::<NewEntry>(text, format) else { panic!("{text}") };
        assert_eq!(found, line, "{text}: {problem}");
        assert!(problem.contains(part), "{text}: {problem}");
    }
}

#[test]
fn an_endless_line_is_refused() {
    let mut records = records::<Key>(std::io::repeat(b'a'), Path::new("f"), Format::Text);
    assert!(matches!(records.next(), Some(Err(Error::BadLine { line: 1, .. }))));
}

#[test]
fn parts_are_bounded_by_count_and_by_bytes() {
    let mut keys = (1..).map(|line| Ok((line, Key("k".into()))));
    assert_eq!(part(&mut keys, 10).unwrap().len(), 10);
    let mut entries = (1..).map(|line| Ok((line, entry("k", &vec![0; 1024 * 1024 - 1], None))));
    assert_eq!(part(&mut entries, 10_000).unwrap().len(), 8);
    let mut bad = (1..).map(|line| match line {
        5 => Err(Error::BadLine { path: "f".into(), line, problem: String::new() }),
        _ => Ok((line, Key("k".into()))),
    });
    assert!(part(&mut bad, 10).is_err(), "nothing of a part with a bad line");
}

#[test]
fn the_gravest_count_decides_the_exit_code() {
    assert_eq!(Reads { found: 1, ..Reads::default() }.verdict().exit_code(), 0);
    assert_eq!(Reads { missing: 1, ..Reads::default() }.verdict().exit_code(), 1);
    assert_eq!(Reads { missing: 1, failed: 1, ..Reads::default() }.verdict().exit_code(), 3);
    assert_eq!(Writes { applied: 1, superseded: 1, ..Writes::default() }.verdict().exit_code(), 0);
    assert_eq!(Writes { missing: 1, ..Writes::default() }.verdict().exit_code(), 1);
    assert_eq!(Writes { failed: 1, missing: 1, ..Writes::default() }.verdict().exit_code(), 3);
    assert_eq!(Writes { failed: 1, unknown: 1, ..Writes::default() }.verdict().exit_code(), 4);
    assert_eq!(
        Writes { applied: 3, unknown: 1, ..Writes::default() }.sentence(),
        "3 applied, 0 failed, 1 with an unknown outcome"
    );
}
