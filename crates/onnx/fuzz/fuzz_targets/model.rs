#![no_main]

use hesscope_onnx::{Dimension, Model, Selection};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // Bad models are an error; only a panic is a finding. `tests/fixtures` is a corpus to begin with.
    let selection = Selection::default();
    let Ok(model) = Model::from_bytes(bytes.to_vec(), None) else {
        return;
    };
    let Ok(input) = model.input(&selection) else {
        return;
    };
    let extent = |dimension: &Dimension| match dimension {
        Dimension::Fixed(extent) => *extent,
        _ => 2,
    };
    let shape: Vec<usize> = input.shape.iter().flatten().map(extent).collect();
    let _ = model.missing(&selection);
    let _ = model.summary(&selection);
    let _ = model.program(&selection, &shape);
});
