#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| dynakv::wire::fuzz::lean_answers(input));
