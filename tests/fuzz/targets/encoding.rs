//! Which encoding bytes are in, and what is lost by it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sellerlake_fuzz::read::laws;

fuzz_target!(|bytes: &[u8]| {
    laws::encoding(bytes);
});
