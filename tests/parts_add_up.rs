//! The libraries together, through the one crate that re-exports them: Hess = G + H on a network of
//! `models`, trained for an epoch on data of `data`, with the traces taken by `spectral`.

use burn::tensor::{Device, TensorData};
use hesscope::data::{DatasetName, DatasetSpec};
use hesscope::hvp::{Examples, Part, Precision, Problem, ProblemOptions};
use hesscope::models::{BnMode, NetConfig, Network};
use hesscope::spectral::{LinearOperator, ProbeKind, Probes, VectorSpace};

#[test]
fn hess_is_g_plus_h_for_every_network() {
    let data = hesscope::data::load(&DatasetSpec {
        train_per_class: Some(2.into()),
        test_per_class: Some(1.into()),
        ..DatasetSpec::new(DatasetName::SYNTH_DIGITS)
    })
    .expect("the embedded data set");
    let train = data.train;
    let every: Vec<usize> = (0..train.len()).collect();
    let images = train.read(&every).expect("images in memory");
    let shape = train.shape();
    let input = [shape.channels, shape.height, shape.width];
    let device = Device::flex();
    for name in ["mlp", "small-cnn"] {
        let config = NetConfig::from_name(name).expect("a network");
        let network = config
            .init(input, train.classes(), 7, &device)
            .expect("a network");
        let examples = Examples {
            inputs: TensorData::new(images.clone(), [train.len(), input[0], input[1], input[2]]),
            labels: train.labels().to_vec(),
        };
        let options = ProblemOptions {
            precision: Precision::F64,
            ..ProblemOptions::default()
        };
        let problem = Problem::new(
            &network,
            |network: &Network, x| network.forward(x, BnMode::Running),
            examples,
            &device,
            options,
        )
        .expect("a problem");
        assert_eq!(problem.space().dim(), network.num_parameters());
        let space = problem.space();
        let block = Probes::new(ProbeKind::Gaussian, 1).block(space, 0, 3);
        let products = |part| problem.operator(part).apply(&block).expect("products");
        let (hess, g, h) = (products(Part::Hess), products(Part::G), products(Part::H));
        for k in 0..block.len() {
            let mut difference = hess[k].clone();
            space.axpy(-1.0, &g[k], &mut difference);
            space.axpy(-1.0, &h[k], &mut difference);
            let error = space.norm(&difference) / space.norm(&hess[k]);
            assert!(error < 1e-13, "{name}: Hess is off G + H by {error:e}");
            let form = space.dot(&block[k], &g[k]);
            assert!(
                form >= 0.0,
                "{name}: G is not positive semidefinite: {form:e}"
            );
        }
    }
}
