//! Blocks of operators against the dense matrix, float64.

mod common;

use common::networks::{Cnn, Network, Residual};
use common::{Numbers, close, exact, problem};
use faer::Mat;
use hesscope_hvp::{Block, DiagonalBlock, Moment, Part, Problem};
use hesscope_spectral::{VectorSpace, to_dense};

/// Which coordinates belong to parameters in a layer.
fn coordinates(problem: &Problem, layers: &[&str]) -> Vec<usize> {
    let mut start = 0;
    let mut found = Vec::new();
    for parameter in problem.parameters() {
        let names = |layer: &&str| {
            parameter.path == **layer || parameter.path.starts_with(&format!("{layer}."))
        };
        if layers.iter().any(names) {
            found.extend(start..start + parameter.len());
        }
        start += parameter.len();
    }
    found
}

fn flat(matrix: &Mat<f64>) -> Vec<f64> {
    common::entries(matrix)
}

fn check<N: Network>(rows: &[&str], columns: &[&str]) {
    let problem = problem::<N>(&[0, 1, 2, 1, 0], 11, exact());
    let dense = to_dense(&problem.operator(Part::Hess), 8).expect("products");
    let (of_rows, of_columns) = (
        problem.layers(rows).expect("layers"),
        problem.layers(columns).expect("layers"),
    );
    let (i, j) = (coordinates(&problem, rows), coordinates(&problem, columns));
    assert!(!i.is_empty() && i.len() < problem.space().dim() && !j.is_empty());
    assert_eq!(
        (of_rows.space().dim(), of_columns.space().dim()),
        (i.len(), j.len())
    );

    let diagonal = DiagonalBlock::new(problem.operator(Part::Hess), &of_rows);
    let ours = to_dense(&diagonal, 3).expect("products");
    let expected = Mat::from_fn(i.len(), i.len(), |a, b| dense[(i[a], i[b])]);
    close(&flat(&ours), &flat(&expected), 1e-13, "a diagonal block");

    let block = Block::new(problem.operator(Part::Hess), &of_rows, &of_columns);
    let expected = Mat::from_fn(i.len(), j.len(), |a, b| dense[(i[a], j[b])]);
    let mut numbers = Numbers(6);
    let (x, y) = (numbers.vector(j.len()), numbers.vector(i.len()));
    let by_hand: Vec<f64> = (0..i.len())
        .map(|a| (0..j.len()).map(|b| expected[(a, b)] * x[b]).sum())
        .collect();
    let product = block
        .apply(&[of_columns.space().from_host(&x)])
        .expect("a product");
    close(
        &of_rows.space().to_host(&product[0]),
        &by_hand,
        1e-13,
        "off the diagonal",
    );
    let by_hand: Vec<f64> = (0..j.len())
        .map(|b| (0..i.len()).map(|a| expected[(a, b)] * y[a]).sum())
        .collect();
    let product = block
        .transpose()
        .apply(&[of_rows.space().from_host(&y)])
        .expect("a product");
    close(
        &of_columns.space().to_host(&product[0]),
        &by_hand,
        1e-13,
        "its transpose",
    );

    let whole = problem
        .space()
        .from_host(&Numbers(2).vector(problem.space().dim()));
    let back = of_rows.embed(&of_rows.extract(&whole));
    let (whole, back) = (
        problem.space().to_host(&whole),
        problem.space().to_host(&back),
    );
    for (at, (whole, back)) in whole.iter().zip(&back).enumerate() {
        assert_eq!(*back, if i.contains(&at) { *whole } else { 0.0 });
    }
}

fn paths(problem: &Problem) -> Vec<&str> {
    problem
        .parameters()
        .iter()
        .map(|p| p.path.as_str())
        .collect()
}

#[test]
fn blocks_are_those_of_the_matrix() {
    let cnn = problem::<Cnn>(&[0, 1], 11, exact());
    let paths = paths(&cnn);
    let first = paths[0].rsplit_once('.').expect("a layer").0;
    let middle = paths[paths.len() / 2];
    let last = paths[paths.len() - 1].rsplit_once('.').expect("a layer").0;
    check::<Cnn>(&[first, last], &[middle]);
    check::<Cnn>(&[middle], &[first]);
    check::<Residual>(
        &[last_layer::<Residual>().as_str()],
        &[last_layer::<Residual>().as_str()],
    );
}

fn last_layer<N: Network>() -> String {
    let problem = problem::<N>(&[0, 1], 11, exact());
    let path = &problem.parameters()[problem.parameters().len() - 1].path;
    path.rsplit_once('.').expect("a layer").0.to_string()
}

#[test]
fn restriction_fits_any_operator() {
    let problem = problem::<Cnn>(&[0, 1, 2], 11, exact());
    let layers = problem
        .layers(&[last_layer::<Cnn>().as_str()])
        .expect("layers");
    let fisher = problem
        .moment(Moment::EmpiricalFisher)
        .expect("an operator");
    let i = coordinates(&problem, &[last_layer::<Cnn>().as_str()]);
    let dense = to_dense(&fisher, 8).expect("products");
    let ours = to_dense(&DiagonalBlock::new(&fisher, &layers), 8).expect("products");
    let expected = Mat::from_fn(i.len(), i.len(), |a, b| dense[(i[a], i[b])]);
    close(&flat(&ours), &flat(&expected), 1e-13, "the Fisher's block");
}

#[test]
fn layers_that_are_not_there_are_named() {
    let problem = problem::<Cnn>(&[0, 1], 11, exact());
    let known = problem.parameters()[0].path.clone();
    let error = problem
        .layers(&["nowhere"])
        .expect_err("no such layer")
        .to_string();
    assert!(
        error.contains("`nowhere`") && error.contains(&known),
        "{error}"
    );
    let partial = &known[..known.len() - 1];
    assert!(
        problem.layers(&[partial]).is_err(),
        "a path is no prefix of letters"
    );
    let error = problem.layers(&[]).expect_err("no layer").to_string();
    assert!(error.contains("no layer is named"), "{error}");
}
