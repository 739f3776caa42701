//! `dynakv export`: reads pages, turns them into lines and writes these to a file, all at the same time.
//!
//! The token of the next page is known before a page is decoded, so the server reads on meanwhile. About once a second the
//! file is synced, and then the checkpoint is saved: it never refers to lines that a crash could lose.

mod command;
mod file;
mod pages;
mod state;

pub(in crate::cli) use command::Export;
