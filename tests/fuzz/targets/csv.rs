//! Delimited text: the same rows however it comes, those of another reader, and those that were printed.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sellerlake_fuzz::read::laws;

fuzz_target!(|bytes: &[u8]| {
    laws::delimited(bytes);
    laws::printed_rows(bytes);
});
