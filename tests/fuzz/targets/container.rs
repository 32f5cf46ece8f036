//! Files of any kind: archives, workbooks and texts.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sellerlake_fuzz::read::laws;
use std::panic;

// The reader of old workbooks panics on some bytes and is stopped from inside; only what gets out is a fault.
fuzz_target!(
    init: {
        drop(panic::take_hook());
    },
    |bytes: &[u8]| {
        laws::container(bytes);
    }
);
