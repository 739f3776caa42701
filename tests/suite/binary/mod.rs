//! The program `dynakv` as people and scripts use it: started as a process, spoken to through its arguments, its standard
//! streams and its exit code.
//!
//! Here is what such tests stand on, and the client commands. `server` has `dynakv serve`.

mod cli;
mod commands;
mod items;
mod outcomes;
mod process;
mod proxy;
mod shell;
mod table;
mod tables;
mod transactions;
mod values;

pub(crate) use cli::Cli;
pub(crate) use process::{Serve, Serving};
pub(crate) use proxy::{Held, Proxy};
pub(crate) use table::make_table;
