//! The density that Lanczos runs from random starts give beside the eigenpairs they were made for.

use serde::{Deserialize, Serialize};

use crate::density::spectral_density::{Atom, SpectralDensity};
use crate::eigen::lanczos_run::LanczosRun;
use crate::numeric::quadrature::Quadrature;

/// A node stands for an atom where its residual is at most this share of its gap to the nodes that stay. An angle r / g leaves
/// its weight uncertain by (r / g)^2 (Parlett 1998, section 11.7): by a ten-thousandth.
const FRACTION: f64 = 0.01;

/// A Ritz value of a Lanczos run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RitzValue {
    /// The value.
    pub value: f64,
    /// An eigenvalue lies within this of it.
    pub residual: f64,
    /// The squared component of the unit start along its Ritz vector, which is its Gauss quadrature weight.
    pub weight: f64,
}

impl<V> LanczosRun<V> {
    /// All Ritz values, ascending.
    pub fn ritz(&self) -> Vec<RitzValue> {
        let all = self.ritz_values.iter().zip(&self.residual_bounds);
        all.zip(&self.weights)
            .map(|((&value, &residual), &weight)| RitzValue {
                value,
                residual,
                weight,
            })
            .collect()
    }
}

impl SpectralDensity {
    /// The density by Lanczos runs of an operator of order `dim` from Gaussian starts, with these known eigenvalues as atoms.
    /// So runs made for the leading pairs are the probes of the rest as well.
    ///
    /// With weight `w_i` on eigenvalue `lambda_i`, m nodes integrate polynomials up to degree 2m - 1 against the start's
    /// spectral measure. Where k nodes are eigenvalues with these weights, the other m - k integrate the same polynomials
    /// against the measure of the rest: m - k steps on the deflated operator reach degree 2(m - k) - 1.
    ///
    /// A node stands for an atom where they are within their residuals, and `rounding`, of each other. Atoms that some run
    /// has no node for, or one that has not converged, stay in the quadratures and are left out of the atoms. Of a `complete`
    /// run, one through the whole space, the density is the spectrum itself, and the other runs are not needed.
    pub fn of_runs(
        dim: usize,
        runs: &[Vec<RitzValue>],
        complete: bool,
        atoms: &[Atom],
        rounding: f64,
    ) -> Self {
        let runs = &runs[..if complete {
            runs.len().min(1)
        } else {
            runs.len()
        }];
        let mut atoms = atoms.to_vec();
        let splits = loop {
            let splits: Vec<Split> = runs
                .iter()
                .map(|run| Split::new(run, &atoms, rounding))
                .collect();
            let found = |atom: &Atom| splits.iter().all(|split| split.has(atom, rounding));
            let all = atoms.len();
            if splits.iter().all(|split| split.leaves(complete, all)) {
                atoms.retain(found);
            } else {
                atoms.clear();
            }
            if atoms.len() == all {
                break splits;
            }
        };
        if complete {
            let kept = splits.iter().flat_map(|split| &split.kept);
            let rest = Self::from_eigenvalues(kept.map(|node| node.value).collect());
            return Self { dim, atoms, ..rest };
        }
        Self {
            dim,
            exact: false,
            quadratures: splits.iter().map(Split::quadrature).collect(),
            atoms,
        }
    }
}

/// The nodes of a run that stand for atoms, and the others.
struct Split<'a> {
    taken: Vec<&'a RitzValue>,
    kept: Vec<&'a RitzValue>,
}

impl<'a> Split<'a> {
    fn new(run: &'a [RitzValue], atoms: &[Atom], rounding: f64) -> Self {
        let (taken, kept) = run
            .iter()
            .partition(|node| atoms.iter().any(|atom| near(node, atom, rounding)));
        Self { taken, kept }
    }

    /// Whether an atom has nodes, and these have converged.
    fn has(&self, atom: &Atom, rounding: f64) -> bool {
        let mut nodes = self
            .taken
            .iter()
            .filter(|node| near(node, atom, rounding))
            .peekable();
        let converged = |node: &&RitzValue| {
            let gaps = self
                .kept
                .iter()
                .map(|other| (other.value - node.value).abs());
            node.residual <= FRACTION * gaps.fold(f64::INFINITY, f64::min)
        };
        nodes.peek().is_some() && nodes.all(converged)
    }

    /// Whether there is something behind so many atoms; of a complete run, all but as many nodes.
    fn leaves(&self, complete: bool, atoms: usize) -> bool {
        if complete {
            self.taken.len() == atoms
        } else {
            atoms == 0 || self.weight() > 0.0
        }
    }

    fn weight(&self) -> f64 {
        self.kept.iter().map(|node| node.weight).sum()
    }

    fn quadrature(&self) -> Quadrature {
        let total = self.weight();
        Quadrature {
            nodes: self.kept.iter().map(|node| node.value).collect(),
            weights: self.kept.iter().map(|node| node.weight / total).collect(),
        }
    }
}

fn near(node: &RitzValue, atom: &Atom, rounding: f64) -> bool {
    (node.value - atom.value).abs() <= node.residual + atom.residual + rounding
}
