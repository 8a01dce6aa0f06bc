//! Image data sets: readers, subsets, batches and an embedded synthetic set.
