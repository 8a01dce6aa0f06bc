//! Products of the Hessian of one's own Burn module, and of its parts G and H, with vectors of one's own; the product of
//! the Hessian beside a central difference of the gradient.
//!
//!     cargo run --release --example own_hvp

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor, TensorData, activation};
use hesscope::hvp::{Examples, Part, Precision, Problem, ProblemOptions};
use hesscope::spectral::{LinearOperator, ProbeKind, Probes, VectorSpace};

/// Any module will do that gives logits [n, classes].
#[derive(Module, Debug)]
struct Classifier {
    first: Linear,
    second: Linear,
}

impl Classifier {
    fn new(device: &Device) -> Self {
        Classifier {
            first: LinearConfig::new(8, 16).init(device),
            second: LinearConfig::new(16, 3).init(device),
        }
    }

    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        self.second.forward(activation::tanh(self.first.forward(x)))
    }
}

/// Sixty points in eight dimensions, of three classes.
fn examples() -> Examples {
    let value = |i: usize, j: usize| ((i * 31 + j * 17) % 23) as f64 / 23.0 - 0.5;
    let values: Vec<f64> = (0..60)
        .flat_map(|i| (0..8).map(move |j| value(i, j)))
        .collect();
    Examples {
        inputs: TensorData::new(values, [60, 8]),
        labels: (0..60).map(|i| i % 3).collect(),
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let device = Device::flex();
    device.seed(1);
    let module = Classifier::new(&device);
    // The mean cross-entropy over the examples, as a function of the parameters.
    let options = ProblemOptions {
        precision: Precision::F64,
        ..ProblemOptions::default()
    };
    let forward = |module: &Classifier, x| module.forward(x);
    let mut problem = Problem::new(&module, forward, examples(), &device, options)?;

    // A vector has a number for each parameter, in this order.
    for parameter in problem.parameters() {
        println!("{:15} {:?}", parameter.path, parameter.shape);
    }
    let space = problem.space().clone();
    let numbers = Probes::new(ProbeKind::Gaussian, 7).host(space.dim(), 0);
    let vector = space.from_host(&numbers);

    // Several vectors would share one pass through the network.
    let block = [vector.clone()];
    let product = |part: Part| {
        problem
            .operator(part)
            .apply(&block)
            .map(|mut all| all.remove(0))
    };
    let (hess, g, h) = (product(Part::Hess)?, product(Part::G)?, product(Part::H)?);
    println!("|v|      {:.6}", space.norm(&vector));
    println!("|Hess v| {:.6}", space.norm(&hess));
    println!("|G v|    {:.6}", space.norm(&g));
    println!("|H v|    {:.6}", space.norm(&h));
    println!("v'Hess v {:.6}", space.dot(&vector, &hess));
    let mut difference = hess.clone();
    space.axpy(-1.0, &g, &mut difference);
    space.axpy(-1.0, &h, &mut difference);
    println!("Hess v is {:.0e} from G v + H v", space.norm(&difference));

    // (gradient at θ + t v - gradient at θ - t v) / 2t, whose error falls like t².
    let origin = problem.point();
    for step in [1e-2, 1e-3, 1e-4] {
        let mut gradient_at = |step: f64| {
            let mut point = origin.clone();
            space.axpy(step, &vector, &mut point);
            problem.move_to(&point)?;
            problem.gradient()
        };
        let (ahead, behind) = (gradient_at(step)?, gradient_at(-step)?);
        let mut difference = hess.clone();
        space.axpy(-0.5 / step, &ahead, &mut difference);
        space.axpy(0.5 / step, &behind, &mut difference);
        let relative = space.norm(&difference) / space.norm(&hess);
        println!("a central difference of step {step:.0e} is {relative:.0e} from it, relatively");
    }
    Ok(())
}
