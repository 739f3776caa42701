use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Seek as _, SeekFrom};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::cli::error::Error;
use crate::cli::transfer::checkpoint::Checkpoint;

/// Options that must not change when an export resumes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Options {
    pub(super) table: String,
    pub(super) segments: u32,
    pub(super) filter: Option<String>,
    pub(super) names: BTreeMap<String, String>,
    /// As JSON.
    pub(super) values: BTreeMap<String, String>,
    pub(super) consistent: bool,
    pub(super) version_attribute: String,
}

/// The progress of an export.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct State {
    pub(super) options: Options,
    /// The token of the next page; empty for the first one.
    pub(super) page_token: String,
    /// The length of the file up to there.
    pub(super) bytes: u64,
    /// The number of items in it.
    pub(super) items: u64,
}

/// Locks the file before anything else, since another export may be writing it and its checkpoint.
pub(super) fn start(
    path: &Path,
    checkpoint: &Checkpoint,
    options: Options,
    force: bool,
) -> Result<(File, State), Error> {
    let existed = path.exists();
    let file = lock(path)?;
    let begun = begin(path, existed, checkpoint, options, force).and_then(|state| {
        cut(path, &file, state.bytes)?;
        Ok(state)
    });
    match begun {
        Ok(state) => Ok((file, state)),
        Err(error) => {
            if !existed {
                // Leave no empty file behind. If that fails, the first error matters more.
                let _removed = std::fs::remove_file(path);
            }
            Err(error)
        }
    }
}

/// The start: the checkpoint, or the beginning.
fn begin(file: &Path, existed: bool, checkpoint: &Checkpoint, options: Options, force: bool) -> Result<State, Error> {
    let saved = if force { None } else { checkpoint.load::<State>()? };
    match saved {
        Some(state) if state.options == options => Ok(state),
        Some(_) => {
            let path = checkpoint.path().display();
            let problem = format!("{path} belongs to an export with other options; --force starts again");
            Err(Error::Usage(problem.into()))
        }
        None if !force && existed => {
            let problem = format!("{} exists already; --force overwrites it", file.display());
            Err(Error::Usage(problem.into()))
        }
        None => {
            let state = State { options, page_token: String::new(), bytes: 0, items: 0 };
            // Save it before the file is changed, so that a file without a checkpoint is always complete.
            checkpoint.save(&state)?;
            Ok(state)
        }
    }
}

/// Opens the file and locks it as long as it is open.
fn lock(path: &Path) -> Result<File, Error> {
    let failed = |source| Error::File { path: path.to_owned(), source };
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(path).map_err(failed)?;
    file.try_lock().map_err(|error| failed(error.into()))?;
    Ok(file)
}

/// Truncates the file at the checkpoint.
fn cut(path: &Path, mut file: &File, bytes: u64) -> Result<(), Error> {
    let failed = |source| Error::File { path: path.to_owned(), source };
    let length = file.metadata().map_err(failed)?.len();
    if length < bytes {
        let problem = format!("has {length} bytes, fewer than its checkpoint says; --force starts again");
        return Err(Error::BadFile { path: path.to_owned(), problem });
    }
    file.set_len(bytes).and_then(|()| file.seek(SeekFrom::Start(bytes))).map_err(failed)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::path::PathBuf;

    use tempfile::TempDir;

    use super::*;
    use crate::cli::transfer::with_suffix;

    fn options(table: &str) -> Options {
        Options {
            table: table.to_owned(),
            segments: 1,
            filter: None,
            names: BTreeMap::new(),
            values: BTreeMap::new(),
            consistent: false,
            version_attribute: "ver".to_owned(),
        }
    }

    /// A path in a folder, with its checkpoint.
    fn file() -> (TempDir, PathBuf, Checkpoint) {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("f");
        let checkpoint = Checkpoint::at(with_suffix(&file, ".progress"));
        (folder, file, checkpoint)
    }

    #[test]
    fn a_finished_file_is_not_overwritten_unless_forced() {
        let (_folder, file, checkpoint) = file();
        std::fs::write(&file, "{}\n").unwrap();
        let begin = |force| start(&file, &checkpoint, options("a"), force);
        assert!(matches!(begin(false), Err(Error::Usage(_))));
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "{}\n");
        let (forced, state) = begin(true).unwrap();
        assert_eq!((forced.metadata().unwrap().len(), state.bytes), (0, 0));
        drop(forced);
        // The checkpoint is there, and the file is empty: going on is beginning anew.
        assert_eq!(begin(false).unwrap().1.bytes, 0);
    }

    #[test]
    fn other_options_are_refused() {
        let (_folder, file, checkpoint) = file();
        let begin = |table, force| start(&file, &checkpoint, options(table), force).map(|_| ());
        begin("a", false).unwrap();
        assert!(matches!(begin("b", false), Err(Error::Usage(_))));
        std::fs::remove_file(&file).unwrap();
        assert!(matches!(begin("b", false), Err(Error::Usage(_))));
        assert!(!file.exists(), "a refused export leaves no file");
        begin("b", true).unwrap();
    }

    #[test]
    fn what_the_checkpoint_does_not_count_is_cut_off() {
        let (_folder, file, checkpoint) = file();
        let state = |bytes| State { options: options("a"), page_token: "t".to_owned(), bytes, items: 1 };
        std::fs::write(&file, "{}\n{\"pk\":\"half").unwrap();
        checkpoint.save(&state(3)).unwrap();
        start(&file, &checkpoint, options("a"), false).unwrap().0.write_all(b"{}\n").unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "{}\n{}\n");
        checkpoint.save(&state(7)).unwrap();
        assert!(matches!(start(&file, &checkpoint, options("a"), false), Err(Error::BadFile { .. })));
    }

    #[test]
    fn two_at_once_do_not_share_a_file_or_a_checkpoint() {
        let (_folder, file, checkpoint) = file();
        let _first = start(&file, &checkpoint, options("a"), false).unwrap();
        let reached = State { options: options("a"), page_token: "t".to_owned(), bytes: 0, items: 7 };
        checkpoint.save(&reached).unwrap();
        for force in [false, true] {
            assert!(matches!(start(&file, &checkpoint, options("b"), force), Err(Error::File { .. })));
            assert_eq!(checkpoint.load::<State>().unwrap().unwrap().items, 7, "the other export's checkpoint");
        }
    }
}
