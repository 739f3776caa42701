//! Prints the public items of a crate, one a line, from the JSON that rustdoc wrote about it. Items that are hidden from the
//! documentation are left out, and so are traits that are derived or that every type has.

use std::env;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args().nth(1).ok_or("usage: dynakv-public-api FILE.json")?;
    let api = public_api::Builder::from_rustdoc_json(&path)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .omit_auto_derived_impls(true)
        .build()
        .map_err(|error| format!("{path}: {error}\nIf the compiler is a new one, tools/public-api needs a new public-api."))?;
    for item in api.items() {
        println!("{item}");
    }
    Ok(())
}
