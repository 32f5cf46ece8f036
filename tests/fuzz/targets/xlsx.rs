//! The parts of a workbook's sheet.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sellerlake_fuzz::read::laws;

fuzz_target!(|bytes: &[u8]| {
    laws::sheet(bytes);
});
