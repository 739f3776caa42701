//! How much errors quote of a request: enough to find the fault, and never more than fits in every client's headers.

mod other_services;
mod requests;
mod sample;
mod upstream;
mod wire;
