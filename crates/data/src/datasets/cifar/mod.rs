//! CIFAR-10 and CIFAR-100, from the files of the official binary version or straight from its archive.

pub(crate) mod names;
pub(crate) mod reader;
pub(crate) mod records;
