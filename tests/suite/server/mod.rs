//! `dynakv serve` as a process: how it starts and what it refuses, who can reach it, what it says of itself, what it
//! keeps, and how it ends.

mod durability;
mod ending;
mod health;
mod page_tokens;
mod reach;
mod reflection;
mod starting;
mod tables;
