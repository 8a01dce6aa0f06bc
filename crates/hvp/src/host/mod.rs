//! Kernels over the numbers of tensors in host memory.
//!
//! Burn's operations go over a tensor once each and give a new one each time. What a sweep does most
//! between its matrix products — scaling channels, adding, masking, choosing winners, sums over
//! channels — reads several tensors and writes one, which a kernel of its own does in one pass. The
//! numbers are borrowed where they lie; results take memory that the sweep let go of
//! ([`recycle`]), because memory that comes fresh from the system costs more to touch than all the
//! arithmetic of such a pass.
//!
//! Every number a kernel gives is computed by one task in an order that does not depend on how many
//! threads there are.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::{Mutex, MutexGuard, PoisonError};

use burn::tensor::{DType, TensorData};
use burn_backend::TensorMetadata;
use burn_dispatch::backends::flex::{FlexTensor, Layout};
use burn_dispatch::{BackendTensor, DispatchAutodiffContext, DispatchTensor, DispatchTensorKind};
use faer::traits::RealField;

use crate::array::{Array, Indices};

pub(crate) mod channels;
pub(crate) mod columns;
pub(crate) mod elements;
pub(crate) mod matrix;
pub(crate) mod moves;
pub(crate) mod vectors;
pub(crate) mod winners;

/// The two number types of tensors.
pub(crate) trait Real: RealField + Copy + Send + Sync + 'static {
    const ZERO: Self;
    fn from_f64(value: f64) -> Self;
    fn to_f64(self) -> f64;
    fn slice(tensor: &FlexTensor) -> Option<&[Self]>;
    /// All numbers of the memory a tensor lies in.
    fn storage(tensor: &FlexTensor) -> &[Self];
    fn slice_mut(tensor: &mut FlexTensor) -> Option<&mut [Self]>;
    fn tensor(values: Vec<Self>, shape: &[usize]) -> FlexTensor;
    fn reclaim(tensor: FlexTensor) -> Option<Vec<Self>>;
    fn pool() -> &'static Mutex<Pool<Self>>;
}

macro_rules! real {
    ($type:ty) => {
        impl Real for $type {
            const ZERO: Self = 0.0;

            fn from_f64(value: f64) -> Self {
                value as $type
            }

            fn to_f64(self) -> f64 {
                f64::from(self)
            }

            fn slice(tensor: &FlexTensor) -> Option<&[Self]> {
                tensor.as_slice()
            }

            fn storage(tensor: &FlexTensor) -> &[Self] {
                tensor.storage()
            }

            fn slice_mut(tensor: &mut FlexTensor) -> Option<&mut [Self]> {
                let (start, end) = tensor.layout().contiguous_offsets()?;
                Some(&mut tensor.try_storage_mut::<$type>()?[start..end])
            }

            fn tensor(values: Vec<Self>, shape: &[usize]) -> FlexTensor {
                FlexTensor::from_data(TensorData::new(values, shape.to_vec()))
            }

            fn reclaim(tensor: FlexTensor) -> Option<Vec<Self>> {
                let whole = tensor.is_contiguous()
                    && tensor.bytes().len() == tensor.shape().num_elements() * size_of::<$type>();
                if !whole || !tensor.is_unique() {
                    return None;
                }
                tensor.into_data().into_parts().0.try_into_vec().ok()
            }

            fn pool() -> &'static Mutex<Pool<Self>> {
                static POOL: Mutex<Pool<$type>> = Mutex::new(Pool::new());
                &POOL
            }
        }
    };
}

real!(f32);
real!(f64);

/// Runs an expression with `$real` standing for the number type of an array.
macro_rules! with_real {
    ($array:expr, $real:ident => $body:expr) => {
        if $crate::host::is_double($array) {
            type $real = f64;
            $body
        } else {
            type $real = f32;
            $body
        }
    };
}
pub(crate) use with_real;

pub(crate) fn is_double(array: &Array) -> bool {
    array.0.dtype() == DType::F64
}

fn flex(array: &Array) -> Option<&FlexTensor> {
    match &array.0.kind {
        DispatchTensorKind::Flex(BackendTensor::Float(tensor)) => Some(tensor),
        _ => None,
    }
}

/// Whether the numbers of an array are in host memory, where these kernels reach them.
pub(crate) fn reaches(array: &Array) -> bool {
    flex(array).is_some()
}

/// Indices in host memory, row-major.
pub(crate) fn integers(indices: &Indices) -> Vec<i32> {
    match &indices.0.kind {
        DispatchTensorKind::Flex(BackendTensor::Int(tensor)) => {
            let data = tensor.clone().into_data();
            data.iter::<i32>().collect()
        }
        _ => unreachable!("the caller asked `reaches`"),
    }
}

/// The numbers of an array in host memory, row-major.
///
/// They are borrowed, but for an array whose numbers do not lie one after another, of which this is
/// a copy.
pub(crate) struct Numbers<T> {
    tensor: FlexTensor,
    real: PhantomData<T>,
}

impl<T: Real> Numbers<T> {
    /// # Panics
    ///
    /// When [`reaches`] says no, or T is not the type of the array's numbers.
    pub fn of(array: &Array) -> Self {
        let tensor = flex(array).expect("the caller asked `reaches`");
        let tensor = if T::slice(tensor).is_some() {
            tensor.clone()
        } else {
            tensor.to_contiguous()
        };
        Numbers {
            tensor,
            real: PhantomData,
        }
    }
}

impl<T: Real> Deref for Numbers<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        T::slice(&self.tensor).expect("made contiguous, of this type")
    }
}

/// The numbers of an array [K, …] direction by direction, where a shared one may stand for all K.
///
/// They are borrowed where those of one direction lie one after another, which is all that a part of
/// many parameters has.
pub(crate) struct Directed<T> {
    tensor: FlexTensor,
    start: usize,
    stride: usize,
    len: usize,
    directions: usize,
    real: PhantomData<T>,
}

impl<T: Real> Directed<T> {
    /// # Panics
    ///
    /// When [`reaches`] says no, or T is not the type of the array's numbers.
    pub fn of(array: &Array) -> Self {
        let tensor = flex(array).expect("the caller asked `reaches`");
        let tensor = match rows(tensor.layout()) {
            Some(_) => tensor.clone(),
            None => tensor.to_contiguous(),
        };
        let layout = tensor.layout();
        let directions = array.shape()[0];
        Directed {
            start: layout.start_offset(),
            stride: rows(layout).expect("made contiguous"),
            len: array.shape()[1..].iter().product(),
            directions,
            tensor,
            real: PhantomData,
        }
    }

    /// The numbers of direction `k`.
    pub fn direction(&self, k: usize) -> &[T] {
        let k = if self.directions == 1 { 0 } else { k };
        let start = self.start + k * self.stride;
        &T::storage(&self.tensor)[start..start + self.len]
    }
}

/// The stride of the first axis, where everything behind it lies one after another.
fn rows(layout: &Layout) -> Option<usize> {
    let shape = layout.shape();
    let mut expected = 1;
    for axis in (1..shape.num_dims()).rev() {
        if shape[axis] != 1 && layout.strides()[axis] != expected {
            return None;
        }
        expected *= shape[axis] as isize;
    }
    usize::try_from(layout.strides()[0]).ok()
}

/// An array [K, n] under another shape [K, …] without a copy, where a direction's numbers lie one
/// after another.
pub(crate) fn reshape_directions(array: &Array, shape: &[usize]) -> Option<Array> {
    let tensor = flex(array)?;
    let old = tensor.layout();
    if old.shape().num_dims() != 2 || old.is_contiguous() || shape.first() != Some(&old.shape()[0])
    {
        return None;
    }
    let mut strides = vec![rows(old)? as isize];
    for axis in 1..shape.len() {
        strides.push(shape[axis + 1..].iter().product::<usize>() as isize);
    }
    let layout = Layout::new(shape.to_vec().into(), strides, old.start_offset());
    Some(wrap(tensor.clone().with_layout(layout)))
}

fn wrap(tensor: FlexTensor) -> Array {
    Array(DispatchTensor {
        kind: DispatchTensorKind::Flex(BackendTensor::Float(tensor)),
        autodiff: DispatchAutodiffContext::Disabled,
    })
}

/// An array of row-major numbers in host memory.
pub(crate) fn array<T: Real>(values: Vec<T>, shape: &[usize]) -> Array {
    wrap(T::tensor(values, shape))
}

/// Lets `change` write over the numbers of an array, in place where nothing else reads them.
pub(crate) fn change<T: Real>(array: Array, change: impl FnOnce(&mut [T])) -> Array {
    let shape = array.shape();
    let mut array = array;
    if let DispatchTensorKind::Flex(BackendTensor::Float(tensor)) = &mut array.0.kind
        && let Some(values) = T::slice_mut(tensor)
    {
        change(values);
        return array;
    }
    let mut values = scratch(shape.iter().product());
    values.copy_from_slice(&Numbers::<T>::of(&array));
    drop(array);
    change(&mut values);
    self::array(values, &shape)
}

/// Bytes the pool holds at most. A sweep lets go of a few tensors at each operation and takes as many,
/// so that a few of the largest are enough.
const HELD: usize = 512 << 20;

/// Bytes of the smallest buffer that is worth keeping: the allocator hands out smaller ones from memory
/// it has touched before.
const WORTHWHILE: usize = 32 << 10;

/// Buffers by capacity and, among equals, by age.
pub(crate) struct Pool<T> {
    buffers: BTreeMap<(usize, u64), Vec<T>>,
    bytes: usize,
    given: u64,
}

impl<T> Pool<T> {
    const fn new() -> Self {
        Pool {
            buffers: BTreeMap::new(),
            bytes: 0,
            given: 0,
        }
    }

    fn bytes(buffer: &Vec<T>) -> usize {
        buffer.capacity() * size_of::<T>()
    }

    /// The smallest buffer of at least `len` numbers, if it is not more than twice as large.
    fn take(&mut self, len: usize) -> Option<Vec<T>> {
        let fitting = (len, 0)..=(2 * len, u64::MAX);
        let key = *self.buffers.range(fitting).next()?.0;
        let buffer = self.buffers.remove(&key)?;
        self.bytes -= Self::bytes(&buffer);
        Some(buffer)
    }

    /// Keeps a buffer, and lets go of the oldest where there are too many.
    fn put(&mut self, buffer: Vec<T>) {
        self.given += 1;
        self.bytes += Self::bytes(&buffer);
        self.buffers.insert((buffer.capacity(), self.given), buffer);
        while self.bytes > HELD {
            let oldest = self.buffers.keys().copied().min_by_key(|&(_, age)| age);
            let Some(buffer) = oldest.and_then(|key| self.buffers.remove(&key)) else {
                break;
            };
            self.bytes -= Self::bytes(&buffer);
        }
    }
}

fn pool<T: Real>() -> MutexGuard<'static, Pool<T>> {
    T::pool().lock().unwrap_or_else(PoisonError::into_inner)
}

/// A buffer of `len` numbers, whatever they are: all of them are written before any is read. It comes
/// from the pool where that has one not much too large.
pub(crate) fn scratch<T: Real>(len: usize) -> Vec<T> {
    let pooled = if len * size_of::<T>() < WORTHWHILE {
        None
    } else {
        pool::<T>().take(len)
    };
    let Some(mut buffer) = pooled else {
        return vec![T::ZERO; len];
    };
    buffer.resize(len, T::ZERO);
    buffer
}

/// Gives a buffer to the pool.
pub(crate) fn give<T: Real>(buffer: Vec<T>) {
    if Pool::bytes(&buffer) >= WORTHWHILE {
        pool::<T>().put(buffer);
    }
}

/// Drops an array, and where it was the last to hold its memory gives that to the pool.
pub(crate) fn recycle(array: Option<Array>) {
    let Some(array) = array else { return };
    let double = is_double(&array);
    if let DispatchTensorKind::Flex(BackendTensor::Float(tensor)) = array.0.kind {
        if double {
            f64::reclaim(tensor).into_iter().for_each(give);
        } else {
            f32::reclaim(tensor).into_iter().for_each(give);
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::precision::Precision;

    /// Float64 numbers that look random.
    pub(crate) fn numbers(shape: &[usize], seed: u64) -> Array {
        let count: usize = shape.iter().product();
        let wave = |i: usize| ((i as f64 + 1.0) * 12.9898 * seed as f64).sin() * 43758.5453;
        let values = (0..count).map(|i| wave(i) % 1.0).collect();
        Array::from_vec(values, shape, Precision::F64, &Device::flex())
    }

    /// Asserts that two arrays have one shape and their numbers differ by little.
    #[track_caller]
    pub(crate) fn close(a: &Array, b: &Array, tolerance: f64) {
        assert_eq!(a.shape(), b.shape());
        let [a, b] = [a, b].map(|array| array.to_f64().expect("numbers"));
        let largest = b.iter().fold(1.0f64, |largest, x| largest.max(x.abs()));
        for (a, b) in a.iter().zip(&b) {
            assert!((a - b).abs() <= tolerance * largest, "{a} and {b}");
        }
    }

    fn counted(shape: &[usize], precision: Precision) -> Array {
        let count: usize = shape.iter().product();
        let values = (0..count).map(|i| i as f64).collect();
        Array::from_vec(values, shape, precision, &Device::flex())
    }

    #[test]
    fn numbers_are_borrowed_where_they_lie() {
        let whole = counted(&[4, 3], Precision::F32);
        let numbers = Numbers::<f32>::of(&whole);
        assert_eq!(numbers[5], 5.0);
        assert_eq!(
            numbers.as_ptr(),
            Numbers::<f32>::of(&whole.reshape(&[12])).as_ptr()
        );
        // A part that starts inside, an order of axes and a repetition read as what they are.
        let part = Numbers::<f32>::of(&whole.slice(0, 1, 3)).to_vec();
        assert_eq!(part, [3.0, 4.0, 5.0, 6.0, 7.0, 8.0]);
        let turned = Numbers::<f32>::of(&whole.transpose()).to_vec();
        assert_eq!(turned[..5], [0.0, 3.0, 6.0, 9.0, 1.0]);
        let repeated = Numbers::<f32>::of(&whole.slice(0, 1, 2).expand(&[2, 3])).to_vec();
        assert_eq!(repeated, [3.0, 4.0, 5.0, 3.0, 4.0, 5.0]);
    }

    #[test]
    fn a_change_is_seen_by_nobody_else() {
        for precision in [Precision::F32, Precision::F64] {
            let first = counted(&[2, 3], precision);
            let double = |array: Array| {
                with_real!(&array.clone(), T => change::<T>(array, |values| {
                    values.iter_mut().for_each(|x| *x = *x + *x);
                }))
            };
            let second = double(first.clone());
            assert_eq!(first.to_f64().expect("numbers")[5], 5.0);
            assert_eq!(second.to_f64().expect("numbers")[5], 10.0);
            let part = double(second.slice(0, 1, 2));
            assert_eq!(part.shape(), [1, 3]);
            assert_eq!(part.to_f64().expect("numbers"), [12.0, 16.0, 20.0]);
            assert_eq!(second.to_f64().expect("numbers")[5], 10.0);
        }
    }

    #[test]
    fn memory_that_is_read_elsewhere_stays() {
        let array = array(vec![1.0f64, 2.0, 3.0], &[3]);
        let other = array.clone();
        recycle(Some(array));
        let mut taken = scratch::<f64>(3);
        taken.fill(9.0);
        assert_eq!(other.to_f64().expect("numbers"), [1.0, 2.0, 3.0]);
    }

    #[test]
    fn buffers_have_the_length_asked_for() {
        for len in [0, 1, 1000, 700, 1001, 90_000, 70_000, 90_001, 90_000] {
            let buffer = scratch::<f32>(len);
            assert_eq!(buffer.len(), len);
            give(buffer);
        }
    }

    #[test]
    fn the_pool_gives_the_smallest_that_fits_and_is_not_much_too_large() {
        let mut pool = Pool::new();
        for len in [10, 30, 20] {
            pool.put(Vec::<f64>::with_capacity(len));
        }
        assert_eq!(pool.bytes, 60 * 8);
        assert!(pool.take(4).is_none() && pool.take(31).is_none());
        assert_eq!(pool.take(15).expect("twenty fit").capacity(), 20);
        assert_eq!(pool.take(15).expect("thirty fit").capacity(), 30);
        assert_eq!(pool.take(10).expect("ten fit").capacity(), 10);
        assert!(pool.take(10).is_none());
        assert_eq!(pool.bytes, 0);
    }

    #[test]
    fn the_pool_lets_go_of_the_oldest() {
        let mut pool = Pool::new();
        let third = HELD / 3;
        // Capacities that tell them apart; nothing of this memory is touched.
        for len in [third, third - 8, third - 16, third - 24] {
            pool.put(Vec::<u8>::with_capacity(len));
        }
        let left: Vec<usize> = pool.buffers.keys().map(|key| key.0).collect();
        assert_eq!(left, [third - 24, third - 16, third - 8]);
        assert!(pool.bytes <= HELD);
    }
}
