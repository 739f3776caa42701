use tempfile::TempDir;

use super::checkpoint::Checkpoint;
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
