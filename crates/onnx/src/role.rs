//! What a stored tensor is to the network.

use std::fmt;

/// What a stored tensor is to the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It is trained.
    Parameter,
    /// The exporter marked it as a buffer or a constant of the module.
    Marked,
    /// The mean or the variance that batch normalization keeps.
    RunningStatistic,
    /// The logits do not vary smoothly with it, as with a bound, an exponent or what is compared.
    Setting,
    /// It hides places, by numbers that are infinite or as good as, or by ones among zeros.
    Mask,
    /// The exporter made it of numbers in the source of the network.
    Written,
    /// Its elements are no floats.
    Discrete,
    /// The logits do not depend on it.
    Unused,
    /// The caller chose that it is a constant.
    Frozen,
}

/// In words, as in `held fixed: mean (a running statistic)`.
impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Role::Parameter => "a parameter",
            Role::Marked => "marked as a buffer",
            Role::RunningStatistic => "a running statistic",
            Role::Setting => "a setting of an operator",
            Role::Mask => "a mask",
            Role::Written => "written in the source",
            Role::Discrete => "no floats",
            Role::Unused => "without effect on the logits",
            Role::Frozen => "as chosen",
        })
    }
}
