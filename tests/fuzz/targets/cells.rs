//! Whole columns of every type.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sellerlake_fuzz::decode::laws;

fuzz_target!(|bytes: &[u8]| {
    laws::cells(bytes);
});
