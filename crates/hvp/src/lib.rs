//! Exact products with the loss Hessian and its parts, for any network Burn can capture.
