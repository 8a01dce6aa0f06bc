//! How much memory a device has, where the system says it.

use std::process::Command;

/// Bytes of the machine's own memory; Linux only.
pub(super) fn of_machine() -> Option<u64> {
    total(&std::fs::read_to_string("/proc/meminfo").ok()?)
}

/// Bytes that this process may have: those of the machine, or of its control group where these are fewer; Linux only.
pub(super) fn of_process() -> Option<u64> {
    let group = std::fs::read_to_string("/proc/self/cgroup").ok();
    let group = group.as_deref().and_then(group_folder);
    let most = group
        .and_then(|folder| std::fs::read_to_string(format!("{folder}/memory.max")).ok())
        .and_then(|most| most.trim().parse().ok());
    match (of_machine(), most) {
        (Some(machine), Some(most)) => Some(u64::min(machine, most)),
        (machine, most) => machine.or(most),
    }
}

/// The folder of the control group, version 2, in a text in the form of `/proc/self/cgroup`.
fn group_folder(text: &str) -> Option<String> {
    let path = text.lines().find_map(|line| line.strip_prefix("0::/"))?;
    Some(format!("/sys/fs/cgroup/{path}"))
}

/// Most bytes of address space that this process may take, where there is a limit; Linux only.
pub(super) fn address_space() -> Option<u64> {
    address_space_of(&std::fs::read_to_string("/proc/self/limits").ok()?)
}

/// The soft limit in a text in the form of `/proc/self/limits`.
fn address_space_of(text: &str) -> Option<u64> {
    let mut lines = text.lines();
    let limits = lines.find_map(|line| line.strip_prefix("Max address space"))?;
    limits.split_whitespace().next()?.parse().ok()
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
        let limits = |soft: &str| {
            format!(
                "Limit            Soft Limit  Hard Limit  Units\nMax cpu time     unlimited   unlimited   seconds\n\
                 Max address space         {soft}            unlimited            bytes\n"
            )
        };
        assert_eq!(address_space_of(&limits("409600000")), Some(409_600_000));
        assert_eq!(address_space_of(&limits("unlimited")), None);
        assert_eq!(
            group_folder("1:name=x:/y\n0::/user.slice\n").as_deref(),
            Some("/sys/fs/cgroup/user.slice")
        );
        assert_eq!(group_folder("3:memory:/x\n"), None);
        assert_eq!(
            cards("NVIDIA H100 80GB HBM3, 81559\n[N/A], [N/A]\n"),
            [("NVIDIA H100 80GB HBM3".to_owned(), 81559 << 20)]
        );
    }
}
