//! Largest elements and means of windows.

use hesscope_hvp::rules::{
    convolution::Conv2d,
    one_dimension::OneDimension,
    pooling::{AvgPool2d, MaxPool2d},
    reduction::Extremum,
};

use super::padding::padded;
use super::windows::{Windows, reach, windows};
use crate::build::Build;
use crate::call::{Call, Outputs, one};
use crate::error::Fault;
use crate::value::Tensor;

/// The input and the windows over it.
fn windows_of<'a>(call: &'a Call) -> Result<(&'a Tensor, Windows), Fault> {
    let x = call.floats(0)?;
    if !(3..=4).contains(&x.rank()) || x.shape.contains(&0) {
        return Err(format!(
            "is over inputs of shape {:?}: there are rules for sequences [n, c, l] and images [n, c, h, w]",
            x.shape
        ));
    }
    let axes = x.rank() - 2;
    let kernel = call
        .node
        .ints("kernel_shape")?
        .ok_or("has no kernel_shape")?;
    let positive = |&extent: &i64| {
        usize::try_from(extent)
            .ok()
            .filter(|extent| (1..=1 << 20).contains(extent))
    };
    let sizes: Option<Vec<usize>> = kernel.iter().map(positive).collect();
    let sizes = sizes.filter(|sizes| sizes.len() == axes).ok_or_else(|| {
        format!("has kernel_shape {kernel:?}: it must be {axes} positive numbers")
    })?;
    let windows = windows(
        call.node,
        &sizes,
        &x.shape[2..],
        call.node.flag("ceil_mode", false)?,
    )?;
    Ok((x, windows))
}

impl Windows {
    /// The places behind each axis that the last window needs, where windows lie over the pads without a rest.
    fn behind(&self, input: &[usize]) -> Vec<(usize, usize)> {
        let of = |axis: usize| {
            let covered = (self.output[axis] - 1) * self.stride[axis]
                + reach(self.kernel[axis], self.dilation[axis]);
            let before = self.pads[axis].0;
            (before, covered.saturating_sub(before + input[axis]))
        };
        (0..input.len()).map(of).collect()
    }

    fn shape(&self, x: &Tensor) -> Vec<usize> {
        [&x.shape[..2], &self.output].concat()
    }
}

/// One or two extents as those of an image.
fn image(extents: &[usize], along_height: usize) -> [usize; 2] {
    match extents {
        [width] => [along_height, *width],
        _ => [extents[0], extents[1]],
    }
}

/// Pads for the axes of the whole tensor.
fn of_all_axes(spatial: &[(usize, usize)]) -> Vec<(i64, i64)> {
    let own = spatial
        .iter()
        .map(|&(before, behind)| (before as i64, behind as i64));
    [(0, 0), (0, 0)].into_iter().chain(own).collect()
}

pub fn max_pool(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let (x, windows) = windows_of(call)?;
    let shape = windows.shape(x);
    let around = windows.behind(&x.shape[2..]);
    let even = !call.node.flag("ceil_mode", false)?
        && windows
            .pads
            .iter()
            .all(|&(before, behind)| before == behind);
    let (x, padding) = if even {
        (
            x.clone(),
            windows.pads.iter().map(|&(before, _)| before).collect(),
        )
    } else {
        let x = padded(b, x, &of_all_axes(&around), f64::NEG_INFINITY)?;
        (x, vec![0; around.len()])
    };
    let rule = MaxPool2d {
        kernel_size: image(&windows.kernel, 1),
        stride: image(&windows.stride, 1),
        padding: image(&padding, 0),
        dilation: image(&windows.dilation, 1),
        ceil_mode: false,
    };
    let name = "max_pool1d";
    Ok(one(match x.rank() {
        3 => b.apply(OneDimension { name, rule }, &[&x], &shape)?,
        _ => b.apply(rule, &[&x], &shape)?,
    }))
}

/// The places of each window that count, along one axis: those within the input, or within the pads too.
fn counted(windows: &Windows, axis: usize, extent: usize, with_pads: bool) -> Vec<f64> {
    let (before, behind) = windows.pads[axis];
    let (low, high) = if with_pads {
        (0, before + extent + behind)
    } else {
        (before, before + extent)
    };
    let counts = |window: usize| {
        let start = window * windows.stride[axis];
        let places = (0..windows.kernel[axis]).map(|k| start + k * windows.dilation[axis]);
        places.filter(|place| (low..high).contains(place)).count()
    };
    (0..windows.output[axis])
        .map(|window| counts(window).max(1) as f64)
        .collect()
}

pub fn average_pool(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let (x, windows) = windows_of(call)?;
    let with_pads = call.node.flag("count_include_pad", false)?;
    let shape = windows.shape(x);
    let extents = &x.shape[2..];
    let whole: f64 = windows.kernel.iter().map(|&k| k as f64).product();
    let counts: Vec<Vec<f64>> = (0..extents.len())
        .map(|axis| counted(&windows, axis, extents[axis], with_pads))
        .collect();
    let x = padded(b, x, &of_all_axes(&windows.behind(extents)), 0.0)?;
    let mut value = means(b, &x, &windows, &shape)?;
    // The means are over all places of a window; some do not count.
    let all_count = counts
        .iter()
        .zip(&windows.kernel)
        .all(|(counts, &k)| counts.iter().all(|&c| c == k as f64));
    if !all_count {
        let factors: Vec<f64> = match counts.as_slice() {
            [width] => width.iter().map(|count| whole / count).collect(),
            [height, width] => {
                let row = |h: f64| width.iter().map(move |w| whole / (h * w));
                height.iter().flat_map(|&h| row(h)).collect()
            }
            _ => return Err("is over more than two axes".to_owned()),
        };
        let factors = b.constant(x.element, factors, &windows.output);
        value = b.mul(&value, &factors)?;
    }
    Ok(one(value))
}

/// The mean of all places of each window of an input that has its pads.
fn means(b: &mut Build, x: &Tensor, windows: &Windows, shape: &[usize]) -> Result<Tensor, Fault> {
    if windows.dilation.iter().all(|&d| d == 1) {
        let rule = AvgPool2d {
            kernel_size: image(&windows.kernel, 1),
            stride: image(&windows.stride, 1),
            padding: [0, 0],
            count_include_pad: true,
            ceil_mode: false,
        };
        let name = "avg_pool1d";
        return match x.rank() {
            3 => b.apply(OneDimension { name, rule }, &[x], shape),
            _ => b.apply(rule, &[x], shape),
        };
    }
    // Each channel by itself, convolved with equal numbers.
    let channels = x.shape[1];
    let places: usize = windows.kernel.iter().product();
    let weight_shape = [&[channels, 1], &windows.kernel[..]].concat();
    let weight = b.constant(
        x.element,
        vec![1.0 / places as f64; channels * places],
        &weight_shape,
    );
    let rule = Conv2d {
        stride: image(&windows.stride, 1),
        padding: [(0, 0); 2],
        dilation: image(&windows.dilation, 1),
        groups: channels,
    };
    let name = "conv1d";
    match x.rank() {
        3 => b.apply(OneDimension { name, rule }, &[x, &weight], shape),
        _ => b.apply(rule, &[x, &weight], shape),
    }
}

/// An input with spatial axes.
fn spatial<'a>(call: &'a Call) -> Result<&'a Tensor, Fault> {
    let x = call.floats(0)?;
    if x.rank() < 3 || x.shape.contains(&0) {
        return Err(format!(
            "is over inputs of shape {:?}: they must be [n, c, …]",
            x.shape
        ));
    }
    Ok(x)
}

pub fn global_average_pool(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let x = spatial(call)?;
    let axes: Vec<usize> = (2..x.rank()).collect();
    Ok(one(b.mean(x, &axes)?))
}

pub fn global_max_pool(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let x = spatial(call)?;
    let mut shape = x.shape[..2].to_vec();
    let flat = b.reshape(x, &[shape[0], shape[1], x.shape[2..].iter().product()])?;
    let rule = Extremum { dim: 2, sign: 1.0 };
    let largest = b.apply(rule, &[&flat], &[shape[0], shape[1], 1])?;
    shape.resize(x.rank(), 1);
    Ok(one(b.reshape(&largest, &shape)?))
}
