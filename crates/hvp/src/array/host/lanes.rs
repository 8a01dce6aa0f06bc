//! Arithmetic on as many numbers at once as the processor's vectors hold.

use std::array;
use std::ops::{Add, Mul, Neg, Sub};

use pulp::Simd;

/// Numbers that come in vectors.
pub(crate) trait Lanes: Copy + Default + Send + Sync + 'static {
    /// A vector of an instruction set.
    type Of<S: Simd>: Copy + 'static;

    /// Whole vectors, and the numbers behind them.
    fn cut<S: Simd>(numbers: &[Self]) -> (&[Self::Of<S>], &[Self]);
    fn cut_mut<S: Simd>(numbers: &mut [Self]) -> (&mut [Self::Of<S>], &mut [Self]);
    /// A vector that begins with these numbers, fewer than it holds.
    fn load<S: Simd>(simd: S, numbers: &[Self]) -> Self::Of<S>;
    fn store<S: Simd>(simd: S, numbers: &mut [Self], vector: Self::Of<S>);
    fn splat<S: Simd>(simd: S, number: Self) -> Self::Of<S>;
    fn add<S: Simd>(simd: S, a: Self::Of<S>, b: Self::Of<S>) -> Self::Of<S>;
    fn sub<S: Simd>(simd: S, a: Self::Of<S>, b: Self::Of<S>) -> Self::Of<S>;
    fn mul<S: Simd>(simd: S, a: Self::Of<S>, b: Self::Of<S>) -> Self::Of<S>;
    fn neg<S: Simd>(simd: S, a: Self::Of<S>) -> Self::Of<S>;
    /// a b + c, rounded once where the processor can.
    fn mul_add<S: Simd>(simd: S, a: Self::Of<S>, b: Self::Of<S>, c: Self::Of<S>) -> Self::Of<S>;
    /// The sum of the numbers of a vector.
    fn sum<S: Simd>(simd: S, a: Self::Of<S>) -> Self;
}

macro_rules! lanes {
    ($number:ty, $of:ident, $cut:ident, $cut_mut:ident, $load:ident, $store:ident, $splat:ident, $add:ident, $sub:ident,
     $mul:ident, $neg:ident, $mul_add:ident, $sum:ident) => {
        impl Lanes for $number {
            type Of<S: Simd> = S::$of;

            #[inline(always)]
            fn cut<S: Simd>(numbers: &[Self]) -> (&[S::$of], &[Self]) {
                S::$cut(numbers)
            }

            #[inline(always)]
            fn cut_mut<S: Simd>(numbers: &mut [Self]) -> (&mut [S::$of], &mut [Self]) {
                S::$cut_mut(numbers)
            }

            #[inline(always)]
            fn load<S: Simd>(simd: S, numbers: &[Self]) -> S::$of {
                simd.$load(numbers)
            }

            #[inline(always)]
            fn store<S: Simd>(simd: S, numbers: &mut [Self], vector: S::$of) {
                simd.$store(numbers, vector);
            }

            #[inline(always)]
            fn splat<S: Simd>(simd: S, number: Self) -> S::$of {
                simd.$splat(number)
            }

            #[inline(always)]
            fn add<S: Simd>(simd: S, a: S::$of, b: S::$of) -> S::$of {
                simd.$add(a, b)
            }

            #[inline(always)]
            fn sub<S: Simd>(simd: S, a: S::$of, b: S::$of) -> S::$of {
                simd.$sub(a, b)
            }

            #[inline(always)]
            fn mul<S: Simd>(simd: S, a: S::$of, b: S::$of) -> S::$of {
                simd.$mul(a, b)
            }

            #[inline(always)]
            fn neg<S: Simd>(simd: S, a: S::$of) -> S::$of {
                simd.$neg(a)
            }

            #[inline(always)]
            fn mul_add<S: Simd>(simd: S, a: S::$of, b: S::$of, c: S::$of) -> S::$of {
                simd.$mul_add(a, b, c)
            }

            #[inline(always)]
            fn sum<S: Simd>(simd: S, a: S::$of) -> Self {
                simd.$sum(a)
            }
        }
    };
}

lanes!(
    f32,
    f32s,
    as_simd_f32s,
    as_mut_simd_f32s,
    partial_load_f32s,
    partial_store_f32s,
    splat_f32s,
    add_f32s,
    sub_f32s,
    mul_f32s,
    neg_f32s,
    mul_add_e_f32s,
    reduce_sum_f32s
);
lanes!(
    f64,
    f64s,
    as_simd_f64s,
    as_mut_simd_f64s,
    partial_load_f64s,
    partial_store_f64s,
    splat_f64s,
    add_f64s,
    sub_f64s,
    mul_f64s,
    neg_f64s,
    mul_add_e_f64s,
    reduce_sum_f64s
);

/// A vector with the arithmetic of numbers.
pub(crate) struct Vector<T: Lanes, S: Simd> {
    simd: S,
    lanes: T::Of<S>,
}

impl<T: Lanes, S: Simd> Clone for Vector<T, S> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Lanes, S: Simd> Copy for Vector<T, S> {}

impl<T: Lanes, S: Simd> Vector<T, S> {
    /// Numbers of a vector.
    pub const LANES: usize = size_of::<T::Of<S>>() / size_of::<T>();

    #[inline(always)]
    pub fn of(simd: S, lanes: T::Of<S>) -> Self {
        Vector { simd, lanes }
    }

    /// The first numbers of a slice that holds at least as many as a vector.
    #[inline(always)]
    pub fn load(simd: S, numbers: &[T]) -> Self {
        Vector {
            simd,
            lanes: T::cut::<S>(&numbers[..Self::LANES]).0[0],
        }
    }

    /// Writes over the first numbers of such a slice.
    #[inline(always)]
    pub fn store(self, numbers: &mut [T]) {
        T::cut_mut::<S>(&mut numbers[..Self::LANES]).0[0] = self.lanes;
    }

    #[inline(always)]
    pub fn splat(simd: S, number: T) -> Self {
        Vector {
            simd,
            lanes: T::splat(simd, number),
        }
    }

    /// This times `factor`, and `sum` added to it.
    #[inline(always)]
    pub fn mul_add(self, factor: Self, sum: Self) -> Self {
        Vector {
            simd: self.simd,
            lanes: T::mul_add(self.simd, self.lanes, factor.lanes, sum.lanes),
        }
    }

    /// The sum of its numbers.
    #[inline(always)]
    pub fn sum(self) -> T {
        T::sum(self.simd, self.lanes)
    }
}

macro_rules! operator {
    ($trait:ident, $method:ident) => {
        impl<T: Lanes, S: Simd> $trait for Vector<T, S> {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Vector {
                    simd: self.simd,
                    lanes: T::$method(self.simd, self.lanes, other.lanes),
                }
            }
        }
    };
}

operator!(Add, add);
operator!(Sub, sub);
operator!(Mul, mul);

impl<T: Lanes, S: Simd> Neg for Vector<T, S> {
    type Output = Self;

    #[inline(always)]
    fn neg(self) -> Self {
        Vector {
            simd: self.simd,
            lanes: T::neg(self.simd, self.lanes),
        }
    }
}

/// Computes O slices from I slices number by number. All are as long as the first of the outputs, or longer.
///
/// Mark the formula `#[inline(always)]`.
#[inline(always)]
pub(crate) fn each<T: Lanes, S: Simd, const I: usize, const O: usize>(
    simd: S,
    inputs: [&[T]; I],
    mut outputs: [&mut [T]; O],
    formula: impl Fn([Vector<T, S>; I]) -> [Vector<T, S>; O],
) {
    let len = outputs[0].len();
    let whole = len / Vector::<T, S>::LANES;
    let done = whole * Vector::<T, S>::LANES;
    let mut vectors: [&[T::Of<S>]; I] = [&[]; I];
    for (vectors, input) in vectors.iter_mut().zip(inputs) {
        *vectors = &T::cut::<S>(input).0[..whole];
    }
    let mut loaded = [Vector::splat(simd, T::default()); I];
    {
        let mut written: [&mut [T::Of<S>]; O] = array::from_fn(|_| <&mut [T::Of<S>]>::default());
        for (written, output) in written.iter_mut().zip(&mut outputs) {
            *written = &mut T::cut_mut::<S>(output).0[..whole];
        }
        for at in 0..whole {
            for (loaded, vectors) in loaded.iter_mut().zip(&vectors) {
                loaded.lanes = vectors[at];
            }
            for (written, vector) in written.iter_mut().zip(formula(loaded)) {
                written[at] = vector.lanes;
            }
        }
    }
    if done < len {
        for (loaded, input) in loaded.iter_mut().zip(inputs) {
            loaded.lanes = T::load(simd, &input[done..len]);
        }
        for (output, vector) in outputs.iter_mut().zip(formula(loaded)) {
            T::store(simd, &mut output[done..len], vector.lanes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pulp::{Arch, WithSimd};

    struct Check<T>(std::marker::PhantomData<T>);

    impl<T: Lanes + From<f32> + PartialEq + std::fmt::Debug> WithSimd for Check<T> {
        type Output = ();

        /// Slices of every length up to a few vectors, by arithmetic that tells its operands apart.
        fn with_simd<S: Simd>(self, simd: S) {
            let counted = |from: f32, len: usize| -> Vec<T> {
                (0..len).map(|i| T::from(from + i as f32)).collect()
            };
            for len in 0..70 {
                // Inputs may be longer than outputs.
                let (a, b) = (counted(1.0, len + 3), counted(200.0, len));
                let (mut sum, mut mixed) = (counted(0.0, len), counted(0.0, len));
                let three = Vector::splat(simd, T::from(3.0));
                each(simd, [&a, &b], [&mut sum, &mut mixed], |[a, b]| {
                    [a + b, -(a - b * three)]
                });
                for i in 0..len {
                    let (a, b) = (1.0 + i as f32, 200.0 + i as f32);
                    assert_eq!(sum[i], T::from(a + b));
                    assert_eq!(mixed[i], T::from(3.0 * b - a));
                }
                each(simd, [&a, &b], [&mut sum], |[a, b]| [a.mul_add(three, b)]);
                for (i, &sum) in sum.iter().enumerate() {
                    assert_eq!(sum, T::from(203.0 + 4.0 * i as f32));
                }
            }
            let mut numbers = counted(0.0, 40);
            Vector::load(simd, &numbers[5..]).store(&mut numbers[20..]);
            let lanes = Vector::<T, S>::LANES;
            let sum = Vector::load(simd, &counted(1.0, lanes)).sum();
            assert_eq!(sum, T::from((lanes * (lanes + 1) / 2) as f32));
            for (i, number) in numbers.iter().enumerate() {
                let moved = (20..20 + lanes).contains(&i);
                assert_eq!(*number, T::from(if moved { i - 15 } else { i } as f32));
            }
        }
    }

    #[test]
    fn vectors_compute_what_numbers_do() {
        for arch in [Arch::new(), Arch::Scalar] {
            arch.dispatch(Check::<f32>(std::marker::PhantomData));
            arch.dispatch(Check::<f64>(std::marker::PhantomData));
        }
    }
}
