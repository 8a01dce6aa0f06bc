//! The names PyTorch definitions give the tensors of our networks.

use crate::{config::NetConfig, vgg11::Vgg11Classifier};

/// Turns the path of a tensor in our network into its key in a PyTorch file.
pub(super) type Key = fn(&str) -> String;

/// The keys a network is written with.
pub(super) fn written(config: &NetConfig) -> Key {
    match config {
        NetConfig::Vgg11Torchvision(_) => vgg,
        NetConfig::Resnet18Torchvision(_) => resnet_torchvision,
        _ => own,
    }
}

/// All keys a network may be read by; those it is written with come first.
pub(super) fn read(config: &NetConfig) -> Vec<Key> {
    let mut keys = vec![written(config)];
    let others: &[Key] = match config {
        NetConfig::Mlp(_) | NetConfig::SmallCnn(_) => &[],
        NetConfig::Vgg11(config) => match config.classifier {
            Vgg11Classifier::Full => &[vgg],
            Vgg11Classifier::Plain => &[vgg_plain],
        },
        NetConfig::Vgg11Torchvision(_) => &[own],
        NetConfig::Resnet18(_) => &[resnet_torchvision, resnet_shortcut],
        NetConfig::Resnet18Torchvision(_) => &[own, resnet_shortcut],
        NetConfig::Densenet40(config) if config.bottleneck => &[densenet_bottleneck],
        NetConfig::Densenet40(_) => &[densenet],
    };
    keys.extend(others);
    keys
}

fn own(path: &str) -> String {
    path.to_owned()
}

/// Places of the eight convolutions in torchvision's `features`, each with BatchNorm and ReLU behind it and some with
/// max-pooling behind that.
const VGG_CONVOLUTIONS: [usize; 8] = [0, 4, 8, 11, 15, 18, 22, 25];

/// `features` and `classifier` as two `Sequential`s. A hidden layer of the classifier takes three places, its linear
/// layer, then BatchNorm and ReLU or ReLU and dropout.
fn vgg(path: &str) -> String {
    let parts: Vec<&str> = path.split('.').collect();
    match parts[..] {
        ["blocks", block, layer, leaf] => vgg_feature(block, layer, leaf),
        ["hidden", layer, leaf] => format!("classifier.{}.{leaf}", 3 * index(layer)),
        ["hidden", layer, "linear", leaf] => format!("classifier.{}.{leaf}", 3 * index(layer)),
        ["hidden", layer, "norm", leaf] => format!("classifier.{}.{leaf}", 3 * index(layer) + 1),
        ["head", leaf] => format!("classifier.6.{leaf}"),
        _ => path.to_owned(),
    }
}

/// `features` as a `Sequential` and `classifier` as one linear layer.
fn vgg_plain(path: &str) -> String {
    match path.strip_prefix("head.") {
        Some(leaf) => format!("classifier.{leaf}"),
        None => vgg(path),
    }
}

fn vgg_feature(block: &str, layer: &str, leaf: &str) -> String {
    let convolution = VGG_CONVOLUTIONS.get(index(block)).copied();
    let norm = usize::from(layer == "norm");
    format!("features.{}.{leaf}", convolution.unwrap_or_default() + norm)
}

/// torchvision's `ResNet`.
fn resnet_torchvision(path: &str) -> String {
    resnet(path, "downsample", "fc")
}

/// The other common spelling, of ResNets for 32x32 images.
fn resnet_shortcut(path: &str) -> String {
    resnet(path, "shortcut", "linear")
}

fn resnet(path: &str, projection: &str, head: &str) -> String {
    let parts: Vec<&str> = path.split('.').collect();
    match parts[..] {
        ["stem", layer, leaf] => format!("{}1.{leaf}", short(layer)),
        ["blocks", block, unit, layer, leaf] => {
            let block = index(block);
            let (stage, place) = (block / 2 + 1, block % 2);
            let inner = match unit {
                "first" => format!("{}1", short(layer)),
                "second" => format!("{}2", short(layer)),
                _ => format!("{projection}.{}", usize::from(layer == "norm")),
            };
            format!("layer{stage}.{place}.{inner}.{leaf}")
        }
        ["head", leaf] => format!("{head}.{leaf}"),
        _ => path.to_owned(),
    }
}

/// DenseNet for 32x32 images as commonly written: `block1.layer.0`, `trans1`, `bn1`, `fc`.
fn densenet(path: &str) -> String {
    densenet_with(path, "1")
}

/// The same with bottlenecks, which come before the 3x3 convolutions and take their number.
fn densenet_bottleneck(path: &str) -> String {
    densenet_with(path, "2")
}

fn densenet_with(path: &str, growth: &str) -> String {
    let parts: Vec<&str> = path.split('.').collect();
    match parts[..] {
        ["stem", leaf] => format!("conv1.{leaf}"),
        ["stages", stage, "layers", place, unit, layer, leaf] => {
            let number = if unit == "growth" { growth } else { "1" };
            let (stage, layer) = (index(stage) + 1, short(layer));
            format!("block{stage}.layer.{place}.{layer}{number}.{leaf}")
        }
        ["stages", stage, "transition", layer, leaf] => {
            format!("trans{}.{}1.{leaf}", index(stage) + 1, short(layer))
        }
        ["norm", leaf] => format!("bn1.{leaf}"),
        ["head", leaf] => format!("fc.{leaf}"),
        _ => path.to_owned(),
    }
}

fn short(layer: &str) -> &'static str {
    if layer == "norm" { "bn" } else { "conv" }
}

/// A place in a list, which our own paths write as a number.
fn index(segment: &str) -> usize {
    segment.parse().unwrap_or_default()
}
