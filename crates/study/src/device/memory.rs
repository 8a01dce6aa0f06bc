//! How much memory a device has, where the system says it.

use std::process::Command;

/// Bytes of the machine's own memory; Linux only.
pub(super) fn of_machine() -> Option<u64> {
    total(&std::fs::read_to_string("/proc/meminfo").ok()?)
}

/// The total of a text in the form of `/proc/meminfo`, in bytes.
fn total(text: &str) -> Option<u64> {
    let line = text.lines().find(|line| line.starts_with("MemTotal:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib << 10)
}

/// Bytes of a card of this name by the tool of NVIDIA's driver, which is asked once; none for other cards.
pub(super) fn of_cards() -> Vec<(String, u64)> {
    let said = Command::new("nvidia-smi")
        .args([
            "--query-gpu=name,memory.total",
            "--format=csv,noheader,nounits",
        ])
        .output();
    match said {
        Ok(said) if said.status.success() => cards(&String::from_utf8_lossy(&said.stdout)),
        _ => Vec::new(),
    }
}

/// The lines `NAME, MiB`.
fn cards(text: &str) -> Vec<(String, u64)> {
    let card = |line: &str| {
        let (name, mib) = line.rsplit_once(',')?;
        let mib: u64 = mib.trim().parse().ok()?;
        Some((name.trim().to_owned(), mib << 20))
    };
    text.lines().filter_map(card).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_are_read_in_their_units() {
        assert_eq!(
            total("MemFree: 7 kB\nMemTotal:       16384 kB\n"),
            Some(16 << 20)
        );
        assert_eq!(total("MemFree: 7 kB\n"), None);
        assert_eq!(
            cards("NVIDIA H100 80GB HBM3, 81559\n[N/A], [N/A]\n"),
            [("NVIDIA H100 80GB HBM3".to_owned(), 81559 << 20)]
        );
    }
}
