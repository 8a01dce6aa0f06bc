//! How many examples and directions go through the network at once, and how many batches side by
//! side, so that all of it fits the memory asked for.

use std::fmt;

use burn::tensor::Device;

use super::captures::{Captures, ScaledProgram};
use super::options::ProblemOptions;
use crate::error::HvpError;
use crate::program::Program;
use crate::space::on_host;

/// How products go through the network. They depend on it by no more than rounding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The most examples that go through the network at once.
    pub batch_size: usize,
    /// The most directions that go through the network at once, K.
    pub directions: usize,
    /// Batches computed side by side.
    pub side_by_side: usize,
    /// Bytes a product takes at its fullest moment, by the account of the captured network.
    pub bytes: usize,
    /// Bytes it may take.
    pub memory: usize,
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted = |count: usize, one: &str, several: &str| match count {
            1 => format!("1 {one}"),
            _ => format!("{count} {several}"),
        };
        let mebibytes = |bytes: usize| bytes as f64 / f64::from(1 << 20);
        write!(
            f,
            "{} of {} with {} at once: {:.1} of {:.1} MiB",
            counted(self.side_by_side, "batch", "batches side by side"),
            counted(self.batch_size, "example", "examples"),
            counted(self.directions, "direction", "directions"),
            mebibytes(self.bytes),
            mebibytes(self.memory),
        )
    }
}

/// The most examples that go through a network at once where nobody chooses: more save nothing.
const LARGEST_BATCH: usize = 512;

/// Bytes of one pass that a core's caches hold well enough. Most of a product of a small network is
/// passes over its tensors: with 32 examples at once of a small convolutional network it takes 0.6 of
/// the time it takes with 512.
const CACHED: usize = 16 << 20;

/// Examples of a batch where a core's caches do not hold a single one: products of matrices are faster with a few, more save
/// nothing, and threads have batches of their own where there are as many.
const UNCACHED: usize = 8;

/// The fewest examples of a batch where a data set is divided so that each thread has a batch. That is done where a core's caches
/// hold the products: threads that share the operations of a short pass wait for each other a quarter of the time.
const LEAST_OF_A_THREAD: usize = 8;

/// Bytes of a pass for each byte of the products it gives, at least: every batch has products of its
/// own to fill and to add up, p numbers each, which must not become most of the work.
const PASS_TO_PRODUCTS: usize = 8;

/// The bytes of products with `directions` directions over batches of a program's size, `width` of
/// them side by side: the directions, their copy a parameter, the sum of the products, and the passes,
/// each of which holds products of its own at its end.
fn bytes(program: &Program, directions: usize, width: usize, options: &ProblemOptions) -> usize {
    let vectors = 3 * directions * program.dim();
    (vectors + width * program.footprint(directions).peak) * options.precision.bytes()
}

/// Bytes of the products of one batch.
fn products(program: &Program, directions: usize, options: &ProblemOptions) -> usize {
    directions * program.dim() * options.precision.bytes()
}

/// Batches that are better computed side by side. On a host most operations use one core, but products
/// of large matrices use all; and each batch has products of its own, p numbers each. So it is one for
/// a device, which orders its work itself, and for a network of many parameters.
fn batches_at_once(
    one: &Program,
    directions: usize,
    device: &Device,
    options: &ProblemOptions,
) -> usize {
    if on_host(device) && products(one, directions, options) <= options.memory / 8 {
        rayon::current_num_threads()
    } else {
        1
    }
}

/// The largest number up to `most` that fits, where all below one that fits do; one if none does.
fn largest(
    most: usize,
    mut fits: impl FnMut(usize) -> Result<bool, HvpError>,
) -> Result<usize, HvpError> {
    if fits(most)? {
        return Ok(most);
    }
    let (mut fitting, mut large) = (1, most);
    while large - fitting > 1 {
        let middle = fitting.midpoint(large);
        if fits(middle)? {
            fitting = middle;
        } else {
            large = middle;
        }
    }
    Ok(fitting)
}

/// Makes the plan for `count` examples from captures of the network.
///
/// As many directions as asked for go together, unless their vectors would take more than half of the
/// memory or leave no room for one example; then as many examples as fit, and on a host as its caches
/// hold, made fewer for batches as equal as can be.
pub(super) fn plan<F: Fn(usize) -> Result<Program, HvpError>>(
    captures: &mut Captures<F>,
    count: usize,
    device: &Device,
    options: &ProblemOptions,
) -> Result<Plan, HvpError> {
    let memory = options.memory;
    let least_batch = options.batch_size.map_or(1, |size| size.clamp(1, count));
    let least = captures.of(least_batch)?;
    let need = bytes(least, 1, 1, options);
    if need > memory {
        return Err(HvpError::Memory {
            memory,
            need,
            batch: least_batch,
        });
    }
    let directions = largest(options.directions.max(1), |directions| {
        Ok(4 * products(least, directions, options) <= memory / 2
            && bytes(least, directions, 1, options) <= memory)
    })?;
    let width = batches_at_once(least, directions, device, options);
    let width = largest(width, |width| {
        Ok(bytes(least, directions, width, options) <= memory)
    })?;
    let batch_size = match options.batch_size {
        Some(_) => least_batch,
        None => {
            let mut most = LARGEST_BATCH.min(count);
            if on_host(device) && most > 1 {
                let products = products(captures.of(1)?, directions, options);
                let pass = |program: &Program| program.footprint(directions).peak;
                let one = pass(captures.of(1)?);
                // What does not depend on the batch, such as directions of the weights, is no part of an example.
                let example = pass(captures.of(2)?).saturating_sub(one) * options.precision.bytes();
                let cached = CACHED.max(PASS_TO_PRODUCTS * products);
                most = match cached / example.max(1) {
                    0 | 1 => most.min(UNCACHED).min(count.div_ceil(width)),
                    fitting if products <= CACHED => most
                        .min(fitting)
                        .min(count.div_ceil(width).max(LEAST_OF_A_THREAD)),
                    fitting => most.min(fitting),
                };
            }
            let account = |program: &Program| bytes(program, directions, width, options);
            batch_that_fits(captures, most, count, memory, account)?
        }
    };
    let bytes = bytes(captures.of(batch_size)?, directions, width, options);
    Ok(Plan {
        batch_size,
        directions,
        side_by_side: width,
        bytes,
        memory,
    })
}

/// The size of the fewest batches of at most `most` examples whose `account` is within the memory, as equal as can be.
///
/// Found from captures for one and two examples, and where the account of the capture for that size is another, as of a
/// network that is built differently for some sizes, from a capture for every size tried.
fn batch_that_fits<F: Fn(usize) -> Result<Program, HvpError>>(
    captures: &mut Captures<F>,
    most: usize,
    count: usize,
    memory: usize,
    account: impl Fn(&Program) -> usize,
) -> Result<usize, HvpError> {
    let equal = |most: usize| count.div_ceil(count.div_ceil(most));
    if most == 1 {
        return Ok(1);
    }
    let one = captures.of(1)?.clone();
    if let Some(mut scaled) = ScaledProgram::between(one, captures.of(2)?) {
        let size = equal(largest(
            most,
            |size| Ok(account(scaled.at(size)) <= memory),
        )?);
        if account(scaled.at(size)) == account(captures.of(size)?) {
            return Ok(size);
        }
    }
    let most = largest(most, |size| Ok(account(captures.of(size)?) <= memory))?;
    Ok(equal(most))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::capture;
    use crate::precision::Precision;
    use burn::module::{Module, Param};
    use burn::tensor::Tensor;

    #[test]
    fn the_largest_that_fits_is_found() {
        for most in 1..9 {
            for fitting in 1..=most {
                let found = largest(most, |size| Ok(size <= fitting)).expect("a number");
                assert_eq!(found, fitting, "of {most}");
            }
            assert_eq!(largest(most, |_| Ok(false)).expect("a number"), 1);
        }
    }

    #[derive(Module, Debug)]
    struct Layers {
        first: Param<Tensor<2>>,
        last: Param<Tensor<2>>,
    }

    fn program(size: usize) -> Result<Program, HvpError> {
        layers(size, 40)
    }

    fn layers(size: usize, hidden: usize) -> Result<Program, HvpError> {
        layers_over(3, size, hidden)
    }

    fn layers_over(inputs: usize, size: usize, hidden: usize) -> Result<Program, HvpError> {
        let ones = |shape: [usize; 2]| Param::from_tensor(Tensor::ones(shape, &Device::flex()));
        let layers = Layers {
            first: ones([inputs, hidden]),
            last: ones([hidden, 2]),
        };
        let forward = |layers: &Layers, x: Tensor<2>| {
            x.matmul(layers.first.val())
                .tanh()
                .matmul(layers.last.val())
        };
        Ok(capture(&layers, [size, inputs], forward)?)
    }

    /// The rules of the choice one after another, each by trying every number.
    #[test]
    fn plans_are_the_largest_that_the_rules_allow() {
        let device = Device::flex();
        let count = 70;
        let parameters = 3 * 40 + 40 * 2;
        let mut seen = Vec::new();
        for kibibytes in [8, 12, 20, 30, 40, 60, 80, 160, 400, 1000, 20_000] {
            for precision in [Precision::F32, Precision::F64] {
                let options = ProblemOptions {
                    precision,
                    directions: 6,
                    memory: kibibytes << 10,
                    ..ProblemOptions::default()
                };
                let memory = options.memory;
                let taken = |size: usize, directions: usize, width: usize| {
                    let pass = program(size).expect("a program").footprint(directions).peak;
                    precision.bytes() * (3 * directions * parameters + width * pass)
                };
                let products = |directions: usize| precision.bytes() * directions * parameters;
                let made = plan(&mut Captures::new(program), count, &device, &options);
                if taken(1, 1, 1) > memory {
                    assert!(matches!(made, Err(HvpError::Memory { .. })));
                    continue;
                }
                let made = made.expect("a plan");
                let directions = (2..=6)
                    .rev()
                    .find(|&k| 8 * products(k) <= memory && taken(1, k, 1) <= memory)
                    .unwrap_or(1);
                let wanted = if 8 * products(directions) <= memory {
                    rayon::current_num_threads()
                } else {
                    1
                };
                let width = (1..=wanted)
                    .rev()
                    .find(|&width| taken(1, directions, width) <= memory)
                    .unwrap_or(1);
                let each = count.div_ceil(width).max(LEAST_OF_A_THREAD);
                let most = (1..=each)
                    .rev()
                    .find(|&size| taken(size, directions, width) <= memory)
                    .unwrap_or(1);
                // The fewest batches, as equal as can be.
                let batches = (1..).find(|batches| batches * most >= count).unwrap_or(1);
                let size = (1..).find(|size| batches * size >= count).unwrap_or(1);
                let expected = Plan {
                    batch_size: size,
                    directions,
                    side_by_side: width,
                    bytes: taken(size, directions, width),
                    memory,
                };
                assert_eq!(made, expected);
                assert!(made.bytes <= memory);
                seen.push((made.batch_size, made.directions, made.side_by_side));
            }
        }
        seen.sort_unstable();
        seen.dedup();
        assert!(seen.len() > 6, "the memory decides: {seen:?}");
    }

    /// However many sizes are tried, captures are made for one, two and the size chosen.
    #[test]
    fn captures_are_few() {
        let options = ProblemOptions {
            directions: 6,
            memory: 400 << 10,
            ..ProblemOptions::default()
        };
        let made = std::cell::RefCell::new(Vec::new());
        let counted = |size: usize| {
            made.borrow_mut().push(size);
            program(size)
        };
        let mut captures = Captures::new(counted);
        let plan = plan(&mut captures, 1000, &Device::flex(), &options).expect("a plan");
        assert!(plan.batch_size > 2 && plan.batch_size < LARGEST_BATCH);
        captures.take(1).expect("kept");
        captures.take(plan.batch_size).expect("kept");
        assert_eq!(*made.borrow(), [1, 2, plan.batch_size]);
        assert_eq!(captures.values().len(), 2);
    }

    /// A network whose hidden layer is wider for batches of more than two is planned by its captures.
    #[test]
    fn networks_that_change_with_the_batch_are_planned_as_they_are() {
        let changing = |size: usize| layers(size, if size > 2 { 80 } else { 40 });
        let options = ProblemOptions {
            directions: 2,
            memory: 200 << 10,
            ..ProblemOptions::default()
        };
        let made = plan(
            &mut Captures::new(changing),
            1000,
            &Device::flex(),
            &options,
        );
        let made = made.expect("a plan");
        let taken = |size: usize| {
            let program = changing(size).expect("a program");
            bytes(&program, made.directions, made.side_by_side, &options)
        };
        let most = (1..LARGEST_BATCH)
            .find(|&size| taken(size + 1) > options.memory)
            .expect("the memory decides");
        assert_eq!(
            made.batch_size,
            1000usize.div_ceil(1000usize.div_ceil(most))
        );
        assert_eq!(made.bytes, taken(made.batch_size));
    }

    /// On a host a batch is no larger than the caches hold.
    #[test]
    fn batches_stay_in_the_caches() {
        let options = ProblemOptions {
            directions: 8,
            memory: 1 << 40,
            ..ProblemOptions::default()
        };
        let count = 1 << 20;
        let made = plan(
            &mut Captures::new(program),
            count,
            &Device::flex(),
            &options,
        )
        .expect("a plan");
        assert_eq!(made.batch_size, LARGEST_BATCH);
        // An example with many rows.
        let long = |size: usize| program(64 * size);
        let made =
            plan(&mut Captures::new(long), count, &Device::flex(), &options).expect("a plan");
        let bytes_of_example =
            |one: Program, two: Program| 4 * (two.footprint(8).peak - one.footprint(8).peak);
        let [one, two] = [1, 2].map(|size| long(size).expect("a program"));
        let example = bytes_of_example(one, two);
        let most = CACHED / example;
        assert!(most > 1 && most < LARGEST_BATCH, "{most}");
        assert_eq!(made.batch_size, count.div_ceil(count.div_ceil(most)));
        // Products so large that a batch must be worth them.
        let wide = |size: usize| layers(size, 40_000);
        let made =
            plan(&mut Captures::new(wide), count, &Device::flex(), &options).expect("a plan");
        let [one, two] = [1, 2].map(|size| wide(size).expect("a program"));
        let products = 4 * 8 * one.dim();
        let most = PASS_TO_PRODUCTS * products / bytes_of_example(one, two);
        assert!(PASS_TO_PRODUCTS * products > 2 * CACHED && most > 1);
        assert_eq!(made.batch_size, count.div_ceil(count.div_ceil(most)));
    }

    /// Threads have batches of their own where there are examples enough and the products are small.
    #[test]
    fn threads_have_batches_of_their_own() {
        let options = ProblemOptions {
            directions: 8,
            memory: 1 << 40,
            ..ProblemOptions::default()
        };
        let size = |count: usize, inputs: usize| {
            let network = |size: usize| layers_over(inputs, size, 40);
            plan(
                &mut Captures::new(network),
                count,
                &Device::flex(),
                &options,
            )
            .expect("a plan")
            .batch_size
        };
        let threads = rayon::current_num_threads();
        let many = 2 * LEAST_OF_A_THREAD * threads;
        assert_eq!(size(many, 3), 2 * LEAST_OF_A_THREAD);
        assert_eq!(size(LEAST_OF_A_THREAD, 3), LEAST_OF_A_THREAD);
        // 8 directions, each of 40 weights of 4 bytes an input.
        let inputs = CACHED.div_ceil(8 * 40 * 4);
        assert_eq!(size(many, inputs), many);
    }

    #[test]
    fn a_plan_is_a_line() {
        let plan = Plan {
            batch_size: 1,
            directions: 8,
            side_by_side: 2,
            bytes: 3 << 19,
            memory: 2 << 20,
        };
        assert_eq!(
            plan.to_string(),
            "2 batches side by side of 1 example with 8 directions at once: 1.5 of 2.0 MiB"
        );
        let plan = Plan {
            batch_size: 32,
            directions: 1,
            side_by_side: 1,
            ..plan
        };
        assert_eq!(
            plan.to_string(),
            "1 batch of 32 examples with 1 direction at once: 1.5 of 2.0 MiB"
        );
    }
}
