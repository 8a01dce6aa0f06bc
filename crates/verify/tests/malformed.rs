//! References whose tensors do not fit together: each is refused with what is wrong, and none is computed with.

use std::path::Path;

use burn::tensor::Device;
use hesscope_hvp::Precision;
use hesscope_verify::{Reference, VerifyError, verify};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};

/// A network of one hidden unit over two examples, whose answers are arbitrary numbers.
const SMALL: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/fuzz/corpus/reference/mlp.safetensors"
);

/// What comparing with a reference says of which one tensor has another shape.
fn said(tensor: &str, shape: &[usize]) -> String {
    let bytes = std::fs::read(SMALL).expect("a reference");
    let file = SafeTensors::deserialize(&bytes).expect("a reference");
    let (_, header) = SafeTensors::read_metadata(&bytes).expect("a reference");
    let number = 1.0_f64.to_le_bytes();
    let other = number.repeat(shape.iter().product());
    let views = file.tensors().into_iter().map(|(name, view)| {
        let view = match name == tensor {
            true => TensorView::new(Dtype::F64, shape.to_vec(), &other).expect("a tensor"),
            false => view,
        };
        (name, view)
    });
    let written = safetensors::serialize(views, header.metadata().clone()).expect("bytes");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("small.safetensors");
    std::fs::write(&path, written).expect("a file");
    let error = Reference::read(&path)
        .and_then(|reference| verify(&reference, Precision::F64, &Device::flex()).map(drop))
        .expect_err(tensor);
    assert!(matches!(error, VerifyError::Foreign { .. }), "{error}");
    let path = path.display().to_string();
    error.to_string().replace(&path, "F")
}

#[test]
fn shapes_that_do_not_fit_are_named() {
    assert!(Path::new(SMALL).is_file());
    for (tensor, shape, sentence) in [
        (
            "a1.eigenvalues",
            &[3][..],
            "`a1.eigenvalues` has 3 numbers, but there are 7",
        ),
        (
            "param.1.weight",
            &[2, 1],
            "`1.weight` has shape [2, 1], not [out, 2]",
        ),
        (
            "param.1.weight",
            &[2],
            "`1.weight` has shape [2], not [out, 2]",
        ),
        (
            "param.3.bias",
            &[2, 1],
            "`3.bias` has shape [2, 1], not [2]",
        ),
        (
            "x",
            &[2, 2],
            "its inputs `x` have shape [2, 2], not [n, c, h, w]",
        ),
        (
            "x",
            &[2, 1, 1, 3],
            "`1.weight` has shape [1, 2], not [out, 3]",
        ),
        (
            "x",
            &[2, 1, 0, 2],
            "it has no examples, no directions or nothing in them",
        ),
        (
            "v",
            &[0, 7],
            "it has no examples, no directions or nothing in them",
        ),
        ("v", &[1, 7, 1], "its directions have shape [1, 7, 1]"),
        (
            "logits",
            &[3],
            "its tensor `logits` has 3 numbers, but there are 4",
        ),
    ] {
        let said = said(tensor, shape);
        assert!(
            said.starts_with("F is not a reference: ") && said.contains(sentence),
            "{tensor} {shape:?}: {said}"
        );
    }
}

/// With any one byte changed it is compared or refused, and nothing panics.
#[test]
fn changed_bytes_are_errors_or_harmless() {
    let whole = std::fs::read(SMALL).expect("a reference");
    let sound = Reference::read(Path::new(SMALL)).expect("a reference");
    let compared = verify(&sound, Precision::F64, &Device::flex()).expect("a comparison");
    assert_eq!(compared.len(), 15);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("small.safetensors");
    let mut refused = 0;
    for place in 0..whole.len() {
        for flip in [1, 0x10] {
            let mut bytes = whole.clone();
            bytes[place] ^= flip;
            std::fs::write(&path, bytes).expect("a file");
            match Reference::read(&path) {
                Ok(reference) => {
                    let _ = verify(&reference, Precision::F64, &Device::flex());
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(refused > whole.len(), "{refused} refused");
}
