//! Problems whose examples are shared among ranks, against the problem of all examples.

mod common;

use burn::tensor::Device;
use common::networks::{Cnn, Mlp, Network};
use common::{Numbers, close, entries, exact, examples, filled, problem};
use hesscope_hvp::class::ClassMean;
use hesscope_hvp::{Examples, HvpError, Loss, Moment, Problem, Share, Source as _, Terms};
use hesscope_ranks::{Member, Ranks, Remote, serve, threads};
use hesscope_spectral::{VectorSpace, to_dense};

const LABELS: [u32; 7] = [0, 1, 2, 1, 0, 2, 1];
const SEED: u64 = 11;
/// Sums are taken in another order.
const ROUNDING: f64 = 1e-13;

const MOMENTS: [Moment; 3] = [
    Moment::EmpiricalFisher,
    Moment::GradientCovariance,
    Moment::MonteCarloFisher {
        seed: 5,
        samples: 2,
    },
];

/// The problem of all examples.
fn alone<N: Network>() -> Problem {
    problem::<N>(&LABELS, SEED, exact())
}

/// The problem of the shares of all ranks.
fn shared<N: Network>(ranks: &Ranks, remote: Option<Remote>) -> Problem {
    let data: Examples = examples::<N>(&LABELS, SEED + 66);
    let made = Share::new(data.clone(), ranks.share(data.len(), 1)).and_then(|share| {
        let network = filled(N::new(), SEED, exact().precision);
        let forward = |network: &N, x| network.forward(x);
        Problem::new(&network, forward, share, &Device::flex(), exact())
    });
    Problem::join_ranks(made, ranks.clone(), remote).expect("one problem")
}

/// Everything a problem says of itself, one list of numbers each.
fn all_of(problem: &Problem) -> Vec<(String, Vec<f64>)> {
    let mut found = Vec::new();
    let evaluation = problem.evaluate().expect("an evaluation");
    found.push(("loss".into(), vec![evaluation.loss]));
    found.push((
        "accuracy".into(),
        vec![evaluation.accuracy.expect("labels")],
    ));
    found.push(("logits".into(), evaluation.logits));
    let gradient = problem.gradient().expect("a gradient");
    found.push(("gradient".into(), problem.space().to_host(&gradient)));
    for name in ["hess", "g", "h", "a1", "a1+a2", "b1", "b2", "b2[1]", "a1+h"] {
        let terms: Terms = name.parse().expect("an operator");
        let dense = to_dense(&problem.operator(terms), 3).expect("products");
        found.push((name.into(), entries(&dense)));
    }
    for moment in MOMENTS {
        let operator = problem.moment(moment).expect("a matrix");
        let dense = to_dense(&operator, 3).expect("products");
        found.push((format!("{moment:?}"), entries(&dense)));
    }
    let norms = problem.gradient_norms().expect("norms");
    found.push(("norms".into(), norms));
    let rows = problem.row_gradients().expect("gradients");
    let rows = rows.iter().flat_map(|row| problem.space().to_host(row));
    found.push(("rows".into(), rows.collect()));
    let weights = problem.class_weights().expect("weights");
    let gram = problem.mean_gram(&ClassMean::all(&weights)).expect("means");
    found.push(("class means".into(), entries(&gram.gram)));
    found
}

fn compare(found: &[(String, Vec<f64>)], wanted: &[(String, Vec<f64>)], size: usize) {
    assert_eq!(found.len(), wanted.len());
    for ((name, found), (_, wanted)) in found.iter().zip(wanted) {
        close(found, wanted, ROUNDING, &format!("{name} of {size} ranks"));
    }
}

fn every_rank_asks<N: Network>(sizes: &[usize]) {
    let wanted = all_of(&alone::<N>());
    for &size in sizes {
        let said = threads(size, |ranks| all_of(&shared::<N>(&ranks, None)));
        compare(&said[0], &wanted, size);
        for each in &said {
            assert_eq!(*each, said[0], "the same bits at every rank");
        }
        let again = threads(size, |ranks| all_of(&shared::<N>(&ranks, None)));
        assert_eq!(said, again, "the same bits in every run");
    }
}

#[test]
fn shares_add_up_to_the_whole() {
    every_rank_asks::<Mlp>(&[1, 2, 3, 4, 7]);
    every_rank_asks::<Cnn>(&[3]);
}

#[test]
fn members_take_part_in_what_the_leader_asks() {
    let wanted = all_of(&alone::<Mlp>());
    for size in [1, 3] {
        let said = threads(size, |ranks| {
            if !ranks.is_leader() {
                serve(&ranks, |request| {
                    assert_eq!(request, b"a network");
                    Some(Box::new(shared::<Mlp>(&ranks, None)) as Box<dyn Member>)
                });
                return Vec::new();
            }
            let mut problem = shared::<Mlp>(&ranks, Some(ranks.open(b"a network")));
            problem.check_determinism().expect("the same products");
            let here = problem.point();
            let space = problem.space().clone();
            let elsewhere = space.from_host(&Numbers(9).vector(space.dim()));
            problem.move_to(&elsewhere).expect("a move");
            let moved = problem.evaluate().expect("an evaluation").loss;
            problem.move_to(&here).expect("a move");
            let said = all_of(&problem);
            let mut alone = alone::<Mlp>();
            alone.move_to(&elsewhere).expect("a move");
            let loss = alone.evaluate().expect("an evaluation").loss;
            close(&[moved], &[loss], ROUNDING, "the loss elsewhere");
            drop(problem);
            ranks.end();
            said
        });
        compare(&said[0], &wanted, size);
    }
}

#[test]
fn two_problems_are_led_at_once() {
    let said = threads(2, |ranks| {
        if !ranks.is_leader() {
            serve(&ranks, |request| match request {
                b"mlp" => Some(Box::new(shared::<Mlp>(&ranks, None)) as Box<dyn Member>),
                _ => Some(Box::new(shared::<Cnn>(&ranks, None))),
            });
            return Vec::new();
        }
        let mlp = shared::<Mlp>(&ranks, Some(ranks.open(b"mlp")));
        let cnn = shared::<Cnn>(&ranks, Some(ranks.open(b"cnn")));
        let losses = [&mlp, &cnn, &mlp].map(|p| p.evaluate().expect("an evaluation").loss);
        drop(mlp);
        let last = cnn.evaluate().expect("an evaluation").loss;
        drop(cnn);
        ranks.end();
        [&losses[..], &[last]].concat()
    });
    let [mlp, cnn] = [alone::<Mlp>(), alone::<Cnn>()].map(|p| p.evaluate().expect("a loss").loss);
    close(&said[0], &[mlp, cnn, mlp, cnn], ROUNDING, "losses");
}

#[test]
fn one_rank_s_failure_is_that_of_all() {
    let said = threads(3, |ranks| {
        let mut data: Examples = examples::<Mlp>(&LABELS, SEED + 66);
        if ranks.rank() == 2 {
            data.labels[6] = 9;
        }
        let made = Share::new(data, ranks.share(LABELS.len(), 1)).and_then(|share| {
            let network = filled(Mlp::new(), SEED, exact().precision);
            let forward = |network: &Mlp, x| network.forward(x);
            Problem::new(&network, forward, share, &Device::flex(), exact())
        });
        let joined: Result<Problem, HvpError> = Problem::join_ranks(made, ranks, None);
        joined
            .err()
            .expect("a label that does not exist")
            .to_string()
    });
    assert!(said[0].starts_with("rank 2 on "), "{}", said[0]);
    assert!(said[0].ends_with(&said[2]), "{said:?}");
    assert_eq!(said[0], said[1]);
}

#[test]
fn more_ranks_than_examples_are_refused() {
    let data: Examples = examples::<Mlp>(&LABELS, SEED);
    let error = Share::new(data, 3..3).expect_err("no example");
    assert!(error.to_string().contains("fewer ranks"), "{error}");
}

#[test]
fn shared_problems_know_their_extent() {
    let said = threads(3, |ranks| {
        let problem = shared::<Mlp>(&ranks, None);
        (problem.examples(), problem.counted_rows())
    });
    assert_eq!(said, vec![(7, 7); 3]);
    // An unused loss would leave classes out of what is compared above.
    assert!(alone::<Mlp>().objective().loss == Loss::default());
}
