//! How windows of convolutions and pooling lie on their inputs.

use crate::error::Fault;
use crate::node::Node;

/// Windows over each spatial axis.
pub struct Windows {
    pub kernel: Vec<usize>,
    pub stride: Vec<usize>,
    pub dilation: Vec<usize>,
    /// Places added before and behind each axis.
    pub pads: Vec<(usize, usize)>,
    /// The number of windows along each axis.
    pub output: Vec<usize>,
}

/// Extents an attribute gives for each axis, or one for each.
pub fn extents(node: &Node, name: &str, axes: usize) -> Result<Vec<usize>, Fault> {
    let Some(given) = node.ints(name)? else {
        return Ok(vec![1; axes]);
    };
    let positive = |&extent: &i64| {
        usize::try_from(extent)
            .ok()
            .filter(|extent| (1..=1 << 20).contains(extent))
    };
    let found: Option<Vec<usize>> = given.iter().map(positive).collect();
    found
        .filter(|found| found.len() == axes)
        .ok_or_else(|| format!("has {name} {given:?}: it must be {axes} positive numbers"))
}

/// Pads that an attribute gives, before all axes and then behind them.
pub fn pads(node: &Node, axes: usize) -> Result<Vec<(usize, usize)>, Fault> {
    let Some(given) = node.ints("pads")? else {
        return Ok(vec![(0, 0); axes]);
    };
    let whole = |&pad: &i64| usize::try_from(pad).ok().filter(|&pad| pad <= 1 << 20);
    let found: Option<Vec<usize>> = given.iter().map(whole).collect();
    let found = found
        .filter(|found| found.len() == 2 * axes)
        .ok_or_else(|| {
            format!(
                "has pads {given:?}: they must be {} numbers that are not negative",
                2 * axes
            )
        })?;
    Ok((0..axes)
        .map(|axis| (found[axis], found[axis + axes]))
        .collect())
}

/// The extent that a window covers.
pub fn reach(kernel: usize, dilation: usize) -> usize {
    dilation * (kernel - 1) + 1
}

/// The windows that a node says, over inputs with these spatial extents; with `ceil_mode` a last one may hang over the end.
pub fn windows(
    node: &Node,
    kernel: &[usize],
    input: &[usize],
    ceil_mode: bool,
) -> Result<Windows, Fault> {
    let axes = input.len();
    let stride = extents(node, "strides", axes)?;
    let dilation = extents(node, "dilations", axes)?;
    let auto = node.string("auto_pad", "NOTSET")?;
    let mut given = pads(node, axes)?;
    let mut output = vec![0; axes];
    for axis in 0..axes {
        let reach = reach(kernel[axis], dilation[axis]);
        let (extent, step) = (input[axis], stride[axis]);
        match auto.as_str() {
            "NOTSET" | "" => {}
            "VALID" => given[axis] = (0, 0),
            "SAME_UPPER" | "SAME_LOWER" => {
                let count = extent.div_ceil(step).max(1);
                let total = ((count - 1) * step + reach).saturating_sub(extent);
                let (half, rest) = (total / 2, total - total / 2);
                given[axis] = if auto == "SAME_UPPER" {
                    (half, rest)
                } else {
                    (rest, half)
                };
            }
            other => return Err(format!("has auto_pad `{other}`, which is not known")),
        }
        let (before, behind) = given[axis];
        let free = (extent + before + behind).checked_sub(reach).ok_or_else(|| {
            format!("has windows of {reach} places on an axis of {extent} with pads {before} and {behind}")
        })?;
        let mut count = free / step + 1;
        if ceil_mode {
            count = free.div_ceil(step) + 1;
            // A window must begin in the input or in the pads before it.
            if (count - 1) * step >= extent + before {
                count -= 1;
            }
        }
        output[axis] = count;
    }
    Ok(Windows {
        kernel: kernel.to_vec(),
        stride,
        dilation,
        pads: given,
        output,
    })
}
