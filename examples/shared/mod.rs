//! What the examples of transformers do with their problems.
#![allow(dead_code)] // each example uses its part

use hesscope::hvp::{Array, Part, Problem};
use hesscope::spectral::{
    LanczosOptions, LinearOperator, Reorthogonalisation, VectorSpace, faer, lanczos, to_dense,
};

pub type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// A vector that looks random, the same every time.
fn arbitrary(problem: &Problem) -> Array {
    let numbers = (0..problem.space().dim()).map(|i| ((i * 7919 + 13) % 101) as f64 / 50.0 - 1.0);
    problem.space().from_host(&numbers.collect::<Vec<_>>())
}

/// Plain gradient descent on the whole data set.
pub fn descend(problem: &mut Problem, steps: usize, rate: f64) -> Outcome {
    println!("loss {:.4}", problem.evaluate()?.loss);
    let space = problem.space().clone();
    for _ in 0..steps {
        let mut point = problem.point();
        space.axpy(-rate, &problem.gradient()?, &mut point);
        problem.move_to(&point)?;
    }
    let after = problem.evaluate()?;
    let accuracy = after.accuracy.unwrap_or(f64::NAN);
    println!(
        "loss {:.4} and accuracy {accuracy:.2} after {steps} steps",
        after.loss
    );
    Ok(())
}

/// The three largest eigenvalues of a part by Lanczos, with bounds on their errors.
fn largest(problem: &Problem, part: Part, steps: usize) -> Outcome<Vec<(f64, f64)>> {
    let options = LanczosOptions {
        steps,
        reorthogonalisation: Reorthogonalisation::Full,
        ..LanczosOptions::default()
    };
    let run = &lanczos(&problem.operator(part), &[arbitrary(problem)], &options)?[0];
    let pairs = run.ritz_values.iter().zip(&run.residual_bounds).rev();
    let rounding = problem.space().epsilon();
    Ok(pairs
        .map(|(&value, &bound)| (value, bound.max(rounding * value.abs())))
        .take(3)
        .collect())
}

/// Prints the largest eigenvalues of every part.
pub fn spectra(problem: &Problem) -> Outcome {
    println!("{} parameters", problem.space().dim());
    for part in Part::MAIN {
        for (value, bound) in largest(problem, part, 32)? {
            println!("  {part:4} {value:11.4e} within {bound:.0e}");
        }
    }
    Ok(())
}

/// Prints how far products are from central differences of the gradient, and the largest eigenvalue by
/// Lanczos from that of the dense Hessian.
pub fn agreement(problem: &mut Problem) -> Outcome {
    let space = problem.space().clone();
    let direction = arbitrary(problem);
    let hess = problem.operator(Part::Hess);
    let product = hess.apply(std::slice::from_ref(&direction))?.remove(0);
    let matrix = to_dense(&hess, problem.directions())?;
    let dense = matrix
        .self_adjoint_eigenvalues(faer::Side::Lower)
        .map_err(|_| "the dense eigenvalues did not converge")?;
    let (lanczos, _) = largest(problem, Part::Hess, space.dim())?[0];

    let (origin, step) = (problem.point(), 1e-5);
    let mut gradient_at = |step: f64| {
        let mut point = origin.clone();
        space.axpy(step, &direction, &mut point);
        problem.move_to(&point)?;
        problem.gradient()
    };
    let (ahead, behind) = (gradient_at(step)?, gradient_at(-step)?);
    problem.move_to(&origin)?;
    let mut difference = product.clone();
    space.axpy(-0.5 / step, &ahead, &mut difference);
    space.axpy(0.5 / step, &behind, &mut difference);
    println!("{} parameters, in float64:", space.dim());
    println!(
        "  a product is {:.0e} from central differences of the gradient, relatively",
        space.norm(&difference) / space.norm(&product)
    );
    let largest = dense[dense.len() - 1];
    println!(
        "  the largest eigenvalue is {largest:.6} and by Lanczos {:.0e} away",
        (lanczos - largest).abs()
    );
    Ok(())
}
