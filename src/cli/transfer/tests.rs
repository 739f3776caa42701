use std::io::Cursor;

use tempfile::TempDir;

use super::checkpoint::Checkpoint;
use super::lines::{Line, Lines};
use crate::cli::error::Error;

#[test]
fn a_checkpoint_is_what_was_saved_last() {
    let folder = TempDir::new().unwrap();
    let checkpoint = Checkpoint::at(folder.path().join("c"));
    assert_eq!(checkpoint.load::<u64>().unwrap(), None);
    for state in [1_u64, 2] {
        checkpoint.save(&state).unwrap();
        assert_eq!(checkpoint.load::<u64>().unwrap(), Some(state));
    }
    std::fs::write(checkpoint.path(), "nonsense").unwrap();
    assert!(matches!(checkpoint.load::<u64>(), Err(Error::BadFile { .. })));
    checkpoint.remove().unwrap();
    assert_eq!(checkpoint.load::<u64>().unwrap(), None);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left behind");
}

#[test]
fn a_checkpoint_that_cannot_be_saved_is_an_error() {
    let folder = TempDir::new().unwrap();
    let checkpoint = Checkpoint::at(folder.path().join("absent").join("c"));
    assert!(matches!(checkpoint.save(&1), Err(Error::File { .. })));
}

#[test]
fn lines_know_their_number() {
    let line = |number, text: &str| Line { number, text: text.to_owned() };
    let lines = Lines::of(Cursor::new("{}\n\n {\"a\":1}\r\n{}"), "f".into());
    let lines = lines.collect::<Result<Vec<_>, _>>().unwrap();
    assert_eq!(lines, [line(1, "{}\n"), line(3, " {\"a\":1}\r\n"), line(4, "{}")]);
}

#[test]
fn an_endless_line_is_refused() {
    let mut lines = Lines::of(std::io::repeat(b'a'), "f".into());
    assert!(matches!(lines.next(), Some(Err(Error::NotAnItem { line: 1, .. }))));
}
