//! The channels of images.

/// Planes of images [n, count, each].
pub(super) struct Planes<'a, T> {
    numbers: &'a [T],
    pub count: usize,
    each: usize,
}

impl<'a, T> Planes<'a, T> {
    pub fn of(numbers: &'a [T], count: usize, each: usize) -> Self {
        Planes {
            numbers,
            count,
            each,
        }
    }

    /// A channel of an image.
    pub fn plane(&self, image: usize, channel: usize) -> &'a [T] {
        &self.numbers[(image * self.count + channel) * self.each..][..self.each]
    }
}
