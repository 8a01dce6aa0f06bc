//! Convolutions over sequences and images, and their transposes.

use burn::tensor::Slice as Range;
use hesscope_hvp::rules::{
    convolution::{Conv2d, ConvTranspose2d},
    one_dimension::OneDimension,
    slicing::Slice,
};

use super::windows::{Windows, extents, pads, reach, windows};
use crate::build::Build;
use crate::call::{Call, Outputs, one};
use crate::error::Fault;
use crate::value::Tensor;

/// The extents of one or two spatial axes as those of an image.
fn image<T: Copy>(extents: &[T], along_height: T) -> [T; 2] {
    match extents {
        [width] => [along_height, *width],
        _ => [extents[0], extents[1]],
    }
}

/// The input, the weight and the bias, whose ranks fit.
fn operands<'a>(call: &'a Call) -> Result<(&'a Tensor, &'a Tensor, Option<&'a Tensor>), Fault> {
    let (x, weight, bias) = (call.floats(0)?, call.floats(1)?, call.optional(2)?);
    if !(3..=4).contains(&x.rank()) {
        return Err(format!(
            "is over inputs of shape {:?}: there are rules for sequences [n, c, l] and images [n, c, h, w]",
            x.shape
        ));
    }
    if weight.rank() != x.rank() || weight.shape.contains(&0) || x.shape.contains(&0) {
        return Err(format!(
            "has a weight of shape {:?} for inputs of shape {:?}",
            weight.shape, x.shape
        ));
    }
    if let Some(kernel) = call.node.ints("kernel_shape")?
        && kernel.iter().ne(weight.shape[2..]
            .iter()
            .map(|&k| k as i64)
            .collect::<Vec<_>>()
            .iter())
    {
        return Err(format!(
            "has the kernel_shape {kernel:?} but a weight of shape {:?}",
            weight.shape
        ));
    }
    Ok((x, weight, bias))
}

fn groups(call: &Call) -> Result<usize, Fault> {
    let group = call.node.int("group", 1)?;
    let found = usize::try_from(group).ok().filter(|&group| group > 0);
    found.ok_or_else(|| format!("has {group} groups"))
}

fn check_bias(bias: Option<&Tensor>, filters: usize) -> Result<(), Fault> {
    match bias {
        Some(bias) if bias.shape != [filters] => Err(format!(
            "has a bias of shape {:?} for {filters} filters",
            bias.shape
        )),
        _ => Ok(()),
    }
}

pub fn conv(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let (x, weight, bias) = operands(call)?;
    let groups = groups(call)?;
    let (channels, filters) = (x.shape[1], weight.shape[0]);
    if weight.shape[1].checked_mul(groups) != Some(channels) || !filters.is_multiple_of(groups) {
        return Err(format!(
            "has a weight of shape {:?} in {groups} groups for {channels} channels",
            weight.shape
        ));
    }
    check_bias(bias, filters)?;
    let Windows {
        stride,
        dilation,
        pads,
        output,
        ..
    } = windows(call.node, &weight.shape[2..], &x.shape[2..], false)?;
    let rule = Conv2d {
        stride: image(&stride, 1),
        padding: image(&pads, (0, 0)),
        dilation: image(&dilation, 1),
        groups,
    };
    let mut inputs = vec![x, weight];
    inputs.extend(bias);
    let shape = [&[x.shape[0], filters], &output[..]].concat();
    let name = "conv1d";
    Ok(one(match x.rank() {
        3 => b.apply(OneDimension { name, rule }, &inputs, &shape)?,
        _ => b.apply(rule, &inputs, &shape)?,
    }))
}

pub fn conv_transpose(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let (x, weight, bias) = operands(call)?;
    let groups = groups(call)?;
    let axes = x.rank() - 2;
    let filters = weight.shape[1]
        .checked_mul(groups)
        .ok_or("has too many groups")?;
    if weight.shape[0] != x.shape[1] || !x.shape[1].is_multiple_of(groups) {
        return Err(format!(
            "has a weight of shape {:?} in {groups} groups for {} channels",
            weight.shape, x.shape[1]
        ));
    }
    check_bias(bias, filters)?;
    let stride = extents(call.node, "strides", axes)?;
    let dilation = extents(call.node, "dilations", axes)?;
    let added = whole(call, "output_padding", axes)?;
    let cuts = cuts(call, x, weight, &stride, &dilation, &added)?;
    // What the rule does not cut equally from both sides is cut by a slice.
    let equal = cuts.iter().all(|&(before, behind, _)| before == behind);
    let places = |of: &dyn Fn(usize) -> usize| -> Vec<usize> { (0..axes).map(of).collect() };
    let padding = places(&|axis| if equal { cuts[axis].0 } else { 0 });
    let rule = ConvTranspose2d {
        stride: image(&stride, 1),
        padding: image(&padding, 0),
        padding_out: image(&added, 0),
        dilation: image(&dilation, 1),
        groups,
    };
    let front = [x.shape[0], filters];
    let kept = places(&|axis| cuts[axis].2);
    let full = places(&|axis| {
        if equal {
            kept[axis]
        } else {
            cuts[axis].0 + cuts[axis].1 + kept[axis]
        }
    });
    let shape = [&front[..], &full].concat();
    let mut inputs = vec![x, weight];
    inputs.extend(bias);
    let name = "conv_transpose1d";
    let value = match x.rank() {
        3 => b.apply(OneDimension { name, rule }, &inputs, &shape)?,
        _ => b.apply(rule, &inputs, &shape)?,
    };
    if equal {
        return Ok(one(value));
    }
    let mut ranges: Vec<Range> = front.iter().map(|&extent| Range::from(0..extent)).collect();
    ranges.extend((0..axes).map(|axis| Range::from(cuts[axis].0..cuts[axis].0 + kept[axis])));
    let shape = [&front[..], &kept].concat();
    Ok(one(b.apply(Slice { ranges }, &[&value], &shape)?))
}

/// Numbers an attribute gives for each axis, zero where it is not there.
fn whole(call: &Call, name: &str, axes: usize) -> Result<Vec<usize>, Fault> {
    let Some(given) = call.node.ints(name)? else {
        return Ok(vec![0; axes]);
    };
    let found: Option<Vec<usize>> = given
        .iter()
        .map(|&number| {
            usize::try_from(number)
                .ok()
                .filter(|&number| number <= 1 << 20)
        })
        .collect();
    found.filter(|found| found.len() == axes).ok_or_else(|| {
        format!("has {name} {given:?}: it must be {axes} numbers that are not negative")
    })
}

/// What is cut before and behind each axis of the whole transpose, and what is left.
fn cuts(
    call: &Call,
    x: &Tensor,
    weight: &Tensor,
    stride: &[usize],
    dilation: &[usize],
    added: &[usize],
) -> Result<Vec<(usize, usize, usize)>, Fault> {
    let axes = stride.len();
    let wanted = match call.node.ints("output_shape")? {
        // Some give batch and channels too.
        Some(_) => {
            let given = call.node.ints("output_shape")?.unwrap_or_default();
            let given = if given.len() == axes + 2 {
                &given[2..]
            } else {
                &given[..]
            };
            let found: Vec<usize> = given
                .iter()
                .filter_map(|&extent| usize::try_from(extent).ok())
                .collect();
            if found.len() != axes {
                return Err(format!(
                    "has the output_shape {given:?} for {axes} spatial axes"
                ));
            }
            Some(found)
        }
        None => None,
    };
    let auto = call.node.string("auto_pad", "NOTSET")?;
    let given = pads(call.node, axes)?;
    (0..axes)
        .map(|axis| {
            let window = reach(weight.shape[axis + 2], dilation[axis]);
            let full = (x.shape[axis + 2] - 1)
                .checked_mul(stride[axis])
                .map(|steps| steps + window + added[axis])
                .ok_or("has strides that are too large")?;
            let same = matches!(auto.as_str(), "SAME_UPPER" | "SAME_LOWER");
            let target = match &wanted {
                Some(wanted) => Some(wanted[axis]),
                None if same => Some(x.shape[axis + 2] * stride[axis]),
                None => None,
            };
            let (before, behind) = match target {
                Some(target) => {
                    let total = full.checked_sub(target).ok_or_else(|| {
                        format!("gives {full} places on an axis, of which {target} are wanted")
                    })?;
                    let half = total / 2;
                    if auto == "SAME_UPPER" {
                        (half, total - half)
                    } else {
                        (total - half, half)
                    }
                }
                None if auto == "VALID" => (0, 0),
                None => given[axis],
            };
            let kept = full.checked_sub(before + behind).filter(|&kept| kept > 0);
            let kept = kept.ok_or_else(|| {
                format!("cuts {before} and {behind} places from an axis of {full}")
            })?;
            Ok((before, behind, kept))
        })
        .collect()
}
