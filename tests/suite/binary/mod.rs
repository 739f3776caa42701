//! The program `dynakv` as a process, tested through its arguments, standard streams and exit codes.
//!
//! This module has the tools for such tests and the tests of the client commands. `server` tests `dynakv serve`.

mod cli;
mod commands;
mod item_batches;
mod items;
mod outcomes;
mod process;
mod proxy;
mod shell;
mod table;
mod tables;
mod transactions;
mod transfer;
mod values;

pub(crate) use cli::Cli;
pub(crate) use process::{Serve, Serving};
pub(crate) use proxy::{Held, Proxy};
pub(crate) use table::make_table;
