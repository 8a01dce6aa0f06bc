//! Whether the tensors of a reference are those of its network, layer by layer.

use crate::kind::LayerKind;
use crate::reference::Reference;
use crate::tensor::find;

/// What a layer puts out for one example.
#[derive(Clone, Copy, PartialEq)]
enum Output {
    /// Channels, height, width.
    Images([usize; 3]),
    /// Features.
    Row(usize),
}

impl Output {
    /// Channels or features.
    fn channels(self) -> usize {
        match self {
            Output::Images([channels, ..]) => channels,
            Output::Row(features) => features,
        }
    }

    /// All numbers.
    fn len(self) -> Result<usize, String> {
        let Output::Images(extents) = self else {
            return Ok(self.channels());
        };
        let product = |count: usize, &extent: &usize| count.checked_mul(extent);
        let count = extents.iter().try_fold(1, product);
        count.ok_or_else(|| format!("its images are as large as {extents:?}"))
    }
}

/// Says what does not fit.
pub(crate) fn check(reference: &Reference) -> Result<(), String> {
    let shape = &reference.inputs.shape;
    let &[_, channels, height, width] = &shape[..] else {
        return Err(format!(
            "its inputs `x` have shape {shape:?}, not [n, c, h, w]"
        ));
    };
    if shape.contains(&0) || reference.directions.shape.contains(&0) {
        return Err("it has no examples, no directions or nothing in them".into());
    }
    let mut at = Output::Images([channels, height, width]);
    for (index, layer) in reference.kind.layers().iter().enumerate() {
        at = behind(reference, &index.to_string(), *layer, at)?;
    }
    let (found, wanted) = (at.len()?, reference.classes);
    if found != wanted {
        return Err(format!(
            "its network has {found} logits, and there are {wanted} classes"
        ));
    }
    Ok(())
}

/// What a layer makes of its input.
fn behind(of: &Reference, name: &str, layer: LayerKind, at: Output) -> Result<Output, String> {
    match (layer, at) {
        (LayerKind::Relu | LayerKind::Tanh, _) => Ok(at),
        (LayerKind::Flatten, _) => Ok(Output::Row(at.len()?)),
        (LayerKind::Linear, Output::Row(features)) => linear(of, name, features).map(Output::Row),
        (LayerKind::Bn, _) => norm(of, name, at.channels()).map(|()| at),
        (LayerKind::Conv { stride, padding }, Output::Images(image)) => {
            conv(of, name, image, stride, padding).map(Output::Images)
        }
        (LayerKind::Maxpool(size) | LayerKind::Avgpool(size), Output::Images([c, h, w])) => {
            match [c, h / size, w / size] {
                image if image.contains(&0) => {
                    Err(format!("its layer {name} leaves nothing of {h}x{w} pixels"))
                }
                image => Ok(Output::Images(image)),
            }
        }
        (LayerKind::Residual, Output::Images(image)) => {
            let middle = conv(of, &format!("{name}.conv1"), image, 1, 1)?;
            norm(of, &format!("{name}.bn1"), middle[0])?;
            let end = conv(of, &format!("{name}.conv2"), middle, 1, 1)?;
            norm(of, &format!("{name}.bn2"), end[0])?;
            match end == image {
                true => Ok(at),
                false => Err(format!(
                    "its block {name} makes {end:?} of {image:?}, and adds them"
                )),
            }
        }
        (LayerKind::Dense, Output::Images(image)) => {
            norm(of, &format!("{name}.bn"), image[0])?;
            let [more, height, width] = conv(of, &format!("{name}.conv"), image, 1, 1)?;
            match [height, width] == image[1..] {
                true => Ok(Output::Images([
                    image[0].saturating_add(more),
                    height,
                    width,
                ])),
                false => Err(format!("its layer {name} changes the size of images")),
            }
        }
        (LayerKind::Linear, Output::Images(_)) | (_, Output::Row(_)) => Err(format!(
            "its layer {name} does not take what the one before it gives"
        )),
    }
}

/// The shape of a parameter, all of whose extents are at least one.
fn shape<'a>(of: &'a Reference, name: &str) -> Result<&'a [usize], String> {
    let found = find(&of.parameters, name);
    let found = found.ok_or_else(|| format!("it has no parameter `{name}`"))?;
    match found.shape.contains(&0) {
        true => Err(format!("its parameter `{name}` is empty")),
        false => Ok(&found.shape),
    }
}

/// Whether a parameter or buffer, if it is there, has so many numbers on its one axis.
fn row(of: &Reference, name: &str, wanted: usize) -> Result<(), String> {
    let found = find(&of.parameters, name).or_else(|| find(&of.buffers, name));
    match found {
        Some(found) if found.shape != [wanted] => Err(format!(
            "its tensor `{name}` has shape {:?}, not [{wanted}]",
            found.shape
        )),
        _ => Ok(()),
    }
}

fn linear(of: &Reference, name: &str, features: usize) -> Result<usize, String> {
    let weight = format!("{name}.weight");
    match shape(of, &weight)? {
        &[outputs, inputs] if inputs == features => {
            row(of, &format!("{name}.bias"), outputs)?;
            Ok(outputs)
        }
        found => Err(format!(
            "its parameter `{weight}` has shape {found:?}, not [out, {features}]"
        )),
    }
}

fn conv(
    of: &Reference,
    name: &str,
    [channels, height, width]: [usize; 3],
    stride: usize,
    padding: usize,
) -> Result<[usize; 3], String> {
    let weight = format!("{name}.weight");
    let &[outputs, inputs, high, wide] = shape(of, &weight)? else {
        return Err(format!("its parameter `{weight}` has not four axes"));
    };
    if inputs != channels {
        return Err(format!(
            "its parameter `{weight}` takes {inputs} channels, not {channels}"
        ));
    }
    row(of, &format!("{name}.bias"), outputs)?;
    let side = |side: usize, window: usize| {
        let room = side.saturating_add(2 * padding).checked_sub(window);
        room.map(|room| room / stride + 1)
            .ok_or_else(|| format!("the windows of its layer {name} are larger than its images"))
    };
    Ok([outputs, side(height, high)?, side(width, wide)?])
}

fn norm(of: &Reference, name: &str, channels: usize) -> Result<(), String> {
    for part in ["weight", "bias", "running_mean", "running_var"] {
        row(of, &format!("{name}.{part}"), channels)?;
    }
    Ok(())
}
