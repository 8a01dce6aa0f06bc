//! Trees of image files: ImageNet, and any folder with one folder of images per class.
//!
//! # Layout
//!
//! `train/CLASS/IMAGE`, and to test on `val/CLASS/IMAGE`, or with other usual names of the splits (`split_folders.rs`). For `imagenet` the tree may
//! lie in `data_dir`, in `imagenet` there, or where ImageNet's archive has it (`ILSVRC/Data/CLS-LOC`); for `folder`
//! `data_dir` may also hold the folders of the classes itself. Classes are numbered in the byte-wise order of their
//! folders' names, and files are taken in the byte-wise order of theirs. Which files count is said in
//! `listing.rs`; what is left out is counted in a notice. Where `data_dir` has a `classes.txt` or ImageNet's
//! `LOC_synset_mapping.txt`, with a line `CLASS words` each, names of classes have the first of the words behind them.
//!
//! # Without test images
//!
//! A tree that has none, or whose test images are done without (`without_test`), is tested on its training images, and a notice says so. If `test_per_class` is given, that many
//! of each class are drawn instead from what `train_per_class` leaves over.
//!
//! # What an image becomes
//!
//! An RGB square of `image_size` s pixels, by default 224 for `imagenet` and 32 for `folder`. For analysis and testing the shorter
//! side is resized to 256/224 s, rounded, and the middle is taken; for training with `augment` a random part, mirrored
//! half of the time; both as torchvision does on Pillow images, except that the orientation of EXIF is heeded.
//! ImageNet's usual mean and standard deviation normalise `imagenet`; for `folder` they are measured on the training images.
//!
//! # Broken files
//!
//! A file that cannot be opened, as where a link leads nowhere, is broken too. Each is an error that names it, unless `skip_broken` is set: then it gives way to the next of its class, and a
//! notice says how many did. All images of a split are decoded once before it is used, so broken files are found
//! at the start, and labels and length do not change afterwards. A split of more than 32 GiB of decoded bytes
//! (228,000 images of 224x224) is not decoded beforehand: there a broken file is found when its turn comes, and with
//! `skip_broken` all files are decoded at every start to find them.
//!
//! # The cache
//!
//! Decoded images are kept in a file of `cache_dir`, or of `hesscope` in the system's folder for caches
//! (`XDG_CACHE_HOME`, else `~/.cache`; `~/Library/Caches` on macOS; the local application data on Windows), up to 32 GiB a
//! split, and up to 1 GiB a split in memory. The file is used again while
//! the names, lengths and times of its files stay the same, and what is read from it is held against SHA-256 sums.
//! Without room the program goes on and says so. Nothing is ever deleted from the folder; it may be deleted whole at any time.

mod cache;
pub(crate) mod decode;
mod jpeg;
mod kept;
pub(crate) mod layout;
mod listing;
mod measure;
mod plan;
mod pool;
pub(crate) mod read;
mod split;
mod split_folders;
mod store;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;
mod view;
mod words;
