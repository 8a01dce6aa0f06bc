//! What G and H have in the upper tail of the bulk of Hess.

use hesscope_records::{Measure, Spectrum, TailShare};
use hesscope_spectral::{Bounded, SpectralError};

use crate::findings::bounds::LEVEL;
use crate::findings::bulk_end;
use crate::findings::condition::share;

/// The tail of a cell, from the spectra of Hess, G and H and the classes with examples. None where the bulk has no upper end
/// or reaches no higher than its root mean square.
///
/// The tail runs from the geometric mean of the bulk's root mean square and its upper end to that end. The root mean square
/// sets the window and is no result: it is that of the quadratures, without an error.
pub fn tail(
    hess: &Spectrum,
    g: &Spectrum,
    h: &Spectrum,
    classes: usize,
) -> Result<Option<TailShare>, SpectralError> {
    let Some(to) = bulk_end(hess, classes) else {
        return Ok(None);
    };
    let inside = |x: f64| x <= to;
    let mass = hess
        .density
        .average(|x| f64::from(u8::from(inside(x))))
        .mean;
    let squares = hess
        .density
        .average(|x| if inside(x) { x * x } else { 0.0 })
        .mean;
    let rms = (squares / mass).sqrt();
    if !(rms > 0.0 && rms < to) {
        return Ok(None);
    }
    let from = (rms * to).sqrt();
    let count = |spectrum: &Spectrum| -> Result<Bounded, SpectralError> {
        Ok(spectrum.density.count_in(from, to, LEVEL)?.count)
    };
    let (hess, g, h) = (count(hess)?, count(g)?, count(h)?);
    let of_g = share("", &h, &g);
    Ok(Some(TailShare {
        from,
        to,
        share_of_g: Measure {
            value: of_g.value,
            lower: of_g.lower.unwrap_or(0.0),
            upper: of_g.upper,
        },
        hess,
        g,
        h,
    }))
}
