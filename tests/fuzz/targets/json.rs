//! Nested documents: what another reader takes for JSON must be read.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sellerlake_fuzz::read::laws;
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    let told = laws::nested(bytes);
    let is_json = |bytes: &[u8]| match serde_json::from_slice(bytes) {
        Ok(Value::Array(elements)) => {
            elements.is_empty() || elements.iter().all(|value| value.is_object())
        }
        Ok(Value::Object(_)) => true,
        _ => false,
    };
    if let Err(why) = told {
        assert!(!is_json(bytes), "not read: {why}");
    }
});
