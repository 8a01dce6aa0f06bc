#![no_main]

use std::sync::Once;

static QUIET: Once = Once::new();

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // A decoder's panic is an error of the file, so it must not end the process as the fuzzer's hook has it. One that
    // comes through is a finding still.
    QUIET.call_once(|| std::panic::set_hook(Box::new(|_| {})));
    let _ = hesscope_data::fuzzing::image(bytes);
});
