//! The SDK is the measure: it sends the same requests, and reads the same answers.

mod any;
mod answers;
mod damaged;
mod errors;
mod nesting;
mod recorded;
mod requests;
mod sdk;
mod shapes;
