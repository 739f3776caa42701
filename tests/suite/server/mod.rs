//! `dynakv serve` as a process: start-up and its errors, access, output, persistence, limits of work, and shutdown.

mod durability;
mod ending;
mod full_disk;
mod health;
mod killed;
mod log;
mod page_tokens;
mod reach;
mod reflection;
mod secrets;
mod starting;
mod tables;
mod work;
