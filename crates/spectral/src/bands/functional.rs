//! Functions of an eigenvalue whose averages are bounded: broadening kernels on each axis, indicators, and energies.

use crate::density::grid::symmetric_log;
use crate::density::kernel::gaussian;

/// A function of an eigenvalue that is nowhere negative.
pub(crate) trait Functional {
    /// Its value.
    fn at(&self, lambda: f64) -> f64;
    /// Its least and largest value over `[lower, upper]`.
    fn over(&self, lower: f64, upper: f64) -> [f64; 2];
    /// Its largest value.
    fn peak(&self) -> f64;
    /// Centre and standard deviation in lambda, on its steeper side, where it is a smooth bump.
    fn bump(&self) -> Option<[f64; 2]>;
    /// Whether few eigenvalues may make up most of its average.
    fn is_uneven(&self) -> bool {
        false
    }
}

/// The coordinate on which eigenvalues are broadened.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Axis {
    /// lambda itself.
    Linear,
    /// `sign(lambda) log10(1 + |lambda| / floor)`.
    SymmetricLog { floor: f64 },
    /// `log10(sign lambda)` of what is at or above the floor.
    Log { floor: f64, sign: f64 },
}

/// A Gaussian of standard deviation `width` about `x` on an axis.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kernel {
    pub(crate) axis: Axis,
    pub(crate) x: f64,
    pub(crate) width: f64,
}

impl Kernel {
    fn coordinate(&self, lambda: f64) -> Option<f64> {
        match self.axis {
            Axis::Linear => Some(lambda),
            Axis::SymmetricLog { floor } => Some(symmetric_log(lambda, floor)),
            Axis::Log { floor, sign } => (sign * lambda >= floor).then(|| (sign * lambda).log10()),
        }
    }
}

impl Functional for Kernel {
    fn at(&self, lambda: f64) -> f64 {
        self.coordinate(lambda)
            .map_or(0.0, |u| gaussian(self.x - u, self.width))
    }

    fn over(&self, lower: f64, upper: f64) -> [f64; 2] {
        let [lower, upper, outside] = match self.axis {
            Axis::Log { floor, sign } => {
                let (low, high) = if sign > 0.0 {
                    (lower, upper)
                } else {
                    (-upper, -lower)
                };
                if high < floor {
                    return [0.0, 0.0];
                }
                let outside = f64::from(u8::from(low < floor));
                [low.max(floor).log10(), high.log10(), outside]
            }
            _ => [
                self.coordinate(lower).unwrap_or(lower),
                self.coordinate(upper).unwrap_or(upper),
                0.0,
            ],
        };
        let nearest = self.x.clamp(lower, upper);
        let farthest = if (self.x - lower).abs() > (upper - self.x).abs() {
            lower
        } else {
            upper
        };
        let least = if outside > 0.0 {
            0.0
        } else {
            gaussian(self.x - farthest, self.width)
        };
        [least, gaussian(self.x - nearest, self.width)]
    }

    fn peak(&self) -> f64 {
        gaussian(0.0, self.width)
    }

    fn bump(&self) -> Option<[f64; 2]> {
        // In lambda the flank towards zero is the steeper one: the width is that three deviations down it.
        let slope = std::f64::consts::LN_10 * self.width * 10.0_f64.powf(-3.0 * self.width);
        Some(match self.axis {
            Axis::Linear => [self.x, self.width],
            Axis::SymmetricLog { floor } => {
                let modulus = floor * (self.x.abs() * std::f64::consts::LN_10).exp_m1();
                [self.x.signum() * modulus, slope * (modulus + floor)]
            }
            Axis::Log { sign, .. } => {
                let modulus = 10.0_f64.powf(self.x);
                [sign * modulus, slope * modulus]
            }
        })
    }
}

/// One on `[lower, upper]`, zero elsewhere; an end may be left out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Indicator {
    pub(crate) lower: f64,
    pub(crate) upper: f64,
    /// Whether both ends belong to it.
    pub(crate) closed: bool,
}

impl Functional for Indicator {
    fn at(&self, lambda: f64) -> f64 {
        let inside = if self.closed {
            lambda >= self.lower && lambda <= self.upper
        } else {
            lambda > self.lower && lambda < self.upper
        };
        f64::from(u8::from(inside))
    }

    fn over(&self, lower: f64, upper: f64) -> [f64; 2] {
        let surely = self.at(lower) * self.at(upper);
        let overlap = if self.closed {
            upper >= self.lower && lower <= self.upper
        } else {
            upper > self.lower && lower < self.upper
        };
        [surely, f64::from(u8::from(overlap))]
    }

    fn peak(&self) -> f64 {
        1.0
    }

    fn bump(&self) -> Option<[f64; 2]> {
        None
    }
}

/// One where an indicator is zero, and zero where it is one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Complement(pub(crate) Indicator);

impl Functional for Complement {
    fn at(&self, lambda: f64) -> f64 {
        1.0 - self.0.at(lambda)
    }

    fn over(&self, lower: f64, upper: f64) -> [f64; 2] {
        let [least, largest] = self.0.over(lower, upper);
        [1.0 - largest, 1.0 - least]
    }

    fn peak(&self) -> f64 {
        1.0
    }

    fn bump(&self) -> Option<[f64; 2]> {
        None
    }
}

/// `lambda^2` on the closed interval `[lower, upper]`, zero elsewhere; both ends are finite.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Energy {
    pub(crate) lower: f64,
    pub(crate) upper: f64,
}

impl Functional for Energy {
    fn at(&self, lambda: f64) -> f64 {
        if lambda >= self.lower && lambda <= self.upper {
            lambda * lambda
        } else {
            0.0
        }
    }

    fn over(&self, lower: f64, upper: f64) -> [f64; 2] {
        let (low, high) = (lower.max(self.lower), upper.min(self.upper));
        if low > high {
            return [0.0, 0.0];
        }
        let (one, other) = (low * low, high * high);
        let inside = lower >= self.lower && upper <= self.upper;
        let around_zero = low <= 0.0 && high >= 0.0;
        let least = if inside && !around_zero {
            one.min(other)
        } else {
            0.0
        };
        [least, one.max(other)]
    }

    fn peak(&self) -> f64 {
        (self.lower * self.lower).max(self.upper * self.upper)
    }

    fn bump(&self) -> Option<[f64; 2]> {
        None
    }

    fn is_uneven(&self) -> bool {
        true
    }
}
