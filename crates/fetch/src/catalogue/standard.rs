//! The built-in catalogue.
//!
//! Sizes and SHA-256 are those that TensorFlow Datasets pins (`url_checksums/mnist.txt`,
//! `fashion_mnist.txt`, `cifar10.txt`, `cifar100.txt`); the content of the MNIST files was compared
//! with the official files decompressed.

use super::{Dataset, Pin, RemoteFile};
use crate::Checksum;

/// All of them, in the order in which they are listed.
pub fn datasets() -> Vec<Dataset> {
    vec![
        mnist(),
        fashion_mnist(),
        cifar_10(),
        cifar_100(),
        imagenet(),
    ]
}

const MNIST: [&str; 2] = [
    "https://storage.googleapis.com/cvdf-datasets/mnist",
    "https://ossci-datasets.s3.amazonaws.com/mnist",
];

const FASHION_MNIST: [&str; 2] = [
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion",
];

const CIFAR: [&str; 2] = [
    "https://www.cs.toronto.edu/~kriz",
    "https://cave.cs.toronto.edu/kriz",
];

const TRAIN_IMAGES: &str = "train-images-idx3-ubyte.gz";
const TRAIN_LABELS: &str = "train-labels-idx1-ubyte.gz";
const TEST_IMAGES: &str = "t10k-images-idx3-ubyte.gz";
const TEST_LABELS: &str = "t10k-labels-idx1-ubyte.gz";

fn mnist() -> Dataset {
    let file = |name, packed, content| RemoteFile {
        content: Some(content),
        ..file(name, packed, &MNIST)
    };
    Dataset {
        name: "mnist".into(),
        title: "MNIST".into(),
        description:
            "60,000 training and 10,000 test images of handwritten digits, 28x28 grey, 10 classes"
                .into(),
        licence:
            "usually given as CC BY-SA 3.0, copyright Yann LeCun and Corinna Cortes; the authors' \
                  page, which no longer serves the files, states no licence"
                .into(),
        source: "http://yann.lecun.com/exdb/mnist/".into(),
        citation:
            "Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, \"Gradient-based learning applied to \
                   document recognition\", Proceedings of the IEEE 86(11), 1998"
                .into(),
        files: vec![
            file(
                TRAIN_IMAGES,
                const {
                    pin(
                        9_912_422,
                        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
                    )
                },
                const {
                    pin(
                        47_040_016,
                        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
                    )
                },
            ),
            file(
                TRAIN_LABELS,
                const {
                    pin(
                        28_881,
                        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
                    )
                },
                const {
                    pin(
                        60_008,
                        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
                    )
                },
            ),
            file(
                TEST_IMAGES,
                const {
                    pin(
                        1_648_877,
                        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
                    )
                },
                const {
                    pin(
                        7_840_016,
                        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
                    )
                },
            ),
            file(
                TEST_LABELS,
                const {
                    pin(
                        4_542,
                        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
                    )
                },
                const {
                    pin(
                        10_008,
                        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
                    )
                },
            ),
        ],
        by_hand: None,
    }
}

fn fashion_mnist() -> Dataset {
    let file = |name, packed| file(name, packed, &FASHION_MNIST);
    Dataset {
        name: "fashion-mnist".into(),
        title: "Fashion-MNIST".into(),
        description:
            "60,000 training and 10,000 test images of articles of clothing, 28x28 grey, 10 classes"
                .into(),
        licence: "MIT, copyright Zalando SE".into(),
        source: "https://github.com/zalandoresearch/fashion-mnist".into(),
        citation: "H. Xiao, K. Rasul, R. Vollgraf, \"Fashion-MNIST: a novel image dataset for \
                   benchmarking machine learning algorithms\", arXiv:1708.07747, 2017"
            .into(),
        files: vec![
            file(
                TRAIN_IMAGES,
                const {
                    pin(
                        26_421_880,
                        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
                    )
                },
            ),
            file(
                TRAIN_LABELS,
                const {
                    pin(
                        29_515,
                        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
                    )
                },
            ),
            file(
                TEST_IMAGES,
                const {
                    pin(
                        4_422_102,
                        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
                    )
                },
            ),
            file(
                TEST_LABELS,
                const {
                    pin(
                        5_148,
                        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
                    )
                },
            ),
        ],
        by_hand: None,
    }
}

fn cifar_10() -> Dataset {
    Dataset {
        name: "cifar-10".into(),
        title: "CIFAR-10".into(),
        description: "50,000 training and 10,000 test photographs, 32x32 colour, 10 classes".into(),
        files: vec![archive(
            "cifar-10-binary.tar.gz",
            "cifar-10-batches-bin",
            const {
                pin(
                    170_052_171,
                    "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
                )
            },
        )],
        ..cifar()
    }
}

fn cifar_100() -> Dataset {
    Dataset {
        name: "cifar-100".into(),
        title: "CIFAR-100".into(),
        description:
            "50,000 training and 10,000 test photographs, 32x32 colour, 100 classes in 20 groups"
                .into(),
        files: vec![archive(
            "cifar-100-binary.tar.gz",
            "cifar-100-binary",
            const {
                pin(
                    168_513_733,
                    "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
                )
            },
        )],
        ..cifar()
    }
}

/// What CIFAR-10 and CIFAR-100 share.
fn cifar() -> Dataset {
    Dataset {
        name: String::new(),
        title: String::new(),
        description: String::new(),
        licence: "none stated; the authors ask that their report be cited".into(),
        source: "https://www.cs.toronto.edu/~kriz/cifar.html".into(),
        citation:
            "A. Krizhevsky, \"Learning multiple layers of features from tiny images\", technical \
                   report, University of Toronto, 2009"
                .into(),
        files: Vec::new(),
        by_hand: None,
    }
}

fn imagenet() -> Dataset {
    Dataset {
        name: "imagenet".into(),
        title: "ImageNet (ILSVRC 2012)".into(),
        description: "1,281,167 training and 50,000 validation photographs of many sizes, 1,000 classes"
            .into(),
        licence: "for non-commercial research and education only, under the terms of access of \
                  image-net.org, which every user must accept"
            .into(),
        source: "https://www.image-net.org/download.php".into(),
        citation: "O. Russakovsky et al., \"ImageNet large scale visual recognition challenge\", \
                   International Journal of Computer Vision 115(3), 2015"
            .into(),
        files: Vec::new(),
        by_hand: Some(
            "image-net.org wants an account and the acceptance of its terms, so download it there and \
             lay the images out as train/<synset>/*.JPEG and val/<synset>/*.JPEG in one folder"
                .into(),
        ),
    }
}

const fn pin(size: u64, sha256: &str) -> Pin {
    Pin {
        size,
        sha256: Checksum::literal(sha256),
    }
}

fn file(name: &str, pin: Pin, bases: &[&str]) -> RemoteFile {
    RemoteFile {
        name: name.into(),
        pin,
        content: None,
        folder: None,
        addresses: bases.iter().map(|base| format!("{base}/{name}")).collect(),
    }
}

fn archive(name: &str, folder: &str, pin: Pin) -> RemoteFile {
    RemoteFile {
        folder: Some(folder.into()),
        ..file(name, pin, &CIFAR)
    }
}
