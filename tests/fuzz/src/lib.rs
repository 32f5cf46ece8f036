//! The modules that bytes pass through, compiled without the rest. Owns nothing but their names.

#![allow(
    dead_code,
    unused_imports,
    reason = "what no law needs is used by the package that these modules are of"
)]

#[path = "../../../src/decode/mod.rs"]
pub mod decode;
#[path = "../../../src/model/mod.rs"]
pub mod model;
#[path = "../../../src/read/mod.rs"]
pub mod read;
#[path = "../../../src/schema/mod.rs"]
pub mod schema;
