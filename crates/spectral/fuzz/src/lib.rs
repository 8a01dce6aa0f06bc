//! Estimations that go on from any snapshot, and how a snapshot is written as the bytes that are fuzzed.

use hesscope_spectral::faer::Mat;
use hesscope_spectral::{
    AutomaticEstimation, AutomaticOptions, ChebyshevEstimation, ChebyshevOptions, DenseOperator,
    DiagonalEstimation, Estimation, FrobeniusEstimation, HutchinsonEstimation, HutchinsonOptions,
    LanczosEstimation, LanczosOptions, Reorthogonalisation, SlqEstimation, SlqOptions, Snapshot,
    SubspaceEstimation, SubspaceOptions, ThickRestartEstimation, ThickRestartOptions,
    XtraceEstimation, XtraceOptions,
};

/// Dimension of the operator, the diagonal of 0, 1, ....
pub const DIM: usize = 6;

/// A vector of the operator's space.
pub type Vector = Vec<f64>;

/// The operator.
pub fn operator() -> DenseOperator {
    let matrix = Mat::from_fn(DIM, DIM, |i, j| if i == j { i as f64 } else { 0.0 });
    DenseOperator::new(matrix).expect("a symmetric matrix")
}

/// An estimation that goes on from a snapshot, for a few steps. What it finds is not looked at.
fn go_on<E: Estimation<DenseOperator>>(options: &E::Options, snapshot: Snapshot<Vector>) {
    let op = operator();
    let Ok(mut estimation) = E::restore(&op, options, snapshot) else {
        return;
    };
    for _ in 0..4 {
        if estimation.is_finished() {
            break;
        }
        if estimation.step(&op).is_err() || estimation.snapshot().is_err() {
            return;
        }
    }
    if estimation.is_finished() {
        let _ = estimation.finish(&op);
    }
}

/// An estimation from its beginning, its snapshot taken after each step.
pub fn snapshots<E: Estimation<DenseOperator>>(mut estimation: E, kind: u8) -> Vec<Vec<u8>> {
    let op = operator();
    let mut all = vec![encode(
        kind,
        &estimation.snapshot().expect("a snapshot").to_owned(),
    )];
    while !estimation.is_finished() && all.len() < 4 {
        estimation.step(&op).expect("a step");
        all.push(encode(
            kind,
            &estimation.snapshot().expect("a snapshot").to_owned(),
        ));
    }
    all
}

/// The options, small.
pub fn probes() -> HutchinsonOptions {
    HutchinsonOptions {
        probes: 3,
        block_size: 1,
        ..Default::default()
    }
}
/// The options, small.
pub fn xtrace() -> XtraceOptions {
    XtraceOptions {
        vectors: 3,
        block_size: 1,
        ..Default::default()
    }
}
/// The options, small.
pub fn subspace() -> SubspaceOptions {
    SubspaceOptions {
        pairs: 2,
        oversampling: 1,
        max_iterations: 4,
        ..Default::default()
    }
}
/// The options, small.
pub fn chebyshev() -> ChebyshevOptions {
    ChebyshevOptions {
        pairs: 2,
        oversampling: 1,
        degree: 3,
        bound_steps: 3,
        max_iterations: 4,
        ..Default::default()
    }
}
/// The options, small.
pub fn thick_restart() -> ThickRestartOptions {
    ThickRestartOptions {
        pairs: 1,
        window: 4,
        max_products: 12,
        ..Default::default()
    }
}
/// The options, small.
pub fn lanczos() -> LanczosOptions {
    LanczosOptions {
        steps: 4,
        reorthogonalisation: Reorthogonalisation::Full,
        ..Default::default()
    }
}
/// The options, small.
pub fn slq() -> SlqOptions {
    SlqOptions {
        probes: 2,
        steps: 3,
        block_size: 1,
        ..Default::default()
    }
}
/// The options, small.
pub fn automatic() -> AutomaticOptions {
    AutomaticOptions {
        first_probes: 2,
        first_steps: 4,
        max_probes: 4,
        max_steps: 6,
        max_products: 24,
        ..Default::default()
    }
}

/// The estimation that a kind names goes on from a snapshot.
pub fn restore(kind: u8, snapshot: Snapshot<Vector>) {
    match kind {
        b'h' => go_on::<HutchinsonEstimation>(&probes(), snapshot),
        b'f' => go_on::<FrobeniusEstimation>(&probes(), snapshot),
        b'd' => go_on::<DiagonalEstimation>(&probes(), snapshot),
        b'x' => go_on::<XtraceEstimation<Vector>>(&xtrace(), snapshot),
        b's' => go_on::<SubspaceEstimation<Vector>>(&subspace(), snapshot),
        b'c' => go_on::<ChebyshevEstimation<Vector>>(&chebyshev(), snapshot),
        b't' => go_on::<ThickRestartEstimation<Vector>>(&thick_restart(), snapshot),
        b'l' => go_on::<LanczosEstimation<Vector>>(&lanczos(), snapshot),
        b'q' => go_on::<SlqEstimation<Vector>>(&slq(), snapshot),
        _ => go_on::<AutomaticEstimation<Vector>>(&automatic(), snapshot),
    }
}

/// Kind, numbers of settled and moving vectors, series, and length of the state, which follows; then float64 numbers.
pub fn encode(kind: u8, snapshot: &Snapshot<Vector>) -> Vec<u8> {
    let mut bytes = vec![
        kind,
        snapshot.settled.len() as u8,
        snapshot.moving.len() as u8,
        snapshot.series as u8,
    ];
    bytes.extend((snapshot.state.len() as u16).to_le_bytes());
    bytes.extend(snapshot.state.as_bytes());
    let vectors = snapshot.settled.iter().chain(&snapshot.moving).flatten();
    bytes.extend(
        vectors
            .chain(&snapshot.numbers)
            .flat_map(|value| value.to_le_bytes()),
    );
    bytes
}

/// The reverse. Vectors have the dimension of the operator, as a keeper gives them.
pub fn decode(bytes: &[u8]) -> Option<(u8, Snapshot<Vector>)> {
    let (&[kind, settled, moving, series, low, high], rest) = bytes.split_first_chunk()?;
    let (state, rest) = rest.split_at_checked(u16::from_le_bytes([low, high]).into())?;
    let values: Vec<f64> = rest
        .as_chunks()
        .0
        .iter()
        .map(|&value| f64::from_le_bytes(value))
        .collect();
    let (settled, moving) = (usize::from(settled), usize::from(moving));
    let (vectors, numbers) = values.split_at_checked((settled + moving) * DIM)?;
    let mut vectors: Vec<Vector> = vectors.chunks_exact(DIM).map(<[f64]>::to_vec).collect();
    let snapshot = Snapshot {
        state: String::from_utf8(state.to_vec()).ok()?,
        moving: vectors.split_off(settled),
        settled: vectors,
        series: series.into(),
        numbers: numbers.to_vec(),
    };
    Some((kind, snapshot))
}
