//! Times as a reader would say them.

/// A time, coarsely.
pub fn duration(seconds: f64) -> String {
    let seconds = seconds.ceil() as u64;
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds.div_ceil(60)),
        7200..172_800 => format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{} days {} h", seconds / 86_400, seconds % 86_400 / 3600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_coarsely() {
        for (seconds, words) in [
            (0.0, "0 s"),
            (119.0, "119 s"),
            (120.0, "2 min"),
            (7199.0, "120 min"),
            (7260.0, "2 h 01 min"),
            (200_000.0, "2 days 7 h"),
        ] {
            assert_eq!(duration(seconds), words);
        }
    }
}
