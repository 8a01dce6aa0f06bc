//! Vectors in pieces at several ranks, against whole ones.

mod common;

use burn::tensor::Device;
use common::networks::{Mlp, Network};
use common::{Numbers, close, entries, exact, examples, filled, problem};
use faer::Mat;
use hesscope_hvp::{
    Examples, ParameterSpace, Part, Pieces, Precision, Problem, Share, Source as _, SpreadOperator,
    SpreadSpace,
};
use hesscope_ranks::{Member, Ranks, Remote, serve, threads};
use hesscope_spectral::{
    Extreme, LinearOperator, ProbeKind, SlqOptions, ThickRestartOptions, VectorSpace, slq,
    thick_restart_lanczos,
};

const LABELS: [u32; 7] = [0, 1, 2, 1, 0, 2, 1];
const SEED: u64 = 11;
/// Sums are taken in another order.
const ROUNDING: f64 = 1e-13;

/// What rank 0 finds in a space whose vectors are in pieces at `size` ranks.
fn spread<T: Send>(
    size: usize,
    dim: usize,
    precision: Precision,
    find: impl Fn(&SpreadSpace) -> T + Sync,
) -> T {
    let found = threads(size, |ranks| {
        if !ranks.is_leader() {
            serve(&ranks, |_| {
                let pieces = Pieces::new(ranks.clone(), dim, precision, Device::flex());
                Some(Box::new(pieces) as Box<dyn Member>)
            });
            return None;
        }
        let whole = ParameterSpace::new(dim, precision, Device::flex());
        let space = SpreadSpace::new(whole, ranks.open(b"pieces"));
        let found = find(&space);
        drop(space);
        ranks.end();
        Some(found)
    });
    let mut found = found.into_iter().flatten();
    found.next().expect("rank 0 found something")
}

/// Every operation of a space, as numbers.
fn operations<S: VectorSpace>(space: &S) -> Vec<f64> {
    let mut numbers = Numbers(SEED);
    let vectors: Vec<S::Vector> = (0..4)
        .map(|_| space.from_host(&numbers.vector(space.dim())))
        .collect();
    let mut found: Vec<f64> = vectors.iter().flat_map(|v| space.to_host(v)).collect();
    let (a, b) = vectors.split_at(1);
    found.push(space.dot(&a[0], &b[0]));
    found.push(space.norm(&a[0]));
    for (a, b) in [(a, b), (b, a), (b, b), (&a[..0], b)] {
        found.extend(entries(&space.gram(a, b)));
    }
    let mut sum = vectors[0].clone();
    space.axpy(-0.75, &vectors[1], &mut sum);
    found.extend(space.to_host(&sum));
    space.scale(3.5, &mut sum);
    found.extend(space.to_host(&sum));
    // Neither has changed the vector that the sum began as.
    found.extend(space.to_host(&vectors[0]));
    let coefficients = Mat::from_fn(4, 3, |i, j| i as f64 - 0.3 * j as f64);
    let combined = space.combine(&vectors, coefficients.as_ref());
    found.extend(combined.iter().flat_map(|v| space.to_host(v)));
    let nothing = space.combine(&[], Mat::<f64>::zeros(0, 2).as_ref());
    found.extend(nothing.iter().flat_map(|v| space.to_host(v)));
    found.extend(space.to_host(&space.zeros()));
    found
}

#[test]
fn pieces_are_computed_with_as_whole_vectors_are() {
    for (precision, rounding) in [(Precision::F64, ROUNDING), (Precision::F32, 1e-6)] {
        for dim in [1, 5, 1000] {
            let whole = ParameterSpace::new(dim, precision, Device::flex());
            let wanted = operations(&whole);
            for size in [1, 2, 3, 7] {
                let found = spread(size, dim, precision, operations);
                let what = format!("{dim} numbers at {size} ranks in {precision}");
                close(&found, &wanted, rounding, &what);
                let again = spread(size, dim, precision, operations);
                assert_eq!(found, again, "the same bits of {what}");
            }
        }
    }
}

/// The problem of the shares of all ranks.
fn shared(ranks: &Ranks, remote: Option<Remote>) -> Problem {
    let data: Examples = examples::<Mlp>(&LABELS, 77);
    let made = Share::new(data.clone(), ranks.share(data.len(), 1)).and_then(|share| {
        let network = filled(Mlp::new(), SEED, exact().precision);
        let forward = |network: &Mlp, x| network.forward(x);
        Problem::new(&network, forward, share, &Device::flex(), exact())
    });
    Problem::join_ranks(made, ranks.clone(), remote).expect("one problem")
}

/// The quadratures of two probes, and five eigenvalues found with restarts.
fn spectrum<O: LinearOperator>(operator: &O) -> Vec<f64> {
    let density = slq(
        operator,
        &SlqOptions {
            probes: 2,
            steps: 12,
            kind: ProbeKind::Gaussian,
            seed: 3,
            ..SlqOptions::default()
        },
    )
    .expect("a density");
    let quadratures = density.quadratures.iter();
    let mut found: Vec<f64> = quadratures
        .flat_map(|probe| [probe.nodes.clone(), probe.weights.clone()].concat())
        .collect();
    let pairs = thick_restart_lanczos(
        operator,
        &ThickRestartOptions {
            pairs: 5,
            which: Extreme::LargestMagnitude,
            window: 12,
            tolerance: 1e-10,
            max_products: 400,
            check_rounds: 0,
            seed: 5,
        },
    )
    .expect("eigenpairs");
    assert!(pairs.pair_converged.iter().all(|&converged| converged));
    found.extend(pairs.pairs.values);
    found
}

#[test]
fn spectra_are_those_of_whole_vectors() {
    let wanted = spectrum(&problem::<Mlp>(&LABELS, SEED, exact()).operator(Part::Hess));
    for size in [2, 3] {
        let said = threads(size, |ranks| {
            if !ranks.is_leader() {
                serve(&ranks, |request| {
                    Some(match request {
                        b"problem" => Box::new(shared(&ranks, None)) as Box<dyn Member>,
                        dim => {
                            let dim = usize::from_le_bytes(dim.try_into().expect("a number"));
                            let device = Device::flex();
                            Box::new(Pieces::new(ranks.clone(), dim, Precision::F64, device))
                        }
                    })
                });
                return Vec::new();
            }
            let problem = shared(&ranks, Some(ranks.open(b"problem")));
            let whole = problem.space().clone();
            let remote = ranks.open(&whole.dim().to_le_bytes());
            let space = SpreadSpace::new(whole, remote);
            let found = spectrum(&SpreadOperator::new(
                problem.operator(Part::Hess),
                &space,
                2,
            ));
            drop((space, problem));
            ranks.end();
            found
        });
        // Rounding grows along a recursion.
        close(
            &said[0],
            &wanted,
            1e-9,
            &format!("a spectrum of {size} ranks"),
        );
    }
}
