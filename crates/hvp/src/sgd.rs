//! Steps of stochastic gradient descent.

use rayon::prelude::*;

use crate::array::Array;
use crate::array::host::numbers::{Numbers, reaches};
use crate::array::host::real::{Real, with_real};
use crate::array::host::results::change;

/// Numbers one task steps.
const SPAN: usize = 1 << 14;

/// A step of SGD with momentum and weight decay, as PyTorch takes it: `d = g + decay w`, `m = momentum m + d` (the first time
/// `m = d`), `w -= rate m`. Sutskever et al., "On the importance of initialization and momentum in deep learning" (2013), without
/// Nesterov's change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Descent {
    /// The learning rate.
    pub rate: f64,
    /// The momentum, from 0 to below 1.
    pub momentum: f64,
    /// The weight decay.
    pub decay: f64,
}

impl Descent {
    /// Steps a parameter along a gradient of its shape; gives it and its momentum. Both change in place where nothing else
    /// reads them.
    pub fn step(&self, weight: Array, momentum: Option<Array>, gradient: Array) -> (Array, Array) {
        let momentum = match momentum {
            Some(momentum) if reaches(&weight) => {
                return with_real!(&gradient, T => self.step_on_host::<T>(weight, momentum, &gradient));
            }
            other => other,
        };
        #[cfg(feature = "gpu")]
        if let Some(momentum) = &momentum {
            let rates = [self.rate, self.momentum, self.decay];
            let stepped =
                crate::array::device::descent::descend(&weight, momentum, &gradient, rates);
            if let Some(stepped) = stepped {
                return stepped;
            }
        }
        let moved = match self.decay {
            0.0 => gradient,
            decay => gradient.plus(weight.scale(decay)),
        };
        let momentum = match momentum {
            Some(momentum) => momentum.scale(self.momentum).plus(moved),
            None => moved,
        };
        (weight.plus(momentum.scale(-self.rate)), momentum)
    }

    fn step_on_host<T: Real>(
        &self,
        weight: Array,
        momentum: Array,
        gradient: &Array,
    ) -> (Array, Array) {
        let [rate, keep, decay] = [self.rate, self.momentum, self.decay].map(T::from_f64);
        let gradient = Numbers::<T>::of(gradient);
        let mut stepped = None;
        let momentum = change::<T>(momentum, |momentum| {
            stepped = Some(change::<T>(weight, |weight| {
                weight
                    .par_chunks_mut(SPAN)
                    .zip(momentum.par_chunks_mut(SPAN))
                    .zip(gradient.par_chunks(SPAN))
                    .for_each(|((weight, momentum), gradient)| {
                        for ((w, m), &g) in weight.iter_mut().zip(momentum).zip(gradient) {
                            *m = *m * keep + (g + *w * decay);
                            *w -= *m * rate;
                        }
                    });
            }));
        });
        (stepped.expect("the change was made"), momentum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::precision::Precision;
    use burn::tensor::Device;

    fn array(values: &[f64]) -> Array {
        Array::from_vec(
            values.to_vec(),
            &[values.len()],
            Precision::F64,
            &Device::flex(),
        )
    }

    fn close(found: &Array, wanted: &[f64]) {
        for (a, b) in found.to_f64().expect("numbers").iter().zip(wanted) {
            assert!((a - b).abs() < 1e-14, "{a} for {b}");
        }
    }

    /// The gradient of `0.5 sum(k w^2)`, `k w`.
    fn gradient(weight: &Array) -> Array {
        weight.mul(&array(&[2.0, 0.5]))
    }

    #[test]
    fn three_steps_by_hand() {
        let descent = |rate| Descent {
            rate,
            momentum: 0.9,
            decay: 0.1,
        };
        // w = (1, -2): d = k w + 0.1 w = (2.1, -1.2) = m; w -= 0.1 m.
        let w = array(&[1.0, -2.0]);
        let g = gradient(&w);
        let (w, m) = descent(0.1).step(w, None, g);
        close(&w, &[0.79, -1.88]);
        // d = (2.1 * 0.79, 0.6 * -1.88) = (1.659, -1.128); m = 0.9 (2.1, -1.2) + d = (3.549, -2.208).
        let g = gradient(&w);
        let (w, m) = descent(0.1).step(w, Some(m), g);
        close(&w, &[0.79 - 0.3549, -1.88 + 0.2208]);
        // The rate changes and the momentum does not: d = (0.91371, -0.99552); m = 0.9 m + d = (4.10781, -2.98272).
        let (g, kept) = (gradient(&w), w.clone());
        let (w, m) = descent(0.01).step(w, Some(m), g);
        close(&w, &[0.4351 - 0.0410781, -1.6592 + 0.0298272]);
        close(&m, &[4.10781, -2.98272]);
        // What somebody else reads does not change.
        close(&kept, &[0.4351, -1.6592]);
    }

    #[test]
    fn without_momentum_and_decay_it_is_plain_descent() {
        let descent = Descent {
            rate: 0.1,
            momentum: 0.0,
            decay: 0.0,
        };
        let (mut w, mut m) = (array(&[1.0, -2.0]), None);
        for _ in 0..3 {
            let g = gradient(&w);
            let (stepped, kept) = descent.step(w, m, g);
            (w, m) = (stepped, Some(kept));
        }
        close(&w, &[0.8_f64.powi(3), -2.0 * 0.95_f64.powi(3)]);
    }
}
