#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // Bad bytes are an error; only a panic is a finding.
    let _ = hesscope_data::fuzzing::arrays(bytes);
});
