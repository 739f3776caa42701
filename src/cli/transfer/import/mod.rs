//! `dynakv import`: sends the lines of a file in parts, each of them a BatchWriteItems.
//!
//! A part has the same lines and the same request id whenever the import reaches it. Several are in flight, and end in any
//! order. The checkpoint is the position up to which all are written; after an interruption the parts after it are sent
//! again. A part waits while one in flight has a key of it, so of several lines with one key the last wins.

mod command;
mod keys;
mod parts;
mod pipeline;
mod position;
mod request;
mod send;

pub(in crate::cli) use command::Import;
