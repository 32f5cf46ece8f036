//! What the binary carries: the built-in schemas and pipelines, and the sample workspace, each as `(path, content)`
//! sorted by path. Made by `build.rs`.

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
