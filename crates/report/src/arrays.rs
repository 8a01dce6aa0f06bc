//! The arrays of an analysis, for NumPy, PyTorch and others.

use hesscope_records::{Analysis, Spectrum};
use hesscope_spectral::{Atom, LogGrid, SpectralError, gaussian_width, linear_grid};

use crate::check::check;
use crate::error::ReportError;
use crate::figures::curves::{DECADES, WIDTH, band_options, extent};
use crate::named_spectrum::NamedSpectrum;
use crate::shares::Share;

/// Points of the density on the linear axis, as in the papers.
const LINEAR_POINTS: usize = 1024;
/// Points a decade of the density on logarithmic axes.
const LOG_POINTS: usize = 40;
/// How far two neighbouring peaks dip between them on the linear axis, as in the papers.
const KAPPA: f64 = 1.25;

/// An array with its name, in C order.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedArray {
    /// Its name.
    pub name: String,
    /// Its extents; none for a single number.
    pub shape: Vec<usize>,
    /// Its elements.
    pub values: Values,
}

/// The elements of an array.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Double precision.
    F64(Vec<f64>),
    /// Single precision.
    F32(Vec<f32>),
    /// Whole numbers.
    I64(Vec<i64>),
    /// Truths.
    Bool(Vec<bool>),
}

impl NamedArray {
    fn list(name: &str, values: impl Into<Values>) -> Self {
        let values = values.into();
        Self {
            name: name.to_owned(),
            shape: vec![values.len()],
            values,
        }
    }

    fn number(name: &str, value: f64) -> Self {
        Self {
            shape: Vec::new(),
            ..Self::list(name, vec![value])
        }
    }

    fn whole(name: &str, value: usize) -> Self {
        Self {
            shape: Vec::new(),
            ..Self::list(name, Values::I64(vec![value as i64]))
        }
    }
}

impl From<Vec<f64>> for Values {
    fn from(values: Vec<f64>) -> Self {
        Self::F64(values)
    }
}

impl Values {
    fn len(&self) -> usize {
        match self {
            Self::F64(values) => values.len(),
            Self::F32(values) => values.len(),
            Self::I64(values) => values.len(),
            Self::Bool(values) => values.len(),
        }
    }
}

/// The arrays of an analysis; every eigenvalue is in the units of the file itself.
///
/// - `dimension`, `examples`, `classes`, `loss`, `accuracy`: single numbers.
/// - `range`: lower and upper end of an interval that holds the spectrum.
/// - `nodes`, `weights`, `probe`: the quadratures one after another, and the index of the probe that each node is of; the
///   weights of a probe add up to 1.
/// - `atoms`, `atom_residuals`: eigenvalues known by themselves, which the nodes are without; each weighs 1/p.
/// - `top_eigenvalues`, `top_residuals`, `top_converged`: the leading eigenpairs.
/// - `linear_points` and `linear_mean`, `linear_lower`, `linear_upper`: the density of λ on 1,024 points of the range, each
///   eigenvalue broadened to a Gaussian of standard deviation `linear_width`, and its 95% band; missing for an operator
///   whose range is a point. `linear_standard_error` is that over probes; missing where there is a single one.
/// - `log_points`, a grid of log10 |λ| from six decades below the largest modulus, with `log_positive_…` and
///   `log_negative_…` as above: the density of log10 |λ| on each side of zero, `log_width` in decades. The negative side
///   has no band where the operator has no eigenvalue below zero.
/// - `log_shares_lower`, `log_shares_upper`: the ends of the 95% intervals of the shares of the spectrum below, near and above
///   zero.
///
/// # Errors
/// [`ReportError::Analysis`] where the analysis does not describe a spectrum.
pub fn analysis_arrays(analysis: &Analysis) -> Result<Vec<NamedArray>, ReportError> {
    check(analysis)?;
    let named = NamedSpectrum::of_analysis("", analysis);
    let mut arrays = facts(analysis);
    arrays.extend(quadratures(&analysis.spectrum));
    arrays.extend(leading(&analysis.spectrum));
    let densities = linear(&named).and_then(|mut linear| {
        linear.extend(logarithmic(&named)?);
        Ok(linear)
    });
    arrays.extend(densities.map_err(|error| ReportError::analysis(&analysis.origin, error))?);
    Ok(arrays)
}

fn facts(analysis: &Analysis) -> Vec<NamedArray> {
    let range = &analysis.spectrum.range;
    vec![
        NamedArray::whole("dimension", analysis.spectrum.dimension),
        NamedArray::whole("examples", analysis.examples),
        NamedArray::whole("classes", analysis.classes),
        NamedArray::number("loss", analysis.loss),
        NamedArray::number("accuracy", analysis.accuracy),
        NamedArray::list("range", vec![range.lower, range.upper]),
    ]
}

fn quadratures(spectrum: &Spectrum) -> Vec<NamedArray> {
    let (quadratures, atoms) = (&spectrum.density.quadratures, &spectrum.density.atoms);
    let (mut nodes, mut weights, mut probe) = (Vec::new(), Vec::new(), Vec::new());
    for (i, quadrature) in quadratures.iter().enumerate() {
        nodes.extend_from_slice(&quadrature.nodes);
        weights.extend_from_slice(&quadrature.weights);
        probe.resize(nodes.len(), i as i64);
    }
    let of_atoms = |pick: fn(&Atom) -> f64| atoms.iter().map(pick).collect::<Vec<f64>>();
    vec![
        NamedArray::list("nodes", nodes),
        NamedArray::list("weights", weights),
        NamedArray::list("probe", Values::I64(probe)),
        NamedArray::list("atoms", of_atoms(|atom| atom.value)),
        NamedArray::list("atom_residuals", of_atoms(|atom| atom.residual)),
    ]
}

fn leading(spectrum: &Spectrum) -> Vec<NamedArray> {
    let top = &spectrum.top;
    vec![
        NamedArray::list("top_eigenvalues", top.values.clone()),
        NamedArray::list("top_residuals", top.residuals.clone()),
        NamedArray::list("top_converged", Values::Bool(top.converged.clone())),
    ]
}

/// A curve's mean, standard error and band under names that begin alike.
fn curve(
    prefix: &str,
    mean: Vec<f64>,
    error: Option<Vec<f64>>,
    band: Option<[Vec<f64>; 2]>,
) -> Vec<NamedArray> {
    let list = |name: &str, values| NamedArray::list(&format!("{prefix}_{name}"), values);
    let mut arrays = vec![list("mean", mean)];
    arrays.extend(error.map(|error| list("standard_error", error)));
    if let Some([lower, upper]) = band {
        arrays.extend([list("lower", lower), list("upper", upper)]);
    }
    arrays
}

fn linear(named: &NamedSpectrum<'_>) -> Result<Vec<NamedArray>, SpectralError> {
    let (density, range) = (&named.spectrum.density, &named.spectrum.range);
    if range.lower >= range.upper {
        return Ok(Vec::new());
    }
    let steps = density.quadratures.iter().map(|q| q.nodes.len()).max();
    let steps = steps.unwrap_or(0).max(2);
    let width = gaussian_width(range.lower, range.upper, steps, KAPPA)?;
    let points = linear_grid(range.lower, range.upper, LINEAR_POINTS)?;
    let mean = density.density(&points, width)?;
    let band = density.density_band(&points, width, &band_options(named.psd))?;
    let mut arrays = vec![
        NamedArray::number("linear_width", width),
        NamedArray::list("linear_points", points),
    ];
    let band = Some([band.lower, band.upper]);
    arrays.extend(curve("linear", mean.mean, mean.standard_error, band));
    Ok(arrays)
}

fn logarithmic(named: &NamedSpectrum<'_>) -> Result<Vec<NamedArray>, SpectralError> {
    let spectrum = named.spectrum;
    let extent = extent(&[spectrum]);
    let floor = f64::from(extent.floor);
    let span = f64::from(DECADES + 1);
    let grid = LogGrid::new(
        10f64.powi(extent.floor),
        10f64.powf(floor + span),
        (DECADES as usize + 1) * LOG_POINTS + 1,
    )?;
    let density = spectrum.density.log_density(&grid, WIDTH)?;
    let bands = spectrum
        .density
        .log_spectrum(&grid, WIDTH, &band_options(named.psd))?;
    let mut arrays = vec![
        NamedArray::number("log_width", WIDTH),
        NamedArray::list("log_points", grid.points().to_vec()),
    ];
    let positive = Some([bands.positive.lower, bands.positive.upper]);
    let negative = bands.negative.map(|band| [band.lower, band.upper]);
    for (prefix, side, band) in [
        ("log_positive", density.positive, positive),
        ("log_negative", density.negative, negative),
    ] {
        arrays.extend(curve(prefix, side.mean, side.standard_error, band));
    }
    let shares = [
        (f64::NEG_INFINITY, -grid.floor()),
        (-grid.floor(), grid.floor()),
        (grid.floor(), f64::INFINITY),
    ];
    let shares = shares.map(|(lower, upper)| Share::of(&spectrum.density, named.psd, lower, upper));
    let shares: Vec<Share> = shares.into_iter().collect::<Result<_, _>>()?;
    let ends = |end: fn(&Share) -> f64| shares.iter().map(end).collect::<Vec<f64>>();
    arrays.extend([
        NamedArray::list("log_shares_lower", ends(|share| share.bounds.lower)),
        NamedArray::list("log_shares_upper", ends(|share| share.bounds.upper)),
    ]);
    Ok(arrays)
}
