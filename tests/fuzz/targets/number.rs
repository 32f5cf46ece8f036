//! Cells as numbers, read and printed.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sellerlake_fuzz::decode::laws;

fuzz_target!(|bytes: &[u8]| {
    laws::number_text(bytes);
    laws::printed_number(bytes);
});
