//! What a network takes in: floats, or integers such as tokens.

use burn::tensor::{DType, Device, Float, Int, Tensor, TensorData, kind::Basic};
use burn_capture::CaptureBackend;
use burn_ir::TensorId;

mod sealed {
    pub trait Sealed {}

    impl Sealed for burn::tensor::Float {}
    impl Sealed for burn::tensor::Int {}
}

/// The kinds of tensor a network may take in, Burn's `Float` and `Int`. A closure that says what it
/// takes says which: `|network: &M, x: Tensor<2, Int>| …`.
pub trait InputKind: Basic + sealed::Sealed {
    /// Whether the elements are integers.
    const INTEGERS: bool;

    /// Zeros, of the type `float` where they are floats.
    #[doc(hidden)]
    fn zeros<const D: usize>(shape: [usize; D], device: &Device, float: DType) -> Tensor<D, Self>;

    /// The id of a tensor on a capture device.
    #[doc(hidden)]
    fn id<const D: usize>(tensor: Tensor<D, Self>) -> TensorId;
}

impl InputKind for Float {
    const INTEGERS: bool = false;

    fn zeros<const D: usize>(shape: [usize; D], device: &Device, float: DType) -> Tensor<D> {
        let zeros = TensorData::new(vec![0.0f32; shape.iter().product()], shape);
        Tensor::from_data(zeros.convert_dtype(float), (device, float))
    }

    fn id<const D: usize>(tensor: Tensor<D>) -> TensorId {
        tensor_id(tensor)
    }
}

impl InputKind for Int {
    const INTEGERS: bool = true;

    fn zeros<const D: usize>(shape: [usize; D], device: &Device, _: DType) -> Tensor<D, Int> {
        let zeros = TensorData::new(vec![0i64; shape.iter().product()], shape);
        Tensor::from_data(zeros, device)
    }

    fn id<const D: usize>(tensor: Tensor<D, Int>) -> TensorId {
        let on_capture = tensor.try_into_primitive::<CaptureBackend>().expect(
            "a tensor computed from tensors on the capture device is on the capture device",
        );
        on_capture.id()
    }
}

/// The id of a tensor of floats on a capture device.
pub(crate) fn tensor_id<const D: usize>(tensor: Tensor<D>) -> TensorId {
    tensor
        .try_into_primitive::<CaptureBackend>()
        .expect("a tensor computed from tensors on the capture device is on the capture device")
        .id()
}
