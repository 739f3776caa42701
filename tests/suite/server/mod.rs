//! `dynakv serve` as a process: how it starts and what it refuses, who can reach it, what it says of itself, what it
//! keeps, how much work a caller can make for it, and how it ends.

mod durability;
mod ending;
mod full_disk;
mod health;
mod log;
mod page_tokens;
mod reach;
mod reflection;
mod secrets;
mod starting;
mod tables;
mod work;
