//! `--shard I/N`: every N-th run.

use std::str::FromStr;

/// The `index`-th of `count` parts of a list, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    index: usize,
    count: usize,
}

impl Shard {
    /// Whether the item at this place, counted from 0, is of the part.
    pub fn has(self, place: usize) -> bool {
        place % self.count == self.index - 1
    }
}

/// What names no part.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no part of the runs: give I/N with I from 1 to N, as in 3/8 for the third of eight jobs"
)]
pub struct UnknownShard(String);

impl FromStr for Shard {
    type Err = UnknownShard;

    /// Reads `3/8`.
    fn from_str(text: &str) -> Result<Self, UnknownShard> {
        // `parse` alone would take a sign as well.
        let number = |digits: &str| -> Option<usize> {
            let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| digits.parse().ok()).flatten()
        };
        let read = text.split_once('/').and_then(|(index, count)| {
            let (index, count) = (number(index)?, number(count)?);
            (1..=count)
                .contains(&index)
                .then_some(Shard { index, count })
        });
        read.ok_or_else(|| UnknownShard(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every run belongs to one shard and one only, and shards differ in size by one at most.
    #[test]
    fn shards_partition_the_runs() {
        for count in 1..=40 {
            let shards: Vec<Shard> = (1..=count)
                .map(|index| format!("{index}/{count}").parse().expect("a shard"))
                .collect();
            for runs in 0..=120 {
                let mut sizes = vec![0; count];
                for place in 0..runs {
                    let owners: Vec<usize> = (0..count).filter(|&i| shards[i].has(place)).collect();
                    assert_eq!(owners.len(), 1, "run {place} of {runs} in {count} shards");
                    sizes[owners[0]] += 1;
                }
                let (least, most) = (sizes.iter().min(), sizes.iter().max());
                assert!(most.unwrap_or(&0) - least.unwrap_or(&0) <= 1);
            }
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "", "3", "0/4", "5/4", "1/0", "0/0", "-1/4", "+1/4", "1/4/2", "a/b", " 1/4", "1 /4",
        ] {
            let error = text.parse::<Shard>().expect_err(text).to_string();
            assert!(error.contains(&format!("`{text}`")), "{error}");
        }
    }
}
