//! Spectral estimation over abstract linear operators.
