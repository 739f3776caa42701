//! What a refusal says of a request: enough to find the fault, and never more than the headers of every client take.

mod other_services;
mod requests;
mod sample;
mod upstream;
mod wire;
