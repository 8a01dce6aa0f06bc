//! Downloads of the data sets: pinned by SHA-256, resumable, unpacked with care.
#![forbid(unsafe_code)]
