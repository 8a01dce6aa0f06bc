//! How transformed numbers lie, and how many are transformed at a time.

/// Places of a tile.
pub(super) const PLACES: usize = 16;

/// Tiles of a product of matrices, at least and at most: enough for its kernel.
pub(super) const TILES: [usize; 2] = [128, 512];

/// Numbers of images and products that are transformed at a time, about: few enough that they stay in a cache from
/// the transform to the product.
const CACHED: usize = 1 << 19;

/// Tiles that go together.
pub(super) fn tiles_together(channels: usize, filters: usize) -> usize {
    (CACHED / (PLACES * (channels + filters))).clamp(TILES[0], TILES[1])
}

/// The length of a row of transformed numbers, `each` for a place: with a gap that keeps rows from
/// beginning at multiples of a power of two, which fall on one another in a cache.
pub(super) const fn row(each: usize) -> usize {
    PLACES * each + 16
}
