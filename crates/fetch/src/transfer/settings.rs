//! How patient a download is, and what it may do.

use crate::unpack::Limits;
use std::time::Duration;

/// Settings of a [`Fetcher`](crate::Fetcher).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The time to find and reach a host, encryption included; 20 s unless changed.
    pub connect_timeout: Duration,
    /// The longest time without any byte, and for a whole header; 30 s unless changed.
    pub stall_timeout: Duration,
    /// Tries in a row at one address that bring less than 1 MiB; 4 unless changed, at least 1.
    pub attempts: u32,
    /// The wait before the second try, doubled before each further one; 1 s unless changed.
    pub backoff: Duration,
    /// The longest wait; 15 s unless changed.
    pub longest_backoff: Duration,
    /// Whether files in place with other bytes are replaced; not unless changed.
    pub replace: bool,
    /// Whether archives are unpacked beside themselves; not unless changed.
    pub unpack: bool,
    /// What an archive may hold.
    pub limits: Limits,
    /// Whether the environment's proxy (`ALL_PROXY`, `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`) is
    /// used; it is unless changed.
    pub environment_proxy: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(20),
            stall_timeout: Duration::from_secs(30),
            attempts: 4,
            backoff: Duration::from_secs(1),
            longest_backoff: Duration::from_secs(15),
            replace: false,
            unpack: false,
            limits: Limits::default(),
            environment_proxy: true,
        }
    }
}

impl Settings {
    /// The wait before try `number`, counted from 0.
    pub(super) fn wait(&self, number: u32) -> Duration {
        let doublings = number.saturating_sub(1).min(16);
        self.backoff
            .saturating_mul(1 << doublings)
            .min(self.longest_backoff)
    }

    /// What makes the requests. Redirects and statuses are left to the caller, who knows the rules.
    pub(super) fn agent(&self) -> ureq::Agent {
        let mut config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_resolve(Some(self.connect_timeout))
            .timeout_connect(Some(self.connect_timeout))
            .timeout_recv_response(Some(self.stall_timeout))
            .timeout_per_read(Some(self.stall_timeout))
            .timeout_per_write(Some(self.stall_timeout))
            .accept_encoding("identity")
            .user_agent(concat!("hesscope/", env!("CARGO_PKG_VERSION")));
        if !self.environment_proxy {
            config = config.proxy(None);
        }
        config.build().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_limit() {
        let waits: Vec<u64> = (1..8)
            .map(|n| Settings::default().wait(n).as_secs())
            .collect();
        assert_eq!(waits, [1, 2, 4, 8, 15, 15, 15]);
        assert_eq!(Settings::default().wait(u32::MAX).as_secs(), 15);
    }
}
