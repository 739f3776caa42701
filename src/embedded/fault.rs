//! Classifies failures inside the engine.
//!
//! The engine drops SQLite's error codes and keeps only the messages, which are fixed for each code: `sqlite3_errstr`
//! in SQLite's C/C++ interface. So messages are compared, as a whole.

use dynoxide::DynoxideError;

use crate::driver::transport::{NOT_BEGUN, STORAGE_FULL};

/// `SQLITE_FULL`, in the two forms in which the engine reports it.
const FULL: [&str; 2] = ["backend: database or disk is full", "Internal error: database or disk is full"];
/// `SQLITE_BUSY` and `SQLITE_LOCKED`: another process held the database lock for longer than the engine waits. A write
/// takes this lock first and needs no other lock later, so it has changed nothing.
const LOCKED: [&str; 2] = ["backend: database is locked or busy", "Internal error: database is locked"];
/// `SQLITE_READONLY`: SQLite refuses to start a write.
const READ_ONLY: [&str; 2] =
    ["backend: attempt to write a readonly database", "Internal error: attempt to write a readonly database"];
/// `SQLITE_IOERR`, for any failure of the operating system.
const IO: [&str; 2] = ["backend: I/O error: disk I/O error", "Internal error: disk I/O error"];

/// A failure of the engine itself, as opposed to an error that DynamoDB would return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The disk is full, and SQLite has rolled the transaction back.
    ///
    /// This is true for a failed COMMIT too: the commit record is the last thing that SQLite writes to its log, and
    /// this failure occurs only while writing a file. Readers of the log ignore an incomplete commit record.
    Full,
    /// SQLite did not start the transaction, so it has changed nothing.
    NotBegun,
    /// The disk failed. If the failed operation was a sync, the commit record may be on the disk.
    Io,
    /// Any other failure. It is unknown whether the call has changed anything.
    Other,
}

impl Fault {
    /// `None` for an error that DynamoDB also returns.
    pub(super) fn of(error: &DynoxideError) -> Option<Self> {
        if error.status_code() < 500 {
            return None;
        }
        let words = error.to_string();
        let is_any = |kind: [&str; 2]| kind.contains(&words.as_str());
        Some(match () {
            () if is_any(FULL) => Self::Full,
            () if is_any(LOCKED) || is_any(READ_ONLY) => Self::NotBegun,
            () if is_any(IO) => Self::Io,
            () => Self::Other,
        })
    }

    /// The error type, for failures that have one.
    pub(super) fn error_type(self) -> Option<&'static str> {
        match self {
            Self::Full => Some(STORAGE_FULL),
            Self::NotBegun => Some(NOT_BEGUN),
            Self::Io | Self::Other => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use dynoxide::storage_backend::from_rusqlite;
    use rusqlite::{Connection, OpenFlags};

    use super::*;

    /// SQLite's error in the two forms in which the engine reports it.
    fn judged(statement: impl Fn() -> rusqlite::Result<()>) -> [Option<Fault>; 2] {
        let (by_backend, by_handler) = (from_rusqlite(statement().unwrap_err()), statement().unwrap_err());
        [DynoxideError::from(by_backend), DynoxideError::from(by_handler)].map(|error| Fault::of(&error))
    }

    fn database(folder: &tempfile::TempDir) -> Connection {
        let database = Connection::open(folder.path().join("test.db")).unwrap();
        database.pragma_update(None, "journal_mode", "WAL").unwrap();
        database.execute_batch("CREATE TABLE IF NOT EXISTS t (v)").unwrap();
        database
    }

    #[test]
    fn a_full_disk_is_known_by_the_words_of_sqlite() {
        let folder = tempfile::tempdir().unwrap();
        let full = database(&folder);
        full.pragma_update(None, "max_page_count", 2).unwrap();
        let insert = || full.execute_batch("INSERT INTO t VALUES (zeroblob(100000))");
        assert_eq!(judged(insert), [Some(Fault::Full); 2]);
    }

    #[test]
    fn a_transaction_that_did_not_begin_is_known_too() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (database(&folder), database(&folder));
        first.execute_batch("BEGIN IMMEDIATE").unwrap();
        second.busy_timeout(std::time::Duration::ZERO).unwrap();
        assert_eq!(judged(|| second.execute_batch("BEGIN IMMEDIATE")), [Some(Fault::NotBegun); 2]);

        let path = folder.path().join("test.db");
        let read_only = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        assert_eq!(judged(|| read_only.execute_batch("INSERT INTO t VALUES (1)")), [Some(Fault::NotBegun); 2]);
    }

    #[test]
    fn an_io_error_leaves_a_write_in_doubt() {
        let failed = || {
            let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_IOERR_FSYNC);
            Err(rusqlite::Error::SqliteFailure(code, Some("disk I/O error".to_owned())))
        };
        assert_eq!(judged(failed), [Some(Fault::Io); 2]);
        assert_eq!(Fault::Io.error_type(), None);
    }

    #[test]
    fn what_dynamodb_says_too_is_no_fault() {
        assert_eq!(Fault::of(&DynoxideError::ValidationException("database or disk is full".to_owned())), None);
        let half =
            DynoxideError::InternalServerError("operation failed (backend: database or disk is full)".to_owned());
        assert_eq!(Fault::of(&half), Some(Fault::Other));
    }
}
