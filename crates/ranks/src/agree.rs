//! What fails at one rank fails at all.

use std::fmt::Display;

use thiserror::Error;

use crate::ranks::Ranks;

/// What went wrong at another rank.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("rank {rank} on {host}: {reason}")]
pub struct RankError {
    /// The rank.
    pub rank: usize,
    /// The machine it runs on.
    pub host: String,
    /// Its error, in words.
    pub reason: String,
}

impl Ranks {
    /// The result of this rank where no rank has failed.
    ///
    /// # Errors
    ///
    /// The error of this rank, or that of the first that failed.
    pub fn agree<T, E: Display + From<RankError>>(&self, result: Result<T, E>) -> Result<T, E> {
        let said = match &result {
            Ok(_) => Vec::new(),
            Err(error) => format!("{}\n{error}", self.place().host).into_bytes(),
        };
        let all = self.gather(&said);
        let value = result?;
        let failed = all.iter().enumerate().find(|(_, said)| !said.is_empty());
        failed.map_or(Ok(value), |(rank, said)| {
            let said = String::from_utf8_lossy(said);
            let (host, reason) = said.split_once('\n').unwrap_or(("", &said));
            Err(E::from(RankError {
                rank,
                host: host.into(),
                reason: reason.into(),
            }))
        })
    }
}
