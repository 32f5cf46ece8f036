//! Cells as dates and times, read and printed.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sellerlake_fuzz::decode::laws;

fuzz_target!(|bytes: &[u8]| {
    laws::date_text(bytes);
    laws::printed_date(bytes);
});
